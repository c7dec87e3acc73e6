#include "core/model/error.h"

#include <fmt/format.h>

namespace ipclens {

std::string toText(const Error &error)
{
    std::string text = error.operation;
    if (!error.object.empty())
        text += text.empty()                   ? error.object
                : error.object.starts_with('"') ? " " + error.object // what was typed
                                                : fmt::format(" of {}", error.object);
    if (!text.empty())
        text += ": ";
    text += error.meaning.empty() ? std::string(nameOf(error.kind)) : error.meaning;
    if (error.code != 0)
        text += error.code > 0xFFFF ? fmt::format(" (0x{:08X})", error.code) : fmt::format(" ({})", error.code);
    if (!error.hint.empty())
        text += ". " + error.hint;
    return text;
}

Failure invalidInput(std::string what, std::string text, std::string problem)
{
    return Failure(Error{.kind = ErrorKind::Invalid,
                         .operation = std::move(what),
                         .object = fmt::format("\"{}\"", text),
                         .meaning = std::move(problem)});
}

} // namespace ipclens
