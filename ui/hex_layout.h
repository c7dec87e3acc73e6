// How a hex view shows its bytes: as what, how many a row, in which text, from where addresses count.
#pragma once

#include "core/model/memory.h"
#include "core/model/value_type.h"

#include <optional>
#include <span>

namespace ipclens {

enum class HexRadix { Hex, Decimal, Binary };
enum class HexText { Ascii, Latin1, Utf8, Utf16 };
enum class HexAddresses { Absolute, FromRegion, FromBase };

// A plain value; what users choose and what is kept between runs.
struct HexLayout {
    ValueType unit = ValueType::U8;
    HexRadix radix =
        HexRadix::Hex; // of integers; signed ones are two's complement in hex and binary; floats are always decimal
    ByteOrder order = ByteOrder::Little; // of units and of UTF-16
    HexText text = HexText::Ascii;
    int bytesPerRow = 16; // a multiple of 8; 0: as many as fit
    int groupBytes = 8;   // a wider gap after so many bytes; 0: none
    HexAddresses addresses = HexAddresses::Absolute;
    Address addressBase = 0; // FromBase: an address of the source; addresses before it are shown negative

    // One byte as two hex digits: the only one in which digits are typed over.
    bool isHexBytes() const { return sizeOf(unit) == 1 && radix == HexRadix::Hex; }
    bool operator==(const HexLayout &) const = default;
};

// Characters that every value of a unit fits.
int valueWidth(ValueType unit, HexRadix radix);
inline int valueWidth(const HexLayout &layout)
{
    return valueWidth(layout.unit, layout.radix);
}
inline constexpr int largestValueWidth = 64;

// Writes the value of `bytes` (as many as the unit has) right-aligned into `into`, which has valueWidth characters.
void writeValue(std::span<const std::byte> bytes, const HexLayout &layout, std::span<char> into);

} // namespace ipclens
