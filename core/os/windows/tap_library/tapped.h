// The windows that have been tapped in this program.
#pragma once

#include "core/os/windows/tap_ring.h"

#include <windows.h>

namespace ipclens::tap {

// A window whose procedure leads, or led, through ours. Only its own thread touches it, but for `window`.
struct Tapped {
    HWND window = nullptr; // none: free
    WNDPROC previous = nullptr;
    bool isUnicode = false;
    bool isOut = false; // the window's procedure does not lead through ours any more
    bool wasProbed = false;
    Header *ring = nullptr; // none: messages are only passed on
    std::uint64_t tap = 0;
    std::uint64_t nextLook = 0; // GetTickCount64() from when on it is time to see whether the session is there
    std::uint32_t frames = 0;   // calls of our procedure that have not returned: they will come back to this code
    std::uint32_t depth = 0;    // those of them whose message was noted
};

// None: nullptr.
Tapped *find(HWND window);
// A free one, if there still is one.
Tapped *claim(HWND window);
void release(Tapped &one);
// The window is being destroyed, and calls of ours have to come back: nobody finds it any more, and it is not free.
void forgetWindow(Tapped &one);

LONG_PTR procedureOf(const Tapped &one);
bool setProcedure(const Tapped &one, WNDPROC procedure);

// One more reference to this DLL keeps it loaded. False: the system refuses it.
bool pin();
// Gives it back. Whoever calls it runs inside the hook, for which the system keeps the DLL loaded.
void unpin();

} // namespace ipclens::tap
