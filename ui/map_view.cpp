#include "ui/map_view.h"

#include "ui/number_text.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

namespace ipclens {

namespace {

constexpr double smallestZoom = 0.08, largestZoom = 3;
constexpr double smallestFit = 0.55; // below it texts cannot be read
constexpr double zoomStep = 1.2;

} // namespace

MapView::MapView(QWidget *parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Map of who talks to whom"));
    setAccessibleDescription(tr("Arrow keys go from node to node, Enter opens one."));
    m_picture.setFont(font());
}

void MapView::setMap(SharingMap map, const MapLayout &layout)
{
    if (map == m_picture.map())
        return;
    const auto before = m_chosen == MapPicture::none ? std::string() : m_picture.map().nodes[m_chosen].id;
    m_picture.set(std::move(map), layout);
    m_chosen = before.empty() ? MapPicture::none : m_picture.indexOf(before);
    if (m_isFitted)
        fit();
    updateBars();
    viewport()->update();
    emit chosenChanged();
}

const MapNode *MapView::chosen() const
{
    return m_chosen == MapPicture::none ? nullptr : &m_picture.map().nodes[m_chosen];
}

void MapView::choose(std::size_t node)
{
    if (node == m_chosen)
        return;
    m_chosen = node;
    setAccessibleDescription(node == MapPicture::none ? tr("Nothing is chosen.") : describe(node));
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
    viewport()->update();
    emit chosenChanged();
}

void MapView::setWhyEmpty(const QString &why)
{
    m_whyEmpty = why;
    viewport()->update();
}

QString MapView::describe(std::size_t node) const
{
    const auto &map = m_picture.map();
    QStringList lines{fromUtf8(map.nodes[node].label)};
    if (!map.nodes[node].detail.empty())
        lines << fromUtf8(map.nodes[node].detail);
    constexpr int most = 12;
    int left = 0;
    for (const auto &edge : map.edges) {
        const bool isFrom = edge.from == map.nodes[node].id;
        if (!isFrom && edge.to != map.nodes[node].id)
            continue;
        const auto other = m_picture.indexOf(isFrom ? edge.to : edge.from);
        if (other == MapPicture::none)
            continue;
        if (lines.size() > most) {
            ++left;
            continue;
        }
        const auto name = fromUtf8(map.nodes[other].label);
        QString line = isFrom ? tr("%1 %2").arg(wordOf(edge.kind), name) : tr("%1 %2 it").arg(name, wordOf(edge.kind));
        if (edge.kind == MapEdgeKind::Sends)
            line += tr(", %1 so far").arg(countText(edge.count));
        else if (!edge.label.empty())
            line += QStringLiteral(" (%1)").arg(fromUtf8(edge.label));
        lines << line;
    }
    if (left > 0)
        lines << tr("and %1 more").arg(left);
    return lines.join(QLatin1Char('\n'));
}

// Geometry. -----------------------------------------------------------------------------------------------------------

QPointF MapView::origin() const
{
    const auto size = m_picture.size() * m_zoom;
    const double x = std::max(0.0, (viewport()->width() - size.width()) / 2);
    const double y = std::max(0.0, (viewport()->height() - size.height()) / 2);
    return QPointF(x - horizontalScrollBar()->value(), y - verticalScrollBar()->value());
}

void MapView::updateBars()
{
    const auto size = m_picture.size() * m_zoom;
    const auto setUp = [](QScrollBar *bar, double whole, int seen) {
        bar->setRange(0, std::max(0, static_cast<int>(std::ceil(whole)) - seen));
        bar->setPageStep(seen);
        bar->setSingleStep(30);
    };
    setUp(horizontalScrollBar(), size.width(), viewport()->width());
    setUp(verticalScrollBar(), size.height(), viewport()->height());
}

void MapView::setZoom(double zoom, QPointF around)
{
    const auto there = toPicture(around);
    m_zoom = std::clamp(zoom, smallestZoom, largestZoom);
    m_isFitted = false;
    updateBars();
    const auto moved = there * m_zoom - around;
    horizontalScrollBar()->setValue(static_cast<int>(moved.x()));
    verticalScrollBar()->setValue(static_cast<int>(moved.y()));
    viewport()->update();
}

void MapView::zoomIn()
{
    setZoom(m_zoom * zoomStep, viewport()->rect().center());
}

void MapView::zoomOut()
{
    setZoom(m_zoom / zoomStep, viewport()->rect().center());
}

void MapView::fit()
{
    m_isFitted = true;
    m_zoom = 1;
    m_picture.setWidth(viewport()->width());
    if (m_picture.size().isEmpty())
        return;
    const double wide = viewport()->width() / m_picture.size().width();
    const double high = viewport()->height() / m_picture.size().height();
    // All of it, unless it could not be read then: height can be scrolled.
    m_zoom = std::clamp(std::min(wide, high), std::min(smallestFit, 1.0), 1.0);
    if (m_zoom > wide)
        m_zoom = std::max(wide, smallestFit * 0.8);
    m_picture.setWidth(viewport()->width() / m_zoom);
    updateBars();
    viewport()->update();
}

void MapView::reveal(std::size_t node)
{
    auto rect = m_picture.rectOf(node);
    const auto corner = origin();
    const QRectF shown(rect.topLeft() * m_zoom + corner, rect.size() * m_zoom);
    constexpr double room = 20;
    const auto into = [](QScrollBar *bar, double from, double to, double end) {
        if (from < room)
            bar->setValue(bar->value() + static_cast<int>(from - room));
        else if (to > end - room)
            bar->setValue(bar->value() + static_cast<int>(to - end + room));
    };
    into(horizontalScrollBar(), shown.left(), shown.right(), viewport()->width());
    into(verticalScrollBar(), shown.top(), shown.bottom(), viewport()->height());
}

void MapView::scrollContentsBy(int, int)
{
    viewport()->update();
}

void MapView::resizeEvent(QResizeEvent *)
{
    if (m_isFitted)
        fit();
    updateBars();
}

void MapView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        m_picture.setFont(font());
        updateBars();
    }
    viewport()->update();
}

void MapView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    if (m_picture.map().nodes.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24),
                         Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_whyEmpty);
        return;
    }
    painter.translate(origin());
    painter.scale(m_zoom, m_zoom);
    const QRectF visible(toPicture({0, 0}), QSizeF(viewport()->size()) / m_zoom);
    m_picture.paint(painter, visible, palette(), m_zoom, m_chosen);
    if (hasFocus() && m_chosen != MapPicture::none) {
        painter.setPen(QPen(palette().color(QPalette::Text), 1 / m_zoom, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(m_picture.rectOf(m_chosen).adjusted(-5, -5, 5, 5));
    }
}

// Input. --------------------------------------------------------------------------------------------------------------

void MapView::walk(std::size_t node)
{
    if (node == MapPicture::none)
        return;
    choose(node);
    reveal(node);
}

void MapView::keyPressEvent(QKeyEvent *event)
{
    const bool hasChosen = m_chosen != MapPicture::none;
    switch (event->key()) {
    case Qt::Key_Up:
        walk(hasChosen ? m_picture.besideInColumn(m_chosen, -1) : m_picture.first());
        break;
    case Qt::Key_Down:
        walk(hasChosen ? m_picture.besideInColumn(m_chosen, 1) : m_picture.first());
        break;
    case Qt::Key_Left:
        walk(hasChosen ? m_picture.inColumnBeside(m_chosen, -1) : m_picture.first());
        break;
    case Qt::Key_Right:
        walk(hasChosen ? m_picture.inColumnBeside(m_chosen, 1) : m_picture.first());
        break;
    case Qt::Key_Home:
        walk(m_picture.first());
        break;
    case Qt::Key_PageUp:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
        break;
    case Qt::Key_PageDown:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomIn();
        break;
    case Qt::Key_Minus:
        zoomOut();
        break;
    case Qt::Key_0:
        fit();
        break;
    case Qt::Key_Escape:
        choose(MapPicture::none);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (hasChosen)
            emit activated();
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void MapView::wheelEvent(QWheelEvent *event)
{
    if (!(event->modifiers() & Qt::ControlModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    setZoom(m_zoom * std::pow(zoomStep, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void MapView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const auto node = m_picture.nodeAt(toPicture(event->position()));
    m_grabbed = event->pos();
    m_isDragging = node == MapPicture::none;
    choose(node);
    if (m_isDragging)
        viewport()->setCursor(Qt::ClosedHandCursor);
}

void MapView::mouseMoveEvent(QMouseEvent *event)
{
    if (m_isDragging) {
        const auto moved = event->pos() - m_grabbed;
        m_grabbed = event->pos();
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - moved.x());
        verticalScrollBar()->setValue(verticalScrollBar()->value() - moved.y());
        return;
    }
    const bool isOver = m_picture.nodeAt(toPicture(event->position())) != MapPicture::none;
    viewport()->setCursor(isOver ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void MapView::mouseReleaseEvent(QMouseEvent *)
{
    m_isDragging = false;
    viewport()->setCursor(Qt::ArrowCursor);
}

void MapView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (m_picture.nodeAt(toPicture(event->position())) != MapPicture::none)
        emit activated();
}

void MapView::contextMenuEvent(QContextMenuEvent *event)
{
    if (event->reason() == QContextMenuEvent::Keyboard) {
        if (m_chosen == MapPicture::none)
            return;
        const auto place = m_picture.rectOf(m_chosen).center() * m_zoom + origin();
        emit menuRequested(viewport()->mapToGlobal(place.toPoint()));
        return;
    }
    choose(m_picture.nodeAt(toPicture(viewport()->mapFromGlobal(event->globalPos()))));
    emit menuRequested(event->globalPos());
}

bool MapView::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const auto node = m_picture.nodeAt(toPicture(help->pos()));
    if (node == MapPicture::none)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), describe(node), viewport());
    return true;
}

} // namespace ipclens
