#include "ui/hex_geometry.h"

#include <algorithm>
#include <cmath>

namespace ipclens {
namespace {

constexpr int group = 8;      // bytes that stand together
constexpr int mostBytes = 64; // a row that fits the widest screen

int digitsFor(AddressRange extent, Address base)
{
    const Address last = base + (extent.size == 0 ? extent.begin : extent.end() - 1);
    return last > 0xFFFF'FFFF'FFFF ? 16 : last > 0xFFFF'FFFF ? 12 : 8;
}

} // namespace

HexGeometry::HexGeometry(AddressRange extent, Address base, int bytesPerRow, QSize cell)
    : m_extent(extent), m_base(base), m_bytesPerRow(std::max(group, bytesPerRow / group * group)),
      m_addressDigits(digitsFor(extent, base)), m_cell(cell.expandedTo({1, 1})),
      m_lead((extent.begin + base) % static_cast<unsigned>(m_bytesPerRow))
{
}

int HexGeometry::fittingBytesPerRow(AddressRange extent, Address base, QSize cell, int width)
{
    int bytes = group;
    while (bytes < mostBytes && HexGeometry(extent, base, bytes + group, cell).lineWidth() <= width)
        bytes += group;
    return bytes;
}

std::uint64_t HexGeometry::rowCount() const
{
    if (m_extent.size == 0)
        return 0;
    return rowOf(m_extent.end() - 1) + 1;
}

std::uint64_t HexGeometry::rowOf(Address address) const
{
    if (m_extent.size == 0)
        return 0;
    const std::uint64_t offset = std::clamp(address, m_extent.begin, m_extent.end() - 1) - m_extent.begin;
    const auto bytes = static_cast<std::uint64_t>(m_bytesPerRow);
    return offset / bytes + (offset % bytes + m_lead) / bytes; // offset + m_lead could wrap
}

AddressRange HexGeometry::rowRange(std::uint64_t row) const
{
    if (row >= rowCount())
        return {m_extent.end(), 0};
    const auto bytes = static_cast<std::uint64_t>(m_bytesPerRow);
    const std::uint64_t begin = row == 0 ? 0 : row * bytes - m_lead;
    const std::uint64_t full = row == 0 ? bytes - m_lead : bytes;
    return {m_extent.begin + begin, std::min(full, m_extent.size - begin)};
}

int HexGeometry::columnOf(Address address) const
{
    return static_cast<int>((address + m_base) % static_cast<std::uint64_t>(m_bytesPerRow));
}

int HexGeometry::addressEdge() const
{
    return addressX() + m_addressDigits * m_cell.width() + m_cell.width();
}

int HexGeometry::hexX(int column) const
{
    return addressEdge() + m_cell.width() * (1 + column * 3 + column / group);
}

int HexGeometry::textEdge() const
{
    return hexX(m_bytesPerRow - 1) + m_cell.width() * 3;
}

int HexGeometry::textX(int column) const
{
    return textEdge() + m_cell.width() * (1 + column);
}

int HexGeometry::lineWidth() const
{
    return textX(m_bytesPerRow) + m_cell.width() / 2;
}

QRect HexGeometry::cellRect(const HexPlace &place, int y) const
{
    const int column = columnOf(place.address);
    const int x = place.pane == HexPane::Text ? textX(column) : hexX(column) + place.nibble * m_cell.width();
    return {QPoint(x, y), m_cell};
}

int HexGeometry::columnAtHex(int x) const
{
    int column = 0;
    // Half of the gap behind a byte still belongs to it.
    while (column + 1 < m_bytesPerRow && x >= (hexX(column) + 2 * m_cell.width() + hexX(column + 1)) / 2)
        ++column;
    return column;
}

std::optional<HexPlace> HexGeometry::placeAt(QPoint pixel, std::uint64_t topRow, std::optional<HexPane> pane) const
{
    if (m_extent.size == 0)
        return std::nullopt;
    const std::uint64_t last = rowCount() - 1;
    const int down = static_cast<int>(std::floor(static_cast<double>(pixel.y()) / m_cell.height()));
    std::uint64_t row = 0;
    if (down >= 0)
        row = std::min(last,
                       topRow + std::min<std::uint64_t>(static_cast<unsigned>(down), last - std::min(last, topRow)));
    else
        row = topRow - std::min<std::uint64_t>(topRow, static_cast<unsigned>(-down));

    HexPlace place;
    place.pane = pane.value_or(pixel.x() < textEdge() ? HexPane::Hex : HexPane::Text);
    int column = 0;
    if (place.pane == HexPane::Hex) {
        column = columnAtHex(pixel.x());
        place.nibble = pixel.x() >= hexX(column) + m_cell.width() ? 1 : 0;
    } else {
        column = std::clamp((pixel.x() - textX(0)) / m_cell.width(), 0, m_bytesPerRow - 1);
    }

    const AddressRange range = rowRange(row);
    const int firstColumn = columnOf(range.begin);
    const int lastColumn = firstColumn + static_cast<int>(range.size) - 1;
    const int inside = std::clamp(column, firstColumn, lastColumn);
    if (inside != column)
        place.nibble = 0;
    place.address = range.begin + static_cast<unsigned>(inside - firstColumn);
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
