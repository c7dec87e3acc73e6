// The window: menus, tool bar, docks and status bar around the open documents of one session.
#pragma once

#include "ui/client.h"
#include "ui/connect_dialog.h"

#include <QMainWindow>

#include <functional>

class QAction;
class QLabel;
class QMenu;
class QToolButton;

namespace ipclens {

class BookmarksDock;
class Documents;
class ErrorBar;
class Explorer;
class FrozenDock;
class Inspector;
class JournalDock;
class MemoryTab;
class MessageCounts;
class ScanDock;
class SharingTab;
struct PageSpec;
class StartPage;
using JournalFilter = std::function<bool(const JournalEntry &)>;

// GUI thread. Works with one session at a time; choosing another replaces all that belongs to the old one.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    using MakeOpener = std::function<Client::Opener(const SessionChoice &)>;

    // `makeOpener` is for tests; without it a session is made here or through its command.
    explicit MainWindow(SessionChoice session, MakeOpener makeOpener = {}, QWidget *parent = nullptr);
    ~MainWindow() override;

    void useSession(const SessionChoice &session);

    // Done once the session is connected.
    void openLater(const SourceSpec &spec);
    void listenLater(const InboxRequest &request);
    void keepSettings(bool keep) { m_keepSettings = keep; } // false: neither tabs are restored nor anything is saved

    void listen(const InboxRequest &request);
    void sendTo(std::uint64_t window); // 0: the user chooses
    void setTheme(const QString &variant);

    Client &client() const { return *m_client; }
    Explorer *explorer() const { return m_explorer; }
    Documents *documents() const { return m_documents; }
    JournalDock *journal() const { return m_journal; }
    QAction *writeSwitch() const { return m_writable; }
    Inspector *inspector() const { return m_inspector; }
    // Brought to the front. They are made when they are first seen.
    ScanDock *showScan();
    FrozenDock *showFrozen();
    BookmarksDock *showBookmarks();
    // Pages that tell who shares what.
    void showProcess(const ProcessKey &process);
    void showObject(const ObjectTarget &object);
    void showSharedData(const QString &module = {}, const QString &section = {});
    void showSync();
    void showMap();
    void diagnoseName(const QString &name = {});
    void explain(const ExplainTarget &target);

protected:
    bool event(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void makeActions();
    void makeMemoryActions();
    void makeMenus();
    void makeMemoryMenu();
    void makeSharingActions();
    void connectSharing();
    void showPage(SharingTab *page);
    void showAgain(const PageSpec &page);
    void connectElevated();
    void addEditing(QMenu *menu, const QString &copyTitle);
    void makeLazyDocks();
    void makeScan();
    void makeFrozen();
    void makeBookmarks();
    void makeToolBar();
    void makeDocks();
    void makeStatusBar();
    QAction *makeAction(const QIcon &icon, const QString &text, const QKeySequence &keys, const QString &description,
                        const std::function<void()> &act);
    void fillSessionMenu();
    void fillRecentMenu(QMenu *menu);

    void buildSession();
    void connectExplorer();
    void connectDocuments();
    void connectInspector();
    void tearDown();

    void connectionChanged();
    void documentChanged();
    void showAccess();
    void showLatency();
    void showCounts(quint64 received, quint64 dropped, quint64 truncated);
    void updateUndo();
    void followMemory();
    void showFrozenMarks();
    void freeze(const FrozenItem &item);
    void firstConnected();

    void openMapping(const QString &name = {});
    void createMapping();
    void attach();
    void chooseInbox(const QString &className = {}, const QString &title = {});
    void showModules(const ProcessInfo &process);
    void chooseSession();
    void saveSnapshot();
    void openSnapshot();
    void compareWithSnapshot();
    void withMemory(const std::function<void(MemoryTab *)> &act);
    void restartElevated();
    void goTo();
    void find();
    void refresh();
    void showHelp();
    void showAbout();

    void save();
    void restore();
    QString sessionGroup() const; // settings of this session

    SessionChoice m_session;
    const MakeOpener m_makeOpener;
    bool m_keepSettings = true;
    bool m_wasConnected = false;
    std::vector<SourceSpec> m_openLater;
    std::optional<InboxRequest> m_listenLater;

    std::unique_ptr<Client> m_client;
    MessageCounts *m_counts = nullptr;
    Explorer *m_explorer = nullptr;
    Documents *m_documents = nullptr;
    JournalDock *m_journal = nullptr;
    StartPage *m_start = nullptr;
    Inspector *m_inspector = nullptr;
    ScanDock *m_scan = nullptr; // these three: not made yet
    FrozenDock *m_frozen = nullptr;
    BookmarksDock *m_bookmarks = nullptr;

    ErrorBar *m_connectionBar;
    ErrorBar *m_leftCaptures; // of an ipclens that was killed; stays until it is answered
    ErrorBar *m_errorBar;
    QDockWidget *m_explorerDock;
    QDockWidget *m_inspectorDock;
    QDockWidget *m_journalDock;
    QDockWidget *m_scanDock;
    QDockWidget *m_frozenDock;
    QDockWidget *m_bookmarksDock;
    QToolButton *m_sessionButton;
    QMenu *m_sessionMenu;
    QLabel *m_connectionLabel;
    QLabel *m_statusLabel;
    QLabel *m_countsLabel;

    QAction *m_openMapping;
    QAction *m_create;
    QAction *m_attach;
    QAction *m_listen;
    QAction *m_stop;
    QAction *m_clear;
    QAction *m_send;
    QAction *m_modules;
    QAction *m_connect;
    QAction *m_reconnect;
    QAction *m_restartElevated;
    QAction *m_undo;
    QAction *m_redo;
    QAction *m_goTo;
    QAction *m_back;
    QAction *m_forward;
    QAction *m_find;
    QAction *m_findNext;
    QAction *m_findPrevious;
    QAction *m_openSnapshot;
    QAction *m_showScan;
    QAction *m_showFrozen;
    QAction *m_showBookmarks;
    // Of the memory in front; off without one.
    QAction *m_fill;
    QAction *m_paste;
    QAction *m_loadFile;
    QAction *m_saveRange;
    QAction *m_freeze;
    QAction *m_bookmark;
    QAction *m_regions;
    QAction *m_compare;
    QAction *m_compareSnapshot;
    QAction *m_nextDifference;
    QAction *m_previousDifference;
    QAction *m_saveSnapshot;
    QAction *m_inspect;
    QAction *m_sharers;            // of the memory in front
    QList<QAction *> m_sharingViews; // of the whole session
    QList<QAction *> m_copyAs;
    QMenu *m_layoutMenu;
    std::function<JournalFilter()> m_undoFilter; // which writes Undo is about: those of the memory in front
    QAction *m_writable;
    QAction *m_pause;
    QAction *m_refresh;
    QAction *m_closeTab;
    QAction *m_nextTab;
    QAction *m_previousTab;
    QAction *m_startPage;
    QAction *m_help;
    QAction *m_quit;
};

} // namespace ipclens
