// What a window procedure asks about the message it is handling. Also compiled into the DLL of taps.
#pragma once

#include <cstddef>
#include <cstdint>

#include <windows.h>

namespace ipclens {

// Whether `size` bytes can be read without a fault. The system copies what comes from other processes; within one
// process a message carries the sender's own pointer, whatever it is.
inline bool canRead(const void *data, std::size_t size)
{
    auto at = reinterpret_cast<std::uintptr_t>(data);
    if (size > UINTPTR_MAX - at)
        return false;
    const auto end = at + size;
    // Wine puts the system's copy on our own stack, above the handler's frame: nothing to ask.
    ULONG_PTR stackBegin = 0;
    ULONG_PTR stackEnd = 0;
    GetCurrentThreadStackLimits(&stackBegin, &stackEnd);
    if (at > reinterpret_cast<std::uintptr_t>(&stackBegin) && end <= stackEnd)
        return true;
    while (at < end) {
        MEMORY_BASIC_INFORMATION info;
        if (VirtualQuery(reinterpret_cast<const void *>(at), &info, sizeof info) == 0 || info.State != MEM_COMMIT ||
            (info.Protect & (PAGE_NOACCESS | PAGE_GUARD)) != 0)
            return false;
        at = reinterpret_cast<std::uintptr_t>(info.BaseAddress) + info.RegionSize;
    }
    return true;
}

// Whether the sender of the message being handled waits for the handler. WM_COPYDATA is never posted: one that does not
// seem to be sent comes from the window's own thread, whose sends are calls.
inline bool isSenderWaiting(UINT message)
{
    const DWORD how = InSendMessageEx(nullptr);
    return how == ISMEX_NOSEND ? message == WM_COPYDATA : (how & (ISMEX_SEND | ISMEX_REPLIED)) == ISMEX_SEND;
}

} // namespace ipclens
