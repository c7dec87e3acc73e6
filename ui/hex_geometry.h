// Where what stands in a hex view: addresses, rows, columns, pixels. Knows no widget and no bytes.
#pragma once

#include "core/model/memory.h"

#include <QRect>

namespace ipclens {

enum class HexPane { Hex, Text };

// One place in a hex view: a byte and, in the hex pane, which of its two digits.
struct HexPlace {
    Address address = 0;
    HexPane pane = HexPane::Hex;
    int nibble = 0; // 0 the high digit, 1 the low one; 0 in the text pane
    bool operator==(const HexPlace &) const = default;
};

// A plain value. x counts pixels from the left edge of the whole line (before horizontal scrolling), y from the first
// visible row's top. Rows are numbered from 0 at the start of the extent and need all 64 bits.
class HexGeometry {
public:
    // `cell` is what one character takes. `bytesPerRow` is a multiple of 8. `base` is added to addresses as shown.
    HexGeometry() = default;
    HexGeometry(AddressRange extent, Address base, int bytesPerRow, QSize cell);

    // The most bytes a row, a multiple of 8 from 8 to 64, whose line is not wider than `width` pixels.
    static int fittingBytesPerRow(AddressRange extent, Address base, QSize cell, int width);

    AddressRange extent() const { return m_extent; }
    int bytesPerRow() const { return m_bytesPerRow; }
    QSize cell() const { return m_cell; }

    // Rows start at multiples of bytesPerRow in the addresses as shown, so the first may begin before the extent.
    std::uint64_t rowCount() const;
    std::uint64_t rowOf(Address address) const;     // of an address inside the extent; others are clamped to it
    AddressRange rowRange(std::uint64_t row) const; // the part of a row that lies in the extent
    int columnOf(Address address) const;            // 0 to bytesPerRow - 1

    int addressDigits() const { return m_addressDigits; } // 8, 12 or 16
    int addressX() const { return m_cell.width() / 2; }
    int hexX(int column) const;  // left edge of a byte's first digit
    int textX(int column) const; // left edge of its character
    int lineWidth() const;
    // The two lines drawn between address, hex and text.
    int addressEdge() const;
    int textEdge() const;

    int rowsIn(int height) const { return std::max(1, height / m_cell.height()); } // whole rows
    int rowsTouched(int height) const { return height / m_cell.height() + 1; }     // partly visible ones too

    // The cell of a place in the row drawn at `y`.
    QRect cellRect(const HexPlace &place, int y) const;

    // What is nearest to a pixel when `topRow` stands at the top. Between two bytes the nearer one; left of the hex
    // pane its first byte; right of the text pane its last. Nothing when the extent is empty. `pane`, when given, keeps
    // a drag inside it.
    std::optional<HexPlace> placeAt(QPoint pixel, std::uint64_t topRow, std::optional<HexPane> pane = {}) const;

private:
    int columnAtHex(int x) const;

    AddressRange m_extent;
    Address m_base = 0;
    int m_bytesPerRow = 16;
    int m_addressDigits = 8;
    QSize m_cell{8, 16};
    std::uint64_t m_lead = 0; // columns of the first row that lie before the extent
};

// A scroll bar has 31 bits, rows have 64: maps between the two, exactly while they fit.
class RowScale {
public:
    static constexpr int largest = 1 << 30;

    RowScale() = default;
    explicit RowScale(std::uint64_t lastTopRow) : m_lastTopRow(lastTopRow) {}

    std::uint64_t lastTopRow() const { return m_lastTopRow; }
    int maximum() const { return static_cast<int>(std::min<std::uint64_t>(m_lastTopRow, largest)); }
    int toScroll(std::uint64_t topRow) const;
    std::uint64_t toRow(int scroll) const;

private:
    std::uint64_t m_lastTopRow = 0;
};

} // namespace ipclens
