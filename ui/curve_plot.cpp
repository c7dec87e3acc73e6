#include "ui/curve_plot.h"

#include "ui/curve_colours.h"
#include "ui/theme.h"

#include <qcustomplot.h>

#include <QEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ipclens {
namespace {

constexpr double nanosecondsPerSecond = 1e9;
constexpr std::int64_t second = 1'000'000'000;
constexpr int pixelsPerColumn = 3; // narrower columns hold so few messages that the curve shows counting noise
constexpr int mostNameLetters = 28;
constexpr int mostBands = 4; // more of them, one above the other, tell nothing and take long to fill

double toSeconds(std::int64_t time)
{
    return static_cast<double>(time) / nanosecondsPerSecond;
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

// Ticks at 1, 2 or 5 times a power of ten, labelled with decimal prefixes.
class ValueTicker : public QCPAxisTicker {
public:
    ValueTicker() { setTickStepStrategy(tssReadability); }
    void describe(const QString &unit, bool isWhole, double range)
    {
        m_unit = unit;
        m_isWhole = isWhole;
        m_range = range;
    }

protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return CurvePlot::numberText(tick, m_unit, m_range);
    }
    double getTickStep(const QCPRange &range) override
    {
        const double step = QCPAxisTicker::getTickStep(range);
        return m_isWhole ? std::max(step, 1.0) : step;
    }
    int getSubTickCount(double) override { return 0; }

private:
    QString m_unit;
    bool m_isWhole = false;
    double m_range = 0;
};

// Powers of ten, labelled in the same way.
class PowerTicker : public QCPAxisTickerLog {
public:
    void describe(const QString &unit) { m_unit = unit; }

protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return CurvePlot::numberText(tick, m_unit, 0);
    }

private:
    QString m_unit;
};

struct Extremes {
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();
    double leastPositive = std::numeric_limits<double>::infinity();

    void add(const std::vector<double> &values)
    {
        for (const double value : values) {
            if (std::isnan(value))
                continue;
            least = std::min(least, value);
            most = std::max(most, value);
            if (value > 0)
                leastPositive = std::min(leastPositive, value);
        }
    }
    bool isEmpty() const { return most < least; }
};

QCPRange scaleOf(const Extremes &seen, const CurvePlot::Axis &axis, bool isLogarithmic)
{
    if (isLogarithmic) {
        if (!(seen.leastPositive < std::numeric_limits<double>::infinity()))
            return {0.1, 10};
        return {seen.leastPositive / 2, std::max(seen.most * 2, seen.leastPositive * 4)};
    }
    if (seen.isEmpty())
        return {0, axis.leastScale};
    if (axis.isFromZero || (seen.least >= 0 && seen.least < seen.most / 2))
        return {seen.least < 0 ? -niceScale(-seen.least) : 0, std::max(niceScale(seen.most), axis.leastScale)};
    const double pad = std::max((seen.most - seen.least) * 0.08, std::max(std::abs(seen.most) * 1e-9, 1e-9));
    return {seen.least - pad, seen.most + pad};
}

// Steps with gaps where there is nothing. On a logarithmic axis zero is nothing.
QVector<QCPGraphData> steps(const CurvePlot::Curve &curve, const std::vector<double> &values, bool isLogarithmic)
{
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    QVector<QCPGraphData> data;
    data.reserve(static_cast<qsizetype>(values.size()) * 2 + 1);
    bool isOpen = false; // the last step has no end yet
    double end = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double begin = toSeconds(curve.begin + static_cast<std::int64_t>(i) * curve.width);
        const bool isThere = !std::isnan(values[i]) && !(isLogarithmic && values[i] <= 0);
        if (isThere) {
            data.append({begin, values[i]});
        } else if (isOpen) {
            data.append({begin, data.back().value});
            data.append({begin, nothing});
        }
        isOpen = isThere;
        end = begin + toSeconds(curve.width);
    }
    if (isOpen)
        data.append({end, data.back().value});
    return data;
}

QPen linePen(const QColor &colour, int style)
{
    constexpr std::array styles{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    // A wider pen makes QCustomPlot take seconds for what 1 draws in milliseconds.
    return {colour, 1, styles[static_cast<std::size_t>(style) % styles.size()]};
}

} // namespace

QString CurvePlot::numberText(double value, const QString &unit, double range)
{
    if (range > 0 && std::abs(value) > range * 1000) {
        const auto number = QString::number(value, 'g', 12);
        return unit.isEmpty() ? number : number + QLatin1Char(' ') + unit;
    }
    constexpr std::array prefixes{"", "k", "M", "G", "T"};
    std::size_t prefix = 0;
    while (std::abs(value) >= 1000 && prefix + 1 < prefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    const QString number = QString::number(value, 'g', 4);
    const QString scaled = QLatin1String(prefixes[prefix]) + unit;
    return scaled.isEmpty() ? number : number + QLatin1Char(' ') + scaled;
}

struct CurvePlot::Plot {
    // What a curve is drawn with: two graphs for its band, one for its line.
    struct Graphs {
        QCPGraph *least = nullptr;
        QCPGraph *most = nullptr;
        QCPGraph *line = nullptr;
    };

    QCustomPlot *widget = nullptr;
    QSharedPointer<QCPAxisTickerDateTime> timeTicker{new QCPAxisTickerDateTime};
    QSharedPointer<ValueTicker> leftTicker{new ValueTicker};
    QSharedPointer<ValueTicker> rightTicker{new ValueTicker};
    QSharedPointer<PowerTicker> leftPowers{new PowerTicker};
    QSharedPointer<PowerTicker> rightPowers{new PowerTicker};
    QList<Graphs> graphs;
    QStringList legend; // what it shows
    int legendColumns = 0;
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

CurvePlot::CurvePlot(QWidget *parent) : QWidget(parent), m_plot(std::make_unique<Plot>())
{
    auto *plot = m_plot->widget = new QCustomPlot(this);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setAttribute(Qt::WA_TransparentForMouseEvents); // whoever shows the curves takes the mouse
    plot->setAutoAddPlottableToLegend(false);
    plot->xAxis->setTicker(m_plot->timeTicker);

    // The legend stands above the axes, where no curve runs behind it.
    plot->plotLayout()->insertRow(0);
    plot->plotLayout()->addElement(0, 0, plot->legend);
    plot->plotLayout()->setRowStretchFactor(0, 0.001);
    plot->plotLayout()->setRowSpacing(0);
    plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
    plot->legend->setBorderPen(Qt::NoPen);
    plot->legend->setMargins(QMargins(8, 2, 8, 0));
    plot->legend->setRowSpacing(0);
    // As wide as the plot also without a line in it: else the axes below it would be as narrow.
    plot->legend->setMaximumSize(QWIDGETSIZE_MAX / 2, QWIDGETSIZE_MAX);
    plot->legend->setVisible(true);

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
    applyTheme();
}

CurvePlot::~CurvePlot() = default;

int CurvePlot::columnsInView() const
{
    return std::max(m_plot->widget->axisRect()->width() / pixelsPerColumn, 10);
}

bool CurvePlot::isInside(const QPoint &at) const
{
    return m_plot->widget->axisRect()->rect().contains(at);
}

std::int64_t CurvePlot::timeAt(int x) const
{
    return static_cast<std::int64_t>(m_plot->widget->xAxis->pixelToCoord(x) * nanosecondsPerSecond);
}

void CurvePlot::setRoomy(bool legend, bool labels)
{
    m_hasLegend = legend;
    m_hasLabels = labels;
}

void CurvePlot::makeGraphs(qsizetype count)
{
    auto *plot = m_plot->widget;
    while (m_plot->graphs.size() > count) {
        const auto graphs = m_plot->graphs.takeLast();
        for (auto *graph : {graphs.line, graphs.least, graphs.most}) // the fill refers to `most`
            plot->removeGraph(graph);
    }
    while (m_plot->graphs.size() < count) {
        Plot::Graphs graphs;
        for (auto **graph : {&graphs.most, &graphs.least, &graphs.line}) {
            *graph = plot->addGraph();
            (*graph)->setLineStyle(QCPGraph::lsStepLeft);
            (*graph)->setPen(Qt::NoPen);
            (*graph)->setAntialiasedFill(false); // steps have no slopes, and bands above each other are much to fill
        }
        m_plot->graphs << graphs;
    }
}

void CurvePlot::showCurves(const QList<Curve> &curves, const Look &look, TimeRange view)
{
    auto *plot = m_plot->widget;
    m_view = view;
    makeGraphs(curves.size());
    const bool hasRight = std::any_of(curves.begin(), curves.end(), [](const Curve &curve) { return curve.isRight; });
    const auto type = look.isLogarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear;
    Extremes left, right;
    for (qsizetype i = 0; i < curves.size(); ++i) {
        const Curve &curve = curves[i];
        const auto &graphs = m_plot->graphs[i];
        const QColor colour =
            curve.isMuted ? theme::color(theme::Role::Muted, palette()) : theme::curveColor(curve.colour, palette());
        QColor fill = colour;
        fill.setAlpha(curves.size() > 2 ? 28 : 60);
        const bool hasBand = !curve.least.empty() && curves.size() <= mostBands;
        for (auto *graph : {graphs.most, graphs.least, graphs.line})
            graph->setValueAxis(curve.isRight ? plot->yAxis2 : plot->yAxis);
        graphs.most->data()->set(hasBand ? steps(curve, curve.most, look.isLogarithmic) : QVector<QCPGraphData>(),
                                 true);
        graphs.least->data()->set(hasBand ? steps(curve, curve.least, look.isLogarithmic) : QVector<QCPGraphData>(),
                                  true);
        graphs.line->data()->set(steps(curve, curve.values, look.isLogarithmic), true);
        graphs.most->setChannelFillGraph(hasBand ? graphs.least : nullptr);
        graphs.most->setBrush(hasBand ? QBrush(fill) : QBrush(Qt::NoBrush));
        graphs.line->setPen(linePen(colour, curve.style));
        graphs.line->setBrush(curve.isFilled && !look.isLogarithmic ? QBrush(fill) : QBrush(Qt::NoBrush));
        auto &seen = curve.isRight ? right : left;
        seen.add(curve.values);
        if (hasBand) {
            seen.add(curve.least);
            seen.add(curve.most);
        }
    }
    showLegend(curves);

    const auto scale = [&](QCPAxis *axis, const Axis &wanted, const Extremes &seen,
                           const QSharedPointer<ValueTicker> &values, const QSharedPointer<PowerTicker> &powers) {
        const auto range = scaleOf(seen, wanted, look.isLogarithmic);
        values->describe(wanted.unit, wanted.isWhole, range.size());
        powers->describe(wanted.unit);
        axis->setScaleType(type);
        axis->setTicker(look.isLogarithmic ? QSharedPointer<QCPAxisTicker>(powers)
                                           : QSharedPointer<QCPAxisTicker>(values));
        axis->setRange(range);
        axis->setLabel(m_hasLabels ? wanted.label : QString());
        const int lines = plot->axisRect()->height() / (fontMetrics().height() * 3 / 2);
        axis->ticker()->setTickCount(std::clamp(lines, 1, 6));
    };
    scale(plot->yAxis, look.left, left, m_plot->leftTicker, m_plot->leftPowers);
    plot->yAxis2->setVisible(hasRight);
    if (hasRight)
        scale(plot->yAxis2, look.right, right, m_plot->rightTicker, m_plot->rightPowers);
    // Where an axis belongs to one curve it has its colour.
    for (auto *axis : {plot->yAxis, plot->yAxis2}) {
        const QColor ink =
            hasRight ? theme::curveColor(axis == plot->yAxis ? 0 : 1, palette()) : palette().color(QPalette::Text);
        axis->setTickLabelColor(ink);
        axis->setLabelColor(ink);
    }

    plot->xAxis->setRange(toSeconds(view.begin), toSeconds(view.end));
    const auto span = view.length();
    m_plot->timeTicker->setDateTimeFormat(span <= 5 * second          ? QStringLiteral("HH:mm:ss.zzz")
                                          : span < 20 * 60 * second   ? QStringLiteral("HH:mm:ss")
                                          : span < 36 * 3600 * second ? QStringLiteral("HH:mm")
                                                                      : QStringLiteral("ddd HH:mm"));
    // Labels are about ten characters wide and must not touch.
    const int labelWidth = fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.000")) * 3 / 2;
    m_plot->timeTicker->setTickCount(std::clamp(plot->axisRect()->width() / labelWidth, 1, 10));
    placeMarks();
    plot->replot(QCustomPlot::rpQueuedRefresh); // an immediate one paints the whole window at once
}

// As many rows as leave most of the height to the curves; what does not fit is said.
void CurvePlot::showLegend(const QList<Curve> &curves)
{
    auto *legend = m_plot->widget->legend;
    const QFontMetrics metrics(legend->font());
    QStringList names;
    int widest = 1;
    for (const auto &curve : curves) {
        names << metrics.elidedText(curve.name, Qt::ElideMiddle, metrics.averageCharWidth() * mostNameLetters);
        widest = std::max(widest, metrics.horizontalAdvance(names.back()));
    }
    const int room = std::max(width() - 16, 1);
    const int columns = std::clamp(room / (widest + 32 + 3 * metrics.averageCharWidth()), 1,
                                   std::max<int>(1, static_cast<int>(names.size())));
    const auto rows = std::max(1, height() / 4 / (metrics.height() + 2));
    const auto shown = std::min(names.size(), static_cast<qsizetype>(columns) * rows);
    if (shown < names.size() && shown > 0)
        names[shown - 1] = tr("%1, and %2 more").arg(names[shown - 1]).arg(names.size() - shown);
    names.resize(m_hasLegend ? shown : 0);
    legend->setVisible(m_hasLegend);
    if (names == m_plot->legend && columns == m_plot->legendColumns)
        return;
    m_plot->legend = names;
    m_plot->legendColumns = columns;
    legend->clearItems();
    legend->setWrap(columns);
    for (qsizetype i = 0; i < names.size(); ++i) {
        m_plot->graphs[i].line->setName(names[i]);
        m_plot->graphs[i].line->addToLegend();
    }
    QList<double> stretch(legend->columnCount(), 0.001);
    if (!stretch.isEmpty()) {
        stretch.back() = 1; // side by side, not spread over the width
        legend->setColumnStretchFactors(stretch);
    }
}

void CurvePlot::placeMarks()
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

void CurvePlot::showMarks(std::optional<TimeRange> brush, std::optional<std::int64_t> mark)
{
    m_brush = brush;
    m_mark = mark;
    placeMarks();
    if (isVisible())
        m_plot->widget->layer(QStringLiteral("overlay"))->replot();
}

bool CurvePlot::savePng(const QString &path) const
{
    return m_plot->widget->savePng(path, 0, 0, 2.0);
}

bool CurvePlot::savePdf(const QString &path) const
{
    return m_plot->widget->savePdf(path, 0, 0, QCP::epNoCosmetic);
}

void CurvePlot::applyTheme()
{
    auto *plot = m_plot->widget;
    const QPalette colours = palette();
    const QColor text = colours.color(QPalette::Text);
    const QColor muted = theme::color(theme::Role::Muted, colours);
    QColor grid = muted;
    grid.setAlpha(60);

    plot->setBackground(colours.color(QPalette::Base));
    for (auto *axis : {plot->xAxis, plot->yAxis, plot->yAxis2}) {
        axis->setBasePen(QPen(muted, 1));
        axis->setTickPen(QPen(muted, 1));
        axis->setSubTickPen(QPen(muted, 1));
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setPen(QPen(grid, 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    plot->xAxis->setSubTicks(false);
    plot->legend->setBrush(Qt::NoBrush);
    plot->legend->setFont(font());
    plot->legend->setTextColor(text);
    m_plot->legend.clear(); // its items take their font when they are made
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

void CurvePlot::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange)
        applyTheme();
}

} // namespace ipclens
