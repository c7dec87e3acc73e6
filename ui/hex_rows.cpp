#include "ui/hex_rows.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr int rowUnit = 8; // rows hold a multiple of so many bytes

bool areAlike(const Region &a, const Region &b)
{
    return a.state == b.state && a.protection == b.protection && a.type == b.type && a.mapped == b.mapped;
}

} // namespace

HexRows::HexRows(AddressRange extent, std::span<const Region> regions, Address base, const HexLayout &layout,
                 int bytesPerRow)
    : m_extent(extent), m_base(base), m_addresses(layout.addresses), m_addressBase(layout.addressBase),
      m_bytesPerRow(std::max(rowUnit, bytesPerRow / rowUnit * rowUnit))
{
    if (extent.size != 0 && regions.empty())
        m_blocks.push_back({.range = extent});
    else if (extent.size != 0) {
        Address at = extent.begin;
        for (std::size_t i = 0; i < regions.size(); ++i) {
            const Region &region = regions[i];
            const AddressRange inside = intersect(region.range, {at, extent.end() - at});
            if (inside.size == 0 || region.state == RegionState::Free)
                continue;
            addHole({at, inside.begin - at});
            addRegion(inside, regions, i);
            at = inside.end();
        }
        addHole({at, extent.end() - at});
    }
    number();
    const std::uint64_t largest = largestShown();
    m_addressDigits = largest > 0xFFFF'FFFF'FFFF ? 16 : largest > 0xFFFF'FFFF ? 12 : 8;
}

void HexRows::addHole(AddressRange range)
{
    if (range.size != 0)
        m_blocks.push_back({.range = range, .hasHeader = true, .isOpen = false});
}

void HexRows::addRegion(AddressRange range, std::span<const Region> regions, std::size_t region)
{
    if (!m_blocks.empty() && m_blocks.back().region != noRegion &&
        areAlike(regions[m_blocks.back().region], regions[region]))
        m_blocks.back().range.size += range.size; // they touch: a hole would stand between them
    else
        m_blocks.push_back(
            {.range = range, .region = region, .hasHeader = true, .isOpen = regions[region].isReadable()});
}

void HexRows::number()
{
    for (Block &block : m_blocks) {
        block.firstRow = m_count;
        block.lead = leadOf(block.range);
        m_count += block.hasHeader ? 1 : 0;
        if (block.isOpen)
            m_count += byteRowOf(block, block.range.end() - 1) + 1;
    }
}

int HexRows::leadOf(AddressRange range) const
{
    const auto perRow = static_cast<std::uint64_t>(m_bytesPerRow);
    switch (m_addresses) {
    case HexAddresses::Absolute:
        return static_cast<int>((range.begin + m_base) % perRow);
    case HexAddresses::FromRegion:
        return 0;
    case HexAddresses::FromBase:
        break;
    }
    if (range.begin >= m_addressBase)
        return static_cast<int>((range.begin - m_addressBase) % perRow);
    return static_cast<int>((perRow - (m_addressBase - range.begin) % perRow) % perRow);
}

std::uint64_t HexRows::largestShown() const
{
    if (m_extent.size == 0)
        return m_extent.begin + m_base;
    const Address last = m_extent.end() - 1;
    switch (m_addresses) {
    case HexAddresses::Absolute:
        return last + m_base;
    case HexAddresses::FromBase:
        return std::max(m_addressBase > m_extent.begin ? m_addressBase - m_extent.begin : 0,
                        last > m_addressBase ? last - m_addressBase : 0);
    case HexAddresses::FromRegion:
        break;
    }
    std::uint64_t largest = 0;
    for (const Block &block : m_blocks)
        largest = std::max(largest, block.isOpen ? block.range.size - 1 : 0);
    return largest;
}

HexRows::Shown HexRows::shown(Address address) const
{
    if (m_addresses == HexAddresses::FromBase) {
        const bool isNegative = address < m_addressBase;
        return {isNegative ? m_addressBase - address : address - m_addressBase, isNegative};
    }
    const Block *block = m_addresses == HexAddresses::FromRegion ? blockAt(address) : nullptr;
    return {block != nullptr ? address - block->range.begin : address + m_base, false};
}

std::size_t HexRows::blockOf(Address address) const
{
    const auto next =
        std::ranges::upper_bound(m_blocks, address, {}, [](const Block &block) { return block.range.begin; });
    return next == m_blocks.begin() ? 0 : static_cast<std::size_t>(next - m_blocks.begin()) - 1;
}

const HexRows::Block *HexRows::blockAt(Address address) const
{
    return m_extent.contains(address) ? &m_blocks[blockOf(address)] : nullptr;
}

std::uint64_t HexRows::byteRowOf(const Block &block, Address address) const
{
    const std::uint64_t offset = address - block.range.begin;
    const auto perRow = static_cast<std::uint64_t>(m_bytesPerRow);
    return offset / perRow + (offset % perRow + static_cast<unsigned>(block.lead)) / perRow; // the sum could wrap
}

AddressRange HexRows::rowRange(const Block &block, std::uint64_t byteRow) const
{
    const auto perRow = static_cast<std::uint64_t>(m_bytesPerRow);
    const auto lead = static_cast<unsigned>(block.lead);
    const std::uint64_t begin = byteRow == 0 ? 0 : byteRow * perRow - lead;
    const std::uint64_t full = byteRow == 0 ? perRow - lead : perRow;
    return {block.range.begin + begin, std::min(full, block.range.size - begin)};
}

HexRow HexRows::row(std::uint64_t row) const
{
    const auto next = std::ranges::upper_bound(m_blocks, row, {}, &Block::firstRow);
    const auto index = static_cast<std::size_t>(next - m_blocks.begin()) - 1;
    const Block &block = m_blocks[index];
    if (block.hasHeader && row == block.firstRow)
        return {block.isOpen ? HexRowKind::Header : HexRowKind::Collapsed, block.range, 0, index};
    const std::uint64_t byteRow = row - block.firstByteRow();
    return {HexRowKind::Bytes, rowRange(block, byteRow), byteRow == 0 ? block.lead : 0, index};
}

std::uint64_t HexRows::rowOf(Address address) const
{
    if (m_blocks.empty())
        return 0;
    const Address inside = std::clamp(address, m_extent.begin, m_extent.end() - 1);
    const Block &block = m_blocks[blockOf(inside)];
    return block.isOpen ? block.firstByteRow() + byteRowOf(block, inside) : block.firstRow;
}

int HexRows::columnOf(Address address) const
{
    const Block *block = blockAt(address);
    if (block == nullptr)
        return 0;
    const auto perRow = static_cast<std::uint64_t>(m_bytesPerRow);
    return static_cast<int>(((address - block->range.begin) % perRow + static_cast<unsigned>(block->lead)) % perRow);
}

AddressRange HexRows::cut(const HexBlock &block, std::uint64_t number) const
{
    if (number < block.firstRow || number > block.lastRow)
        return {};
    const HexRow row = this->row(number);
    if (row.kind != HexRowKind::Bytes)
        return {};
    const int lastOfRow = row.firstColumn + static_cast<int>(row.range.size) - 1;
    const int first = std::max(block.firstColumn, row.firstColumn);
    const int last = std::min(block.lastColumn, lastOfRow);
    if (first > last)
        return {};
    return {row.range.begin + static_cast<unsigned>(first - row.firstColumn), static_cast<unsigned>(last - first + 1)};
}

std::optional<std::uint64_t> HexRows::byteRowAtOrAfter(std::uint64_t row) const
{
    for (auto at = std::ranges::upper_bound(m_blocks, row, {}, &Block::firstRow) - 1; at < m_blocks.end(); ++at) {
        if (at->isOpen)
            return std::max(row, at->firstByteRow());
    }
    return std::nullopt;
}

std::optional<std::uint64_t> HexRows::byteRowAtOrBefore(std::uint64_t row) const
{
    for (auto end = std::ranges::upper_bound(m_blocks, row, {}, &Block::firstRow); end != m_blocks.begin(); --end) {
        const Block &block = *(end - 1);
        if (block.isOpen && block.firstByteRow() <= row)
            return std::min(row, block.firstByteRow() + byteRowOf(block, block.range.end() - 1));
    }
    return std::nullopt;
}

Address HexRows::moved(Address from, std::int64_t bytes) const
{
    if (m_blocks.empty() || bytes == 0)
        return from;
    const Address inside = std::clamp(from, m_extent.begin, m_extent.end() - 1);
    return bytes > 0 ? moveForward(inside, static_cast<std::uint64_t>(bytes))
                     : moveBack(inside, static_cast<std::uint64_t>(-bytes));
}

Address HexRows::moveForward(Address from, std::uint64_t bytes) const
{
    Address reached = from;
    for (std::size_t i = blockOf(from); i < m_blocks.size(); ++i) {
        const Block &block = m_blocks[i];
        if (!block.isOpen)
            continue;
        if (block.range.begin > from) { // the step into it
            reached = block.range.begin;
            if (--bytes == 0)
                return reached;
        }
        const std::uint64_t room = block.range.end() - 1 - reached;
        if (bytes <= room)
            return reached + bytes;
        reached += room;
        bytes -= room;
    }
    return reached;
}

Address HexRows::moveBack(Address from, std::uint64_t bytes) const
{
    Address reached = from;
    for (std::size_t i = blockOf(from) + 1; i-- > 0;) {
        const Block &block = m_blocks[i];
        if (!block.isOpen)
            continue;
        if (block.range.end() <= from) {
            reached = block.range.end() - 1;
            if (--bytes == 0)
                return reached;
        }
        const std::uint64_t room = reached - block.range.begin;
        if (bytes <= room)
            return reached - bytes;
        reached -= room;
        bytes -= room;
    }
    return reached;
}

} // namespace ipclens
