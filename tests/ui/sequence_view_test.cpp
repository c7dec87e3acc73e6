#include "ui/sequence_view.h"

#include "tests/ui/traffic_sample.h"
#include "tests/ui/wait_until.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>

namespace ipclens {
namespace {

class SequenceViewTest : public testing::Test {
protected:
    SequenceViewTest()
    {
        view.resize(800, 400);
        view.show();
    }
    void press(int key)
    {
        QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier);
        QApplication::sendEvent(&view, &event);
    }
    void click(int y)
    {
        const QPointF at(400, y);
        QMouseEvent event(QEvent::MouseButtonPress, at, view.viewport()->mapToGlobal(at), Qt::LeftButton,
                          Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(view.viewport(), &event);
    }

    MessageModel model;
    SequenceView view{model};
};

TEST_F(SequenceViewTest, EachProcessHasALifeline)
{
    EXPECT_FALSE(view.grab().isNull()); // says that there is nothing
    test::fill(model, 1, 30);
    ASSERT_TRUE(waitUntil([this] { return view.lifelines() == 4; }));
    auto unknown = test::answeredMessage(31);
    unknown.sender = {};
    model.append(std::span(&unknown, 1));
    ASSERT_TRUE(waitUntil([this] { return view.lifelines() == 5; }));
    model.clear();
    EXPECT_EQ(view.lifelines(), 0u);
}

TEST_F(SequenceViewTest, ManyProcessesShareTheLastLifeline)
{
    std::vector<Message> messages;
    for (std::uint32_t i = 1; i <= 300; ++i) {
        auto message = test::answeredMessage(i);
        message.sender = {i * 4, 1};
        messages.push_back(message);
    }
    model.append(messages);
    ASSERT_TRUE(waitUntil([this] { return view.lifelines() == SequenceView::mostLifelines + 1; }));
    EXPECT_FALSE(view.grab().isNull());
    EXPECT_GT(view.horizontalScrollBar()->maximum(), 0);
}

TEST_F(SequenceViewTest, KeysAndClicksSelectAndTell)
{
    test::fill(model, 1, 1000);
    view.verticalScrollBar()->setValue(0);
    QSignalSpy changed(&view, &SequenceView::currentChanged);
    click(view.viewport()->height() / 2);
    ASSERT_EQ(changed.size(), 1);
    const auto clicked = changed[0][0].toULongLong();
    EXPECT_EQ(view.current(), clicked);
    press(Qt::Key_Down);
    EXPECT_EQ(view.current(), clicked + 1);
    press(Qt::Key_Up);
    press(Qt::Key_PageDown);
    EXPECT_GT(*view.current(), clicked + 1);
    press(Qt::Key_End);
    EXPECT_EQ(view.current(), 999u);
    EXPECT_GT(view.firstRow(), 900);
    press(Qt::Key_Down);
    EXPECT_EQ(view.current(), 999u);
    press(Qt::Key_Home);
    EXPECT_EQ(view.current(), 0u);
    EXPECT_EQ(view.firstRow(), 0);
    EXPECT_TRUE(view.accessibleDescription().contains("server.exe")) << view.accessibleDescription().toStdString();
}

TEST_F(SequenceViewTest, ItScrollsToWhatIsSelectedElsewhereAndFollowsTheFilter)
{
    test::fill(model, 1, 1000);
    QSignalSpy changed(&view, &SequenceView::currentChanged);
    view.setCurrent(500);
    EXPECT_TRUE(changed.isEmpty());
    EXPECT_LE(view.firstRow(), 500);
    EXPECT_GT(view.firstRow(), 480);
    model.setFilter(*MessageFilter::parse("data.id == 2"));
    ASSERT_TRUE(waitUntil([this] { return model.unfiltered() == 0; }));
    EXPECT_FALSE(view.current()) << "message 501 has id 1";
    view.setCurrent(5);
    ASSERT_TRUE(view.current());
    EXPECT_FALSE(view.grab().isNull());
}

TEST_F(SequenceViewTest, AMillionMessagesAreScrolledAndSaved)
{
    for (std::uint64_t i = 0; i < 10; ++i)
        test::fill(model, 1 + i * 100'000, 100'000);
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
    EXPECT_GT(view.firstRow(), 999'900);
    EXPECT_FALSE(view.grab().isNull());
    QWheelEvent up({400, 200}, view.viewport()->mapToGlobal(QPointF(400, 200)), {}, {0, 120}, Qt::NoButton,
                   Qt::NoModifier, Qt::NoScrollPhase, false);
    const int before = view.firstRow();
    QApplication::sendEvent(view.viewport(), &up);
    EXPECT_LT(view.firstRow(), before);
    view.verticalScrollBar()->setValue(1000);
    const auto image = view.toImage(50);
    EXPECT_GT(image.height(), 50 * view.rowHeight());
    EXPECT_LT(image.height(), 52 * view.rowHeight());
}

} // namespace
} // namespace ipclens
