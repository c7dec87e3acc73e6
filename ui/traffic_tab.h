// Listens to an inbox, or reads a capture from a file, and shows the messages: list, graph, payload.
#pragma once

#include "ui/inboxes.h"
#include "ui/message_model.h"

#include <QWidget>

#include <functional>

class QComboBox;
class QLabel;
class QMenu;
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
class GraphPanel;
class JobLine;
class MessageFindBar;
class MessageList;
class PayloadView;
class SequenceView;
class StatisticsView;
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

    // Opens another inbox, relay or tap, beside those that are open.
    void listen(const InboxSource &source);
    bool isListening() const { return m_inboxes.isListening(); }
    void stop(); // closes all of them
    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }
    // Off: what programs send is answered as before and counted, but not kept.
    void setCapturing(bool on);
    void askWhatToListenTo();
    void askForRelay();
    void askForTap();
    // Empties list and graph; the inbox's counts go on.
    void clear();

    // Reads the file into this tab, which must be empty and not listening.
    void openCapture(const QString &path);
    bool isOfFile() const { return !m_path.isEmpty(); }
    bool isBusy() const { return m_loader || m_saver; } // reads or writes a file
    enum class Which { All, Shown, Selected, Marked };
    void save(Which which, SaveFormat format, const QString &path);
    void askWhereToSave(Which which, SaveFormat format);
    void editColours();
    void find(); // opens the bar that finds messages; without any, goes to the filter
    void focusFilter();
    bool isUnsaved() const; // messages, or what the user said of them, that are in no file
    // Calls back when the tab may be closed: at once, or when the user has saved what would be lost or does not want
    // it. Not at all when they want to keep the tab.
    void askBeforeClosing(std::function<void()> close);
    // The file in which a crash would leave the capture is not needed any more.
    void discardAutosave();

    QString title() const;
    const MessageModel &messages() const { return m_model; }
    const QString &path() const { return m_path; }
    void showFilter(const QString &filter); // instead of the one that is there
    // Windows of their own, about the messages of this tab.
    void showStatistics();
    void showSequence();
    void replay(); // the messages that are selected, or others that the user chooses there
    void sendAgain(); // the current message

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
    QWidget *makeTop();
    QWidget *makeEmptyPage();
    void connectViews();
    void restoreLayout();
    void saveLayout() const;

    void inboxOpened(const InboxOpened &opened, const QString &name);
    void inboxesChanged();
    void captureEnded(const Error &why);
    void showFailure(const Error &error, const QString &offer = {});
    void fillPauseMenu();
    void fillStopMenu();
    void connectInboxes();
    void addToRowMenu(QMenu *menu);
    void take(const MessageBatch &batch);

    void updateShowing();
    void updateState();
    void updateEmptyPage();
    void updateProgress();
    void updateLosses();
    void applyFilter();
    void showCurrent();
    void fillCaptureMenu();
    void askLimits();
    void takePiece(MessageStore messages);
    void loadingEnded(const std::optional<Error> &error);
    void addLaterAnnotations();
    void savingEnded(const QString &error, const QString &path, bool savedAll);
    void endFileWork();
    static MessageStore::Limits savedLimits();
    std::optional<Message> previousOf(MessageStore::Index index) const;
    QString stateText() const;

    Client &m_client;
    Inboxes m_inboxes;
    bool m_wasIdle = true;
    bool m_paused = false;
    std::optional<std::int64_t> m_clockOffset;
    std::optional<TimeRange> m_time; // brushed

    MessageModel m_model;
    QString m_path; // of the file that is shown
    std::map<std::uint64_t, std::string> m_inboxNames;
    std::unique_ptr<CaptureLoader> m_loader;
    std::unique_ptr<CaptureSaver> m_saver;
    std::unique_ptr<CaptureAutosave> m_autosave;
    std::uint64_t m_job = 0;
    std::uint64_t m_unmatched = 0; // outcomes of messages that are not there any more
    std::uint64_t m_changes = 0;   // of the capture; those saved, and those that are being saved
    std::uint64_t m_savedChanges = 0;
    std::uint64_t m_savingChanges = 0;
    std::function<void()> m_whenSaved; // the user wants to close the tab

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
    GraphPanel *m_graphPanel = nullptr;
    TrafficGraph *m_graph = nullptr; // of the panel
    MessageList *m_list = nullptr;
    PayloadView *m_payload = nullptr;
    StatisticsView *m_statistics = nullptr; // these two: not seen yet
    SequenceView *m_sequence = nullptr;
};

} // namespace ipclens
