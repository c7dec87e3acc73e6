#include "core/wire/codec.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

namespace ipclens {
namespace {

// A frame with what it refers to.
struct Outgoing {
    std::unique_ptr<const AnyCommand> command;
    Frame frame;
    std::size_t written = 0;
};

// The user's end of a session over a byte stream. One thread reads and tells the sinks; one writes what could not be
// written without waiting, and tells the sinks of calls that come after the far end was lost.
class StreamConnection : public Connection {
public:
    StreamConnection(std::unique_ptr<ByteStream> stream, ConnectionSinks sinks)
        : m_stream(std::move(stream)), m_sinks(std::move(sinks)), m_reader([this] { read(); }), m_writer([this] { write(); })
    {
    }

    ~StreamConnection() override
    {
        {
            const std::scoped_lock lock(m_calls, m_out);
            m_closing = true;
        }
        m_outChanged.notify_all();
        m_stream->shutdown();
        m_reader.join();
        m_writer.join();
    }

    // Waits for the far end's greeting.
    Result<void> greet(std::uint32_t timeout)
    {
        send({.frame = packRequest(helloCall, Hello{})});
        std::unique_lock lock(m_calls);
        if (!m_greeted.wait_for(lock, std::chrono::milliseconds(timeout), [this] { return m_greeting || m_lost; }))
            return Failure(Error{.kind = ErrorKind::TimedOut, .operation = "connect", .object = m_stream->describe(),
                                 .meaning = fmt::format("no answer within {} ms", timeout)});
        return m_greeting ? *m_greeting : Failure(*m_lost);
    }

    CallId submit(AnyCommand command, ReplySink reply) override
    {
        auto kept = std::make_unique<const AnyCommand>(std::move(command));
        std::unique_lock lock(m_calls);
        const CallId call = ++m_lastCall;
        if (m_lost) {
            const Error error = *m_lost;
            lock.unlock();
            refuse(std::move(reply), error);
            return call;
        }
        m_pending.emplace(call, Pending{kept->index(), std::move(reply)});
        lock.unlock();

        Frame frame = packRequest(call, *kept);
        if (frame.size() > largestFrame)
            refuseCall(call, Error{.kind = ErrorKind::OutOfRange, .operation = "send a command",
                                   .meaning = fmt::format("the command of {} bytes is over the limit of {} bytes",
                                                          frame.size(), largestFrame)});
        else
            send({.command = std::move(kept), .frame = std::move(frame)});
        return call;
    }

    void cancel(CallId call) override
    {
        {
            const std::scoped_lock lock(m_calls);
            if (m_pending.erase(call) == 0)
                return;
        }
        send({.frame = packCancel(call)});
    }

private:
    static constexpr CallId helloCall = 1;

    struct Pending {
        std::size_t command; // index in AnyCommand
        ReplySink reply;
    };
    struct Refused {
        ReplySink reply;
        Error error;
    };

    void send(Outgoing outgoing)
    {
        {
            const std::scoped_lock lock(m_out);
            if (m_outgoing.empty() && !m_isWriting) {
                // An error comes up again in the writer, which may wait for the far end's last words.
                if (const auto written = m_stream->writeNow(outgoing.frame.pieces()))
                    outgoing.written = *written;
                if (outgoing.written == outgoing.frame.size())
                    return;
            }
            m_outgoing.push_back(std::move(outgoing));
        }
        m_outChanged.notify_one();
    }

    void refuse(ReplySink reply, Error error)
    {
        {
            const std::scoped_lock lock(m_out);
            m_refused.push_back({std::move(reply), std::move(error)});
        }
        m_outChanged.notify_one();
    }

    void refuseCall(CallId call, Error error)
    {
        auto entry = [&] {
            const std::scoped_lock lock(m_calls);
            return m_pending.extract(call);
        }();
        if (entry)
            refuse(std::move(entry.mapped().reply), std::move(error));
    }

    void write()
    {
        std::unique_lock lock(m_out);
        for (;;) {
            m_outChanged.wait(lock, [this] { return m_closing || !m_outgoing.empty() || !m_refused.empty(); });
            if (m_closing)
                return;
            if (!m_refused.empty()) {
                refuseNext(lock);
                continue;
            }
            auto next = std::move(m_outgoing.front());
            m_outgoing.pop_front();
            m_isWriting = true;
            lock.unlock();
            const bool written = m_stream->write(next.frame.pieces(next.written)).has_value();
            next = {};
            lock.lock();
            m_isWriting = false;
            if (!written)
                return endWriting(lock);
        }
    }

    // The far end takes no more. What it said last tells why: the reader gets a moment to read it.
    void endWriting(std::unique_lock<std::mutex> &lock)
    {
        m_outChanged.wait_for(lock, std::chrono::seconds(1), [this] { return m_closing || m_readerEnded; });
        lock.unlock();
        m_stream->shutdown();
        lock.lock();
        while (!m_closing) {
            m_outgoing.clear();
            while (!m_refused.empty())
                refuseNext(lock);
            m_outChanged.wait(lock, [this] { return m_closing || !m_outgoing.empty() || !m_refused.empty(); });
        }
    }

    void refuseNext(std::unique_lock<std::mutex> &lock)
    {
        auto refused = std::move(m_refused.front());
        m_refused.pop_front();
        lock.unlock();
        refused.reply(std::unexpected(std::move(refused.error)));
        refused.reply = nullptr;
        lock.lock();
    }

    void read()
    {
        Error error;
        try {
            error = readFrames();
        } catch (const std::exception &problem) {
            error = Error{.kind = ErrorKind::Failed, .operation = "read a frame",
                          .meaning = fmt::format("it needs more than there is: {}", problem.what())};
        }
        m_stream->shutdown();
        lose(std::move(error));
    }

    // Until the far end is lost; the reason.
    Error readFrames()
    {
        FrameReader reader(*m_stream);
        for (;;) {
            auto received = reader.next();
            if (!received) // Cancelled: the writer gave up on a far end that had stopped listening
                return received.error().kind == ErrorKind::Cancelled ? closedError() : received.error();
            if (!*received)
                return closedError();
            auto frame = IncomingFrame::open(std::move(**received));
            if (!frame)
                return frame.error();
            if (auto taken = take(*frame); !taken)
                return taken.error();
        }
    }

    Result<void> take(IncomingFrame &frame)
    {
        switch (frame.kind()) {
        case IncomingFrame::Kind::Response:
            takeResponse(frame);
            return {};
        case IncomingFrame::Kind::Notification: {
            auto event = frame.event();
            if (!event)
                return Failure(event.error());
            if (*event && m_sinks.event && !m_closing)
                m_sinks.event(std::move(**event));
            return {};
        }
        case IncomingFrame::Kind::Request:
            break;
        }
        return Failure(Error{.kind = ErrorKind::Protocol, .operation = "read a frame", .object = m_stream->describe(),
                             .meaning = fmt::format("got the request \"{}\", but only a session takes requests",
                                                    frame.method().substr(0, 64))});
    }

    void takeResponse(IncomingFrame &frame)
    {
        if (frame.id() == helloCall) {
            const auto hello = frame.helloResponse();
            const std::scoped_lock lock(m_calls);
            m_greeting = hello ? checked(*hello) : Result<void>(Failure(hello.error()));
            m_greeted.notify_all();
            return;
        }
        auto entry = [&] {
            const std::scoped_lock lock(m_calls);
            return m_pending.extract(frame.id());
        }();
        if (entry && !m_closing) // otherwise it was cancelled
            entry.mapped().reply(frame.reply(entry.mapped().command));
    }

    Result<void> checked(const Hello &hello) const
    {
        const Hello ours;
        if (hello.protocol == ours.protocol)
            return {};
        return Failure(Error{.kind = ErrorKind::Protocol,
                             .operation = "connect",
                             .object = fmt::format("session of {}", hello.version),
                             .meaning = fmt::format("it speaks protocol {}, but {} speaks protocol {}", hello.protocol,
                                                    ours.version, ours.protocol),
                             .hint = "Use the same version of ipclens at both ends"});
    }

    Error closedError() const
    {
        return Error{.kind = ErrorKind::Disconnected, .operation = "session", .object = m_stream->describe(),
                     .meaning = "the far end closed the connection"};
    }

    void lose(Error error)
    {
        std::unordered_map<CallId, Pending> pending;
        bool wasGreeted = false;
        {
            const std::scoped_lock lock(m_calls);
            m_lost = error;
            pending.swap(m_pending);
            wasGreeted = m_greeting && *m_greeting;
            m_greeted.notify_all();
        }
        {
            const std::scoped_lock lock(m_out);
            m_readerEnded = true;
        }
        m_outChanged.notify_all();
        if (m_closing)
            return;
        for (auto &[call, one] : pending)
            one.reply(std::unexpected(error));
        if (wasGreeted && m_sinks.closed && !m_closing)
            m_sinks.closed(std::move(error));
    }

    const std::unique_ptr<ByteStream> m_stream;
    const ConnectionSinks m_sinks;
    std::atomic<bool> m_closing = false;

    std::mutex m_calls; // guards what follows
    std::condition_variable m_greeted;
    std::optional<Result<void>> m_greeting;
    std::optional<Error> m_lost;
    std::unordered_map<CallId, Pending> m_pending;
    CallId m_lastCall = helloCall;

    std::mutex m_out; // guards what follows
    std::condition_variable m_outChanged;
    std::deque<Outgoing> m_outgoing;
    std::deque<Refused> m_refused;
    bool m_isWriting = false; // the writer is in the middle of a frame
    bool m_readerEnded = false;

    std::thread m_reader;
    std::thread m_writer;
};

} // namespace

Result<std::unique_ptr<Connection>> connectStream(std::unique_ptr<ByteStream> stream, ConnectionSinks sinks,
                                                  std::uint32_t timeout)
{
    auto connection = std::make_unique<StreamConnection>(std::move(stream), std::move(sinks));
    if (auto greeted = connection->greet(timeout); !greeted)
        return Failure(greeted.error());
    return connection;
}

} // namespace ipclens
