// Sections of DLLs that all processes share which load them.
#pragma once

#include "core/os/pe_image.h"
#include "core/session/sharing_commands.h"

namespace ipclens {

Result<SharedDataList> listSharedData(System &system, const ListSharedData &command, std::stop_token stop);

} // namespace ipclens
