#include "core/text/character_text.h"

#include "core/text/input_text.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

std::unexpected<TextProblem> wrong(std::size_t offset, std::size_t length, std::string meaning)
{
    return std::unexpected(TextProblem{offset, length, std::move(meaning)});
}

std::string escaped(const EncodedCharacter &next, std::size_t unit)
{
    const std::uint32_t code = next.character.value_or(next.unit);
    if (code < 0x80 || (!next.character && unit == 1))
        return fmt::format("\\x{:02x}", code);
    return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

// Hex digits behind an escape's letter at `at`.
Parsed<std::uint32_t> readHexEscape(std::string_view text, std::size_t &at, std::size_t digits)
{
    const std::size_t begin = at - 2;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at) {
        const int digit = at < text.size() ? hexDigit(text[at]) : -1;
        if (digit < 0)
            return wrong(begin, at - begin, fmt::format("\\{} needs {} hex digits behind it", text[begin + 1], digits));
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
}

std::optional<char32_t> simpleEscape(char c)
{
    switch (c) {
    case 'n': return U'\n';
    case 't': return U'\t';
    case 'r': return U'\r';
    case '0': return U'\0';
    case 'a': return U'\a';
    case 'b': return U'\b';
    case 'f': return U'\f';
    case 'v': return U'\v';
    case '\\':
    case '\'':
    case '"':
    case '?': return static_cast<char32_t>(c);
    default: return std::nullopt;
    }
}

std::unexpected<TextProblem> lacks(std::string_view text, std::size_t begin, std::size_t end, TextEncoding encoding)
{
    return wrong(
        begin, end - begin,
        fmt::format("'{}' does not exist in {}", printable(text.substr(begin, end - begin)), nameOf(encoding)));
}

} // namespace

bool isPrintable(char32_t c)
{
    const bool isControl = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool isDirection = c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool isNoCharacter = c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
    return !isControl && !isDirection && !isNoCharacter;
}

Parsed<Bytes> encodeText(std::string_view utf8, TextEncoding encoding, ByteOrder order)
{
    Bytes bytes;
    bytes.reserve(utf8.size() * unitSize(encoding));
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0)
            return wrong(at, 1, fmt::format("\\x{:02x} is not valid UTF-8", static_cast<unsigned char>(utf8[at])));
        if (!appendEncoded(bytes, utf8Character(utf8, at, length), encoding, order))
            return lacks(utf8, at, at + length, encoding);
        at += length;
    }
    return bytes;
}

std::string quotedText(std::span<const std::byte> bytes, TextEncoding encoding, ByteOrder order, std::size_t limit)
{
    const std::size_t unit = unitSize(encoding);
    std::string shown = "\"";
    for (std::size_t at = 0, count = 0; bytes.size() - at >= unit; ++count) {
        const EncodedCharacter next = firstCharacter(bytes.subspan(at), encoding, order);
        if (next.unit == 0)
            break;
        if (count == limit)
            return shown + "\"...";
        if (next.character && (*next.character == U'"' || *next.character == U'\\'))
            shown += '\\';
        if (next.character && isPrintable(*next.character))
            appendUtf8(shown, *next.character);
        else
            shown += escaped(next, unit);
        at += next.size;
    }
    return shown + '"';
}

Parsed<void> readLiteralCharacter(std::string_view text, std::size_t &at, TextEncoding encoding, ByteOrder order,
                                  Bytes &bytes)
{
    const std::size_t begin = at;
    if (text[at] != '\\') {
        const std::size_t length = utf8Length(text, at);
        if (length == 0)
            return wrong(at, 1, fmt::format("\\x{:02x} is not valid UTF-8", static_cast<unsigned char>(text[at])));
        at += length;
        if (!appendEncoded(bytes, utf8Character(text, begin, length), encoding, order))
            return lacks(text, begin, at, encoding);
        return {};
    }
    const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
    at += 2;
    if (letter == 'x') {
        const auto unit = readHexEscape(text, at, 2);
        if (!unit)
            return std::unexpected(unit.error());
        appendUnit(bytes, *unit, unitSize(encoding), order);
        return {};
    }
    std::optional<char32_t> character = begin + 1 < text.size() ? simpleEscape(letter) : std::nullopt;
    if (letter == 'u' || letter == 'U') {
        const auto code = readHexEscape(text, at, letter == 'u' ? 4 : 8);
        if (!code)
            return std::unexpected(code.error());
        // Malformed UTF-32 is shown as it is, and taken back so.
        if (*code >= 0x110000 && encoding != TextEncoding::Utf32)
            return wrong(begin, at - begin, "there are no characters above \\U0010ffff");
        character = *code;
    }
    if (!character) {
        at = std::min(at, text.size());
        return wrong(begin, at - begin, "an unknown escape; a backslash itself is written \\\\");
    }
    if (!appendEncoded(bytes, *character, encoding, order))
        return lacks(text, begin, at, encoding);
    return {};
}

Parsed<Bytes> parseQuotedText(std::string_view text, TextEncoding encoding, ByteOrder order)
{
    std::size_t at = 0;
    std::size_t end = text.size();
    const bool isQuoted = text.starts_with('"');
    if (isQuoted && text.ends_with("\"..."))
        return wrong(end - 3, 3, "this text is cut: write all of it, with a quote at its end");
    if (isQuoted) {
        if (end < 2 || text.back() != '"')
            return wrong(end, 0, "the quote at the beginning has no partner at the end");
        at = 1;
        --end;
    }
    Bytes bytes;
    while (at < end) {
        if (isQuoted && text[at] == '"')
            return wrong(at, 1, "a quote within quotes is written \\\"");
        if (auto read = readLiteralCharacter(text.substr(0, end), at, encoding, order, bytes); !read)
            return std::unexpected(read.error());
    }
    return bytes;
}

} // namespace ipclens
