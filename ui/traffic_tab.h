// Listens to an inbox, or reads a capture from a file, and shows the messages: list, graph, payload.
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

class CaptureAutosave;
class CaptureLoader;
class CaptureSaver;
class ErrorBar;
class FilterLine;
class JobLine;
class MessageFindBar;
class MessageList;
class PayloadView;
class TrafficGraph;

enum class SaveFormat;

// One capture: messages stay until cleared, also over several inboxes. Stores what comes while paused or hidden, but shows it only
// afterwards. A tab that shows a file never listens. Lives on the GUI thread.
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

    // Reads the file into this tab, which must be empty and not listening.
    void openCapture(const QString &path);
    bool isOfFile() const { return !m_path.isEmpty(); }
    bool isBusy() const { return m_loader || m_saver; } // reads or writes a file
    enum class Which { All, Shown, Selected, Marked };
    void save(Which which, SaveFormat format, const QString &path);
    void askWhereToSave(Which which, SaveFormat format);
    void find(); // opens the bar that finds messages
    // The file in which a crash would leave the capture is not needed any more.
    void discardAutosave();

    QString title() const;
    const MessageModel &messages() const { return m_model; }
    const QString &path() const { return m_path; }

signals:
    void countsChanged(quint64 received, quint64 dropped, quint64 truncated); // of the inbox, since it was opened
    void titleChanged(const QString &title);
    // Something that a payload leads to: a mapping by its name, or memory of a process.
    void openRequested(const ipclens::SourceSpec &source, std::optional<ipclens::Address> at);
    void fileFinished(); // reading or writing one has ended
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
    void fillCaptureMenu();
    void editColours();
    void askLimits();
    void takePiece(MessageStore messages);
    void loadingEnded(const std::optional<Error> &error);
    void savingEnded(const QString &error, const QString &path, bool savedAll);
    void endFileWork();
    static MessageStore::Limits savedLimits();
    std::optional<Message> previousOf(MessageStore::Index index) const;
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
    TrafficBuckets m_buckets;
    QString m_path; // of the file that is shown
    std::map<std::uint64_t, std::string> m_inboxNames;
    std::unique_ptr<CaptureLoader> m_loader;
    std::unique_ptr<CaptureSaver> m_saver;
    std::unique_ptr<CaptureAutosave> m_autosave;
    std::uint64_t m_job = 0;
    std::uint64_t m_unmatched = 0; // outcomes of messages that are not there any more

    QLabel *m_stateText = nullptr;
    QToolButton *m_listen = nullptr;
    QToolButton *m_pause = nullptr;
    QToolButton *m_clear = nullptr;
    QToolButton *m_capture = nullptr;
    JobLine *m_jobLine = nullptr;
    MessageFindBar *m_find = nullptr;
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
    TrafficGraph *m_graph = nullptr;
    MessageList *m_list = nullptr;
    PayloadView *m_payload = nullptr;
};

} // namespace ipclens
