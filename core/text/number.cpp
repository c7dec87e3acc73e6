#include "core/text/number.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace ipclens {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

bool isSeparator(char c)
{
    return c == '\'' || c == '_' || c == '`';
}

// A text being read from left to right, and the errors that name the place.
struct Cursor {
    std::string_view what;
    std::string_view text;
    std::size_t at = 0;

    bool atEnd() const { return at >= text.size(); }
    void skipSpaces()
    {
        while (!atEnd() && isSpace(text[at]))
            ++at;
    }
    bool skipHexPrefix()
    {
        const bool found = at + 1 < text.size() && text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X');
        at += found ? 2 : 0;
        return found;
    }
    Failure wrong(std::size_t where, std::string_view problem) const
    {
        return wrongText(what, text, fmt::format("{}: {}", position(text, where), problem));
    }
};

// Digits of `radix`, with separators between them where allowed.
Result<std::uint64_t> readDigits(Cursor &cursor, unsigned radix, bool separators)
{
    const std::size_t begin = cursor.at;
    std::uint64_t value = 0;
    while (!cursor.atEnd()) {
        const char c = cursor.text[cursor.at];
        if (separators && isSeparator(c) && cursor.at > begin && cursor.at + 1 < cursor.text.size() &&
            hexDigit(cursor.text[cursor.at + 1]) >= 0) {
            ++cursor.at;
            continue;
        }
        const auto digit = static_cast<unsigned>(hexDigit(c)); // -1 becomes larger than any digit
        if (digit >= radix)
            break;
        if (value > (largest - digit) / radix)
            return cursor.wrong(cursor.at, "the number is larger than 64 bits hold");
        value = value * radix + digit;
        ++cursor.at;
    }
    if (cursor.at == begin)
        return cursor.wrong(begin, fmt::format("a {} number was expected, found {}", radix == 16 ? "hex" : "decimal",
                                               characterAt(cursor.text, begin)));
    return value;
}

std::optional<unsigned> shiftOf(char suffix)
{
    switch (suffix) {
    case 'K':
    case 'k':
        return 10;
    case 'M':
    case 'm':
        return 20;
    case 'G':
    case 'g':
        return 30;
    case 'T':
    case 't':
        return 40;
    default:
        return std::nullopt;
    }
}

} // namespace

Result<std::uint64_t> parseAddress(std::string_view text)
{
    Cursor cursor{"read an address", text};
    cursor.skipSpaces();
    if (cursor.atEnd())
        return cursor.wrong(0, "an address was expected; write hex, as 7ff61000 or 0x1f+20");

    std::uint64_t sum = 0;
    char sign = '+';
    std::size_t signAt = cursor.at;
    for (;;) {
        cursor.skipSpaces();
        cursor.skipHexPrefix();
        const auto term = readDigits(cursor, 16, true);
        if (!term)
            return term;
        if (sign == '+' && *term > largest - sum)
            return cursor.wrong(signAt, "the sum is larger than 64 bits hold");
        if (sign == '-' && *term > sum)
            return cursor.wrong(signAt, "the difference is below zero");
        sum = sign == '+' ? sum + *term : sum - *term;

        cursor.skipSpaces();
        if (cursor.atEnd())
            return sum;
        sign = cursor.text[cursor.at];
        signAt = cursor.at;
        if (sign != '+' && sign != '-')
            return cursor.wrong(cursor.at,
                                fmt::format("{} is neither a hex digit nor + or -", characterAt(text, cursor.at)));
        ++cursor.at;
    }
}

Result<std::uint64_t> parseSize(std::string_view text)
{
    Cursor cursor{"read a size", text};
    cursor.skipSpaces();
    if (cursor.atEnd())
        return cursor.wrong(0, "a size was expected; write bytes, as 4096, 0x1000, 64K or 5G");
    if (cursor.text[cursor.at] == '-')
        return cursor.wrong(cursor.at, "a size cannot be negative");
    const std::size_t begin = cursor.at;
    const bool isHex = cursor.skipHexPrefix();
    const auto number = readDigits(cursor, isHex ? 16 : 10, false);
    if (!number)
        return number;

    std::uint64_t size = *number;
    if (!cursor.atEnd()) {
        if (const auto shift = shiftOf(cursor.text[cursor.at])) {
            if (size > largest >> *shift)
                return cursor.wrong(begin, "the number is larger than 64 bits hold");
            size <<= *shift;
            ++cursor.at;
        }
    }
    cursor.skipSpaces();
    if (!cursor.atEnd())
        return cursor.wrong(cursor.at,
                            fmt::format("{} does not belong to a size; write bytes, as 4096, 0x1000, 64K or 5G",
                                        characterAt(text, cursor.at)));
    return size;
}

} // namespace ipclens
