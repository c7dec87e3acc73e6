// Actions, menus and tool bar of the main window.
#include "ui/main_window.h"

#include "ui/documents.h"
#include "ui/help_dialog.h"
#include "ui/icons.h"
#include "ui/memory_tab.h"
#include "ui/recent.h"
#include "ui/theme.h"
#include "ui/traffic_tab.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QToolBar>
#include <QToolButton>

namespace ipclens {

QAction *MainWindow::makeAction(const QIcon &icon, const QString &text, const QKeySequence &keys,
                                const QString &description, const std::function<void()> &act)
{
    auto *action = new QAction(icon, text, this);
    action->setShortcut(keys);
    action->setStatusTip(description);
    auto plain = QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("\u2026"));
    if (!keys.isEmpty())
        plain += QStringLiteral(" (%1)").arg(keys.toString(QKeySequence::NativeText));
    action->setToolTip(description.isEmpty() ? plain : QStringLiteral("%1\n%2").arg(plain, description));
    if (act)
        connect(action, &QAction::triggered, this, act);
    addAction(action);
    return action;
}

void MainWindow::makeActions()
{
    m_openMapping = makeAction(icon(Sign::Section), tr("&Open mapping\u2026"), tr("Ctrl+O"),
                               tr("See the bytes of a named file mapping, live"), [this] { openMapping(); });
    m_attach = makeAction(icon(Sign::Process), tr("&Attach to process\u2026"), tr("Ctrl+P"),
                          tr("See the memory of a running process"), [this] { attach(); });
    m_listen = makeAction(icon(Sign::Traffic), tr("&Listen for messages\u2026"), tr("Ctrl+L"),
                          tr("Receive WM_COPYDATA and registered messages"), [this] { chooseInbox(); });
    m_connect = makeAction(icon(Sign::Connect), tr("&Connect to a session\u2026"), tr("Ctrl+K"),
                           tr("Work inside Wine, on another machine or elevated"), [this] { chooseSession(); });
    m_create = makeAction(icon(Sign::Create), tr("Create &mapping\u2026"), tr("Ctrl+N"),
                          tr("Make a named file mapping that other programs can open"), [this] { createMapping(); });
    m_reconnect = makeAction(icon(Sign::Refresh), tr("&Reconnect"), tr("Ctrl+Shift+K"),
                             tr("Make the lost connection again"), [this] { m_client->connectNow(); });
    m_restartElevated =
        makeAction({}, tr("Restart e&levated"), {}, tr("Close this window and open one with an administrator's rights"),
                   [this] { restartElevated(); });
    m_restartElevated->setVisible(elevation() != Elevation::Unknown);
    m_restartElevated->setEnabled(elevation() == Elevation::Possible);
    m_quit = makeAction({}, tr("&Quit"), QKeySequence(tr("Ctrl+Q")), {}, [this] { close(); });

    m_find =
        makeAction(icon(Sign::Find), tr("&Find\u2026"), tr("Ctrl+F"),
                   tr("Search the bytes in front, or type into the filter of the traffic or of the explorer's list"),
                   [this] { find(); });
    makeMemoryActions();
    makeSharingActions();
    m_writable = makeAction(icon(Sign::Lock), tr("Allow &writing"), tr("Ctrl+E"),
                            tr("While open, typing into the bytes changes the target's memory"), {});
    m_writable->setCheckable(true);
    connect(m_writable, &QAction::triggered, this, [this](bool on) {
        if (auto *tab = m_documents->currentMemory())
            tab->setWritable(on);
        showAccess();
    });

    m_pause = makeAction(icon(Sign::Pause), tr("&Pause"), Qt::Key_Space, tr("Hold what this tab shows still"), {});
    m_pause->setCheckable(true);
    m_pause->setShortcutContext(Qt::WidgetWithChildrenShortcut); // Space means other things elsewhere
    removeAction(m_pause);
    connect(m_pause, &QAction::triggered, this, [this](bool on) { m_documents->setPaused(on); });
    m_refresh = makeAction(icon(Sign::Refresh), tr("&Refresh"), tr("F5"), tr("Read what is shown again"),
                           [this] { refresh(); });
    m_closeTab = makeAction({}, tr("&Close tab"), tr("Ctrl+W"), {},
                            [this] { m_documents->closeTab(m_documents->currentIndex()); });
    m_nextTab = makeAction({}, tr("&Next tab"), tr("Ctrl+Tab"), {}, [this] { m_documents->step(1); });
    m_previousTab = makeAction({}, tr("&Previous tab"), tr("Ctrl+Shift+Tab"), {}, [this] { m_documents->step(-1); });
    m_startPage = makeAction(icon(Sign::Home), tr("&Start page"), {}, tr("What can be done here, and what cannot"),
                             [this] { m_documents->showStart(); });

    m_stop = makeAction({}, tr("&Stop listening"), {}, tr("Close the inbox; what was received stays"), [this] {
        if (auto *traffic = m_documents->traffic())
            traffic->stop();
        documentChanged();
    });
    m_clear = makeAction({}, tr("&Clear"), {}, tr("Forget the messages received so far"), [this] {
        if (auto *traffic = m_documents->traffic())
            traffic->clear();
    });
    m_send = makeAction(icon(Sign::Send), tr("S&end a message\u2026"), tr("Ctrl+M"),
                        tr("Send WM_COPYDATA or a registered message to a window"), [this] { sendTo(0); });
    m_modules = makeAction(icon(Sign::Section), tr("Modules and &shared sections\u2026"), {},
                           tr("Of the process in this tab, or of the one chosen in the explorer"), {});
    m_help = makeAction({}, tr("&Keyboard and help"), tr("F1"), {}, [this] { showHelp(); });
}

void MainWindow::makeMenus()
{
    auto *session = menuBar()->addMenu(tr("&Session"));
    m_sessionMenu = session->addMenu(icon(Sign::Connect), tr("&Sessions"));
    connect(m_sessionMenu, &QMenu::aboutToShow, this, &MainWindow::fillSessionMenu);
    session->addActions({m_connect, m_reconnect, m_restartElevated});
    session->addSeparator();
    session->addAction(m_quit);

    auto *open = menuBar()->addMenu(tr("&Open"));
    open->addActions({m_openMapping, m_attach, m_listen, m_openSnapshot});
    open->addSeparator();
    auto *recent = open->addMenu(tr("&Recent mappings"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecentMenu(recent); });

    auto *edit = menuBar()->addMenu(tr("&Edit"));
    edit->addActions({m_undo, m_redo, m_writable});
    edit->addSeparator();
    addEditing(edit, tr("&Copy as"));
    edit->addSeparator();
    edit->addActions({m_find, m_findNext, m_findPrevious});

    auto *view = menuBar()->addMenu(tr("&View"));
    view->addActions({m_startPage, m_pause, m_refresh});
    view->addSeparator();
    for (auto *dock : {m_explorerDock, m_inspectorDock, m_journalDock, m_scanDock, m_frozenDock, m_bookmarksDock})
        view->addAction(dock->toggleViewAction());
    view->addSeparator();
    view->addActions({m_nextTab, m_previousTab, m_closeTab});
    view->addSeparator();
    auto *colours = view->addMenu(tr("&Colours"));
    auto *choices = new QActionGroup(this);
    const std::pair<QString, QString> variants[] = {{QStringLiteral("system"), tr("As the &system")},
                                                    {QStringLiteral("light"), tr("&Light")},
                                                    {QStringLiteral("dark"), tr("&Dark")}};
    for (const auto &[variant, title] : variants) {
        auto *action = colours->addAction(title, this, [this, name = variant] { setTheme(name); });
        action->setCheckable(true);
        choices->addAction(action);
    }
    connect(colours, &QMenu::aboutToShow, this, [choices] {
        const auto current = QSettings().value(QStringLiteral("theme"), QStringLiteral("system")).toString();
        const int index = current == QLatin1String("light") ? 1 : current == QLatin1String("dark") ? 2 : 0;
        choices->actions().at(index)->setChecked(true);
    });

    makeMemoryMenu();

    auto *traffic = menuBar()->addMenu(tr("&Traffic"));
    traffic->addActions({m_listen, m_stop, m_clear});
    traffic->addAction(tr("&Open a capture\u2026"), this, [this] { m_documents->askForCapture(); });
    const auto inFront = [this](void (TrafficTab::*act)()) {
        return [this, act] {
            auto *tab = m_documents->currentTraffic();
            ((tab ? tab : m_documents->showTraffic())->*act)();
        };
    };
    traffic->addAction(tr("&Relay between programs\u2026"), this, [this] { m_documents->showTraffic()->askForRelay(); });
    traffic->addAction(tr("&Tap a window\u2026"), this, [this] { m_documents->showTraffic()->askForTap(); });
    traffic->addSeparator();
    traffic->addAction(m_send);
    traffic->addAction(tr("Re&play messages\u2026"), this, inFront(&TrafficTab::replay));
    traffic->addSeparator();
    traffic->addAction(tr("St&atistics"), this, inFront(&TrafficTab::showStatistics));
    traffic->addAction(tr("Se&quence diagram"), this, inFront(&TrafficTab::showSequence));

    auto *tools = menuBar()->addMenu(tr("T&ools"));
    tools->addActions({m_create, m_modules});
    tools->addSeparator();
    tools->addAction(m_sharers);
    tools->addActions(m_sharingViews);
    tools->addSeparator();
    tools->addAction(tr("&Forget recent items"), this, [] { recent::forgetAll(); });

    auto *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(m_help);
    help->addAction(tr("&About ipclens"), this, &MainWindow::showAbout);
}

void MainWindow::makeToolBar()
{
    auto *bar = addToolBar(tr("Tool bar"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({18, 18});
    m_sessionButton = new QToolButton(bar);
    m_sessionButton->setPopupMode(QToolButton::InstantPopup);
    m_sessionButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_sessionButton->setIcon(icon(Sign::Connect));
    m_sessionButton->setMenu(m_sessionMenu);
    m_sessionButton->setAccessibleName(tr("Session"));
    bar->addWidget(m_sessionButton);
    bar->addSeparator();

    const std::pair<QAction *, QString> named[] = {
        {m_openMapping, tr("Open mapping")}, {m_attach, tr("Attach")}, {m_listen, tr("Listen")}};
    for (const auto &[action, title] : named) {
        action->setIconText(title);
        bar->addAction(action);
    }
    auto *gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    m_pause->setIconText(tr("Pause"));
    m_find->setIconText(tr("Find"));
    bar->addActions({m_pause, m_writable, m_find});
}

void MainWindow::fillSessionMenu()
{
    m_sessionMenu->clear();
    QList<SessionChoice> choices{localSession()};
    for (const auto &command : recent::items(recent::Kind::Commands))
        choices << sessionThrough(command);
    if (!choices.contains(m_session)) {
        choices.removeIf([this](const SessionChoice &choice) { return choice.command == m_session.command; });
        choices.insert(1, m_session);
    }
    for (const auto &choice : choices) {
        auto title = choice.name;
        if (!choice.command.isEmpty())
            title += QStringLiteral("  \u2013  ") + fontMetrics().elidedText(choice.command, Qt::ElideMiddle, 420);
        auto *action = m_sessionMenu->addAction(title.replace(QLatin1Char('&'), QLatin1String("&&")), this,
                                                [this, choice] { useSession(choice); });
        action->setToolTip(choice.command);
        action->setCheckable(true);
        action->setChecked(choice.command == m_session.command);
    }
    m_sessionMenu->addSeparator();
    m_sessionMenu->addActions({m_connect, m_reconnect});
}

void MainWindow::fillRecentMenu(QMenu *menu)
{
    menu->clear();
    for (const auto &name : recent::items(recent::Kind::Sections)) {
        auto *action = menu->addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&")));
        connect(action, &QAction::triggered, this, [this, name] {
            m_documents->open({.kind = SourceKind::Section, .name = name.toStdString()});
        });
    }
    if (menu->isEmpty())
        menu->addAction(tr("None yet"))->setEnabled(false);
}

void MainWindow::showHelp()
{
    auto *dialog = new HelpDialog(actions(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(
        QMessageBox::NoIcon, tr("About ipclens"),
        tr("<h3>ipclens %1</h3><p>Looks at what Windows programs share: file mappings, shared sections, "
           "messages and memory.</p><p>Free software under the GNU General Public License, version 3 or "
           "later. Uses Qt %2 and QCustomPlot.</p>")
            .arg(QStringLiteral(IPCLENS_VERSION), QLatin1String(qVersion())),
        QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(QApplication::windowIcon().pixmap(64, 64));
    box->setWindowModality(Qt::NonModal);
    box->show();
}

} // namespace ipclens
