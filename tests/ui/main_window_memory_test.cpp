// The main window's actions and docks for memory, on a real session over the fake system.
#include "tests/ui/shell_fixture.h"
#include "ui/bookmarks_dock.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/frozen_dock.h"
#include "ui/frozen_model.h"
#include "ui/hex_view.h"
#include "ui/inspector.h"
#include "ui/journal_dock.h"
#include "ui/main_window.h"
#include "ui/memory_tab.h"
#include "ui/scan_dock.h"
#include "ui/scan_model.h"
#include "ui/snapshot_dialog.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QFile>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QTableWidget>

namespace ipclens {
namespace {

struct MainWindowMemoryTest : shell::Shell {
    std::unique_ptr<MainWindow> window;

    void start()
    {
        window = std::make_unique<MainWindow>(SessionChoice{QStringLiteral("test"), {}},
                                              [this](const SessionChoice &) { return opener(); });
        window->resize(1280, 800);
        window->show();
        ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    }
    void TearDown() override
    {
        window.reset();
        Client::finishClosing();
    }
    Documents &documents() { return *window->documents(); }
    QAction *action(const QString &shortcut)
    {
        for (auto *candidate : window->findChildren<QAction *>(QString(), Qt::FindDirectChildrenOnly)) {
            if (candidate->shortcut() == QKeySequence(shortcut))
                return candidate;
        }
        ADD_FAILURE() << "no action for " << shortcut.toStdString();
        return nullptr;
    }
    MemoryTab *open(const SourceSpec &spec)
    {
        const auto before = documents().memoryTabs().size();
        documents().open(spec);
        EXPECT_TRUE(waitUntil([&] { return documents().memoryTabs().size() == before + 1; }));
        auto *tab = documents().currentMemory();
        EXPECT_TRUE(waitUntil([tab] {
            const auto shown = tab->view()->visibleRange();
            return shown.size > 0 && tab->view()->knownPrefix({shown.begin, 1}) == 1 && tab->link()->areRegionsKnown();
        }));
        return tab;
    }
    MemoryTab *openSection() { return open({.kind = SourceKind::Section, .name = "MySharedMem"}); }
    MemoryTab *openWritable()
    {
        auto *tab = openSection();
        window->writeSwitch()->trigger();
        EXPECT_TRUE(waitUntil([tab] { return tab->isWritable(); }));
        return tab;
    }
    void write(MemoryTab *tab, Address at, std::string_view text)
    {
        const auto &journal = window->journal()->model();
        const int before = journal.rowCount();
        tab->write({.at = at, .expected = {}, .bytes = toBytes(text)});
        ASSERT_TRUE(waitUntil([&] {
            return journal.rowCount() > before && journal.entry(journal.rowCount() - 1).state == JournalState::Verified;
        }));
    }
    std::string held(Address at, std::uint64_t size)
    {
        const Bytes bytes = section->get(at, size);
        return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
    }
};

TEST_F(MainWindowMemoryTest, EveryActionIsInAMenu)
{
    start();
    QSet<QAction *> inMenus;
    for (auto *menu : window->menuBar()->findChildren<QMenu *>()) {
        for (auto *entry : menu->actions())
            inMenus << entry;
    }
    for (auto *candidate : window->findChildren<QAction *>(QString(), Qt::FindDirectChildrenOnly)) {
        const bool isReachable = candidate->shortcut().isEmpty() || inMenus.contains(candidate);
        EXPECT_TRUE(isReachable) << candidate->text().toStdString();
    }
    for (const auto *keys :
         {"F3", "Shift+F3", "F8", "Shift+F8", "Alt+Left", "Alt+Right", "Ctrl+D", "Ctrl+H", "Ctrl+S", "Ctrl+V"})
        EXPECT_FALSE(action(QLatin1String(keys))->isEnabled()) << keys << " has no memory to act on";
    openSection();
    EXPECT_TRUE(action("F3")->isEnabled());
    EXPECT_TRUE(action("Ctrl+D")->isEnabled());
    EXPECT_FALSE(action("Ctrl+V")->isEnabled()) << "read-only";
}

TEST_F(MainWindowMemoryTest, HiddenDocksDoNotExistYet)
{
    start();
    openSection();
    EXPECT_EQ(window->findChild<ScanDock *>(), nullptr);
    EXPECT_EQ(window->findChild<FrozenDock *>(), nullptr);
    EXPECT_EQ(window->findChild<BookmarksDock *>(), nullptr);
    window->findChild<QDockWidget *>(QStringLiteral("scanDock"))->show();
    window->findChild<QDockWidget *>(QStringLiteral("scanDock"))->raise();
    EXPECT_TRUE(waitUntil([this] { return window->findChild<ScanDock *>() != nullptr; }));
    EXPECT_NE(window->showFrozen(), nullptr);
    EXPECT_NE(window->showBookmarks(), nullptr);
}

TEST_F(MainWindowMemoryTest, UndoAndRedoBelongToTheSource)
{
    world->addSection("Other", 0x1000);
    start();
    auto *tab = openWritable();
    write(tab, 0, "first");
    write(tab, 0, "other");
    auto *other = open({.kind = SourceKind::Section, .name = "Other"});
    EXPECT_FALSE(action("Ctrl+Z")->isEnabled()) << "nothing was written to this one";
    documents().setCurrentWidget(tab);
    ASSERT_TRUE(action("Ctrl+Z")->isEnabled());
    EXPECT_FALSE(action("Ctrl+Shift+Z")->isEnabled());
    action("Ctrl+Z")->trigger();
    ASSERT_TRUE(waitUntil([&] { return held(0, 5) == "first" && action("Ctrl+Shift+Z")->isEnabled(); }));
    action("Ctrl+Z")->trigger();
    ASSERT_TRUE(waitUntil([&] { return held(0, 5) == std::string(5, '\0') && action("Ctrl+Shift+Z")->isEnabled(); }));
    action("Ctrl+Shift+Z")->trigger();
    ASSERT_TRUE(waitUntil([&] { return held(0, 5) == "first" && action("Ctrl+Shift+Z")->isEnabled(); }));
    action("Ctrl+Shift+Z")->trigger();
    ASSERT_TRUE(waitUntil([&] { return held(0, 5) == "other" && !action("Ctrl+Shift+Z")->isEnabled(); }));
    documents().setCurrentWidget(other);
    EXPECT_FALSE(action("Ctrl+Z")->isEnabled());
}

TEST_F(MainWindowMemoryTest, ARedoDoesNotClobberANewerValue)
{
    start();
    auto *tab = openWritable();
    write(tab, 0, "a");
    action("Ctrl+Z")->trigger();
    ASSERT_TRUE(waitUntil([&] { return action("Ctrl+Shift+Z")->isEnabled(); }));
    section->set(0, "!");
    action("Ctrl+Shift+Z")->trigger();
    auto *error = window->journal()->findChild<ErrorBar *>();
    ASSERT_TRUE(waitUntil([&] { return !error->isHidden(); }));
    EXPECT_EQ(held(0, 1), "!");
}

TEST_F(MainWindowMemoryTest, TheInspectorWritesAndFollows)
{
    const std::uint64_t pointer = 0x123;
    section->set(8, std::string_view(reinterpret_cast<const char *>(&pointer), 8));
    start();
    auto *tab = openWritable();
    tab->goTo(Address{8});
    auto *table = window->inspector()->findChild<QTableWidget *>();
    ASSERT_TRUE(waitUntil([&] { return table->rowCount() > 0 && table->item(0, 1)->text() == "35"; }));
    table->setCurrentCell(0, 1);
    for (auto *each : table->actions()) {
        if (each->shortcut() == QKeySequence(Qt::Key_F2))
            each->trigger();
    }
    auto *line = table->findChild<QLineEdit *>();
    ASSERT_NE(line, nullptr);
    line->selectAll();
    line->insert("36");
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QApplication::sendEvent(line, &enter);
    EXPECT_TRUE(waitUntil([this] { return held(8, 1) == "\x24"; }));
    emit window->inspector()->followRequested(0x124);
    EXPECT_EQ(tab->view()->cursor(), 0x124u);
    ASSERT_TRUE(action("Alt+Left")->isEnabled());
    action("Alt+Left")->trigger();
    EXPECT_EQ(tab->view()->cursor(), 8u);
    EXPECT_TRUE(action("Alt+Right")->isEnabled());
}

TEST_F(MainWindowMemoryTest, ScansFreezesAndMarks)
{
    const std::uint32_t value = 4711;
    section->set(0x40, std::string_view(reinterpret_cast<const char *>(&value), 4));
    start();
    auto *tab = openWritable();
    auto *scan = window->showScan();
    scan->findChild<QLineEdit *>(QStringLiteral("scanValue"))->setText("4711");
    scan->firstScan();
    ASSERT_TRUE(waitUntil([&] { return scan->status().matches == 1; }));
    ASSERT_TRUE(waitUntil([&] { return scan->model().row(0) != nullptr; }));
    EXPECT_EQ(scan->model().row(0)->address, 0x40u);
    ScanDock::Chosen chosen{tab->source().source, 0x40, section->get(0x40, 4), ValueType::U32, ByteOrder::Little};
    emit scan->freezeRequested(chosen);
    auto *frozen = window->showFrozen();
    ASSERT_TRUE(waitUntil([&] { return frozen->model().rowCount() == 1; }));
    section->set(0x40, "\1");
    EXPECT_TRUE(waitUntil([&] { return section->get(0x40, 4) == chosen.bytes; })) << "written again";
    EXPECT_TRUE(waitUntil([&] {
        return std::ranges::any_of(tab->view()->highlights().all(), [](const Highlight &mark) {
            return mark.role == HighlightRole::Frozen && mark.range == AddressRange{0x40, 4};
        });
    }));
    action("Ctrl+W")->trigger();
    EXPECT_TRUE(waitUntil([&] { return frozen->model().rowCount() == 0; })) << "gone with its source";
    EXPECT_EQ(scan->status().scan, 0u);
}

TEST_F(MainWindowMemoryTest, FreezingInAReadOnlyTabIsRefusedInPlace)
{
    start();
    auto *tab = openSection();
    window->showFrozen()->freeze(
        {.source = tab->source().source, .address = 0, .bytes = Bytes(4, std::byte{}), .type = ValueType::U32});
    auto *error = window->findChild<FrozenDock *>()->findChild<ErrorBar *>();
    EXPECT_TRUE(waitUntil([&] { return !error->isHidden(); }));
    EXPECT_FALSE(error->text().isEmpty());
}

TEST_F(MainWindowMemoryTest, BookmarksSurviveARestart)
{
    start();
    openSection()->bookmarks()->add({.name = "Health", .address = 0x10});
    window->close();
    window.reset();
    Client::finishClosing();
    start();
    ASSERT_TRUE(waitUntil([this] { return documents().memoryTabs().size() == 1; }));
    auto *tab = documents().memoryTabs().first();
    ASSERT_EQ(tab->bookmarks()->all().size(), 1u);
    EXPECT_EQ(tab->bookmarks()->all()[0].name, "Health");
    EXPECT_TRUE(waitUntil([&] { return !tab->view()->highlights().isEmpty(); }));
}

TEST_F(MainWindowMemoryTest, ASnapshotIsSavedAndOpenedAgain)
{
    section->set(0, "frozen in time");
    start();
    openSection();
    const QString path = journals.filePath(QStringLiteral("x.ipcsnap"));
    action("Ctrl+Shift+S")->trigger();
    auto *dialog = window->findChild<SnapshotDialog *>();
    ASSERT_NE(dialog, nullptr);
    dialog->setPath(path);
    dialog->accept();
    auto *bar = window->findChild<ErrorBar *>(QStringLiteral("errorBar"));
    ASSERT_TRUE(waitUntil([&] { return bar->text().contains("Saved 4 KiB in 1 regions"); }))
        << bar->text().toStdString();
    section->set(0, "something else");
    auto *tab = open({.kind = SourceKind::Snapshot, .name = path.toStdString()});
    EXPECT_EQ(tab->title(), "snapshot x.ipcsnap");
    EXPECT_EQ(tab->view()->imageAt(0, 6).bytes, toBytes("frozen"));
    documents().setCurrentIndex(1);
    auto *live = documents().memoryTabs().first();
    live->compareWith(path);
    EXPECT_TRUE(waitUntil([&] { return live->view()->hasFrame(); }));
    live->goToDifference(false);
    EXPECT_TRUE(waitUntil([&] { return live->view()->selection().size != 0; }));
    EXPECT_EQ(live->view()->selection().begin, 0u);
}

TEST_F(MainWindowMemoryTest, ASnapshotIsNotSavedOverAnotherFile)
{
    start();
    openSection();
    QFile file(journals.filePath(QStringLiteral("there.bin")));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("mine");
    file.close();
    action("Ctrl+Shift+S")->trigger();
    auto *dialog = window->findChild<SnapshotDialog *>();
    dialog->setPath(file.fileName());
    dialog->accept();
    auto *said = dialog->findChild<QLabel *>(QStringLiteral("snapshotSaid"));
    ASSERT_TRUE(waitUntil([&] { return said->text().contains("there.bin"); })) << said->text().toStdString();
    EXPECT_TRUE(dialog->isVisible());
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    EXPECT_EQ(file.readAll(), "mine");
}

} // namespace
} // namespace ipclens
