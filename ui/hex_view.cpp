#include "ui/hex_view.h"

#include "ui/hex_accessible.h"
#include "ui/theme.h"

#include <QApplication>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int fadeTick = 50; // milliseconds between two steps of a fading byte

} // namespace

HexView::HexView(QWidget *parent) : QAbstractScrollArea(parent)
{
    installHexAccessible();
    setAccessibleName(tr("Hex view"));
    setFocusPolicy(Qt::StrongFocus);
    setFrameStyle(int(QFrame::Box) | int(QFrame::Plain));
    setLineWidth(2);
    setFont(theme::fixedFont());
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    verticalScrollBar()->setSingleStep(1);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, &HexView::scrollAction);
    m_clock.start();
    m_painter = std::make_unique<HexPainter>(font());
    layOut();
    updateFrame();
}

HexView::~HexView() = default;

void HexView::setExtent(AddressRange extent)
{
    m_bytes.clear();
    dropPending();
    m_extent = extent;
    if (!extent.contains(m_cursor.address))
        m_cursor.address = extent.begin;
    if (m_anchor) {
        m_anchor.reset();
        emit selectionChanged(selection());
    }
    m_topRow = 0;
    layOut();
    ensureVisible();
    viewport()->update();
}

void HexView::setBase(Address base)
{
    m_base = base;
    layOut();
    viewport()->update();
}

void HexView::setBytesPerRow(int bytes)
{
    m_bytesPerRow = bytes;
    const Address top = m_geometry.rowRange(m_topRow).begin;
    layOut();
    scrollTo(m_geometry.rowOf(top));
    viewport()->update();
}

void HexView::showImage(const MemoryImage &image)
{
    merge(image, 0);
}

void HexView::updateImage(const MemoryImage &image)
{
    merge(image, now());
}

void HexView::merge(const MemoryImage &image, SparseBytes::Stamp stamp)
{
    if (m_bytes.merge(image, stamp) && !m_fadeTimer.isActive() && isVisible())
        m_fadeTimer.start(fadeTick, this);
    updateRows(image.range());
}

void HexView::clearImage()
{
    m_bytes.clear();
    dropPending();
    viewport()->update();
}

void HexView::forgetOutside(AddressRange keep)
{
    m_bytes.forgetOutside(keep);
}

MemoryImage HexView::imageAt(Address address, std::uint64_t size) const
{
    const AddressRange wanted = intersect({address, std::min(size, ~address)}, m_extent);
    return m_bytes.image({address, wanted.begin == address ? m_bytes.knownPrefix(wanted) : 0});
}

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
    const auto lines = static_cast<std::uint64_t>(m_geometry.rowsIn(viewport()->height()));
    const std::uint64_t row = m_geometry.rowOf(target);
    if (row < m_topRow || row >= m_topRow + lines)
        scrollTo(row);
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

AddressRange HexView::selection() const
{
    if (!m_anchor)
        return {m_cursor.address, 0};
    const auto [low, high] = std::minmax(*m_anchor, m_cursor.address);
    return {low, high - low + 1};
}

AddressRange HexView::visibleRange() const
{
    const std::uint64_t rows = m_geometry.rowCount();
    if (rows == 0)
        return {m_extent.begin, 0};
    const auto lines = static_cast<std::uint64_t>(m_geometry.rowsTouched(viewport()->height()));
    const std::uint64_t last = std::min(rows - 1, m_topRow + lines - 1);
    const Address begin = m_geometry.rowRange(std::min(m_topRow, last)).begin;
    return {begin, m_geometry.rowRange(last).end() - begin};
}

QSize HexView::sizeHint() const
{
    const int bar = verticalScrollBar()->sizeHint().width();
    return {m_geometry.lineWidth() + bar + 2 * frameWidth(), 24 * m_geometry.cell().height() + 2 * frameWidth()};
}

SparseBytes::Stamp HexView::now() const
{
    return std::max<SparseBytes::Stamp>(1, static_cast<SparseBytes::Stamp>(m_clock.elapsed()));
}

QString HexView::addressText(Address address) const
{
    return QStringLiteral("0x%1").arg(address + m_base, 0, 16);
}

// Scrolling. ----------------------------------------------------------------------------------------------------------

void HexView::layOut()
{
    const QSize cell = m_painter->cell();
    const int bytes = m_bytesPerRow > 0 ? m_bytesPerRow
                                        : HexGeometry::fittingBytesPerRow(m_extent, m_base, cell, viewport()->width());
    m_geometry = HexGeometry(m_extent, m_base, bytes, cell);

    const auto lines = static_cast<std::uint64_t>(m_geometry.rowsIn(viewport()->height()));
    const std::uint64_t rows = m_geometry.rowCount();
    m_scale = RowScale(rows > lines ? rows - lines : 0);
    m_topRow = std::min(m_topRow, m_scale.lastTopRow());
    QScrollBar *bar = verticalScrollBar();
    // In a source that does not fit the bar's 31 bits its page is too small to see; the keys still move by a whole one.
    bar->setPageStep(m_scale.lastTopRow() <= RowScale::largest ? static_cast<int>(lines) : 1);
    bar->setRange(0, m_scale.maximum());
    bar->setValue(m_scale.toScroll(m_topRow));

    const int overhang = std::max(0, m_geometry.lineWidth() - viewport()->width());
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(2 * cell.width());
    horizontalScrollBar()->setRange(0, overhang);
    announceVisibleRange();
}

void HexView::scrollTo(std::uint64_t topRow)
{
    const std::uint64_t target = std::min(topRow, m_scale.lastTopRow());
    if (target == m_topRow)
        return;
    m_topRow = target;
    verticalScrollBar()->setValue(m_scale.toScroll(target));
    viewport()->update();
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
    const int page = std::max(1, m_geometry.rowsIn(viewport()->height()) - 1);
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
    if (dy != 0 && value != m_scale.toScroll(m_topRow)) // else it was us who moved the bar
        scrollTo(m_scale.toRow(value));
    if (dx != 0)
        viewport()->update();
}

void HexView::announceVisibleRange()
{
    const AddressRange range = visibleRange();
    if (range == m_announced)
        return;
    m_announced = range;
    emit visibleRangeChanged(range);
}

void HexView::ensureVisible()
{
    const std::uint64_t row = m_geometry.rowOf(m_cursor.address);
    const auto lines = static_cast<std::uint64_t>(m_geometry.rowsIn(viewport()->height()));
    if (row < m_topRow)
        scrollTo(row);
    else if (row - m_topRow >= lines)
        scrollTo(row - lines + 1);

    const QRect cell = m_geometry.cellRect(m_cursor, 0);
    QScrollBar *bar = horizontalScrollBar();
    if (cell.left() < bar->value())
        bar->setValue(cell.left() - cell.width());
    else if (cell.right() > bar->value() + viewport()->width())
        bar->setValue(cell.right() + cell.width() - viewport()->width());
}

void HexView::wheelEvent(QWheelEvent *event)
{
    const QPoint pixels = event->pixelDelta();
    const QPoint angle = event->angleDelta();
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
        constexpr int notch = 120; // eighths of a degree, as QWheelEvent documents
        m_wheelRest += angle.y() * QApplication::wheelScrollLines();
        const int rows = m_wheelRest / notch;
        m_wheelRest -= rows * notch;
        scrollBy(-rows);
    }
    event->accept();
}

void HexView::resizeEvent(QResizeEvent *)
{
    layOut();
}

// Painting. -----------------------------------------------------------------------------------------------------------

void HexView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    const HexScene scene{.geometry = m_geometry,
                         .bytes = m_bytes,
                         .palette = palette(),
                         .base = m_base,
                         .topRow = m_topRow,
                         .scrolledX = horizontalScrollBar()->value(),
                         .cursor = m_cursor,
                         .selection = selection(),
                         .pendingDigit = m_pendingDigit,
                         .hasFocus = hasFocus(),
                         .now = now()};
    m_painter->paint(painter, event->rect(), scene);
}

void HexView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        m_painter = std::make_unique<HexPainter>(font());
        layOut();
        ensureVisible();
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        updateFrame();
    }
    viewport()->update();
}

void HexView::updateRows(AddressRange range)
{
    const AddressRange seen = intersect(range, visibleRange());
    if (seen.size == 0)
        return;
    const int height = m_geometry.cell().height();
    const auto first = static_cast<int>(m_geometry.rowOf(seen.begin) - m_topRow);
    const auto last = static_cast<int>(m_geometry.rowOf(seen.end() - 1) - m_topRow);
    viewport()->update(0, first * height, viewport()->width(), (last - first + 1) * height);
}

// Repaints the rows in which something fades; the timer ends with the last of them.
void HexView::updateFading()
{
    const AddressRange range = visibleRange();
    std::vector<SparseBytes::Cell> cells(range.size);
    m_bytes.read(range.begin, cells);
    const SparseBytes::Stamp time = now();
    bool isFading = false;
    for (std::uint64_t i = 0; i < cells.size(); ++i) {
        // One step longer than the fade, so that its end is painted too.
        if (cells[i].changed == 0 || time - cells[i].changed >= fadeMilliseconds + 2 * fadeTick)
            continue;
        isFading = true;
        const AddressRange row = m_geometry.rowRange(m_geometry.rowOf(range.begin + i));
        updateRows(row);
        i = row.end() - range.begin - 1;
    }
    if (!isFading)
        m_fadeTimer.stop();
}

void HexView::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_fadeTimer.timerId())
        updateFading();
    else if (event->timerId() == m_dragTimer.timerId())
        dragTo(m_dragPixel);
    else
        QAbstractScrollArea::timerEvent(event);
}

} // namespace ipclens
