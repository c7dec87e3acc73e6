// Inboxes, windows and sending, seen by WindowsSystem within one process.
#include "windows_smoke.h"

#include <algorithm>
#include <thread>

namespace ipclens {
namespace {

TEST_F(WindowsSmoke, InboxReceivesWhatIsSent)
{
    const std::string className = unique("inbox");
    auto inbox = system->openInbox(
        {.className = className, .title = "Smoke \xC3\xA4", .messages = {"IpclensSmoke"}, .maxPayload = 20 << 20});
    ASSERT_TRUE(inbox) << toText(inbox.error());
    auto second = system->openInbox({.className = className, .title = "Other"});
    ASSERT_TRUE(second) << toText(second.error());
    const std::uint64_t window = (*inbox)->window();
    const Bytes large(16 << 20, std::byte{0x77});

    const auto sent = system->sendCopyData(window, (*second)->window(), 7, toBytes("hello"), 5000);
    ASSERT_TRUE(sent) << toText(sent.error());
    EXPECT_EQ(sent->result, 1);
    EXPECT_GT(sent->duration, 0);
    EXPECT_TRUE(system->sendCopyData(window, 0xDEAD, 8, std::nullopt, 5000));
    EXPECT_TRUE(system->sendCopyData(window, 0, 9, Bytes(), 5000));
    EXPECT_TRUE(system->sendCopyData(window, 0, UINT64_MAX, large, 5000));
    const auto registered = system->sendRegistered(window, "IpclensSmoke", 1, UINT64_MAX, 5000);
    ASSERT_TRUE(registered) << toText(registered.error());
    EXPECT_EQ(registered->result, 0);
    const auto handle = reinterpret_cast<HWND>(static_cast<std::uintptr_t>(window));
    SendMessageW(handle, WM_COPYDATA, 0, 0);
    COPYDATASTRUCT wild{.dwData = 10, .cbData = 100, .lpData = reinterpret_cast<void *>(0x1234)};
    SendMessageW(handle, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&wild));
    SendMessageW(handle, WM_CLOSE, 0, 0);

    const Arrivals arrivals = (*inbox)->take();
    ASSERT_EQ(arrivals.messages.size(), 7u);
    EXPECT_EQ(arrivals.received, 7u);
    EXPECT_EQ(arrivals.dropped, 0u);
    const auto &messages = arrivals.messages;
    EXPECT_EQ(messages[0].payload, toBytes("hello"));
    EXPECT_EQ(messages[0].sender.pid, GetCurrentProcessId());
    EXPECT_NE(messages[0].sender.created, 0);
    EXPECT_FALSE(messages[0].senderName.empty());
    EXPECT_EQ(messages[0].sequence, 1u);
    EXPECT_LT(std::abs(wallClock() - messages[0].time), std::int64_t{600} * 1'000'000'000);
    EXPECT_TRUE(messages[1].nullData);
    EXPECT_EQ(messages[1].sender.pid, 0u);
    EXPECT_FALSE(messages[2].nullData);
    EXPECT_EQ(messages[3].payload, large);
    EXPECT_EQ(messages[3].id, UINT64_MAX);
    EXPECT_EQ(messages[4].name, "IpclensSmoke");
    EXPECT_EQ(messages[4].lParam, UINT64_MAX);
    EXPECT_TRUE(messages[5].nullData);
    EXPECT_EQ(messages[6].size, 100u);
    EXPECT_TRUE(messages[6].isTruncated());
    EXPECT_TRUE((*inbox)->take().messages.empty());

    const auto windows = system->windows({});
    ASSERT_TRUE(windows) << toText(windows.error());
    const auto found = std::ranges::find(*windows, window, &Window::handle);
    ASSERT_NE(found, windows->end());
    EXPECT_EQ(found->className, className);
    EXPECT_EQ(found->title, "Smoke \xC3\xA4");
    EXPECT_FALSE(found->visible);
    EXPECT_FALSE(found->messageOnly);
    EXPECT_EQ(found->process.pid, GetCurrentProcessId());
    EXPECT_TRUE(std::ranges::count(*windows, window, &Window::handle) == 1);

    inbox->reset();
    EXPECT_EQ(system->sendCopyData(window, 0, 0, Bytes(), 5000).error().kind, ErrorKind::Missing);
    EXPECT_TRUE(system->sendCopyData((*second)->window(), 0, 0, Bytes(), 5000));
}

TEST_F(WindowsSmoke, InboxCountsWhatDoesNotFit)
{
    auto inbox = system->openInbox({.className = unique("small"), .maxPayload = 1000, .queueBytes = 5000});
    ASSERT_TRUE(inbox) << toText(inbox.error());
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(system->sendCopyData((*inbox)->window(), 0, 0, Bytes(2000, std::byte{1}), 5000));
    const Arrivals arrivals = (*inbox)->take();
    EXPECT_EQ(arrivals.received, 10u);
    EXPECT_GT(arrivals.messages.size(), 0u);
    EXPECT_EQ(arrivals.messages.size() + arrivals.dropped, 10u);
    EXPECT_EQ(arrivals.droppedBytes, arrivals.dropped * 2000);
    EXPECT_EQ(arrivals.truncated, arrivals.messages.size());
    EXPECT_EQ(arrivals.messages[0].payload.size(), 1000u);
    EXPECT_EQ(arrivals.messages[0].size, 2000u);
    ASSERT_TRUE(system->sendCopyData((*inbox)->window(), 0, 0, Bytes(), 5000));
    const Arrivals later = (*inbox)->take();
    ASSERT_EQ(later.messages.size(), 1u);
    EXPECT_EQ(later.messages[0].sequence, 11u);
}

TEST_F(WindowsSmoke, InboxAndSendRefuseNonsense)
{
    EXPECT_EQ(system->openInbox({}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(system->openInbox({.className = std::string(300, 'c')}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(system->openInbox({.className = "c", .messages = {""}}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(system->sendCopyData(0, 0, 0, Bytes(), 100).error().kind, ErrorKind::Missing);
    EXPECT_EQ(system->sendCopyData(0xFFFF, 0, 0, Bytes(), 100).error().kind, ErrorKind::Missing);
    EXPECT_EQ(system->sendCopyData(0xDEADBEEF, 0, 0, Bytes(), 100).error().kind, ErrorKind::Missing);
    EXPECT_EQ(system->sendRegistered(1, std::string(300, 'm'), 0, 0, 100).error().kind, ErrorKind::Invalid);
    auto inbox = system->openInbox({.className = unique("zero")});
    ASSERT_TRUE(inbox);
    EXPECT_EQ(system->sendCopyData((*inbox)->window(), 0, 0, Bytes(), 0).error().kind, ErrorKind::Invalid);
}

TEST_F(WindowsSmoke, SendingToAWindowThatDoesNotPumpTimesOut)
{
    const HANDLE done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    HWND window = nullptr;
    const HANDLE made = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    std::jthread owner([&] {
        window = CreateWindowExW(0, L"STATIC", L"deaf", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
        SetEvent(made);
        WaitForSingleObject(done, INFINITE);
    });
    WaitForSingleObject(made, INFINITE);
    const auto handle = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(window));
    const auto windows = system->windows({});
    ASSERT_TRUE(windows);
    const auto found = std::ranges::find(*windows, handle, &Window::handle);
    EXPECT_TRUE(found != windows->end() && found->messageOnly && found->title == "deaf");
    const auto sent = system->sendCopyData(handle, 0, 0, Bytes(), 50);
    EXPECT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::TimedOut) << toText(sent.error());
    SetEvent(done);
    owner.join();
    CloseHandle(done);
    CloseHandle(made);
}

} // namespace
} // namespace ipclens
