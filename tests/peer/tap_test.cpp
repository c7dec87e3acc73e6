// Taps in real programs: what their windows get is seen, and they never come to harm.
#include "core/os/windows/tap_ring.h"
#include "core/text/hex.h"
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include <array>
#include <thread>

#include <sddl.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ipclens::test {
namespace {

std::string toNarrow(wchar_t *text) // ASCII
{
    std::string narrow;
    for (const wchar_t *at = text; *at != 0; ++at)
        narrow += static_cast<char>(*at);
    LocalFree(text);
    return narrow;
}

// As text, of the kind "D:P(A;;GA;;;SID)".
std::string rulesOf(HANDLE handle)
{
    std::array<std::byte, 1024> descriptor;
    DWORD size = 0;
    wchar_t *text = nullptr;
    if (!GetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, descriptor.data(), descriptor.size(), &size) ||
        !ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor.data(), SDDL_REVISION_1,
                                                              DACL_SECURITY_INFORMATION, &text, nullptr))
        throwLastError("reading a security descriptor");
    return toNarrow(text);
}

std::string ownSid()
{
    HANDLE token = nullptr;
    alignas(TOKEN_USER) std::array<std::byte, sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> user;
    DWORD size = 0;
    wchar_t *text = nullptr;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) ||
        !GetTokenInformation(token, TokenUser, user.data(), user.size(), &size) ||
        !ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER *>(user.data())->User.Sid, &text))
        throwLastError("asking for the own user");
    CloseHandle(token);
    return toNarrow(text);
}

class Taps : public testing::Test {
protected:
    Taps() : window(createWindow(*host)) {}

    std::uint64_t createWindow(Peer &peer)
    {
        return peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord(title)));
    }
    std::unique_ptr<Inbox> open(TapRequest request = {})
    {
        request.window = {.window = window};
        request.loadCode = true;
        return value(system->openTap(request));
    }
    std::string procedure() { return host->ask(fmt::format("window.procedure {}", window)); }
    // Views in the host of what a tap with the usual ring shares with it.
    std::ptrdiff_t ringsInHost()
    {
        const auto process = value(system->openProcess({.pid = host->pid()}, Access::Read));
        const auto regions = value(process->regions(process->extent(), {}));
        constexpr std::uint64_t size = (sizeof(tap::Header) + TapRequest{}.ringBytes + 0xFFF) & ~std::uint64_t{0xFFF};
        return std::ranges::count_if(regions, [](const Region &region) {
            return region.type == RegionType::Mapped && region.range.size == size;
        });
    }

    std::unique_ptr<System> system = makeSystem();
    const std::string className = uniqueName("tapped");
    const std::string title = uniqueName("title");
    std::optional<Peer> host{std::in_place};
    Peer sender;
    std::uint64_t window;
};

TEST_F(Taps, seeWhatTheWindowGetsAndAnswers)
{
    const std::string before = procedure();
    const std::string registered = uniqueName("message"), other = uniqueName("other");
    const std::uint64_t claimed = sender.askNumber(fmt::format("window.create {} {} message pump", toWord(uniqueName("s")), toWord("Sender")));
    const auto tap = open({.messages = {registered}, .maxPayload = 1 << 20, .ringBytes = 8 << 20});
    EXPECT_EQ(tap->window(), window);
    EXPECT_NE(procedure(), before);
    std::uint64_t id = 0;
    for (const std::int64_t reply : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-5}, std::int64_t{0x1234'5678'9ABC}}) {
        host->ask(fmt::format("window.reply {}", reply));
        for (const std::uint64_t size : {0, 1, 7, 70'000, 1 << 20}) {
            SCOPED_TRACE(fmt::format("{} {}", reply, size));
            ++id;
            EXPECT_EQ(sender.ask(fmt::format("copydata {} {} {} {} {}", window, claimed, id, size, id)), std::to_string(reply));
            const Arrivals arrivals = tap->take();
            ASSERT_EQ(arrivals.messages.size(), 1u);
            const Message &message = arrivals.messages[0];
            EXPECT_EQ(message.kind, MessageKind::CopyData);
            EXPECT_EQ(message.id, id);
            EXPECT_EQ(message.sequence, id);
            EXPECT_EQ(message.size, size);
            EXPECT_TRUE(message.payload == patternBytes(size, id));
            EXPECT_EQ(message.sender.pid, sender.pid());
            EXPECT_EQ(message.senderTitle, "Sender");
            EXPECT_EQ(message.receiverWindow, window);
            EXPECT_EQ(message.receiver.pid, host->pid());
            EXPECT_EQ(message.receiverName, "ipclens_peer_tests.exe");
            EXPECT_TRUE(message.senderWaits);
            ASSERT_TRUE(message.outcome);
            EXPECT_EQ(message.outcome->result, reply);
            EXPECT_GT(message.outcome->duration, 0);
        }
    }
    sender.ask(fmt::format("copydata.null {} 0 99 0", window));
    sender.ask(fmt::format("registered {} {} 5 18446744073709551615", window, toWord(registered)));
    sender.ask(fmt::format("registered {} {} 1 1", window, toWord(other)));
    const Arrivals arrivals = tap->take();
    ASSERT_EQ(arrivals.messages.size(), 2u);
    EXPECT_TRUE(arrivals.messages[0].nullData);
    EXPECT_EQ(arrivals.messages[1].kind, MessageKind::Registered);
    EXPECT_EQ(arrivals.messages[1].name, registered);
    EXPECT_EQ(arrivals.messages[1].wParam, 5u);
    EXPECT_EQ(arrivals.messages[1].lParam, 0xFFFF'FFFF'FFFF'FFFF);
    tap->close();
    EXPECT_EQ(procedure(), before);
    EXPECT_FALSE(tap->take().ended);
}

TEST_F(Taps, cutPayloadsAndCountWhatIsLost)
{
    const auto tap = open({.maxPayload = 1000, .ringBytes = 64 << 10});
    sender.ask(fmt::format("copydata {} 0 1 70000 9", window));
    Arrivals arrivals = tap->take();
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].size, 70'000u);
    EXPECT_TRUE(arrivals.messages[0].payload == patternBytes(1000, 9));
    EXPECT_EQ(arrivals.truncated, 1u);

    constexpr std::uint64_t count = 200; // of 1,000 bytes: more than fit
    for (std::uint64_t i = 0; i < count; ++i)
        EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 {} 1000 {}", window, i, i)), "0");
    arrivals = tap->take();
    EXPECT_EQ(arrivals.received, count + 1);
    EXPECT_GT(arrivals.dropped, 100u);
    EXPECT_EQ(arrivals.droppedBytes, arrivals.dropped * 1000);
    EXPECT_EQ(arrivals.messages.size() + arrivals.dropped, count);
    for (const Message &message : arrivals.messages) {
        EXPECT_TRUE(message.payload == patternBytes(1000, message.id));
        EXPECT_EQ(message.sequence, message.id + 2);
        EXPECT_TRUE(message.outcome); // whatever is kept has its outcome
    }
    // There is room again, and stopping is no loss.
    tap->setCapturing(false);
    sender.ask(fmt::format("copydata {} 0 7 4 0", window));
    tap->setCapturing(true);
    sender.ask(fmt::format("copydata {} 0 8 4 0", window));
    const Arrivals later = tap->take();
    ASSERT_EQ(later.messages.size(), 1u);
    EXPECT_EQ(later.messages[0].id, 8u);
    EXPECT_EQ(later.skipped, 1u);
    EXPECT_EQ(later.dropped, arrivals.dropped);
}

TEST_F(Taps, areExactUnderLoad)
{
    constexpr std::uint64_t count = 3000;
    host->ask("window.reply 1");
    const auto tap = open({.ringBytes = 1 << 20});
    sender.tell(fmt::format("flood {} 0 {} 1", window, count));
    std::uint64_t taken = 0, last = 0;
    Arrivals arrivals;
    const auto drain = [&] {
        arrivals = tap->take();
        for (const Message &message : arrivals.messages) {
            EXPECT_TRUE(message.payload == floodPayload(message.id));
            EXPECT_EQ(message.sequence, message.id);
            EXPECT_GT(message.sequence, last);
            last = message.sequence;
            ++taken;
        }
    };
    EXPECT_TRUE(eventually([&] {
        drain();
        return arrivals.received == count;
    }));
    EXPECT_EQ(sender.answer(), std::to_string(count));
    tap->close();
    drain();
    EXPECT_EQ(taken + arrivals.dropped, count);
}

TEST_F(Taps, detachAHundredTimes)
{
    const std::string before = procedure();
    host->ask("window.reply 1");
    sender.tell(fmt::format("flood {} 0 0 1", window)); // all the while
    for (int i = 0; i < 100; ++i) {
        const auto tap = open();
        ASSERT_TRUE(eventually([&] { return tap->take().received > 3; })) << i;
        tap->close();
        EXPECT_FALSE(tap->take().ended) << i;
    }
    EXPECT_EQ(procedure(), before);
    killProcess(sender.pid());
    EXPECT_EQ(value(system->sendCopyData(window, 0, 1, toBytes("x"), 20'000)).result, 1);
}

TEST_F(Taps, outliveTheirHosts)
{
    for (int i = 0; i < 20; ++i) {
        SCOPED_TRACE(i);
        host->ask("window.reply 1");
        Peer flooding;
        const auto tap = open();
        flooding.tell(fmt::format("flood {} 0 0 1", window));
        std::uint64_t last = 0;
        const auto drain = [&] {
            Arrivals arrivals = tap->take();
            for (const Message &message : arrivals.messages) {
                EXPECT_GT(message.sequence, last);
                EXPECT_TRUE(message.payload == floodPayload(message.id));
                last = message.sequence;
            }
            return arrivals;
        };
        ASSERT_TRUE(eventually([&] {
            drain();
            return last > 20;
        }));
        host->die();
        const Arrivals end = drain();
        ASSERT_TRUE(end.ended);
        EXPECT_EQ(end.ended->kind, ErrorKind::Exited) << toText(*end.ended);
        EXPECT_FALSE(drain().ended);
        killProcess(flooding.pid());
        host.emplace();
        window = createWindow(*host);
    }
}

// ipclens-cli with a tap, and nobody to end it well.
class CliTap {
public:
    explicit CliTap(std::uint64_t window)
        : m_stream(value(startChild(cliCommand({"tap", "--window", std::to_string(window), "--yes-load-code"}))))
    {
    }
    void waitForLines(int count) // of what it sees
    {
        Bytes some(1, std::byte{});
        for (int lines = 0; lines < count;) {
            ASSERT_GT(value(m_stream->read(some)), 0u);
            lines += some[0] == std::byte{'\n'};
        }
    }
    void kill()
    {
        const auto processes = value(makeSystem()->processes({}));
        const auto cli = std::ranges::find_if(processes, [&](const ProcessInfo &process) {
            return process.name == "ipclens-cli.exe" && process.parent == GetCurrentProcessId();
        });
        ASSERT_NE(cli, processes.end());
        killProcess(cli->key.pid);
    }

private:
    std::unique_ptr<ByteStream> m_stream;
};

TEST_F(Taps, leaveTheWindowWorkingWhenIpclensDies)
{
    const std::string before = procedure();
    host->ask("window.reply 1");
    sender.tell(fmt::format("flood {} 0 0 1", window));
    CliTap cli(window);
    cli.waitForLines(50);
    cli.kill();
    // The DLL notices at one of the messages that go on coming.
    EXPECT_TRUE(eventually([&] { return procedure() == before; }));
    const auto counted = host->askNumber("window.count");
    EXPECT_TRUE(eventually([&] { return host->askNumber("window.count") > counted + 100; }));
    // And it can be tapped anew.
    const auto tap = open();
    EXPECT_TRUE(eventually([&] { return tap->take().received > 3; }));
    killProcess(sender.pid());
}

TEST_F(Taps, takeOverWhatADeadIpclensLeftInAnIdleWindow)
{
    const std::string before = procedure();
    {
        CliTap dead(window);
        ASSERT_TRUE(eventually([&] { return procedure() != before; }));
        dead.kill();
    }
    // Nothing was sent meanwhile: the DLL could not notice.
    const auto tap = open();
    host->ask("window.reply 3");
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 1 4 0", window)), "3");
    EXPECT_EQ(tap->take().messages.size(), 1u);
    tap->close();
    EXPECT_FALSE(tap->take().ended);
    EXPECT_EQ(procedure(), before);
}

TEST_F(Taps, leaveWhenAHandlerThatLooksForMessagesReturns)
{
    const std::string before = procedure();
    auto tap = open();
    ASSERT_EQ(ringsInHost(), 1u);
    sender.tell(fmt::format("send {} 32769 0 0", window)); // not noted: WM_APP + 1
    ASSERT_TRUE(eventually([&] { return host->ask("window.holding") == "1"; }));
    tap->close();
    EXPECT_EQ(procedure(), before);
    const Arrivals last = tap->take();
    ASSERT_TRUE(last.ended) << "it is not detached while that handler will come back to it";
    EXPECT_THAT(last.ended->meaning, testing::HasSubstr("still running"));
    tap.reset();
    EXPECT_EQ(ringsInHost(), 1u);
    host->ask("window.release");
    sender.answer();
    EXPECT_EQ(ringsInHost(), 0u);

    tap = open();
    sender.ask(fmt::format("copydata {} 0 1 4 0", window));
    EXPECT_EQ(tap->take().messages.size(), 1u);
    tap->close();
    EXPECT_FALSE(tap->take().ended);
    EXPECT_EQ(procedure(), before);
    EXPECT_EQ(ringsInHost(), 0u);
}

TEST_F(Taps, tellTheOutcomeOfAHandlerThatReturnsWhileTheyAreClosed)
{
    const std::string before = procedure();
    host->ask("window.reply 4");
    const auto tap = open();
    host->ask("window.hold pump");
    sender.tell(fmt::format("copydata {} 0 1 4 0", window));
    ASSERT_TRUE(eventually([&] { return !tap->take().messages.empty(); }));
    std::jthread closing([&] { tap->close(); });
    ASSERT_TRUE(eventually([&] { return procedure() == before; }));
    host->ask("window.release");
    closing.join();
    EXPECT_EQ(sender.answer(), "4");
    const Arrivals last = tap->take();
    EXPECT_FALSE(last.ended) << toText(*last.ended);
    ASSERT_EQ(last.outcomes.size(), 1u);
    EXPECT_EQ(last.outcomes[0].result, 4);
}

TEST_F(Taps, canFollowEachOtherInsideOfAHandler)
{
    host->ask("window.reply 4");
    {
        const auto first = open();
        host->ask("window.hold pump");
        sender.tell(fmt::format("copydata {} 0 1 4 0", window));
        ASSERT_TRUE(eventually([&] { return host->ask("window.holding") == "1"; }));
    }
    const auto second = open();
    Peer other;
    EXPECT_EQ(other.ask(fmt::format("send {} 32768 20 2", window)), "42");
    other.ask(fmt::format("registered {} {} 1 2", window, toWord(uniqueName("message"))));
    EXPECT_EQ(second->take().messages.size(), 1u);
    host->ask("window.release");
    EXPECT_EQ(sender.answer(), "4");
    EXPECT_TRUE(second->take().outcomes.empty()) << "it has not seen the beginning";
    second->close();
    EXPECT_FALSE(second->take().ended);
    EXPECT_EQ(ringsInHost(), 0u);
}

TEST_F(Taps, surviveAWindowThatIsDestroyedInsideOfAHandler)
{
    const auto tap = open();
    sender.tell(fmt::format("send {} 32769 0 0", window));
    ASSERT_TRUE(eventually([&] { return host->ask("window.holding") == "1"; }));
    host->ask(fmt::format("window.close {}", window));
    host->ask("window.release");
    sender.answer();
    const Arrivals end = tap->take();
    ASSERT_TRUE(end.ended);
    EXPECT_EQ(end.ended->kind, ErrorKind::Missing);
    window = createWindow(*host);
    const auto next = open();
    sender.ask(fmt::format("copydata {} 0 1 4 0", window));
    EXPECT_EQ(next->take().messages.size(), 1u);
}

TEST_F(Taps, readWhatMessagesLeadTo)
{
    const std::string handle = uniqueName("Handle"), turned = uniqueName("turned");
    const auto tap = open({.referenceBytes = 256, .pointers = {{turned, PointerPlace::PidInLParam}}});
    const std::string section = uniqueName("section");
    const Address view = sender.askNumber(fmt::format("section.create {} 8192 rw commit", toWord(section)));
    sender.ask(fmt::format("fill {} 8192 {}", view, view));
    sender.ask(fmt::format("copydata.bytes {} 0 1 {}", window, toHex(toBytes(section))));
    sender.ask(fmt::format("registered {} {} {} {}", window, toWord(handle), sender.pid(), view));
    sender.ask(fmt::format("registered {} {} {} {}", window, toWord(turned), view, sender.pid()));
    const Arrivals arrivals = tap->take();
    ASSERT_EQ(arrivals.messages.size(), 3u);
    for (const Message &message : arrivals.messages) {
        SCOPED_TRACE(message.sequence);
        ASSERT_EQ(message.references.size(), 1u);
        EXPECT_FALSE(message.references[0].failure);
        EXPECT_TRUE(message.references[0].bytes == patternBytes(256, 0));
    }
    EXPECT_EQ(arrivals.messages[0].references[0].section, section);
    EXPECT_EQ(arrivals.messages[1].references[0].process.pid, sender.pid());
    EXPECT_EQ(arrivals.messages[2].references[0].address, view);
}

TEST_F(Taps, tellWhoSentAndEndedAtOnce)
{
    const auto tap = open();
    Peer brief;
    const std::uint32_t pid = brief.pid();
    brief.tell(fmt::format("copydata.last {}", window));
    waitForEnd(pid);
    const Arrivals arrivals = tap->take();
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].sender.pid, pid);
}

TEST_F(Taps, knowThatAMessageOfTheWindowsOwnThreadIsSent)
{
    const auto tap = open();
    sender.ask(fmt::format("send {} 32771 5 0", window)); // its handler sends one to itself
    const Arrivals arrivals = tap->take();
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].id, 5u);
    EXPECT_TRUE(arrivals.messages[0].senderWaits);
}

// What the DLL shares with the session: open to the host's user, also where the session has more rights.
TEST_F(Taps, shareTheirRingWithTheHostsUser)
{
    const auto tap = open();
    const auto objects = value(system->namedObjects(false, {}));
    int found = 0;
    for (const NamedObject &object : objects) {
        if (!object.name.starts_with("ipclens-tap-"))
            continue;
        SCOPED_TRACE(object.name);
        ++found;
        const std::wstring name = wide(object.name);
        const HANDLE handle = object.type == "Section" ? OpenFileMappingW(READ_CONTROL, FALSE, name.c_str())
                                                       : OpenMutexW(READ_CONTROL, FALSE, name.c_str());
        ASSERT_TRUE(handle);
        const std::string rules = rulesOf(handle);
        CloseHandle(handle);
        EXPECT_THAT(rules, testing::StartsWith("D:P(A;;")) << "one rule, and none that is inherited";
        EXPECT_THAT(rules, testing::HasSubstr(ownSid()));
        EXPECT_EQ(std::ranges::count(rules, '('), 1);
    }
    EXPECT_EQ(found, 2);
}

// The DLL cannot open a ring that is not there, and says so at once.
TEST_F(Taps, hearWhyTheRingCannotBeOpened)
{
    const auto handle = reinterpret_cast<HWND>(window);
    const HMODULE library = LoadLibraryW((selfFolder() / "ipclens-tap.dll").c_str());
    ASSERT_TRUE(library);
    const auto procedure = reinterpret_cast<HOOKPROC>(reinterpret_cast<void *>(GetProcAddress(library, tap::hookName)));
    const HHOOK hook = SetWindowsHookExW(WH_GETMESSAGE, procedure, library, GetWindowThreadProcessId(handle, nullptr));
    ASSERT_TRUE(hook);
    PostMessageW(handle, RegisterWindowMessageW(tap::requestName), 12345, tap::attachRequest);
    EXPECT_TRUE(eventually([&] { return GetPropW(handle, tap::refusalName) != nullptr; }));
    UnhookWindowsHookEx(hook);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(GetPropW(handle, tap::refusalName)),
              std::uintptr_t{ERROR_FILE_NOT_FOUND});
    open(); // is not misled by what was left there
}

TEST_F(Taps, stayInTheWayOnlyWhereOthersStandBeforeThem)
{
    const auto tap = open();
    host->ask(fmt::format("window.standbefore {}", window));
    host->ask("window.reply 4");
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 1 4 0", window)), "4");
    EXPECT_EQ(tap->take().messages.size(), 1u);
    const std::string inFront = procedure();
    tap->close();
    const Arrivals last = tap->take();
    ASSERT_TRUE(last.ended);
    EXPECT_THAT(last.ended->hint, testing::HasSubstr("pass on"));
    EXPECT_EQ(procedure(), inFront);
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 2 4 0", window)), "4"); // the whole chain still works
    EXPECT_GT(host->askNumber(fmt::format("window.standbefore {}", window)), 1u);
    // A new tap uses the place that the old one has.
    const auto again = open();
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 3 4 0", window)), "4");
    const Arrivals arrivals = again->take();
    ASSERT_EQ(arrivals.messages.size(), 1u);
    EXPECT_EQ(arrivals.messages[0].id, 3u);
}

TEST_F(Taps, comeOutWhenAHandlerThatIsUnderWayReturns)
{
    const std::string before = procedure();
    host->ask("window.reply 4");
    auto tap = open();
    host->ask("window.hold");
    sender.tell(fmt::format("copydata {} 0 1 4 0", window));
    ASSERT_TRUE(eventually([&] { return !tap->take().messages.empty(); }));
    host->ask("window.release");
    tap->close();
    EXPECT_EQ(sender.answer(), "4");
    EXPECT_EQ(procedure(), before);
    const Arrivals last = tap->take();
    ASSERT_EQ(last.outcomes.size(), 1u);
    EXPECT_EQ(last.outcomes[0].result, 4);
}

TEST_F(Taps, sayWhyTheyCannotBe)
{
    const auto tap = open();
    const Error twice = errorOf(system->openTap({.window = {.window = window}, .loadCode = true}));
    EXPECT_THAT(toText(twice), testing::HasSubstr("tapped"));
    const auto inbox = value(system->openInbox({.className = uniqueName("own")}));
    EXPECT_EQ(errorOf(system->openTap({.window = {.window = inbox->window()}, .loadCode = true})).kind, ErrorKind::Refused);
    EXPECT_EQ(errorOf(system->openTap({.window = {.className = uniqueName("nobody")}, .loadCode = true})).kind, ErrorKind::Missing);
    const std::uint64_t stuck = host->askNumber(fmt::format("window.create {} {} top stuck", toWord(uniqueName("stuck")), toWord("")));
    EXPECT_EQ(errorOf(system->openTap({.window = {.window = stuck}, .loadCode = true})).kind, ErrorKind::TimedOut);
    // Nobody loads code without having been asked.
    const auto refused = runCli({"tap", "--window", std::to_string(window)});
    EXPECT_NE(refused.exitCode, 0u);
    EXPECT_THAT(refused.err, testing::HasSubstr("--yes-load-code"));
    // The window of a tap that goes away.
    host->ask(fmt::format("window.close {}", window));
    const Arrivals end = tap->take();
    ASSERT_TRUE(end.ended);
    EXPECT_EQ(end.ended->kind, ErrorKind::Missing);
}

} // namespace
} // namespace ipclens::test
