#include "core/text/hex.h"

#include "core/text/each_byte.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::string_view what = "read hex bytes";

void appendByte(std::string &text, std::byte byte)
{
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
}

char textOf(std::byte byte)
{
    const auto value = std::to_integer<unsigned char>(byte);
    return value >= 0x20 && value < 0x7F ? static_cast<char>(value) : '.';
}

} // namespace

std::string toHex(std::span<const std::byte> bytes, std::string_view separator)
{
    std::string text;
    text.reserve(bytes.size() * (2 + separator.size()));
    for (const std::byte byte : bytes) {
        if (!text.empty())
            text += separator;
        appendByte(text, byte);
    }
    return text;
}

Result<Bytes> fromHex(std::string_view text)
{
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    std::size_t at = 0;
    std::size_t comma = std::string_view::npos; // of the one that still needs a byte behind it
    const auto skipSpaces = [&] {
        while (at < text.size() && isSpace(text[at]))
            ++at;
    };
    const auto wrong = [&](std::size_t where, std::string_view problem) {
        return wrongText(what, text, fmt::format("{}: {}", position(text, where), problem));
    };

    for (skipSpaces(); at < text.size(); skipSpaces()) {
        if (text[at] == ',') {
            if (bytes.empty() || comma != std::string_view::npos)
                return wrong(at, "a comma without a byte before it");
            comma = at++;
            continue;
        }
        const bool hasPrefix = text[at] == '0' && at + 1 < text.size() && (text[at + 1] == 'x' || text[at + 1] == 'X');
        const std::size_t begin = hasPrefix ? at + 2 : at;
        for (at = begin; at < text.size() && hexDigit(text[at]) >= 0; ++at) {
            if ((at - begin) % 2 == 1)
                bytes.push_back(static_cast<std::byte>(hexDigit(text[at - 1]) << 4 | hexDigit(text[at])));
        }
        if (at < text.size() && !isSpace(text[at]) && text[at] != ',')
            return wrong(at, fmt::format("{} is not a hex digit", characterAt(text, at)));
        if (at == begin)
            return wrong(begin - 2, "0x without digits behind it");
        if ((at - begin) % 2 == 1)
            return wrong(at - 1, "the last byte has one digit; write two");
        comma = std::string_view::npos;
    }
    if (comma != std::string_view::npos)
        return wrong(comma, "a comma without a byte behind it");
    return bytes;
}

std::string hexDump(const MemoryImage &image)
{
    constexpr std::size_t columns = 16;
    const Address last = image.bytes.empty() ? image.address : image.address + image.bytes.size() - 1;
    const int width = last > 0xFFFF'FFFF'FFFF ? 16 : last > 0xFFFF'FFFF ? 12 : 8;

    std::string dump;
    dump.reserve((image.bytes.size() / columns + 1) * 88);
    std::string text;
    const auto endRow = [&](std::size_t used) {
        for (std::size_t i = used; i < columns; ++i)
            dump += i == 8 ? "    " : "   ";
        dump += "  |" + text + "|\n";
        text.clear();
    };
    forEachByte(image, [&](std::size_t i, bool readable) {
        const std::size_t column = i % columns;
        if (column == 0)
            dump += fmt::format("{:0{}x} ", image.address + i, width);
        dump += column == 8 ? "  " : " ";
        if (readable)
            appendByte(dump, image.bytes[i]);
        else
            dump += "??";
        text += readable ? textOf(image.bytes[i]) : '?';
        if (column + 1 == columns)
            endRow(columns);
    });
    if (!text.empty())
        endRow(text.size());
    return dump;
}

std::string cArray(const MemoryImage &image)
{
    std::string text;
    text.reserve(image.bytes.size() * 6);
    forEachByte(image, [&](std::size_t i, bool readable) {
        if (!text.empty())
            text += ", ";
        text += "0x";
        if (readable)
            appendByte(text, image.bytes[i]);
        else
            text += "00 /* unreadable */";
    });
    return text;
}

} // namespace ipclens
