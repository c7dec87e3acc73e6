// A hidden top-level window of this program's only thread with a message loop.
#pragma once

#include "app/demo/platform.h"

#include <functional>

namespace ipclens::demo {

std::wstring widened(std::string_view utf8);

// Top-level, so that EnumWindows and FindWindow see it; hidden, because there is nothing to look at. Its thread calls
// pump().
class HiddenWindow {
public:
    // `handle` gets every message first and returns whether it has dealt with it. An exception ends the next pump().
    using Handler = std::function<bool(UINT message, WPARAM wParam, LPARAM lParam, LRESULT &result)>;

    HiddenWindow(const wchar_t *className, const std::wstring &title, Handler handle);
    ~HiddenWindow();
    HiddenWindow(const HiddenWindow &) = delete;
    HiddenWindow &operator=(const HiddenWindow &) = delete;

    HWND handle() const { return m_window; }

    // Waits up to `milliseconds` for messages or for `stop`, and deals with what came. Throws what a handler threw.
    void pump(const Stop &stop, DWORD milliseconds);

private:
    static LRESULT CALLBACK onMessage(HWND window, UINT message, WPARAM wParam, LPARAM lParam);

    Handler m_handle;
    std::exception_ptr m_thrown;
    HWND m_window = nullptr;
};

} // namespace ipclens::demo
