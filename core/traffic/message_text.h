// What a message says, as text. Which encoding a payload has is nowhere written down: everything here is a guess.
#pragma once

#include "core/traffic/message_view.h"

namespace ipclens {

struct LayoutType;

IPCLENS_ENUM(Encoding, None, Ascii, Utf8, Utf16)

struct PayloadText {
    Encoding encoding = Encoding::None; // None: does not read as text
    bool looksLikeJson = false;
    std::string text; // UTF-8, without byte order mark and terminating NULs; empty for None
};

// Reads bytes as text if they are text throughout. `whole` is false when only the beginning of a payload is given: then
// a character or JSON document may end in the middle.
PayloadText guessText(std::span<const std::byte> payload, bool whole = true);

// How much speaks for each way to read bytes as text, in percent, the best first. All of them are there.
enum class TextForm { Utf8, Utf16, Ansi };
struct TextReading {
    TextForm form = TextForm::Utf8;
    int confidence = 0;
};
std::vector<TextReading> textReadings(std::span<const std::byte> payload);

// UTF-8 of bytes that are said to be of code page 1252, the ANSI code page of western Windows; U+FFFD for what is none.
std::string fromAnsi(std::span<const std::byte> payload);

// UTF-8 of bytes that are said to be UTF-16, little endian; U+FFFD for what is not.
std::string fromUtf16(std::span<const std::byte> payload);

// The bytes of a text as Windows programs send it, each once: UTF-8, UTF-16 (little endian), and code page 1252 where
// that has all of its characters. What is not well-formed UTF-8 is its own bytes alone.
std::vector<Bytes> encodingsOf(std::string_view utf8);

// "ASCII text", "UTF-16 text, looks like JSON", "not text".
std::string describe(const PayloadText &text);

// One line, at most `most` characters: the payload's text with line breaks and other control characters escaped, or the
// bytes in hex; a registered message's wParam and lParam. Behind it "-> " and what the message leads to: the name of a
// mapping, first bytes of the block. By `layout` instead of text and hex the fields of a struct: of the payload, or of
// the block. Ends with "..." when there is more. Costs no more for a large payload than for a small one.
std::string summary(const MessageView &message, std::size_t most = 160, const LayoutType *layout = nullptr);

// The same tokens on lines of their own, indented by two spaces a level. For text that looks like JSON.
std::string indentJson(std::string_view json);

} // namespace ipclens
