#include "core/traffic/filter_text.h"

#include "core/text/character_text.h"
#include "core/text/input_text.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <limits>

#include <fmt/format.h>

namespace ipclens::filter {

bool isWordLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

std::string FilterText::here() const
{
    return characterAt(m_text, m_at);
}

void FilterText::fail(std::size_t offset, std::size_t length, std::string meaning) const
{
    offset = std::min(offset, m_text.size());
    throw Wrong{{.offset = offset, .length = std::min(length, m_text.size() - offset), .meaning = std::move(meaning)}};
}

char FilterText::peek()
{
    while (m_at < m_text.size() && isSpace(m_text[m_at]))
        ++m_at;
    return at(m_at);
}

bool FilterText::take(std::string_view sign)
{
    peek();
    if (!m_text.substr(m_at).starts_with(sign))
        return false;
    m_at += sign.size();
    return true;
}

std::size_t FilterText::wordLength() const
{
    std::size_t end = m_at;
    while (isWordLetter(at(end)))
        ++end;
    return end > m_at ? end - m_at : (m_at < m_text.size() ? 1 : 0);
}

std::string_view FilterText::peekWord()
{
    peek();
    std::size_t end = m_at;
    while (isWordLetter(at(end)))
        ++end;
    return m_text.substr(m_at, end - m_at);
}

bool FilterText::takeWord(std::string_view word)
{
    if (peekWord() != word)
        return false;
    m_at += word.size();
    return true;
}

std::int64_t FilterText::readOffset()
{
    peek();
    const auto begin = m_at;
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), value);
    if (code != std::errc{} || value > INT32_MAX || value < -INT32_MAX)
        fail(begin, std::max<std::size_t>(1, wordLength()), "a decimal number of bytes was expected");
    m_at = static_cast<std::size_t>(end - m_text.data());
    return value;
}

bool FilterText::looksLikeBytes() const
{
    if (hexDigit(at(m_at)) < 0 || hexDigit(at(m_at + 1)) < 0)
        return false;
    const bool decimal = at(m_at) <= '9' && at(m_at + 1) <= '9';
    return at(m_at + 2) == ':' || (!decimal && wordLength() == 2);
}

bool FilterText::looksLikeString() const
{
    const char c = at(m_at);
    const char next = at(m_at + 1);
    return c == '"' || c == '\'' || ((c == 'u' || c == 'U') && (next == '"' || next == '\''));
}

bool FilterText::looksLikeNumber() const
{
    const char c = at(m_at);
    const char next = at(m_at + 1);
    return (c >= '0' && c <= '9') || c == '-' || (c == '.' && next >= '0' && next <= '9');
}

Operand FilterText::readBytes()
{
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Bytes};
    for (;;) {
        if (hexDigit(at(m_at)) < 0 || hexDigit(at(m_at + 1)) < 0)
            fail(m_at, 1, "two hex digits were expected after the colon");
        operand.bytes.push_back(static_cast<std::byte>(hexDigit(at(m_at)) * 16 + hexDigit(at(m_at + 1))));
        m_at += 2;
        if (at(m_at) != ':')
            break;
        ++m_at;
    }
    if (isWordLetter(at(m_at)))
        fail(m_at, 1, fmt::format("{} does not belong to bytes like 4d:79", here()));
    return operand;
}

Operand FilterText::readNumber()
{
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Number};
    const auto begin = m_at;
    Whole whole;
    if (at(m_at) == '-') {
        whole.negative = true;
        ++m_at;
    }
    const bool hex = at(m_at) == '0' && (at(m_at + 1) == 'x' || at(m_at + 1) == 'X');
    if (hex)
        m_at += 2;
    const auto *first = m_text.data() + m_at;
    const auto *last = m_text.data() + m_text.size();
    auto [end, code] = std::from_chars(first, last, whole.magnitude, hex ? 16 : 10);
    if (code == std::errc::result_out_of_range)
        fail(begin, static_cast<std::size_t>(end - m_text.data()) - begin, "the number is larger than 64 bits hold");
    const auto rest = static_cast<std::size_t>(end - m_text.data());
    const bool range = at(rest) == '.' && at(rest + 1) == '.'; // 1..5 in a list
    if (!hex && !range && (at(rest) == '.' || at(rest) == 'e' || at(rest) == 'E')) {
        double value = 0;
        const auto parsed = std::from_chars(first, last, value);
        if (parsed.ec != std::errc{})
            fail(begin, 1, "this is not a number");
        operand.number = whole.negative ? -value : value;
        m_at = static_cast<std::size_t>(parsed.ptr - m_text.data());
    } else {
        if (code != std::errc{})
            fail(begin, std::max<std::size_t>(1, rest - begin), "digits were expected");
        m_at = rest;
        constexpr std::string_view suffixes = "KMGT";
        if (const auto power = suffixes.find(at(m_at)); !hex && at(m_at) != '\0' && power != suffixes.npos) {
            const auto shift = 10 * (power + 1);
            if (whole.magnitude > (~std::uint64_t{0} >> shift))
                fail(begin, m_at + 1 - begin, "the number is larger than 64 bits hold");
            whole.magnitude <<= shift;
            ++m_at;
        }
        operand.number = whole;
    }
    const bool twoDots = at(m_at) == '.' && at(m_at + 1) == '.';
    if (isWordLetter(at(m_at)) && !twoDots)
        fail(m_at, wordLength(), fmt::format("{} does not belong to a number", here()));
    return operand;
}

Operand FilterText::readString()
{
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Text};
    std::optional<TextEncoding> encoding;
    const auto begin = m_at;
    if (at(m_at) == 'u' || at(m_at) == 'U')
        encoding = at(m_at++) == 'u' ? TextEncoding::Utf16 : TextEncoding::Utf32;
    const char quote = at(m_at++);
    Bytes utf8;
    while (at(m_at) != quote) {
        if (m_at >= m_text.size())
            fail(begin, m_text.size() - begin, fmt::format("the closing {} is missing", quote));
        if (const auto read = readLiteralCharacter(m_text, m_at, TextEncoding::Utf8, ByteOrder::Little, utf8); !read)
            throw Wrong{read.error()};
    }
    ++m_at;
    operand.text.text.assign(reinterpret_cast<const char *>(utf8.data()), utf8.size());
    const auto encode = [&](TextEncoding as) -> std::optional<Bytes> {
        auto encoded = encodeText(operand.text.text, as, ByteOrder::Little);
        return encoded ? std::optional(std::move(*encoded)) : std::nullopt; // \xNN may make what is no character
    };
    if (encoding) {
        operand.text.inPayload = encode(*encoding);
        if (!operand.text.inPayload)
            fail(begin, m_at - begin, "this has bytes that are no characters: they cannot be encoded");
    } else if (auto utf16 = encode(TextEncoding::Utf16)) {
        operand.text.utf16 = std::move(*utf16);
    }
    return operand;
}

std::optional<std::int64_t> parseLocalTime(std::string_view text)
{
    const auto number = [&text](std::size_t digits) -> std::optional<int> {
        int value = 0;
        if (text.size() < digits)
            return {};
        const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value);
        if (code != std::errc{} || end != text.data() + digits)
            return {};
        text.remove_prefix(digits);
        return value;
    };
    const auto sign = [&text](char c) {
        const bool found = !text.empty() && text.front() == c;
        text.remove_prefix(found ? 1 : 0);
        return found;
    };
    const auto now = std::time(nullptr);
    std::tm day{};
    if (const auto *today = std::localtime(&now)) // parsing is for one thread at a time: the user types it
        day = *today;
    if (text.size() > 4 && text[4] == '-') {
        const auto year = number(4);
        const bool first = sign('-');
        const auto month = number(2);
        const bool second = sign('-');
        const auto date = number(2);
        if (!year || !month || !date || !first || !second || *month < 1 || *month > 12 || *date < 1 || *date > 31)
            return {};
        day.tm_year = *year - 1900;
        day.tm_mon = *month - 1;
        day.tm_mday = *date;
        if (!sign(' ') && !sign('T'))
            return {};
    }
    const auto hour = number(2);
    const bool colon = sign(':');
    const auto minute = number(2);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59)
        return {};
    std::optional<int> second = 0;
    std::int64_t fraction = 0;
    if (sign(':')) {
        second = number(2);
        if (!second || *second > 59)
            return {};
        if (sign('.')) {
            if (text.empty() || text.size() > 9)
                return {};
            std::int64_t unit = 100'000'000;
            for (; !text.empty(); text.remove_prefix(1), unit /= 10) {
                if (text.front() < '0' || text.front() > '9')
                    return {};
                fraction += (text.front() - '0') * unit;
            }
        }
    }
    if (!text.empty())
        return {};
    day.tm_hour = *hour;
    day.tm_min = *minute;
    day.tm_sec = *second;
    day.tm_isdst = -1;
    const std::tm asked = day;
    const std::int64_t seconds = std::mktime(&day);
    // mktime() makes the second of March of the 30th of February; years from 1678 to 2261 have nanoseconds that fit.
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;
    if (seconds == -1 || seconds < -most || seconds > most || day.tm_mon != asked.tm_mon || day.tm_mday != asked.tm_mday)
        return {};
    return seconds * 1'000'000'000 + fraction;
}

} // namespace ipclens::filter
