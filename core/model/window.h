// Windows of any process.
#pragma once

#include "core/model/process.h"

namespace ipclens {

// HWND and WPARAM/LPARAM values are carried as 64-bit numbers whatever the bitness of their owner.
struct Window {
    std::uint64_t handle = 0;
    std::string className;
    std::string title;
    ProcessKey process;
    std::string processName;
    std::uint32_t thread = 0;
    bool visible = false;
    bool messageOnly = false;

    bool operator==(const Window &) const = default;
    IPCLENS_FIELDS(handle, className, title, process, processName, thread, visible, messageOnly)
};

} // namespace ipclens
