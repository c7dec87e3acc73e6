#include "ui/memory_tab.h"

#include "core/session/session.h"
#include "core/text/hex.h"
#include "tests/unit/fake_system.h"
#include "ui/error_bar.h"
#include "ui/hex_view.h"
#include "ui/memory_feed.h"
#include "ui/region_picker.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QFile>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {
namespace {

constexpr int deadline = 20'000; // milliseconds; far beyond what anything here takes

// A session that can be lost, as one at the far end of a stream can.
class LosableConnection : public Connection {
public:
    LosableConnection(std::unique_ptr<Connection> inner, std::function<void(Error)> closed)
        : m_inner(std::move(inner)), m_closed(std::move(closed))
    {
    }
    CallId submit(AnyCommand command, ReplySink reply) override
    {
        return m_inner->submit(std::move(command), std::move(reply));
    }
    void cancel(CallId call) override { m_inner->cancel(call); }
    void lose()
    {
        std::jthread([this] {
            m_closed(
                {.kind = ErrorKind::Disconnected, .operation = "read", .object = "far end", .meaning = "it is gone"});
        });
    }

private:
    std::unique_ptr<Connection> m_inner;
    std::function<void(Error)> m_closed;
};

class MemoryTabTest : public testing::Test {
protected:
    MemoryTabTest()
        : client(QStringLiteral("test"), [this](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
              auto closed = sinks.closed;
              auto session = startSession(std::make_unique<FakeSystem>(world),
                                          {.journalFolder = folder.path().toStdString()}, std::move(sinks));
              auto connection = std::make_unique<LosableConnection>(std::move(session), std::move(closed));
              this->connection = connection.get();
              return connection;
          })
    {
        client.connectNow();
        EXPECT_TRUE(waitFor([this] { return client.state() == Client::State::Connected; }));
    }

    static bool waitFor(const std::function<bool()> &condition) { return QTest::qWaitFor(condition, deadline); }

    void open(const SourceSpec &spec, Access access = Access::Read)
    {
        std::optional<Result<SourceInfo>> opened;
        client.call(OpenSource{spec, access}, &client, [&](Result<SourceInfo> reply) { opened = std::move(reply); });
        ASSERT_TRUE(waitFor([&] { return opened.has_value(); }));
        ASSERT_TRUE(*opened) << toText(opened->error());
        tab = std::make_unique<MemoryTab>(client, **opened);
        tab->setRate(60);
        tab->resize(900, 500);
        tab->show();
        tab->activateWindow();
        tab->view()->setFocus();
        QApplication::processEvents();
    }
    void openSection(Access access = Access::Read)
    {
        memory = world->addSection("X", 0x3000);
        memory->set(0, "*hello world");
        open({.kind = SourceKind::Section, .name = "X"}, access);
        ASSERT_TRUE(waitFor([this] { return shown(0, 6) == "2a68656c6c6f"; }));
    }
    std::string shown(Address at, std::uint64_t size)
    {
        const MemoryImage image = tab->view()->imageAt(at, size);
        return toHex(image.bytes);
    }
    template <class T>
    T *part(const char *name)
    {
        return tab->findChild<T *>(QLatin1String(name));
    }
    bool says(const char *bar, const QString &text)
    {
        auto *part = this->part<ErrorBar>(bar);
        return part->isVisible() && part->text().contains(text);
    }
    void makeWritable()
    {
        tab->setWritable(true);
        ASSERT_TRUE(waitFor([this] { return tab->isWritable(); }));
    }
    void type(const QString &text) { QTest::keyClicks(tab->view(), text); }
    void typeAddress(const QString &text)
    {
        auto *line = part<QLineEdit>("address");
        line->setText(text);
        QTest::keyClick(line, Qt::Key_Return);
    }

    QTemporaryDir folder;
    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::atomic<LosableConnection *> connection = nullptr;
    Client client;
    std::shared_ptr<FakeMemory> memory;
    std::unique_ptr<MemoryTab> tab;
};

TEST_F(MemoryTabTest, ShowsAndFollowsASection)
{
    openSection();
    EXPECT_EQ(tab->title(), "section X");
    EXPECT_TRUE(waitFor([this] { return part<QLabel>("place")->text() == "rw- private"; })) << "once the regions are told";
    QSignalSpy cursor(tab.get(), &MemoryTab::cursorChanged);
    memory->set(1, "J");
    EXPECT_TRUE(waitFor([this] { return shown(0, 6) == "2a4a656c6c6f"; })) << "live";
    EXPECT_TRUE(tab->view()->isFading());
    ASSERT_FALSE(cursor.isEmpty()) << "the inspector follows";
    const auto around = cursor.last().at(1).value<MemoryImage>();
    EXPECT_EQ(toHex(std::span(around.bytes).first(3)), "2a4a65");
}

TEST_F(MemoryTabTest, ReadsOnceWhenPausedOrOff)
{
    openSection();
    auto *feed = tab->findChild<MemoryFeed *>();
    ASSERT_TRUE(waitFor([&] { return feed->isLive(); }));
    tab->setPaused(true);
    EXPECT_FALSE(feed->isLive());
    EXPECT_TRUE(tab->status().contains("view paused"));
    memory->set(0, "+");
    tab->refresh();
    EXPECT_TRUE(waitFor([this] { return shown(0, 1) == "2b"; })) << "refresh reads all the same";
    tab->setPaused(false);
    EXPECT_TRUE(waitFor([&] { return feed->isLive(); }));
    tab->setRate(0);
    EXPECT_FALSE(feed->isLive());
    tab->setRate(60);
    EXPECT_TRUE(waitFor([&] { return feed->isLive(); }));
    tab->hide();
    EXPECT_FALSE(feed->isLive()) << "hidden views do no work";
    memory->set(0, "-");
    tab->show();
    EXPECT_TRUE(waitFor([this] { return shown(0, 1) == "2d"; }));
}

TEST_F(MemoryTabTest, WritesWhatIsTyped)
{
    openSection();
    type("2b");
    EXPECT_TRUE(tab->status().contains("read-only: open the padlock")) << tab->status().toStdString();
    makeWritable();
    EXPECT_EQ(tab->source().access, Access::ReadWrite);
    type("2b");
    EXPECT_TRUE(waitFor([this] { return tab->status().contains("verified"); }));
    EXPECT_EQ(toHex(memory->get(0, 2)), "2b68");
    EXPECT_EQ(shown(0, 2), "2b68");
    tab->setWritable(false);
    EXPECT_FALSE(tab->isWritable()) << "at once";
    EXPECT_TRUE(waitFor([this] { return tab->source().access == Access::Read; }));
}

TEST_F(MemoryTabTest, RefusesToOverwriteWhatChangedMeanwhile)
{
    openSection();
    makeWritable();
    tab->setPaused(true); // what is shown grows old
    memory->set(0, "\x77");
    type("2b");
    ASSERT_TRUE(waitFor([this] { return says("answer", "changed from 2a to 77 meanwhile"); }));
    EXPECT_EQ(toHex(memory->get(0, 1)), "77") << "nothing was written";
    EXPECT_EQ(shown(0, 1), "77") << "theirs is shown";
    QToolButton *anyway = nullptr;
    for (auto *button : part<ErrorBar>("answer")->findChildren<QToolButton *>()) {
        if (button->text() == "Write anyway")
            anyway = button;
    }
    ASSERT_NE(anyway, nullptr);
    QTest::mouseClick(anyway, Qt::LeftButton);
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(0, 1)) == "2b"; }));
    EXPECT_TRUE(waitFor([this] { return tab->status().contains("verified"); }));
    EXPECT_FALSE(part<ErrorBar>("answer")->isVisible());
}

TEST_F(MemoryTabTest, SaysWhenTheTargetWroteOverIt)
{
    openSection();
    makeWritable();
    memory->afterWrite([this] { memory->set(0, "\x55"); });
    type("2b");
    EXPECT_TRUE(waitFor([this] { return says("answer", "reading back gave 55"); }));
}

TEST_F(MemoryTabTest, ShowsAFailedWriteInPlace)
{
    openSection();
    makeWritable();
    memory->addPages({0, 0x1000}, {.read = true});
    type("2b");
    EXPECT_TRUE(waitFor([this] { return part<ErrorBar>("answer")->isVisible(); }));
    EXPECT_EQ(toHex(memory->get(0, 1)), "2a");
}

TEST_F(MemoryTabTest, APrivateCopyStaysOne)
{
    openSection(Access::Copy);
    makeWritable();
    EXPECT_EQ(tab->source().access, Access::Copy);
    tab->setWritable(false);
    EXPECT_FALSE(tab->isWritable());
    EXPECT_EQ(tab->source().access, Access::Copy);
}

TEST_F(MemoryTabTest, GoesToTypedAddresses)
{
    openSection();
    typeAddress("1000+0x20");
    EXPECT_EQ(tab->view()->cursor(), 0x1020u);
    EXPECT_TRUE(waitFor([this] { return !shown(0x1020, 4).empty(); }));
    typeAddress("12+)");
    EXPECT_TRUE(says("answer", "character 4"));
    EXPECT_EQ(tab->view()->cursor(), 0x1020u);
    typeAddress("+10");
    EXPECT_EQ(tab->view()->cursor(), 0x1030u) << "from where one is";
    typeAddress("-8*2");
    EXPECT_EQ(tab->view()->cursor(), 0x1020u);
    typeAddress("nobody.exe+10");
    EXPECT_TRUE(waitFor([this] { return says("answer", "nobody.exe"); }));
    EXPECT_EQ(tab->view()->cursor(), 0x1020u);
    typeAddress("3000");
    EXPECT_TRUE(says("answer", "0x3000")) << "outside";
    typeAddress("2fff");
    EXPECT_FALSE(part<ErrorBar>("answer")->isVisible());
    EXPECT_EQ(tab->view()->cursor(), 0x2fffu);
    tab->focusAddressLine();
    EXPECT_TRUE(part<QLineEdit>("address")->hasFocus());
}

TEST_F(MemoryTabTest, AProcessStartsWhereThereIsMemory)
{
    memory = world->addProcess(1234, "demo.exe");
    memory->addPages({0x7ff6'0000'0000, 0x2000}, {.read = true, .execute = true});
    memory->set(0x7ff6'0000'0000, "MZ");
    open({.kind = SourceKind::Process, .process = {1234, 0}});
    EXPECT_EQ(tab->title(), "process 1234 demo.exe");
    EXPECT_TRUE(waitFor([this] { return tab->view()->cursor() == 0x10000; }));
    EXPECT_TRUE(waitFor([this] { return !shown(0x10000, 4).empty(); }));
    EXPECT_FALSE(part<QLabel>("hole")->isVisible());
    EXPECT_EQ(tab->view()->visibleRange().begin, 0x10000u) << "no question marks in sight";
    QTest::keyClick(tab->view(), Qt::Key_Home, Qt::ControlModifier);
    memory->addPages({0, 0x1000});
    tab->refresh();
    EXPECT_TRUE(waitFor([this] { return part<QLabel>("place")->text() == "rw- private"; }))
        << "regions are known again";
    EXPECT_EQ(tab->view()->cursor(), 0x10000u) << "a refresh moves nothing";

    tab->goTo(0x5000'0000'0000);
    EXPECT_EQ(part<QLabel>("place")->text(), "no memory");
    const auto &rows = tab->view()->rows();
    const HexRow hole = rows.row(rows.rowOf(0x5000'0000'0000));
    EXPECT_EQ(hole.kind, HexRowKind::Collapsed) << "one line, not a page of question marks";
    EXPECT_EQ(hole.range.begin, 0x14000u);
    EXPECT_EQ(hole.range.end(), 0x7ff6'0000'0000u);

    tab->goTo(0x7ff6'0000'0000);
    EXPECT_TRUE(waitFor([this] { return shown(0x7ff6'0000'0000, 2) == "4d5a"; }));
    EXPECT_EQ(part<QLabel>("place")->text(), "r-x private");
    EXPECT_FALSE(part<QLabel>("hole")->isVisible());
}

TEST_F(MemoryTabTest, JumpsToARegion)
{
    memory = world->addProcess(1234, "demo.exe");
    memory->addPages({0x7ff6'0000'0000, 0x2000}, {.read = true, .execute = true});
    open({.kind = SourceKind::Process, .process = {1234, 0}});
    ASSERT_TRUE(waitFor([this] { return tab->view()->cursor() == 0x10000; }));
    tab->chooseRegion();
    auto *picker = tab->findChild<RegionPicker *>();
    ASSERT_TRUE(picker->isVisible());
    auto *list = picker->findChild<QTreeView *>();
    EXPECT_EQ(list->model()->rowCount(), 2);
    auto *filter = picker->findChild<QLineEdit *>();
    QTest::keyClicks(filter, "R-X");
    EXPECT_EQ(list->model()->rowCount(), 1);
    QTest::keyClick(filter, Qt::Key_Return);
    EXPECT_FALSE(picker->isVisible());
    EXPECT_EQ(tab->view()->cursor(), 0x7ff6'0000'0000u);
}

TEST_F(MemoryTabTest, SaysSinceWhenItIsStaleAndRecovers)
{
    openSection();
    auto *feed = tab->findChild<MemoryFeed *>();
    ASSERT_TRUE(waitFor([&] { return feed->isLive(); }));
    memory->fail(
        Error{.kind = ErrorKind::Exited, .operation = "read", .object = "section X", .meaning = "it has exited"});
    EXPECT_TRUE(waitFor([this] { return says("state", "Stale since"); }));
    EXPECT_TRUE(part<ErrorBar>("state")->text().contains("it has exited"));
    EXPECT_EQ(tab->title(), "section X (stale)");
    memory->fail(std::nullopt);
    EXPECT_TRUE(waitFor([this] { return !part<ErrorBar>("state")->isVisible(); }));
    EXPECT_EQ(tab->title(), "section X");
}

TEST_F(MemoryTabTest, OpensAgainAfterALostConnection)
{
    openSection();
    makeWritable();
    connection.load()->lose();
    ASSERT_TRUE(waitFor([this] { return says("state", "Stale since"); }));
    EXPECT_TRUE(part<ErrorBar>("state")->text().contains("it is gone"));
    EXPECT_EQ(shown(0, 2), "2a68") << "what was there stays";
    memory->set(0, "#");
    client.connectNow();
    EXPECT_TRUE(waitFor([this] { return shown(0, 2) == "2368"; }));
    EXPECT_FALSE(part<ErrorBar>("state")->isVisible());
    EXPECT_EQ(tab->source().access, Access::ReadWrite) << "with the same access";
    EXPECT_TRUE(tab->isWritable());
}

TEST_F(MemoryTabTest, SaysWhatIsGoneAfterALostConnection)
{
    openSection();
    connection.load()->lose();
    ASSERT_TRUE(waitFor([this] { return says("state", "Stale since"); }));
    {
        const std::scoped_lock lock(world->mutex);
        world->sections.clear();
    }
    client.connectNow();
    EXPECT_TRUE(waitFor([this] { return says("state", "there is none"); }));
    EXPECT_TRUE(tab->title().endsWith("(stale)"));
}

TEST_F(MemoryTabTest, ClosesItsSource)
{
    openSection();
    const SourceId source = tab->source().source;
    tab.reset();
    std::optional<Result<MemoryImages>> reply;
    client.call(ReadMemory{source, {{0, 1}}}, &client, [&](Result<MemoryImages> images) { reply = std::move(images); });
    ASSERT_TRUE(waitFor([&] { return reply.has_value(); }));
    EXPECT_FALSE(*reply);
}

TEST_F(MemoryTabTest, CopiesWhatIsNotLoaded)
{
    openSection();
    memory->set(0x2fff, "z");
    QTest::keyClick(tab->view(), Qt::Key_A, Qt::ControlModifier);
    EXPECT_TRUE(tab->status().contains("selection 0x0..0x2fff (12,288 bytes)")) << tab->status().toStdString();
    QApplication::clipboard()->clear();
    QTest::keyClick(tab->view(), Qt::Key_C, Qt::ControlModifier);
    EXPECT_TRUE(waitFor([] { return QApplication::clipboard()->text().size() == 0x3000 * 3 - 1; }));
    EXPECT_TRUE(QApplication::clipboard()->text().startsWith("2a 68"));
    EXPECT_TRUE(QApplication::clipboard()->text().endsWith("7a"));
}

TEST_F(MemoryTabTest, FollowsPointersAndComesBack)
{
    memory = world->addProcess(1234, "demo.exe");
    const std::uint64_t pointer = 0x11020;
    memory->set(0x10008, std::string_view(reinterpret_cast<const char *>(&pointer), 8));
    open({.kind = SourceKind::Process, .process = {1234, 0}});
    ASSERT_TRUE(waitFor([this] { return tab->view()->cursor() == 0x10000; }));
    typeAddress("[10008]+4");
    EXPECT_TRUE(waitFor([this] { return tab->view()->cursor() == 0x11024; }));
    tab->goBack();
    EXPECT_EQ(tab->view()->cursor(), 0x10000u);
    EXPECT_FALSE(tab->canGoBack()) << "the very first place is nowhere to come from";
    tab->goForward();
    EXPECT_EQ(tab->view()->cursor(), 0x11024u);
    tab->follow(0x11020);
    EXPECT_EQ(tab->view()->cursor(), 0x11020u);
    tab->follow(~0ull);
    EXPECT_TRUE(says("answer", "0xffffffffffffffff"));
    EXPECT_EQ(tab->view()->cursor(), 0x11020u);
}

TEST_F(MemoryTabTest, WriteAnywayWritesEvenOverWhatChangesAgain)
{
    openSection();
    makeWritable();
    tab->write({.at = 0, .expected = toBytes("x"), .bytes = toBytes("y")});
    ASSERT_TRUE(waitFor([this] { return says("answer", "changed from 78 to 2a meanwhile"); }));
    memory->set(0, "\x55"); // and once more
    const auto press = [this](const QString &text) {
        for (auto *button : part<ErrorBar>("answer")->findChildren<QToolButton *>()) {
            if (button->text() == text && button->isVisible()) {
                button->click();
                return true;
            }
        }
        return false;
    };
    ASSERT_TRUE(press("Write anyway"));
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(0, 1)) == "79"; }));
    ASSERT_TRUE(waitFor([this] { return !part<ErrorBar>("answer")->isVisible(); }));
    tab->write({.at = 0, .expected = toBytes("x"), .bytes = toBytes("z")});
    ASSERT_TRUE(waitFor([this] { return says("answer", "meanwhile"); }));
    ASSERT_TRUE(press("Take theirs"));
    EXPECT_TRUE(waitFor([this] { return !part<ErrorBar>("answer")->isVisible(); }));
    EXPECT_EQ(toHex(memory->get(0, 1)), "79");
}

TEST_F(MemoryTabTest, SaysWhenTheTargetOverwritesLater)
{
    openSection();
    makeWritable();
    tab->setRate(0); // whether the view is live does not matter
    tab->write({.at = 5, .expected = toBytes("o"), .bytes = toBytes("0")});
    ASSERT_TRUE(waitFor([this] { return tab->status().contains("verified"); }));
    memory->set(5, "!");
    EXPECT_TRUE(waitFor([this] { return says("answer", "overwritten by the target with 21 within"); }))
        << part<ErrorBar>("answer")->text().toStdString();
    EXPECT_TRUE(part<ErrorBar>("answer")->text().contains("0x5: 30 was written"));
}

TEST_F(MemoryTabTest, OurOwnNextWriteIsNotTheTargets)
{
    openSection();
    makeWritable();
    tab->write({.at = 5, .expected = toBytes("o"), .bytes = toBytes("0")});
    tab->write({.at = 5, .expected = toBytes("0"), .bytes = toBytes("1")});
    ASSERT_TRUE(waitFor([this] { return toHex(memory->get(5, 1)) == "31" && tab->status().contains("verified"); }));
    memory->set(8, "?"); // a change beside it brings an update
    EXPECT_TRUE(waitFor([this] { return shown(8, 1) == "3f"; }));
    EXPECT_FALSE(part<ErrorBar>("answer")->isVisible()) << part<ErrorBar>("answer")->text().toStdString();
}

TEST_F(MemoryTabTest, SaysBeforeAWriteThatAPageIsCopyOnWrite)
{
    memory = world->addSection("X", 0x3000);
    memory->addPages({0x1000, 0x1000}, {.read = true, .copyOnWrite = true});
    memory->addPages({0x2000, 0x1000}, {.read = true});
    open({.kind = SourceKind::Section, .name = "X"});
    makeWritable();
    ASSERT_TRUE(waitFor([this] { return tab->link()->regions().size() == 3; }));
    tab->write({.at = 0x1000, .expected = Bytes(1, std::byte{}), .bytes = toBytes("a")});
    ASSERT_TRUE(says("answer", "copy-on-write"));
    EXPECT_EQ(toHex(memory->get(0x1000, 1)), "00") << "nothing is written before the user knows";
    for (auto *button : part<ErrorBar>("answer")->findChildren<QToolButton *>()) {
        if (button->text() == "Write" && button->isVisible())
            button->click();
    }
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(0x1000, 1)) == "61"; }));
    tab->write({.at = 0x1001, .expected = Bytes(1, std::byte{}), .bytes = toBytes("b")});
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(0x1001, 1)) == "62"; })) << "asked once";
    tab->write({.at = 0x2000, .expected = Bytes(1, std::byte{}), .bytes = toBytes("c")});
    EXPECT_TRUE(says("answer", "not writable"));
    EXPECT_TRUE(says("answer", "Nothing was written"));
    tab->write({.at = 0x1ffe, .expected = Bytes(4, std::byte{}), .bytes = toBytes("dddd")});
    EXPECT_TRUE(says("answer", "not writable")) << "half of it";
    EXPECT_EQ(toHex(memory->get(0x1ffe, 2)), "0000");
}

TEST_F(MemoryTabTest, ReadOnlyTabsWriteNothing)
{
    openSection();
    tab->write({.at = 0, .expected = toBytes("*"), .bytes = toBytes("y")});
    EXPECT_TRUE(says("answer", "read-only"));
    tab->fill();
    EXPECT_TRUE(says("answer", "Fill: the tab is read-only"));
    EXPECT_EQ(toHex(memory->get(0, 1)), "2a");
}

TEST_F(MemoryTabTest, TypesAValueOverAnother)
{
    openSection();
    makeWritable();
    tab->view()->setLayout({.unit = ValueType::U16, .radix = HexRadix::Decimal});
    tab->goTo(2);
    ASSERT_TRUE(waitFor([this] { return !tab->view()->valueRect(2).isEmpty(); }));
    QTest::keyClick(tab->view(), Qt::Key_F2);
    auto *line = part<QLineEdit>("valueLine");
    ASSERT_TRUE(line->isVisible());
    EXPECT_EQ(line->text(), "27749"); // "el"
    line->setText("65536");
    QTest::keyClick(line, Qt::Key_Return);
    EXPECT_TRUE(line->isVisible()) << "it stays until it is right";
    EXPECT_TRUE(tab->status().contains("65536")) << tab->status().toStdString();
    line->setText("16705");
    QTest::keyClick(line, Qt::Key_Return);
    EXPECT_FALSE(line->isVisible());
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(1, 4)) == "6841416c"; })) << "nothing else is touched";
    ASSERT_TRUE(waitFor([this] { return shown(2, 2) == "4141"; }));
    tab->view()->setLayout({.unit = ValueType::U16, .radix = HexRadix::Hex});
    tab->goTo(2);
    QTest::keyClick(tab->view(), Qt::Key_F2);
    line->setText("4242");
    QTest::keyClick(line, Qt::Key_Return);
    EXPECT_TRUE(waitFor([this] { return toHex(memory->get(2, 2)) == "4242"; })) << "hex where hex is shown";
}

TEST_F(MemoryTabTest, AValueThatIsTypedStaysWhileTheViewIsLaidOutAnew)
{
    openSection();
    makeWritable();
    tab->view()->setLayout({.unit = ValueType::U16, .radix = HexRadix::Decimal});
    tab->goTo(2);
    QTest::keyClick(tab->view(), Qt::Key_F2);
    auto *line = part<QLineEdit>("valueLine");
    ASSERT_TRUE(line->isVisible());
    line->setText("123");
    tab->resize(850, 380); // as when a bar above comes
    QApplication::processEvents();
    EXPECT_TRUE(line->isVisible());
    EXPECT_EQ(line->text(), "123");
    EXPECT_TRUE(line->geometry().intersects(tab->view()->valueRect(2)));
    tab->goTo(0x2f00); // out of sight
    EXPECT_FALSE(line->isVisible());
    EXPECT_EQ(toHex(memory->get(2, 2)), "656c") << "nothing was written";
}

TEST_F(MemoryTabTest, FindsAndMarks)
{
    openSection();
    memory->set(0x2100, "hello");
    tab->find();
    auto *text = part<QLineEdit>("findText");
    ASSERT_TRUE(text->isVisible());
    text->setText("68 65 ?? 6c");
    QTest::keyClick(text, Qt::Key_Return);
    EXPECT_TRUE(waitFor([this] { return tab->view()->selection() == AddressRange{1, 4}; }));
    EXPECT_TRUE(text->hasFocus()) << "for the next one";
    tab->findAgain(false);
    EXPECT_TRUE(waitFor([this] { return tab->view()->selection() == AddressRange{0x2100, 4}; }));
    EXPECT_TRUE(waitFor([this] {
        return std::ranges::any_of(tab->view()->highlights().all(),
                                   [](const Highlight &mark) { return mark.role == HighlightRole::CurrentHit; });
    }));
    tab->findAgain(false);
    EXPECT_TRUE(waitFor([this] { return tab->view()->selection() == AddressRange{1, 4}; }));
    QTest::keyClick(text, Qt::Key_Escape);
    EXPECT_FALSE(text->isVisible());
    EXPECT_TRUE(tab->view()->highlights().isEmpty());
}

TEST_F(MemoryTabTest, ComparesWithAFrame)
{
    openSection();
    tab->compare();
    ASSERT_TRUE(waitFor([this] { return tab->view()->hasFrame(); }));
    memory->set(0x1234, "xy");
    tab->goToDifference(false);
    EXPECT_TRUE(waitFor([this] { return tab->view()->selection() == AddressRange{0x1234, 2}; }));
    QTest::keyClick(tab->view(), Qt::Key_Escape); // the selection
    QTest::keyClick(tab->view(), Qt::Key_Escape);
    EXPECT_FALSE(tab->view()->hasFrame());
}

TEST_F(MemoryTabTest, SavesARangeWithWhatCannotBeReadAsZeros)
{
    openSection();
    memory->removePages({0x1000, 0x1000});
    memory->set(0x2000, "end");
    const QString path = folder.filePath(QStringLiteral("range.bin"));
    tab->saveTo(path, {0, 0x3000});
    EXPECT_TRUE(waitFor([this] {
        return says("answer", "4 KiB could not be read and are zeros there: 0x1000 to 0x1fff");
    })) << part<ErrorBar>("answer")->text().toStdString();
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    ASSERT_EQ(content.size(), 0x3000) << "offsets stay right";
    EXPECT_TRUE(content.startsWith("*hello"));
    EXPECT_EQ(content.mid(0x2000, 3), "end");
    EXPECT_EQ(content.mid(0x1000, 0x1000), QByteArray(0x1000, '\0'));
    tab->saveTo(QStringLiteral("/no/such/folder/x"), {0, 16});
    EXPECT_TRUE(waitFor([this] { return says("answer", "was not saved"); }));
}

TEST_F(MemoryTabTest, KeepsLayoutAndRateByTheNameOfTheSource)
{
    QSettings().clear();
    openSection();
    QMenu menu;
    tab->fillLayoutMenu(menu);
    const auto choose = [](QMenu &from, const QString &sub, const QString &entry) {
        for (auto *action : from.actions()) {
            if (action->menu() == nullptr || action->text().remove('&') != sub)
                continue;
            for (auto *choice : action->menu()->actions()) {
                if (choice->text().remove('&') == entry) {
                    choice->trigger();
                    return true;
                }
            }
        }
        return false;
    };
    ASSERT_TRUE(choose(menu, "Show as", "32 bits"));
    ASSERT_TRUE(choose(menu, "Bytes a row", "32"));
    ASSERT_TRUE(choose(menu, "Marks of changes", "How often (heat map)"));
    EXPECT_EQ(tab->view()->hexLayout().unit, ValueType::U32);
    tab.reset();
    open({.kind = SourceKind::Section, .name = "X"});
    EXPECT_EQ(tab->view()->hexLayout().unit, ValueType::U32);
    EXPECT_EQ(tab->view()->bytesPerRow(), 32);
    EXPECT_EQ(tab->view()->changeMarks(), HexView::ChangeMarks::Heat);
    world->addSection("Y", 0x1000);
    open({.kind = SourceKind::Section, .name = "Y"});
    EXPECT_EQ(tab->view()->hexLayout().unit, ValueType::U8) << "another source has its own";
    QSettings().clear();
}

TEST_F(MemoryTabTest, CopiesInAllForms)
{
    openSection();
    tab->view()->select({1, 5});
    const auto copied = [this](CopyFormat format) {
        QApplication::clipboard()->clear();
        tab->copyAs(format);
        EXPECT_TRUE(waitFor([] { return !QApplication::clipboard()->text().isEmpty(); }));
        return QApplication::clipboard()->text();
    };
    EXPECT_EQ(copied(CopyFormat::Base64), "aGVsbG8=");
    EXPECT_TRUE(copied(CopyFormat::CArray).contains("0x68, 0x65"));
    EXPECT_TRUE(copied(CopyFormat::Python).startsWith("b"));
    EXPECT_TRUE(copied(CopyFormat::Address).contains("0x1"));
}

TEST_F(MemoryTabTest, RegionsAreListedAgainByThemselves)
{
    memory = world->addProcess(1234, "demo.exe");
    open({.kind = SourceKind::Process, .process = {1234, 0}});
    ASSERT_TRUE(waitFor([this] { return tab->link()->regions().size() == 1; }));
    memory->addPages({0x7000'0000, 0x1000});
    EXPECT_TRUE(waitFor([this] { return tab->link()->regions().size() == 2; }));
    EXPECT_EQ(tab->view()->cursor(), 0x10000u) << "and nothing moves";
}

} // namespace
} // namespace ipclens
