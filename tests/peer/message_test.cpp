// Windows and messages of real second processes.
#include "tests/peer/windows_peer.h"
#include "core/text/hex.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>

namespace ipclens::test {
namespace {

std::uint64_t createWindow(Peer &peer, const std::string &className, const std::string &title, const char *how)
{
    return peer.askNumber(fmt::format("window.create {} {} {}", toWord(className), toWord(title), how));
}

class Windows : public testing::Test {
protected:
    std::optional<Window> find(std::uint64_t handle)
    {
        const auto windows = value(system->windows({}));
        const auto found = std::ranges::find(windows, handle, &Window::handle);
        return found == windows.end() ? std::nullopt : std::optional(*found);
    }

    std::unique_ptr<System> system = makeSystem();
    Peer peer;
    const std::string className = uniqueName("class");
};

TEST_F(Windows, areListed)
{
    const std::string title = "Größe 漢字";
    const auto top = find(createWindow(peer, className, title, "top pump"));
    const auto messageOnly = find(createWindow(peer, className, "only messages", "message pump"));
    ASSERT_TRUE(top && messageOnly);
    EXPECT_EQ(top->className, className);
    EXPECT_EQ(top->title, title);
    EXPECT_EQ(top->process.pid, peer.pid());
    EXPECT_NE(top->process.created, 0);
    EXPECT_EQ(top->processName, "ipclens_peer_tests.exe");
    EXPECT_NE(top->thread, 0u);
    EXPECT_FALSE(top->visible);
    EXPECT_FALSE(top->messageOnly);
    EXPECT_EQ(messageOnly->className, className);
    EXPECT_EQ(messageOnly->process.pid, peer.pid());
    EXPECT_TRUE(messageOnly->messageOnly);
    EXPECT_NE(messageOnly->thread, top->thread);
    std::set<std::uint64_t> handles;
    const auto windows = value(system->windows({}));
    for (const Window &window : windows)
        EXPECT_TRUE(handles.insert(window.handle).second) << window.title << " is listed twice";
}

TEST_F(Windows, areFoundAtAPointOfTheScreen)
{
    const auto lower = createWindow(peer, className, "lower", "top pump");
    const auto upper = createWindow(peer, className, "upper", "top pump");
    peer.ask(fmt::format("window.show {} 100 100 300 200", lower));
    peer.ask(fmt::format("window.show {} 200 100 300 200", upper));
    const auto button = peer.askNumber(fmt::format("window.button {} 150 50 80 80", upper));

    const Window found = value(system->windowAt(150, 150, false));
    EXPECT_EQ(found, find(lower)) << "all about it, as in the list";
    EXPECT_EQ(found.title, "lower");
    EXPECT_TRUE(found.visible);
    EXPECT_EQ(value(system->windowAt(250, 150, false)).handle, upper) << "it is before the other";
    EXPECT_EQ(value(system->windowAt(390, 190, false)).handle, upper) << "the window that the button is in";
    const Window inner = value(system->windowAt(390, 190, true));
    EXPECT_EQ(inner.handle, button);
    EXPECT_EQ(inner.className, "Button");
    EXPECT_EQ(inner.process, found.process);
    EXPECT_EQ(inner.processName, "ipclens_peer_tests.exe");

    const auto outside = system->windowAt(-30'000, -30'000, false);
    ASSERT_FALSE(outside);
    EXPECT_EQ(outside.error().kind, ErrorKind::Missing);
    EXPECT_EQ(outside.error().object, "point -30000, -30000 of the screen");
}

TEST_F(Windows, thatDoNotAnswerAreListedToo)
{
    const auto stuck = find(createWindow(peer, className, "stuck", "top stuck"));
    ASSERT_TRUE(stuck);
    EXPECT_EQ(stuck->className, className);
    EXPECT_EQ(stuck->process.pid, peer.pid());
}

TEST_F(Windows, getCopyData)
{
    const std::uint64_t window = createWindow(peer, className, "", "top pump");
    const Bytes data = patternBytes(70'000, 5);
    const std::string sum = peer.ask("sum " + toHex(data));
    for (const std::int64_t reply : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-5}, std::int64_t{0x1234'5678'9ABC}}) {
        peer.ask(fmt::format("window.reply {}", reply));
        const auto outcome = value(system->sendCopyData(window, 0x4242, 0x1234'5678'9ABC, data, 20'000));
        EXPECT_EQ(outcome.result, reply);
        EXPECT_GT(outcome.duration, 0);
        EXPECT_EQ(peer.ask("window.last"), fmt::format("copydata {} {} {} data {}", 0x4242, 0x1234'5678'9ABC, data.size(), sum));
    }
    value(system->sendCopyData(window, 0, 7, Bytes(), 20'000));
    EXPECT_THAT(peer.ask("window.last"), testing::StartsWith("copydata 0 7 0 "));
    value(system->sendCopyData(window, 0, 8, std::nullopt, 20'000));
    EXPECT_EQ(peer.ask("window.last"), "copydata 0 8 0 null 0");
}

TEST_F(Windows, getRegisteredMessages)
{
    const std::uint64_t window = createWindow(peer, className, "", "message pump");
    const std::string name = uniqueName("message");
    peer.ask("window.reply 77");
    const auto outcome = value(system->sendRegistered(window, name, 0xFFFF'FFFF'FFFF, 0x8000'0000'0000'0001, 20'000));
    EXPECT_EQ(outcome.result, 77);
    EXPECT_EQ(peer.ask("window.last"), fmt::format("registered {} {} {}", peer.askNumber("window.register " + toWord(name)),
                                                  0xFFFF'FFFF'FFFF, 0x8000'0000'0000'0001));
}

TEST_F(Windows, thatDoNotAnswerTimeOut)
{
    const std::uint64_t window = createWindow(peer, className, "", "top stuck");
    for (const Error &error : {errorOf(system->sendCopyData(window, 0, 1, toBytes("x"), 200)),
                               errorOf(system->sendRegistered(window, uniqueName("message"), 1, 2, 200))}) {
        EXPECT_EQ(error.kind, ErrorKind::TimedOut) << toText(error);
        EXPECT_EQ(error.code, static_cast<std::uint32_t>(ERROR_TIMEOUT));
        EXPECT_THAT(error.object, testing::HasSubstr("window"));
        EXPECT_FALSE(error.hint.empty());
    }
}

TEST_F(Windows, thatAreGoneAreMissing)
{
    const std::uint64_t window = createWindow(peer, className, "", "top pump");
    peer.ask(fmt::format("window.close {}", window));
    for (const std::uint64_t gone : {window, std::uint64_t{0}, std::uint64_t{0xDEAD'BEEE}}) {
        const Error error = errorOf(system->sendCopyData(gone, 0, 1, toBytes("x"), 20'000));
        EXPECT_EQ(error.kind, ErrorKind::Missing) << toText(error);
        EXPECT_EQ(error.code, static_cast<std::uint32_t>(ERROR_INVALID_WINDOW_HANDLE));
        EXPECT_EQ(errorOf(system->sendRegistered(gone, "X", 1, 2, 20'000)).kind, ErrorKind::Missing);
    }
}

TEST_F(Windows, thatDieWhileTheyAreSentToEndTheSending)
{
    const std::uint64_t window = createWindow(peer, className, "", "top stuck");
    std::jthread killer([pid = peer.pid()] { killProcess(pid); });
    const Error error = errorOf(system->sendCopyData(window, 0, 1, toBytes("x"), 60'000));
    EXPECT_NE(error.kind, ErrorKind::TimedOut) << toText(error);
}

// Messages of eight senders at full rate, through a session: every one received or counted, in order, unharmed. 40,000 of them, or as
// many as the environment's IPCLENS_MESSAGES says.
TEST(Traffic, isCompleteUnderLoad)
{
    constexpr std::size_t senders = 8;
    const char *const asked = std::getenv("IPCLENS_MESSAGES");
    const std::uint64_t each = (asked ? std::stoull(asked) : 40'000) / senders;
    constexpr std::uint64_t senderStep = 1'000'000'000;
    struct Tally {
        std::uint64_t messages = 0;
        std::uint64_t wrong = 0;
        std::uint64_t lastSequence = 0;
        std::array<std::uint64_t, senders> lastOf{};
        std::array<std::uint64_t, senders> countOf{};
        std::array<std::uint64_t, senders> pidOf{};
        MessageBatch counts;
    } tally;
    std::mutex mutex;
    const auto note = [&](Event event) {
        const auto *batch = std::get_if<MessageBatch>(&event);
        if (!batch)
            return;
        const std::scoped_lock lock(mutex);
        for (const Message &message : batch->messages) {
            const auto sender = static_cast<std::size_t>(message.id / senderStep) - 1;
            if (sender >= tally.lastOf.size() || message.sequence <= tally.lastSequence ||
                message.id % senderStep <= tally.lastOf[sender] || message.payload != floodPayload(message.id) ||
                message.size != message.payload.size() || message.sender.pid != tally.pidOf[sender] ||
                (message.outcome && message.outcome->result != 1)) {
                ++tally.wrong;
                continue;
            }
            tally.lastSequence = message.sequence;
            tally.lastOf[sender] = message.id % senderStep;
            ++tally.countOf[sender];
            ++tally.messages;
        }
        tally.counts = *batch;
        tally.counts.messages.clear();
    };

    std::array<Peer, senders> peers;
    const TemporaryFolder folder;
    const auto session = startSession(makeSystem(), {folder.path()}, {.event = note, .closed = [](Error) {}});
    std::array<std::uint64_t, senders> windows{};
    for (std::size_t i = 0; i < peers.size(); ++i) {
        tally.pidOf[i] = peers[i].pid();
        windows[i] = createWindow(peers[i], uniqueName("class"), "", "message pump");
    }
    const auto inbox = value(session->wait(OpenInbox{{.className = uniqueName("inbox")}}));
    const auto begin = std::chrono::steady_clock::now();
    constexpr std::uint64_t atOnce = 10'000; // what a sender does well within the time in which it has to answer
    for (std::uint64_t sent = 0; sent < each; sent += atOnce) {
        const std::uint64_t count = std::min(atOnce, each - sent);
        for (std::size_t i = 0; i < peers.size(); ++i)
            peers[i].tell(fmt::format("flood {} {} {} {}", inbox.window, windows[i], count, (i + 1) * senderStep + sent + 1));
        for (Peer &peer : peers)
            EXPECT_EQ(peer.answer(), std::to_string(count));
    }
    value(session->wait(CloseInbox{inbox.inbox}));
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

    const std::scoped_lock lock(mutex);
    fmt::print("{} messages in {:.1f} s, {} dropped\n", tally.messages, time.count(), tally.counts.dropped);
    EXPECT_EQ(tally.wrong, 0u);
    EXPECT_EQ(tally.counts.received, senders * each);
    EXPECT_EQ(tally.messages + tally.counts.dropped, senders * each);
    EXPECT_EQ(tally.counts.truncated, 0u);
    EXPECT_LE(tally.lastSequence, senders * each);
    if (tally.counts.dropped == 0) {
        for (const std::uint64_t count : tally.countOf)
            EXPECT_EQ(count, each);
    }
}

} // namespace
} // namespace ipclens::test
