#include "ui/traffic_graph.h"

#include "core/model/memory.h"
#include "ui/curve_colours.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QDateTime>
#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ipclens {
namespace {

constexpr double nanosecondsPerSecond = 1e9;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t shortestSpan = 2 * second;
constexpr std::int64_t longestSpan = 366LL * 24 * 3600 * second;
constexpr int dragThreshold = 4;   // pixels
constexpr int compactHeight = 110; // below it there is room for the curves only
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

QByteArray csvField(const QString &text)
{
    auto quoted = text;
    return QStringLiteral("\"%1\"").arg(quoted.replace(QLatin1Char('"'), QLatin1String("\"\""))).toUtf8();
}

QByteArray csvNumber(double value)
{
    return std::isnan(value) ? QByteArray() : QByteArray::number(value, 'g', 15);
}

} // namespace

TrafficGraph::TrafficGraph(const TrafficCurves &curves, QWidget *parent)
    : QWidget(parent), m_curves(curves), m_plot(new CurvePlot(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    m_plot->setAttribute(Qt::WA_TransparentForMouseEvents);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Traffic over time"));
    setAccessibleDescription(
        tr("Drag to show only a range of time, double-click or Esc to show all again. Click to go to the message "
           "nearest in time. The wheel zooms, with Shift it moves; so do plus, minus and the arrow keys."));
    connect(&m_timer, &QTimer::timeout, &m_refreshing, &IdleWork::start);
    const auto now = present();
    m_view = {now - m_span, now};
}

std::int64_t TrafficGraph::present() const
{
    return wallClock() + m_clockOffset;
}

QSize TrafficGraph::sizeHint() const
{
    return {600, 170};
}

QSize TrafficGraph::minimumSizeHint() const
{
    return {160, 60};
}

void TrafficGraph::setRunning(bool running)
{
    if (m_running == running)
        return;
    m_running = running;
    updateTimer();
    refresh();
}

void TrafficGraph::setSpan(std::int64_t nanoseconds)
{
    m_span = nanoseconds == 0 ? 0 : std::clamp(nanoseconds, shortestSpan, longestSpan);
    if (m_span != 0)
        m_view.begin = m_view.end - m_span;
    else
        followLiveEdge();
    refresh();
    emit spanChanged();
}

void TrafficGraph::showView(TimeRange view)
{
    const auto length = std::clamp(view.length(), shortestSpan, longestSpan);
    m_view = {view.begin, view.begin + length};
    if (m_span != length) {
        m_span = length;
        emit spanChanged();
    }
    setFollowing(false);
    refresh();
}

void TrafficGraph::followLiveEdge()
{
    setFollowing(true);
    moveToEdge();
    refresh();
}

void TrafficGraph::hold()
{
    setFollowing(false);
}

void TrafficGraph::setFollowing(bool following)
{
    if (m_following == following)
        return;
    m_following = following;
    updateTimer();
    emit followingChanged();
}

// The right edge becomes the present, or the last message when nothing more is coming.
void TrafficGraph::moveToEdge()
{
    const auto extent = m_curves.extent();
    const auto end = m_running || m_curves.isEmpty() ? present() : extent.end;
    const auto everything = m_curves.isEmpty() ? 60 * second : std::max(end - extent.begin, shortestSpan);
    m_view = {end - (m_span == 0 ? everything : m_span), end};
}

// Once a pixel, but no more than 30 times a second; once a second while only the time axis would move.
void TrafficGraph::updateTimer()
{
    if (!m_running || !m_following || !isVisible()) {
        m_timer.stop();
        return;
    }
    const auto perPixel = m_view.length() / std::max(width(), 1) / 1'000'000;
    const bool anythingInView = !m_curves.isEmpty() && m_curves.extent().end > m_view.begin;
    const auto interval = anythingInView ? std::clamp<std::int64_t>(perPixel, 33, 1000) : 1000;
    if (!m_timer.isActive() || m_timer.interval() != interval)
        m_timer.start(static_cast<int>(interval));
}

void TrafficGraph::refresh()
{
    if (!isVisible())
        return;
    if (m_running && m_following)
        moveToEdge();
    draw();
    updateTimer();
}

QString TrafficGraph::nameOf(const TrafficCurves::Shown &shown) const
{
    if (shown.others > 0)
        return tr("others (%1)").arg(countText(shown.others));
    if (!shown.name.empty())
        return fromUtf8(shown.name);
    switch (m_curves.plotted().value) {
    case PlottedValue::Messages:
        return tr("messages/s (left, filled)");
    case PlottedValue::Bytes:
        return tr("bytes/s");
    case PlottedValue::Size:
        return tr("size: mean, least to most");
    case PlottedValue::HandlerTime:
        return tr("handler time: mean, least to most");
    case PlottedValue::Field:
        return tr("%1: mean, least to most").arg(fromUtf8(m_curves.plotted().field));
    }
    return {};
}

CurvePlot::Look TrafficGraph::look() const
{
    CurvePlot::Look look{
        .left = {},
        .right = {.label = tr("bytes/s"), .unit = QStringLiteral("B"), .isWhole = true, .leastScale = 100},
        .isLogarithmic = m_isLogarithmic};
    switch (m_curves.plotted().value) {
    case PlottedValue::Messages:
        look.left = {.label = tr("messages/s"), .unit = {}, .isWhole = true, .leastScale = 5};
        break;
    case PlottedValue::Bytes:
        look.left = look.right;
        break;
    case PlottedValue::Size:
        look.left = {.label = tr("size"), .unit = QStringLiteral("B"), .isWhole = true, .leastScale = 10};
        break;
    case PlottedValue::HandlerTime:
        look.left = {.label = tr("handler time"), .unit = tr("ms"), .leastScale = 0.01};
        break;
    case PlottedValue::Field:
        look.left = {.label = fontMetrics().elidedText(fromUtf8(m_curves.plotted().field), Qt::ElideMiddle, 120),
                     .unit = {},
                     .isFromZero = false};
        break;
    }
    return look;
}

CurvePlot::Curve TrafficGraph::curveOf(const TrafficCurves::Shown &shown, const TrafficBuckets::Columns &columns) const
{
    const auto &plotted = m_curves.plotted();
    CurvePlot::Curve curve{.name = nameOf(shown),
                           .colour = shown.colour,
                           .style = shown.number + shown.number / theme::curveColours,
                           .isMuted = shown.others > 0,
                           .begin = columns.begin,
                           .width = columns.width,
                           .values = {},
                           .least = {},
                           .most = {}};
    if (curve.isMuted)
        curve.style = 2;
    const double perSecond = nanosecondsPerSecond / static_cast<double>(std::max<std::int64_t>(columns.width, 1));
    for (std::size_t i = 0; i < columns.buckets.size(); ++i) {
        // A column that still fills would look like a fall in the rate.
        const auto end = columns.begin + static_cast<std::int64_t>(i + 1) * columns.width;
        if (m_running && m_following && plotted.isRate() && end > m_view.end)
            break;
        const auto &bucket = columns.buckets[i];
        if (plotted.value == PlottedValue::Messages)
            curve.values.push_back(static_cast<double>(bucket.count) * perSecond);
        else if (plotted.value == PlottedValue::Bytes)
            curve.values.push_back(bucket.sum * perSecond);
        else
            curve.values.push_back(bucket.count == 0 ? nothing : bucket.mean());
        if (plotted.isRate())
            continue;
        curve.least.push_back(bucket.count == 0 ? nothing : bucket.least);
        curve.most.push_back(bucket.count == 0 ? nothing : bucket.most);
    }
    return curve;
}

QList<CurvePlot::Curve> TrafficGraph::drawnCurves() const
{
    const auto shown = m_curves.shown();
    std::vector<const TrafficBuckets *> all;
    for (const auto &curve : shown)
        all.insert(all.end(), curve.parts.begin(), curve.parts.end());
    QList<CurvePlot::Curve> curves;
    const auto &plotted = m_curves.plotted();
    for (const auto &one : shown) {
        const auto columns = TrafficBuckets::columns(one.parts, m_view, m_plot->columnsInView(), all);
        curves << curveOf(one, columns);
        if (plotted.split != CurveSplit::None)
            continue;
        curves.back().isFilled = plotted.isRate();
        if (plotted.value != PlottedValue::Messages)
            continue;
        auto bytes = curves.back();
        bytes.name = tr("bytes/s (right, dashed)");
        bytes.colour = bytes.style = 1;
        bytes.isFilled = false;
        bytes.isRight = true;
        for (std::size_t i = 0; i < bytes.values.size(); ++i)
            bytes.values[i] = columns.buckets[i].sum * nanosecondsPerSecond / static_cast<double>(columns.width);
        curves << bytes;
    }
    return curves;
}

void TrafficGraph::draw()
{
    m_drawn = drawnCurves();
    m_plot->showCurves(m_drawn, look(), m_view);
}

void TrafficGraph::setLogarithmic(bool on)
{
    m_isLogarithmic = on;
    refresh();
}

QByteArray TrafficGraph::toCsv() const
{
    const auto curves = drawnCurves();
    QByteArray csv = "time,begin_ns";
    for (const auto &curve : curves) {
        csv += ',' + csvField(curve.name);
        if (!curve.least.empty())
            csv += ',' + csvField(tr("%1 (least)").arg(curve.name)) + ',' + csvField(tr("%1 (most)").arg(curve.name));
    }
    csv += '\n';
    const auto rows = curves.isEmpty() ? 0 : curves.front().values.size();
    for (std::size_t row = 0; row < rows; ++row) {
        const auto begin = curves.front().begin + static_cast<std::int64_t>(row) * curves.front().width;
        csv += QDateTime::fromMSecsSinceEpoch(begin / 1'000'000).toString(Qt::ISODateWithMs).toUtf8() + ',' +
               QByteArray::number(begin);
        for (const auto &curve : curves) {
            csv += ',' + csvNumber(curve.values[row]);
            if (!curve.least.empty())
                csv += ',' + csvNumber(curve.least[row]) + ',' + csvNumber(curve.most[row]);
        }
        csv += '\n';
    }
    return csv;
}

// What the curves say at a place.
void TrafficGraph::explain(const QPoint &at, const QPoint &globally)
{
    QStringList lines;
    const auto time = m_plot->timeAt(at.x());
    const auto wanted = look();
    for (const auto &curve : m_drawn) {
        const auto column = (time - curve.begin) / std::max<std::int64_t>(curve.width, 1);
        if (time < curve.begin || column >= static_cast<std::int64_t>(curve.values.size()))
            continue;
        const auto i = static_cast<std::size_t>(column);
        if (lines.isEmpty())
            lines << clockText(curve.begin + column * curve.width);
        const auto unit = curve.isRight ? wanted.right.unit : wanted.left.unit;
        const auto number = [&](double value) { return CurvePlot::numberText(value, unit, 0); };
        if (std::isnan(curve.values[i]))
            continue;
        lines << (curve.least.empty()
                      ? tr("%1: %2").arg(curve.name, number(curve.values[i]))
                      : tr("%1: %2 (%3 to %4)")
                            .arg(curve.name, number(curve.values[i]), number(curve.least[i]), number(curve.most[i])));
    }
    if (lines.isEmpty() || !m_plot->isInside(at)) {
        QToolTip::hideText();
        return;
    }
    lines << tr("Drag: only this range. Click: the nearest message. Wheel: zoom.");
    QToolTip::showText(globally, lines.join(QLatin1Char('\n')), this);
}

void TrafficGraph::setMark(std::optional<std::int64_t> time)
{
    m_mark = time;
    m_plot->showMarks(m_brush, m_mark);
}

void TrafficGraph::setBrush(std::optional<TimeRange> range)
{
    m_brush = range;
    m_plot->showMarks(m_brush, m_mark);
}

void TrafficGraph::zoom(double factor, std::int64_t around)
{
    const auto length = m_view.length();
    const auto wanted = static_cast<double>(length) * factor;
    const auto newLength = std::clamp(static_cast<std::int64_t>(wanted), shortestSpan, longestSpan);
    if (m_following) {
        setSpan(newLength);
        return;
    }
    const double left = static_cast<double>(around - m_view.begin) / static_cast<double>(length);
    const auto begin = around - static_cast<std::int64_t>(left * static_cast<double>(newLength));
    showView({begin, begin + newLength});
}

void TrafficGraph::mousePressEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    if (event->button() != Qt::LeftButton || !m_plot->isInside(at))
        return;
    m_pressed = at;
    m_dragging = false;
}

void TrafficGraph::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    if (!m_pressed || (!m_dragging && std::abs(at.x() - m_pressed->x()) < dragThreshold))
        return;
    if (!m_dragging) {
        // The graph stands still under a drag.
        m_dragging = true;
        m_timer.stop();
    }
    const auto one = m_plot->timeAt(m_pressed->x());
    const auto other = m_plot->timeAt(at.x());
    setBrush(TimeRange{std::max(std::min(one, other), m_view.begin), std::min(std::max(one, other), m_view.end)});
}

void TrafficGraph::mouseReleaseEvent(QMouseEvent *event)
{
    if (!m_pressed)
        return;
    const bool dragged = m_dragging;
    m_pressed.reset();
    m_dragging = false;
    updateTimer();
    if (dragged && m_brush && m_brush->length() > 0)
        emit brushed(m_brush->begin, m_brush->end);
    else if (!dragged)
        emit clicked(m_plot->timeAt(event->position().toPoint().x()));
}

void TrafficGraph::mouseDoubleClickEvent(QMouseEvent *)
{
    m_pressed.reset();
    if (m_brush) {
        setBrush(std::nullopt);
        emit brushCleared();
    } else {
        followLiveEdge();
    }
}

void TrafficGraph::wheelEvent(QWheelEvent *event)
{
    const auto turned = event->angleDelta();
    const bool moves = (event->modifiers() & Qt::ShiftModifier) || std::abs(turned.x()) > std::abs(turned.y());
    const double notches = (turned.y() != 0 ? turned.y() : turned.x()) / 120.0;
    if (!moves) {
        zoom(std::pow(0.8, notches), m_plot->timeAt(static_cast<int>(event->position().x())));
        return;
    }
    const auto by = static_cast<std::int64_t>(-notches * 0.1 * static_cast<double>(m_view.length()));
    const auto edge = m_running ? present() : m_curves.extent().end;
    if (m_view.end + by >= edge)
        followLiveEdge();
    else
        showView({m_view.begin + by, m_view.end + by});
}

bool TrafficGraph::event(QEvent *event)
{
    switch (event->type()) {
    case QEvent::ToolTip: {
        const auto *help = static_cast<QHelpEvent *>(event);
        explain(help->pos(), help->globalPos());
        return true;
    }
    case QEvent::PaletteChange:
    case QEvent::FontChange:
    case QEvent::StyleChange:
        // After the plot has taken notice.
        QMetaObject::invokeMethod(this, &TrafficGraph::refresh, Qt::QueuedConnection);
        break;
    default:
        break;
    }
    return QWidget::event(event);
}

void TrafficGraph::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        if (!m_brush)
            break;
        setBrush(std::nullopt);
        emit brushCleared();
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(0.8, m_view.begin + m_view.length() / 2);
        return;
    case Qt::Key_Minus:
        zoom(1.25, m_view.begin + m_view.length() / 2);
        return;
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const auto by = m_view.length() / 10 * (event->key() == Qt::Key_Left ? -1 : 1);
        showView({m_view.begin + by, m_view.end + by});
        return;
    }
    case Qt::Key_End:
        followLiveEdge();
        return;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void TrafficGraph::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_plot->setRoomy(height() >= compactHeight && width() >= 300, height() >= compactHeight);
    // The plot has its new size only after this event.
    QMetaObject::invokeMethod(this, &TrafficGraph::refresh, Qt::QueuedConnection);
}

void TrafficGraph::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void TrafficGraph::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_timer.stop();
}

} // namespace ipclens
