#include "core/os/windows/broadcast_witness.h"

#include <algorithm>
#include <new>

namespace ipclens {
namespace {

constexpr const wchar_t *className = L"ipclens broadcast witness";
constexpr std::size_t mostSeen = 256;
constexpr std::uint64_t longest = 2000; // milliseconds that a broadcast may take from this window to the next

} // namespace

BroadcastWitness::BroadcastWitness()
{
    WNDCLASSEXW windowClass{};
    windowClass.cbSize = sizeof windowClass;
    windowClass.lpfnWndProc = windowProcedure;
    windowClass.hInstance = GetModuleHandleW(nullptr);
    windowClass.lpszClassName = className;
    RegisterClassExW(&windowClass); // the class is there already when another witness is, and stays
    m_window = CreateWindowExW(WS_EX_TOPMOST, className, L"", WS_POPUP, 0, 0, 0, 0, nullptr, nullptr,
                               windowClass.hInstance, this);
}

BroadcastWitness::~BroadcastWitness()
{
    if (m_window)
        DestroyWindow(m_window);
}

void BroadcastWitness::goToFront()
{
    if (m_window)
        SetWindowPos(m_window, HWND_TOPMOST, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOSENDCHANGING);
}

LRESULT CALLBACK BroadcastWitness::windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept
{
    if (message == WM_NCCREATE)
        SetWindowLongPtrW(window, GWLP_USERDATA,
                          reinterpret_cast<LONG_PTR>(reinterpret_cast<const CREATESTRUCTW *>(lParam)->lpCreateParams));
    else if (auto *const self = reinterpret_cast<BroadcastWitness *>(GetWindowLongPtrW(window, GWLP_USERDATA));
             self && message != WM_NULL &&
             message != WM_COPYDATA) // one asks each window whether it hangs, one has a pointer
        self->remember({.message = message, .wParam = wParam, .lParam = lParam, .time = GetTickCount64()});
    return DefWindowProcW(window, message, wParam, lParam);
}

void BroadcastWitness::remember(const Seen &seen) noexcept
{
    try {
        m_seen.push_back(seen);
    } catch (const std::bad_alloc &) {
        return; // it is passed on as if to one window
    }
    if (m_seen.size() > mostSeen)
        m_seen.pop_front();
}

bool BroadcastWitness::saw(UINT message, WPARAM wParam, LPARAM lParam)
{
    const std::uint64_t now = GetTickCount64();
    std::erase_if(m_seen, [now](const Seen &seen) { return now - seen.time > longest; });
    const auto found = std::ranges::find_if(m_seen, [&](const Seen &seen) {
        return seen.message == message && seen.wParam == wParam && seen.lParam == lParam;
    });
    if (found == m_seen.end())
        return false;
    m_seen.erase(found);
    return true;
}

} // namespace ipclens
