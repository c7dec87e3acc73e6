#include "core/os/windows/tap_library/tapped.h"

namespace ipclens::tap {
namespace {

Tapped tapped[64];
SRWLOCK lock = SRWLOCK_INIT; // guards the `window`s

void rename(Tapped &one, HWND window)
{
    AcquireSRWLockExclusive(&lock);
    one.window = window;
    ReleaseSRWLockExclusive(&lock);
}

} // namespace

Tapped *find(HWND window)
{
    Tapped *found = nullptr;
    AcquireSRWLockShared(&lock);
    for (Tapped &one : tapped) {
        if (one.window == window) {
            found = &one;
            break;
        }
    }
    ReleaseSRWLockShared(&lock);
    return found;
}

Tapped *claim(HWND window)
{
    Tapped *found = nullptr;
    AcquireSRWLockExclusive(&lock);
    for (Tapped &one : tapped) {
        if (!one.window) {
            one = Tapped{};
            one.window = window;
            found = &one;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

void release(Tapped &one)
{
    rename(one, nullptr);
}

void forgetWindow(Tapped &one)
{
    rename(one, reinterpret_cast<HWND>(~std::uintptr_t{0}));
}

LONG_PTR procedureOf(const Tapped &one)
{
    return one.isUnicode ? GetWindowLongPtrW(one.window, GWLP_WNDPROC) : GetWindowLongPtrA(one.window, GWLP_WNDPROC);
}

bool setProcedure(const Tapped &one, WNDPROC procedure)
{
    const auto value = reinterpret_cast<LONG_PTR>(procedure);
    return (one.isUnicode ? SetWindowLongPtrW(one.window, GWLP_WNDPROC, value)
                          : SetWindowLongPtrA(one.window, GWLP_WNDPROC, value)) != 0;
}

bool pin()
{
    HMODULE self = nullptr;
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, reinterpret_cast<const wchar_t *>(&pin), &self) !=
           FALSE;
}

void unpin()
{
    HMODULE self = nullptr;
    if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           reinterpret_cast<const wchar_t *>(&pin), &self))
        FreeLibrary(self);
}

} // namespace ipclens::tap
