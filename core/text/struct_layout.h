// Where the fields of a C struct lie, as Windows compilers lay it out: a user pastes the struct, and payloads are read
// by it.
#pragma once

#include "core/text/text_problem.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ipclens {

struct LayoutType;

struct LayoutField {
    std::string name;         // empty: an unnamed struct or union
    std::uint64_t offset = 0; // from the beginning of what holds it
    std::shared_ptr<const LayoutType> type;
    unsigned bitOffset = 0; // of a bit field: from the lowest bit of its integer
    unsigned bitCount = 0;  // 0: it is none
};

// Fields of the same type share it: what is written in a line may have very many fields in all.
struct LayoutType {
    enum class Kind {
        Struct,
        Union,
        Array,
        Signed,
        Unsigned,
        Float,
        Pointer,
        Truth,
        Character,
        WideCharacter,
        Enum,
        FileTime,
        Guid
    };

    std::string name; // as written: "DWORD", "char[16]", "Point"
    Kind kind = Kind::Struct;
    std::uint64_t size = 0; // bytes
    std::uint64_t alignment = 1;
    std::uint64_t count = 0;                                            // Array
    bool isOpen = false;                                                // Array: it goes on to the end of the payload
    bool isSigned = true;                                               // Enum
    int depth = 0;                                                      // how deep types lie in it
    std::shared_ptr<const LayoutType> element = {};                     // Array
    std::vector<LayoutField> fields = {};                               // Struct, Union
    std::vector<std::pair<std::string, std::int64_t>> enumerators = {}; // Enum
};

enum class PointerSize : std::uint8_t { Bits32 = 4, Bits64 = 8 };

// The last struct or union that `text` defines; it has at least one field. Known are the types of C and of Windows
// (also POINT, RECT, GUID, FILETIME, SYSTEMTIME, ...), typedefs, enums, nested structs and unions, arrays (an open one,
// [] or [ANYSIZE_ARRAY], at the end), bit fields, #pragma pack, and #define of what is no function. What is not known
// (members of C++, #if) is refused; the problem says what and where. long is 32 bits, wchar_t 16. At most 16 MiB.
Parsed<std::shared_ptr<const LayoutType>> parseStructLayout(std::string_view text, PointerSize pointers);

// "line 3, column 7", counted from 1 in characters.
std::string lineAndColumn(std::string_view text, std::size_t offset);

// The value of a field of which `bytes` is the beginning: "42 (0x2a)", "\"text\"", "RED (1)"; of structs and other
// arrays than texts nothing. Says so where the bytes end before the field does. Little endian.
std::string layoutValue(const LayoutField &field, std::span<const std::byte> bytes);

// How many elements of an array are in so many bytes from its beginning on.
std::uint64_t elementsIn(const LayoutType &array, std::uint64_t bytes);

} // namespace ipclens
