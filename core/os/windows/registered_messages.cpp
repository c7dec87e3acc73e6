#include "core/os/windows/registered_messages.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/utf16.h"

#include <algorithm>

#include <fmt/format.h>

#include <windows.h>

namespace ipclens {

Result<RegisteredMessage> registerMessage(const std::string &name)
{
    constexpr std::size_t longest = 255; // of an atom's name
    const auto wide = toUtf16(name, "register message");
    if (!wide)
        return Failure(wide.error());
    if (wide->empty())
        return invalidInput("register message", name, "a message's name has at least one character");
    if (wide->size() > longest)
        return invalidInput("register message", name.substr(0, 40) + "...",
                            fmt::format("it has {} characters, Windows takes {}", wide->size(), longest));
    const UINT id = RegisterWindowMessageW(wide->c_str());
    const DWORD code = GetLastError();
    if (id == 0)
        return systemFailure(code, "RegisterWindowMessage", fmt::format("message \"{}\"", name));
    return RegisteredMessage{name, id};
}

Result<std::vector<RegisteredMessage>> registerMessages(const std::vector<std::string> &names)
{
    std::vector<RegisteredMessage> registered;
    for (const std::string &name : names) {
        auto message = registerMessage(name);
        if (!message)
            return Failure(std::move(message.error()));
        if (std::ranges::find(registered, message->id, &RegisteredMessage::id) == registered.end())
            registered.push_back(std::move(*message));
    }
    return registered;
}

MessageNames::MessageNames(const std::vector<RegisteredMessage> &known)
{
    for (const RegisteredMessage &message : known)
        m_names[message.id] = message.name;
}

const std::string &MessageNames::of(std::uint32_t message)
{
    std::string &name = m_names[message];
    if (name.empty()) {
        wchar_t text[256]; // an atom's name has at most 255 characters
        const int length = GetClipboardFormatNameW(message, text, 256);
        name = length > 0 ? toUtf8({text, static_cast<std::size_t>(length)}) : fmt::format("#{}", message);
    }
    return name;
}

} // namespace ipclens
