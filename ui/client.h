// The window's end of a session. Nothing above it can tell an in-process session from one at the far end of a stream.
#pragma once

#include "core/session/connection.h"
#include "ui/idle_work.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>

#include <functional>
#include <stop_token>
#include <thread>
#include <unordered_map>

namespace ipclens {

// Lives on the GUI thread; so do all its signals and callbacks. Never blocks it: connecting and disconnecting happen on
// threads of their own, replies come through the event loop as they arrive, events in batches at most every 16 ms.
class Client : public QObject {
    Q_OBJECT
public:
    enum class State { Connecting, Connected, Lost };

    // Makes the connection, on a worker thread; may block there for seconds. It may take a std::stop_token as well: then it
    // should give up soon once nobody wants the connection any more.
    class Opener {
    public:
        using Open = std::function<Result<std::unique_ptr<Connection>>(ConnectionSinks, std::stop_token)>;

        // `command`: what --connect of ipclens-cli takes for the same; none for a session in this process.
        template <class F>
        Opener(F open, QString command = {}) : m_command(std::move(command))
        {
            if constexpr (std::is_invocable_v<F &, ConnectionSinks, std::stop_token>)
                m_open = std::move(open);
            else
                m_open = [open = std::move(open)](ConnectionSinks sinks, std::stop_token) mutable {
                    return open(std::move(sinks));
                };
        }
        Result<std::unique_ptr<Connection>> operator()(ConnectionSinks sinks, std::stop_token stop) const
        {
            return m_open(std::move(sinks), std::move(stop));
        }

        const QString &command() const { return m_command; }

    private:
        Open m_open;
        QString m_command;
    };

    // `name` is what users see ("this machine", "wine: demo").
    Client(QString name, Opener open, QObject *parent = nullptr);
    ~Client() override;

    QString name() const { return m_name; }
    const QString &command() const { return m_open.command(); }
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
    // Calls back when all events have been delivered that had come before this. Replies do not wait for events.
    void afterEvents(QObject *context, std::function<void()> callback);
    // A number for the `job` of a command that tells its progress; no other command of this client has it.
    std::uint64_t newJob() { return ++m_lastJob; }

    // Connections are closed in the background. Waits until the last one is: at the end of the program, without a window.
    static void finishClosing();

signals:
    void stateChanged();
    void latencyChanged();
    void watchUpdated(const ipclens::WatchUpdate &update);
    void messagesArrived(const ipclens::MessageBatch &batch);
    void seriesUpdated(const ipclens::SeriesUpdate &update);
    void journalChanged(const ipclens::JournalEntry &entry);
    void progressed(const ipclens::Progress &progress);
    void frozenChanged(const ipclens::FrozenItem &item, bool isGone);

private:
    struct Inlet; // where the threads of one connection leave what they bring
    struct Pending {
        QPointer<QObject> context;
        std::move_only_function<void(Result<AnyReply>)> callback;
        CallId remote = 0; // the connection's number for it
    };

    CallId submit(AnyCommand command, QObject *context, std::move_only_function<void(Result<AnyReply>)> callback);
    void deliver(CallId call, Result<AnyReply> reply);
    void opened();
    void greeted(Host host);
    void lost(Error error);
    void endConnection(Error error);
    void drainEvents();
    bool drainPiece();
    void give(const Event &event);
    void measureLatency();
    void pingAnswered(double milliseconds);
    void closeConnection();

    const QString m_name;
    const Opener m_open;
    State m_state = State::Lost;
    Host m_host;
    Error m_error;
    double m_latency = -1;
    CallId m_lastCall = 0;
    std::uint64_t m_lastJob = 0;
    std::unordered_map<CallId, Pending> m_pending;
    std::shared_ptr<Inlet> m_inlet; // a new one for every attempt to connect: what comes from an earlier one is dropped
    std::unique_ptr<Connection> m_connection;
    std::jthread m_opening;
    QTimer m_drainTimer;
    IdleWork m_draining;
    QElapsedTimer m_sinceDrain;
    QTimer m_pingTimer;
    QElapsedTimer m_sincePing; // valid while a ping is under way
};

// Openers for the two kinds of session.
Client::Opener openHere();
Client::Opener openThroughCommand(const QString &command);

} // namespace ipclens
