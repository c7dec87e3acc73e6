// Characters in the encodings of text in memory, one at a time.
#pragma once

#include "core/model/bytes.h"
#include "core/model/value_type.h"
#include "core/session/search_commands.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ipclens {

inline constexpr char32_t replacementCharacter = 0xFFFD;

constexpr bool isSurrogate(char32_t c)
{
    return c >= 0xD800 && c < 0xE000;
}

void appendUtf8(std::string &text, char32_t c);

// The character whose well-formed sequence of `length` bytes, as utf8Length() says, begins at `at`.
char32_t utf8Character(std::string_view text, std::size_t at, std::size_t length);

// The size of the smallest unit: 1, 2 or 4.
std::size_t unitSize(TextEncoding encoding);

// The lowest `size` bytes of `value`.
void appendUnit(Bytes &bytes, std::uint32_t value, std::size_t size, ByteOrder order);

// False: the encoding has no such character. Surrogates pass where they are units of their own.
bool appendEncoded(Bytes &bytes, char32_t c, TextEncoding encoding, ByteOrder order);

// The first character of encoded text, of which there is at least one unit; no character: one malformed unit.
struct EncodedCharacter {
    std::optional<char32_t> character;
    std::size_t size = 1;   // bytes
    std::uint32_t unit = 0; // the first one
};
EncodedCharacter firstCharacter(std::span<const std::byte> bytes, TextEncoding encoding, ByteOrder order);

// Code page 1252, the ANSI code page of western Windows: U+FFFD for the five bytes that are no character there; no byte
// for a character that it lacks.
char32_t ansiCharacter(std::byte byte);
std::optional<std::byte> ansiByte(char32_t c);

} // namespace ipclens
