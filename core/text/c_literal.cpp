#include "core/text/c_literal.h"

#include "core/text/input_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {

std::string wideLiteral(std::string_view text)
{
    std::string literal = "L\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8Length(text, at);
        std::uint32_t code = 0xFFFD;
        if (length > 0)
            code = static_cast<unsigned char>(text[at]) & (length == 1 ? 0x7Fu : 0xFFu >> (length + 1));
        for (std::size_t i = 1; i < length; ++i)
            code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
        at += std::max<std::size_t>(length, 1);
        if (code == '"' || code == '\\')
            literal += fmt::format("\\{}", static_cast<char>(code));
        else if (code >= ' ' && code <= '~' && code != '?') // no trigraphs
            literal += static_cast<char>(code);
        else if (code < 0xA0)
            literal += fmt::format("\\{:03o}", code); // \u may not name these
        else if (code < 0x10000)
            literal += fmt::format("\\u{:04X}", code);
        else
            literal += fmt::format("\\U{:08X}", code);
    }
    return literal + '"';
}

std::string commentText(std::string_view text)
{
    std::string comment(text);
    std::ranges::replace_if(
        comment, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == '?'; },
        '_');
    return comment;
}

} // namespace ipclens
