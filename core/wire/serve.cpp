#include "core/session/session_core.h"
#include "core/wire/codec.h"

#include <mutex>

#include <fmt/format.h>

namespace ipclens {
namespace {

Error outOfMemory(const std::exception &problem)
{
    return Error{.kind = ErrorKind::Failed, .operation = "serve",
                 .meaning = fmt::format("a frame needs more than this session has: {}", problem.what())};
}

// The serving end's way out: one frame after another, from any thread. When writing fails the stream is shut down, which
// ends the reading loop.
class FrameWriter {
public:
    explicit FrameWriter(ByteStream &stream) : m_stream(stream) {}

    // `pack` makes the frame. Called by threads that nobody takes an exception from.
    template <class Pack>
    void write(Pack pack) noexcept
    {
        try {
            const Frame frame = pack();
            const std::scoped_lock lock(m_mutex);
            if (m_failure)
                return;
            if (auto written = m_stream.write(frame.pieces()); !written)
                fail(written.error());
        } catch (const std::exception &problem) {
            const std::scoped_lock lock(m_mutex);
            fail(outOfMemory(problem));
        }
    }

    std::optional<Error> failure()
    {
        const std::scoped_lock lock(m_mutex);
        return m_failure;
    }

private:
    void fail(Error error)
    {
        m_failure = std::move(error);
        m_stream.shutdown();
    }

    ByteStream &m_stream;
    std::mutex m_mutex; // guards what follows
    std::optional<Error> m_failure;
};

Failure protocolFailure(const ByteStream &stream, std::string meaning)
{
    return Failure(Error{.kind = ErrorKind::Protocol, .operation = "serve", .object = stream.describe(),
                         .meaning = std::move(meaning)});
}

// The first frame must be a greeting from an end that speaks our protocol. False: closed before it came.
Result<bool> greet(ByteStream &stream, FrameReader &reader, FrameWriter &writer)
{
    auto received = reader.next();
    if (!received)
        return Failure(received.error());
    if (!*received)
        return false;
    auto frame = IncomingFrame::open(std::move(**received));
    if (!frame)
        return Failure(frame.error());
    if (frame->kind() != IncomingFrame::Kind::Request || frame->method() != Hello::name)
        return protocolFailure(stream, fmt::format("expected the request {} first, got \"{}\"", Hello::name,
                                                   frame->method().substr(0, 64)));
    const auto hello = frame->hello();
    const Hello ours;
    if (hello && hello->protocol == ours.protocol) {
        writer.write([&] { return packResponse(frame->id(), ours); });
        return true;
    }
    const Error error =
        !hello ? hello.error()
               : Error{.kind = ErrorKind::Protocol,
                       .operation = "connect",
                       .object = fmt::format("session of {}", ours.version),
                       .meaning = fmt::format("it speaks protocol {}, but {} speaks protocol {}", ours.protocol,
                                              hello->version, hello->protocol),
                       .hint = "Use the same version of ipclens at both ends"};
    writer.write([&] { return packResponse(frame->id(), Result<AnyReply>(std::unexpected(error))); });
    return Failure(error);
}

void runRequest(IncomingFrame &frame, Session &session, FrameWriter &writer)
{
    const CallId call = frame.id();
    auto command = frame.command();
    if (command && !session.announce(call))
        command = Failure(Error{.kind = ErrorKind::Protocol, .operation = frame.method(),
                                .object = fmt::format("call {}", call),
                                .meaning = "a call of that number is under way already"});
    if (!command) {
        writer.write([&] { return packResponse(call, Result<AnyReply>(std::unexpected(command.error()))); });
        return;
    }
    session.run(call, std::move(*command),
                [call, &writer](Result<AnyReply> reply) { writer.write([&] { return packResponse(call, reply); }); });
}

// The thread that reads is the session thread: a quick command costs no hand-over between threads, and a far end that
// does not take its replies is not read from either.
Result<void> runRequests(ByteStream &stream, FrameReader &reader, Session &session, FrameWriter &writer)
{
    for (;;) {
        auto received = reader.next();
        if (!received)
            return Failure(received.error());
        if (!*received)
            return {};
        auto frame = IncomingFrame::open(std::move(**received));
        if (!frame)
            return Failure(frame.error());
        switch (frame->kind()) {
        case IncomingFrame::Kind::Request:
            runRequest(*frame, session, writer);
            break;
        case IncomingFrame::Kind::Notification:
            if (const auto call = frame->cancelledCall(); call)
                session.cancel(*call);
            else
                return Failure(call.error());
            break;
        case IncomingFrame::Kind::Response:
            return protocolFailure(stream, "got a response, but nothing was asked");
        }
    }
}

} // namespace

Result<void> serve(ByteStream &stream, std::unique_ptr<System> system, SessionOptions options)
{
    FrameReader reader(stream);
    FrameWriter writer(stream);
    const auto greeted = greet(stream, reader, writer);
    if (!greeted)
        return Failure(greeted.error());
    if (!*greeted)
        return {};
    Session session(std::move(system), std::move(options),
                    [&writer](Event event) { writer.write([&] { return packEvent(event); }); });
    Result<void> result;
    try {
        result = runRequests(stream, reader, session, writer);
    } catch (const std::exception &problem) {
        result = Failure(outOfMemory(problem));
    }
    stream.shutdown(); // threads of the session may be waiting for the far end to take an event
    if (const auto failure = writer.failure(); failure && failure->kind != ErrorKind::Cancelled)
        result = Failure(*failure);
    return result;
}

} // namespace ipclens
