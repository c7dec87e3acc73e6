// A filter's text being read from left to right, and the literals in it.
#pragma once

#include "core/traffic/filter_program.h"

namespace ipclens::filter {

// Thrown from deep inside and caught where reading began.
struct Wrong {
    TextProblem problem;
};

bool isWordLetter(char c);

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

    // A decimal number of bytes with its sign.
    std::int64_t readOffset();

    bool looksLikeBytes() const; // "4d:79", and "4d" or "ff", which are no decimal numbers
    bool looksLikeString() const;
    bool looksLikeNumber() const;
    Operand readBytes();
    Operand readString();
    Operand readNumber();

private:
    std::string_view m_text;
    std::size_t m_at = 0;
};

// "13:47:25.5" today or "2026-11-23 13:47:25", local, as nanoseconds since 1970 UTC. Not thread-safe: the C library's
// calendar is not.
std::optional<std::int64_t> parseLocalTime(std::string_view text);

} // namespace ipclens::filter
