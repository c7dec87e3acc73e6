#include "ui/traffic_graph.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QFile>
#include <QImage>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTemporaryDir>
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
        curves.plot({});
        addMessages();
        graph.resize(800, 200);
        graph.show();
        graph.showView({start, start + 60 * second});
        QApplication::processEvents();
    }

    void addMessages()
    {
        for (std::int64_t i = 0; i < 6000; ++i) {
            Message message;
            message.time = start + i * second / 100;
            message.id = static_cast<std::uint64_t>(i % 3);
            message.size = static_cast<std::uint64_t>(64 + i % 50);
            message.outcome = MessageOutcome{.duration = 1'000'000 + i * 100};
            curves.add(message);
        }
    }
    void plot(const Plotted &plotted)
    {
        curves.plot(plotted);
        addMessages();
        graph.refresh();
    }
    void mouse(QEvent::Type type, int x, Qt::MouseButtons buttons = Qt::LeftButton)
    {
        const QPointF at(x, 100);
        QMouseEvent event(type, at, graph.mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                          buttons, Qt::NoModifier);
        QApplication::sendEvent(&graph, &event);
    }
    void wheel(int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        const QPointF at(400, 100);
        QWheelEvent event(at, graph.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers, Qt::NoScrollPhase,
                          false);
        QApplication::sendEvent(&graph, &event);
    }

    TrafficCurves curves;
    TrafficGraph graph{curves};
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
    EXPECT_EQ(graph.view().begin, curves.extent().begin);
    EXPECT_EQ(graph.view().end, curves.extent().end);
    graph.setSpan(10 * second);
    EXPECT_EQ(graph.view().length(), 10 * second);
    EXPECT_EQ(graph.view().end, curves.extent().end);
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
    curves.clear();
    graph.refresh();
    graph.setSpan(0);
    graph.resize(60, 20);
    QApplication::processEvents();
    EXPECT_EQ(graph.view().length(), 60 * second);
}

// The legend above the axes once made them as narrow as itself.
TEST_F(TrafficGraphTest, IsAsWideWithoutMessages)
{
    const auto columnsOf = [](const TrafficGraph &of) { return of.toCsv().count('\n'); };
    TrafficCurves none;
    none.plot({});
    TrafficGraph empty{none};
    empty.resize(800, 200);
    empty.show();
    empty.showView({start, start + 60 * second});
    QApplication::processEvents();
    EXPECT_GT(columnsOf(graph), 100);
    EXPECT_NEAR(columnsOf(empty), columnsOf(graph), 20);
}

TEST_F(TrafficGraphTest, TellsWhatIsInViewAsCsv)
{
    graph.showView({start, start + 10 * second});
    auto lines = graph.toCsv().trimmed().split('\n');
    ASSERT_GT(lines.size(), 10);
    EXPECT_EQ(lines[0], "time,begin_ns,\"messages/s (left, filled)\",\"bytes/s (right, dashed)\"");
    EXPECT_EQ(lines[5].split(',').size(), 4);
    EXPECT_EQ(lines[5].split(',')[2], "100");

    plot({.value = PlottedValue::HandlerTime, .split = CurveSplit::Id});
    lines = graph.toCsv().trimmed().split('\n');
    EXPECT_EQ(lines[0].count("\"id "), 9); // three ids, each with its mean, least and most
    const auto fields = lines[5].split(',');
    ASSERT_EQ(fields.size(), 11);
    EXPECT_LE(fields[3].toDouble(), fields[2].toDouble());
    EXPECT_GE(fields[4].toDouble(), fields[2].toDouble());
    EXPECT_NEAR(fields[2].toDouble(), 1.0, 0.1);
}

TEST_F(TrafficGraphTest, EveryChoiceIsDrawnAndSaved)
{
    QTemporaryDir folder;
    for (const bool logarithmic : {false, true}) {
        graph.setLogarithmic(logarithmic);
        for (const auto value : {PlottedValue::Messages, PlottedValue::Bytes, PlottedValue::Size,
                                 PlottedValue::HandlerTime, PlottedValue::Field}) {
            for (const auto split : {CurveSplit::None, CurveSplit::Sender, CurveSplit::Id, CurveSplit::Filter}) {
                plot({.value = value,
                      .field = "data.id",
                      .split = split,
                      .filters = {{"size > 80", 2}, {"data.id == 1", 5}}});
                EXPECT_FALSE(graph.grab().isNull());
            }
        }
    }
    ASSERT_TRUE(graph.savePng(folder.filePath("graph.png")));
    EXPECT_FALSE(QImage(folder.filePath("graph.png")).isNull());
    ASSERT_TRUE(graph.savePdf(folder.filePath("graph.pdf")));
    QFile pdf(folder.filePath("graph.pdf"));
    ASSERT_TRUE(pdf.open(QIODevice::ReadOnly));
    EXPECT_TRUE(pdf.read(5).startsWith("%PDF"));
    EXPECT_FALSE(graph.savePng("/nowhere/at/all.png"));
}

} // namespace
} // namespace ipclens
