#include "ui/main_window.h"

#include "core/text/source_spec.h"
#include "ui/attach_dialog.h"
#include "ui/bookmarks_dock.h"
#include "ui/capture_autosave.h"
#include "ui/create_mapping_dialog.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/explorer.h"
#include "ui/frozen_dock.h"
#include "ui/inspector.h"
#include "ui/journal_dock.h"
#include "ui/listen_dialog.h"
#include "ui/memory_tab.h"
#include "ui/message_counts.h"
#include "ui/modules_dialog.h"
#include "ui/number_text.h"
#include "ui/open_mapping_dialog.h"
#include "ui/process_model.h"
#include "ui/recent.h"
#include "ui/scan_dock.h"
#include "ui/send_dialog.h"
#include "ui/sharing_tab.h"
#include "ui/start_page.h"
#include "ui/theme.h"
#include "ui/traffic_tab.h"

#include <QAction>
#include <QCloseEvent>
#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDockWidget>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QSettings>
#include <QStatusBar>
#include <QThreadPool>
#include <QToolButton>
#include <QVBoxLayout>

namespace ipclens {

namespace {

Client::Opener openerFor(const SessionChoice &session)
{
    return session.command.isEmpty() ? openHere() : openThroughCommand(session.command);
}

// A dialog that only blocks its own window and goes when it is closed.
template <class Dialog>
void present(Dialog *dialog)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace

MainWindow::MainWindow(SessionChoice session, MakeOpener makeOpener, QWidget *parent)
    : QMainWindow(parent), m_session(std::move(session)),
      m_makeOpener(makeOpener ? std::move(makeOpener) : MakeOpener(openerFor))
{
    theme::useOwnIcons();
    setWindowTitle(tr("ipclens"));
    setDockNestingEnabled(true);
    makeActions();
    makeDocks();
    makeLazyDocks();
    makeMenus();
    makeToolBar();
    makeStatusBar();

    auto *centre = new QWidget(this);
    auto *column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_connectionBar = new ErrorBar(centre);
    m_connectionBar->setObjectName(QStringLiteral("connectionBar"));
    m_errorBar = new ErrorBar(centre);
    m_errorBar->setObjectName(QStringLiteral("errorBar"));
    m_leftCaptures = new ErrorBar(centre);
    m_leftCaptures->setObjectName(QStringLiteral("leftCaptures"));
    column->addWidget(m_connectionBar);
    column->addWidget(m_leftCaptures);
    column->addWidget(m_errorBar);
    setCentralWidget(centre);
    connect(m_connectionBar, &ErrorBar::actionTriggered, m_reconnect, &QAction::trigger);
    connect(m_modules, &QAction::triggered, this, [this] {
        const auto *tab = m_documents->currentMemory();
        const int row = m_explorer->processes()->currentRow();
        if (tab && tab->source().process)
            showModules(*tab->source().process);
        else if (row >= 0)
            showModules(m_explorer->processes()->model().row(row));
        else
            attach(); // choose one first
    });

    resize(1280, 800);
    resizeDocks({m_explorerDock, m_inspectorDock}, {340, 260}, Qt::Horizontal);
    resizeDocks({m_journalDock}, {150}, Qt::Vertical);
    buildSession();
    restore();
}

MainWindow::~MainWindow()
{
    tearDown();
}

void MainWindow::makeDocks()
{
    const auto make = [this](const QString &title, const QString &name, Qt::DockWidgetArea area) {
        auto *dock = new QDockWidget(title, this);
        dock->setObjectName(name);
        addDockWidget(area, dock);
        return dock;
    };
    m_explorerDock = make(tr("Explorer"), QStringLiteral("explorerDock"), Qt::LeftDockWidgetArea);
    m_inspectorDock = make(tr("Inspector"), QStringLiteral("inspectorDock"), Qt::RightDockWidgetArea);
    m_journalDock = make(tr("Journal"), QStringLiteral("journalDock"), Qt::BottomDockWidgetArea);
    m_inspector = new Inspector(this);
    m_inspector->setMinimumWidth(fontMetrics().averageCharWidth() * 28); // a window of 900 pixels holds all docks
    m_inspectorDock->setWidget(m_inspector);
    connectInspector();
}

void MainWindow::makeStatusBar()
{
    m_connectionLabel = new QLabel(this);
    m_statusLabel = new QLabel(this);
    m_countsLabel = new QLabel(this);
    m_connectionLabel->setObjectName(QStringLiteral("connectionStatus"));
    m_statusLabel->setObjectName(QStringLiteral("viewStatus"));
    m_countsLabel->setObjectName(QStringLiteral("counts"));
    m_statusLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long text must not widen the window
    m_countsLabel->setToolTip(
        tr("Messages that arrived, those lost because the queue was full, and those whose payload was cut"));
    statusBar()->addWidget(m_connectionLabel);
    statusBar()->addWidget(m_statusLabel, 1);
    statusBar()->addPermanentWidget(m_countsLabel);
    showCounts(0, 0, 0);
}

void MainWindow::buildSession()
{
    m_wasConnected = false;
    m_client = std::make_unique<Client>(m_session.name, m_makeOpener(m_session));
    m_counts = new MessageCounts(*m_client, this);
    m_start = new StartPage(*m_client, {m_openMapping, m_attach, m_listen, m_connect}, this);
    m_documents = new Documents(*m_client, m_start, this);
    m_documents->addAction(m_pause);
    centralWidget()->layout()->addWidget(m_documents);
    m_explorer = new Explorer(*m_client, this);
    m_explorerDock->setWidget(m_explorer);
    m_journal = new JournalDock(
        *m_client, [this](const SourceSpec &spec) { return m_documents->writableSource(spec); }, this);
    m_journalDock->setWidget(m_journal);
    connectExplorer();
    connectDocuments();
    connectSharing();
    connect(m_client.get(), &Client::stateChanged, this, &MainWindow::connectionChanged);
    connect(m_client.get(), &Client::latencyChanged, this, &MainWindow::showLatency);
    connect(m_journal, &JournalDock::changed, this, &MainWindow::updateUndo);
    const std::pair<QDockWidget *, void (MainWindow::*)()> lazy[] = {{m_scanDock, &MainWindow::makeScan},
                                                                     {m_frozenDock, &MainWindow::makeFrozen},
                                                                     {m_bookmarksDock, &MainWindow::makeBookmarks}};
    for (const auto &[dock, make] : lazy) {
        if (dock->isVisible()) // of the session before
            (this->*make)();
    }
    connect(m_journal, &JournalDock::openRequested, this,
            [this](const SourceSpec &spec, Address at) { m_documents->open(spec, at); });
    m_sessionButton->setText(fontMetrics().elidedText(m_session.name, Qt::ElideMiddle, 180));
    m_sessionButton->setToolTip(
        tr("Session: %1").arg(m_session.command.isEmpty() ? m_session.name : m_session.command));
    setWindowTitle(m_session.command.isEmpty() ? tr("ipclens") : tr("%1 \u2013 ipclens").arg(m_session.name));
    documentChanged();
    showCounts(0, 0, 0);
    m_client->connectNow();
}

void MainWindow::connectExplorer()
{
    const auto openProcess = [this](const ProcessInfo &process) {
        m_documents->open({.kind = SourceKind::Process, .process = process.key});
    };
    connect(m_explorer->processes(), &ProcessPage::attachRequested, this, openProcess);
    connect(m_explorer->processes(), &ProcessPage::modulesRequested, this, &MainWindow::showModules);
    connect(m_explorer->objects(), &ObjectPage::openRequested, this, [this](const SourceSpec &spec) {
        recent::remember(recent::Kind::Sections, fromUtf8(spec.name));
        m_documents->open(spec);
    });
    connect(m_explorer->objects(), &ObjectPage::openWithOptionsRequested, this, &MainWindow::openMapping);
    connect(m_explorer->objects(), &ObjectPage::createRequested, this, &MainWindow::createMapping);
    connect(m_explorer->windows(), &WindowPage::sendRequested, this, &MainWindow::sendTo);
    connect(m_explorer->windows(), &WindowPage::listenRequested, this, &MainWindow::chooseInbox);
}

void MainWindow::connectDocuments()
{
    connect(m_start, &StartPage::mappingRequested, this, [this](const QString &name) {
        m_documents->open({.kind = SourceKind::Section, .name = name.toStdString()});
    });
    connect(m_start, &StartPage::commandRequested, this,
            [this](const QString &command) { useSession(sessionThrough(command)); }, Qt::QueuedConnection);
    connect(m_documents, &Documents::currentDocumentChanged, this, &MainWindow::documentChanged);
    connect(m_documents, &Documents::trafficChanged, this, &MainWindow::documentChanged);
    connect(m_documents, &Documents::capturesLeft, this, [this](const QString &text, const QStringList &paths) {
        m_leftCaptures->showText(text, ErrorBar::Level::Warning);
        m_leftCaptures->offer(tr("Recover"), [this, paths] {
            m_leftCaptures->clear();
            for (const auto &path : paths)
                m_documents->openCapture(path);
        });
        m_leftCaptures->offer(tr("Discard"), [this, paths] {
            m_leftCaptures->clear();
            for (const auto &path : paths)
                CaptureAutosave::remove(path);
        });
    });
    connect(m_documents, &Documents::accessChanged, this, &MainWindow::showAccess);
    connect(m_documents, &Documents::statusChanged, m_statusLabel, &QLabel::setText);
    connect(m_documents, &Documents::countsChanged, this, &MainWindow::showCounts);
    connect(m_documents, &Documents::failed, this,
            [this](const QString &text) { m_errorBar->showText(text, ErrorBar::Level::Error); });
    connect(m_documents, &Documents::cursorChanged, this, [this](Address at, const MemoryImage &around) {
        if (around.bytes.empty())
            m_inspector->clear();
        else
            m_inspector->showBytes(at, around);
    });
    connect(m_documents, &Documents::sourceChanged, this, &MainWindow::followMemory);
    connect(m_documents, &Documents::selectionChanged, this, &MainWindow::followMemory);
    connect(m_documents, &Documents::sourceGone, this, [this](SourceId source) {
        if (m_scan)
            m_scan->sourceGone(source);
    });
    connect(m_documents, &Documents::freezeRequested, this, &MainWindow::freeze);
    connect(m_documents, &Documents::menuRequested, this, [this](QMenu *menu) {
        menu->addSeparator();
        menu->addAction(m_sharers);
        addEditing(menu, tr("Copy in other &forms"));
    });
}

void MainWindow::tearDown()
{
    // They all speak to the client, the last time when they are destroyed.
    m_inspector->setSource(nullptr, {});
    delete std::exchange(m_scan, nullptr);
    delete std::exchange(m_frozen, nullptr);
    delete std::exchange(m_bookmarks, nullptr);
    delete std::exchange(m_journal, nullptr);
    delete std::exchange(m_explorer, nullptr);
    delete std::exchange(m_documents, nullptr);
    delete std::exchange(m_counts, nullptr);
    m_start = nullptr;
    m_client.reset();
}

void MainWindow::useSession(const SessionChoice &session)
{
    if (session.command == m_session.command && m_client->state() != Client::State::Lost)
        return;
    save();
    tearDown();
    m_connectionBar->clear();
    m_errorBar->clear();
    m_inspector->clear();
    m_statusLabel->clear();
    m_session = session;
    if (!session.command.isEmpty())
        recent::remember(recent::Kind::Commands, session.command);
    buildSession();
    restore();
}

void MainWindow::connectionChanged()
{
    const auto state = m_client->state();
    m_reconnect->setEnabled(state == Client::State::Lost);
    const bool connected = state == Client::State::Connected;
    for (auto *action : {m_openMapping, m_attach, m_listen, m_create, m_send, m_modules, m_openSnapshot})
        action->setEnabled(connected);
    for (auto *action : m_sharingViews)
        action->setEnabled(connected);
    switch (state) {
    case Client::State::Connecting:
        if (m_wasConnected || !m_connectionBar->isHidden())
            m_connectionBar->showText(tr("Connecting to %1 again\u2026").arg(m_session.name), ErrorBar::Level::Warning);
        break;
    case Client::State::Connected: m_connectionBar->clear(); break;
    case Client::State::Lost:
        m_connectionBar->showError(m_client->lastError());
        m_connectionBar->offer(tr("Reconnect"));
        break;
    }
    showLatency();
    documentChanged();
    if (connected && !std::exchange(m_wasConnected, true))
        firstConnected();
}

void MainWindow::firstConnected()
{
    if (m_keepSettings) {
        QSettings settings;
        settings.beginGroup(sessionGroup());
        m_documents->restore(settings);
        m_documents->lookForLeftCaptures();
    }
    for (const auto &spec : std::exchange(m_openLater, {}))
        m_documents->open(spec);
    if (const auto request = std::exchange(m_listenLater, {}))
        listen(*request);
}

void MainWindow::showLatency()
{
    const auto name = m_session.name;
    switch (m_client->state()) {
    case Client::State::Connecting: m_connectionLabel->setText(tr("connecting to %1\u2026").arg(name)); break;
    case Client::State::Lost: m_connectionLabel->setText(tr("not connected to %1").arg(name)); break;
    case Client::State::Connected:
        if (m_client->latency() < 0)
            m_connectionLabel->setText(tr("connected to %1").arg(name));
        else if (m_client->latency() >= 1000)
            m_connectionLabel->setText(
                tr("%1 has not answered for %2 s").arg(name).arg(m_client->latency() / 1000, 0, 'f', 0));
        else
            m_connectionLabel->setText(tr("connected to %1 (%2 ms)").arg(name).arg(m_client->latency(), 0, 'f', 1));
        break;
    }
}

void MainWindow::showCounts(quint64 received, quint64 dropped, quint64 truncated)
{
    m_countsLabel->setText(tr("received %1   dropped %2   truncated %3")
                               .arg(countText(received), countText(dropped), countText(truncated)));
    auto colours = palette();
    if (dropped > 0 || truncated > 0)
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, palette()));
    m_countsLabel->setPalette(colours);
}

void MainWindow::documentChanged()
{
    const bool connected = m_client->state() == Client::State::Connected;
    const bool memory = m_documents->currentMemory() != nullptr;
    const auto *traffic = m_documents->traffic();
    m_pause->setEnabled(memory || m_documents->currentTraffic());
    m_pause->setChecked(m_documents->isPaused());
    const auto kind = memory ? m_documents->currentMemory()->source().spec.kind : SourceKind::File;
    m_sharers->setEnabled(connected && kind != SourceKind::File && kind != SourceKind::Snapshot);
    followMemory();
    m_stop->setEnabled(connected && traffic && traffic->isListening());
    m_clear->setEnabled(traffic != nullptr);
    showAccess();
    updateUndo();
}

void MainWindow::showAccess()
{
    const auto *tab = m_documents->currentMemory();
    const auto access = tab ? tab->source().access : Access::Read;
    m_writable->setEnabled(tab && m_client->state() == Client::State::Connected);
    const bool writable = tab && tab->isWritable();
    m_writable->setChecked(writable);
    m_inspector->setWritable(writable);
    for (auto *action : {m_fill, m_paste, m_loadFile, m_freeze})
        action->setEnabled(writable);
    if (access == Access::Copy)
        m_writable->setIconText(writable ? tr("Private copy") : tr("Copy, read-only"));
    else
        m_writable->setIconText(writable ? tr("Writing allowed") : tr("Read-only"));
}

void MainWindow::openLater(const SourceSpec &spec)
{
    if (m_client->state() == Client::State::Connected)
        m_documents->open(spec);
    else
        m_openLater.push_back(spec);
}

void MainWindow::listenLater(const InboxRequest &request)
{
    if (m_client->state() == Client::State::Connected)
        listen(request);
    else
        m_listenLater = request;
}

void MainWindow::openMapping(const QString &name)
{
    auto *dialog = new OpenMappingDialog(*m_client, name, m_documents);
    connect(dialog, &OpenMappingDialog::opened, m_documents,
            [this](const SourceInfo &source) { m_documents->add(source); });
    present(dialog);
}

void MainWindow::createMapping()
{
    auto *dialog = new CreateMappingDialog(*m_client, m_documents);
    connect(dialog, &CreateMappingDialog::created, m_documents,
            [this](const SourceInfo &source) { m_documents->add(source); });
    present(dialog);
}

void MainWindow::attach()
{
    auto *dialog = new AttachDialog(*m_client, m_documents);
    connect(dialog, &AttachDialog::opened, m_documents, [this](const SourceInfo &source) { m_documents->add(source); });
    present(dialog);
}

void MainWindow::chooseInbox(const QString &className, const QString &title)
{
    auto *dialog = new ListenDialog(className, title, m_documents);
    connect(dialog, &QDialog::accepted, m_documents, [this, dialog] {
        if (const auto request = dialog->request())
            listen(*request);
    });
    present(dialog);
}

void MainWindow::listen(const InboxRequest &request)
{
    auto *traffic = m_documents->showTraffic();
    traffic->listen(request);
    documentChanged();
}

void MainWindow::sendTo(std::uint64_t window)
{
    auto *dialog = new SendDialog(*m_client, window, m_documents);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showModules(const ProcessInfo &process)
{
    auto *dialog = new ModulesDialog(*m_client, process, m_documents);
    connect(dialog, &ModulesDialog::openRequested, m_documents,
            [this](const SourceSpec &spec, Address at) { m_documents->open(spec, at); });
    dialog->show();
}

void MainWindow::chooseSession()
{
    auto *dialog = new ConnectDialog(this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        // Later, because what belongs to the old session goes.
        QMetaObject::invokeMethod(
            this, [this, chosen = dialog->choice()] { useSession(chosen); }, Qt::QueuedConnection);
    });
    present(dialog);
}

void MainWindow::restartElevated()
{
    save(); // what the new window starts with
    m_restartElevated->setEnabled(false);
    // Takes until the user has answered Windows.
    QThreadPool::globalInstance()->start([window = QPointer(this), program = QCoreApplication::applicationFilePath()] {
        auto started = startElevated(program.toStdWString());
        QMetaObject::invokeMethod(qApp, [window, started = std::move(started)] {
            if (!window)
                return;
            window->m_restartElevated->setEnabled(true);
            if (started)
                window->close();
            else
                window->m_errorBar->showError(started.error());
        });
    });
}

void MainWindow::find()
{
    if (!m_explorer->isAncestorOf(focusWidget())) {
        if (auto *page = m_documents->currentSharing())
            return page->focusFilter();
        if (auto *memory = m_documents->currentMemory())
            return memory->find();
        if (auto *traffic = m_documents->currentTraffic())
            return traffic->find();
    }
    m_explorerDock->show();
    m_explorerDock->raise();
    m_explorer->currentPage()->focusFilter();
}

void MainWindow::refresh()
{
    if (auto *tab = m_documents->currentMemory())
        tab->refresh();
    else if (auto *page = m_documents->currentSharing())
        page->refresh();
    if (m_explorer->isVisible())
        m_explorer->currentPage()->refresh();
}

void MainWindow::setTheme(const QString &variant)
{
    if (m_keepSettings)
        QSettings().setValue(QStringLiteral("theme"), variant);
    theme::apply(variant);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    // At the end of a logon session nobody is asked: the captures are offered at the next start.
    if (auto *unsaved = m_documents && !qGuiApp->isSavingSession() ? m_documents->unsavedTraffic() : nullptr) {
        event->ignore();
        m_documents->setCurrentWidget(unsaved);
        unsaved->askBeforeClosing([this] { QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection); });
        return;
    }
    save();
    QMainWindow::closeEvent(event);
    // Closed by the user, who has seen the capture.
    if (event->isAccepted() && m_documents && m_documents->traffic() && !qGuiApp->isSavingSession())
        m_documents->traffic()->discardAutosave();
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && isActiveWindow())
        theme::followSystem(); // the user comes back from Windows' settings
    if (event->type() == QEvent::ApplicationPaletteChange && m_documents) {
        const auto *traffic = m_documents->traffic();
        if (!traffic)
            showCounts(0, 0, 0);
    }
}

QString MainWindow::sessionGroup() const
{
    const auto hash = QCryptographicHash::hash(m_session.command.toUtf8(), QCryptographicHash::Md5).toHex();
    return QStringLiteral("session-") +
           (m_session.command.isEmpty() ? QStringLiteral("here") : QString::fromLatin1(hash));
}

void MainWindow::save()
{
    if (!m_keepSettings || !m_documents)
        return;
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/docks"), saveState());
    m_explorer->save(settings);
    settings.beginGroup(sessionGroup());
    if (m_wasConnected) // else what was kept before is still to be opened
        m_documents->save(settings);
}

void MainWindow::restore()
{
    if (!m_keepSettings)
        return;
    QSettings settings;
    if (!isVisible()) {
        restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
        restoreState(settings.value(QStringLiteral("window/docks")).toByteArray());
    }
    m_explorer->restore(settings);
}

} // namespace ipclens
