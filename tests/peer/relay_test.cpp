// Relays between two real programs.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ipclens::test {
namespace {

class Relays : public testing::Test {
protected:
    std::uint64_t createReceiver(const char *how = "top pump")
    {
        return receiver.askNumber(fmt::format("window.create {} {} {}", toWord(className), toWord(title), how));
    }
    std::unique_ptr<Inbox> open(RelayRequest request = {})
    {
        request.receiver = {.className = className, .title = title};
        return value(system->openRelay(request));
    }
    // As a program looks for its receiver.
    std::uint64_t find() { return sender.askNumber(fmt::format("window.find {} {}", toWord(className), toWord(title))); }

    std::unique_ptr<System> system = makeSystem();
    Peer receiver;
    Peer sender;
    const std::string className = uniqueName("class");
    const std::string title = uniqueName("title");
};

TEST_F(Relays, areFoundFirstAndGiveTheReceiversOwnAnswers)
{
    const std::uint64_t real = createReceiver();
    EXPECT_EQ(find(), real);
    const auto relay = open();
    EXPECT_EQ(relay->note(), "");
    EXPECT_EQ(relay->receiver().handle, real);
    EXPECT_EQ(relay->receiver().process.pid, receiver.pid());
    ASSERT_EQ(find(), relay->window());
    ASSERT_NE(relay->window(), real);

    // Whatever is sent to the one gives the same as sent to the other.
    const std::string registered = uniqueName("message");
    std::vector<std::string> lines;
    for (const std::uint64_t size : {0, 1, 70'000, 1 << 20})
        lines.push_back(fmt::format("copydata {{}} {} {} {} {}", 0x4242, 0x1234'5678'9ABC, size, size));
    lines.push_back("copydata.null {} 7 5 0");
    lines.push_back(fmt::format("registered {{}} {} 281474976710655 9223372036854775809", toWord(registered)));
    lines.push_back("send {} 32768 20 2"); // WM_APP
    lines.push_back("send {} 32768 0 0");
    for (const std::int64_t reply : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-5}, std::int64_t{0x1234'5678'9ABC}}) {
        receiver.ask(fmt::format("window.reply {}", reply));
        for (const std::string &line : lines) {
            SCOPED_TRACE(line);
            const auto before = receiver.askNumber("window.count");
            const std::string direct = sender.ask(fmt::format(fmt::runtime(line), real));
            const std::string seen = receiver.ask("window.last");
            const auto between = receiver.askNumber("window.count");
            EXPECT_EQ(sender.ask(fmt::format(fmt::runtime(line), relay->window())), direct);
            EXPECT_EQ(receiver.ask("window.last"), seen);
            EXPECT_EQ(receiver.askNumber("window.count") - between, between - before);
        }
    }
    relay->close();
    const Arrivals arrivals = relay->take();
    ASSERT_EQ(arrivals.messages.size(), 4 * 6u); // messages of the program's own pass unseen
    const Message &large = arrivals.messages[3];
    EXPECT_EQ(large.senderWindow, 0x4242u);
    EXPECT_EQ(large.id, 0x1234'5678'9ABCu);
    EXPECT_TRUE(large.payload == patternBytes(1 << 20, 1 << 20));
    EXPECT_EQ(large.receiverWindow, real);
    EXPECT_EQ(large.receiver.pid, receiver.pid());
    EXPECT_EQ(large.receiverName, "ipclens_peer_tests.exe");
    EXPECT_TRUE(arrivals.messages[4].nullData);
    EXPECT_EQ(arrivals.messages[5].name, registered);
    EXPECT_EQ(arrivals.messages[5].wParam, 281474976710655u);
    for (std::size_t i = 0; i < arrivals.messages.size(); ++i) {
        ASSERT_TRUE(arrivals.messages[i].outcome) << i;
        EXPECT_FALSE(arrivals.messages[i].outcome->failure) << i;
        EXPECT_EQ(arrivals.messages[i].outcome->result, (std::array<std::int64_t, 4>{1, 0, -5, 0x1234'5678'9ABC}[i / 6])) << i;
    }
}

TEST_F(Relays, letTheReceiverAskTheSenderBack)
{
    createReceiver();
    const auto relay = open();
    receiver.ask("window.askback");
    EXPECT_EQ(sender.ask(fmt::format("copydata.asked {}", relay->window())), "43");
}

TEST_F(Relays, passOnWhatProgramsSendEachOtherAndNoMore)
{
    createReceiver();
    const auto relay = open();
    receiver.ask("window.reply 12");
    for (const UINT message : {WM_COMMAND, WM_SYSCOMMAND, WM_KEYDOWN}) {
        SCOPED_TRACE(message);
        EXPECT_EQ(sender.ask(fmt::format("send {} {} 57696 18446744073709551615", relay->window(), message)), "12");
        EXPECT_EQ(receiver.ask("window.last"), fmt::format("message {} 57696 18446744073709551615", message));
    }
    EXPECT_EQ(sender.ask(fmt::format("send {} {} 0 0", relay->window(), UINT{WM_SETTINGCHANGE})), "0");
    EXPECT_EQ(receiver.askNumber("window.count"), 3u);
}

TEST_F(Relays, closeTheReceiverInsteadOfThemselves)
{
    for (const UINT message : {WM_CLOSE, WM_QUIT}) {
        SCOPED_TRACE(message);
        const std::uint64_t real = createReceiver();
        const auto relay = open();
        sender.ask(fmt::format("post {} {} 0 0", relay->window(), message));
        EXPECT_TRUE(eventually([&] { return !IsWindow(reinterpret_cast<HWND>(real)); }));
        EXPECT_TRUE(eventually([&] { return relay->take().ended.has_value(); }));
    }
}

TEST_F(Relays, passOnWhatNobodyWaitsFor)
{
    createReceiver();
    const auto relay = open();
    const std::string name = uniqueName("posted");
    const auto message = sender.askNumber("window.register " + toWord(name));
    for (const char *how : {"post", "notify"}) {
        SCOPED_TRACE(how);
        const auto before = receiver.askNumber("window.count");
        EXPECT_NE(sender.askNumber(fmt::format("{} {} {} 5 7", how, relay->window(), message)), 0u);
        EXPECT_TRUE(eventually([&] { return receiver.askNumber("window.count") > before; }));
        EXPECT_EQ(receiver.ask("window.last"), fmt::format("registered {} 5 7", message));
    }
    relay->close();
    const Arrivals arrivals = relay->take();
    ASSERT_EQ(arrivals.messages.size(), 2u);
    for (const Message &one : arrivals.messages) {
        EXPECT_EQ(one.name, name);
        EXPECT_FALSE(one.senderWaits);
        ASSERT_TRUE(one.outcome);
        EXPECT_FALSE(one.outcome->failure);
    }
}

TEST_F(Relays, leaveBroadcastsToTheReceiverItself)
{
    createReceiver();
    const auto relay = open();
    const std::string name = uniqueName("broadcast");
    const auto message = sender.askNumber("window.register " + toWord(name));
    const auto everybody = reinterpret_cast<std::uintptr_t>(HWND_BROADCAST);
    std::uint64_t expected = 0;
    for (const char *how : {"post", "notify", "send"}) {
        SCOPED_TRACE(how);
        sender.ask(fmt::format("{} {} {} 1 2", how, everybody, message));
        EXPECT_EQ(sender.ask(fmt::format("send {} {} 1 3", relay->window(), message)),
                  "0"); // to the relay alone, and much like it
        EXPECT_NE(sender.askNumber(fmt::format("post {} {} 3 4", relay->window(), message)), 0u); // after all of them
        expected += 3;
        EXPECT_TRUE(eventually([&] { return receiver.askNumber("window.count") >= expected; }));
        EXPECT_TRUE(
            eventually([&] { return receiver.ask("window.last") == fmt::format("registered {} 3 4", message); }));
        EXPECT_EQ(receiver.askNumber("window.count"), expected);
    }
    relay->close();
    EXPECT_EQ(relay->take().messages.size(), 9u);
}

TEST_F(Relays, answerInTheOrderOfTheReceiver)
{
    createReceiver();
    receiver.ask("window.work 1000");
    const auto relay = open();
    Peer second, third;
    sender.tell(fmt::format("copydata.timed {} 1", relay->window()));
    ASSERT_TRUE(eventually([&] { return receiver.askNumber("window.count") == 1; }));
    second.tell(fmt::format("copydata.timed {} 2", relay->window()));
    third.tell(fmt::format("copydata.timed {} 3", relay->window()));
    const std::uint64_t answered = std::stoull(sender.answer());
    second.answer();
    third.answer();
    // Its answer did not wait for what came after it.
    EXPECT_LT(answered, receiver.askNumber("window.ended 2"));
    EXPECT_LT(answered, receiver.askNumber("window.ended 3"));
    relay->close();
    const Arrivals arrivals = relay->take();
    ASSERT_EQ(arrivals.messages.size(), 3u);
    for (const Message &message : arrivals.messages) {
        EXPECT_EQ(message.depth, 0u);
        ASSERT_TRUE(message.outcome);
        EXPECT_GE(message.outcome->duration, 1'000'000'000);
    }
}

TEST_F(Relays, takeOthersWhileTheReceiverLooksForMessages)
{
    createReceiver();
    const auto relay = open();
    receiver.ask("window.reply 6");
    receiver.ask("window.hold pump");
    Peer second;
    sender.tell(fmt::format("copydata {} 0 1 4 0", relay->window()));
    ASSERT_TRUE(eventually([&] { return receiver.ask("window.holding") == "1"; }));
    EXPECT_EQ(second.ask(fmt::format("send {} 32768 20 2", relay->window())), "42"); // while the first one waits
    second.tell(fmt::format("copydata {} 0 2 4 0", relay->window()));
    ASSERT_TRUE(eventually([&] { return receiver.ask("window.holding") == "2"; }));
    receiver.ask("window.release");
    EXPECT_EQ(sender.answer(), "6");
    EXPECT_EQ(second.answer(), "6");
    relay->close();
    const Arrivals arrivals = relay->take();
    ASSERT_EQ(arrivals.messages.size(), 2u);
    EXPECT_EQ(arrivals.messages[1].depth, 1u);
    for (const Message &message : arrivals.messages) {
        ASSERT_TRUE(message.outcome);
        EXPECT_EQ(message.outcome->result, 6);
    }
}

TEST_F(Relays, passOnEqualMessagesOfManySenders)
{
    createReceiver();
    receiver.ask("window.reply 1");
    const auto relay = open();
    receiver.ask("window.hold");
    constexpr int senders = 24;
    sender.tell(fmt::format("copydata.many {} {}", relay->window(), senders));
    ASSERT_TRUE(eventually([&] { return receiver.ask("window.holding") == "1"; }));
    receiver.ask("window.release");
    EXPECT_EQ(sender.answer(), std::to_string(senders));
    relay->close();
    const Arrivals arrivals = relay->take();
    EXPECT_EQ(arrivals.messages.size(), static_cast<std::size_t>(senders));
    for (const Message &message : arrivals.messages)
        EXPECT_TRUE(message.outcome && !message.outcome->failure);
}

TEST_F(Relays, seemToHangAsTheReceiverDoes)
{
    createReceiver();
    const auto relay = open();
    receiver.ask("window.hold");
    sender.tell(fmt::format("copydata {} 0 1 4 0", relay->window()));
    const auto window = reinterpret_cast<HWND>(relay->window());
    ASSERT_TRUE(eventually([&] { return IsHungAppWindow(window) != FALSE; }));
    // Who gives up on windows that hang does so here, long before his time is over.
    const Error error = errorOf(system->sendCopyData(relay->window(), 0, 2, toBytes("x"), 60'000));
    EXPECT_EQ(error.kind, ErrorKind::TimedOut) << toText(error);
    receiver.ask("window.release");
    EXPECT_EQ(sender.answer(), "0");
    EXPECT_TRUE(eventually([&] { return !IsHungAppWindow(window); }));
}

TEST_F(Relays, waitAsLongAsTheReceiverDoesAndCanBeClosedMeanwhile)
{
    createReceiver();
    auto relay = open();
    receiver.ask("window.hold");
    sender.tell(fmt::format("copydata {} 0 1 4 0", relay->window()));
    ASSERT_TRUE(eventually([&] { return !relay->take().messages.empty(); }));
    // A sender's own time-out ends its waiting, as it would without a relay.
    const Error error = errorOf(system->sendCopyData(relay->window(), 0, 2, toBytes("x"), 200));
    EXPECT_EQ(error.kind, ErrorKind::TimedOut) << toText(error);
    relay->close();
    EXPECT_EQ(sender.answer(), "0");
    const Arrivals last = relay->take();
    ASSERT_FALSE(last.outcomes.empty());
    for (const MessageOutcome &outcome : last.outcomes) {
        ASSERT_TRUE(outcome.failure);
        EXPECT_EQ(outcome.failure->kind, ErrorKind::Cancelled);
    }
    receiver.ask("window.release");
}

TEST_F(Relays, goAwayWithTheReceiver)
{
    const std::uint64_t real = createReceiver();
    const auto relay = open();
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 1 4 0", relay->window())), "0");
    receiver.ask(fmt::format("window.close {}", real));
    EXPECT_TRUE(eventually([&] { return find() == 0; })) << "as without a relay";
    EXPECT_FALSE(IsWindow(reinterpret_cast<HWND>(relay->window())));
    const Arrivals arrivals = relay->take();
    EXPECT_EQ(arrivals.messages.size(), 1u);
    ASSERT_TRUE(arrivals.ended);
    EXPECT_EQ(arrivals.ended->kind, ErrorKind::Missing);
    relay->close();
    EXPECT_FALSE(relay->take().ended);
}

TEST_F(Relays, surviveAReceiverKilledWhileItAnswers)
{
    createReceiver();
    const auto relay = open();
    receiver.ask("window.hold");
    sender.tell(fmt::format("copydata {} 0 1 4 0", relay->window()));
    ASSERT_TRUE(eventually([&] { return !relay->take().messages.empty(); }));
    receiver.die();
    EXPECT_EQ(sender.answer(), "0");
    EXPECT_TRUE(eventually([&] { return find() == 0; }));
    const Arrivals arrivals = relay->take();
    EXPECT_TRUE(arrivals.ended);
    ASSERT_EQ(arrivals.outcomes.size(), 1u);
    EXPECT_TRUE(arrivals.outcomes[0].failure);
}

TEST_F(Relays, showAndActivateTheReceiver)
{
    const std::uint64_t real = createReceiver();
    const auto relay = open();
    sender.ask(fmt::format("window.activate {}", relay->window()));
    EXPECT_TRUE(eventually([&] { return sender.ask(fmt::format("window.visible {}", real)) == "1"; }));
    EXPECT_EQ(sender.ask(fmt::format("window.visible {}", relay->window())), "0");
    EXPECT_TRUE(eventually([&] { return GetForegroundWindow() == reinterpret_cast<HWND>(real); }));
    EXPECT_EQ(find(), relay->window());
}

TEST_F(Relays, tellWhenOthersAreFoundFirst)
{
    createReceiver();
    // Each comes to the front whenever it sees the other there.
    const std::array relays{open(), open()};
    std::optional<Error> notice;
    EXPECT_TRUE(eventually([&] {
        for (const auto &relay : relays)
            if (auto arrivals = relay->take(); arrivals.notice)
                notice = arrivals.notice;
        return notice.has_value();
    }));
    EXPECT_THAT(notice->meaning, testing::HasSubstr("before the relay"));
}

TEST_F(Relays, areNotPutBeforeRelays)
{
    const std::uint64_t real = createReceiver();
    const auto relay = open();
    // Another one of the same class and title finds the receiver, not the relay.
    const auto second = open();
    EXPECT_EQ(second->receiver().handle, real);
    for (const WindowTarget &target : {WindowTarget{.window = relay->window()}, WindowTarget{.window = second->window()}})
        EXPECT_EQ(errorOf(system->openRelay({.receiver = target})).kind, ErrorKind::Refused);
    const auto inbox = value(system->openInbox({.className = uniqueName("own")}));
    EXPECT_EQ(errorOf(system->openRelay({.receiver = {.window = inbox->window()}})).kind, ErrorKind::Refused);
    EXPECT_EQ(errorOf(system->openRelay({.receiver = {.className = uniqueName("nobody")}})).kind, ErrorKind::Missing);
    EXPECT_EQ(errorOf(system->openRelay({})).kind, ErrorKind::Invalid);
    // A relay of another process.
    receiver.ask("window.reply 3");
    const auto listed = runCli({"relay", "--window", std::to_string(relay->window()), "--duration", "1"});
    EXPECT_EQ(listed.exitCode, 1u) << listed.err;
    EXPECT_THAT(listed.err, testing::HasSubstr("relay already"));
}

TEST_F(Relays, endLoops)
{
    createReceiver();
    const auto relay = open();
    const auto bounce = [&](const char *how, const std::string &message) {
        SCOPED_TRACE(message + how);
        receiver.ask(fmt::format("window.bounce {} {}", toWord(className), how)); // to the relay, that is
        const auto before = receiver.askNumber("window.bounces");
        EXPECT_EQ(sender.ask(fmt::format(fmt::runtime(message), relay->window())), "0");
        const auto bounces = receiver.askNumber("window.bounces") - before;
        EXPECT_GT(bounces, 0u);
        EXPECT_LE(bounces, 32u);
        return std::ranges::count_if(relay->take().messages,
                                     [](const Message &one) { return one.outcome && one.outcome->failure; });
    };
    EXPECT_EQ(bounce("", "copydata {} 0 1 100 0"), 1);
    EXPECT_EQ(bounce("changed", "copydata {} 0 1 100 0"), 1);
    EXPECT_EQ(bounce("changed", "send {} 32770 1 0"), 0); // a message of the program's own, which is passed on unseen
}

TEST_F(Relays, passOnFloodsUnharmed)
{
    createReceiver();
    receiver.ask("window.reply 1");
    const auto relay = open();
    constexpr std::uint64_t each = 300;
    std::array<Peer, 3> senders;
    for (std::size_t i = 0; i < senders.size(); ++i)
        senders[i].tell(fmt::format("flood {} {} {} {}", relay->window(), i + 1, each, (i + 1) * 1'000'000));
    for (Peer &one : senders)
        EXPECT_EQ(one.answer(), std::to_string(each));
    EXPECT_EQ(receiver.askNumber("window.count"), each * senders.size());
    relay->close();
    const Arrivals arrivals = relay->take();
    EXPECT_EQ(arrivals.messages.size(), each * senders.size());
    std::map<std::uint64_t, std::uint64_t> last;
    for (const Message &message : arrivals.messages) {
        EXPECT_TRUE(message.payload == floodPayload(message.id));
        EXPECT_GT(message.id, last[message.senderWindow]);
        last[message.senderWindow] = message.id;
        ASSERT_TRUE(message.outcome);
        EXPECT_EQ(message.outcome->result, 1);
    }
}

} // namespace
} // namespace ipclens::test
