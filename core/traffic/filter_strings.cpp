// Literals in quotes.
#include "core/text/character_text.h"
#include "core/traffic/filter_text.h"
#include "core/traffic/message_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens::filter {

bool FilterText::looksLikeString() const
{
    const auto isQuote = [](char c) { return c == '"' || c == '\''; };
    const char c = at(m_at);
    return isQuote(c) || ((c == 'u' || c == 'U' || c == 'r') && isQuote(at(m_at + 1)));
}

FilterText::Quotes FilterText::openQuotes()
{
    Quotes quotes{.begin = m_at};
    if (at(m_at) != '"' && at(m_at) != '\'')
        quotes.prefix = at(m_at++);
    quotes.quote = at(m_at++);
    return quotes;
}

bool FilterText::closes(const Quotes &quotes)
{
    if (atEnd())
        fail(quotes.begin, m_text.size() - quotes.begin, fmt::format("the closing {} is missing", quotes.quote));
    if (at(m_at) != quotes.quote)
        return false;
    ++m_at;
    return true;
}

// A backslash keeps a quote from closing, and stays.
std::string FilterText::readRaw(const Quotes &quotes)
{
    std::string text;
    while (!closes(quotes)) {
        if (at(m_at) == '\\' && m_at + 1 < m_text.size())
            text += at(m_at++);
        text += at(m_at++);
    }
    return text;
}

Operand FilterText::readString()
{
    Operand operand{.kind = Operand::Kind::Literal, .type = Type::Text};
    const auto quotes = openQuotes();
    std::string &text = operand.text.text;
    if (quotes.prefix == 'r') {
        text = readRaw(quotes);
    } else {
        Bytes utf8;
        while (!closes(quotes))
            if (const auto read = readLiteralCharacter(m_text, m_at, TextEncoding::Utf8, ByteOrder::Little, utf8);
                !read)
                throw Wrong{read.error()};
        text.assign(reinterpret_cast<const char *>(utf8.data()), utf8.size());
    }
    if (quotes.prefix != 'u' && quotes.prefix != 'U') {
        operand.text.inPayload = encodingsOf(text);
        return operand;
    }
    const auto encoding = quotes.prefix == 'u' ? TextEncoding::Utf16 : TextEncoding::Utf32;
    auto encoded = encodeText(text, encoding, ByteOrder::Little);
    if (!encoded) // \xNN may make what is no character
        fail(quotes.begin, m_at - quotes.begin, "this has bytes that are no characters: they cannot be encoded");
    operand.text.inPayload.push_back(std::move(*encoded));
    operand.text.isEncoded = true;
    return operand;
}

TextRegex FilterText::readRegex(Type in)
{
    if (!looksLikeString())
        fail(m_at, std::max<std::size_t>(1, wordLength()), "a regular expression in quotes was expected");
    const auto quotes = openQuotes();
    if (quotes.prefix == 'U')
        fail(quotes.begin, 1, "expressions are looked for in UTF-8, ANSI and UTF-16: leave the U away");
    if (quotes.prefix == 'u' && in == Type::Text)
        fail(quotes.begin, 1, "a name has no encoding to choose: leave the u away");
    std::string regex;
    std::vector<std::size_t> places; // where each byte of the expression comes from
    const auto add = [&](std::string_view part, std::size_t from) {
        regex += part;
        places.insert(places.end(), part.size(), from);
    };
    while (!closes(quotes)) {
        const auto begin = m_at;
        const char next = at(begin + 1);
        if (at(begin) != '\\' || begin + 1 >= m_text.size()) {
            add(m_text.substr(m_at++, 1), begin);
        } else if (quotes.prefix != 'r' && (next == '\\' || next == quotes.quote)) {
            add(m_text.substr(begin + 1, 1), begin);
            m_at += 2;
        } else if (quotes.prefix != 'r' && (next == 'u' || next == 'U')) {
            Bytes utf8;
            if (const auto read = readLiteralCharacter(m_text, m_at, TextEncoding::Utf8, ByteOrder::Little, utf8);
                !read)
                throw Wrong{read.error()};
            add({reinterpret_cast<const char *>(utf8.data()), utf8.size()}, begin);
        } else {
            add(m_text.substr(begin, 1), begin);
            add(m_text.substr(begin + 1, 1), begin + 1);
            m_at += 2;
        }
    }
    places.push_back(m_at - 1);
    auto read = TextRegex::parse(regex, in == Type::Text       ? TextRegex::Of::Text
                                        : quotes.prefix == 'u' ? TextRegex::Of::Utf16
                                                               : TextRegex::Of::Payload);
    if (!read) {
        const auto first = std::min(read.error().offset, regex.size());
        const auto last = std::min(first + read.error().length, regex.size());
        fail(places[first], std::max<std::size_t>(1, places[last] - places[first]), std::move(read.error().meaning));
    }
    return std::move(*read);
}

} // namespace ipclens::filter
