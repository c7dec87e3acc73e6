// Finding a window by what is known of it.
#pragma once

#include "core/os/system.h"

namespace ipclens {

// The only one of `windows` that has the target's handle, or its class and title. Missing: there is none; Invalid: there are several,
// or the target says nothing.
Result<Window> onlyWindow(const std::vector<Window> &windows, const WindowTarget &target);

} // namespace ipclens
