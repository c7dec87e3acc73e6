#include "core/os/windows/window_owners.h"

#include "core/os/windows/utf16.h"
#include "core/os/windows/window_handle.h"

#include <algorithm>

namespace ipclens {

std::shared_ptr<const WindowOwner> WindowOwners::of(std::uint64_t window)
{
    constexpr std::uint64_t remembered = 100; // milliseconds
    const std::uint64_t now = GetTickCount64();
    Entry &entry = m_entries[(window >> 1) % m_entries.size()];
    if (entry.window != window || now - entry.asked >= remembered)
        entry = {.window = window, .asked = now, .owner = ask(window)};
    return entry.owner;
}

std::shared_ptr<const WindowOwner> WindowOwners::ask(std::uint64_t window)
{
    DWORD pid = 0;
    const HWND handle = toHandle(window);
    if (!handle || GetWindowThreadProcessId(handle, &pid) == 0)
        return {};
    wchar_t title[256];
    const int length = InternalGetWindowText(handle, title, 256);
    return std::make_shared<const WindowOwner>(
        m_senders.of(pid), toUtf8(std::wstring_view(title, static_cast<std::size_t>(std::max(length, 0)))));
}

void setSender(Message &message, const WindowOwner &owner)
{
    message.sender = owner.process.key;
    message.senderName = owner.process.name;
    message.senderTitle = owner.title;
}

void setReceiver(Message &message, const Window &window)
{
    message.receiverWindow = window.handle;
    message.receiver = window.process;
    message.receiverName = window.processName;
}

} // namespace ipclens
