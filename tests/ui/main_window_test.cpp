#include "ui/main_window.h"

#include "core/traffic/capture_file.h"
#include "tests/ui/shell_fixture.h"
#include "ui/capture_autosave.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/explorer.h"
#include "ui/hex_view.h"
#include "ui/journal_dock.h"
#include "ui/memory_tab.h"
#include "ui/process_model.h"
#include "ui/start_page.h"
#include "ui/traffic_tab.h"

#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMouseEvent>
#include <QPushButton>
#include <QTabBar>
#include <QToolButton>

namespace ipclens {
namespace {


struct MainWindowTest : shell::Shell {
    std::unique_ptr<MainWindow> window;

    void makeWindow()
    {
        window = std::make_unique<MainWindow>(SessionChoice{QStringLiteral("test"), {}},
                                              [this](const SessionChoice &) { return opener(); });
        window->show();
    }
    void start()
    {
        makeWindow();
        ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    }
    void TearDown() override
    {
        window.reset();
        Client::finishClosing();
    }
    Documents &documents() { return *window->documents(); }
    ErrorBar &bar(const char *name) { return *window->findChild<ErrorBar *>(QLatin1String(name)); }
    QString status(const char *name) { return window->findChild<QLabel *>(QLatin1String(name))->text(); }
    QAction *action(const QString &shortcut)
    {
        for (auto *candidate : window->findChildren<QAction *>()) {
            if (candidate->shortcut() == QKeySequence(shortcut))
                return candidate;
        }
        return nullptr;
    }
    MemoryTab *openSection()
    {
        documents().open({.kind = SourceKind::Section, .name = "MySharedMem"});
        EXPECT_TRUE(waitUntil([this] {
            const auto *current = documents().currentMemory();
            return current && current->source().spec.kind == SourceKind::Section;
        }));
        auto *tab = documents().currentMemory();
        EXPECT_TRUE(waitUntil([tab] {
            const auto shown = tab->view()->visibleRange();
            return shown.size > 0 && tab->view()->knownPrefix(shown) == shown.size;
        }));
        return tab;
    }
    void type(QWidget *widget, const QString &text)
    {
        for (const QChar letter : text) {
            QKeyEvent press(QEvent::KeyPress, letter.toUpper().unicode(), Qt::NoModifier, letter);
            QApplication::sendEvent(widget, &press);
        }
    }
    // Opens the padlock and types a byte at `at`; waits until it is in the journal.
    void edit(MemoryTab *tab, Address at, const QString &hex)
    {
        if (!tab->isWritable())
            window->writeSwitch()->trigger();
        ASSERT_TRUE(waitUntil([tab] { return tab->isWritable(); }));
        tab->goTo(at);
        const int before = window->journal()->model().rowCount();
        type(tab->view(), hex);
        ASSERT_TRUE(waitUntil([&] {
            const auto &journal = window->journal()->model();
            return journal.rowCount() > before && journal.entry(journal.rowCount() - 1).state == JournalState::Verified;
        }));
    }
};

TEST_F(MainWindowTest, StartsWithWhatCanBeDoneAndWhatCannot)
{
    start();
    EXPECT_EQ(documents().count(), 1);
    auto *page = qobject_cast<StartPage *>(documents().currentWidget());
    ASSERT_TRUE(page);
    QString all;
    for (auto *label : page->findChildren<QLabel *>())
        all += label->text();
    EXPECT_TRUE(all.contains(QStringLiteral("because this is a fake")));
    EXPECT_TRUE(all.contains(QStringLiteral("Fake 1.0")));
    documents().closeTab(0);
    EXPECT_EQ(documents().count(), 1) << "never an empty grey window";
}

TEST_F(MainWindowTest, EveryShortcutIsThereAndInAMenu)
{
    start();
    QSet<QAction *> inMenus;
    for (auto *menu : window->menuBar()->findChildren<QMenu *>()) {
        for (auto *entry : menu->actions())
            inMenus << entry;
    }
    for (const auto *keys : {"Ctrl+O", "Ctrl+P", "Ctrl+L", "Ctrl+R", "Ctrl+G", "Ctrl+F", "F5", "Space", "Ctrl+Z",
                             "Ctrl+Tab", "F1", "Ctrl+W"}) {
        auto *found = action(QLatin1String(keys));
        ASSERT_TRUE(found) << keys;
        EXPECT_TRUE(inMenus.contains(found)) << keys;
        EXPECT_TRUE(found->toolTip().contains(QLatin1String(keys))) << keys << ": " << found->toolTip().toStdString();
    }
}

TEST_F(MainWindowTest, NoTwoActionsShareAShortcut)
{
    start();
    QStringList seen;
    for (auto *candidate : window->findChildren<QAction *>(QString(), Qt::FindDirectChildrenOnly)) {
        if (candidate->shortcut().isEmpty())
            continue;
        EXPECT_FALSE(seen.contains(candidate->shortcut().toString())) << candidate->shortcut().toString().toStdString();
        seen << candidate->shortcut().toString();
    }
}

TEST_F(MainWindowTest, ASourceHasOneTab)
{
    start();
    auto *tab = openSection();
    EXPECT_EQ(documents().count(), 2);
    documents().setCurrentIndex(0);
    documents().open({.kind = SourceKind::Section, .name = "MySharedMem"}, Address{0x100});
    EXPECT_TRUE(waitUntil([&] { return documents().currentMemory() == tab; }));
    EXPECT_EQ(tab->view()->cursor(), 0x100u);
    EXPECT_EQ(documents().count(), 2);
}

TEST_F(MainWindowTest, OpeningTwiceAtOnceOpensOnce)
{
    start();
    documents().open({.kind = SourceKind::Section, .name = "MySharedMem"});
    documents().open({.kind = SourceKind::Section, .name = "MySharedMem"});
    openSection();
    EXPECT_EQ(documents().memoryTabs().size(), 1);
}

TEST_F(MainWindowTest, WhatCannotBeOpenedIsToldInTheWindow)
{
    start();
    documents().open({.kind = SourceKind::Section, .name = "Nothing"});
    ASSERT_TRUE(waitUntil([this] { return bar("errorBar").isVisible(); }));
    EXPECT_TRUE(bar("errorBar").text().contains(QStringLiteral("section:Nothing")))
        << bar("errorBar").text().toStdString();
}

TEST_F(MainWindowTest, TabsCloseByKeyAndByMiddleButton)
{
    start();
    openSection();
    action(QStringLiteral("Ctrl+W"))->trigger();
    EXPECT_TRUE(documents().memoryTabs().isEmpty());
    EXPECT_EQ(documents().count(), 1);
    openSection();
    auto *tabs = documents().tabBar();
    const auto at = tabs->tabRect(documents().currentIndex()).center();
    for (const auto kind : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
        QMouseEvent event(kind, at, tabs->mapToGlobal(at), Qt::MiddleButton, Qt::MiddleButton, Qt::NoModifier);
        QApplication::sendEvent(tabs, &event);
    }
    EXPECT_TRUE(documents().memoryTabs().isEmpty());
}

TEST_F(MainWindowTest, ThePadlockIsOffAndBelongsToTheTab)
{
    start();
    EXPECT_FALSE(window->writeSwitch()->isEnabled()) << "the start page has nothing to write to";
    auto *tab = openSection();
    EXPECT_TRUE(window->writeSwitch()->isEnabled());
    EXPECT_FALSE(window->writeSwitch()->isChecked());
    EXPECT_EQ(window->writeSwitch()->iconText(), "Read-only");
    window->writeSwitch()->trigger();
    ASSERT_TRUE(waitUntil([this] { return window->writeSwitch()->isChecked(); }));
    EXPECT_TRUE(tab->isWritable());
    EXPECT_EQ(window->writeSwitch()->iconText(), "Writing allowed");
    documents().setCurrentIndex(0);
    EXPECT_FALSE(window->writeSwitch()->isChecked());
    documents().setCurrentWidget(tab);
    EXPECT_TRUE(window->writeSwitch()->isChecked());
    window->writeSwitch()->trigger();
    EXPECT_TRUE(waitUntil([&] { return !tab->isWritable(); }));
}

TEST_F(MainWindowTest, AWriteIsJournalledAndUndone)
{
    start();
    section->set(0x10, "AB");
    auto *tab = openSection();
    EXPECT_FALSE(action(QStringLiteral("Ctrl+Z"))->isEnabled());
    edit(tab, 0x10, QStringLiteral("7a"));
    EXPECT_EQ(section->get(0x10, 2), toBytes("zB"));
    ASSERT_TRUE(action(QStringLiteral("Ctrl+Z"))->isEnabled());
    action(QStringLiteral("Ctrl+Z"))->trigger();
    ASSERT_TRUE(waitUntil([this] { return section->get(0x10, 2) == toBytes("AB"); }));
    ASSERT_TRUE(waitUntil([this] { return !action(QStringLiteral("Ctrl+Z"))->isEnabled(); }));
    const auto &journal = window->journal()->model();
    ASSERT_TRUE(waitUntil([&] { return journal.rowCount() >= 2; }));
    EXPECT_EQ(journal.entry(journal.rowCount() - 1).undoes, journal.entry(journal.rowCount() - 2).entry);
}

TEST_F(MainWindowTest, AnUndoWorksAfterTheTabIsClosed)
{
    start();
    section->set(0x10, "A");
    edit(openSection(), 0x10, QStringLiteral("7a"));
    action(QStringLiteral("Ctrl+W"))->trigger();
    action(QStringLiteral("Ctrl+Z"))->trigger();
    EXPECT_TRUE(waitUntil([this] { return section->get(0x10, 1) == toBytes("A"); }));
}

TEST_F(MainWindowTest, AnUndoChangesNothingWhereSomebodyElseWrote)
{
    start();
    section->set(0x10, "A");
    edit(openSection(), 0x10, QStringLiteral("7a"));
    section->set(0x10, "!");
    action(QStringLiteral("Ctrl+Z"))->trigger();
    auto *error = window->journal()->findChild<ErrorBar *>();
    ASSERT_TRUE(waitUntil([&] { return !error->isHidden(); }));
    EXPECT_TRUE(error->text().contains(QStringLiteral("Not undone"))) << error->text().toStdString();
    EXPECT_EQ(section->get(0x10, 1), toBytes("!"));
}

TEST_F(MainWindowTest, EntriesOfAnEarlierRunCanBeUndone)
{
    start();
    section->set(0x10, "A");
    edit(openSection(), 0x10, QStringLiteral("7a"));
    window.reset();
    Client::finishClosing();
    start();
    auto *journal = window->journal();
    ASSERT_TRUE(waitUntil([&] { return journal->model().rowCount() == 1; }));
    EXPECT_NE(journal->model().entry(0).run, journal->model().run());
    EXPECT_FALSE(action(QStringLiteral("Ctrl+Z"))->isEnabled());
    journal->undo(journal->model().entry(0));
    EXPECT_TRUE(waitUntil([this] { return section->get(0x10, 1) == toBytes("A"); }));
}

TEST_F(MainWindowTest, ALostConnectionShowsABarAndCanBeMadeAgain)
{
    start();
    openSection();
    ASSERT_TRUE(waitUntil([this] { return window->explorer()->processes()->model().rowCount() == 2; }));
    cable->cut();
    auto &lost = bar("connectionBar");
    ASSERT_TRUE(waitUntil([&] { return lost.isVisible(); }));
    EXPECT_TRUE(lost.text().contains(QStringLiteral("the far end closed"))) << lost.text().toStdString();
    EXPECT_TRUE(status("connectionStatus").contains(QStringLiteral("not connected")));
    EXPECT_EQ(documents().memoryTabs().size(), 1) << "what was read stays readable";
    QToolButton *reconnect = nullptr;
    for (auto *button : lost.findChildren<QToolButton *>()) {
        if (button->text() == QLatin1String("Reconnect"))
            reconnect = button;
    }
    ASSERT_TRUE(reconnect && reconnect->isVisible());
    reconnect->click();
    ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    EXPECT_FALSE(lost.isVisible());
    EXPECT_EQ(cable->made, 2);
    // Tabs open their sources again by themselves: the bytes are live.
    auto *tab = documents().memoryTabs().first();
    section->set(0, "after the break");
    EXPECT_TRUE(waitUntil([&] { return tab->view()->imageAt(0, 5).bytes == toBytes("after"); }));
}

TEST_F(MainWindowTest, AConnectionThatNeverCameIsTold)
{
    window = std::make_unique<MainWindow>(
        SessionChoice{QStringLiteral("nobody"), QStringLiteral("x")}, [](const SessionChoice &) {
            return Client::Opener([](ConnectionSinks) -> Result<std::unique_ptr<Connection>> {
                return Failure(Error{.kind = ErrorKind::Missing,
                                     .operation = "start",
                                     .object = "x",
                                     .meaning = "there is no such program"});
            });
        });
    window->show();
    ASSERT_TRUE(waitUntil([this] { return bar("connectionBar").isVisible(); }));
    EXPECT_TRUE(bar("connectionBar").text().contains(QStringLiteral("no such program")));
}

TEST_F(MainWindowTest, TabsDocksAndFiltersSurviveARestart)
{
    start();
    documents().open({.kind = SourceKind::Process, .process = world->processes[0].key});
    ASSERT_TRUE(waitUntil([this] { return documents().memoryTabs().size() == 1; }));
    auto *tab = openSection();
    tab->goTo(0x123);
    window->explorer()->processes()->setFilter(QStringLiteral("demo"));
    window->findChild<QDockWidget *>(QStringLiteral("journalDock"))->hide();
    window->resize(1000, 700);
    window->close();
    window.reset();
    Client::finishClosing();

    start();
    ASSERT_TRUE(waitUntil([this] { return documents().memoryTabs().size() == 2; }));
    ASSERT_TRUE(waitUntil([this] {
        return documents().currentMemory() && documents().currentMemory()->source().name == "section:MySharedMem";
    }));
    EXPECT_EQ(documents().currentMemory()->view()->cursor(), 0x123u);
    EXPECT_FALSE(documents().currentMemory()->isWritable());
    EXPECT_TRUE(window->findChild<QDockWidget *>(QStringLiteral("journalDock"))->isHidden());
    EXPECT_EQ(window->size(), QSize(1000, 700));
    EXPECT_EQ(window->explorer()->processes()->filter()->rowCount(), 1);
}

TEST_F(MainWindowTest, TabsThatCannotBeOpenedAgainAreToldOnce)
{
    start();
    openSection();
    documents().open({.kind = SourceKind::Process, .process = world->processes[0].key});
    ASSERT_TRUE(waitUntil([this] { return documents().memoryTabs().size() == 2; }));
    window->close();
    window.reset();
    Client::finishClosing();
    world->sections.clear();
    world->processes.clear();
    start();
    ASSERT_TRUE(waitUntil([this] { return bar("errorBar").isVisible(); }));
    EXPECT_TRUE(bar("errorBar").text().contains(QStringLiteral("section:MySharedMem")));
    EXPECT_TRUE(bar("errorBar").text().contains(QStringLiteral("process")));
    EXPECT_EQ(documents().count(), 1);
}

TEST_F(MainWindowTest, AnotherSessionReplacesAllOfTheOldOne)
{
    start();
    openSection();
    window->useSession({QStringLiteral("other"), QStringLiteral("other command")});
    EXPECT_TRUE(documents().memoryTabs().isEmpty());
    ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    EXPECT_EQ(window->client().name(), "other");
    EXPECT_EQ(cable->made, 2);
    openSection();
    window->useSession({QStringLiteral("test"), {}});
    EXPECT_TRUE(waitUntil([this] { return documents().memoryTabs().size() == 1; })) << "its tabs come back";
}

TEST_F(MainWindowTest, TrafficIsCountedInTheStatusBar)
{
    start();
    EXPECT_EQ(status("counts"), "received 0   dropped 0   truncated 0");
    window->listen({.className = "C", .title = "Receive"});
    ASSERT_TRUE(waitUntil([this] { return world->inbox("C") && documents().traffic()->isListening(); }));
    Message message;
    message.sequence = 1;
    world->inbox("C")->receive(message);
    world->inbox("C")->drop(2, 20);
    EXPECT_TRUE(waitUntil([this] { return status("counts") == QLatin1String("received 3   dropped 2   truncated 0"); }))
        << status("counts").toStdString();
    EXPECT_EQ(documents().currentTraffic(), documents().traffic());
}

TEST_F(MainWindowTest, OffersEveryCaptureThatACrashLeft)
{
    QDir(CaptureAutosave::folder()).removeRecursively();
    QDir().mkpath(CaptureAutosave::folder());
    const auto files = [] { return QDir(CaptureAutosave::folder()).entryList({QStringLiteral("*.pcapng")}); };
    const auto leave = [] {
        for (std::uint64_t n : {1, 2, 3}) {
            Bytes bytes = captureBegin("test");
            Message message;
            message.sequence = n;
            message.time = 1'700'000'000'000'000'000;
            appendToCapture(bytes, message);
            QFile file(QStringLiteral("%1/20260101-12000%2-000-1.pcapng").arg(CaptureAutosave::folder()).arg(n));
            ASSERT_TRUE(file.open(QIODevice::WriteOnly));
            file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<qint64>(bytes.size()));
        }
    };
    const auto press = [this](const QString &text) {
        for (auto *bar : window->findChildren<ErrorBar *>())
            for (auto *button : bar->findChildren<QToolButton *>())
                if (button->text() == text)
                    return button->click();
        ADD_FAILURE() << "no button " << text.toStdString();
    };
    const auto offered = [this] {
        const auto bars = window->findChildren<ErrorBar *>();
        return std::ranges::any_of(bars, [](ErrorBar *bar) { return bar->text().contains("3 captures"); });
    };
    leave();
    start();
    ASSERT_TRUE(waitUntil(offered));
    documents().open({.kind = SourceKind::Section, .name = "Missing"});
    auto *errors = window->findChild<ErrorBar *>(QStringLiteral("errorBar"));
    ASSERT_TRUE(waitUntil([&] { return errors->text().contains("Missing"); }));
    EXPECT_TRUE(offered()) << "an error does not take the offer away";
    const int before = documents().count();
    press("Recover");
    EXPECT_TRUE(waitUntil([&] { return documents().count() == before + 3; }));
    EXPECT_FALSE(offered());
    EXPECT_EQ(files().size(), 3) << "until they are saved";
    TearDown();

    start();
    ASSERT_TRUE(waitUntil(offered));
    press("Discard");
    EXPECT_TRUE(waitUntil([&] { return files().isEmpty(); }));
    QDir(CaptureAutosave::folder()).removeRecursively();
}

TEST_F(MainWindowTest, AsksBeforeACaptureIsLostAndLeavesNoneBehind)
{
    QDir(CaptureAutosave::folder()).removeRecursively();
    start();
    window->listen({.className = "C", .title = "Receive"});
    ASSERT_TRUE(waitUntil([this] { return world->inbox("C") && documents().traffic()->isListening(); }));
    Message message;
    message.sequence = 1;
    world->inbox("C")->receive(message);
    const auto files = [] { return QDir(CaptureAutosave::folder()).entryList(QDir::Files); };
    ASSERT_TRUE(waitUntil([&] { return !files().isEmpty(); }));
    const auto answer = [this](QMessageBox::StandardButton button) {
        auto *box = window->findChild<QMessageBox *>("unsaved");
        ASSERT_TRUE(box);
        box->button(button)->click();
        ASSERT_TRUE(waitUntil([this] { return !window->findChild<QMessageBox *>("unsaved"); }));
    };
    emit documents().tabCloseRequested(documents().indexOf(documents().traffic()));
    answer(QMessageBox::Cancel);
    ASSERT_TRUE(documents().traffic());
    window->close();
    EXPECT_TRUE(window->isVisible());
    answer(QMessageBox::Cancel);
    EXPECT_TRUE(window->isVisible());
    EXPECT_FALSE(files().isEmpty());
    window->close();
    answer(QMessageBox::Discard);
    EXPECT_TRUE(waitUntil([this] { return !window->isVisible(); }));
    EXPECT_TRUE(files().isEmpty());
    TearDown();
    EXPECT_TRUE(files().isEmpty());
}

TEST_F(MainWindowTest, SpacePausesTheTabAndOnlyThat)
{
    start();
    EXPECT_FALSE(action(QStringLiteral("Space"))->isEnabled());
    openSection();
    auto *pause = action(QStringLiteral("Space"));
    ASSERT_TRUE(pause->isEnabled());
    pause->trigger();
    EXPECT_TRUE(documents().isPaused());
    documents().setCurrentIndex(0);
    EXPECT_FALSE(pause->isChecked());
    documents().setCurrentIndex(1);
    EXPECT_TRUE(pause->isChecked());
    pause->trigger();
    EXPECT_FALSE(documents().isPaused());
}

TEST_F(MainWindowTest, FitsASmallScreen)
{
    start();
    openSection();
    documents().showTraffic();
    window->resize(900, 600);
    QCoreApplication::processEvents();
    EXPECT_LE(window->minimumSizeHint().width(), 900);
    EXPECT_LE(window->minimumSizeHint().height(), 600);
    EXPECT_EQ(window->size(), QSize(900, 600));
}

TEST_F(MainWindowTest, OpensWhatTheCommandLineNamesOnceConnected)
{
    makeWindow();
    window->openLater({.kind = SourceKind::Section, .name = "MySharedMem"});
    window->listenLater({.className = "C", .title = "Receive"});
    EXPECT_TRUE(waitUntil([this] {
        return documents().memoryTabs().size() == 1 && documents().traffic() && documents().traffic()->isListening();
    }));
}

} // namespace
} // namespace ipclens
