#include "ui/hex_strip.h"

#include "ui/hex_view.h"
#include "ui/theme.h"

#include <QCoreApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int markHeight = 3;
constexpr int gutter = 5;        // for marks, on both sides of the memory
constexpr int smallestPlace = 5; // pixels that the view's place has at least

} // namespace

HexStrip::HexStrip(HexView &view) : QWidget(&view), m_view(view)
{
    setAccessibleName(tr("Overview"));
    setAccessibleDescription(
        tr("Where memory is, where the view is, and where changes, bookmarks and search hits are; a click goes there"));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::NoFocus);
}

void HexStrip::reset()
{
    m_memory = {};
    update();
}

int HexStrip::pixelOf(std::uint64_t row) const
{
    const std::uint64_t count = m_view.rows().count();
    return count < 2 ? 0 : static_cast<int>(static_cast<double>(row) / static_cast<double>(count - 1) * (height() - 1));
}

// Both ends lead to both ends.
std::uint64_t HexStrip::rowAt(int y) const
{
    const std::uint64_t count = m_view.rows().count();
    if (count < 2 || y <= 0)
        return 0;
    if (y >= height() - 1)
        return count - 1;
    return static_cast<std::uint64_t>(y / static_cast<double>(height() - 1) * static_cast<double>(count - 1));
}

// Each pixel shows what most of its middle is; regions smaller than a pixel still show where nothing larger is.
QPixmap HexStrip::pictureOfMemory() const
{
    QPixmap picture(size() * devicePixelRatioF());
    picture.setDevicePixelRatio(devicePixelRatioF());
    picture.fill(palette().color(QPalette::Base));
    const HexRows &rows = m_view.rows();
    if (rows.count() == 0)
        return picture;
    QPainter painter(&picture);
    const QColor plain = palette().color(QPalette::Midlight);
    for (int y = 0; y < height(); ++y) {
        const std::uint64_t first = rowAt(y);
        const auto open = rows.byteRowAtOrAfter(first);
        if (!open || (*open > first && y + 1 < height() && *open >= std::max(first + 1, rowAt(y + 1))))
            continue;
        const HexRow row = rows.row(*open);
        const QColor sign = m_view.titleOf(row).sign;
        painter.fillRect(gutter, y, width() - 2 * gutter, 1, sign.isValid() ? sign : plain);
    }

    const auto mark = [&](const Highlight &each) {
        const bool isHit = each.role == HighlightRole::SearchHit || each.role == HighlightRole::CurrentHit;
        const theme::Role role = isHit                                  ? theme::Role::HitMark
                                 : each.role == HighlightRole::Bookmark ? theme::Role::BookmarkMark
                                                                        : theme::Role::FrozenMark;
        // Hits stand to the right, bookmarks and frozen values to the left: not told apart by colour alone.
        const int x = isHit ? width() - gutter + 1 : 0;
        const int y = std::min(pixelOf(rows.rowOf(each.range.begin)), height() - markHeight);
        painter.fillRect(x, y, gutter - 1, markHeight, theme::color(role, palette()));
    };
    for (const Highlight &each : m_view.highlights().all())
        mark(each);
    return picture;
}

void HexStrip::paintChanges(QPainter &painter) const
{
    const QColor color = theme::color(theme::Role::Changed, palette());
    m_view.recentChanges([&](Address address) {
        const int y = pixelOf(m_view.rows().rowOf(address));
        painter.fillRect(gutter + 1, y, width() - 2 * gutter - 2, markHeight, color);
    });
}

void HexStrip::paintPlace(QPainter &painter) const
{
    const std::uint64_t lines = m_view.shownLines();
    if (m_view.rows().count() <= lines)
        return;
    const int top = pixelOf(m_view.topRow());
    const int bottom = std::max(pixelOf(m_view.topRow() + lines), top + smallestPlace);
    const int moved = std::max(0, bottom - height()); // so that its whole height is seen at the end
    const QRect place(0, top - moved, width() - 1, bottom - top - 1);
    painter.setPen(palette().color(QPalette::Text));
    painter.drawRect(place);
    painter.setPen(palette().color(QPalette::Base));
    painter.drawRect(place.adjusted(1, 1, -1, -1));
}

void HexStrip::paintEvent(QPaintEvent *)
{
    if (m_memory.isNull())
        m_memory = pictureOfMemory();
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_memory);
    paintChanges(painter);
    paintPlace(painter);
}

void HexStrip::resizeEvent(QResizeEvent *)
{
    m_memory = {};
}

void HexStrip::goTo(int y)
{
    const std::uint64_t lines = m_view.shownLines();
    const std::uint64_t row = rowAt(y);
    m_view.setTopRow(row - std::min(row, lines / 2));
}

void HexStrip::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        goTo(event->position().toPoint().y());
}

void HexStrip::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        goTo(event->position().toPoint().y());
}

void HexStrip::wheelEvent(QWheelEvent *event)
{
    QCoreApplication::sendEvent(m_view.viewport(), event);
}

QString HexStrip::tipAt(int y) const
{
    const HexRows &rows = m_view.rows();
    if (rows.count() == 0)
        return {};
    const HexRow row = rows.row(rowAt(y));
    QStringList lines{m_view.describe(row)};
    constexpr qsizetype most = 12;
    for (const Highlight &each : m_view.highlights().all()) {
        if (!each.tip.isEmpty() && std::abs(pixelOf(rows.rowOf(each.range.begin)) - y) <= markHeight)
            lines += each.tip;
        if (lines.size() == most) {
            lines += QStringLiteral("\u2026");
            break;
        }
    }
    return lines.join(QLatin1Char('\n'));
}

bool HexStrip::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        QToolTip::showText(help->globalPos(), tipAt(help->pos().y()), this);
        return true;
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        reset();
    return QWidget::event(event);
}

} // namespace ipclens
