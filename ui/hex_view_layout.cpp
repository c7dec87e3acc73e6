// The part of HexView that lays out and scrolls.
#include "ui/hex_view.h"

#include "ui/hex_strip.h"

#include <QApplication>
#include <QFontInfo>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int smallestZoom = 50, largestZoom = 400; // percent

} // namespace

// Layout. -------------------------------------------------------------------------------------------------------------

void HexView::setLayout(const HexLayout &layout)
{
    if (layout == m_layout)
        return;
    dropPending();
    const Top before = top();
    m_layout = layout;
    m_cursor.nibble = 0;
    m_isBlock = false; // its columns mean something else now
    m_rows = rowsOf(m_geometry.bytesPerRow());
    restoreTop(before);
    horizontalScrollBar()->setValue(0);
}

void HexView::setBytesPerRow(int bytes)
{
    HexLayout layout = m_layout;
    layout.bytesPerRow = bytes;
    setLayout(layout);
}

void HexView::change(const HexLayout &layout)
{
    setLayout(layout);
    emit layoutChanged();
}

void HexView::setZoom(int percent)
{
    const int zoom = std::clamp(percent, smallestZoom, largestZoom);
    if (zoom == m_zoom)
        return;
    m_zoom = zoom;
    QFont scaled = font();
    scaled.setPointSizeF(m_fontSize * zoom / 100);
    setFont(scaled);
    emit layoutChanged();
}

void HexView::applyFont()
{
    if (std::abs(font().pointSizeF() - m_fontSize * m_zoom / 100) > 0.01) { // somebody else chose it
        m_fontSize = QFontInfo(font()).pointSizeF();
        m_zoom = 100;
    }
    const Top before = top();
    m_painter = std::make_unique<HexPainter>(font());
    restoreTop(before);
}

HexRows HexView::rowsOf(int bytesPerRow) const
{
    return {m_extent, m_regions, m_base, m_layout, m_layout.bytesPerRow > 0 ? m_layout.bytesPerRow : bytesPerRow};
}

void HexView::layOut()
{
    const QSize cell = m_painter->cell();
    int bytes = m_layout.bytesPerRow;
    if (bytes <= 0)
        bytes = HexGeometry::fittingBytesPerRow(m_layout, m_rows.addressWidth(), cell, viewport()->width());
    m_geometry = HexGeometry(m_layout, bytes, m_rows.addressWidth(), cell);
    if (m_rows.bytesPerRow() != m_geometry.bytesPerRow()) {
        const Top before = top();
        m_rows = rowsOf(m_geometry.bytesPerRow());
        m_topRow = rowOf(before);
    }

    const auto visible = static_cast<std::uint64_t>(lines());
    m_scale = RowScale(m_rows.count() > visible ? m_rows.count() - visible : 0);
    m_topRow = std::min(m_topRow, m_scale.lastTopRow());
    QScrollBar *bar = verticalScrollBar();
    m_isLayingOut = true; // a bar whose range shrinks moves; we do not
    // In a source that does not fit the bar's 31 bits its page is too small to see; the keys still move by a whole one.
    bar->setPageStep(m_scale.lastTopRow() <= RowScale::largest ? lines() : 1);
    bar->setRange(0, m_scale.maximum());
    bar->setValue(m_scale.toScroll(m_topRow));
    m_isLayingOut = false;

    const int overhang = std::max(0, m_geometry.lineWidth() - viewport()->width());
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(2 * cell.width());
    horizontalScrollBar()->setRange(0, overhang);
    announceVisibleRange();
}

HexView::Top HexView::top() const
{
    if (m_rows.count() == 0)
        return {m_extent.begin};
    const HexRow row = m_rows.row(std::min(m_topRow, m_rows.count() - 1));
    return {row.range.begin, row.kind != HexRowKind::Bytes};
}

std::uint64_t HexView::rowOf(Top top) const
{
    const HexRows::Block *block = m_rows.blockAt(top.address);
    return top.isTitle && block != nullptr && block->range.begin == top.address ? block->firstRow
                                                                                : m_rows.rowOf(top.address);
}

// After a change of rows or columns: the same address stands at the top.
void HexView::restoreTop(Top before)
{
    m_topRow = rowOf(before);
    layOut();
    updateStrip();
    viewport()->update();
}

void HexView::setStripShown(bool shown)
{
    m_strip->setVisible(shown);
    setViewportMargins(0, 0, shown ? HexStrip::wantedWidth() : 0, 0);
}

void HexView::updateStrip()
{
    m_strip->reset();
}

void HexView::resizeEvent(QResizeEvent *)
{
    const QRect area = viewport()->geometry();
    m_strip->setGeometry(area.right() + 1, area.top(), HexStrip::wantedWidth(), area.height());
    layOut();
    // What a narrower view had moved out of sight comes back, unless the user moved it.
    if (m_ownScroll != 0 && horizontalScrollBar()->value() == m_ownScroll) {
        horizontalScrollBar()->setValue(m_ownScroll = 0);
        ensureColumnVisible();
    }
}

QSize HexView::sizeHint() const
{
    const int bar = verticalScrollBar()->sizeHint().width() + viewportMargins().right();
    return {m_geometry.lineWidth() + bar + 2 * frameWidth(), 24 * m_geometry.cell().height() + 2 * frameWidth()};
}

// Scrolling. ----------------------------------------------------------------------------------------------------------

void HexView::scrollTo(std::uint64_t topRow)
{
    const std::uint64_t target = std::min(topRow, m_scale.lastTopRow());
    if (target == m_topRow)
        return;
    m_topRow = target;
    verticalScrollBar()->setValue(m_scale.toScroll(target));
    viewport()->update();
    m_strip->update();
    announceVisibleRange();
}

void HexView::scrollBy(std::int64_t rows)
{
    if (rows < 0)
        scrollTo(m_topRow - std::min(m_topRow, static_cast<std::uint64_t>(-rows)));
    else
        scrollTo(m_topRow + std::min(m_scale.lastTopRow() - m_topRow, static_cast<std::uint64_t>(rows)));
}

// The bar's own steps are rows and pages, whatever one of its units stands for.
void HexView::scrollAction(int action)
{
    const int page = std::max(1, lines() - 1);
    const int rows = action == QAbstractSlider::SliderSingleStepAdd   ? 1
                     : action == QAbstractSlider::SliderSingleStepSub ? -1
                     : action == QAbstractSlider::SliderPageStepAdd   ? page
                     : action == QAbstractSlider::SliderPageStepSub   ? -page
                                                                      : 0;
    if (rows == 0)
        return;
    scrollBy(rows);
    verticalScrollBar()->setSliderPosition(m_scale.toScroll(m_topRow));
}

void HexView::scrollContentsBy(int dx, int dy)
{
    const int value = verticalScrollBar()->value();
    if (dy != 0 && !m_isLayingOut && value != m_scale.toScroll(m_topRow)) // else it was us who moved the bar
        scrollTo(m_scale.toRow(value));
    if (dx != 0)
        viewport()->update();
}

void HexView::announceVisibleRange()
{
    const AddressRange range = visibleRange();
    auto ranges = visibleRanges();
    if (range == m_announced && ranges == m_announcedRanges)
        return;
    m_announced = range;
    m_announcedRanges = std::move(ranges);
    emit visibleRangeChanged(range);
}

void HexView::ensureVisible()
{
    const std::uint64_t row = m_rows.rowOf(m_cursor.address);
    if (row < m_topRow) {
        const HexRows::Block *block = m_rows.blockAt(m_cursor.address);
        const bool isFirst = block != nullptr && block->isOpen && row == block->firstByteRow() && lines() > 1;
        scrollTo(isFirst ? block->firstRow : row);
    } else if (row - m_topRow >= shownLines()) {
        scrollTo(row - shownLines() + 1);
    }

    ensureColumnVisible();
}

void HexView::ensureColumnVisible()
{
    const std::uint64_t row = m_rows.rowOf(m_cursor.address);
    const HexRow shown = m_rows.count() == 0 ? HexRow{HexRowKind::Collapsed, {}, 0, 0} : m_rows.row(row);
    if (shown.kind != HexRowKind::Bytes)
        return;
    const int column = m_rows.columnOf(m_cursor.address);
    const int w = m_geometry.cell().width();
    const QRect cell = m_cursor.pane == HexPane::Text ? m_geometry.textRect(column, 0)
                       : m_layout.isHexBytes()        ? m_geometry.digitRect(column, m_cursor.nibble, 0)
                                                      : m_geometry.valueRect(column, 0);
    QScrollBar *bar = horizontalScrollBar();
    if (cell.left() < bar->value())
        bar->setValue(cell.left() - w);
    else if (cell.right() > bar->value() + viewport()->width())
        bar->setValue(cell.right() + w - viewport()->width());
    else
        return;
    m_ownScroll = bar->value();
}

void HexView::wheelEvent(QWheelEvent *event)
{
    constexpr int notch = 120; // eighths of a degree, as QWheelEvent documents
    const QPoint pixels = event->pixelDelta();
    const QPoint angle = event->angleDelta();
    if (event->modifiers() & Qt::ControlModifier) {
        m_zoomRest += angle.y();
        const int steps = m_zoomRest / notch;
        m_zoomRest -= steps * notch;
        setZoom(m_zoom + steps * zoomStep);
        event->accept();
        return;
    }
    if (std::abs(angle.x()) > std::abs(angle.y()) || event->modifiers() & (Qt::AltModifier | Qt::ShiftModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    if (!pixels.isNull()) {
        m_pixelRest += pixels.y();
        const int rows = m_pixelRest / m_geometry.cell().height();
        m_pixelRest -= rows * m_geometry.cell().height();
        scrollBy(-rows);
    } else {
        m_wheelRest += angle.y() * QApplication::wheelScrollLines();
        const int rows = m_wheelRest / notch;
        m_wheelRest -= rows * notch;
        scrollBy(-rows);
    }
    event->accept();
}

} // namespace ipclens
