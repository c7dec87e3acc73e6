// The part of HexView that knows places: cursor, selection, what is visible, and what is said of them.
#include "ui/hex_view.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/region_picker.h"
#include "ui/theme.h"

#include <QHelpEvent>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace ipclens {
namespace {

QString fileName(const std::string &path)
{
    const auto slash = path.find_last_of("/\\");
    return fromUtf8(slash == std::string::npos ? path : path.substr(slash + 1));
}

} // namespace

// Places. -------------------------------------------------------------------------------------------------------------

void HexView::setWritable(bool writable)
{
    m_writable = writable;
    dropPending();
    updateFrame();
}

// The frame's colour is a role of its own in our palette, so that all others still follow the application's.
void HexView::updateFrame()
{
    const QColor color = m_writable ? theme::color(theme::Role::WriteFrame, palette()) : palette().color(QPalette::Mid);
    if (palette().color(QPalette::WindowText) == color)
        return;
    QPalette own;
    own.setResolveMask(0);
    own.setColor(QPalette::WindowText, color);
    setPalette(own);
}

void HexView::goTo(Address address)
{
    if (m_extent.size == 0)
        return;
    const Address target = std::clamp(address, m_extent.begin, m_extent.end() - 1);
    horizontalScrollBar()->setValue(0); // with its address, where there is room
    const std::uint64_t row = m_rows.rowOf(target);
    if (row < m_topRow || row >= m_topRow + shownLines()) {
        const HexRows::Block *block = m_rows.blockAt(target);
        const bool isFirst = block != nullptr && block->isOpen && row == block->firstByteRow();
        scrollTo(isFirst ? block->firstRow : row); // with the line that says what it is
    }
    moveTo({target, m_cursor.pane, 0}, false);
}

void HexView::select(AddressRange range)
{
    const AddressRange inside = intersect(range, m_extent);
    if (inside.size == 0)
        return;
    moveTo({inside.begin, m_cursor.pane, 0}, false);
    moveTo({inside.end() - 1, m_cursor.pane, 0}, true);
}

AddressRange HexView::valueAt(Address address) const
{
    const HexRows::Block *block = m_rows.blockAt(address);
    if (block == nullptr || !block->isOpen)
        return {address, 0};
    const auto unit = static_cast<std::uint64_t>(m_geometry.unitBytes());
    const std::uint64_t inside = static_cast<unsigned>(m_rows.columnOf(address)) % unit;
    // Less than a whole value where the region begins or ends within it.
    const std::uint64_t before = std::min(inside, address - block->range.begin);
    return intersect({address - before, unit - inside + before}, block->range);
}

// What is selected in the value pane are whole values.
AddressRange HexView::selection() const
{
    if (!m_anchor || m_isBlock)
        return {m_cursor.address, 0};
    auto [low, high] = std::minmax({*m_anchor, m_cursor.address});
    if (m_cursor.pane == HexPane::Hex && m_geometry.unitBytes() > 1) {
        low = valueAt(low).begin;
        const AddressRange last = valueAt(high);
        high = std::max(high, last.begin + std::max<std::uint64_t>(1, last.size) - 1);
    }
    return {low, high - low + 1};
}

std::optional<HexBlock> HexView::block() const
{
    if (!m_anchor || !m_isBlock)
        return std::nullopt;
    const auto [firstRow, lastRow] = std::minmax({m_rows.rowOf(*m_anchor), m_rows.rowOf(m_cursor.address)});
    auto [first, last] = std::minmax({m_rows.columnOf(*m_anchor), m_rows.columnOf(m_cursor.address)});
    if (m_cursor.pane == HexPane::Hex) {
        const int unit = m_geometry.unitBytes();
        first -= first % unit;
        last += unit - 1 - last % unit;
    }
    return HexBlock{firstRow, lastRow, first, last};
}

std::vector<AddressRange> HexView::selectedRanges() const
{
    if (const AddressRange selected = selection(); selected.size != 0)
        return {selected};
    std::vector<AddressRange> ranges;
    if (const auto selected = block()) {
        for (std::uint64_t row = selected->firstRow; row <= selected->lastRow; ++row) {
            if (const AddressRange part = m_rows.cut(*selected, row); part.size != 0)
                ranges.push_back(part);
        }
    }
    return ranges;
}

std::uint64_t HexView::selectedBytes() const
{
    std::uint64_t bytes = 0;
    for (const AddressRange &range : selectedRanges())
        bytes += range.size;
    return bytes;
}

bool HexView::isSelected(Address address) const
{
    const auto selected = block();
    return selected ? m_rows.cut(*selected, m_rows.rowOf(address)).contains(address) : selection().contains(address);
}

std::vector<AddressRange> HexView::visibleRanges() const
{
    std::vector<AddressRange> ranges;
    const auto touched = static_cast<std::uint64_t>(m_geometry.rowsTouched(viewport()->height()));
    for (std::uint64_t row = m_topRow; row < m_rows.count() && row - m_topRow < touched; ++row) {
        const HexRow each = m_rows.row(row);
        if (each.kind != HexRowKind::Bytes)
            continue;
        if (!ranges.empty() && ranges.back().end() == each.range.begin && m_rows.row(row - 1).kind == HexRowKind::Bytes)
            ranges.back().size += each.range.size;
        else
            ranges.push_back(each.range);
    }
    return ranges;
}

AddressRange HexView::visibleRange() const
{
    const auto ranges = visibleRanges();
    if (ranges.empty())
        return {topAddress(), 0};
    return {ranges.front().begin, ranges.back().end() - ranges.front().begin};
}

Address HexView::topAddress() const
{
    return top().address;
}

void HexView::setTopAddress(Address address)
{
    scrollTo(m_rows.rowOf(address));
}

QRect HexView::valueRect(Address address) const
{
    const HexRows::Block *block = m_rows.blockAt(address);
    const std::uint64_t row = m_rows.rowOf(address);
    if (block == nullptr || !block->isOpen || row < m_topRow || row - m_topRow > shownLines())
        return {};
    const int y = static_cast<int>(row - m_topRow) * m_geometry.cell().height();
    return m_geometry.valueRect(m_rows.columnOf(address), y).translated(-horizontalScrollBar()->value(), 0);
}

QString HexView::addressText(Address address) const
{
    return ipclens::addressText(address + m_base);
}

// What lines say. -----------------------------------------------------------------------------------------------------

HexTitle HexView::titleOf(const HexRow &row) const
{
    const HexRows::Block &block = m_rows.blocks()[row.block];
    if (block.region == HexRows::noRegion)
        return {block.hasHeader ? tr("unmapped, %1").arg(sizeText(block.range.size)) : QString(), QColor()};
    const Region &region = m_regions[block.region];
    QStringList parts;
    parts += tr("%1 to %2").arg(addressText(block.range.begin), addressText(block.range.end() - 1));
    parts += sizeText(block.range.size);
    parts += regionText(region);
    const QString name = m_regionName ? m_regionName(region) : fileName(region.mapped);
    if (!name.isEmpty())
        parts += name;
    if (!block.isOpen && region.state == RegionState::Committed)
        parts += region.protection.guard ? tr("guard page, not read") : tr("cannot be read");
    const theme::Role sign = region.type == RegionType::Image    ? theme::Role::ImageMemory
                             : region.type == RegionType::Mapped ? theme::Role::MappedMemory
                                                                 : theme::Role::PrivateMemory;
    return {parts.join(QStringLiteral("   ")), block.isOpen ? theme::color(sign, palette()) : QColor()};
}

QString HexView::describe(const HexRow &row) const
{
    const HexRows::Block &block = m_rows.blocks()[row.block];
    if (block.region == HexRows::noRegion) {
        const QString from = addressText(block.hasHeader ? block.range.begin : row.range.begin);
        return block.hasHeader ? tr("unmapped from %1 to %2, %3")
                                     .arg(from, addressText(block.range.end() - 1), sizeText(block.range.size))
                               : from;
    }
    QString text = titleOf(row).text;
    if (const std::string &mapped = m_regions[block.region].mapped; !mapped.empty())
        text += QLatin1Char('\n') + fromUtf8(mapped);
    return row.kind == HexRowKind::Bytes ? addressText(row.range.begin) + QLatin1Char('\n') + text : text;
}

QString HexView::tipAt(QPoint pixel) const
{
    const QPoint inLine = pixel + QPoint(horizontalScrollBar()->value(), 0);
    const auto place = m_geometry.placeAt(inLine, m_rows, m_topRow);
    if (!place)
        return {};
    const HexRow row = m_rows.row(HexGeometry::rowAt(pixel.y(), m_geometry.cell(), m_rows, m_topRow));
    if (row.kind != HexRowKind::Bytes)
        return describe(row);
    QStringList lines;
    const AddressRange value = place->pane == HexPane::Hex ? valueAt(place->address) : AddressRange{place->address, 1};
    const auto textOf = [](const SparseBytes &bytes, AddressRange range) {
        QString text;
        for (std::uint64_t i = 0; i < range.size; ++i) {
            const SparseBytes::Cell cell = bytes.at(range.begin + i);
            text += i > 0 ? QStringLiteral(" ") : QString();
            text += cell.state == ByteState::Known ? bytesText(std::span(&cell.value, 1)) : QStringLiteral("??");
        }
        return text;
    };
    std::uint32_t changes = 0;
    bool isDifferent = false;
    for (std::uint64_t i = 0; i < value.size; ++i) {
        const SparseBytes::Cell cell = m_bytes.at(value.begin + i);
        changes = std::max<std::uint32_t>(changes, cell.changes);
        const SparseBytes::Cell framed = m_hasFrame ? m_frame.at(value.begin + i) : SparseBytes::Cell{};
        isDifferent |= framed.state != ByteState::Unknown && cell.state != ByteState::Unknown && !framed.isSame(cell);
    }
    if (changes == 1)
        lines += tr("changed once");
    else if (changes >= SparseBytes::mostChanges)
        lines += tr("changed %1 times or more").arg(countText(changes));
    else if (changes > 1)
        lines += tr("changed %1 times").arg(countText(changes));
    if (isDifferent)
        lines += tr("frozen frame: %1, now %2").arg(textOf(m_frame, value), textOf(m_bytes, value));
    m_highlights.meeting(value, [&](const Highlight &each) {
        if (!each.tip.isEmpty())
            lines += each.tip;
    });
    if (lines.isEmpty())
        return {};
    lines.prepend(addressText(value.begin));
    return lines.join(QLatin1Char('\n'));
}

bool HexView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        QToolTip::showText(help->globalPos(), plainTip(tipAt(help->pos())), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace ipclens
