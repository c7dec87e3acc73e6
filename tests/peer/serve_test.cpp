// `ipclens-cli serve` as a real process: killed, fed garbage, cut off.
#include "core/wire/wire.h"
#include "tests/peer/windows_peer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ipclens::test {
namespace {

class Serving : public testing::Test {
protected:
    std::unique_ptr<ByteStream> start()
    {
        return value(startChild(cliCommand({"--journal", journal.path().string(), "serve"})));
    }
    std::unique_ptr<Connection> connect() { return value(connectStream(start(), log.sinks())); }

    // Sends the bytes as a broken client would, and gives everything that comes back until the far end closes.
    std::string talk(ByteStream &stream, const Bytes &bytes)
    {
        const std::array pieces{std::span<const std::byte>(bytes)};
        (void)stream.write(pieces); // may fail when the far end has given up already
        std::string answer;
        std::array<std::byte, 4096> piece;
        for (;;) {
            const auto count = stream.read(piece);
            if (!count || *count == 0)
                return answer;
            answer.append(reinterpret_cast<const char *>(piece.data()), *count);
        }
    }

    Peer peer;
    TemporaryFolder journal;
    EventLog log;
};

TEST_F(Serving, worksAsTheSessionInThisProcess)
{
    const auto connection = connect();
    const Host host = value(connection->wait(GetHost{}));
    EXPECT_NE(host.pid, GetCurrentProcessId());
    EXPECT_EQ(host.version, IPCLENS_VERSION);
    const Address at = peer.askNumber("alloc 65536");
    peer.ask(fmt::format("fill {} 65536 {}", at, at));
    const auto source = value(connection->wait(
        OpenSource{{.kind = SourceKind::Process, .process = {peer.pid(), 0}}, Access::ReadWrite}));
    EXPECT_TRUE(value(connection->wait(ReadMemory{source.source, {{at, 65536}}})).images.at(0).bytes == patternBytes(65536, 0));
    const auto written =
        value(connection->wait(WriteMemory{.source = source.source, .address = at, .bytes = toBytes("over the wire")}));
    EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    EXPECT_TRUE(peer.read({at, 13}) == toBytes("over the wire"));
    EXPECT_EQ(log.closedCount(), 0);
}

TEST_F(Serving, endsWithItsClient)
{
    auto connection = connect();
    const auto pid = value(connection->wait(GetHost{})).pid;
    const HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, pid);
    ASSERT_TRUE(process);
    connection.reset();
    EXPECT_EQ(WaitForSingleObject(process, 60'000), WAIT_OBJECT_0);
    CloseHandle(process);
    EXPECT_EQ(log.closedCount(), 0); // it was our own wish
}

TEST_F(Serving, failsEveryPendingCallWhenItIsKilled)
{
    const auto connection = connect();
    const auto pid = value(connection->wait(GetHost{})).pid;
    const std::uint64_t stuck = peer.askNumber(
        fmt::format("window.create {} {} top stuck", toWord(uniqueName("class")), toWord("stuck")));
    const Address at = peer.askNumber("alloc 4096");
    const auto source =
        value(connection->wait(OpenSource{{.kind = SourceKind::Process, .process = {peer.pid(), 0}}, Access::Read}));
    value(connection->wait(StartWatch{source.source, {{at, 4096}}, 100}));
    log.waitUntil([](const auto &events) { return !events.empty(); });

    constexpr int calls = 20;
    std::atomic<int> failed = 0;
    std::atomic<int> otherwise = 0;
    for (int i = 0; i < calls; ++i) {
        connection->call(SendCopyData{.window = stuck, .data = toBytes("x"), .timeout = 60'000},
                         [&](const Result<SendOutcome> &outcome) {
                             (!outcome && outcome.error().kind == ErrorKind::Disconnected ? failed : otherwise)++;
                         });
    }
    value(connection->wait(Ping{})); // they have arrived
    killProcess(pid);
    EXPECT_TRUE(eventually([&] { return failed + otherwise == calls; }));
    EXPECT_EQ(failed, calls);
    const auto closed = log.waitForClosed();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->kind, ErrorKind::Disconnected) << toText(*closed);
    EXPECT_FALSE(closed->meaning.empty());
    EXPECT_EQ(errorOf(connection->wait(Ping{})).kind, ErrorKind::Disconnected);
    EXPECT_EQ(log.closedCount(), 1);
}

TEST_F(Serving, keepsTheJournalWhenItIsKilled)
{
    const Address at = peer.askNumber("alloc 4096");
    peer.write(at, toBytes("before"));
    {
        const auto connection = connect();
        const auto pid = value(connection->wait(GetHost{})).pid;
        const auto source = value(connection->wait(
            OpenSource{{.kind = SourceKind::Process, .process = {peer.pid(), 0}}, Access::ReadWrite}));
        const auto written =
            value(connection->wait(WriteMemory{.source = source.source, .address = at, .bytes = toBytes("after!")}));
        killProcess(pid);
        EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    }
    const auto session = startSession(makeSystem(), {journal.path()}, log.sinks());
    const auto reply = value(session->wait(ReadJournal{}));
    EXPECT_TRUE(reply.damaged.empty());
    ASSERT_EQ(reply.entries.size(), 1u);
    const JournalEntry &entry = reply.entries[0];
    EXPECT_NE(entry.run, reply.run);
    EXPECT_EQ(entry.address, at);
    EXPECT_EQ(entry.source, fmt::format("process:{}", peer.pid()));
    EXPECT_TRUE(entry.before == toBytes("before"));
    EXPECT_TRUE(entry.bytes == toBytes("after!"));
    EXPECT_EQ(entry.state, JournalState::Verified);
}

TEST_F(Serving, refusesGarbageAndSaysSo)
{
    Bytes random(4096);
    for (std::size_t i = 0; i < random.size(); ++i)
        random[i] = static_cast<std::byte>(i * 7919 >> 3);
    const std::vector<Bytes> garbage{toBytes("GET / HTTP/1.1\r\n\r\n"), random, Bytes(64, std::byte{0xC1}), zeros(1000)};
    for (const Bytes &bytes : garbage) {
        const auto stream = start();
        talk(*stream, bytes);
        const std::string end = stream->describe();
        EXPECT_THAT(end, testing::HasSubstr("exit status 1")) << end;
        EXPECT_THAT(end, testing::HasSubstr("ipclens-cli: read a frame")) << end;
    }
}

TEST_F(Serving, refusesAFrameThatIsTooLarge)
{
    // A request whose parameters claim to be a string of almost 4 GiB.
    const auto stream = start();
    talk(*stream, Bytes{std::byte{0x94}, std::byte{0x00}, std::byte{0x01}, std::byte{0xDB}, std::byte{0xFF}, std::byte{0xFF},
                        std::byte{0xFF}, std::byte{0xF0}});
    EXPECT_THAT(stream->describe(), testing::HasSubstr("ipclens-cli: read a frame"));
}

TEST_F(Serving, endsWithAnErrorWhenAFrameIsCutOff)
{
    // The first bytes of a good request: the rest never comes, because its sender ends.
    const std::string command = cliCommand({"serve"});
    const auto stream = value(startChild(command));
    const Bytes start = toBytes(std::string_view("\x94\x00\x01\xADsession.hel", 15));
    const std::array pieces{std::span<const std::byte>(start)};
    ASSERT_TRUE(stream->write(pieces));
    stream->shutdown();
    const std::string end = stream->describe();
    EXPECT_THAT(end, testing::HasSubstr("ipclens-cli: read a frame")) << end;
}

TEST_F(Serving, ofAnotherProtocolIsRefusedWithBothNumbers)
{
    // [0, 1, "session.hello", [{"protocol": 99, "version": "9.9"}]]
    const auto stream = start();
    const std::string answer =
        talk(*stream, toBytes(std::string_view("\x94\x00\x01\xADsession.hello\x91\x82\xA8protocol\x63\xA7version\xA3"
                                               "9.9",
                                               41)));
    EXPECT_THAT(answer, testing::HasSubstr("99"));
    EXPECT_THAT(answer, testing::HasSubstr(fmt::format("protocol {}", protocolNumber)));
}

TEST_F(Serving, isNotWhatAnyCommandDoes)
{
    for (const std::string &command : {cliCommand({"--help"}), cliCommand({"no-such-command"}),
                                       std::string("\"Z:\\no such program.exe\"")}) {
        auto stream = startChild(command);
        if (!stream)
            continue; // already refused
        const auto connection = connectStream(std::move(*stream), log.sinks());
        const Error error = errorOf(connection);
        EXPECT_TRUE(error.kind == ErrorKind::Protocol || error.kind == ErrorKind::Disconnected) << toText(error);
        EXPECT_FALSE(error.meaning.empty());
    }
}

} // namespace
} // namespace ipclens::test
