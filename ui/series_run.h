// Sending many messages one after another, and hearing what became of them.
#pragma once

#include "ui/client.h"

namespace ipclens {

// One series at a time. Items are asked for in pieces as the session sends them, so that a long capture is never copied
// whole. GUI thread.
class SeriesRun : public QObject {
    Q_OBJECT
public:
    // The next items, an error that ends the series; nothing when there are no more.
    using Next = std::function<Result<std::vector<SeriesItem>>()>;

    // `client` must outlive it.
    explicit SeriesRun(Client &client, QObject *parent = nullptr);
    ~SeriesRun() override; // stops the series

    // `series` without items. Ignored while one runs.
    void start(StartSeries series, Next next);
    void stop();
    bool isRunning() const { return m_state != State::Idle; }
    bool isStopping() const { return m_stopping; }
    // As the last update told it.
    const SeriesUpdate &last() const { return m_last; }
    std::uint64_t window() const { return m_window; } // that was found; 0: not known yet

signals:
    void updated(const ipclens::SeriesUpdate &update); // the last one has `finished`
    // Did not begin, was refused some of its items, or the connection was lost; no update follows.
    void failed(const ipclens::Error &error);

private:
    enum class State { Idle, Starting, Running };

    void started(Result<SeriesStarted> reply);
    void giveMore();
    void take(const SeriesUpdate &update);
    void fail(const Error &error);

    Client &m_client;
    State m_state = State::Idle;
    bool m_stopping = false;
    Next m_next;
    bool m_hasMore = false;
    SeriesId m_series = 0;
    std::uint64_t m_window = 0;
    std::uint64_t m_run = 0; // replies to an earlier one are dropped
    SeriesUpdate m_last;
    std::vector<SeriesUpdate> m_early; // came before the reply that says which series is ours
};

} // namespace ipclens
