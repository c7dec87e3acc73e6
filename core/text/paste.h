// Text from the clipboard as bytes to write.
#pragma once

#include "core/model/bytes.h"
#include "core/session/search_commands.h"
#include "core/text/text_problem.h"

namespace ipclens {

IPCLENS_ENUM(PasteForm, Hex, Text, CArray, Base64)

// What the bytes are is decided by the form alone; text as it stands, in `encoding` and `order`, without a zero at its
// end. CArray: the inside of an initialiser, with or without its braces and what is before them: {0x4d, 77, -1, 'a',
// "str", std::byte{1}}.
Parsed<Bytes> parsePasted(PasteForm form, std::string_view text, TextEncoding encoding = TextEncoding::Utf8,
                          ByteOrder order = ByteOrder::Little);

// The most likely form of a text; Text when it is nothing else.
PasteForm guessPasteForm(std::string_view text);

} // namespace ipclens
