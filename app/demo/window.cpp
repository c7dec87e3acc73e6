#include "app/demo/window.h"

#include <exception>
#include <utility>

namespace ipclens::demo {

std::wstring widened(std::string_view utf8)
{
    const int size = static_cast<int>(utf8.size());
    std::wstring wide(utf8.size(), L'\0'); // never more units than bytes
    wide.resize(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), size)));
    return wide;
}

HiddenWindow::HiddenWindow(const wchar_t *className, const std::wstring &title, Handler handle)
    : m_handle(std::move(handle))
{
    const HINSTANCE instance = GetModuleHandleW(nullptr);
    WNDCLASSW description{};
    description.lpfnWndProc = onMessage;
    description.hInstance = instance;
    description.lpszClassName = className;
    if (RegisterClassW(&description) == 0)
        fail("RegisterClass");
    m_window = CreateWindowExW(0, className, title.c_str(), WS_OVERLAPPEDWINDOW, CW_USEDEFAULT, CW_USEDEFAULT, 320, 200,
                               nullptr, nullptr, instance, nullptr);
    if (m_window == nullptr)
        fail("CreateWindow");
    SetWindowLongPtrW(m_window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
}

HiddenWindow::~HiddenWindow()
{
    DestroyWindow(m_window);
}

LRESULT CALLBACK HiddenWindow::onMessage(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    auto *const self = reinterpret_cast<HiddenWindow *>(GetWindowLongPtrW(window, GWLP_USERDATA));
    try {
        LRESULT result = 0;
        if (self != nullptr && self->m_handle && self->m_handle(message, wParam, lParam, result))
            return result;
    } catch (...) {
        self->m_thrown = std::current_exception(); // must not cross the system's frames below us
        return 0;
    }
    return DefWindowProcW(window, message, wParam, lParam);
}

void HiddenWindow::pump(const Stop &stop, DWORD milliseconds)
{
    const HANDLE event = stop.event();
    if (MsgWaitForMultipleObjectsEx(1, &event, milliseconds, QS_ALLINPUT, MWMO_INPUTAVAILABLE) == WAIT_FAILED)
        fail("MsgWaitForMultipleObjectsEx");
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) {
        if (message.message == WM_QUIT)
            stop.request();
        DispatchMessageW(&message);
    }
    if (m_thrown)
        std::rethrow_exception(std::exchange(m_thrown, nullptr));
}

} // namespace ipclens::demo
