// The wire between the two ends, and what happens when one of them is not what the other expects.
#include "tests/unit/latch.h"
#include "core/wire/codec.h"
#include "tests/unit/session_fixture.h"

#include <future>
#include <random>

namespace ipclens {
namespace {

Bytes bytesOf(std::initializer_list<int> values)
{
    Bytes bytes;
    for (const int value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

Bytes joined(const Frame &frame)
{
    Bytes bytes;
    for (const auto piece : frame.pieces())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    return bytes;
}

void send(ByteStream &stream, const Bytes &bytes)
{
    const std::span<const std::byte> piece(bytes);
    ASSERT_TRUE(stream.write(std::span(&piece, 1)));
}

// A serving end, and the other end of its stream in the hands of the test.
struct RawClient {
    RawClient()
    {
        auto [near, far] = streamPair();
        stream = std::move(near);
        serving = std::make_unique<ServingThread>(std::move(far), std::make_shared<FakeWorld>(), SessionOptions{});
        reader = std::make_unique<FrameReader>(*stream);
    }
    void send(const Frame &frame) { ipclens::send(*stream, joined(frame)); }
    Result<IncomingFrame> next()
    {
        auto frame = reader->next();
        if (!frame)
            return Failure(frame.error());
        if (!*frame)
            return Failure(Error{.kind = ErrorKind::Disconnected});
        return IncomingFrame::open(std::move(**frame));
    }
    std::unique_ptr<ByteStream> stream;
    std::unique_ptr<ServingThread> serving;
    std::unique_ptr<FrameReader> reader;
};

// What the client makes of a far end that sends `bytes` and closes.
Error connectTo(Bytes bytes)
{
    auto [near, far] = streamPair();
    std::jthread sending([&bytes, far = std::move(far)] {
        const std::span<const std::byte> piece(bytes);
        static_cast<void>(far->write(std::span(&piece, 1)));
    });
    auto connection = connectStream(std::move(near), {}, 30'000);
    return connection ? Error{.meaning = "it connected"} : connection.error();
}

TEST(Wire, AServingEndEndsWellWhenTheFarEndCloses)
{
    RawClient client;
    client.send(packRequest(1, Hello{}));
    EXPECT_EQ(client.next().value().helloResponse().value().protocol, protocolNumber);
    client.stream->shutdown();
    EXPECT_TRUE(client.serving->result());
}

TEST(Wire, AServingEndRefusesAnotherVersionAndSaysBoth)
{
    RawClient client;
    client.send(packRequest(1, Hello{.protocol = 99, .version = "ipclens 99.5"}));
    const auto refusal = client.next().value().helloResponse();
    ASSERT_FALSE(refusal);
    EXPECT_EQ(refusal.error().kind, ErrorKind::Protocol);
    for (const char *part : {"ipclens " IPCLENS_VERSION, "ipclens 99.5", "protocol 99", "protocol 1"})
        EXPECT_THAT(toText(refusal.error()), testing::HasSubstr(part));
    EXPECT_EQ(client.serving->result().error(), refusal.error());
}

TEST(Wire, AClientRefusesAnotherVersionAndSaysBoth)
{
    const Error error = connectTo(joined(packResponse(1, Hello{.protocol = 99, .version = "ipclens 99.5"})));
    EXPECT_EQ(error.kind, ErrorKind::Protocol);
    for (const char *part : {"ipclens " IPCLENS_VERSION, "ipclens 99.5", "protocol 99", "protocol 1"})
        EXPECT_THAT(toText(error), testing::HasSubstr(part));
}

TEST(Wire, TheGreetingMustComeFirst)
{
    RawClient client;
    client.send(packRequest(1, AnyCommand(Ping{})));
    EXPECT_EQ(client.serving->result().error().kind, ErrorKind::Protocol);
}

TEST(Wire, GarbageIsShown)
{
    const Error error = connectTo(toBytes("Welcome to Debian!\n"));
    EXPECT_EQ(error.kind, ErrorKind::Protocol);
    EXPECT_THAT(error.meaning, testing::AllOf(testing::HasSubstr("expected"), testing::HasSubstr("57 65 6c 63"),
                                              testing::HasSubstr("Welcome to Debian!")));
    RawClient client;
    send(*client.stream, toBytes("GET / HTTP/1.1\r\n"));
    EXPECT_THAT(toText(client.serving->result().error()), testing::HasSubstr("GET / HTTP"));
}

TEST(Wire, ATruncatedFrameIsADisconnection)
{
    Bytes bytes = joined(packResponse(1, Hello{}));
    bytes.pop_back();
    const Error error = connectTo(bytes);
    EXPECT_EQ(error.kind, ErrorKind::Disconnected);
    EXPECT_EQ(error.meaning, "closed in the middle of a frame");
    EXPECT_EQ(connectTo({}).kind, ErrorKind::Disconnected);
    // In the middle of a large binary: [2, "x", bin of 1 MiB...
    EXPECT_EQ(connectTo(bytesOf({0x93, 2, 0xa1, 'x', 0xc6, 0, 0x10, 0, 0, 1, 2, 3})).meaning,
              "closed in the middle of a frame");
}

TEST(Wire, OversizedFramesAreRefusedAtTheirHead)
{
    // A binary of 2 GiB, a text of 2 GiB, and 4 binaries of 64 MiB of which only the heads come.
    EXPECT_THAT(connectTo(bytesOf({0x93, 2, 0xa1, 'x', 0xc6, 0x80, 0, 0, 0})).meaning, testing::HasSubstr("limit"));
    EXPECT_THAT(connectTo(bytesOf({0x93, 2, 0xdb, 0x80, 0, 0, 0})).meaning, testing::HasSubstr("limit"));
}

TEST(Wire, DeeplyNestedFramesAreRefused)
{
    Bytes bytes = bytesOf({0x93, 2, 0xa1, 'x'});
    bytes.resize(10'000, std::byte{0x91});
    EXPECT_THAT(connectTo(bytes).meaning, testing::HasSubstr("nested"));
}

TEST(Wire, RefusesItemsThatAreNeverSent)
{
    EXPECT_EQ(connectTo(bytesOf({0x93, 2, 0xc1})).kind, ErrorKind::Protocol);
    EXPECT_EQ(connectTo(bytesOf({0x93, 2, 0xd4, 1, 1})).kind, ErrorKind::Protocol) << "an extension type";
    EXPECT_EQ(connectTo(bytesOf({0x93, 7, 1, 1})).kind, ErrorKind::Protocol) << "a type of frame that is none";
    EXPECT_EQ(connectTo(bytesOf({0x94, 0, 1, 0xa1, 'x', 0x90})).kind, ErrorKind::Protocol) << "a request to the client";
}

TEST(Wire, BadCommandsAreAnsweredAndTheSessionGoesOn)
{
    RawClient client;
    client.send(packRequest(1, Hello{}));
    ASSERT_TRUE(client.next());
    const auto problemOf = [&](const Bytes &request, std::size_t command) {
        send(*client.stream, request);
        auto reply = client.next().value().reply(command);
        return reply ? std::string("no problem") : toText(reply.error());
    };
    const std::size_t ping = AnyCommand(Ping{}).index();
    // [0, 2, "no.such", [{}]]
    EXPECT_THAT(problemOf(bytesOf({0x94, 0, 2, 0xa7, 'n', 'o', '.', 's', 'u', 'c', 'h', 0x91, 0x80}), ping),
                testing::AllOf(testing::HasSubstr("no.such"), testing::HasSubstr("no such command")));
    Bytes close = bytesOf({0x94, 0, 3, 0xac});
    for (const char c : std::string("source.close"))
        close.push_back(static_cast<std::byte>(c));
    for (const int value : {0x91, 0x81, 0xa6, int('s'), int('o'), int('u'), int('r'), int('c'), int('e'), 0xa1, int('x')})
        close.push_back(static_cast<std::byte>(value));
    EXPECT_THAT(problemOf(close, ping), testing::AllOf(testing::HasSubstr("source.close"),
                                                       testing::HasSubstr("field source"), testing::HasSubstr("text")));
    EXPECT_EQ(problemOf(joined(packRequest(4, AnyCommand(Ping{}))), ping), "no problem");
    client.stream->shutdown();
    EXPECT_TRUE(client.serving->result());
}

TEST(Wire, AClientTellsThatItsFarEndIsGone)
{
    auto world = std::make_shared<FakeWorld>();
    Signal entered, release, closed;
    world->duringProcesses = [&](std::stop_token) {
        entered.set();
        release.wait();
    };
    auto [near, far] = streamPair();
    ServingThread serving(std::move(far), world, {});
    Error told;
    auto connection = connectStream(std::move(near), {.closed = [&](Error error) {
                                                          told = std::move(error);
                                                          closed.set();
                                                      }});
    ASSERT_TRUE(connection);
    std::promise<Result<ProcessList>> pending;
    (*connection)->call(ListProcesses{}, [&](auto reply) { pending.set_value(std::move(reply)); });
    ASSERT_TRUE(entered.wait());
    serving.stream().shutdown();
    EXPECT_EQ(pending.get_future().get().error().kind, ErrorKind::Disconnected);
    ASSERT_TRUE(closed.wait());
    EXPECT_EQ(told.kind, ErrorKind::Disconnected);
    EXPECT_EQ((*connection)->wait(Ping{}).error(), told) << "later calls fail in the same way";
    release.set();
}

TEST(Wire, ConnectingEndsAfterItsTime)
{
    auto [near, far] = streamPair();
    const auto connection = connectStream(std::move(near), {}, 10);
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().kind, ErrorKind::TimedOut);
}

TEST(Wire, SubmittingNeverWaits)
{
    auto [near, far] = streamPair();
    Signal goOn;
    std::atomic<int> bytes = 0;
    std::jthread slow([&, &far = far] {
        FrameReader reader(*far);
        auto hello = IncomingFrame::open(std::move(**reader.next()));
        const auto response = joined(packResponse(hello->id(), Hello{}));
        const std::span<const std::byte> piece(response);
        static_cast<void>(far->write(std::span(&piece, 1)));
        goOn.wait(); // reads nothing meanwhile
        for (int i = 0; i < 8; ++i) {
            auto frame = IncomingFrame::open(std::move(**reader.next()));
            bytes += static_cast<int>(std::get<WriteMemory>(*frame->command()).bytes.size());
            const auto reply = joined(packResponse(frame->id(), Result<AnyReply>(WriteReply{})));
            const std::span<const std::byte> answer(reply);
            static_cast<void>(far->write(std::span(&answer, 1)));
        }
    });
    auto connection = connectStream(std::move(near), {});
    ASSERT_TRUE(connection);
    test::Latch answered(8);
    for (int i = 0; i < 8; ++i) // far more than a pipe holds
        (*connection)->call(WriteMemory{.bytes = Bytes(4 << 20)}, [&](auto reply) {
            EXPECT_TRUE(reply);
            answered.count_down();
        });
    goOn.set();
    answered.wait();
    EXPECT_EQ(bytes, 8 * (4 << 20));
    slow.join();
}

TEST(Wire, ACommandOverTheLimitFailsAloneAtOnce)
{
    auto [near, far] = streamPair();
    ServingThread serving(std::move(far), std::make_shared<FakeWorld>(), {});
    auto connection = connectStream(std::move(near), {});
    ASSERT_TRUE(connection);
    EXPECT_EQ((*connection)->wait(WriteMemory{.bytes = Bytes(largestFrame)}).error().kind, ErrorKind::OutOfRange);
    EXPECT_TRUE((*connection)->wait(Ping{}));
}

TEST(Wire, UnknownEventsAreSkippedAndUnknownRepliesDropped)
{
    auto [near, far] = streamPair();
    Bytes bytes = joined(packResponse(1, Hello{}));
    for (const int value : {0x93, 2, 0xa3, int('n'), int('e'), int('w'), 0x91, 0x81, 0xa1, int('a'), 0xc3})
        bytes.push_back(static_cast<std::byte>(value));
    const Bytes reply = joined(packResponse(77, Result<AnyReply>(Done{})));
    bytes.insert(bytes.end(), reply.begin(), reply.end());
    const Bytes event = joined(packEvent(WatchUpdate{.watch = 5}));
    bytes.insert(bytes.end(), event.begin(), event.end());
    send(*far, bytes);
    Signal told;
    auto connection = connectStream(std::move(near), {.event = [&](Event one) {
                                                          EXPECT_EQ(std::get<WatchUpdate>(one).watch, 5u);
                                                          told.set();
                                                      }});
    ASSERT_TRUE(connection);
    EXPECT_TRUE(told.wait());
}

TEST(Wire, RandomBytesNeverDoMoreThanEndTheConnection)
{
    std::mt19937 random(20240501);
    for (int round = 0; round < 300; ++round) {
        Bytes bytes(random() % 200);
        for (std::byte &byte : bytes)
            byte = static_cast<std::byte>(random());
        if (round % 2 == 0) // so that it gets further in
            bytes.insert(bytes.begin(), {std::byte{0x94}, std::byte{1}, std::byte{1}});
        RawClient client;
        if (round % 3 == 0)
            client.send(packRequest(1, Hello{}));
        const std::span<const std::byte> piece(bytes);
        static_cast<void>(client.stream->write(std::span(&piece, 1)));
        client.stream->shutdown();
        static_cast<void>(client.serving->result());
        EXPECT_NE(connectTo(bytes).meaning, "it connected");
    }
}

} // namespace
} // namespace ipclens
