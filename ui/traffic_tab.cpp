#include "ui/traffic_tab.h"

#include "ui/capture_autosave.h"
#include "ui/capture_loader.h"
#include "ui/capture_saver.h"
#include "ui/error_bar.h"
#include "ui/filter_line.h"
#include "ui/job_line.h"
#include "ui/listen_dialog.h"
#include "ui/message_find_bar.h"
#include "ui/message_list.h"
#include "ui/number_text.h"
#include "ui/payload_view.h"
#include "ui/theme.h"
#include "ui/traffic_graph.h"

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

TrafficTab::TrafficTab(Client &client, QWidget *parent) : QWidget(parent), m_client(client)
{
    m_model.setLimits(savedLimits());
    m_model.setColourRules(ColourRules::load());
    m_error = new ErrorBar(this);
    m_jobLine = new JobLine(client, this);
    m_autosave = std::make_unique<CaptureAutosave>(m_model.store());
    connect(m_autosave.get(), &CaptureAutosave::failed, this, [this](const QString &error) {
        m_error->showText(tr("This capture is not kept for the case of a crash. %1").arg(error), ErrorBar::Level::Warning);
    });
    m_losses = new QLabel(this);
    m_losses->setWordWrap(true);
    m_losses->setTextFormat(Qt::PlainText);
    m_losses->setAutoFillBackground(true);
    m_losses->setContentsMargins(8, 3, 8, 3);
    m_losses->hide();

    m_graph = new TrafficGraph(m_buckets, this);
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
    m_splitter->addWidget(m_graph);
    m_splitter->addWidget(middle);
    m_splitter->addWidget(m_payload);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({160, 300, 200});
    m_splitter->setChildrenCollapsible(false);
    m_graph->setMinimumHeight(60);
    m_list->setMinimumHeight(80);

    m_stack = new QStackedWidget(this);
    auto *top = makeTop();
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
    connect(&m_client, &Client::messagesArrived, this, [this](const MessageBatch &batch) {
        if (m_inbox.inbox != 0 && batch.inbox == m_inbox.inbox)
            take(batch);
        else if (m_state == State::Opening)
            m_early.push_back(batch);
    });
    connect(&m_client, &Client::stateChanged, this, &TrafficTab::clientChanged);
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
    closeInbox(); // nobody is left to be told how it ends
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
    m_pause = textButton(tr("Pause"), tr("Go on capturing, but leave list and graph as they are"), top);
    m_pause->setCheckable(true);
    m_clear = textButton(tr("Clear"), tr("Empty list and graph; counts of the inbox go on"), top);

    m_capture = textButton(tr("Capture"), tr("Save and export messages, colours, limits"), top);
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
        if (m_state == State::Idle)
            askWhatToListenTo();
        else
            stop();
    });
    connect(m_emptyListen, &QPushButton::clicked, this, &TrafficTab::askWhatToListenTo);
    connect(m_pause, &QToolButton::toggled, this, &TrafficTab::setPaused);
    connect(m_clear, &QToolButton::clicked, this, &TrafficTab::clear);
    connect(m_error, &ErrorBar::actionTriggered, this, &TrafficTab::listenAgain);
    connect(m_filter, &FilterLine::changed, this, &TrafficTab::applyFilter);
    connect(m_list, &MessageList::filterRequested, m_filter, &FilterLine::join);
    connect(m_list, &MessageList::findRequested, this, &TrafficTab::find);
    connect(m_find, &MessageFindBar::found, m_list, &MessageList::goToRow);
    connect(m_find, &MessageFindBar::closed, m_list, qOverload<>(&QWidget::setFocus));
    connect(m_payload, &PayloadView::openRequested, this, &TrafficTab::openRequested);
    const auto shortcut = [this](const QKeySequence &keys, auto act) {
        auto *made = new QShortcut(keys, this);
        made->setContext(Qt::WidgetWithChildrenShortcut);
        connect(made, &QShortcut::activated, this, act);
    };
    shortcut(QKeySequence(Qt::Key_F3), [this] { m_find->findNext(); });
    shortcut(QKeySequence(Qt::SHIFT | Qt::Key_F3), [this] { m_find->findPrevious(); });
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

void TrafficTab::listen(const InboxRequest &request)
{
    if (isOfFile())
        return;
    if (m_state != State::Idle) {
        m_next = request;
        stop();
        return;
    }
    m_request = request;
    m_next.reset();
    m_listenOnConnect = false;
    m_early.clear();
    m_error->clear();
    setState(State::Opening);
    // The inbox must not stay open at the far end when this tab is gone before the reply.
    auto &client = m_client;
    m_client.call(OpenInbox{request}, &m_client, [&client, self = QPointer(this)](Result<InboxOpened> reply) {
        if (self)
            self->opened(std::move(reply));
        else if (reply)
            client.call(CloseInbox{reply->inbox}, &client, [](const Result<Done> &) {});
    });
}

void TrafficTab::opened(Result<InboxOpened> reply)
{
    if (m_state != State::Opening && m_state != State::Closing)
        return; // the connection was lost meanwhile, and has been reported
    const bool wanted = m_state == State::Opening;
    if (!reply) {
        setState(State::Idle);
        m_early.clear();
        if (wanted) {
            m_error->showError(reply.error());
            m_error->offer(tr("Try again"));
            emit errorShown();
        }
        if (const auto next = std::exchange(m_next, std::nullopt))
            listen(*next);
        return;
    }
    m_inbox = std::move(*reply);
    m_counts = {.inbox = m_inbox.inbox};
    m_clockOffset.reset();
    updateLosses();
    emit countsChanged(0, 0, 0);
    const auto name = m_request.className + " / " + m_request.title;
    m_inboxNames[m_inbox.inbox] = name;
    m_autosave->setSystem(m_client.host().system);
    m_autosave->nameInbox(m_inbox.inbox, name);
    m_autosave->setRunning(true);
    for (const auto &batch : std::exchange(m_early, {}))
        if (batch.inbox == m_inbox.inbox)
            take(batch);
    if (wanted) {
        setState(State::Listening);
        m_graph->followLiveEdge();
    } else {
        closeInbox();
    }
}

void TrafficTab::stop()
{
    m_listenOnConnect = false;
    if (m_state == State::Listening) {
        setState(State::Closing);
        closeInbox();
    } else if (m_state == State::Opening) {
        setState(State::Closing); // opened() goes on from here
    }
}

void TrafficTab::closeInbox()
{
    if (m_inbox.inbox == 0)
        return;
    // The last batch comes before the reply: until then the inbox is still ours.
    m_client.call(CloseInbox{m_inbox.inbox}, &m_client, [self = QPointer(this)](const Result<Done> &reply) {
        if (!self || self->m_state != State::Closing)
            return;
        if (!reply) {
            self->m_error->showError(reply.error());
            emit self->errorShown();
        }
        self->closed();
    });
}

void TrafficTab::closed()
{
    m_autosave->setRunning(false);
    m_inbox = {};
    setState(State::Idle);
    if (const auto next = std::exchange(m_next, std::nullopt))
        listen(*next);
}

void TrafficTab::listenAgain()
{
    if (m_state != State::Idle)
        return;
    if (m_client.state() == Client::State::Connected) {
        listen(m_request);
    } else {
        m_listenOnConnect = true;
        m_client.connectNow();
    }
}

void TrafficTab::clientChanged()
{
    if (m_client.state() == Client::State::Lost) {
        if (m_state == State::Closing) { // what was asked for has happened, if otherwise than meant
            m_next.reset();
            closed();
        } else if (m_state != State::Idle) {
            captureEnded(m_client.lastError());
        } else if (m_listenOnConnect) {
            m_listenOnConnect = false;
            m_error->showError(m_client.lastError());
            m_error->offer(tr("Listen again"));
            emit errorShown();
        }
    } else if (m_client.state() == Client::State::Connected && m_listenOnConnect) {
        listen(m_request);
    }
    updateState();
}

void TrafficTab::captureEnded(const Error &why)
{
    m_autosave->setRunning(false);
    m_inbox = {};
    m_early.clear();
    m_next.reset();
    setState(State::Idle);
    m_error->showText(
        tr("Capture ended at %1 because: %2")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("HH:mm:ss")), fromUtf8(toText(why))),
        ErrorBar::Level::Error);
    m_error->offer(tr("Listen again"));
    emit errorShown();
}

// Arrivals. -----------------------------------------------------------------------------------------------------------

void TrafficTab::take(const MessageBatch &batch)
{
    for (const auto &message : batch.messages)
        m_buckets.add(message.time, message.size);
    if (!batch.messages.empty()) {
        // A message is never from the future: the largest difference seen is nearest to that of the clocks.
        const auto difference = batch.messages.back().time - wallClock();
        m_clockOffset = m_clockOffset ? std::max(*m_clockOffset, difference) : difference;
        m_graph->setClockOffset(*m_clockOffset);
    }
    const bool wasEmpty = m_model.store().isEmpty();
    m_model.append(batch.messages);
    if (!batch.outcomes.empty()) {
        m_unmatched += m_model.apply(batch.inbox, batch.outcomes);
        m_autosave->add(batch.inbox, batch.outcomes);
    }
    if (wasEmpty && !batch.messages.empty())
        updateEmptyPage();
    if (!m_graph->isRunning() && !m_paused)
        m_graph->refresh();

    m_counts.received = batch.received;
    m_counts.dropped = batch.dropped;
    m_counts.droppedBytes = batch.droppedBytes;
    m_counts.truncated = batch.truncated;
    m_counts.skipped = batch.skipped;
    if (batch.ended) {
        m_error->showError(*batch.ended);
        emit errorShown();
    }
    updateLosses();
    emit countsChanged(batch.received, batch.dropped, batch.truncated);
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
    if (!paused)
        m_graph->refresh();
}

void TrafficTab::clear()
{
    m_saver.reset();
    if (m_job != 0 && !m_loader)
        m_jobLine->end(std::exchange(m_job, 0));
    m_buckets.clear();
    m_model.clear();
    m_autosave->discard();
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

void TrafficTab::setState(State state)
{
    m_state = state;
    updateShowing();
    updateState();
}

void TrafficTab::updateShowing()
{
    const bool show = isVisible() && !m_paused;
    if (show != m_model.isShowing())
        m_model.setShowing(show);
    m_graph->setRunning(m_state == State::Listening && !m_paused);
}

QString TrafficTab::title() const
{
    if (isOfFile())
        return QFileInfo(m_path).fileName();
    if (m_state != State::Listening)
        return tr("Traffic");
    const auto name = fromUtf8(m_request.title.empty() ? m_request.className : m_request.title);
    return m_paused ? tr("Traffic: %1 (paused)").arg(name) : tr("Traffic: %1").arg(name);
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
    switch (m_state) {
    case State::Idle:
        return m_client.state() == Client::State::Connected ? tr("Not listening") : tr("Not listening, not connected");
    case State::Opening:
        return tr("Opening the inbox\u2026");
    case State::Closing:
        return tr("Closing the inbox\u2026");
    case State::Listening:
        break;
    }
    QStringList kinds{QStringLiteral("WM_COPYDATA")};
    for (const auto &message : m_inbox.registered)
        kinds += fromUtf8(message.name);
    const auto text = tr("Listening: class %1, title %2, window %3, takes %4")
                          .arg(quoted(m_request.className), quoted(m_request.title), addressText(m_inbox.window),
                               kinds.join(QStringLiteral(", ")));
    return m_paused ? tr("Paused, but capture goes on. %1").arg(text) : text;
}

void TrafficTab::updateState()
{
    m_stateText->setText(stateText());
    const bool idle = m_state == State::Idle;
    const bool connected = m_client.state() == Client::State::Connected;
    m_listen->setText(idle ? tr("Start listening\u2026") : tr("Stop listening"));
    m_listen->setToolTip(idle ? tr("Open a hidden window that receives messages (Ctrl+L)") : tr("Close the inbox"));
    m_listen->setEnabled(m_state != State::Closing && (!idle || connected));
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
    const bool listening = m_state == State::Listening;
    const auto request = listening ? m_request : ListenDialog::defaultRequest();
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
    if (m_counts.dropped > 0)
        parts += tr("%1 of %2 received messages dropped (%3): the inbox's queue was full")
                     .arg(countText(m_counts.dropped), countText(m_counts.received), sizeText(m_counts.droppedBytes));
    if (m_counts.truncated > 0)
        parts += tr("%1 payloads cut to %2").arg(countText(m_counts.truncated), sizeText(m_request.maxPayload));
    if (m_counts.skipped > 0)
        parts += tr("%1 messages came while capturing was off").arg(countText(m_counts.skipped));
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
