// The window's end of a session. Nothing above it can tell an in-process session from one at the far end of a stream.
#pragma once

#include "core/session/connection.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ipclens {

// Lives on the GUI thread; so do all its signals and callbacks. Never blocks it: connecting happens on a thread of its own,
// replies come through the event loop as they arrive, events in batches at most every 16 ms.
class Client : public QObject {
    Q_OBJECT
public:
    enum class State { Connecting, Connected, Lost };

    // Makes the connection, on a worker thread; may block there for seconds.
    using Opener = std::function<Result<std::unique_ptr<Connection>>(ConnectionSinks)>;

    // `name` is what users see ("this machine", "wine: demo").
    Client(QString name, Opener open, QObject *parent = nullptr);
    ~Client() override;

    QString name() const { return m_name; }
    State state() const { return m_state; }
    const Host &host() const { return m_host; }        // valid while Connected
    const Error &lastError() const { return m_error; } // valid while Lost
    double latency() const { return m_latency; }       // milliseconds of the last ping; < 0 unknown

    void connectNow(); // also reconnects after Lost; ignored while connecting or connected

    // Replies with a Disconnected error when there is no connection. The callback runs on the GUI thread, never from within
    // call(), and not at all once `context` is gone.
    template <class Command, class Callback>
    CallId call(Command command, QObject *context, Callback callback)
    {
        return submit(AnyCommand(std::move(command)), context,
                      [callback = std::move(callback)](Result<AnyReply> reply) mutable {
                          using Reply = typename Command::Reply;
                          if (reply)
                              callback(Result<Reply>(std::get<Reply>(std::move(*reply))));
                          else
                              callback(Result<Reply>(std::unexpected(std::move(reply.error()))));
                      });
    }
    void cancel(CallId call);

signals:
    void stateChanged();
    void latencyChanged();
    void watchUpdated(const ipclens::WatchUpdate &update);
    void messagesArrived(const ipclens::MessageBatch &batch);
    void journalChanged(const ipclens::JournalEntry &entry);

private:
    CallId submit(AnyCommand command, QObject *context, std::move_only_function<void(Result<AnyReply>)> callback);
    void opened(quint64 attempt, Result<std::unique_ptr<Connection>> connection);
    void lost(quint64 attempt, Error error);
    void queueEvent(quint64 attempt, Event event); // on the connection's thread
    void drainEvents();
    void measureLatency();
    void closeConnection();

    const QString m_name;
    const Opener m_open;
    State m_state = State::Lost;
    Host m_host;
    Error m_error;
    double m_latency = -1;
    quint64 m_attempt = 0; // drops what belongs to an earlier connection
    std::unique_ptr<Connection> m_connection;
    std::jthread m_opening;

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_drained;
    std::deque<Event> m_events;
    std::size_t m_eventBytes = 0;
    bool m_drainScheduled = false;
    bool m_closing = false;
};

// Openers for the two kinds of session.
Client::Opener openHere();
Client::Opener openThroughCommand(const QString &command);

} // namespace ipclens
