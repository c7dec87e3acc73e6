// Messages a second that an inbox takes in, against a bare window that only counts them. Sender processes are this program.
#include "core/session/session.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

#include <atomic>
#include <filesystem>

using namespace ipclens;

namespace {

// Sends `count` messages of `size` bytes to the window, as fast as it can, once told to on its standard input.
int sendAll(HWND window, DWORD size, int count)
{
    std::vector<char> payload(size);
    COPYDATASTRUCT data{7, size, payload.data()};
    std::puts("ready");
    std::fflush(stdout);
    std::getchar();
    for (int i = 0; i < count; ++i)
        if (!SendMessageW(window, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data)))
            return 1;
    return 0;
}

struct Load {
    int senders;
    DWORD size;
    int perSender; // messages
    const char *sizeName;
    const char *target;
};

// Messages a second into `window`.
double rate(HWND window, const Load &load)
{
    std::vector<bench::Child> senders;
    for (int i = 0; i < load.senders; ++i)
        senders.push_back(bench::startSelf(std::to_wstring(reinterpret_cast<std::uintptr_t>(window)) + L" " +
                                           std::to_wstring(load.size) + L" " + std::to_wstring(load.perSender)));
    const double time = bench::seconds([&] {
        for (const bench::Child &sender : senders)
            CloseHandle(sender.in);
        for (const bench::Child &sender : senders)
            WaitForSingleObject(sender.process, INFINITE);
    });
    for (bench::Child &sender : senders)
        sender.finish();
    return load.senders * load.perSender / time;
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
    // Under Wine a payload arrives on the receiving thread's stack.
    CreateThread(
        nullptr, SIZE_T{64} << 20,
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
        nullptr, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
    WaitForSingleObject(ready, INFINITE);
    if (!window)
        bench::fail("CreateWindow");
    return window;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 3)
        return sendAll(reinterpret_cast<HWND>(std::stoull(argv[1])), static_cast<DWORD>(std::stoul(argv[2])), std::stoi(argv[3]));

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
    constexpr Load loads[] = {{1, 64, 4000, "64-byte", "at least 0.97"},
                              {4, 64, 4000, "64-byte", "at least 0.97"},
                              {1, 4096, 4000, "4-KiB", "at least 0.97"},
                              {1, 1 << 20, 300, "1-MiB", "at least 0.85"}};
    for (const Load &load : loads) {
        const auto pair = bench::alternate(
            7,
            [&] {
                sent += static_cast<std::uint64_t>(load.senders * load.perSender);
                return rate(ours, load);
            },
            [&] { return rate(counter, load); });
        bench::report(fmt::format("inbox, {} messages, {} sender(s)", load.sizeName, load.senders), pair, "msg/s", load.target);
    }
    session->wait(CloseInbox{inbox->inbox});
    fmt::print("sent {}, delivered {}, dropped {}\n", sent, delivered, dropped);
    return delivered + dropped == sent ? 0 : 1;
}
