// A filter's text being read from left to right, and the literals in it.
#pragma once

#include "core/traffic/filter_program.h"

namespace ipclens::filter {

// Thrown from deep inside and caught where reading began.
struct Wrong {
    TextProblem problem;
};

bool isWordLetter(char c);
// Words of the language are the same in any case of A to Z.
bool isSameWord(std::string_view a, std::string_view b);

class FilterText {
public:
    explicit FilterText(std::string_view text) : m_text(text) {}

    std::size_t position() const { return m_at; }
    void moveTo(std::size_t position) { m_at = position; }
    bool atEnd() const { return m_at >= m_text.size(); }
    std::string_view part(std::size_t offset, std::size_t length) const { return m_text.substr(offset, length); }
    std::string here() const; // the character under the cursor, quoted

    [[noreturn]] void fail(std::size_t offset, std::size_t length, std::string meaning) const;
    char at(std::size_t index) const { return index < m_text.size() ? m_text[index] : '\0'; }
    // The next character that is no space; the cursor is there then. '\0' at the end.
    char peek();
    bool take(std::string_view sign);
    // Of the word under the cursor; 1 where there is none, 0 at the end.
    std::size_t wordLength() const;
    std::string_view peekWord();
    bool takeWord(std::string_view word);

    // A decimal or hex number of bytes with its sign.
    std::int64_t readOffset();

    bool looksLikeBytes() const; // 4d:79
    bool looksLikeHex() const;   // what are bytes only beside bytes: 4d, 4d79, 0x4d
    bool looksLikeString() const;
    bool looksLikeNumber() const;
    Operand readBytes();
    Operand readHex();
    Operand readString();
    Operand readNumber();
    // A regular expression in quotes, to be looked for in what is of type `in`. Two backslashes are one, and one before
    // a quote is none, as in other strings; what follows other backslashes is the expression's own business.
    TextRegex readRegex(Type in);

private:
    struct Quotes {
        char prefix = '\0'; // u, U or r
        char quote = '\0';
        std::size_t begin = 0; // with the prefix
    };
    Quotes openQuotes();
    bool closes(const Quotes &quotes); // takes the closing quote when it is there; fails at the end of the text
    std::string readRaw(const Quotes &quotes);
    Whole readWhole(std::size_t begin);
    std::size_t hexDigits(std::size_t from) const;

    std::string_view m_text;
    std::size_t m_at = 0;
};

// "13:47:25.5" today or "2026-11-23 13:47:25", local, as nanoseconds since 1970 UTC. Not thread-safe: the C library's
// calendar is not.
std::optional<std::int64_t> parseLocalTime(std::string_view text);

} // namespace ipclens::filter
