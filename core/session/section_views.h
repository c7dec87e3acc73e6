// Where a section is mapped.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

// Exact for sections with a file or image behind them; others by size and contents. Cancelled when stopped.
Result<ViewList> findViews(System &system, const ListViews &command, std::stop_token stop);

} // namespace ipclens
