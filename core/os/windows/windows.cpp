#include "core/os/windows/last_error.h"
#include "core/os/windows/process_list.h"
#include "core/os/windows/top_level_windows.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace ipclens {
namespace {

BOOL CALLBACK keepWindow(HWND window, LPARAM list) noexcept
{
    reinterpret_cast<std::vector<HWND> *>(list)->push_back(window);
    return TRUE;
}

// EnumWindows leaves these out. A window that goes away in the middle of the walk cuts it short, so that it begins
// anew. Wine may give some or all of the others as well.
std::vector<HWND> messageOnlyWindows(const std::vector<HWND> &topLevel)
{
    const std::set<HWND> others(topLevel.begin(), topLevel.end());
    constexpr std::size_t most = 1 << 17; // Windows has at most 65,536 window handles in a session
    std::vector<HWND> windows;
    for (int attempt = 0; attempt < 10; ++attempt) {
        windows.clear();
        HWND last = nullptr;
        std::size_t seen = 0;
        while (const HWND next = FindWindowExW(HWND_MESSAGE, last, nullptr, nullptr)) {
            if (!others.contains(next))
                windows.push_back(next);
            last = next;
            if (++seen == most)
                return windows;
        }
        if (!last || IsWindow(last))
            break;
    }
    return windows;
}

// The text as the system keeps it: GetWindowText would send WM_GETTEXT to windows of our own process and wait for the
// answer.
std::string titleOf(HWND window)
{
    std::wstring title(256, L'\0');
    for (;;) {
        const int length = InternalGetWindowText(window, title.data(), static_cast<int>(title.size()));
        if (length + 1 < static_cast<int>(title.size()) || title.size() >= 1 << 16)
            return toUtf8(std::wstring_view(title).substr(0, static_cast<std::size_t>(std::max(length, 0))));
        title.resize(title.size() * 4);
    }
}

// Without the names of its process.
Window describe(HWND handle, bool messageOnly)
{
    Window window{
        .handle = reinterpret_cast<std::uintptr_t>(handle), .title = titleOf(handle), .messageOnly = messageOnly};
    wchar_t className[257]; // a class name has at most 256 characters
    const int length = GetClassNameW(handle, className, 257);
    window.className = toUtf8({className, static_cast<std::size_t>(std::max(length, 0))});
    DWORD pid = 0;
    window.thread = GetWindowThreadProcessId(handle, &pid);
    window.process.pid = pid;
    window.visible = IsWindowVisible(handle) != FALSE;
    return window;
}

void nameProcess(Window &window, const ListedProcess &process)
{
    window.process = process.key;
    window.processName = process.name;
}

} // namespace

Result<std::vector<HWND>> topLevelWindows()
{
    std::vector<HWND> windows;
    const BOOL done = EnumWindows(keepWindow, reinterpret_cast<LPARAM>(&windows));
    const DWORD code = GetLastError();
    if (!done)
        return systemFailure(code, "EnumWindows", "windows", "The session's process needs a desktop to see windows");
    return windows;
}

Result<std::vector<Window>> WindowsSystem::windows(std::stop_token stop)
{
    const auto topLevel = topLevelWindows();
    if (!topLevel)
        return Failure(topLevel.error());
    const auto messageOnly = messageOnlyWindows(*topLevel);
    const auto listed = listProcesses(); // after the windows, so that their processes are in it
    if (!listed)
        return Failure(listed.error());
    std::map<std::uint32_t, const ListedProcess *> processes;
    for (const ListedProcess &process : *listed)
        processes[process.key.pid] = &process;

    std::vector<Window> windows;
    const auto add = [&](const std::vector<HWND> &handles, bool areMessageOnly) {
        for (const HWND handle : handles) {
            if (stop.stop_requested())
                return false;
            Window window = describe(handle, areMessageOnly);
            if (const auto process = processes.find(window.process.pid); process != processes.end())
                nameProcess(window, *process->second);
            if (window.thread != 0) // else it is gone by now
                windows.push_back(std::move(window));
        }
        return true;
    };
    if (!add(*topLevel, false) || !add(messageOnly, true))
        return cancelled("list windows");
    return windows;
}

Result<Window> WindowsSystem::windowAt(std::int32_t x, std::int32_t y, bool innermost)
{
    const auto none = [x, y] {
        return Failure(Error{.kind = ErrorKind::Missing,
                             .operation = "find window",
                             .object = fmt::format("point {}, {} of the screen", x, y),
                             .meaning = "there is no window"});
    };
    HWND handle = WindowFromPoint({x, y});
    if (handle && !innermost)
        handle = GetAncestor(handle, GA_ROOT);
    if (!handle)
        return none();
    Window window = describe(handle, false);
    if (window.thread == 0)
        return none(); // gone meanwhile
    if (const auto listed = listProcesses())
        for (const ListedProcess &process : *listed)
            if (process.key.pid == window.process.pid)
                nameProcess(window, process);
    return window;
}

} // namespace ipclens
