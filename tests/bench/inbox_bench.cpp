// Messages a second that an inbox takes in, against a bare window that only counts them. Sender processes are this program.
#include "core/session/session.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

#include <atomic>
#include <filesystem>

using namespace ipclens;

namespace {

// For each line "WINDOW COUNT" on its standard input: sends so many messages of `size` bytes as fast as it can, then
// says so.
int sendAll(DWORD size)
{
    std::vector<char> payload(size);
    COPYDATASTRUCT data{7, size, payload.data()};
    const auto say = [](const char *line) {
        std::puts(line);
        std::fflush(stdout);
    };
    say("ready");
    unsigned long long window = 0;
    int count = 0;
    while (std::scanf("%llu %d", &window, &count) == 2) {
        for (int i = 0; i < count; ++i)
            if (!SendMessageW(reinterpret_cast<HWND>(static_cast<std::uintptr_t>(window)), WM_COPYDATA, 0,
                              reinterpret_cast<LPARAM>(&data)))
                return 1;
        say("done");
    }
    return 0;
}

struct Load {
    int senders;
    DWORD size;
    int perSender; // messages of one run
    const char *sizeName;
    const char *target;
};

// The processes that send; they stay for all runs, because to start and to end one takes longer than many messages.
class Senders {
public:
    explicit Senders(const Load &load) : m_load(load)
    {
        for (int i = 0; i < load.senders; ++i)
            m_all.push_back(bench::startSelf(L"send " + std::to_wstring(load.size)));
    }
    ~Senders()
    {
        for (bench::Child &sender : m_all) {
            CloseHandle(sender.in);
            sender.finish();
        }
    }
    Senders(const Senders &) = delete;
    Senders &operator=(const Senders &) = delete;

    // Messages a second into `window`.
    double rate(HWND window)
    {
        const std::string line = fmt::format("{} {}\n", reinterpret_cast<std::uintptr_t>(window), m_load.perSender);
        const double time = bench::seconds([&] {
            for (const bench::Child &sender : m_all) {
                DWORD written = 0;
                if (!WriteFile(sender.in, line.data(), static_cast<DWORD>(line.size()), &written, nullptr))
                    bench::fail("telling a sender");
            }
            for (const bench::Child &sender : m_all) {
                char answer[16];
                DWORD got = 0;
                if (!ReadFile(sender.out, answer, sizeof answer, &got, nullptr))
                    bench::fail("a sender");
            }
        });
        return m_load.senders * m_load.perSender / time;
    }

private:
    const Load m_load;
    std::vector<bench::Child> m_all;
};

std::atomic<std::uint64_t> counted = 0;

LRESULT CALLBACK countMessages(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message != WM_COPYDATA)
        return DefWindowProcW(window, message, wParam, lParam);
    counted.fetch_add(1, std::memory_order_relaxed);
    return TRUE;
}

// A hidden window on a thread of its own that counts and does nothing else; of the same kind as an inbox, on the same
// kind of thread.
HWND startCountingWindow()
{
    static HANDLE ready = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    static HWND window = nullptr;
    // Under Wine a payload arrives on the receiving thread's stack.
    CreateThread(
        nullptr, SIZE_T{512} << 20,
        [](void *) -> DWORD {
            WNDCLASSEXW windowClass{};
            windowClass.cbSize = sizeof windowClass;
            windowClass.lpfnWndProc = countMessages;
            windowClass.hInstance = GetModuleHandleW(nullptr);
            windowClass.lpszClassName = L"IpclensBenchCounter";
            RegisterClassExW(&windowClass);
            window = CreateWindowExW(0, L"IpclensBenchCounter", L"", WS_POPUP, 0, 0, 0, 0, nullptr, nullptr,
                                     windowClass.hInstance, nullptr);
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
    if (argc > 2)
        return sendAll(static_cast<DWORD>(std::stoul(argv[2])));

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
    const HWND second = startCountingWindow();
    const HWND ours = reinterpret_cast<HWND>(static_cast<std::uintptr_t>(inbox->window));
    std::uint64_t sent = 0;
    constexpr int runs = 31;
    constexpr Load loads[] = {{1, 64, 2000, "64-byte", "at least 0.97"},
                              {4, 64, 600, "64-byte", "at least 0.97"},
                              {1, 4096, 2000, "4-KiB", "at least 0.97"},
                              {4, 4096, 600, "4-KiB", "at least 0.97"},
                              {1, 1 << 20, 150, "1-MiB", "at least 0.85"}};
    for (const Load &load : {loads[0], loads[1]}) {
        Senders senders(load); // how far two that are the same are apart here
        const auto pair = bench::alternate(
            runs, [&] { return senders.rate(second); }, [&] { return senders.rate(counter); });
        bench::report(fmt::format("a second bare window, {} messages, {} sender(s)", load.sizeName, load.senders), pair,
                      "msg/s", "1");
    }
    for (const Load &load : loads) {
        Senders senders(load);
        const auto pair = bench::alternate(
            runs,
            [&] {
                sent += static_cast<std::uint64_t>(load.senders * load.perSender);
                return senders.rate(ours);
            },
            [&] { return senders.rate(counter); });
        bench::report(fmt::format("inbox, {} messages, {} sender(s)", load.sizeName, load.senders), pair, "msg/s", load.target);
    }
    session->wait(CloseInbox{inbox->inbox});
    fmt::print("sent {}, delivered {}, dropped {}\n", sent, delivered, dropped);
    return delivered + dropped == sent ? 0 : 1;
}
