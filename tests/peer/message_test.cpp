// Windows and messages of real second processes.
#include "tests/peer/windows_peer.h"
#include "core/text/hex.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sstream>

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

// Inboxes.

class Inboxes : public testing::Test {
protected:
    std::unique_ptr<Inbox> open(InboxRequest request = {})
    {
        request.className = uniqueName("inbox");
        return value(system->openInbox(request));
    }

    std::unique_ptr<System> system = makeSystem();
    Peer peer;
};

TEST_F(Inboxes, areFoundByClassAndTitleFromOutside)
{
    const auto inbox = value(system->openInbox({.className = uniqueName("find"), .title = "find me"}));
    const auto windows = value(system->windows({}));
    const auto found = std::ranges::find(windows, inbox->window(), &Window::handle);
    ASSERT_NE(found, windows.end());
    EXPECT_EQ(found->title, "find me");
    EXPECT_FALSE(found->messageOnly);
    EXPECT_FALSE(found->visible);
    EXPECT_EQ(found->process.pid, GetCurrentProcessId());
}

TEST_F(Inboxes, takePayloadsOfAllSizes)
{
    const auto inbox = open();
    std::uint64_t id = 0x1'0000'0000;
    for (const std::uint64_t size : {0, 1, 3, 65536, 16 << 20, 1}) {
        SCOPED_TRACE(size);
        EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 {} {} {}", inbox->window(), ++id, size, id)), "1");
        const Arrivals arrivals = inbox->take();
        ASSERT_EQ(arrivals.messages.size(), 1u);
        const Message &message = arrivals.messages[0];
        EXPECT_EQ(message.kind, MessageKind::CopyData);
        EXPECT_EQ(message.id, id);
        EXPECT_EQ(message.size, size);
        EXPECT_FALSE(message.isTruncated());
        EXPECT_TRUE(message.payload == patternBytes(size, id));
        EXPECT_LE(message.time, wallClock() + 1'000'000'000);
    }
    const Arrivals none = inbox->take();
    EXPECT_TRUE(none.messages.empty());
    EXPECT_EQ(none.received, 6u);
    EXPECT_EQ(none.dropped, 0u);
    EXPECT_EQ(none.truncated, 0u);
}

TEST_F(Inboxes, takeWhatHasNoData)
{
    const auto inbox = open();
    peer.ask(fmt::format("copydata.null {} 0 1 0", inbox->window()));
    peer.ask(fmt::format("copydata.null {} 0 2 1000", inbox->window()));
    peer.ask(fmt::format("copydata {} 0 3 0 0", inbox->window()));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), 3u);
    for (const Message &message : arrivals.messages) {
        EXPECT_TRUE(message.payload.empty());
        EXPECT_FALSE(message.isTruncated());
    }
    EXPECT_TRUE(arrivals.messages[0].nullData);
    EXPECT_TRUE(arrivals.messages[1].nullData);
    if (!isWine()) {
        EXPECT_EQ(arrivals.messages[1].size, 1000u);
    }
    EXPECT_EQ(arrivals.truncated, 0u);
    // A structure that is missing altogether arrives, or the system does not let it through; it never does harm.
    peer.ask(fmt::format("copydata.nothing {}", inbox->window()));
    for (const Message &message : inbox->take().messages)
        EXPECT_TRUE(message.nullData);
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 4 1 0", inbox->window())), "1");
}

TEST_F(Inboxes, tellWhoSent)
{
    const auto inbox = open();
    const std::uint64_t sender = createWindow(peer, uniqueName("class"), "", "message pump");
    const std::uint64_t gone = createWindow(peer, uniqueName("class"), "", "top pump");
    peer.ask(fmt::format("window.close {}", gone));
    const std::array<std::uint64_t, 5> claims{sender, 0, 0xDEAD'BEEE, 0xFFFF'FFFF'FFFF'FFFF, gone};
    for (const std::uint64_t claim : claims)
        peer.ask(fmt::format("copydata {} {} 1 4 0", inbox->window(), claim));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), claims.size());
    for (std::size_t i = 0; i < claims.size(); ++i)
        EXPECT_EQ(arrivals.messages[i].senderWindow, claims[i]);
    EXPECT_EQ(arrivals.messages[0].sender.pid, peer.pid());
    EXPECT_NE(arrivals.messages[0].sender.created, 0);
    EXPECT_EQ(arrivals.messages[0].senderName, "ipclens_peer_tests.exe");
    for (std::size_t i = 1; i < claims.size(); ++i) {
        EXPECT_EQ(arrivals.messages[i].sender.pid, 0u) << i;
        EXPECT_TRUE(arrivals.messages[i].senderName.empty()) << i;
    }
}

TEST_F(Inboxes, takeTheRegisteredMessagesAskedFor)
{
    const std::string mapped = uniqueName("Mapped");
    const std::string other = uniqueName("other");
    const auto inbox = open({.messages = {mapped, "Größe"}});
    ASSERT_EQ(inbox->registered().size(), 2u);
    EXPECT_EQ(inbox->registered()[0].name, mapped);
    EXPECT_EQ(inbox->registered()[0].id, peer.askNumber("window.register " + toWord(mapped)));
    peer.ask(fmt::format("registered {} {} 5 18446744073709551615", inbox->window(), toWord(mapped)));
    peer.ask(fmt::format("registered {} {} 1 1", inbox->window(), toWord(other)));
    peer.ask(fmt::format("registered {} {} 6 7", inbox->window(), toWord("Größe")));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), 2u);
    const Message &first = arrivals.messages[0];
    EXPECT_EQ(first.kind, MessageKind::Registered);
    EXPECT_EQ(first.name, mapped);
    EXPECT_EQ(first.id, inbox->registered()[0].id);
    EXPECT_EQ(first.wParam, 5u);
    EXPECT_EQ(first.lParam, 0xFFFF'FFFF'FFFF'FFFF);
    EXPECT_EQ(arrivals.messages[1].name, "Größe");
    EXPECT_EQ(arrivals.messages[1].sequence, first.sequence + 1);
}

TEST_F(Inboxes, cutPayloadsAndKeepTheirTrueSize)
{
    const auto inbox = open({.maxPayload = 1000});
    for (const std::uint64_t size : {999, 1000, 1001, 65536})
        peer.ask(fmt::format("copydata {} 0 {} {} 3", inbox->window(), size, size));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), 4u);
    for (const Message &message : arrivals.messages) {
        EXPECT_EQ(message.size, message.id);
        EXPECT_TRUE(message.payload == patternBytes(std::min<std::size_t>(message.size, 1000), 3));
        EXPECT_EQ(message.isTruncated(), message.size > 1000);
    }
    EXPECT_EQ(arrivals.truncated, 2u);
    EXPECT_EQ(arrivals.dropped, 0u);
}

TEST_F(Inboxes, countWhatTheirQueueCannotHold)
{
    const auto inbox = open({.queueBytes = 256 * 1024});
    constexpr std::uint64_t size = 16 * 1024;
    for (int i = 1; i <= 40; ++i)
        EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 {} {} {}", inbox->window(), i, size, i)), "1");
    Arrivals arrivals = inbox->take();
    EXPECT_EQ(arrivals.received, 40u);
    EXPECT_GT(arrivals.dropped, 20u);
    EXPECT_EQ(arrivals.droppedBytes, arrivals.dropped * size);
    EXPECT_EQ(arrivals.messages.size() + arrivals.dropped, arrivals.received);
    std::uint64_t last = 0;
    for (const Message &message : arrivals.messages) {
        EXPECT_GT(message.sequence, last);
        EXPECT_EQ(message.sequence, message.id); // dropped ones have numbers too
        EXPECT_TRUE(message.payload == patternBytes(size, message.id));
        last = message.sequence;
    }
    // There is room again.
    peer.ask(fmt::format("copydata {} 0 41 {} 41", inbox->window(), size));
    const Arrivals later = inbox->take();
    ASSERT_EQ(later.messages.size(), 1u);
    EXPECT_EQ(later.messages[0].sequence, 41u);
    EXPECT_EQ(later.dropped, arrivals.dropped);
}

TEST_F(Inboxes, surviveASenderKilledInTheMiddle)
{
    const auto inbox = open();
    Peer victim;
    const std::uint64_t window = createWindow(victim, uniqueName("class"), "", "message pump");
    victim.tell(fmt::format("flood {} {} 0 1", inbox->window(), window));
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    const auto drain = [&] {
        for (const Message &message : inbox->take().messages) {
            EXPECT_EQ(message.sequence, last + 1);
            EXPECT_EQ(message.id, last + 1);
            EXPECT_TRUE(message.payload == floodPayload(message.id));
            last = message.sequence;
            ++taken;
        }
    };
    ASSERT_TRUE(eventually([&] {
        drain();
        return taken > 500;
    }));
    killProcess(victim.pid());
    drain();
    const std::uint64_t fromVictim = last;
    // Whatever the victim was at: others are heard.
    EXPECT_EQ(peer.ask(fmt::format("flood {} 0 500 {}", inbox->window(), fromVictim + 1)), "500");
    drain();
    EXPECT_GE(last, fromVictim + 500);
    EXPECT_EQ(inbox->take().received, taken);
}

TEST_F(Inboxes, closeWhileTheyAreSentTo)
{
    auto inbox = open();
    const std::uint64_t window = inbox->window();
    peer.tell(fmt::format("flood {} 0 3000 1", window));
    ASSERT_TRUE(eventually([&] { return inbox->take().received > 100; }));
    inbox.reset();
    EXPECT_FALSE(IsWindow(reinterpret_cast<HWND>(window)));
    EXPECT_LE(std::stoull(peer.answer()), 3000u); // it was not left hanging
}

// 100,000 messages of four senders, through a session: every one received or counted, in order, unharmed.
TEST(Traffic, isCompleteUnderLoad)
{
    constexpr std::uint64_t each = 25'000;
    constexpr std::uint64_t senderStep = 1'000'000'000;
    struct Tally {
        std::uint64_t messages = 0;
        std::uint64_t wrong = 0;
        std::uint64_t lastSequence = 0;
        std::array<std::uint64_t, 4> lastOf{};
        std::array<std::uint64_t, 4> countOf{};
        std::array<std::uint64_t, 4> pidOf{};
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
                message.size != message.payload.size() || message.sender.pid != tally.pidOf[sender]) {
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

    std::array<Peer, 4> peers;
    const TemporaryFolder folder;
    const auto session = startSession(makeSystem(), {folder.path()}, {.event = note, .closed = [](Error) {}});
    std::array<std::uint64_t, 4> windows{};
    for (std::size_t i = 0; i < peers.size(); ++i) {
        tally.pidOf[i] = peers[i].pid();
        windows[i] = createWindow(peers[i], uniqueName("class"), "", "message pump");
    }
    const auto inbox = value(session->wait(OpenInbox{{.className = uniqueName("inbox")}}));
    for (std::size_t i = 0; i < peers.size(); ++i)
        peers[i].tell(fmt::format("flood {} {} {} {}", inbox.window, windows[i], each, (i + 1) * senderStep + 1));
    for (Peer &peer : peers)
        EXPECT_EQ(peer.answer(), std::to_string(each));
    value(session->wait(CloseInbox{inbox.inbox}));

    const std::scoped_lock lock(mutex);
    EXPECT_EQ(tally.wrong, 0u);
    EXPECT_EQ(tally.counts.received, 4 * each);
    EXPECT_EQ(tally.messages + tally.counts.dropped, 4 * each);
    EXPECT_EQ(tally.counts.truncated, 0u);
    EXPECT_LE(tally.lastSequence, 4 * each);
    if (tally.counts.dropped == 0) {
        for (const std::uint64_t count : tally.countOf)
            EXPECT_EQ(count, each);
    }
}

} // namespace
} // namespace ipclens::test
