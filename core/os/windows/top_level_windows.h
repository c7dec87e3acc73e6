// Handles of the desktop's top-level windows.
#pragma once

#include "core/model/error.h"

#include <vector>

#include <windows.h>

namespace ipclens {

Result<std::vector<HWND>> topLevelWindows();

} // namespace ipclens
