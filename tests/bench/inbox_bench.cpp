// Messages a second that an inbox takes in, against a bare window that only counts them. Sender processes are this program.
#include "core/session/session.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

#include <atomic>
#include <filesystem>

using namespace ipclens;

namespace {

constexpr int perSender = 4000;

// Sends `perSender` messages of 64 bytes to the window, as fast as it can, once told to on its standard input.
int sendAll(HWND window)
{
    char payload[64]{};
    COPYDATASTRUCT data{7, sizeof payload, payload};
    std::puts("ready");
    std::fflush(stdout);
    std::getchar();
    for (int i = 0; i < perSender; ++i)
        if (!SendMessageW(window, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data)))
            return 1;
    return 0;
}

// Messages a second from `count` senders into `window`.
double rate(HWND window, int count)
{
    std::vector<bench::Child> senders;
    for (int i = 0; i < count; ++i)
        senders.push_back(bench::startSelf(std::to_wstring(reinterpret_cast<std::uintptr_t>(window))));
    const double time = bench::seconds([&] {
        for (const bench::Child &sender : senders)
            CloseHandle(sender.in);
        for (const bench::Child &sender : senders)
            WaitForSingleObject(sender.process, INFINITE);
    });
    for (bench::Child &sender : senders)
        sender.finish();
    return count * perSender / time;
}

std::atomic<std::uint64_t> counted = 0;

LRESULT CALLBACK countMessages(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message != WM_COPYDATA)
        return DefWindowProcW(window, message, wParam, lParam);
    counted.fetch_add(1, std::memory_order_relaxed);
    return TRUE;
}

// A hidden window on a thread of its own that counts and does nothing else.
HWND startCountingWindow()
{
    static HANDLE ready = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    static HWND window = nullptr;
    CreateThread(
        nullptr, 0,
        [](void *) -> DWORD {
            WNDCLASSW windowClass{};
            windowClass.lpfnWndProc = countMessages;
            windowClass.hInstance = GetModuleHandleW(nullptr);
            windowClass.lpszClassName = L"IpclensBenchCounter";
            RegisterClassW(&windowClass);
            window = CreateWindowW(L"IpclensBenchCounter", L"", 0, 0, 0, 0, 0, nullptr, nullptr, windowClass.hInstance, nullptr);
            SetEvent(ready);
            MSG message;
            while (GetMessageW(&message, nullptr, 0, 0) > 0)
                DispatchMessageW(&message);
            return 0;
        },
        nullptr, 0, nullptr);
    WaitForSingleObject(ready, INFINITE);
    if (!window)
        bench::fail("CreateWindow");
    return window;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1)
        return sendAll(reinterpret_cast<HWND>(std::stoull(argv[1])));

    std::uint64_t delivered = 0, dropped = 0;
    const auto session = startSession(makeSystem(), {std::filesystem::temp_directory_path()},
                                      {.event =
                                           [&](Event event) {
                                               if (const auto *batch = std::get_if<MessageBatch>(&event)) {
                                                   delivered += batch->messages.size();
                                                   dropped = batch->dropped;
                                               }
                                           },
                                       .closed = {}});
    const auto inbox = session->wait(OpenInbox{{.className = "IpclensBench", .title = "IpclensBench"}});
    if (!inbox) {
        fmt::print(stderr, "{}\n", toText(inbox.error()));
        return 1;
    }
    const HWND counter = startCountingWindow();
    const HWND ours = reinterpret_cast<HWND>(static_cast<std::uintptr_t>(inbox->window));
    std::uint64_t sent = 0;
    for (const int senders : {1, 4}) {
        const auto pair = bench::alternate(
            7,
            [&] {
                sent += static_cast<std::uint64_t>(senders * perSender);
                return rate(ours, senders);
            },
            [&] { return rate(counter, senders); });
        bench::report(fmt::format("inbox, 64-byte messages, {} sender(s)", senders), pair, "msg/s", "at least 0.95");
    }
    session->wait(CloseInbox{inbox->inbox});
    fmt::print("sent {}, delivered {}, dropped {}\n", sent, delivered, dropped);
    return delivered + dropped == sent ? 0 : 1;
}
