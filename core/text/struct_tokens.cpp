#include "core/text/struct_tokens.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace ipclens::structs {
namespace {

constexpr std::size_t mostFromMacros = 100'000; // a macro of macros of macros grows fast

bool isBlank(char c)
{
    return isSpace(c) || c == '\f' || c == '\v';
}

// The next word, number or sign of a directive's line; empty at its end.
std::string_view takeWord(std::string_view &line)
{
    while (!line.empty() && isBlank(line.front()))
        line.remove_prefix(1);
    std::size_t size = 0;
    while (size < line.size() && (isLetter(line[size]) || isDigit(line[size])))
        ++size;
    size = std::max<std::size_t>(size, line.empty() ? 0 : 1);
    const auto taken = line.substr(0, size);
    line.remove_prefix(size);
    return taken;
}

} // namespace

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::optional<std::uint64_t> integerOf(std::string_view text)
{
    while (text.size() > 1 && std::string_view("uUlL").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    int base = 10;
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return {};
    return value;
}

Tokens::Tokens(std::string_view text) : m_sources{{.text = text}}
{
    // What Windows' headers put between the words of a struct.
    m_macros = {{"CONST", "const"}, {"VOLATILE", "volatile"},
                {"VOID", "void"},   {"FAR", ""},
                {"NEAR", ""},       {"IN", ""},
                {"OUT", ""},        {"OPTIONAL", ""},
                {"UNALIGNED", ""},  {"__unaligned", ""},
                {"MAX_PATH", "260"}};
}

void Tokens::fail(std::size_t offset, std::size_t length, std::string meaning)
{
    throw Wrong{{.offset = offset, .length = length, .meaning = std::move(meaning)}};
}

bool Tokens::isInside(const std::string &macro) const
{
    return std::ranges::any_of(m_sources, [&](const Source &source) { return source.macro == &macro; });
}

Token Tokens::next()
{
    for (;;) {
        Source &source = m_sources.back();
        skip(source);
        const bool isMain = !source.macro;
        if (source.at >= source.text.size()) {
            if (isMain)
                return {.type = Token::Type::End, .text = {}, .offset = source.at};
            m_sources.pop_back();
            continue;
        }
        if (!isMain && ++m_count > mostFromMacros)
            fail(m_use.offset, m_use.length, "this is too long once its macros are written out");
        const auto begin = source.at;
        const char c = source.text[begin];
        Token token{.type = isLetter(c) ? Token::Type::Word : isDigit(c) ? Token::Type::Number : Token::Type::Sign};
        if (token.type == Token::Type::Sign) {
            const auto pair = source.text.substr(begin, 2);
            source.at += pair == "<<" || pair == ">>" ? 2 : std::max<std::size_t>(1, utf8Length(source.text, begin));
        } else {
            while (source.at < source.text.size() &&
                   (isLetter(source.text[source.at]) || isDigit(source.text[source.at])))
                ++source.at;
        }
        token.text = source.text.substr(begin, source.at - begin);
        token.offset = isMain ? begin : m_use.offset;
        token.length = isMain ? token.text.size() : m_use.length;
        m_isLineBegin = false;
        const auto macro = token.type == Token::Type::Word ? m_macros.find(token.text) : m_macros.end();
        if (macro == m_macros.end() || isInside(macro->first))
            return token;
        if (isMain)
            m_use = token;
        m_sources.push_back({.text = macro->second, .macro = &macro->first});
    }
}

void Tokens::skip(Source &source)
{
    auto &[text, at, macro] = source;
    while (at < text.size()) {
        const auto rest = text.substr(at);
        if (isBlank(text[at])) {
            m_isLineBegin |= text[at++] == '\n' && !macro;
        } else if (rest.starts_with("\\\n") || rest.starts_with("\\\r\n")) {
            at += rest[1] == '\n' ? 2 : 3;
        } else if (rest.starts_with("//")) {
            at = std::min(text.find('\n', at), text.size());
        } else if (rest.starts_with("/*")) {
            const auto end = text.find("*/", at + 2);
            if (end == text.npos)
                fail(macro ? m_use.offset : at, macro ? m_use.length : 2, "this comment has no end");
            at = end + 2;
        } else if (text[at] == '#' && m_isLineBegin && !macro) {
            readDirective();
        } else {
            return;
        }
    }
}

// Of the main text, as a whole: a backslash at its end takes the next line along.
void Tokens::readDirective()
{
    auto &[text, at, macro] = m_sources.front();
    const auto begin = at;
    auto end = begin;
    do
        end = std::min(text.find('\n', end + 1), text.size());
    while (end < text.size() && trimmed(text.substr(begin, end - begin)).ends_with('\\'));
    at = end;
    auto line = text.substr(begin + 1, end - begin - 1);
    const auto length = trimmed(text.substr(begin, end - begin)).size();
    const auto kind = takeWord(line);
    if (kind == "define") {
        define(line);
    } else if (kind == "undef") {
        if (const auto known = m_macros.find(takeWord(line)); known != m_macros.end())
            m_macros.erase(known);
    } else if (kind == "pragma") {
        if (takeWord(line) == "pack")
            readPack(line, begin, length);
    } else if (kind != "include") {
        fail(begin, length, fmt::format("#{} is not understood: paste what a compiler would see", printable(kind, 20)));
    }
}

// Those that take arguments are left out: where they are used, the name is told not to be known.
void Tokens::define(std::string_view line)
{
    const auto name = takeWord(line);
    if (!name.empty() && isLetter(name.front()) && !line.starts_with('('))
        m_macros.insert_or_assign(std::string(name), std::string(line));
}

void Tokens::readPack(std::string_view line, std::size_t offset, std::size_t length)
{
    if (takeWord(line) != "(")
        fail(offset, length, "#pragma pack(1) or pack(push, 1) was expected");
    bool isDefault = true;
    for (auto part = takeWord(line); part != ")"; part = takeWord(line)) {
        if (part.empty())
            fail(offset, length, "this ( has no )");
        isDefault = isDefault && part == ",";
        if (part == "push") {
            m_packs.push_back(m_pack);
        } else if (part == "pop") {
            if (m_packs.empty())
                fail(offset, length, "there is nothing to pop");
            m_pack = m_packs.back();
            m_packs.pop_back();
        } else if (isDigit(part.front())) {
            const auto size = integerOf(part);
            if (!size || *size > 16 || !std::has_single_bit(*size))
                fail(offset, length, "a packing is 1, 2, 4, 8 or 16");
            m_pack = *size;
        } else if (part != "," && !isLetter(part.front())) { // a name for what is pushed
            fail(offset, length, "#pragma pack(1) or pack(push, 1) was expected");
        }
    }
    if (isDefault)
        m_pack = 8;
}

} // namespace ipclens::structs
