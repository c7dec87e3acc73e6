#include "core/text/character_text.h"

#include "core/text/input_text.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

std::unexpected<TextProblem> wrong(std::size_t offset, std::size_t length, std::string meaning)
{
    return std::unexpected(TextProblem{offset, length, std::move(meaning)});
}

void appendUnit(Bytes &bytes, std::uint32_t value, std::size_t size, ByteOrder order)
{
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t shift = 8 * (order == ByteOrder::Little ? i : size - 1 - i);
        bytes.push_back(static_cast<std::byte>(value >> shift));
    }
}

std::uint32_t loadUnit(std::span<const std::byte> bytes, std::size_t size, ByteOrder order)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * (order == ByteOrder::Little ? i : size - 1 - i);
    return value;
}

bool isSurrogate(char32_t c)
{
    return c >= 0xD800 && c < 0xE000;
}

// False: the encoding has no such character. Surrogates pass where they are units of their own.
bool appendEncoded(Bytes &bytes, char32_t c, TextEncoding encoding, ByteOrder order)
{
    switch (encoding) {
    case TextEncoding::Ascii:
    case TextEncoding::Latin1:
        if (c > (encoding == TextEncoding::Ascii ? 0x7Fu : 0xFFu))
            return false;
        bytes.push_back(static_cast<std::byte>(c));
        return true;
    case TextEncoding::Utf8: {
        if (isSurrogate(c))
            return false;
        std::string text;
        appendUtf8(text, c);
        const auto encoded = std::as_bytes(std::span(text));
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
        return true;
    }
    case TextEncoding::Utf16:
        if (c >= 0x10000) {
            appendUnit(bytes, 0xD800 + ((c - 0x10000) >> 10), 2, order);
            appendUnit(bytes, 0xDC00 + ((c - 0x10000) & 0x3FF), 2, order);
        } else {
            appendUnit(bytes, c, 2, order);
        }
        return true;
    case TextEncoding::Utf32:
        break;
    }
    appendUnit(bytes, c, 4, order);
    return true;
}

char32_t decodeUtf8(std::string_view text, std::size_t at, std::size_t length)
{
    const auto lead = static_cast<unsigned char>(text[at]);
    if (length == 1)
        return lead;
    char32_t c = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i)
        c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    return c;
}

// The next character of encoded text; no character: one malformed unit.
struct NextCharacter {
    std::optional<char32_t> character;
    std::size_t size = 1; // bytes
    std::uint32_t unit = 0;
};

NextCharacter nextCharacter(std::span<const std::byte> bytes, TextEncoding encoding, ByteOrder order)
{
    const std::size_t size = unitSize(encoding);
    const std::uint32_t unit = loadUnit(bytes, size, order);
    NextCharacter next{.size = size, .unit = unit};
    switch (encoding) {
    case TextEncoding::Ascii:
        if (unit < 0x80)
            next.character = unit;
        break;
    case TextEncoding::Latin1:
        next.character = unit;
        break;
    case TextEncoding::Utf8: {
        const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        if (const std::size_t length = utf8Length(text, 0); length > 0) {
            next.character = decodeUtf8(text, 0, length);
            next.size = length;
        }
        break;
    }
    case TextEncoding::Utf16:
        if (!isSurrogate(unit)) {
            next.character = unit;
        } else if (unit < 0xDC00 && bytes.size() >= 4) {
            const std::uint32_t low = loadUnit(bytes.subspan(2), 2, order);
            if (low >= 0xDC00 && low < 0xE000) {
                next.character = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                next.size = 4;
            }
        }
        break;
    case TextEncoding::Utf32:
        if (unit < 0x110000 && !isSurrogate(unit))
            next.character = unit;
        break;
    }
    return next;
}

std::string escaped(const NextCharacter &next, std::size_t unit)
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

void appendUtf8(std::string &text, char32_t c)
{
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | c >> 6);
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        text += static_cast<char>(0xE0 | c >> 12);
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | c >> 18);
        text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    }
}

bool isPrintable(char32_t c)
{
    const bool isControl = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool isDirection = c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool isNoCharacter = c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
    return !isControl && !isDirection && !isNoCharacter;
}

std::size_t unitSize(TextEncoding encoding)
{
    return encoding == TextEncoding::Utf16 ? 2 : encoding == TextEncoding::Utf32 ? 4 : 1;
}

Parsed<Bytes> encodeText(std::string_view utf8, TextEncoding encoding, ByteOrder order)
{
    Bytes bytes;
    bytes.reserve(utf8.size() * unitSize(encoding));
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0)
            return wrong(at, 1, fmt::format("\\x{:02x} is not valid UTF-8", static_cast<unsigned char>(utf8[at])));
        if (!appendEncoded(bytes, decodeUtf8(utf8, at, length), encoding, order))
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
        const NextCharacter next = nextCharacter(bytes.subspan(at), encoding, order);
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
        if (!appendEncoded(bytes, decodeUtf8(text, begin, length), encoding, order))
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
