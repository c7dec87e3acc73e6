#include "ui/hex_view.h"

#include "ui/hex_accessible.h"
#include "ui/hex_strip.h"
#include "ui/theme.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <limits>

namespace ipclens {
namespace {

constexpr int fadeTick = 50; // milliseconds between two steps of a fading byte
constexpr std::size_t mostWritten = 64;

// The parts of `range` that `without`, which are in any order, leave.
std::vector<AddressRange> subtract(AddressRange range, std::vector<AddressRange> without)
{
    std::ranges::sort(without, {}, &AddressRange::begin);
    std::vector<AddressRange> left;
    Address at = range.begin;
    for (const AddressRange &each : without) {
        if (each.begin > at)
            left.push_back({at, each.begin - at});
        at = std::max(at, each.end());
    }
    if (at < range.end())
        left.push_back({at, range.end() - at});
    return left;
}

} // namespace

HexView::HexView(QWidget *parent) : QAbstractScrollArea(parent), m_strip(new HexStrip(*this))
{
    installHexAccessible();
    setAccessibleName(tr("Hex view"));
    setFocusPolicy(Qt::StrongFocus);
    setFrameStyle(int(QFrame::Box) | int(QFrame::Plain));
    setLineWidth(2);
    setFont(theme::fixedFont());
    m_fontSize = QFontInfo(font()).pointSizeF();
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    verticalScrollBar()->setSingleStep(1);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, &HexView::scrollAction);
    m_strip->hide();
    m_clock.start();
    m_painter = std::make_unique<HexPainter>(font());
    layOut();
    updateFrame();
}

HexView::~HexView() = default;

// What is there. ------------------------------------------------------------------------------------------------------

void HexView::setExtent(AddressRange extent)
{
    m_bytes.clear();
    m_frame.clear();
    m_written.clear();
    m_regions.clear();
    m_hasFrame = false;
    dropPending();
    m_extent = extent;
    if (!extent.contains(m_cursor.address))
        m_cursor.address = extent.begin;
    if (m_anchor) {
        m_anchor.reset();
        m_isBlock = false;
        emit selectionChanged(selection());
    }
    m_topRow = 0;
    m_rows = rowsOf(m_geometry.bytesPerRow());
    layOut();
    ensureVisible();
    updateStrip();
    viewport()->update();
}

void HexView::setBase(Address base)
{
    const Top before = top();
    m_base = base;
    m_rows = rowsOf(m_geometry.bytesPerRow());
    restoreTop(before);
}

void HexView::setRegions(const std::vector<Region> &regions)
{
    if (regions == m_regions)
        return;
    const Top before = top();
    m_regions = regions;
    m_rows = rowsOf(m_geometry.bytesPerRow());
    restoreTop(before);
}

void HexView::setRegionName(RegionName name)
{
    m_regionName = std::move(name);
    updateRegionNames();
}

void HexView::updateRegionNames()
{
    viewport()->update();
}

void HexView::showImage(const MemoryImage &image)
{
    merge(image, 0);
}

bool HexView::updateImage(const MemoryImage &image)
{
    return merge(image, now());
}

bool HexView::merge(const MemoryImage &image, SparseBytes::Stamp stamp)
{
    std::vector<AddressRange> newer;
    for (const Written &each : m_written) {
        const AddressRange common = intersect(each.range, image.range());
        if (common.size != 0 && image.time < each.time)
            newer.push_back(common);
    }
    bool changed = false;
    for (const AddressRange &part : subtract(image.range(), newer))
        changed |= m_bytes.merge(image, part, stamp);
    if (changed && !m_fadeTimer.isActive() && isVisible())
        m_fadeTimer.start(fadeTick, this);
    updateRows(image.range());
    return newer.empty();
}

void HexView::noteWritten(AddressRange range, quint64 write)
{
    std::erase_if(m_written, [&](const Written &each) { return range.contains(each.range); });
    if (m_written.size() == mostWritten)
        m_written.erase(m_written.begin());
    m_written.push_back({range, std::numeric_limits<std::int64_t>::max(), write});
}

void HexView::noteReadBack(quint64 write, std::int64_t time)
{
    if (time <= 0)
        std::erase_if(m_written, [&](const Written &each) { return each.write == write; });
    for (Written &each : m_written) {
        if (each.write == write)
            each.time = time;
    }
}

void HexView::clearImage()
{
    m_bytes.clear();
    dropPending();
    viewport()->update();
}

void HexView::forgetOutside(std::span<const AddressRange> keep)
{
    m_bytes.forgetOutside(keep);
}

MemoryImage HexView::imageAt(Address address, std::uint64_t size) const
{
    const AddressRange wanted = intersect({address, std::min(size, ~address)}, m_extent);
    return m_bytes.image({address, wanted.begin == address ? m_bytes.knownPrefix(wanted) : 0});
}

// Changes. ------------------------------------------------------------------------------------------------------------

void HexView::setChangeMarks(ChangeMarks marks)
{
    m_changeMarks = marks;
    viewport()->update();
    m_strip->update();
}

void HexView::clearMarks()
{
    m_bytes.clearChanges();
    viewport()->update();
    m_strip->update();
}

void HexView::recentChanges(const std::function<void(Address)> &found) const
{
    const bool isKept = m_changeMarks != ChangeMarks::Fading;
    const SparseBytes::Stamp time = now();
    m_bytes.changedPages([&](Address page, SparseBytes::Stamp last) {
        if (isKept || time - last < fadeMilliseconds)
            found(page);
    });
}

void HexView::showFrame(const MemoryImage &image)
{
    m_hasFrame = true;
    m_frame.merge(image, 0);
    updateRows(image.range());
}

void HexView::clearFrame()
{
    m_hasFrame = false;
    m_frame.clear();
    viewport()->update();
}

void HexView::setStale(bool stale)
{
    if (stale == m_isStale)
        return;
    m_isStale = stale;
    viewport()->update();
}

void HexView::setHighlights(std::vector<Highlight> highlights)
{
    m_highlights = HexHighlights(std::move(highlights));
    updateStrip();
    viewport()->update();
}

// Repaints the rows in which something fades; the timer ends with the last of them.
void HexView::updateFading()
{
    const SparseBytes::Stamp time = now();
    bool isFading = false;
    std::vector<SparseBytes::Cell> cells;
    for (const AddressRange &range : visibleRanges()) {
        cells.resize(range.size);
        m_bytes.read(range.begin, cells);
        for (std::uint64_t i = 0; i < cells.size(); ++i) {
            // One step longer than the fade, so that its end is painted too.
            if (cells[i].changed == 0 || time - cells[i].changed >= fadeMilliseconds + 2 * fadeTick)
                continue;
            isFading = true;
            const AddressRange row = m_rows.row(m_rows.rowOf(range.begin + i)).range;
            updateRows(row);
            i = row.end() - range.begin - 1;
        }
    }
    m_strip->update();
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

SparseBytes::Stamp HexView::now() const
{
    return std::max<SparseBytes::Stamp>(1, static_cast<SparseBytes::Stamp>(m_clock.elapsed()));
}

// Painting. -----------------------------------------------------------------------------------------------------------

void HexView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    const HexScene scene{.rows = m_rows,
                         .geometry = m_geometry,
                         .bytes = m_bytes,
                         .frame = m_hasFrame ? &m_frame : nullptr,
                         .highlights = m_highlights,
                         .palette = palette(),
                         .title = [this](const HexRow &row) { return titleOf(row); },
                         .topRow = m_topRow,
                         .scrolledX = horizontalScrollBar()->value(),
                         .cursor = m_cursor,
                         .selection = selection(),
                         .block = block(),
                         .pendingDigit = m_pendingDigit,
                         .marks = m_changeMarks,
                         .hasFocus = hasFocus(),
                         .isStale = m_isStale,
                         .now = now()};
    m_painter->paint(painter, event->rect(), scene);
}

void HexView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_painter)
        applyFont();
    else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        updateFrame();
    viewport()->update();
}

void HexView::updateRows(AddressRange range)
{
    const int height = m_geometry.cell().height();
    for (const AddressRange &visible : m_announcedRanges) {
        const AddressRange seen = intersect(range, visible);
        if (seen.size == 0)
            continue;
        const auto first = static_cast<int>(m_rows.rowOf(seen.begin) - m_topRow);
        const auto last = static_cast<int>(m_rows.rowOf(seen.end() - 1) - m_topRow);
        viewport()->update(0, first * height, viewport()->width(), (last - first + 1) * height);
    }
}

} // namespace ipclens
