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
#include <QLineEdit>
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
    EXPECT_EQ(part<QLabel>("place")->text(), "rw- private");
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
    typeAddress("12z");
    EXPECT_TRUE(says("answer", "character 3"));
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
    EXPECT_EQ(tab->view()->cursor(), 0u) << "a refresh moves nothing";

    tab->goTo(0x5000'0000'0000);
    EXPECT_TRUE(part<QLabel>("hole")->text().contains("nothing is mapped from 0x14000 to 0x7ff5ffffffff"))
        << part<QLabel>("hole")->text().toStdString();
    EXPECT_TRUE(part<QLabel>("hole")->text().contains("0x7ff600000000")) << "what comes next";
    EXPECT_TRUE(part<QLabel>("hole")->isVisible());
    EXPECT_EQ(part<QLabel>("place")->text(), "no memory");
    ASSERT_TRUE(waitFor([this] { return shown(0x5000'0000'0000, 4).size() == 8; }));
    EXPECT_FALSE(tab->view()->imageAt(0x5000'0000'0000, 4).isReadable(0x5000'0000'0000)) << "marked, not zero";

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
    QTest::keyClick(tab->view(), Qt::Key_R, Qt::ControlModifier);
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

} // namespace
} // namespace ipclens
