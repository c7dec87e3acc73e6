// Curves over time, as drawn by QCustomPlot. Its .cpp is the only file that knows it.
#pragma once

#include "core/traffic/traffic_buckets.h"

#include <QList>
#include <QWidget>

#include <memory>

namespace ipclens {

// Draws what it is given; knows nothing of messages. Colours from the theme; curves differ by their line as well. GUI
// thread.
class CurvePlot : public QWidget {
    Q_OBJECT
public:
    // Columns side by side from `begin`, each `width` nanoseconds wide. NaN: nothing there.
    struct Curve {
        QString name;
        int colour = 0;
        int style = 0;
        bool isMuted = false;
        bool isFilled = false; // down to zero
        bool isRight = false;  // on the right axis
        std::int64_t begin = 0;
        std::int64_t width = 1;
        std::vector<double> values;
        std::vector<double> least; // a band behind the curve, where they are few; empty: none
        std::vector<double> most;
    };
    struct Axis {
        QString label;
        QString unit;         // "B", "ms"
        bool isWhole = false; // no ticks between whole numbers
        bool isFromZero = true;
        double leastScale = 1; // full scale is at least this
    };
    struct Look {
        Axis left;
        Axis right; // shown when a curve is on it
        bool isLogarithmic = false;
    };

    explicit CurvePlot(QWidget *parent = nullptr);
    ~CurvePlot() override;

    void showCurves(const QList<Curve> &curves, const Look &look, TimeRange view);
    void showMarks(std::optional<TimeRange> brush, std::optional<std::int64_t> mark);
    void setRoomy(bool legend, bool labels); // what there is room for

    int columnsInView() const;             // how many are worth drawing
    bool isInside(const QPoint &at) const; // of the axes
    std::int64_t timeAt(int x) const;

    // False: the file could not be written.
    bool savePng(const QString &path) const;
    bool savePdf(const QString &path) const;

    // "2.5 Mms"; with many digits where `range` around the number needs them.
    static QString numberText(double value, const QString &unit, double range);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Plot; // everything that is QCustomPlot's

    void applyTheme();
    void makeGraphs(qsizetype count);
    void showLegend(const QList<Curve> &curves);
    void placeMarks();

    std::unique_ptr<Plot> m_plot;
    TimeRange m_view;
    std::optional<TimeRange> m_brush;
    std::optional<std::int64_t> m_mark;
    bool m_hasLegend = true;
    bool m_hasLabels = true;
};

} // namespace ipclens
