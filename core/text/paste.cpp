#include "core/text/paste.h"

#include "core/text/character_text.h"
#include "core/text/input_text.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace ipclens {
namespace {

std::unexpected<TextProblem> wrong(std::string_view text, std::size_t offset, std::size_t length, std::string meaning)
{
    offset = std::min(offset, text.size());
    return std::unexpected(TextProblem{offset, std::min(length, text.size() - offset), std::move(meaning)});
}

// Hex. ----------------------------------------------------------------------------------------------------------------

// As fromHex(), which quotes the text in its error and so cannot mark the place.
Parsed<Bytes> parseHex(std::string_view text)
{
    Bytes bytes;
    for (std::size_t at = 0; at < text.size();) {
        if (isSpace(text[at]) || text[at] == ',') {
            ++at;
            continue;
        }
        if (text[at] == '0' && at + 1 < text.size() && (text[at + 1] == 'x' || text[at + 1] == 'X'))
            at += 2;
        const std::size_t begin = at;
        while (at < text.size() && hexDigit(text[at]) >= 0)
            ++at;
        const bool ends = at == text.size() || isSpace(text[at]) || text[at] == ',';
        if (!ends && text[at] == '?')
            return wrong(text, at, 1, "a byte that could not be read has no value to write");
        if (!ends)
            return wrong(text, at, std::max<std::size_t>(1, utf8Length(text, at)),
                         fmt::format("{} is not a hex digit", characterAt(text, at)));
        if (at == begin)
            return wrong(text, begin - 2, 2, "0x without digits behind it");
        if ((at - begin) % 2 == 1)
            return wrong(text, at - 1, 1, "the last byte has one digit; write two");
        for (std::size_t i = begin; i < at; i += 2)
            bytes.push_back(static_cast<std::byte>(hexDigit(text[i]) << 4 | hexDigit(text[i + 1])));
    }
    return bytes;
}

// Base64. -------------------------------------------------------------------------------------------------------------

int base64Digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

Parsed<Bytes> parseBase64(std::string_view text)
{
    Bytes bytes;
    unsigned group = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (isSpace(text[at]))
            continue;
        if (text[at] == '=') {
            if (++padding > 2 || digits % 4 < 2)
                return wrong(text, at, 1, "an = that fills up nothing");
            continue;
        }
        const int digit = base64Digit(text[at]);
        if (digit < 0 || padding > 0)
            return wrong(text, at, std::max<std::size_t>(1, utf8Length(text, at)),
                         fmt::format("{} cannot stand here in Base64", characterAt(text, at)));
        group = group << 6 | static_cast<unsigned>(digit);
        if (++digits % 4 == 0) {
            for (const int shift : {16, 8, 0})
                bytes.push_back(static_cast<std::byte>(group >> shift));
            group = 0;
        }
    }
    const std::size_t rest = digits % 4;
    if (rest == 1 || (padding > 0 && (digits + padding) % 4 != 0))
        return wrong(text, text.size(), 0, "Base64 comes in groups of four; the last one is cut");
    if (rest >= 2)
        bytes.push_back(static_cast<std::byte>(group >> (rest == 2 ? 4 : 10)));
    if (rest == 3)
        bytes.push_back(static_cast<std::byte>(group >> 2));
    return bytes;
}

// C arrays. -----------------------------------------------------------------------------------------------------------

// Reads the elements of an initialiser one by one.
class CArrayReader {
public:
    CArrayReader(std::string_view text, TextEncoding encoding, ByteOrder order)
        : m_text(text), m_encoding(encoding), m_order(order)
    {
    }

    Parsed<Bytes> read()
    {
        const std::size_t open = openingBrace();
        const bool hasBraces = open != m_text.npos;
        m_at = hasBraces ? open + 1 : 0;
        for (bool first = true; skipBlank(); first = false) {
            if (hasBraces && peek() == '}')
                break;
            if (!first) {
                if (peek() != ',')
                    return problem(1, fmt::format("a comma was expected, found {}", characterAt(m_text, m_at)));
                ++m_at;
                skipBlank();
                if (atEnd() || (hasBraces && peek() == '}')) // a comma behind the last element is C
                    break;
            }
            if (!readElement())
                return std::unexpected(*m_problem);
        }
        if (m_problem)
            return std::unexpected(*m_problem);
        if (hasBraces) {
            if (atEnd())
                return problem(0, "the opening brace has no partner");
            ++m_at;
            if (skipBlank() && peek() == ';')
                ++m_at;
            if (skipBlank())
                return problem(m_text.size(), "nothing was expected behind the array");
            if (m_problem)
                return std::unexpected(*m_problem);
        }
        return std::move(m_bytes);
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }

    // The brace that opens the array, first or behind a declaration. None: the text is the inside alone.
    std::size_t openingBrace() const
    {
        const auto first = m_text.find_first_not_of(" \t\r\n");
        if (first == m_text.npos)
            return m_text.npos;
        const bool isWord = std::isalpha(static_cast<unsigned char>(m_text[first])) || m_text[first] == '_';
        const bool isDeclared = isWord && !m_text.substr(first).starts_with("std::byte{");
        return m_text[first] == '{' || isDeclared ? m_text.find('{', first) : m_text.npos;
    }

    // Spaces and comments. False at the end, or where a comment does not end.
    bool skipBlank()
    {
        while (!atEnd()) {
            if (isSpace(peek())) {
                ++m_at;
            } else if (m_text.substr(m_at).starts_with("//")) {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            } else if (m_text.substr(m_at).starts_with("/*")) {
                const auto end = m_text.find("*/", m_at + 2);
                if (end == m_text.npos) {
                    m_problem = TextProblem{m_at, 2, "this comment does not end"};
                    return false;
                }
                m_at = end + 2;
            } else {
                return true;
            }
        }
        return false;
    }

    std::unexpected<TextProblem> problem(std::size_t length, std::string meaning)
    {
        m_problem = wrong(m_text, m_at, length, std::move(meaning)).error();
        return std::unexpected(*m_problem);
    }
    bool fail(std::size_t length, std::string meaning)
    {
        problem(length, std::move(meaning));
        return false;
    }

    bool readElement()
    {
        if (peek() == '"' || peek() == '\'')
            return readQuoted(peek());
        constexpr std::string_view byte = "std::byte{";
        const bool isByte = m_text.substr(m_at).starts_with(byte);
        if (isByte)
            m_at += byte.size();
        if (!readNumber())
            return false;
        if (isByte && peek() != '}')
            return fail(1, "the brace behind std::byte has no partner");
        m_at += isByte;
        return true;
    }

    bool readQuoted(char quote)
    {
        const std::size_t begin = m_at++;
        std::size_t count = 0;
        for (; !atEnd() && peek() != quote; ++count) {
            if (auto read = readLiteralCharacter(m_text, m_at, m_encoding, m_order, m_bytes); !read) {
                m_problem = read.error();
                return false;
            }
        }
        if (atEnd()) {
            m_at = begin;
            return fail(1, "this quote has no partner");
        }
        ++m_at;
        if (quote == '\'' && count != 1) {
            m_at = begin;
            return fail(2, "one character was expected between the quotes");
        }
        return true;
    }

    bool readNumber()
    {
        const std::size_t begin = m_at;
        const bool isNegative = peek() == '-';
        m_at += isNegative;
        unsigned radix = 10;
        const auto prefix = m_text.substr(m_at, 2);
        if (prefix == "0x" || prefix == "0X" || prefix == "0b" || prefix == "0B") {
            radix = prefix[1] == 'x' || prefix[1] == 'X' ? 16 : 2;
            m_at += 2;
        } else if (prefix.size() == 2 && prefix[0] == '0' && std::isdigit(static_cast<unsigned char>(prefix[1]))) {
            radix = 8;
        }
        const std::size_t digits = m_at;
        unsigned value = 0;
        while (!atEnd() && static_cast<unsigned>(hexDigit(peek())) < radix)
            value = std::min(value * radix + static_cast<unsigned>(hexDigit(m_text[m_at++])), 0x10000u);
        if (m_at == digits)
            return fail(1, fmt::format("a byte was expected, found {}", characterAt(m_text, m_at)));
        while (peek() == 'u' || peek() == 'U' || peek() == 'l' || peek() == 'L')
            ++m_at;
        if (!atEnd() && (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '.'))
            return fail(1, fmt::format("{} does not belong to a number", characterAt(m_text, m_at)));
        if (value > (isNegative ? 128u : 255u)) {
            const std::size_t length = m_at - begin;
            m_at = begin;
            return fail(length, "a byte holds -128 to 255");
        }
        m_bytes.push_back(static_cast<std::byte>(isNegative ? 0x100 - value : value));
        return true;
    }

    const std::string_view m_text;
    const TextEncoding m_encoding;
    const ByteOrder m_order;
    std::size_t m_at = 0;
    Bytes m_bytes;
    std::optional<TextProblem> m_problem;
};

} // namespace

Parsed<Bytes> parsePasted(PasteForm form, std::string_view text, TextEncoding encoding, ByteOrder order)
{
    switch (form) {
    case PasteForm::Hex: return parseHex(text);
    case PasteForm::CArray: return CArrayReader(text, encoding, order).read();
    case PasteForm::Base64: return parseBase64(text);
    case PasteForm::Text: break;
    }
    return encodeText(text, encoding, order);
}

PasteForm guessPasteForm(std::string_view text)
{
    if (const auto hex = parseHex(text); hex && !hex->empty())
        return PasteForm::Hex;
    const bool looksLikeArray = text.find('{') != text.npos || text.find("0x") != text.npos;
    if (looksLikeArray) {
        if (const auto array = CArrayReader(text, TextEncoding::Utf8, ByteOrder::Little).read();
            array && !array->empty())
            return PasteForm::CArray;
    }
    return PasteForm::Text;
}

} // namespace ipclens
