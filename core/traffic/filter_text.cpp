#include "core/traffic/filter_text.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace ipclens::filter {

bool isWordLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool isSameWord(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char left, char right) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        return lower(left) == lower(right);
    });
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
    if (!isSameWord(peekWord(), word))
        return false;
    m_at += word.size();
    return true;
}

std::int64_t FilterText::readOffset()
{
    peek();
    const auto begin = m_at;
    const bool negative = at(m_at) == '-';
    m_at += negative ? 1 : 0;
    if (at(m_at) < '0' || at(m_at) > '9')
        fail(begin, std::max<std::size_t>(1, wordLength()), "a number of bytes was expected");
    const Whole whole = readWhole(begin);
    if (whole.magnitude > INT32_MAX)
        fail(begin, m_at - begin, "no payload has so many bytes");
    const auto value = static_cast<std::int64_t>(whole.magnitude);
    return negative ? -value : value;
}

// Bytes. --------------------------------------------------------------------------------------------------------------

std::size_t FilterText::hexDigits(std::size_t from) const
{
    std::size_t count = 0;
    while (hexDigit(at(from + count)) >= 0)
        ++count;
    return count;
}

bool FilterText::looksLikeBytes() const
{
    return hexDigits(m_at) == 2 && at(m_at + 2) == ':';
}

bool FilterText::looksLikeHex() const
{
    const bool prefixed = at(m_at) == '0' && (at(m_at + 1) == 'x' || at(m_at + 1) == 'X');
    const auto begin = m_at + (prefixed ? 2 : 0);
    const auto count = hexDigits(begin);
    const bool isRange = at(begin + count) == '.' && at(begin + count + 1) == '.'; // 10..1f in a list
    return prefixed || (count > 0 && (isRange || !isWordLetter(at(begin + count))));
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
    if (isWordLetter(at(m_at)) && !(at(m_at) == '.' && at(m_at + 1) == '.'))
        fail(m_at, 1, fmt::format("{} does not belong to bytes like 4d:79", here()));
    return operand;
}

Operand FilterText::readHex()
{
    const auto begin = m_at;
    const bool prefixed = at(m_at + 1) == 'x' || at(m_at + 1) == 'X';
    m_at += prefixed ? 2 : 0;
    const auto digits = m_text.substr(m_at, hexDigits(m_at));
    m_at += digits.size();
    if (isWordLetter(at(m_at)) && at(m_at) != '.')
        fail(m_at, wordLength(), fmt::format("{} is not a hex digit", here()));
    if (prefixed && digits.size() > 2)
        fail(begin, m_at - begin,
             "which of these bytes comes first? Write them as 4d:79, or read a number: u16(payload, 0) == 0x794d");
    if (digits.empty() || (digits.size() % 2 != 0 && digits.size() > 1))
        fail(begin, m_at - begin,
             fmt::format("bytes are hex, two digits each: 64, 0x64 or 4d:79. A number is read by u8(payload, 0) == {}",
                         digits.empty() ? "100" : digits));
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Bytes};
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int first = hexDigit(digits[i]);
        operand.bytes.push_back(
            static_cast<std::byte>(digits.size() == 1 ? first : first * 16 + hexDigit(digits[i + 1])));
    }
    return operand;
}

// Numbers. ------------------------------------------------------------------------------------------------------------

bool FilterText::looksLikeNumber() const
{
    const char c = at(m_at);
    const char next = at(m_at + 1);
    return (c >= '0' && c <= '9') || c == '-' || (c == '.' && next >= '0' && next <= '9');
}

// 42, 0x2a, 0b101; `begin`: of the literal, with its sign.
Whole FilterText::readWhole(std::size_t begin)
{
    int radix = 10;
    if (at(m_at) == '0' && (at(m_at + 1) == 'x' || at(m_at + 1) == 'X'))
        radix = 16;
    else if (at(m_at) == '0' && (at(m_at + 1) == 'b' || at(m_at + 1) == 'B'))
        radix = 2;
    m_at += radix == 10 ? 0 : 2;
    Whole whole;
    const auto *const first = m_text.data() + m_at;
    const auto [end, code] = std::from_chars(first, m_text.data() + m_text.size(), whole.magnitude, radix);
    m_at = static_cast<std::size_t>(end - m_text.data());
    if (code == std::errc::result_out_of_range)
        fail(begin, m_at - begin, "the number is larger than 64 bits hold");
    if (code != std::errc{})
        fail(begin, std::max<std::size_t>(1, m_at - begin), "digits were expected");
    return whole;
}

Operand FilterText::readNumber()
{
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Number};
    const auto begin = m_at;
    const bool negative = at(m_at) == '-';
    m_at += negative ? 1 : 0;
    const auto digits = m_at;
    const auto isFraction = [this](std::size_t place) {
        return (at(place) == '.' && at(place + 1) != '.') || at(place) == 'e' || at(place) == 'E';
    };
    std::size_t place = digits;
    while (at(place) >= '0' && at(place) <= '9')
        ++place;
    if (isFraction(place)) {
        double value = 0;
        const auto [end, code] = std::from_chars(m_text.data() + digits, m_text.data() + m_text.size(), value);
        if (code != std::errc{})
            fail(begin, 1, "this is not a number");
        operand.number = negative ? -value : value;
        m_at = static_cast<std::size_t>(end - m_text.data());
    } else {
        Whole whole = readWhole(begin);
        whole.negative = negative;
        constexpr std::string_view suffixes = "KMGT";
        const auto power = suffixes.find(at(m_at));
        if (at(m_at) != '\0' && power != suffixes.npos && m_at == place) {
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
        fail(m_at, wordLength(),
             fmt::format("{} does not belong to a number{}", here(),
                         hexDigit(at(m_at)) >= 0 ? "; hex numbers are written 0x2a" : ""));
    return operand;
}

} // namespace ipclens::filter
