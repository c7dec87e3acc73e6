#include "ui/traffic_tab.h"

#include "ui/capture_autosave.h"
#include "ui/capture_loader.h"
#include "ui/capture_saver.h"
#include "ui/error_bar.h"
#include "ui/filter_line.h"
#include "ui/graph_panel.h"
#include "ui/job_line.h"
#include "ui/listen_dialog.h"
#include "ui/message_find_bar.h"
#include "ui/message_list.h"
#include "ui/number_text.h"
#include "ui/payload_view.h"
#include "ui/relay_dialog.h"
#include "ui/sequence_view.h"
#include "ui/statistics_view.h"
#include "ui/tap_dialog.h"
#include "ui/theme.h"
#include "ui/traffic_graph.h"
#include "ui/why.h"

#include <QAction>
#include <QComboBox>
#include <QDateTime>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

QString quoted(const std::string &text)
{
    return QStringLiteral("\"%1\"").arg(fromUtf8(text));
}

QString settingsKey(const char *name)
{
    return QStringLiteral("traffic/") + QLatin1String(name);
}

QToolButton *textButton(const QString &text, const QString &toolTip, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(toolTip);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

} // namespace

TrafficTab::TrafficTab(Client &client, QWidget *parent) : QWidget(parent), m_client(client), m_inboxes(client)
{
    m_model.setLimits(savedLimits());
    m_model.setColourRules(ColourRules::load());
    m_error = new ErrorBar(this);
    m_jobLine = new JobLine(client, this);
    m_autosave = std::make_unique<CaptureAutosave>(m_model.store());
    connect(m_autosave.get(), &CaptureAutosave::failed, this, [this](const QString &error) {
        m_error->showText(tr("This capture is not kept for the case of a crash. %1").arg(error), ErrorBar::Level::Warning);
    });
    connect(&m_model, &MessageModel::annotated, m_autosave.get(), &CaptureAutosave::annotationsChanged);
    connect(&m_model, &MessageModel::annotated, this, [this] {
        ++m_changes;
        showCurrent();
    });
    connect(&m_model, &MessageModel::answered, this, [this](quint64 index) {
        if (m_list->current() == index)
            showCurrent();
    });
    m_losses = new QLabel(this);
    m_losses->setWordWrap(true);
    m_losses->setTextFormat(Qt::PlainText);
    m_losses->setAutoFillBackground(true);
    m_losses->setContentsMargins(8, 3, 8, 3);
    m_losses->hide();

    m_graphPanel = new GraphPanel(m_model, this);
    m_graph = m_graphPanel->graph();
    m_list = new MessageList(m_model, this);
    m_find = new MessageFindBar(m_model, [this] { return m_list->currentIndex().row(); }, this);
    auto *middle = new QWidget(this);
    auto *middleLayout = new QVBoxLayout(middle);
    middleLayout->setContentsMargins(0, 0, 0, 0);
    middleLayout->setSpacing(0);
    middleLayout->addWidget(m_find);
    middleLayout->addWidget(m_list, 1);
    m_payload = new PayloadView(this);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->addWidget(m_graphPanel);
    m_splitter->addWidget(middle);
    m_splitter->addWidget(m_payload);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({190, 290, 200});
    m_splitter->setChildrenCollapsible(false);
    m_graph->setMinimumHeight(60);
    m_list->setMinimumHeight(80);

    auto *top = makeTop();
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(makeEmptyPage());
    m_stack->addWidget(m_splitter);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(top);
    layout->addWidget(m_jobLine);
    layout->addWidget(m_error);
    layout->addWidget(m_losses);
    layout->addWidget(m_stack, 1);

    connectViews();
    connectInboxes();
    connect(&m_client, &Client::stateChanged, this, &TrafficTab::updateState);
    restoreLayout();
    updateShowing();
    updateState();
    updateProgress();
    updateLosses();
}

TrafficTab::~TrafficTab()
{
    saveLayout();
    m_client.disconnect(this);
    m_loader.reset();
    m_saver.reset();
    m_inboxes.disconnect(this);
    // They look at the model when they are hidden, which goes before its widgets do.
    delete m_statistics;
    if (m_sequence)
        delete m_sequence->window();
}

QWidget *TrafficTab::makeTop()
{
    auto *top = new QWidget(this);
    m_stateText = new QLabel(top);
    m_stateText->setTextFormat(Qt::PlainText);
    m_stateText->setWordWrap(true);
    m_stateText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_stateText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_listen = textButton(QString(), QString(), top);
    m_listen->setPopupMode(QToolButton::MenuButtonPopup);
    m_listen->setMenu(new QMenu(m_listen));
    connect(m_listen->menu(), &QMenu::aboutToShow, this, &TrafficTab::fillStopMenu);
    m_pause = textButton(tr("Pause"), tr("Go on capturing, but leave list and graph as they are; the arrow also stops capturing"), top);
    m_pause->setCheckable(true);
    m_pause->setPopupMode(QToolButton::MenuButtonPopup);
    m_pause->setMenu(new QMenu(m_pause));
    connect(m_pause->menu(), &QMenu::aboutToShow, this, &TrafficTab::fillPauseMenu);
    m_clear = textButton(tr("Clear"), tr("Empty list and graph; counts of the inbox go on"), top);

    m_capture = textButton(tr("Capture"), tr("Save and export messages, colours, limits"), top);
    m_capture->setObjectName(QStringLiteral("capture"));
    m_capture->setPopupMode(QToolButton::InstantPopup);
    m_capture->setMenu(new QMenu(m_capture));
    connect(m_capture->menu(), &QMenu::aboutToShow, this, &TrafficTab::fillCaptureMenu);

    m_filter = new FilterLine(top);
    m_timeFilter = textButton(QString(), tr("Show all times again (Esc)"), top);
    m_timeFilter->hide();
    m_progress = new QLabel(top);
    m_live = textButton(tr("Follow"), tr("Let the graph follow the newest messages again (End)"), top);
    m_live->hide();
    m_span = new QComboBox(top);
    m_span->setToolTip(tr("How much time the graph shows"));
    m_span->setAccessibleName(tr("How much time the graph shows"));
    m_span->setPlaceholderText(tr("zoomed"));
    for (const auto &[text, length] : {std::pair{tr("10 s"), 10 * second},
                                       {tr("1 min"), 60 * second},
                                       {tr("10 min"), 600 * second},
                                       {tr("1 h"), 3600 * second},
                                       {tr("all"), 0 * second}})
        m_span->addItem(text, qlonglong{length});
    m_span->setCurrentIndex(1);
    m_progress->setMinimumHeight(m_span->sizeHint().height()); // its text is level with that of the fields

    auto *first = new QHBoxLayout;
    first->addWidget(m_stateText, 1);
    first->addWidget(m_listen);
    first->addWidget(m_pause);
    first->addWidget(m_clear);
    first->addWidget(m_capture);
    auto *other = new QHBoxLayout;
    other->addWidget(m_filter, 1);
    other->addWidget(m_timeFilter, 0, Qt::AlignTop);
    other->addWidget(m_progress, 0, Qt::AlignTop);
    other->addWidget(m_live, 0, Qt::AlignTop);
    other->addWidget(m_span, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout(top);
    layout->setContentsMargins(6, 4, 6, 4);
    layout->setSpacing(4);
    layout->addLayout(first);
    layout->addLayout(other);
    return top;
}

QWidget *TrafficTab::makeEmptyPage()
{
    auto *page = new QWidget(this);
    m_emptyText = new QLabel(page);
    m_emptyText->setWordWrap(true);
    m_emptyText->setTextFormat(Qt::RichText);
    m_emptyText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_emptyListen = new QPushButton(tr("Start listening\u2026"), page);
    auto *block = new QWidget(page);
    block->setMaximumWidth(fontMetrics().averageCharWidth() * 90); // lines that are good to read
    auto *column = new QVBoxLayout(block);
    column->addStretch(1);
    column->addWidget(m_emptyText);
    column->addSpacing(8);
    column->addWidget(m_emptyListen, 0, Qt::AlignLeft);
    column->addStretch(2);
    auto *row = new QHBoxLayout(page);
    row->addStretch(1);
    row->addWidget(block, 100);
    row->addStretch(1);
    return page;
}

void TrafficTab::connectViews()
{
    connect(m_listen, &QToolButton::clicked, this, [this] {
        if (m_inboxes.isIdle())
            askWhatToListenTo();
        else
            stop();
    });
    connect(m_emptyListen, &QPushButton::clicked, this, &TrafficTab::askWhatToListenTo);
    connect(m_pause, &QToolButton::toggled, this, &TrafficTab::setPaused);
    connect(m_clear, &QToolButton::clicked, this, &TrafficTab::clear);
    connect(m_error, &ErrorBar::actionTriggered, &m_inboxes, &Inboxes::openAgain);
    connect(m_filter, &FilterLine::changed, this, &TrafficTab::applyFilter);
    connect(m_list, &MessageList::filterRequested, m_filter, &FilterLine::join);
    connect(m_payload, &PayloadView::filterRequested, m_filter, &FilterLine::join);
    connect(m_payload, &PayloadView::plotRequested, m_graphPanel, &GraphPanel::plotNumber);
    connect(m_payload, &PayloadView::layoutChanged, &m_model, &MessageModel::layoutsChanged);
    connect(m_list, &MessageList::menuRequested, this, [this](QMenu *menu, const QModelIndex &) { addToRowMenu(menu); });
    connect(m_list, &MessageList::findRequested, this, &TrafficTab::find);
    m_list->setSendContext([this](const MessageView &message) {
        const auto inbox = m_inboxNames.find(message.inbox);
        return SendContext{.connectTo = m_client.command().toStdString(),
                           .inboxName = inbox == m_inboxNames.end() ? std::string() : inbox->second,
                           .captureFile = QDir::toNativeSeparators(m_path).toStdString()};
    });
    connect(m_list, &MessageList::noticed, this,
            [this](const QString &notice) { m_error->showText(notice, ErrorBar::Level::Warning); });
    connect(m_find, &MessageFindBar::found, m_list, &MessageList::goToRow);
    connect(m_find, &MessageFindBar::closed, m_list, qOverload<>(&QWidget::setFocus));
    connect(m_payload, &PayloadView::openRequested, this, &TrafficTab::openRequested);
    connect(m_payload, &PayloadView::filterRequested, m_filter, &FilterLine::join);
    const auto shortcut = [this](const QKeySequence &keys, auto act) {
        auto *made = new QShortcut(keys, this);
        made->setContext(Qt::WidgetWithChildrenShortcut);
        connect(made, &QShortcut::activated, this, act);
    };
    shortcut(QKeySequence(Qt::Key_F3), [this] { m_find->findNext(); });
    shortcut(QKeySequence(Qt::SHIFT | Qt::Key_F3), [this] { m_find->findPrevious(); });
    shortcut(tr("Ctrl+/"), [this] { focusFilter(); });
    shortcut(tr("Ctrl+S"), [this] { askWhereToSave(Which::All, SaveFormat::Capture); });
    connect(m_jobLine, &JobLine::cancelled, this, &TrafficTab::endFileWork);

    const auto allTimes = [this] {
        m_time.reset();
        m_graph->setBrush(std::nullopt);
        applyFilter();
    };
    connect(m_timeFilter, &QToolButton::clicked, this, allTimes);
    connect(m_graph, &TrafficGraph::brushCleared, this, allTimes);
    connect(m_graph, &TrafficGraph::brushed, this, [this](qint64 begin, qint64 end) {
        m_time = TimeRange{begin, end};
        applyFilter();
    });
    auto *escape = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    escape->setContext(Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, [this, allTimes] {
        if (m_time)
            allTimes();
        else
            m_filter->clear();
    });

    connect(m_graph, &TrafficGraph::clicked, this, [this](qint64 time) { m_list->goToRow(m_model.rowNearTime(time)); });
    connect(m_graph, &TrafficGraph::followingChanged, this, [this] { m_live->setVisible(!m_graph->isFollowing()); });
    connect(m_graph, &TrafficGraph::spanChanged, this, [this] {
        const QSignalBlocker blocked(m_span);
        m_span->setCurrentIndex(m_span->findData(qlonglong{m_graph->span()}));
    });
    connect(m_live, &QToolButton::clicked, m_graph, &TrafficGraph::followLiveEdge);
    connect(m_span, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (index >= 0)
            m_graph->setSpan(m_span->itemData(index).toLongLong());
    });
    connect(m_list, &MessageList::currentMessageChanged, this, &TrafficTab::showCurrent);
    connect(&m_model, &MessageModel::progressed, this, &TrafficTab::updateProgress);
}

void TrafficTab::restoreLayout()
{
    const QSettings settings;
    m_splitter->restoreState(settings.value(settingsKey("splitter")).toByteArray());
    m_payload->restoreState(settings.value(settingsKey("payload")).toByteArray());
}

void TrafficTab::saveLayout() const
{
    QSettings settings;
    settings.setValue(settingsKey("splitter"), m_splitter->saveState());
    settings.setValue(settingsKey("payload"), m_payload->saveState());
    m_list->saveLayout();
}

// Opening and closing. ------------------------------------------------------------------------------------------------

void TrafficTab::askWhatToListenTo()
{
    auto *dialog = new ListenDialog(QString(), QString(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (const auto request = dialog->request())
            listen(*request);
        else
            m_error->showError(request.error());
    });
    dialog->open();
}

void TrafficTab::askForRelay()
{
    auto *dialog = new RelayDialog(m_client, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (const auto request = dialog->request())
            listen(*request);
        else
            showFailure(request.error());
    });
    dialog->open();
}

void TrafficTab::askForTap()
{
    auto *dialog = new TapDialog(m_client, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (const auto request = dialog->request())
            listen(*request);
        else
            showFailure(request.error());
    });
    dialog->open();
}

void TrafficTab::connectInboxes()
{
    connect(&m_inboxes, &Inboxes::arrived, this, &TrafficTab::take);
    connect(&m_inboxes, &Inboxes::changed, this, &TrafficTab::inboxesChanged);
    connect(&m_inboxes, &Inboxes::opened, this, &TrafficTab::inboxOpened);
    connect(&m_inboxes, &Inboxes::refused, this, [this](const Error &error, quint64 window) {
        showFailure(error, tr("Try again"));
        offerWhy(*m_error, error, explainWindow(window));
    });
    connect(&m_inboxes, &Inboxes::failed, this, [this](const Error &error) { showFailure(error); });
    connect(&m_inboxes, &Inboxes::noticed, this, [this](const Error &notice) {
        m_error->showText(fromUtf8(toText(notice)), ErrorBar::Level::Warning);
        emit errorShown();
    });
    connect(&m_inboxes, &Inboxes::unconnected, this, [this](const Error &error) { showFailure(error, tr("Listen again")); });
    connect(&m_inboxes, &Inboxes::interrupted, this, &TrafficTab::captureEnded);
}

void TrafficTab::showFailure(const Error &error, const QString &offer)
{
    m_error->showError(error);
    if (!offer.isEmpty())
        m_error->offer(offer);
    emit errorShown();
}

void TrafficTab::listen(const InboxSource &source)
{
    if (isOfFile())
        return;
    m_error->clear();
    m_inboxes.open(source);
}

void TrafficTab::inboxOpened(const InboxOpened &opened, const QString &name)
{
    m_clockOffset.reset();
    m_inboxNames[opened.inbox] = name.toStdString();
    m_autosave->setSystem(m_client.host().system);
    m_autosave->nameInbox(opened.inbox, name.toStdString());
    m_autosave->setRunning(true);
    m_error->clear();
    if (!opened.note.empty())
        m_error->showText(fromUtf8(opened.note), ErrorBar::Level::Warning);
    updateLosses();
    const auto counts = m_inboxes.counts();
    emit countsChanged(counts.received, counts.dropped, counts.truncated);
    m_graph->followLiveEdge();
}

void TrafficTab::inboxesChanged()
{
    if (m_inboxes.isIdle() && !m_wasIdle)
        m_autosave->setRunning(false);
    m_wasIdle = m_inboxes.isIdle();
    updateShowing();
    updateState();
}

void TrafficTab::stop()
{
    m_inboxes.closeAll();
}

void TrafficTab::setCapturing(bool on)
{
    m_inboxes.setCapturing(on);
    updateShowing();
    updateState();
}

void TrafficTab::captureEnded(const Error &why)
{
    m_error->showText(
        tr("Capture ended at %1 because: %2")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("HH:mm:ss")), fromUtf8(toText(why))),
        ErrorBar::Level::Error);
    m_error->offer(tr("Listen again"));
    emit errorShown();
}

void TrafficTab::fillPauseMenu()
{
    auto *menu = m_pause->menu();
    menu->clear();
    auto *showing = menu->addAction(tr("&Stop showing"), this, [this] { setPaused(!m_paused); });
    showing->setCheckable(true);
    showing->setChecked(m_paused);
    showing->setToolTip(tr("Go on capturing, but leave list and graph as they are"));
    auto *capturing = menu->addAction(tr("Stop &capturing"), this, [this] { setCapturing(!m_inboxes.isCapturing()); });
    capturing->setCheckable(true);
    capturing->setChecked(!m_inboxes.isCapturing());
    capturing->setToolTip(tr("Keep nothing of what comes; programs are answered as before, and messages counted"));
}

void TrafficTab::fillStopMenu()
{
    auto *menu = m_listen->menu();
    menu->clear();
    menu->addAction(tr("&Listen with an inbox\u2026"), this, &TrafficTab::askWhatToListenTo);
    menu->addAction(tr("&Relay between programs\u2026"), this, &TrafficTab::askForRelay);
    menu->addAction(tr("&Tap a window\u2026"), this, &TrafficTab::askForTap);
    if (m_inboxes.isIdle())
        return;
    menu->addSeparator();
    for (const auto &inbox : m_inboxes.all()) {
        auto name = nameOf(inbox.source);
        menu->addAction(tr("Close %1").arg(name.replace(QLatin1Char('&'), QLatin1String("&&"))), this,
                        [this, key = inbox.key] { m_inboxes.close(key); });
    }
}

// Arrivals. -----------------------------------------------------------------------------------------------------------

void TrafficTab::take(const MessageBatch &batch)
{
    if (!batch.messages.empty()) {
        // A message is never from the future: the largest difference seen is nearest to that of the clocks.
        const auto difference = batch.messages.back().time - wallClock();
        m_clockOffset = m_clockOffset ? std::max(*m_clockOffset, difference) : difference;
        m_graph->setClockOffset(*m_clockOffset);
    }
    const bool wasEmpty = m_model.store().isEmpty();
    m_changes += !batch.messages.empty() || !batch.outcomes.empty();
    m_model.append(batch.messages);
    if (!batch.outcomes.empty()) {
        m_unmatched += m_model.apply(batch.inbox, batch.outcomes);
        m_autosave->add(batch.inbox, batch.outcomes);
    }
    if (wasEmpty && !batch.messages.empty())
        updateEmptyPage();

    updateLosses();
    const auto counts = m_inboxes.counts();
    emit countsChanged(counts.received, counts.dropped, counts.truncated);
}

void TrafficTab::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    m_pause->setChecked(paused);
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    updateShowing();
    updateState();
}

void TrafficTab::clear()
{
    m_saver.reset();
    if (m_job != 0 && !m_loader)
        m_jobLine->end(std::exchange(m_job, 0));
    m_model.clear();
    m_autosave->discard();
    m_savedChanges = m_changes;
    m_unmatched = 0;
    m_time.reset();
    m_graph->setBrush(std::nullopt);
    m_graph->setMark(std::nullopt);
    m_graph->followLiveEdge();
    applyFilter();
    updateEmptyPage();
    updateLosses();
}

void TrafficTab::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    updateShowing();
}

void TrafficTab::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    updateShowing();
}

// Views. --------------------------------------------------------------------------------------------------------------

void TrafficTab::updateShowing()
{
    const bool show = isVisible() && !m_paused;
    if (show != m_model.isShowing())
        m_model.setShowing(show);
    m_graph->setRunning(isListening() && m_inboxes.isCapturing() && !m_paused);
    if (show)
        m_graph->refresh();
}

QString TrafficTab::title() const
{
    if (isOfFile())
        return QFileInfo(m_path).fileName();
    if (!isListening())
        return tr("Traffic");
    const auto &all = m_inboxes.all();
    auto name = nameOf(all.front().source);
    if (const auto *request = std::get_if<InboxRequest>(&all.front().source))
        name = fromUtf8(request->title.empty() ? request->className : request->title);
    if (all.size() > 1)
        name = tr("%1 and %2 more").arg(name).arg(all.size() - 1);
    return m_paused || !m_inboxes.isCapturing() ? tr("Traffic: %1 (paused)").arg(name) : tr("Traffic: %1").arg(name);
}

QString TrafficTab::stateText() const
{
    if (isOfFile()) {
        QStringList inboxes;
        for (const auto &[inbox, name] : m_inboxNames)
            if (!name.empty())
                inboxes += fromUtf8(name);
        return inboxes.isEmpty() ? QDir::toNativeSeparators(m_path)
                                 : tr("%1: %2").arg(QDir::toNativeSeparators(m_path), inboxes.join(QStringLiteral(", ")));
    }
    if (m_inboxes.isIdle())
        return m_client.state() == Client::State::Connected ? tr("Not listening") : tr("Not listening, not connected");
    QStringList parts;
    for (const auto &inbox : m_inboxes.all()) {
        auto name = nameOf(inbox.source);
        if (name.endsWith(QLatin1String(" / "))) // a window without a title
            name.chop(3);
        if (inbox.state == Inboxes::State::Opening) {
            parts += tr("Opening %1\u2026").arg(name);
            continue;
        }
        if (inbox.state == Inboxes::State::Closing) {
            parts += tr("Closing %1\u2026").arg(name);
            continue;
        }
        QStringList kinds{QStringLiteral("WM_COPYDATA")};
        for (const auto &message : inbox.opened.registered)
            kinds += fromUtf8(message.name);
        const auto takes = kinds.join(QStringLiteral(", "));
        if (const auto *request = std::get_if<InboxRequest>(&inbox.source))
            parts += tr("Listening: class %1, title %2, window %3, takes %4")
                         .arg(quoted(request->className), quoted(request->title), addressText(inbox.opened.window), takes);
        else
            parts += tr("Listening: %1 (%2 %3), window %4, takes %5")
                         .arg(name, fromUtf8(inbox.opened.receiver.processName))
                         .arg(inbox.opened.receiver.process.pid)
                         .arg(addressText(inbox.opened.window), takes);
    }
    auto text = parts.join(QLatin1Char('\n'));
    if (!m_inboxes.isCapturing())
        return tr("Capturing is stopped: what comes is only counted. %1").arg(text);
    return m_paused ? tr("Paused, but capture goes on. %1").arg(text) : text;
}

void TrafficTab::updateState()
{
    m_stateText->setText(stateText());
    const bool idle = m_inboxes.isIdle();
    const bool connected = m_client.state() == Client::State::Connected;
    m_listen->setText(idle ? tr("Start listening\u2026") : tr("Stop listening"));
    m_listen->setToolTip(idle ? tr("Open a hidden window that receives messages (Ctrl+L); the arrow offers relays and taps")
                              : tr("Close all inboxes; the arrow closes one, or opens another"));
    m_listen->setEnabled(idle ? connected : m_inboxes.has(Inboxes::State::Open) || m_inboxes.has(Inboxes::State::Opening));
    m_listen->setVisible(!isOfFile());
    m_pause->setVisible(!isOfFile());
    m_clear->setVisible(!isOfFile());
    m_emptyListen->setVisible(idle && !isOfFile());
    m_emptyListen->setEnabled(connected);
    updateEmptyPage();
    updateProgress();
    emit titleChanged(title());
}

void TrafficTab::updateEmptyPage()
{
    const bool empty = m_model.store().isEmpty();
    m_stack->setCurrentIndex(empty ? 0 : 1);
    m_clear->setEnabled(!empty);
    if (!empty)
        return;
    if (isOfFile()) {
        m_emptyText->setText(QStringLiteral("<h3>%1</h3>").arg(m_loader ? tr("Reading\u2026") : tr("This capture has no messages")));
        return;
    }
    const auto isInbox = [](const Inboxes::Inbox &inbox) {
        return inbox.state == Inboxes::State::Open && std::holds_alternative<InboxRequest>(inbox.source);
    };
    const auto inbox = std::ranges::find_if(m_inboxes.all(), isInbox);
    const bool listening = inbox != m_inboxes.all().end();
    const auto request = listening ? std::get<InboxRequest>(inbox->source) : ListenDialog::defaultRequest();
    const auto code = [](const QString &text) {
        return QStringLiteral("<pre style=\"font-family:'%1'\">%2</pre>")
            .arg(theme::fixedFont().family(), text.toHtmlEscaped());
    };
    const auto snippet = QStringLiteral("HWND window = FindWindowW(L\"%1\", L\"%2\");\n"
                                        "SendMessageW(window, WM_COPYDATA,\n"
                                        "             (WPARAM)sender, (LPARAM)&data);")
                             .arg(fromUtf8(request.className), fromUtf8(request.title));
    const auto heading = listening ? tr("Listening, no message yet") : tr("See the messages that programs send");
    const auto what =
        listening ? tr("The inbox is a hidden window, found by its class or its title. A program reaches it with")
                  : tr("ipclens opens a hidden window, the inbox, with the class and title you choose: those that your "
                       "programs "
                       "look for. Whatever they send it (WM_COPYDATA, and the registered messages you name) appears "
                       "here as a list, a graph over time, and payloads as bytes and text. A program finds it with");
    const auto more =
        tr("Either argument may be NULL. If a program finds another window first, start listening before the "
           "real receiver starts, or choose a title of your own.");
    m_emptyText->setText(QStringLiteral("<h3>%1</h3><p>%2</p>%3<p>%4</p>")
                             .arg(heading.toHtmlEscaped(), what.toHtmlEscaped(), code(snippet), more.toHtmlEscaped()));
}

void TrafficTab::updateProgress()
{
    const auto &store = m_model.store();
    QStringList parts;
    if (!m_model.filter().isEmpty())
        parts += tr("%1 of %2 shown")
                     .arg(countText(static_cast<std::uint64_t>(m_model.rowCount())), countText(store.size()));
    else if (!store.isEmpty())
        parts += tr("%1 shown").arg(countText(static_cast<std::uint64_t>(m_model.rowCount())));
    if (m_model.unfiltered() > 0)
        parts += tr("filtering\u2026");
    if (m_model.isSorting())
        parts += tr("sorting\u2026");
    if (m_paused)
        parts += tr("%1 waiting").arg(countText(m_model.waiting()));
    m_progress->setText(parts.join(QStringLiteral(", ")));
}

void TrafficTab::updateLosses()
{
    QStringList parts;
    const auto counts = m_inboxes.counts();
    if (counts.dropped > 0)
        parts += tr("%1 of %2 received messages dropped (%3): they came faster than they could be fetched")
                     .arg(countText(counts.dropped), countText(counts.received), sizeText(counts.droppedBytes));
    if (counts.truncated > 0)
        parts += tr("%1 payloads cut").arg(countText(counts.truncated));
    if (counts.skipped > 0)
        parts += tr("%1 messages came while capturing was off").arg(countText(counts.skipped));
    if (m_unmatched > 0)
        parts += tr("%1 answers came when their message was let go already").arg(countText(m_unmatched));
    if (m_autosave->missed() > 0)
        parts += tr("%1 messages were let go before they could be kept for the case of a crash").arg(countText(m_autosave->missed()));
    const auto &store = m_model.store();
    if (store.letGoCount() > 0) {
        QStringList limits;
        if (store.limits().bytes > 0)
            limits += tr("%1 of memory").arg(sizeText(store.limits().bytes));
        if (store.limits().messages > 0)
            limits += tr("%1 messages").arg(countText(store.limits().messages));
        if (store.limits().age > 0)
            limits += tr("%1 s").arg(store.limits().age / second);
        parts += tr("%1 oldest messages (%2) let go to stay within %3")
                     .arg(countText(store.letGoCount()), sizeText(store.letGoBytes()), limits.join(tr(" and ")));
    }
    m_losses->setVisible(!parts.isEmpty());
    if (parts.isEmpty())
        return;
    QPalette colours = palette();
    colours.setColor(QPalette::Window, theme::color(theme::Role::WarningFill, colours));
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::WarningText, colours));
    m_losses->setPalette(colours);
    m_losses->setText(QStringLiteral("\u26a0 ") + parts.join(QStringLiteral("; ")));
}

void TrafficTab::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateLosses();
}

void TrafficTab::applyFilter()
{
    m_timeFilter->setVisible(m_time.has_value());
    if (m_time)
        m_timeFilter->setText(tr("%1 \u2013 %2 \u2715").arg(clockText(m_time->begin), clockText(m_time->end)));
    m_model.setFilter(m_filter->filter(m_time));
}

void TrafficTab::showCurrent()
{
    const auto current = m_list->current();
    if (!current) {
        m_payload->clear();
        m_graph->setMark(std::nullopt);
        return;
    }
    const auto message = m_model.store().at(*current);
    m_payload->showMessage(message, previousOf(*current));
    m_graph->setMark(message.time);
}

} // namespace ipclens
