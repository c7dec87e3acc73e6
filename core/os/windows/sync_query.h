// The state of synchronisation objects, read without changing it.
#pragma once

#include "core/model/sync.h"

#include <windows.h>

#include <string_view>

namespace ipclens {

// `object` must have the right to query its state. Unsupported for other types.
Result<SyncState> querySync(HANDLE object, std::string_view type, const std::string &text);

} // namespace ipclens
