#include "core/session/session.h"

#include "core/session/session_core.h"
#include "core/session/stop_and_join.h"

namespace ipclens {
namespace {

// A session in this process, with the thread that runs its commands.
class LocalConnection : public Connection {
public:
    LocalConnection(std::unique_ptr<System> system, SessionOptions options, ConnectionSinks sinks)
        : m_session(std::move(system), std::move(options), std::move(sinks.event)),
          m_thread([this](std::stop_token stop) { run(stop); })
    {
    }
    ~LocalConnection() override { stopAndJoin(m_thread, m_mutex, m_added); }

    CallId submit(AnyCommand command, ReplySink reply) override
    {
        CallId call = 0;
        {
            // Not bounded: the session thread is never long behind, and refusing here would have to wait for it.
            const std::scoped_lock lock(m_mutex);
            call = ++m_lastCall;
            m_session.announce(call);
            m_waiting.push_back({call, std::move(command), std::move(reply)});
        }
        m_added.notify_one();
        return call;
    }

    void cancel(CallId call) override { m_session.cancel(call); }

private:
    struct Waiting {
        CallId call;
        AnyCommand command;
        ReplySink reply;
    };

    void run(std::stop_token stop)
    {
        std::unique_lock lock(m_mutex);
        for (;;) {
            m_added.wait(lock, [&] { return stop.stop_requested() || !m_waiting.empty(); });
            if (stop.stop_requested())
                return;
            auto next = std::move(m_waiting.front());
            m_waiting.pop_front();
            lock.unlock();
            m_session.run(next.call, std::move(next.command), std::move(next.reply));
            lock.lock();
        }
    }

    Session m_session;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_added;
    std::deque<Waiting> m_waiting;
    CallId m_lastCall = 0;
    std::jthread m_thread; // ends before the session does
};

} // namespace

std::unique_ptr<Connection> startSession(std::unique_ptr<System> system, SessionOptions options, ConnectionSinks sinks)
{
    return std::make_unique<LocalConnection>(std::move(system), std::move(options), std::move(sinks));
}

} // namespace ipclens
