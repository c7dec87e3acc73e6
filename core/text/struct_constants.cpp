#include "core/text/struct_constants.h"

#include "core/text/input_text.h"

#include <array>

#include <fmt/format.h>

namespace ipclens::structs {
namespace {

constexpr int deepest = 32;

// How strongly a sign binds; 0: it joins no numbers.
int strengthOf(std::string_view sign)
{
    constexpr std::array<std::string_view, 6> signs{"|", "^", "&", "<<>>", "+-", "*/%"};
    for (std::size_t i = 0; i < signs.size(); ++i)
        if (!sign.empty() && signs[i].find(sign) != std::string_view::npos && (sign.size() == 2) == (i == 3))
            return static_cast<int>(i) + 1;
    return 0;
}

} // namespace

void TokenReader::fail(const Token &token, std::string meaning)
{
    throw Wrong{{.offset = token.offset, .length = token.length, .meaning = std::move(meaning)}};
}

std::string TokenReader::shown(const Token &token)
{
    return token.type == Token::Type::End ? "the end" : fmt::format("\"{}\"", printable(token.text, 40));
}

bool TokenReader::take(std::string_view text)
{
    if (m_token.text != text || m_token.type == Token::Type::End)
        return false;
    advance();
    return true;
}

void TokenReader::expect(std::string_view text)
{
    if (!take(text))
        fail(m_token, fmt::format("\"{}\" was expected, not {}", text, shown(m_token)));
}

std::string TokenReader::expectName(std::string_view what)
{
    if (m_token.type != Token::Type::Word)
        fail(m_token, fmt::format("{} was expected, not {}", what, shown(m_token)));
    std::string name(m_token.text);
    advance();
    return name;
}

std::int64_t TokenReader::readJoined(int strength, int depth)
{
    auto left = static_cast<std::uint64_t>(readFactor(depth));
    for (;;) {
        const Token sign = m_token;
        const int binds = sign.type == Token::Type::Sign ? strengthOf(sign.text) : 0;
        if (binds <= strength)
            return static_cast<std::int64_t>(left);
        advance();
        const Token of = m_token;
        const auto right = static_cast<std::uint64_t>(readJoined(binds, depth + 1));
        const auto asSigned = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
        switch (sign.text.front()) {
        case '|':
            left |= right;
            break;
        case '^':
            left ^= right;
            break;
        case '&':
            left &= right;
            break;
        case '+':
            left += right;
            break;
        case '-':
            left -= right;
            break;
        case '*':
            left *= right;
            break;
        case '<':
        case '>':
            if (right > 63)
                fail(of, "a shift is by 0 to 63 bits");
            left = sign.text.front() == '<' ? left << right : static_cast<std::uint64_t>(asSigned(left) >> right);
            break;
        default:
            if (right == 0)
                fail(of, "nothing can be divided by 0");
            if (asSigned(right) == -1) // which the least number cannot be divided by
                left = sign.text == "/" ? ~left + 1 : 0;
            else
                left = static_cast<std::uint64_t>(sign.text == "/" ? asSigned(left) / asSigned(right)
                                                                   : asSigned(left) % asSigned(right));
        }
    }
}

std::int64_t TokenReader::readFactor(int depth)
{
    const Token token = m_token;
    if (depth > deepest)
        fail(token, "this is nested too deep");
    if (take("-"))
        return static_cast<std::int64_t>(~static_cast<std::uint64_t>(readFactor(depth + 1)) + 1);
    if (take("~"))
        return ~readFactor(depth + 1);
    if (take("+"))
        return readFactor(depth + 1);
    if (take("(")) {
        const auto value = readJoined(0, depth + 1);
        expect(")");
        return value;
    }
    if (take("sizeof"))
        return static_cast<std::int64_t>(readSizeOf());
    advance();
    if (token.type == Token::Type::Number) {
        if (const auto value = integerOf(token.text))
            return static_cast<std::int64_t>(*value);
        fail(token, fmt::format("{} is no whole number", shown(token)));
    }
    if (const auto known = m_constants.find(token.text); known != m_constants.end())
        return known->second;
    fail(token, fmt::format("a number was expected, not {}", shown(token)));
}

} // namespace ipclens::structs
