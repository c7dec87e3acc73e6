#include "ui/traffic_graph.h"

#include "ui/theme.h"

#include "core/model/memory.h"

#include <qcustomplot.h>

#include <QEvent>
#include <QKeyEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

namespace ipclens {
namespace {

constexpr double nanosecondsPerSecond = 1e9;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t shortestSpan = 2 * second;
constexpr std::int64_t longestSpan = 366LL * 24 * 3600 * second;
constexpr int pixelsPerColumn = 3; // narrower columns hold so few messages that the curve shows counting noise
constexpr int dragThreshold = 4;   // pixels
constexpr int compactHeight = 130; // below it there is room for the curves only

double toSeconds(std::int64_t time)
{
    return static_cast<double>(time) / nanosecondsPerSecond;
}

std::int64_t toNanoseconds(double seconds)
{
    return static_cast<std::int64_t>(seconds * nanosecondsPerSecond);
}

// A full scale a little above `value`, of few different sizes so that the axis rarely changes.
double niceScale(double value)
{
    if (value <= 0)
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.5})
        if (value * 1.05 <= step * power)
            return step * power;
    return 10 * power * (value * 1.05 <= 10 * power ? 1 : 1.5);
}

// Numbers with a decimal prefix: "2.5 M".
QString prefixed(double value, const QString &unit)
{
    constexpr std::array prefixes{"", "k", "M", "G", "T"};
    std::size_t prefix = 0;
    while (std::abs(value) >= 1000 && prefix + 1 < prefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    const QString scaledUnit = QLatin1String(prefixes[prefix]) + unit;
    const QString number = QString::number(value, 'g', 4);
    return scaledUnit.isEmpty() ? number : number + QLatin1Char(' ') + scaledUnit;
}

// Ticks at 1, 2 or 5 times a power of ten, labelled with decimal prefixes.
class RateTicker : public QCPAxisTicker {
public:
    explicit RateTicker(QString unit) : m_unit(std::move(unit)) { setTickStepStrategy(tssReadability); }

protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override { return prefixed(tick, m_unit); }
    // Ticks between whole messages mean nothing.
    double getTickStep(const QCPRange &range) override { return std::max(QCPAxisTicker::getTickStep(range), 1.0); }
    int getSubTickCount(double) override { return 0; }

private:
    const QString m_unit;
};

} // namespace

struct TrafficGraph::Plot {
    QCustomPlot *widget = nullptr;
    QSharedPointer<QCPAxisTickerDateTime> timeTicker{new QCPAxisTickerDateTime};
    QCPGraph *messages = nullptr;
    QCPGraph *bytes = nullptr;
    QCPItemRect *brush = nullptr;
    QCPItemStraightLine *mark = nullptr;
    QCPItemText *markText = nullptr; // where the mark is outside the view

    // An item that spans the height of the graph at a time.
    void place(QCPItemPosition *position, double seconds, double height) const { position->setCoords(seconds, height); }
    void spanHeight(QCPItemPosition *position) const
    {
        position->setAxes(widget->xAxis, widget->yAxis);
        position->setAxisRect(widget->axisRect());
        position->setTypeX(QCPItemPosition::ptPlotCoords);
        position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
};

TrafficGraph::TrafficGraph(const TrafficBuckets &buckets, QWidget *parent)
    : QWidget(parent), m_buckets(buckets), m_plot(std::make_unique<Plot>())
{
    auto *plot = m_plot->widget = new QCustomPlot(this);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->installEventFilter(this);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Messages and bytes per second over time"));
    setToolTip(tr("Drag to show only a range of time, double-click or Esc to show all again.\n"
                  "Click to go to the message nearest in time. Wheel zooms, Shift+wheel moves."));

    m_plot->messages = plot->addGraph(plot->xAxis, plot->yAxis);
    m_plot->messages->setName(tr("messages/s (left, filled)"));
    m_plot->bytes = plot->addGraph(plot->xAxis, plot->yAxis2);
    m_plot->bytes->setName(tr("bytes/s (right, line)"));
    for (auto *graph : {m_plot->messages, m_plot->bytes})
        graph->setLineStyle(QCPGraph::lsStepLeft);
    plot->xAxis->setTicker(m_plot->timeTicker);
    plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new RateTicker(QString())));
    plot->yAxis2->setTicker(QSharedPointer<QCPAxisTicker>(new RateTicker(QStringLiteral("B"))));
    plot->yAxis->setLabel(tr("messages/s"));
    plot->yAxis2->setLabel(tr("bytes/s"));
    plot->yAxis2->setVisible(true);

    // The legend stands above the axes, where no curve runs behind it.
    plot->plotLayout()->insertRow(0);
    plot->plotLayout()->addElement(0, 0, plot->legend);
    plot->plotLayout()->setRowStretchFactor(0, 0.001);
    plot->plotLayout()->setRowSpacing(0);
    plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
    plot->legend->setBorderPen(Qt::NoPen);
    plot->legend->setMargins(QMargins(8, 2, 8, 0));
    plot->legend->setVisible(true);
    if (plot->legend->columnCount() == 2)
        plot->legend->setColumnStretchFactors({0.001, 1}); // side by side, not half the width apart

    m_plot->brush = new QCPItemRect(plot);
    m_plot->mark = new QCPItemStraightLine(plot);
    m_plot->markText = new QCPItemText(plot);
    for (QCPAbstractItem *item :
         {static_cast<QCPAbstractItem *>(m_plot->brush), static_cast<QCPAbstractItem *>(m_plot->mark),
          static_cast<QCPAbstractItem *>(m_plot->markText)}) {
        item->setLayer(QStringLiteral("overlay")); // drawn again without the curves
        item->setVisible(false);
        for (auto *position : item->positions())
            m_plot->spanHeight(position);
    }
    m_plot->markText->position->setType(QCPItemPosition::ptAxisRectRatio);

    connect(&m_timer, &QTimer::timeout, this, &TrafficGraph::refresh);
    const auto now = present();
    m_view = {now - m_span, now};
    applyTheme();
}

TrafficGraph::~TrafficGraph() = default;

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
    const auto extent = m_buckets.extent();
    const auto end = m_running || m_buckets.isEmpty() ? present() : extent.end;
    const auto everything = m_buckets.isEmpty() ? 60 * second : std::max(end - extent.begin, shortestSpan);
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
    const bool anythingInView = !m_buckets.isEmpty() && m_buckets.extent().end > m_view.begin;
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

void TrafficGraph::draw()
{
    auto *plot = m_plot->widget;
    const auto columns = m_buckets.columns(m_view, std::max(plot->axisRect()->width() / pixelsPerColumn, 10));
    const double perSecond = nanosecondsPerSecond / static_cast<double>(columns.width);

    QVector<QCPGraphData> messages, bytes;
    messages.reserve(static_cast<qsizetype>(columns.buckets.size()) + 1);
    bytes.reserve(messages.capacity());
    double mostMessages = 0, mostBytes = 0;
    for (std::size_t i = 0; i < columns.buckets.size(); ++i) {
        const auto begin = columns.begin + static_cast<std::int64_t>(i) * columns.width;
        // A column that still fills would look like a fall in the rate.
        if (m_running && m_following && begin + columns.width > m_view.end)
            break;
        const auto &bucket = columns.buckets[i];
        messages.append({toSeconds(begin), static_cast<double>(bucket.messages) * perSecond});
        bytes.append({toSeconds(begin), static_cast<double>(bucket.bytes) * perSecond});
        mostMessages = std::max(mostMessages, messages.back().value);
        mostBytes = std::max(mostBytes, bytes.back().value);
    }
    if (!messages.isEmpty()) { // the last step needs an end to be seen
        const double end = messages.back().key + toSeconds(columns.width);
        messages.append({end, messages.back().value});
        bytes.append({end, bytes.back().value});
    }
    m_plot->messages->data()->set(messages, true);
    m_plot->bytes->data()->set(bytes, true);

    plot->xAxis->setRange(toSeconds(m_view.begin), toSeconds(m_view.end));
    plot->yAxis->setRange(0, std::max(niceScale(mostMessages), 5.0));
    plot->yAxis2->setRange(0, std::max(niceScale(mostBytes), 100.0));
    const auto span = m_view.length();
    m_plot->timeTicker->setDateTimeFormat(span <= 5 * second          ? QStringLiteral("HH:mm:ss.zzz")
                                          : span < 20 * 60 * second   ? QStringLiteral("HH:mm:ss")
                                          : span < 36 * 3600 * second ? QStringLiteral("HH:mm")
                                                                      : QStringLiteral("ddd HH:mm"));
    // Labels are about ten characters wide and must not touch.
    const int labelWidth = fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.000")) * 3 / 2;
    m_plot->timeTicker->setTickCount(std::clamp(plot->axisRect()->width() / labelWidth, 1, 10));
    const int lines = plot->axisRect()->height() / (fontMetrics().height() * 3 / 2);
    for (auto *axis : {plot->yAxis, plot->yAxis2})
        axis->ticker()->setTickCount(std::clamp(lines, 1, 6));
    drawMarks();
    plot->replot();
}

void TrafficGraph::drawMarks()
{
    const auto &plot = *m_plot;
    plot.brush->setVisible(m_brush.has_value());
    if (m_brush) {
        plot.place(plot.brush->topLeft, toSeconds(m_brush->begin), 0);
        plot.place(plot.brush->bottomRight, toSeconds(m_brush->end), 1);
    }
    const bool inView = m_mark && m_view.contains(*m_mark);
    plot.mark->setVisible(inView);
    plot.markText->setVisible(m_mark && !inView);
    if (inView) {
        plot.place(plot.mark->point1, toSeconds(*m_mark), 0);
        plot.place(plot.mark->point2, toSeconds(*m_mark), 1);
    } else if (m_mark) {
        const bool before = *m_mark < m_view.begin;
        const auto when = QDateTime::fromMSecsSinceEpoch(*m_mark / 1'000'000).toString(QStringLiteral("HH:mm:ss"));
        plot.markText->setText(before ? tr("\u25c0 selected %1").arg(when) : tr("selected %1 \u25b6").arg(when));
        plot.markText->setPositionAlignment(Qt::AlignTop | (before ? Qt::AlignLeft : Qt::AlignRight));
        plot.place(plot.markText->position, before ? 0.005 : 0.995, 0.02);
    }
}

void TrafficGraph::setMark(std::optional<std::int64_t> time)
{
    m_mark = time;
    drawMarks();
    if (isVisible())
        m_plot->widget->layer(QStringLiteral("overlay"))->replot();
}

void TrafficGraph::setBrush(std::optional<TimeRange> range)
{
    m_brush = range;
    drawMarks();
    if (isVisible())
        m_plot->widget->layer(QStringLiteral("overlay"))->replot();
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

bool TrafficGraph::mousePressed(const QPoint &at)
{
    if (!m_plot->widget->axisRect()->rect().contains(at))
        return false;
    m_pressed = at;
    m_dragging = false;
    return true;
}

void TrafficGraph::mouseMoved(const QPoint &at)
{
    if (!m_pressed || (!m_dragging && std::abs(at.x() - m_pressed->x()) < dragThreshold))
        return;
    if (!m_dragging) {
        // The graph stands still under a drag.
        m_dragging = true;
        m_timer.stop();
    }
    const auto *axis = m_plot->widget->xAxis;
    const auto one = toNanoseconds(axis->pixelToCoord(m_pressed->x()));
    const auto other = toNanoseconds(axis->pixelToCoord(at.x()));
    setBrush(TimeRange{std::max(std::min(one, other), m_view.begin), std::min(std::max(one, other), m_view.end)});
}

void TrafficGraph::mouseReleased(const QPoint &at)
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
        emit clicked(toNanoseconds(m_plot->widget->xAxis->pixelToCoord(at.x())));
}

bool TrafficGraph::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_plot->widget)
        return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::MouseButtonPress: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        setFocus(Qt::MouseFocusReason);
        return mouse->button() == Qt::LeftButton && mousePressed(mouse->position().toPoint());
    }
    case QEvent::MouseMove:
        mouseMoved(static_cast<QMouseEvent *>(event)->position().toPoint());
        return true;
    case QEvent::MouseButtonRelease:
        mouseReleased(static_cast<QMouseEvent *>(event)->position().toPoint());
        return true;
    case QEvent::MouseButtonDblClick:
        m_pressed.reset();
        if (m_brush) {
            setBrush(std::nullopt);
            emit brushCleared();
        } else {
            followLiveEdge();
        }
        return true;
    case QEvent::Wheel: {
        const auto *wheel = static_cast<QWheelEvent *>(event);
        const auto turned = wheel->angleDelta();
        const bool moves = (wheel->modifiers() & Qt::ShiftModifier) || std::abs(turned.x()) > std::abs(turned.y());
        const double notches = (turned.y() != 0 ? turned.y() : turned.x()) / 120.0;
        if (moves) {
            const auto by = static_cast<std::int64_t>(-notches * 0.1 * static_cast<double>(m_view.length()));
            const auto edge = m_running ? present() : m_buckets.extent().end;
            if (m_view.end + by >= edge)
                followLiveEdge();
            else
                showView({m_view.begin + by, m_view.end + by});
        } else {
            zoom(std::pow(0.8, notches), toNanoseconds(m_plot->widget->xAxis->pixelToCoord(wheel->position().x())));
        }
        return true;
    }
    default:
        return false;
    }
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

void TrafficGraph::applyTheme()
{
    auto *plot = m_plot->widget;
    const QPalette colours = palette();
    const QColor text = colours.color(QPalette::Text);
    const QColor muted = theme::color(theme::Role::Muted, colours);
    const QColor first = theme::color(theme::Role::FirstCurve, colours);
    const QColor other = theme::color(theme::Role::SecondCurve, colours);
    QColor grid = muted;
    grid.setAlpha(60);
    QColor fill = first;
    fill.setAlpha(60);

    plot->setBackground(colours.color(QPalette::Base));
    for (auto *axis : {plot->xAxis, plot->yAxis, plot->yAxis2}) {
        const QColor ink = axis == plot->yAxis ? first : axis == plot->yAxis2 ? other : text;
        axis->setBasePen(QPen(muted, 1));
        axis->setTickPen(QPen(muted, 1));
        axis->setSubTickPen(QPen(muted, 1));
        axis->setTickLabelColor(axis == plot->xAxis ? text : ink);
        axis->setLabelColor(ink);
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setPen(QPen(grid, 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    plot->xAxis->setSubTicks(false);
    // A wider pen makes QCustomPlot take seconds for what 1 draws in milliseconds.
    m_plot->messages->setPen(QPen(first, 1));
    m_plot->messages->setBrush(fill);
    m_plot->bytes->setPen(QPen(other, 1));
    plot->legend->setBrush(Qt::NoBrush);
    plot->legend->setFont(font());
    plot->legend->setTextColor(text);
    QColor brush = colours.color(QPalette::Highlight);
    m_plot->brush->setPen(QPen(brush, 1));
    brush.setAlpha(70);
    m_plot->brush->setBrush(brush);
    m_plot->mark->setPen(QPen(text, 1, Qt::DashLine));
    m_plot->markText->setColor(text);
    m_plot->markText->setFont(font());
    m_plot->markText->setBrush(colours.color(QPalette::Base));
    m_plot->markText->setPadding(QMargins(4, 1, 4, 1));
}

void TrafficGraph::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange) {
        applyTheme();
        refresh();
    }
}

void TrafficGraph::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    auto *plot = m_plot->widget;
    const bool roomy = height() >= compactHeight;
    plot->legend->setVisible(roomy && width() >= 300);
    plot->yAxis->setLabel(roomy ? tr("messages/s") : QString());
    plot->yAxis2->setLabel(roomy ? tr("bytes/s") : QString());
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
