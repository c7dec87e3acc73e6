// Windows' handles as the numbers that travel.
#pragma once

#include <cstdint>

#include <windows.h>

namespace ipclens {

// nullptr for a number that is none of this system's handles.
inline HWND toHandle(std::uint64_t window)
{
    return window <= UINTPTR_MAX ? reinterpret_cast<HWND>(static_cast<std::uintptr_t>(window)) : nullptr;
}

} // namespace ipclens
