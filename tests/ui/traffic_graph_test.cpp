#include "ui/traffic_graph.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QWheelEvent>

#include "core/model/memory.h"

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;

class TrafficGraphTest : public testing::Test {
protected:
    TrafficGraphTest()
    {
        for (std::int64_t i = 0; i < 6000; ++i)
            buckets.add(start + i * second / 100, 64);
        graph.resize(800, 200);
        graph.show();
        graph.showView({start, start + 60 * second});
        QApplication::processEvents();
    }

    // The widget that gets the mouse.
    QWidget *plot() const { return graph.findChild<QWidget *>(QString(), Qt::FindDirectChildrenOnly); }
    void mouse(QEvent::Type type, int x, Qt::MouseButtons buttons = Qt::LeftButton)
    {
        const QPointF at(x, 100);
        QMouseEvent event(type, at, plot()->mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                          buttons, Qt::NoModifier);
        QApplication::sendEvent(plot(), &event);
    }
    void wheel(int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        const QPointF at(400, 100);
        QWheelEvent event(at, plot()->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(plot(), &event);
    }

    TrafficBuckets buckets;
    TrafficGraph graph{buckets};
};

TEST_F(TrafficGraphTest, ADragMarksARange)
{
    QSignalSpy brushed(&graph, &TrafficGraph::brushed);
    QSignalSpy clicked(&graph, &TrafficGraph::clicked);
    mouse(QEvent::MouseButtonPress, 300);
    mouse(QEvent::MouseMove, 400);
    mouse(QEvent::MouseMove, 500);
    mouse(QEvent::MouseButtonRelease, 500, Qt::NoButton);
    ASSERT_EQ(brushed.size(), 1);
    EXPECT_TRUE(clicked.isEmpty());
    const auto begin = brushed[0][0].toLongLong(), end = brushed[0][1].toLongLong();
    EXPECT_GT(begin, start + 10 * second);
    EXPECT_LT(begin, start + 30 * second);
    EXPECT_NEAR(static_cast<double>(end - begin) / second, 60.0 * 200 / 700, 4);
    EXPECT_EQ(graph.brush(), (TimeRange{begin, end}));

    QSignalSpy cleared(&graph, &TrafficGraph::brushCleared);
    mouse(QEvent::MouseButtonDblClick, 300);
    EXPECT_EQ(cleared.size(), 1);
    EXPECT_FALSE(graph.brush());
}

TEST_F(TrafficGraphTest, ADragBackwardsAndOutOfTheGraphIsClipped)
{
    QSignalSpy brushed(&graph, &TrafficGraph::brushed);
    mouse(QEvent::MouseButtonPress, 300);
    mouse(QEvent::MouseMove, -50);
    mouse(QEvent::MouseButtonRelease, -50, Qt::NoButton);
    ASSERT_EQ(brushed.size(), 1);
    EXPECT_EQ(brushed[0][0].toLongLong(), start);
    EXPECT_GT(brushed[0][1].toLongLong(), start);
}

TEST_F(TrafficGraphTest, AClickTellsTheTime)
{
    QSignalSpy clicked(&graph, &TrafficGraph::clicked);
    mouse(QEvent::MouseButtonPress, 400);
    mouse(QEvent::MouseMove, 402);
    mouse(QEvent::MouseButtonRelease, 402, Qt::NoButton);
    ASSERT_EQ(clicked.size(), 1);
    EXPECT_NEAR(static_cast<double>(clicked[0][0].toLongLong() - start) / second, 30, 5);
    EXPECT_FALSE(graph.brush());
}

TEST_F(TrafficGraphTest, TheWheelZoomsAroundTheMouseAndMoves)
{
    const auto before = graph.view();
    wheel(3);
    EXPECT_LT(graph.view().length(), before.length());
    EXPECT_GT(graph.view().begin, before.begin);
    EXPECT_LT(graph.view().end, before.end);
    wheel(-100);
    EXPECT_LE(graph.view().length(), 367 * 24 * 3600 * second);
    wheel(200);
    EXPECT_GE(graph.view().length(), second);
    const auto zoomed = graph.view();
    wheel(1, Qt::ShiftModifier);
    EXPECT_LT(graph.view().begin, zoomed.begin);
    EXPECT_EQ(graph.view().length(), zoomed.length());
}

TEST_F(TrafficGraphTest, ShowsEverythingOrTheEnd)
{
    graph.setSpan(0);
    EXPECT_EQ(graph.view().begin, buckets.extent().begin);
    EXPECT_EQ(graph.view().end, buckets.extent().end);
    graph.setSpan(10 * second);
    EXPECT_EQ(graph.view().length(), 10 * second);
    EXPECT_EQ(graph.view().end, buckets.extent().end);
}

TEST_F(TrafficGraphTest, RunningItFollowsThePresentUntilTheUserGoesElsewhere)
{
    graph.followLiveEdge();
    graph.setSpan(10 * second);
    graph.setRunning(true);
    EXPECT_TRUE(graph.isFollowing());
    EXPECT_GE(graph.view().end, wallClock() - 5 * second);
    QSignalSpy changed(&graph, &TrafficGraph::followingChanged);
    graph.showView({start, start + 5 * second});
    EXPECT_FALSE(graph.isFollowing());
    EXPECT_EQ(changed.size(), 1);
    graph.refresh();
    EXPECT_EQ(graph.view(), (TimeRange{start, start + 5 * second}));
    graph.followLiveEdge();
    EXPECT_TRUE(graph.isFollowing());
    graph.setRunning(false);
    const auto stopped = graph.view();
    graph.refresh();
    EXPECT_EQ(graph.view(), stopped);
}

TEST_F(TrafficGraphTest, FarMarksAndNoMessagesAreFine)
{
    graph.setMark(start - 3600 * second);
    graph.setMark(start + 3600 * second);
    graph.setMark(start + 5 * second);
    graph.setMark(std::nullopt);
    buckets.clear();
    graph.refresh();
    graph.setSpan(0);
    graph.resize(60, 20);
    QApplication::processEvents();
    EXPECT_EQ(graph.view().length(), 60 * second);
}

} // namespace
} // namespace ipclens
