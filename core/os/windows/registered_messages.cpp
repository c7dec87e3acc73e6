#include "core/os/windows/registered_messages.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/utf16.h"

#include <fmt/format.h>

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

} // namespace ipclens
