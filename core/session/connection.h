// The user's end of a session: the same whether the session is in this process or at the far end of a byte stream.
#pragma once

#include "core/session/commands.h"

#include <future>

namespace ipclens {

using CallId = std::uint64_t;

// Told about a reply: once, on a thread of the session or the connection; must not block.
using ReplySink = std::move_only_function<void(Result<AnyReply>)>;

struct ConnectionSinks {
    // Events, in order, on one thread at a time. While it blocks, the far end is held back.
    std::function<void(Event)> event;
    // Once, when the far end is lost for whatever reason but our own destructor. All pending calls fail with the same error
    // before it. On an internal thread: must not destroy the connection from there.
    std::function<void(Error)> closed;
};

// All functions are thread-safe. Destroying it waits for internal threads; pending replies are then not delivered.
class Connection {
public:
    virtual ~Connection() = default;

    // Replies to a call after cancel() are dropped; the session stops working on it as soon as it can.
    virtual CallId submit(AnyCommand command, ReplySink reply) = 0;
    virtual void cancel(CallId call) = 0;

    template <class Command, class Sink>
    CallId call(Command command, Sink sink)
    {
        return submit(AnyCommand(std::move(command)), [sink = std::move(sink)](Result<AnyReply> reply) mutable {
            if (reply)
                sink(Result<typename Command::Reply>(std::get<typename Command::Reply>(std::move(*reply))));
            else
                sink(Result<typename Command::Reply>(std::unexpected(std::move(reply.error()))));
        });
    }

    // Blocks until the reply is there. Never from a sink.
    template <class Command>
    Result<typename Command::Reply> wait(Command command)
    {
        std::promise<Result<typename Command::Reply>> promise;
        auto future = promise.get_future();
        call(std::move(command), [&promise](auto reply) { promise.set_value(std::move(reply)); });
        return future.get();
    }
};

} // namespace ipclens
