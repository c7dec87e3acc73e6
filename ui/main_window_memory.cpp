// What the main window offers for the memory in front: actions, their menu, and the docks that are made when first
// seen.
#include "ui/main_window.h"

#include "ui/bookmarks_dock.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/frozen_dock.h"
#include "ui/frozen_model.h"
#include "ui/hex_view.h"
#include "ui/icons.h"
#include "ui/inspector.h"
#include "ui/journal_dock.h"
#include "ui/memory_tab.h"
#include "ui/number_text.h"
#include "ui/scan_dock.h"
#include "ui/snapshot_dialog.h"
#include "ui/source_names.h"

#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QTableWidget>

namespace ipclens {

void MainWindow::withMemory(const std::function<void(MemoryTab *)> &act)
{
    if (auto *tab = m_documents->currentMemory())
        act(tab);
}

void MainWindow::makeMemoryActions()
{
    const auto make = [this](const QString &text, const QString &keys, const QString &description, auto act) {
        return makeAction({}, text, QKeySequence(keys), description, [this, act] { withMemory(act); });
    };
    m_undoFilter = [this]() -> JournalFilter {
        auto *tab = m_documents->currentMemory();
        if (!tab)
            return {};
        return [spec = tab->source().spec](const JournalEntry &entry) { return sameSource(entry.spec, spec); };
    };
    m_undo =
        makeAction(icon(Sign::Undo), tr("&Undo last write"), tr("Ctrl+Z"),
                   tr("Write the old bytes of the last verified write back: of the memory in front, or else of all"),
                   [this] { m_journal->undoLast(m_undoFilter()); });
    m_redo = makeAction({}, tr("&Redo"), tr("Ctrl+Shift+Z"), tr("Write again what was undone last"),
                        [this] { m_journal->redoLast(m_undoFilter()); });
    m_goTo = make(tr("&Go to address\u2026"), tr("Ctrl+G"), tr("Type an address or an expression"),
                  [](MemoryTab *tab) { tab->focusAddressLine(); });
    m_back = make(tr("&Back"), tr("Alt+Left"), tr("To where you were before"), [](MemoryTab *tab) { tab->goBack(); });
    m_forward = make(tr("F&orward"), tr("Alt+Right"), tr("To where you came back from"),
                     [](MemoryTab *tab) { tab->goForward(); });
    m_regions = make(tr("&Regions\u2026"), tr("Ctrl+R"), tr("List the regions and jump to one"),
                     [](MemoryTab *tab) { tab->chooseRegion(); });
    m_findNext = make(tr("Find &next"), tr("F3"), {}, [](MemoryTab *tab) { tab->findAgain(false); });
    m_findPrevious = make(tr("Find &previous"), tr("Shift+F3"), {}, [](MemoryTab *tab) { tab->findAgain(true); });
    m_fill = make(tr("&Fill\u2026"), tr("Ctrl+Shift+F"), tr("Repeat bytes or a value over what is selected"),
                  [](MemoryTab *tab) { tab->fill(); });
    m_paste = make(tr("&Paste\u2026"), tr("Ctrl+V"), tr("Write what is on the clipboard: hex, text, a C array, Base64"),
                   [](MemoryTab *tab) { tab->paste(); });
    m_loadFile = make(tr("&Load a file\u2026"), tr("Ctrl+Shift+O"), tr("Write the bytes of a file over what is there"),
                      [](MemoryTab *tab) { tab->loadFile(); });
    m_saveRange = make(tr("&Save bytes\u2026"), tr("Ctrl+S"), tr("Save what is selected, or the region, into a file"),
                       [](MemoryTab *tab) { tab->saveRange(); });
    m_freeze = make(tr("&Hold the value"), tr("Ctrl+H"), tr("Freeze it: write it again whenever the target changes it"),
                    [](MemoryTab *tab) { tab->freezeChosen(); });
    m_bookmark = make(tr("Add &bookmark\u2026"), tr("Ctrl+D"), tr("Give the place of the cursor a name"),
                      [](MemoryTab *tab) { tab->addBookmark(); });
    m_compare =
        make(tr("&Compare with a frame"), tr("Ctrl+F8"), tr("Freeze what is there now and mark what differs from it"),
             [](MemoryTab *tab) { tab->compare(); });
    m_nextDifference = make(tr("&Next difference"), tr("F8"), {}, [](MemoryTab *tab) { tab->goToDifference(false); });
    m_previousDifference =
        make(tr("&Previous difference"), tr("Shift+F8"), {}, [](MemoryTab *tab) { tab->goToDifference(true); });
    m_compareSnapshot = makeAction({}, tr("Compare with a sna&pshot\u2026"), {},
                                   tr("Mark what differs from a saved snapshot"), [this] { compareWithSnapshot(); });
    m_saveSnapshot = makeAction({}, tr("Sa&ve a snapshot\u2026"), tr("Ctrl+Shift+S"),
                                tr("All readable memory with its regions, into a file that can be opened again"),
                                [this] { saveSnapshot(); });
    m_openSnapshot =
        makeAction({}, tr("Open &snapshot\u2026"), {}, tr("Look at memory that was saved"), [this] { openSnapshot(); });
    m_inspect = makeAction({}, tr("To the &inspector"), tr("Ctrl+I"),
                           tr("Move to the values at the cursor, to type over one or follow it"), [this] {
                               m_inspectorDock->show();
                               m_inspectorDock->raise();
                               m_inspector->findChild<QTableWidget *>()->setFocus(Qt::ShortcutFocusReason);
                           });
    m_showScan =
        makeAction({}, tr("S&can for values\u2026"), tr("Ctrl+Shift+N"),
                   tr("Find values and narrow them down while they change"), [this] { showScan()->setFocus(); });
    m_showFrozen = makeAction({}, tr("&Frozen values"), tr("Ctrl+Shift+H"),
                              tr("What is held, and one switch for all of it"), [this] { showFrozen(); });
    m_showBookmarks = makeAction({}, tr("Book&marks"), tr("Ctrl+Shift+D"), tr("Named places, and what they hold now"),
                                 [this] { showBookmarks(); });
    for (const auto &format : copyFormats()) {
        auto *action = new QAction(fromUtf8(format.title), this);
        connect(action, &QAction::triggered, this,
                [this, format = format.format] { withMemory([format](MemoryTab *tab) { tab->copyAs(format); }); });
        m_copyAs << action;
    }
}

// In the Edit menu, and in that of the bytes, which has some ways to copy of its own.
void MainWindow::addEditing(QMenu *menu, const QString &copyTitle)
{
    menu->addMenu(copyTitle)->addActions(m_copyAs);
    menu->addActions({m_paste, m_fill, m_loadFile, m_saveRange});
    menu->addSeparator();
    menu->addActions({m_freeze, m_bookmark});
}

void MainWindow::makeMemoryMenu()
{
    auto *memory = menuBar()->addMenu(tr("&Memory"));
    memory->addActions({m_goTo, m_back, m_forward, m_regions, m_inspect});
    memory->addSeparator();
    m_layoutMenu = memory->addMenu(tr("&Layout"));
    connect(m_layoutMenu, &QMenu::aboutToShow, this, [this] {
        withMemory([this](MemoryTab *tab) { tab->fillLayoutMenu(*m_layoutMenu); });
    });
    memory->addSeparator();
    memory->addActions({m_showScan, m_showFrozen, m_showBookmarks});
    memory->addSeparator();
    memory->addActions({m_compare, m_compareSnapshot, m_nextDifference, m_previousDifference});
    memory->addSeparator();
    memory->addActions({m_saveSnapshot});
}

// Docks whose content is made when it is first seen: hidden ones do no work.
void MainWindow::makeLazyDocks()
{
    const auto make = [this](const QString &title, const QString &name, void (MainWindow::*fill)()) {
        auto *dock = new QDockWidget(title, this);
        dock->setObjectName(name);
        addDockWidget(Qt::BottomDockWidgetArea, dock);
        tabifyDockWidget(m_journalDock, dock);
        dock->hide();
        connect(dock, &QDockWidget::visibilityChanged, this, [this, dock, fill](bool visible) {
            if (visible && !dock->widget() && m_client)
                (this->*fill)();
        });
        return dock;
    };
    m_scanDock = make(tr("Scan"), QStringLiteral("scanDock"), &MainWindow::makeScan);
    m_frozenDock = make(tr("Frozen values"), QStringLiteral("frozenDock"), &MainWindow::makeFrozen);
    m_bookmarksDock = make(tr("Bookmarks"), QStringLiteral("bookmarksDock"), &MainWindow::makeBookmarks);
}

void MainWindow::makeScan()
{
    if (m_scan)
        return;
    m_scan = new ScanDock(*m_client, this);
    m_scanDock->setWidget(m_scan);
    connect(m_scan, &ScanDock::goToRequested, this, [this](SourceId source, Address at) {
        if (auto *tab = m_documents->tabOf(source)) {
            m_documents->setCurrentWidget(tab);
            tab->goTo(at);
        }
    });
    connect(m_scan, &ScanDock::freezeRequested, this, [this](const ScanDock::Chosen &chosen) {
        freeze({.source = chosen.source,
                .address = chosen.address,
                .bytes = chosen.bytes,
                .type = chosen.type,
                .order = chosen.order});
    });
    connect(m_scan, &ScanDock::bookmarkRequested, this, [this](const ScanDock::Chosen &chosen) {
        if (auto *tab = m_documents->tabOf(chosen.source))
            tab->addBookmark(chosen.address, chosen.type, chosen.order, static_cast<int>(chosen.bytes.size()));
    });
    connect(m_scan, &ScanDock::editRequested, this,
            [this](SourceId source, Address at, const Bytes &expected, const Bytes &bytes) {
                if (auto *tab = m_documents->tabOf(source))
                    tab->write({.at = at, .expected = expected, .bytes = bytes});
            });
    followMemory();
}

void MainWindow::makeFrozen()
{
    if (m_frozen)
        return;
    m_frozen = new FrozenDock(
        *m_client,
        [this](SourceId source) -> std::optional<SourceSpec> {
            const auto *tab = m_documents->tabOf(source);
            return tab ? std::optional(tab->source().spec) : std::nullopt;
        },
        this);
    m_frozenDock->setWidget(m_frozen);
    connect(m_frozen, &FrozenDock::itemsChanged, this, &MainWindow::showFrozenMarks);
    connect(m_frozen, &FrozenDock::goToRequested, this, [this](SourceId source, Address at) {
        if (auto *tab = m_documents->tabOf(source)) {
            m_documents->setCurrentWidget(tab);
            tab->goTo(at);
        }
    });
}

void MainWindow::makeBookmarks()
{
    if (m_bookmarks)
        return;
    m_bookmarks = new BookmarksDock(*m_client, this);
    m_bookmarksDock->setWidget(m_bookmarks);
    connect(m_bookmarks, &BookmarksDock::addRequested, m_bookmark, &QAction::trigger);
    connect(m_bookmarks, &BookmarksDock::goToRequested, this, [this](SourceId source, Address at) {
        if (auto *tab = m_documents->tabOf(source))
            tab->goTo(at);
    });
    connect(m_bookmarks, &BookmarksDock::editRequested, this,
            [this](SourceId source, Address at, const Bytes &expected, const Bytes &bytes) {
                if (auto *tab = m_documents->tabOf(source))
                    tab->write({.at = at, .expected = expected, .bytes = bytes});
            });
    followMemory();
}

ScanDock *MainWindow::showScan()
{
    makeScan();
    m_scanDock->show();
    m_scanDock->raise();
    return m_scan;
}

FrozenDock *MainWindow::showFrozen()
{
    makeFrozen();
    m_frozenDock->show();
    m_frozenDock->raise();
    return m_frozen;
}

BookmarksDock *MainWindow::showBookmarks()
{
    makeBookmarks();
    m_bookmarksDock->show();
    m_bookmarksDock->raise();
    return m_bookmarks;
}

void MainWindow::freeze(const FrozenItem &item)
{
    showFrozen()->freeze(item);
}

void MainWindow::showFrozenMarks()
{
    for (auto *tab : m_documents->memoryTabs()) {
        std::vector<Highlight> marks;
        for (const auto &item : m_frozen->model().items()) {
            if (item.source == tab->source().source)
                marks.push_back({{item.address, item.bytes.size()},
                                 HighlightRole::Frozen,
                                 tr("frozen, %1").arg(ruleText(item.rule))});
        }
        tab->setOtherHighlights(std::move(marks));
    }
}

void MainWindow::connectInspector()
{
    connect(m_inspector, &Inspector::editRequested, this,
            [this](Address at, const Bytes &expected, const Bytes &bytes) {
                withMemory([&](MemoryTab *tab) { tab->write({.at = at, .expected = expected, .bytes = bytes}); });
            });
    connect(m_inspector, &Inspector::followRequested, this,
            [this](Address to) { withMemory([to](MemoryTab *tab) { tab->follow(to); }); });
    connect(m_inspector, &Inspector::freezeRequested, this,
            [this](Address at, const Bytes &bytes, std::optional<ValueType> type, ByteOrder order) {
                withMemory([&](MemoryTab *tab) {
                    freeze(
                        {.source = tab->source().source, .address = at, .bytes = bytes, .type = type, .order = order});
                });
            });
}

// The docks and actions for the memory that is in front now.
void MainWindow::followMemory()
{
    if (!m_documents)
        return;
    auto *tab = m_documents->currentMemory();
    const SourceInfo source = tab ? tab->source() : SourceInfo();
    for (auto *action : {m_goTo, m_regions, m_findNext, m_findPrevious, m_saveRange, m_bookmark, m_compare,
                         m_compareSnapshot, m_nextDifference, m_previousDifference, m_saveSnapshot})
        action->setEnabled(tab);
    for (auto *action : m_copyAs)
        action->setEnabled(tab);
    m_back->setEnabled(tab && tab->canGoBack());
    m_forward->setEnabled(tab && tab->canGoForward());
    m_inspector->setSource(tab ? m_client.get() : nullptr, source);
    m_inspector->showSelection(tab ? tab->selected() : std::vector<AddressRange>());
    if (m_scan)
        m_scan->setSource(source, tab ? tab->view()->selection() : AddressRange{});
    if (m_bookmarks)
        m_bookmarks->setBookmarks(tab ? tab->bookmarks() : nullptr, source);
    updateUndo();
}

void MainWindow::updateUndo()
{
    m_undo->setEnabled(m_journal && m_journal->canUndoLast(m_undoFilter()));
    m_redo->setEnabled(m_journal && m_journal->canRedoLast(m_undoFilter()));
}

// Snapshots. ----------------------------------------------------------------------------------------------------------

void MainWindow::saveSnapshot()
{
    withMemory([this](MemoryTab *tab) {
        auto *dialog = new SnapshotDialog(SnapshotDialog::Purpose::Save, *m_client, tab->source(), tab->selected(),
                                          pathToSession(*m_client, m_session.command), tab);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &SnapshotDialog::saved, this, [this](const SnapshotSaved &saved) {
            std::uint64_t unreadable = 0;
            for (const auto &range : saved.unreadable)
                unreadable += range.size;
            QString text = tr("Saved %1 in %2 regions to %3.")
                               .arg(sizeText(saved.bytes), countText(saved.regions), fromUtf8(saved.path));
            if (unreadable > 0)
                text += tr(" %1 in %2 ranges could not be read and are marked so in the file.")
                            .arg(sizeText(unreadable))
                            .arg(saved.unreadable.size());
            m_errorBar->showText(text, ErrorBar::Level::Warning);
            m_errorBar->offer(tr("Open it"), [this, path = saved.path] {
                m_errorBar->clear();
                m_documents->open({.kind = SourceKind::Snapshot, .name = path});
            });
        });
        dialog->open();
    });
}

void MainWindow::openSnapshot()
{
    auto *dialog = new SnapshotDialog(SnapshotDialog::Purpose::Open, *m_client, {}, {},
                                      pathToSession(*m_client, m_session.command), m_documents);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, m_documents, [this, dialog] {
        m_documents->open({.kind = SourceKind::Snapshot, .name = dialog->path().toStdString()});
    });
    dialog->open();
}

void MainWindow::compareWithSnapshot()
{
    withMemory([this](MemoryTab *tab) {
        auto *dialog = new SnapshotDialog(SnapshotDialog::Purpose::Open, *m_client, {}, {},
                                          pathToSession(*m_client, m_session.command), tab);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setWindowTitle(tr("Compare with a snapshot"));
        connect(dialog, &QDialog::accepted, tab, [tab, dialog] { tab->compareWith(dialog->path()); });
        dialog->open();
    });
}

} // namespace ipclens
