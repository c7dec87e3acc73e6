#include "ui/window_picker.h"

#include "ui/crosshair.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QCoreApplication>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTableView>

namespace ipclens {
namespace {

std::uint32_t ownPid()
{
    return static_cast<std::uint32_t>(QCoreApplication::applicationPid());
}

const Window notepad{
    .handle = 0x222, .className = "Notepad", .title = "notes.txt", .process = {500, 1}, .processName = "notepad.exe"};

class WindowPickerTest : public testing::Test {
protected:
    WindowPickerTest()
    {
        picker.resize(500, 300);
        picker.show();
    }

    Crosshair *crosshair() const { return picker.findChild<Crosshair *>(QStringLiteral("crosshair")); }
    QString note() const
    {
        auto *label = picker.findChild<QLabel *>(QStringLiteral("windowNote"));
        return label->isHidden() ? QString() : label->text();
    }
    QString text(const char *field) const { return picker.findChild<QLineEdit *>(QLatin1String(field))->text(); }

    void mouse(QEvent::Type type, QPoint at, Qt::KeyboardModifiers keys = {})
    {
        const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
        const auto held = type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
        QMouseEvent event(type, QPointF(1, 1), QPointF(at), button, held, keys);
        QCoreApplication::sendEvent(crosshair(), &event);
    }
    bool waits() { return played.end->waiting<FindWindowAt>() > 0; }
    void answerList() { played.end->answer<ListWindows>(WindowList{{notepad}}); }

    test::PlayedClient played{Host{.system = "Windows 10.0.19045", .pid = ownPid()}};
    WindowPicker picker{played.client};
};

TEST_F(WindowPickerTest, TheCrosshairIsThereOnlyWhereTheScreenIsThisOne)
{
    EXPECT_FALSE(crosshair()->isHidden());
    test::PlayedClient elsewhere{Host{.system = "Windows 10.0.19045", .pid = ownPid() + 1}};
    WindowPicker other(elsewhere.client);
    EXPECT_TRUE(other.findChild<Crosshair *>()->isHidden());
    test::PlayedClient linux{Host{.system = "Linux 6.1", .pid = ownPid()}};
    WindowPicker third(linux.client);
    EXPECT_TRUE(third.findChild<Crosshair *>()->isHidden());

    played.end->lose(Error{.kind = ErrorKind::Disconnected});
    EXPECT_TRUE(waitUntil([this] { return crosshair()->isHidden(); }));
}

TEST_F(WindowPickerTest, ShowsWhatIsUnderTheCrosshairAndTakesItWhenItIsLetGo)
{
    answerList();
    ASSERT_TRUE(waitUntil([this] { return note().isEmpty(); }));
    QSignalSpy changes(&picker, &WindowPicker::changed);
    mouse(QEvent::MouseButtonPress, {10, 10});
    auto asked = played.end->answer<FindWindowAt>(Window{.handle = 0x1, .process = {ownPid(), 1}});
    EXPECT_EQ(QPoint(asked.x, asked.y), QPoint(10, 10));
    EXPECT_FALSE(asked.innermost);
    ASSERT_TRUE(waitUntil([this] { return note().contains("own window"); })) << note().toStdString();

    mouse(QEvent::MouseMove, {300, 200});
    played.end->answer<FindWindowAt>(notepad);
    ASSERT_TRUE(waitUntil([this] { return note().contains("notes.txt"); })) << note().toStdString();
    EXPECT_TRUE(note().contains("Notepad"));
    EXPECT_TRUE(note().contains("notepad.exe (500)"));
    EXPECT_EQ(text("window"), "") << "not chosen yet";
    EXPECT_EQ(changes.count(), 0);

    mouse(QEvent::MouseButtonRelease, {301, 200});
    asked = played.end->answer<FindWindowAt>(notepad);
    EXPECT_EQ(asked.x, 301);
    ASSERT_TRUE(waitUntil([this] { return text("window") == "0x222"; }));
    EXPECT_EQ(picker.target().value().window, 0x222u);
    EXPECT_GT(changes.count(), 0);
    picker.setByName(true);
    EXPECT_EQ(picker.target().value(), (WindowTarget{.className = "Notepad", .title = "notes.txt"}));
    EXPECT_FALSE(QGuiApplication::overrideCursor());
}

TEST_F(WindowPickerTest, AsksOnlyForTheLastPointWhileAnAnswerIsOut)
{
    mouse(QEvent::MouseButtonPress, {10, 10});
    for (int x = 11; x < 100; ++x)
        mouse(QEvent::MouseMove, {x, 10});
    mouse(QEvent::MouseButtonRelease, {100, 10}, Qt::ShiftModifier);
    EXPECT_EQ(played.end->waiting<FindWindowAt>(), 1u);
    EXPECT_EQ(played.end->answer<FindWindowAt>(notepad).x, 10);
    ASSERT_TRUE(waitUntil([this] { return waits(); }));
    EXPECT_EQ(text("window"), "");
    const auto last = played.end->answer<FindWindowAt>(notepad);
    EXPECT_EQ(last.x, 100);
    EXPECT_TRUE(last.innermost);
    EXPECT_TRUE(waitUntil([this] { return text("window") == "0x222"; }));
    EXPECT_FALSE(waits());
}

TEST_F(WindowPickerTest, EscapeGivesUp)
{
    answerList();
    mouse(QEvent::MouseButtonPress, {10, 10});
    played.end->answer<FindWindowAt>(notepad);
    ASSERT_TRUE(waitUntil([this] { return note().contains("notes.txt"); }));
    mouse(QEvent::MouseMove, {20, 10}); // its answer comes too late
    QKeyEvent escape(QEvent::KeyPress, Qt::Key_Escape, Qt::NoModifier);
    QCoreApplication::sendEvent(crosshair(), &escape);
    EXPECT_FALSE(crosshair()->isDragged());
    EXPECT_EQ(note(), "");
    EXPECT_FALSE(QGuiApplication::overrideCursor());
    played.end->answer<FindWindowAt>(notepad);
    mouse(QEvent::MouseButtonRelease, {20, 10});
    QCoreApplication::processEvents();
    EXPECT_FALSE(waits());
    EXPECT_EQ(note(), "");
    EXPECT_EQ(text("window"), "");
}

TEST_F(WindowPickerTest, SaysWhereNoWindowIs)
{
    mouse(QEvent::MouseButtonPress, {10, 10});
    mouse(QEvent::MouseButtonRelease, {10, 10});
    for (int i = 0; i < 2; ++i)
        played.end->answer<FindWindowAt>(std::unexpected(
            Error{.kind = ErrorKind::Missing, .operation = "find window", .meaning = "there is no window"}));
    ASSERT_TRUE(waitUntil([this] { return note().contains("no window"); }));
    EXPECT_FALSE(picker.target());
}

TEST(CrosshairPoints, ArePhysicalPixelsOfTheirScreen)
{
    EXPECT_EQ(physicalPoint({10, 20}, {}, 1), QPoint(10, 20));
    EXPECT_EQ(physicalPoint({10, 20}, {}, 1.5), QPoint(15, 30));
    EXPECT_EQ(physicalPoint({1940, 5}, {1920, 0}, 2), QPoint(1960, 10));
    EXPECT_EQ(physicalPoint({-300, 4}, {-1280, 0}, 1.25), QPoint(-55, 5));
}

} // namespace
} // namespace ipclens
