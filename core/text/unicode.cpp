#include "core/text/unicode.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <iterator>

namespace ipclens {
namespace {

// 0x80 to 0x9F of code page 1252, as Microsoft's table at unicode.org has them; the rest of it is Latin-1.
constexpr char32_t ansiUpper[] = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                  0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                  0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

std::uint32_t loadUnit(std::span<const std::byte> bytes, std::size_t size, ByteOrder order)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * (order == ByteOrder::Little ? i : size - 1 - i);
    return value;
}

} // namespace

void appendUtf8(std::string &text, char32_t c)
{
    if (c < 0x80) {
        text += static_cast<char>(c);
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr unsigned leads[] = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(leads[more] | c >> 6 * more);
    for (int i = more; i-- > 0;)
        text += static_cast<char>(0x80 | (c >> 6 * i & 0x3F));
}

char32_t utf8Character(std::string_view text, std::size_t at, std::size_t length)
{
    const auto lead = static_cast<unsigned char>(text[at]);
    if (length == 1)
        return lead;
    char32_t c = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i)
        c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    return c;
}

std::size_t unitSize(TextEncoding encoding)
{
    return encoding == TextEncoding::Utf16 ? 2 : encoding == TextEncoding::Utf32 ? 4 : 1;
}

void appendUnit(Bytes &bytes, std::uint32_t value, std::size_t size, ByteOrder order)
{
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t shift = 8 * (order == ByteOrder::Little ? i : size - 1 - i);
        bytes.push_back(static_cast<std::byte>(value >> shift));
    }
}

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

EncodedCharacter firstCharacter(std::span<const std::byte> bytes, TextEncoding encoding, ByteOrder order)
{
    const std::size_t size = unitSize(encoding);
    const std::uint32_t unit = loadUnit(bytes, size, order);
    EncodedCharacter first{.size = size, .unit = unit};
    switch (encoding) {
    case TextEncoding::Ascii:
        if (unit < 0x80)
            first.character = unit;
        break;
    case TextEncoding::Latin1:
        first.character = unit;
        break;
    case TextEncoding::Utf8: {
        const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        if (const std::size_t length = utf8Length(text, 0); length > 0) {
            first.character = utf8Character(text, 0, length);
            first.size = length;
        }
        break;
    }
    case TextEncoding::Utf16:
        if (!isSurrogate(unit)) {
            first.character = unit;
        } else if (unit < 0xDC00 && bytes.size() >= 4) {
            const std::uint32_t low = loadUnit(bytes.subspan(2), 2, order);
            if (low >= 0xDC00 && low < 0xE000) {
                first.character = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                first.size = 4;
            }
        }
        break;
    case TextEncoding::Utf32:
        if (unit < 0x110000 && !isSurrogate(unit))
            first.character = unit;
        break;
    }
    return first;
}

char32_t ansiCharacter(std::byte byte)
{
    const auto value = std::to_integer<unsigned>(byte);
    return value >= 0x80 && value < 0xA0 ? ansiUpper[value - 0x80] : value;
}

std::optional<std::byte> ansiByte(char32_t c)
{
    if (c < 0x80 || (c >= 0xA0 && c < 0x100))
        return static_cast<std::byte>(c);
    const auto *const upper = std::ranges::find(ansiUpper, c);
    if (upper == std::end(ansiUpper) || c == replacementCharacter)
        return std::nullopt;
    return static_cast<std::byte>(0x80 + (upper - ansiUpper));
}

} // namespace ipclens
