// Which row of a hex view shows what: bytes, the line of a region, or the line of a hole. Knows no pixels and no
// widget.
#pragma once

#include "core/model/memory.h"
#include "ui/hex_layout.h"

namespace ipclens {

enum class HexRowKind {
    Bytes,
    Header,   // above the rows of a region
    Collapsed // stands for a region that cannot be read, or for a hole
};

struct HexRow {
    HexRowKind kind = HexRowKind::Bytes;
    AddressRange range;    // bytes: of the row; else: of the whole region or hole
    int firstColumn = 0;   // bytes: the column of the first byte
    std::size_t block = 0; // that it belongs to
};

// Columns of rows.
struct HexBlock {
    std::uint64_t firstRow = 0, lastRow = 0;
    int firstColumn = 0, lastColumn = 0;
};

// Rows are numbered from 0 and need all 64 bits. A plain value; looking up takes the logarithm of the number of
// regions.
class HexRows {
public:
    static constexpr std::size_t noRegion = ~std::size_t{0};

    // A run of like regions, a hole, or the whole extent.
    struct Block {
        AddressRange range;
        std::size_t region = noRegion; // the first of the run, in the list of regions; holes have none
        std::uint64_t firstRow = 0;
        int lead = 0;           // columns of its first row of bytes that lie before it
        bool hasHeader = false; // has a line of its own
        bool isOpen = true;     // its bytes are drawn

        std::uint64_t firstByteRow() const { return firstRow + (hasHeader ? 1 : 0); }
    };

    HexRows() = default;
    // Rows start at multiples of bytesPerRow in the addresses as shown (`base` is added), so that a first row may begin
    // before its region. Without regions (which are ascending) every address of the extent is drawn.
    HexRows(AddressRange extent, std::span<const Region> regions, Address base, const HexLayout &layout,
            int bytesPerRow);

    AddressRange extent() const { return m_extent; }
    int bytesPerRow() const { return m_bytesPerRow; }
    std::uint64_t count() const { return m_count; }
    const std::vector<Block> &blocks() const { return m_blocks; }

    // Of a number below count().
    HexRow row(std::uint64_t row) const;
    // The row that shows an address, or the line that stands for it. Addresses outside the extent are clamped to it.
    std::uint64_t rowOf(Address address) const;
    const Block *blockAt(Address address) const; // none outside the extent
    int columnOf(Address address) const;         // 0 to bytesPerRow - 1
    // The bytes of a row that lie in a block of columns; none of a row that shows no bytes.
    AddressRange cut(const HexBlock &block, std::uint64_t row) const;

    // The nearest row of bytes at or after (before) `row`; none where there is none.
    std::optional<std::uint64_t> byteRowAtOrAfter(std::uint64_t row) const;
    std::optional<std::uint64_t> byteRowAtOrBefore(std::uint64_t row) const;
    // `bytes` further, counting only what is drawn and stopping at the first and last of it.
    Address moved(Address from, std::int64_t bytes) const;

    // An address as shown.
    struct Shown {
        std::uint64_t number = 0;
        bool isNegative = false;
    };
    Shown shown(Address address) const;
    // Characters of the address column: 8, 12 or 16 hex digits, and a sign where addresses are relative.
    int addressDigits() const { return m_addressDigits; }
    bool areRelative() const { return m_addresses != HexAddresses::Absolute; }
    int addressWidth() const { return m_addressDigits + (areRelative() ? 1 : 0); }

private:
    std::size_t blockOf(Address address) const;
    void addHole(AddressRange range);
    void addRegion(AddressRange range, std::span<const Region> regions, std::size_t region);
    void number();
    Address moveForward(Address from, std::uint64_t bytes) const;
    Address moveBack(Address from, std::uint64_t bytes) const;
    AddressRange rowRange(const Block &block, std::uint64_t byteRow) const;
    std::uint64_t byteRowOf(const Block &block, Address address) const;
    int leadOf(AddressRange range) const;
    std::uint64_t largestShown() const;

    AddressRange m_extent;
    Address m_base = 0;
    HexAddresses m_addresses = HexAddresses::Absolute;
    Address m_addressBase = 0;
    int m_bytesPerRow = 16;
    int m_addressDigits = 8;
    std::uint64_t m_count = 0;
    std::vector<Block> m_blocks; // ascending; together the extent
};

} // namespace ipclens
