// What traffic there was over time, as curves.
#pragma once

#include "core/traffic/traffic_curves.h"
#include "ui/curve_plot.h"
#include "ui/idle_work.h"

#include <QTimer>
#include <QWidget>

namespace ipclens {

// Draws what the buckets of the curves hold, at most one point for each few pixels. While running it follows the
// present at its right edge. Dragging marks a time range, which the owner may filter by; the wheel zooms, with Shift it
// moves. Does nothing while it cannot be seen. Lives on the GUI thread.
class TrafficGraph : public QWidget {
    Q_OBJECT
public:
    // `curves` must outlive the graph.
    explicit TrafficGraph(const TrafficCurves &curves, QWidget *parent = nullptr);

    // Running: the right edge is the present, unless the user went elsewhere. Otherwise the view stays where it is.
    void setRunning(bool running);
    bool isRunning() const { return m_running; }
    // What to add to this machine's clock to get the clock that message times come from, in nanoseconds.
    void setClockOffset(std::int64_t offset) { m_clockOffset = offset; }

    // How much time is shown; 0: everything there is.
    void setSpan(std::int64_t nanoseconds);
    std::int64_t span() const { return m_span; }
    TimeRange view() const { return m_view; }
    void showView(TimeRange view); // and stops following the present
    void followLiveEdge();
    void hold(); // stays where it is while messages go on to come
    bool isFollowing() const { return m_following; }

    // Draws again, after the buckets have changed while not running.
    void refresh();
    // The buckets have changed while running: it is drawn again with its next frame, which is due sooner now.
    void hasMore() { updateTimer(); }

    void setLogarithmic(bool on);
    bool isLogarithmic() const { return m_isLogarithmic; }

    // What is in view. False: the file could not be written.
    bool savePng(const QString &path) const { return m_plot->savePng(path); }
    bool savePdf(const QString &path) const { return m_plot->savePdf(path); }
    QByteArray toCsv() const; // a line for each column; empty fields where there is nothing

    void setMark(std::optional<std::int64_t> time); // of the selected message
    void setBrush(std::optional<TimeRange> range);  // shown as selected; emits nothing
    std::optional<TimeRange> brush() const { return m_brush; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void brushed(qint64 begin, qint64 end);
    void brushCleared();
    void clicked(qint64 time);
    void followingChanged();
    void spanChanged();

protected:
    bool event(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    std::int64_t present() const;
    void moveToEdge();
    void draw();
    QList<CurvePlot::Curve> drawnCurves() const;
    CurvePlot::Curve curveOf(const TrafficCurves::Shown &shown, const TrafficBuckets::Columns &columns) const;
    CurvePlot::Look look() const;
    QString nameOf(const TrafficCurves::Shown &shown) const;
    void explain(const QPoint &at, const QPoint &globally);
    void updateTimer();
    void zoom(double factor, std::int64_t around);
    void setFollowing(bool following);

    const TrafficCurves &m_curves;
    CurvePlot *m_plot;
    QList<CurvePlot::Curve> m_drawn;
    bool m_isLogarithmic = false;
    QTimer m_timer;
    IdleWork m_refreshing{[this] { return refresh(), false; }, nullptr};
    bool m_running = false;
    bool m_following = true;
    std::int64_t m_clockOffset = 0;
    std::int64_t m_span = 60'000'000'000;
    TimeRange m_view;
    std::optional<std::int64_t> m_mark;
    std::optional<TimeRange> m_brush;
    std::optional<QPoint> m_pressed; // where a drag began
    bool m_dragging = false;
};

} // namespace ipclens
