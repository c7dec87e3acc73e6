// Sending messages and waiting for the receiver's handler.
#include "core/os/windows/last_error.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/send_error.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/window_handle.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

std::string windowText(std::uint64_t window)
{
    return fmt::format("window 0x{:X}", window);
}

Error noWindow(std::uint64_t window)
{
    Error error = systemError(ERROR_INVALID_WINDOW_HANDLE, "SendMessageTimeout", windowText(window),
                              "Refresh the list of windows");
    if (toHandle(window) == HWND_BROADCAST)
        error.hint = "ipclens sends to one window, never to all";
    return error;
}

Result<void> checkWindow(std::uint64_t window)
{
    if (!IsWindow(toHandle(window)))
        return Failure(noWindow(window));
    return {};
}

std::int64_t nanoseconds(std::int64_t ticks)
{
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return static_cast<std::int64_t>(static_cast<double>(ticks) * 1e9 / static_cast<double>(frequency.QuadPart));
}

Result<SendOutcome> send(std::uint64_t window, UINT message, WPARAM wParam, LPARAM lParam, std::uint32_t timeout)
{
    // With SMTO_ABORTIFHUNG a time-out of 0 means to wait for ever. [doc, warning C28604]
    if (timeout == 0)
        return invalidInput("send message", "0", "the time-out has at least one millisecond");
    if (auto checked = checkWindow(window); !checked)
        return Failure(std::move(checked.error()));
    DWORD_PTR result = 0;
    LARGE_INTEGER begin, end;
    SetLastError(0);
    QueryPerformanceCounter(&begin);
    const LRESULT sent = SendMessageTimeoutW(toHandle(window), message, wParam, lParam,
                                             SMTO_ABORTIFHUNG | SMTO_ERRORONEXIT, timeout, &result);
    const DWORD code = GetLastError();
    QueryPerformanceCounter(&end);
    if (sent == 0)
        return Failure(sendError(code, window, timeout));
    return SendOutcome{.result = static_cast<std::int64_t>(static_cast<LONG_PTR>(result)),
                       .duration = nanoseconds(end.QuadPart - begin.QuadPart)};
}

Result<void> checkPointerSize(std::uint64_t value, const char *what)
{
    if (value <= UINTPTR_MAX)
        return {};
    return invalidInput("send message", fmt::format("{} 0x{:X}", what, value), "this session is a 32-bit one");
}

} // namespace

// With SMTO_ABORTIFHUNG a hung receiver may leave the last error at 0.
Error sendError(DWORD code, std::uint64_t window, std::uint32_t timeout)
{
    if (code == ERROR_INVALID_WINDOW_HANDLE || !IsWindow(toHandle(window)))
        return noWindow(window);
    if (code == ERROR_ACCESS_DENIED)
        return systemError(
            code, "SendMessageTimeout", windowText(window),
            "The window belongs to a process of higher integrity: run ipclens elevated, or let that process "
            "allow the message with ChangeWindowMessageFilterEx");
    const bool hung = IsHungAppWindow(toHandle(window)) != FALSE;
    if (code == ERROR_TIMEOUT || hung) {
        Error error = systemError(ERROR_TIMEOUT, "SendMessageTimeout", windowText(window));
        error.hint = hung ? "The window does not respond; its program is busy or stopped"
                          : fmt::format("Its handler did not return within {} ms, and may still be at it", timeout);
        return error;
    }
    return systemError(code, "SendMessageTimeout", windowText(window));
}

Result<SendOutcome> WindowsSystem::sendCopyData(std::uint64_t window, std::uint64_t sender, std::uint64_t id,
                                                const std::optional<Bytes> &data, std::uint32_t timeout)
{
    for (const auto &[value, what] : {std::pair(sender, "sender"), std::pair(id, "id")})
        if (auto checked = checkPointerSize(value, what); !checked)
            return Failure(std::move(checked.error()));
    if (data && data->size() > UINT32_MAX)
        return invalidInput("send message", fmt::format("{} bytes", data->size()), "cbData has 32 bits");
    static char nothing = 0; // lpData of an empty payload, which is not the same as none
    COPYDATASTRUCT copy{.dwData = static_cast<ULONG_PTR>(id), .cbData = 0, .lpData = nullptr};
    if (data) {
        copy.cbData = static_cast<DWORD>(data->size());
        copy.lpData = data->empty() ? static_cast<void *>(&nothing) : const_cast<std::byte *>(data->data());
    }
    return send(window, WM_COPYDATA, static_cast<WPARAM>(sender), reinterpret_cast<LPARAM>(&copy), timeout);
}

Result<SendOutcome> WindowsSystem::sendRegistered(std::uint64_t window, const std::string &name, std::uint64_t wParam,
                                                  std::uint64_t lParam, std::uint32_t timeout)
{
    for (const auto &[value, what] : {std::pair(wParam, "wParam"), std::pair(lParam, "lParam")})
        if (auto checked = checkPointerSize(value, what); !checked)
            return Failure(std::move(checked.error()));
    const auto message = registerMessage(name);
    if (!message)
        return Failure(message.error());
    return send(window, message->id, static_cast<WPARAM>(wParam), static_cast<LPARAM>(lParam), timeout);
}

} // namespace ipclens
