// Characters between memory and text: encodings, and text quoted as C writes it.
#pragma once

#include "core/text/text_problem.h"
#include "core/text/unicode.h"

namespace ipclens {

// Neither a control character nor one that would turn the direction of the text around it.
bool isPrintable(char32_t c);

// Well-formed UTF-8 in another encoding, without a zero at the end. The problem is at the first character that the
// encoding lacks.
Parsed<Bytes> encodeText(std::string_view utf8, TextEncoding encoding, ByteOrder order);

// Text up to the first zero in quotes, at most `limit` characters, then `"...`. What is malformed or unprintable is
// \xNN (a byte) or \uNNNN; backslash and quote have a backslash before them. Ascii, Latin1: what is above 7F is \xNN,
// or a character.
std::string quotedText(std::span<const std::byte> bytes, TextEncoding encoding, ByteOrder order,
                       std::size_t limit = 32);

// What quotedText() writes, and C's other escapes (\n, \t, \0, \', \U0001f600), as bytes. \xNN has two digits and is
// one unit. Quotes around it are not needed. A text that was cut is refused.
Parsed<Bytes> parseQuotedText(std::string_view text, TextEncoding encoding, ByteOrder order);

// Reads one character or escape of a literal from `text` at `at`, appends its bytes and moves `at` behind it.
Parsed<void> readLiteralCharacter(std::string_view text, std::size_t &at, TextEncoding encoding, ByteOrder order,
                                  Bytes &bytes);

} // namespace ipclens
