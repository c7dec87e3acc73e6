// Where what stands in a row of a hex view: columns and pixels. Knows no widget and no bytes.
#pragma once

#include "ui/hex_rows.h"

#include <QRect>

namespace ipclens {

enum class HexPane { Hex, Text };

// One place in a hex view: a byte and, where bytes are two hex digits, which of them.
struct HexPlace {
    Address address = 0;
    HexPane pane = HexPane::Hex;
    int nibble = 0; // 0 the high digit, 1 the low one; 0 in the text pane and for other units
    bool operator==(const HexPlace &) const = default;
};

// A plain value. x counts pixels from the left edge of the whole line (before horizontal scrolling), y from the first
// visible row's top.
class HexGeometry {
public:
    // `cell` is what one character takes. `bytesPerRow` is a multiple of 8. `addressWidth` in characters.
    HexGeometry() : HexGeometry({}, 16, 8, {8, 16}) {}
    HexGeometry(const HexLayout &layout, int bytesPerRow, int addressWidth, QSize cell);

    // The most bytes a row, a multiple of 8 from 8 to 64, whose line is not wider than `width` pixels.
    static int fittingBytesPerRow(const HexLayout &layout, int addressWidth, QSize cell, int width);

    const HexLayout &layout() const { return m_layout; }
    int bytesPerRow() const { return m_bytesPerRow; }
    QSize cell() const { return m_cell; }
    int unitBytes() const { return m_unitBytes; }
    int valueWidth() const { return m_valueWidth; } // characters

    int addressWidth() const { return m_addressWidth; } // characters
    int addressX() const { return m_cell.width() / 2; }
    int valueX(int column) const; // left edge of the value that the byte in this column belongs to
    int textX(int column) const;  // left edge of its character
    int lineWidth() const;
    // The two lines drawn between address, values and text.
    int addressEdge() const;
    int textEdge() const;

    int rowsIn(int height) const { return std::max(1, height / m_cell.height()); } // whole rows
    int rowsTouched(int height) const { return height / m_cell.height() + 1; }     // partly visible ones too

    // Of a byte in a row drawn at `y`: its value, its character, one digit of its value.
    QRect valueRect(int column, int y) const;
    QRect textRect(int column, int y) const;
    QRect digitRect(int column, int digit, int y) const;

    // What is nearest to a pixel when `topRow` stands at the top. Between two values the nearer one; left of them the
    // first; right of the text pane its last. On the line of a region its first byte. Nothing when there are no rows.
    // `pane`, when given, keeps a drag inside it.
    std::optional<HexPlace> placeAt(QPoint pixel, const HexRows &rows, std::uint64_t topRow,
                                    std::optional<HexPane> pane = {}) const;
    static std::uint64_t rowAt(int y, QSize cell, const HexRows &rows, std::uint64_t topRow);

private:
    int columnAtValue(int x) const;

    HexLayout m_layout;
    int m_bytesPerRow = 16;
    int m_unitBytes = 1;
    int m_valueWidth = 2;
    int m_groupBytes = 8; // 0: no wider gaps
    int m_addressWidth = 8;
    QSize m_cell;
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
