// Windows that take messages, and real second processes that send them.
#include "tests/peer/windows_peer.h"
#include "core/text/hex.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ipclens::test {
namespace {

std::uint64_t createWindow(Peer &peer, const std::string &className, const std::string &title, const char *how)
{
    return peer.askNumber(fmt::format("window.create {} {} {}", toWord(className), toWord(title), how));
}

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

// What waits lies in blocks: small payloads in common ones, large ones in one of their own.
TEST_F(Inboxes, takePayloadsOfAllSizesThatWaitedTogether)
{
    const auto inbox = open();
    constexpr std::array<std::size_t, 8> sizes{1, 65535, 4096, 65536, 0, 50'000, 262'144, 65537};
    constexpr std::uint64_t rounds = 6;
    for (std::uint64_t id = 0; id < rounds * sizes.size(); ++id)
        peer.ask(fmt::format("copydata {} 0 {} {} {}", inbox->window(), id, sizes[id % sizes.size()], id));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), rounds * sizes.size());
    for (std::uint64_t id = 0; id < arrivals.messages.size(); ++id) {
        const Message &message = arrivals.messages[id];
        EXPECT_EQ(message.sequence, id + 1);
        EXPECT_EQ(message.id, id);
        EXPECT_TRUE(message.payload == patternBytes(sizes[id % sizes.size()], id)) << id;
        EXPECT_TRUE(message.outcome) << id;
    }
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
    const std::uint64_t sender = createWindow(peer, uniqueName("class"), "The Sender", "message pump");
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
    EXPECT_EQ(arrivals.messages[0].senderTitle, "The Sender");
    EXPECT_EQ(arrivals.messages[0].receiverWindow, inbox->window());
    EXPECT_EQ(arrivals.messages[0].receiver.pid, GetCurrentProcessId());
    EXPECT_EQ(arrivals.messages[0].receiverName, "ipclens_peer_tests.exe");
    EXPECT_TRUE(arrivals.messages[0].senderWaits);
    for (std::size_t i = 1; i < claims.size(); ++i) {
        EXPECT_EQ(arrivals.messages[i].sender.pid, 0u) << i;
        EXPECT_TRUE(arrivals.messages[i].senderName.empty()) << i;
        EXPECT_TRUE(arrivals.messages[i].senderTitle.empty()) << i;
    }
}

TEST_F(Inboxes, tellWhoSentAndEndedAtOnce)
{
    const auto inbox = open();
    Peer brief;
    const std::uint32_t pid = brief.pid();
    const auto processes = value(system->processes({}));
    const auto listed = std::ranges::find(processes, pid, [](const ProcessInfo &process) { return process.key.pid; });
    ASSERT_NE(listed, processes.end());
    brief.tell(fmt::format("copydata.last {}", inbox->window()));
    waitForEnd(pid);
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].sender, listed->key);
    EXPECT_EQ(arrivals.messages[0].senderName, "ipclens_peer_tests.exe");
    EXPECT_EQ(arrivals.messages[0].senderTitle, "Last words");
}

TEST_F(Inboxes, haveOneTimeLine)
{
    const std::array inboxes{open(), open()};
    std::vector<std::int64_t> times;
    for (int i = 0; i < 20; ++i) {
        const auto &inbox = inboxes[i % 2];
        peer.ask(fmt::format("copydata {} 0 {} 4 0", inbox->window(), i));
        const Arrivals arrivals = inbox->take();
        ASSERT_EQ(arrivals.messages.size(), 1u);
        times.push_back(arrivals.messages[0].time);
    }
    EXPECT_TRUE(std::ranges::is_sorted(times));
}

TEST_F(Inboxes, canTakeMessagesOfLowerIntegrity)
{
    const std::string name = uniqueName("lower");
    const auto inbox = open({.messages = {name}, .acceptLowerIntegrity = true});
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 1 4 0", inbox->window())), "1");
    EXPECT_EQ(peer.ask(fmt::format("registered {} {} 1 2", inbox->window(), toWord(name))), "0");
    EXPECT_EQ(inbox->take().messages.size(), 2u);
}

TEST_F(Inboxes, answerByRules)
{
    const std::string asked = uniqueName("asked"), other = uniqueName("other");
    const auto inbox = open({.messages = {asked, other},
                             .replies = {{.kind = MessageKind::CopyData, .id = 7, .result = 42},
                                         {.kind = MessageKind::CopyData, .id = 8, .result = -1},
                                         {.kind = MessageKind::Registered, .message = asked, .result = 9}}});
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 7 4 0", inbox->window())), "42");
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 8 4 0", inbox->window())), "-1");
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 9 4 0", inbox->window())), "1");
    EXPECT_EQ(peer.ask(fmt::format("registered {} {} 1 2", inbox->window(), toWord(asked))), "9");
    EXPECT_EQ(peer.ask(fmt::format("registered {} {} 1 2", inbox->window(), toWord(other))), "0");
    inbox->close();
    const Arrivals arrivals = inbox->take();
    std::vector<std::int64_t> results;
    for (const Message &message : arrivals.messages) {
        ASSERT_TRUE(message.outcome);
        EXPECT_EQ(message.outcome->sequence, message.sequence);
        EXPECT_GE(message.outcome->duration, 0);
        EXPECT_FALSE(message.outcome->failure);
        EXPECT_EQ(message.depth, 0u);
        results.push_back(message.outcome->result);
    }
    EXPECT_THAT(results, testing::ElementsAre(42, -1, 1, 9, 0));
    EXPECT_TRUE(arrivals.outcomes.empty());
}

TEST_F(Inboxes, takeOthersWhileOneWaitsForItsAnswer)
{
    auto inbox = open({.replies = {{.kind = MessageKind::CopyData, .id = 1, .result = 5, .delay = 60'000}}});
    Peer patient;
    patient.tell(fmt::format("copydata {} 0 1 4 0", inbox->window()));
    Arrivals first;
    ASSERT_TRUE(eventually([&] {
        first = inbox->take();
        return !first.messages.empty();
    }));
    EXPECT_FALSE(first.messages[0].outcome);
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 2 4 0", inbox->window())), "1"); // and the other one still waits
    const Arrivals second = inbox->take();
    ASSERT_EQ(second.messages.size(), 1u);
    EXPECT_EQ(second.messages[0].depth, 1u);
    inbox->close();
    EXPECT_EQ(patient.answer(), "5"); // at the end nobody is left waiting
    const Arrivals last = inbox->take();
    if (second.messages[0].outcome) {
        EXPECT_EQ(second.messages[0].outcome->result, 1);
    }
    ASSERT_FALSE(last.outcomes.empty());
    EXPECT_EQ(last.outcomes.back().sequence, first.messages[0].sequence);
    EXPECT_EQ(last.outcomes.back().result, 5);
    EXPECT_GT(last.outcomes.back().duration, 0);
}

TEST_F(Inboxes, keepSendersWaitingForAsLongAsTheyShall)
{
    constexpr std::chrono::milliseconds delay(150);
    const auto inbox = open({.replies = {{.kind = MessageKind::CopyData, .result = 5, .delay = delay.count()}}});
    for (int i = 0; i < 3; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 1 4 0", inbox->window())), "5");
        EXPECT_GE(std::chrono::steady_clock::now() - begin, delay);
        const Arrivals arrivals = inbox->take();
        ASSERT_EQ(arrivals.messages.size(), 1u);
        ASSERT_TRUE(arrivals.messages[0].outcome);
        EXPECT_GE(std::chrono::nanoseconds(arrivals.messages[0].outcome->duration), delay);
    }
}

TEST_F(Inboxes, answerWithoutKeepingWhileCapturingIsOff)
{
    const auto inbox = open();
    inbox->setCapturing(false);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 1 4 0", inbox->window())), "1");
    inbox->setCapturing(true);
    peer.ask(fmt::format("copydata {} 0 2 4 0", inbox->window()));
    const Arrivals arrivals = inbox->take();
    EXPECT_EQ(arrivals.received, 4u);
    EXPECT_EQ(arrivals.skipped, 3u);
    EXPECT_EQ(arrivals.dropped, 0u);
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].sequence, 4u);
    EXPECT_EQ(arrivals.messages[0].id, 2u);
}

TEST_F(Inboxes, readWhatPayloadsName)
{
    const auto inbox = open({.referenceBytes = 256});
    const std::string section = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 8192 rw commit", toWord(section)));
    peer.ask(fmt::format("fill {} 8192 {}", view, view));
    std::string wideName;
    for (const char c : section)
        wideName += {c, '\0'};
    for (const std::string &payload : {section, section + '\0', wideName, wideName + std::string(2, '\0'), section + "?",
                                       section.substr(1), std::string("x")})
        peer.ask(fmt::format("copydata.bytes {} 0 1 {}", inbox->window(), toHex(toBytes(payload))));
    const Arrivals arrivals = inbox->take();
    ASSERT_EQ(arrivals.messages.size(), 7u);
    for (std::size_t i = 0; i < 4; ++i) {
        SCOPED_TRACE(i);
        ASSERT_EQ(arrivals.messages[i].references.size(), 1u);
        const MessageReference &reference = arrivals.messages[i].references[0];
        EXPECT_EQ(reference.kind, ReferenceKind::Section);
        EXPECT_EQ(reference.section, section);
        EXPECT_FALSE(reference.failure);
        EXPECT_TRUE(reference.bytes == patternBytes(256, 0));
    }
    for (std::size_t i = 4; i < 7; ++i)
        EXPECT_TRUE(arrivals.messages[i].references.empty()) << i;
}

TEST_F(Inboxes, readWhatRegisteredMessagesPointTo)
{
    const std::string handle = uniqueName("Handle"), turned = uniqueName("turned"), plain = uniqueName("plain");
    const auto inbox = open({.messages = {handle, turned, plain},
                             .referenceBytes = 1000,
                             .pointers = {{turned, PointerPlace::PidInLParam}, {plain, PointerPlace::None}}});
    const Address block = peer.askNumber("alloc 65536");
    peer.ask(fmt::format("fill {} 65536 {}", block, block));
    const auto send = [&](const std::string &name, std::uint64_t wParam, std::uint64_t lParam) {
        peer.ask(fmt::format("registered {} {} {} {}", inbox->window(), toWord(name), wParam, lParam));
        Arrivals arrivals = inbox->take();
        return arrivals.messages.at(0).references;
    };
    for (const auto &references : {send(handle, peer.pid(), block), send(turned, block, peer.pid())}) {
        ASSERT_EQ(references.size(), 1u);
        EXPECT_EQ(references[0].kind, ReferenceKind::Pointer);
        EXPECT_EQ(references[0].process.pid, peer.pid());
        EXPECT_NE(references[0].process.created, 0);
        EXPECT_EQ(references[0].address, block);
        EXPECT_FALSE(references[0].failure);
        EXPECT_TRUE(references[0].bytes == patternBytes(1000, 0));
    }
    EXPECT_TRUE(send(plain, peer.pid(), block).empty());
    EXPECT_TRUE(send(handle, peer.pid(), 1234).empty());      // a number
    EXPECT_TRUE(send(handle, 0xFFFF'FFF0, block).empty());    // no such process
    EXPECT_TRUE(send(handle, peer.pid(), 0x10000 + (std::uint64_t{1} << 46)).empty());
    const auto unreadable = send(turned, 0x10000 + (std::uint64_t{1} << 46), peer.pid()); // said to be a pointer
    ASSERT_EQ(unreadable.size(), 1u);
    EXPECT_TRUE(unreadable[0].bytes.empty());
    EXPECT_TRUE(unreadable[0].failure);
    const auto nobody = send(turned, block, 0xFFFF'FFF0);
    ASSERT_EQ(nobody.size(), 1u);
    EXPECT_TRUE(nobody[0].failure);
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
            if (message.id != 0) {
                EXPECT_EQ(message.id, last + 1);
                EXPECT_TRUE(message.payload == floodPayload(message.id));
            }
            last = message.sequence;
            ++taken;
        }
    };
    ASSERT_TRUE(eventually([&] {
        drain();
        return taken > 500;
    }));
    killProcess(victim.pid());
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 0 0 0", inbox->window())), "1"); // behind what the victim still sent
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

} // namespace
} // namespace ipclens::test
