// What the tabs that tell who shares what have in common: they ask, say how long it takes and what failed, and lead on
// to other things.
#pragma once

#include "core/session/sharing_commands.h"
#include "ui/client.h"
#include "ui/icons.h"
#include "ui/job_line.h"

#include <QElapsedTimer>
#include <QSet>
#include <QWidget>

class QVBoxLayout;

namespace ipclens {

class ErrorBar;

// What a page is of: enough to show it another time.
struct PageSpec {
    enum class Kind { Process, Object, SharedData, Sync, Map };
    Kind kind = Kind::Map;
    ProcessKey process;
    ObjectTarget object;
    bool operator==(const PageSpec &) const = default;
};

// GUI thread. Asks when it is first seen, on refresh() and, when it is live, again and again while it can be seen.
class SharingTab : public QWidget {
    Q_OBJECT
public:
    ~SharingTab() override;

    virtual QString identity() const = 0; // two tabs with the same show the same
    virtual PageSpec spec() const = 0;
    virtual QString title() const = 0;
    virtual Sign sign() const = 0;
    virtual void focusFilter() = 0;
    void refresh();

signals:
    void titleChanged();
    // What the user wants to see.
    void openRequested(const ipclens::SourceSpec &spec, std::optional<ipclens::Address> at);
    void processRequested(const ipclens::ProcessKey &process);
    void objectRequested(const ipclens::ObjectTarget &object);
    void sharedDataRequested(const QString &module, const QString &section);
    void explainRequested(const ipclens::ExplainTarget &target);
    void sendRequested(quint64 window);
    void trafficRequested(const QString &filter);

protected:
    explicit SharingTab(Client &client, QWidget *parent = nullptr);

    virtual void ask() = 0; // sends what it needs through call()
    // `milliseconds` between an answer and the next question, longer when answers take long; 0: only when the user
    // wants it.
    void setLive(int milliseconds);
    bool isQuiet() const { return m_isQuiet; } // asking by itself: nothing blinks

    // The callback gets a Result; a Cancelled error when the user cancelled.
    template <class Command, class Callback>
    void call(const QString &what, Command command, Callback callback)
    {
        begin(what);
        const auto id = std::make_shared<CallId>(0);
        const auto finish = std::make_shared<Callback>(std::move(callback));
        *id = m_client.call(std::move(command), this, [this, id, finish](Result<typename Command::Reply> reply) {
            m_calls.remove(*id);
            (*finish)(std::move(reply));
            ended();
        });
        m_calls << *id;
    }
    void fail(const Error &error, const std::optional<ExplainTarget> &target = {});
    void addExplain(QMenu *menu, const ExplainTarget &target);
    void addProcess(QMenu *menu, const ProcessKey &process, const QString &name);

    Client &client() const { return m_client; }
    QVBoxLayout *column() const { return m_column; }
    ErrorBar *bar() const { return m_bar; }

    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void askAgain(bool quiet);
    void begin(const QString &what);
    void ended();
    void cancel();
    void connectionChanged();

    Client &m_client;
    QVBoxLayout *m_column;
    JobLine *m_line;
    ErrorBar *m_bar;
    QSet<CallId> m_calls;
    std::uint64_t m_job = 0; // of the line
    QTimer m_next;
    int m_live = 0;
    bool m_isQuiet = false;
    bool m_wasAsked = false;
    bool m_hasFailed = false; // since it was last asked
    bool m_isWanted = false;  // once more, when what is asked is answered
    QElapsedTimer m_since;    // it was last asked
};

// "demo.exe (1234)".
QString processText(const std::string &name, const ProcessKey &process);

} // namespace ipclens
