// Messages and bytes per second over time. The only file that knows QCustomPlot is its .cpp.
#pragma once

#include "core/traffic/traffic_buckets.h"

#include <QTimer>
#include <QWidget>

#include <memory>

namespace ipclens {

// Draws what the buckets hold, at most one point for each few pixels. While running it follows the present at its right
// edge. Dragging marks a time range, which the owner may filter by; the wheel zooms, with Shift it moves. Does nothing
// while it cannot be seen. Lives on the GUI thread.
class TrafficGraph : public QWidget {
    Q_OBJECT
public:
    // `buckets` must outlive the graph.
    explicit TrafficGraph(const TrafficBuckets &buckets, QWidget *parent = nullptr);
    ~TrafficGraph() override;

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
    bool isFollowing() const { return m_following; }

    // Draws again, after the buckets have changed while not running.
    void refresh();

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
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Plot; // everything that is QCustomPlot's

    std::int64_t present() const;
    void moveToEdge();
    void draw();
    void drawMarks();
    void applyTheme();
    void updateTimer();
    void zoom(double factor, std::int64_t around);
    void setFollowing(bool following);
    bool mousePressed(const QPoint &at);
    void mouseMoved(const QPoint &at);
    void mouseReleased(const QPoint &at);

    const TrafficBuckets &m_buckets;
    std::unique_ptr<Plot> m_plot;
    QTimer m_timer;
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
