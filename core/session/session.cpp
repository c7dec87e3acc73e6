#include "core/session/session.h"

#include "core/session/session_core.h"

namespace ipclens {
namespace {

// A session in this process, with the thread that runs its commands.
class LocalConnection : public Connection {
public:
    LocalConnection(std::unique_ptr<System> system, SessionOptions options, ConnectionSinks sinks)
        : m_session(std::move(system), std::move(options), std::move(sinks.event))
    {
    }

    CallId submit(AnyCommand command, ReplySink reply) override
    {
        // Not bounded: the session thread is never long behind, and refusing here would have to wait for it.
        const CallId call = ++m_lastCall;
        m_session.announce(call);
        m_commands.add([this, call, command = std::move(command), reply = std::move(reply)]() mutable {
            m_session.run(call, std::move(command), std::move(reply));
        });
        return call;
    }

    void cancel(CallId call) override { m_session.cancel(call); }

private:
    Session m_session;
    std::atomic<CallId> m_lastCall = 0;
    Lane m_commands; // ends before the session does
};

} // namespace

std::unique_ptr<Connection> startSession(std::unique_ptr<System> system, SessionOptions options, ConnectionSinks sinks)
{
    return std::make_unique<LocalConnection>(std::move(system), std::move(options), std::move(sinks));
}

} // namespace ipclens
