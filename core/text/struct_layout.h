// Where the fields of a C struct lie, as Windows compilers lay it out: a user pastes the struct, and payloads are read
// by it.
#pragma once

#include "core/text/text_problem.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ipclens {

// One field, or the whole struct. Offsets count from the field that holds it; in an array from the element's beginning.
struct LayoutField {
    enum class Kind { Struct, Union, Array, Signed, Unsigned, Float, Pointer, Truth, Character, WideCharacter, Enum };

    std::string name; // of an unnamed struct or union: empty
    std::string type; // as written: "DWORD", "char[16]", "struct Point"
    Kind kind = Kind::Struct;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t alignment = 1;
    std::uint64_t count = 0;                                            // Array
    std::vector<LayoutField> children = {};                             // Struct, Union; Array: the element, once
    std::vector<std::pair<std::string, std::int64_t>> enumerators = {}; // Enum
};

enum class PointerSize : std::uint8_t { Bits32 = 4, Bits64 = 8 };

// The last struct or union that `text` defines. It knows the fixed-size and Windows types, typedefs, enums, nested
// structs and unions, arrays, #pragma pack and #define of a number. What it does not know (bit fields, C++ members) it
// refuses; the problem says what and where. long is 32 bits, wchar_t 16. At most 16 MiB and 4,096 fields.
Parsed<LayoutField> parseStructLayout(std::string_view text, PointerSize pointers);

// "line 3, column 7", counted from 1 in characters.
std::string lineAndColumn(std::string_view text, std::size_t offset);

// The value of a field of which `bytes` is the beginning: "42 (0x2a)", "\"text\"", "RED (1)"; of structs and long
// arrays nothing. Says so where the bytes end before the field does. Little endian.
std::string layoutValue(const LayoutField &field, std::span<const std::byte> bytes);

} // namespace ipclens
