// Listens to an inbox and shows what it receives: list, graph, payload.
#pragma once

#include "core/traffic/traffic_buckets.h"
#include "ui/client.h"
#include "ui/message_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace ipclens {

class ErrorBar;
class FilterLine;
class GraphPanel;
class MessageList;
class PayloadView;
class TrafficGraph;

// One capture: messages stay until cleared, also over several inboxes. Stores what comes while paused or hidden, but
// shows it only afterwards. Lives on the GUI thread.
class TrafficTab : public QWidget {
    Q_OBJECT
public:
    // `client` must outlive the tab.
    explicit TrafficTab(Client &client, QWidget *parent = nullptr);
    ~TrafficTab() override; // closes the inbox

    // Opens an inbox, after closing the one that is open.
    void listen(const InboxRequest &request);
    bool isListening() const { return m_state == State::Listening; }
    void stop();
    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }
    // Empties list and graph; the inbox's counts go on.
    void clear();

    QString title() const;
    const MessageModel &messages() const { return m_model; }

signals:
    void countsChanged(quint64 received, quint64 dropped, quint64 truncated); // of the inbox, since it was opened
    void titleChanged(const QString &title);
    void errorShown();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    enum class State { Idle, Opening, Listening, Closing };

    QWidget *makeTop();
    QWidget *makeEmptyPage();
    void connectViews();
    void restoreLayout();
    void saveLayout() const;

    void askWhatToListenTo();
    void listenAgain();
    void opened(Result<InboxOpened> reply);
    void closeInbox();
    void closed();
    void clientChanged();
    void captureEnded(const Error &why);
    void take(const MessageBatch &batch);

    void setState(State state);
    void updateShowing();
    void updateState();
    void updateEmptyPage();
    void updateProgress();
    void updateLosses();
    void applyFilter();
    void showCurrent();
    QString stateText() const;

    Client &m_client;
    State m_state = State::Idle;
    bool m_paused = false;
    InboxRequest m_request;             // of the inbox that is, or was last, open
    std::optional<InboxRequest> m_next; // to be opened once the present inbox is closed
    bool m_listenOnConnect = false;
    InboxOpened m_inbox;               // inbox 0: none
    std::vector<MessageBatch> m_early; // came before the reply that says which inbox is ours
    MessageBatch m_counts;             // without messages
    std::optional<std::int64_t> m_clockOffset;
    std::optional<TimeRange> m_time; // brushed

    MessageModel m_model;

    QLabel *m_stateText = nullptr;
    QToolButton *m_listen = nullptr;
    QToolButton *m_pause = nullptr;
    QToolButton *m_clear = nullptr;
    FilterLine *m_filter = nullptr;
    QToolButton *m_timeFilter = nullptr;
    QLabel *m_progress = nullptr;
    QToolButton *m_live = nullptr;
    QComboBox *m_span = nullptr;
    ErrorBar *m_error = nullptr;
    QLabel *m_losses = nullptr;
    QStackedWidget *m_stack = nullptr;
    QLabel *m_emptyText = nullptr;
    QPushButton *m_emptyListen = nullptr;
    QSplitter *m_splitter = nullptr;
    GraphPanel *m_graphPanel = nullptr;
    TrafficGraph *m_graph = nullptr; // of the panel
    MessageList *m_list = nullptr;
    PayloadView *m_payload = nullptr;
};

} // namespace ipclens
