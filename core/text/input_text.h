// Showing a user's own input back in an error: what it was and where it went wrong.
#pragma once

#include "core/model/error.h"

#include <string_view>

namespace ipclens {

// `text` as printable UTF-8: control characters and malformed sequences as \xNN, at most `limit` characters, then
// "...".
std::string printable(std::string_view text, std::size_t limit = 60);

// Without the spaces, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

// Where the byte at `offset` lies, counted in characters from 1: "character 3".
std::string position(std::string_view text, std::size_t offset);

// The character at `offset`, quoted for an error text: 'g', '\x01', "the end" behind the last one.
std::string characterAt(std::string_view text, std::size_t offset);

// An Invalid error that quotes `text` without flooding the screen.
Failure wrongText(std::string_view what, std::string_view text, std::string_view problem);

// 0 to 15, or -1 for what is no hex digit.
constexpr int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

constexpr bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Bytes of the well-formed UTF-8 sequence at `offset`; 0 when there is none.
std::size_t utf8Length(std::string_view text, std::size_t offset);

} // namespace ipclens
