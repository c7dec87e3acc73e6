#include "ui/hex_geometry.h"

#include <algorithm>
#include <cmath>

namespace ipclens {
namespace {

constexpr int rowUnit = 8;    // rows hold a multiple of so many bytes
constexpr int mostBytes = 64; // a row that fits the widest screen

} // namespace

HexGeometry::HexGeometry(const HexLayout &layout, int bytesPerRow, int addressWidth, QSize cell)
    : m_layout(layout), m_bytesPerRow(std::max(rowUnit, bytesPerRow / rowUnit * rowUnit)),
      m_unitBytes(static_cast<int>(sizeOf(layout.unit))), m_valueWidth(ipclens::valueWidth(layout)),
      m_groupBytes(layout.groupBytes > m_unitBytes ? layout.groupBytes : 0), m_addressWidth(addressWidth),
      m_cell(cell.expandedTo({1, 1}))
{
}

int HexGeometry::fittingBytesPerRow(const HexLayout &layout, int addressWidth, QSize cell, int width)
{
    int bytes = rowUnit;
    while (bytes < mostBytes && HexGeometry(layout, bytes + rowUnit, addressWidth, cell).lineWidth() <= width)
        bytes += rowUnit;
    return bytes;
}

int HexGeometry::addressEdge() const
{
    return addressX() + m_addressWidth * m_cell.width() + m_cell.width();
}

int HexGeometry::valueX(int column) const
{
    const int unit = column / m_unitBytes;
    const int gaps = m_groupBytes == 0 ? 0 : unit * m_unitBytes / m_groupBytes;
    return addressEdge() + m_cell.width() * (1 + unit * (m_valueWidth + 1) + gaps);
}

int HexGeometry::textEdge() const
{
    return valueX(m_bytesPerRow - 1) + m_cell.width() * (m_valueWidth + 1);
}

int HexGeometry::textX(int column) const
{
    return textEdge() + m_cell.width() * (1 + column);
}

int HexGeometry::lineWidth() const
{
    return textX(m_bytesPerRow) + m_cell.width() / 2;
}

QRect HexGeometry::valueRect(int column, int y) const
{
    return {valueX(column), y, m_valueWidth * m_cell.width(), m_cell.height()};
}

QRect HexGeometry::textRect(int column, int y) const
{
    return {QPoint(textX(column), y), m_cell};
}

QRect HexGeometry::digitRect(int column, int digit, int y) const
{
    return {QPoint(valueX(column) + digit * m_cell.width(), y), m_cell};
}

// The first column of the value nearest to a pixel.
int HexGeometry::columnAtValue(int x) const
{
    int column = 0;
    // Half of the gap behind a value still belongs to it.
    while (column + m_unitBytes < m_bytesPerRow &&
           x >= (valueX(column) + m_valueWidth * m_cell.width() + valueX(column + m_unitBytes)) / 2)
        column += m_unitBytes;
    return column;
}

std::uint64_t HexGeometry::rowAt(int y, QSize cell, const HexRows &rows, std::uint64_t topRow)
{
    const int down = static_cast<int>(std::floor(static_cast<double>(y) / cell.height()));
    if (down < 0)
        return topRow - std::min<std::uint64_t>(topRow, static_cast<unsigned>(-down));
    const std::uint64_t last = rows.count() - 1;
    return std::min(last, topRow + std::min<std::uint64_t>(static_cast<unsigned>(down), last - std::min(last, topRow)));
}

std::optional<HexPlace> HexGeometry::placeAt(QPoint pixel, const HexRows &rows, std::uint64_t topRow,
                                             std::optional<HexPane> pane) const
{
    if (rows.count() == 0)
        return std::nullopt;
    const HexRow row = rows.row(rowAt(pixel.y(), m_cell, rows, topRow));
    HexPlace place;
    place.pane = pane.value_or(pixel.x() < textEdge() ? HexPane::Hex : HexPane::Text);
    place.address = row.range.begin;
    if (row.kind != HexRowKind::Bytes)
        return place;

    int column = 0;
    if (place.pane == HexPane::Hex) {
        column = columnAtValue(pixel.x());
        if (m_layout.isHexBytes())
            place.nibble = pixel.x() >= valueX(column) + m_cell.width() ? 1 : 0;
    } else {
        column = std::clamp((pixel.x() - textX(0)) / m_cell.width(), 0, m_bytesPerRow - 1);
    }
    const int inside = std::clamp(column, row.firstColumn, row.firstColumn + static_cast<int>(row.range.size) - 1);
    if (inside != column)
        place.nibble = 0;
    place.address += static_cast<unsigned>(inside - row.firstColumn);
    return place;
}

int RowScale::toScroll(std::uint64_t topRow) const
{
    topRow = std::min(topRow, m_lastTopRow);
    if (m_lastTopRow <= static_cast<std::uint64_t>(largest))
        return static_cast<int>(topRow);
    if (topRow == 0 || topRow == m_lastTopRow)
        return topRow == 0 ? 0 : largest;
    // Only the two ends may look like the ends.
    const double part = static_cast<double>(topRow) / static_cast<double>(m_lastTopRow);
    return std::clamp(static_cast<int>(part * largest), 1, largest - 1);
}

std::uint64_t RowScale::toRow(int scroll) const
{
    const auto position = static_cast<std::uint64_t>(std::clamp(scroll, 0, maximum()));
    if (m_lastTopRow <= static_cast<std::uint64_t>(largest))
        return position;
    // position * m_lastTopRow / largest without 128 bits: both products stay below 2^64.
    return position * (m_lastTopRow / largest) + position * (m_lastTopRow % largest) / largest;
}

} // namespace ipclens
