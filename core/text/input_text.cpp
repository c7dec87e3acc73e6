#include "core/text/input_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ipclens {

std::size_t utf8Length(std::string_view text, std::size_t offset)
{
    if (offset >= text.size())
        return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : (lead & 0xF0) == 0xE0       ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || text.size() - offset < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    }
    const unsigned char second = byte(1);
    // Overlong forms, surrogates and what lies above U+10FFFF are malformed (Unicode 15, table 3-7).
    const bool malformed = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                           (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
    return malformed ? 0 : length;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string printable(std::string_view text, std::size_t limit)
{
    std::string shown;
    for (std::size_t offset = 0, count = 0; offset < text.size(); ++count) {
        if (count == limit)
            return shown + "...";
        const std::size_t length = utf8Length(text, offset);
        const auto first = static_cast<unsigned char>(text[offset]);
        const bool isControl =
            length == 1 ? first < 0x20 || first == 0x7F
                        : length == 2 && first == 0xC2 && static_cast<unsigned char>(text[offset + 1]) < 0xA0;
        if (length == 0 || isControl) {
            shown += fmt::format("\\x{:02x}", first);
            ++offset;
        } else {
            shown += text.substr(offset, length);
            offset += length;
        }
    }
    return shown;
}

std::string position(std::string_view text, std::size_t offset)
{
    std::size_t count = 1;
    for (std::size_t i = 0; i < offset && i < text.size(); ++count)
        i += std::max<std::size_t>(1, utf8Length(text, i));
    return fmt::format("character {}", count);
}

std::string characterAt(std::string_view text, std::size_t offset)
{
    if (offset >= text.size())
        return "the end";
    const std::size_t length = std::max<std::size_t>(1, utf8Length(text, offset));
    return fmt::format("'{}'", printable(text.substr(offset, length)));
}

Failure wrongText(std::string_view what, std::string_view text, std::string_view problem)
{
    return invalidInput(std::string(what), printable(text), std::string(problem));
}

} // namespace ipclens
