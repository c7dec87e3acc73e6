// Values in memory as text and back: what the inspector shows, and what may be typed over it.
#pragma once

#include "core/model/bytes.h"
#include "core/model/value_type.h"
#include "core/text/text_problem.h"

namespace ipclens {

// In the order in which an inspector lists them.
enum class TypedKind {
    U8, I8, Binary, Bool, Char,
    U16, I16, F16,
    U32, I32, F32,
    U64, I64, F64,
    Pointer32, Pointer64,
    Guid, FileTime, Unix32, Unix64,
    Rgb, Rgba, Ipv4, Ipv6,
    Utf8, Utf16, Utf32
};

struct TypedType {
    TypedKind kind;
    std::string_view name;  // "u8", "FILETIME"
    std::size_t size;       // bytes; of text: of its smallest unit
    bool hasByteOrder;      // false: Little and Big are the same
    bool isText;            // up to the first zero; as many bytes as were typed replace what is there, without a zero
};

// All of them, in the order of TypedKind.
std::span<const TypedType> typedTypes();
const TypedType &typedType(TypedKind kind);
TypedKind kindOf(ValueType type);

// The value of the first bytes as text; "-" when there are fewer than its size. What formatTyped() gives for a number,
// parseTyped() turns into the same bytes again. Text is shown up to its first zero, at most `limit` characters, then
// "...".
std::string formatTyped(TypedKind kind, ByteOrder order, std::span<const std::byte> bytes, std::size_t limit = 32);

// Integers in hex: "0x2a", "-0x80". Empty for other kinds.
std::string formatTypedHex(TypedKind kind, ByteOrder order, std::span<const std::byte> bytes);

// What may be typed:
//   integers        decimal, 0x hex, 0b binary; - for signed ones; hex and binary of signed ones may be their bit
//   pattern floats          "1.5", "1e-9", "inf", "-inf", "nan", and a bit pattern as "nan(0x7fc00001)" Bool "true",
//   "false", or a number Char, text      as C writes it, with or without its quotes: 'A', "text\n", \x41, \u20ac,
//   \U0001f600 Pointer         hex with or without 0x, sums as in an address Guid
//   "{6f9619ff-8b86-d011-b42d-00c04fc964ff}", braces not needed times           "2023-11-23 10:27:01.1234567" in UTC
//   (the time of day not needed), or the plain number Rgb, Rgba       "#ff8000", "#ff800080". Big: red first
//   (COLORREF); Little: blue first, alpha last (bitmaps) Ipv4, Ipv6      "127.0.0.1", "2001:db8::1". Ipv4, Big: network
//   order
Parsed<Bytes> parseTyped(TypedKind kind, ByteOrder order, std::string_view text);

} // namespace ipclens
