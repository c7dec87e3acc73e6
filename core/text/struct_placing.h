// Where the fields of a struct are put.
#pragma once

#include "core/text/struct_layout.h"

namespace ipclens::structs {

bool isStruct(const LayoutType &type); // or a union
bool isInteger(const LayoutType &type);
// Nothing is known of it but its name; also void.
bool isIncomplete(const LayoutType &type);
// Its last array has no elements of its own: what follows it would lie in it.
bool endsOpen(const LayoutType &type);

// A struct or union while its fields are being put into it, as Microsoft's compilers do it. `pack`: of #pragma pack.
class Placing {
public:
    explicit Placing(LayoutType::Kind kind) { made.kind = kind; }

    void add(LayoutField field, std::uint64_t pack);
    void addBits(LayoutField field, std::uint64_t pack); // bitCount 0: ends the integer of those before it
    LayoutType finish();

    LayoutType made; // so far

private:
    void grow(const LayoutField &field, std::uint64_t alignment);

    std::uint64_t m_unit = 0; // bytes of the integer that bit fields share; 0: none
    std::uint64_t m_unitOffset = 0;
    unsigned m_bitsLeft = 0;
};

} // namespace ipclens::structs
