#include "app/demo/payload.h"
#include "app/demo/shared_data.h"
#include "app/demo/shared_memory.h"
#include "app/demo/window.h"

#include <cmath>
#include <numbers>
#include <thread>
#include <utility>

namespace ipclens::demo {
namespace {

constexpr double wavePeriod = 20;       // seconds in which the message rate goes up and down once
constexpr double waveDepth = 0.5;       // of the average
constexpr double targetsInterval = 0.5; // seconds between looks for receiving windows
constexpr double registeredInterval = 1;
constexpr UINT sendTimeout = 2000; // milliseconds

struct Target {
    HWND window = nullptr;
    DWORD pid = 0;
};

// Top-level windows of other processes with a given title.
struct TargetSearch {
    std::wstring title;
    std::vector<Target> found;

    static BOOL CALLBACK onWindow(HWND window, LPARAM parameter)
    {
        auto &search = *reinterpret_cast<TargetSearch *>(parameter);
        wchar_t title[256] = {};
        GetWindowTextW(window, title, static_cast<int>(std::size(title)));
        DWORD pid = 0;
        GetWindowThreadProcessId(window, &pid);
        if (search.title == title && pid != 0 && pid != GetCurrentProcessId())
            search.found.push_back({window, pid});
        return TRUE;
    }
};

// How many messages are due after `time` seconds at a rate that waves around `rate`.
double messagesDue(double rate, double time)
{
    const double wave = wavePeriod / (2 * std::numbers::pi);
    return rate * (time + waveDepth * wave * (1 - std::cos(time / wave)));
}

// Everything `produce` does on its main thread; a second thread updates the two shared memories.
class Producer {
public:
    Producer(const Options &options, const Stop &stop);
    int run();

private:
    void announce();
    void updateMemories();
    void updateOnce();
    void findTargets();
    void sendDue(double time);
    void sendNext();
    void sendRegistered();
    bool sendTo(const Target &target, UINT message, WPARAM wParam, LPARAM lParam);
    void ask(const Target &target);
    void status();

    const Options &m_options;
    const Stop &m_stop;
    SharedMemory m_memory;
    std::unique_ptr<BlockLayout, void (*)(BlockLayout *)> m_block;
    ChangeReporter m_blockChanges;
    HiddenWindow m_window;
    UINT m_mapped;
    UINT m_shared;
    UINT m_handle;
    std::mt19937_64 m_random;
    std::vector<Target> m_targets;
    double m_due = 0; // messages that ought to have been sent, in the rate's own count
    std::uint64_t m_sequence = 0;
    std::uint64_t m_delivered = 0;
    std::uint64_t m_failed = 0;
    std::uint64_t m_registered = 0;
    std::uint64_t m_asked = 0;
    std::uint64_t m_answered = 0;
    std::uint64_t m_updates = 0; // written by the updating thread, read once it has ended
    DWORD m_lastCode = 0;        // of a failed delivery: the same one is told once
    std::exception_ptr m_updateFailure;
};

BlockLayout *allocateBlock()
{
    void *const block = VirtualAlloc(nullptr, sizeof(BlockLayout), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (block == nullptr)
        fail("VirtualAlloc");
    return static_cast<BlockLayout *>(block);
}

void releaseBlock(BlockLayout *block)
{
    VirtualFree(block, 0, MEM_RELEASE);
}

UINT registered(const wchar_t *name)
{
    const UINT id = RegisterWindowMessageW(name);
    if (id == 0)
        fail("RegisterWindowMessage");
    return id;
}

Producer::Producer(const Options &options, const Stop &stop)
    : m_options(options), m_stop(stop), m_block(allocateBlock(), releaseBlock),
      m_blockChanges("block", m_block.get(), freeAreaOffset, memorySize - freeAreaOffset),
      m_window(L"ipclens-demo-produce", L"ipclens demo producer",
               [&stop](UINT message, WPARAM, LPARAM, LRESULT &) {
                   if (message == WM_CLOSE)
                       stop.request();
                   return message == WM_CLOSE;
               }),
      m_mapped(registered(mappedMessage)), m_shared(registered(sharedMessage)), m_handle(registered(handleMessage)),
      m_random(options.seed)
{
    m_block->magic = BlockLayout::expectedMagic;
    m_block->pid = GetCurrentProcessId();
}

void Producer::announce()
{
    say("READY role=produce pid={} hwnd=0x{:x} mapping=MySharedMem mutex=MySharedMemMutex view=0x{:x} "
        "dll=ipclens-demo-shared.dll section=.MYSEC data=0x{:x} block=0x{:x} size=0x{:x}",
        GetCurrentProcessId(), number(m_window.handle()), number(&m_memory.mapping()), number(MySharedData),
        number(m_block.get()), memorySize);
}

int Producer::run()
{
    announce();
    std::thread updates([this] {
        try {
            updateMemories();
        } catch (...) {
            m_updateFailure = std::current_exception();
            m_stop.request();
        }
    });
    double nextTargets = 0;
    double nextRegistered = 0;
    const double begin = elapsed();
    try {
        while (!m_stop.requested()) {
            const double time = elapsed() - begin;
            if ((m_options.duration > 0 && time >= m_options.duration) ||
                (m_options.count > 0 && m_sequence >= m_options.count))
                break;
            if (time >= nextTargets) {
                findTargets();
                nextTargets = time + targetsInterval;
            }
            sendDue(time);
            m_blockChanges.report();
            if (time >= nextRegistered) {
                sendRegistered();
                status();
                nextRegistered = time + registeredInterval;
            }
            const bool busy = m_options.rate <= 0 && !m_targets.empty();
            m_window.pump(m_stop, busy ? 0 : 5);
        }
    } catch (...) {
        m_stop.request();
        updates.join();
        throw;
    }
    m_stop.request();
    updates.join();
    if (m_updateFailure)
        std::rethrow_exception(m_updateFailure);
    say("DONE role=produce sent={} delivered={} failed={} registered={} asked={} answered={} updates={}", m_sequence,
        m_delivered, m_failed, m_registered, m_asked, m_answered, m_updates);
    return m_options.count > 0 && (m_failed > 0 || m_sequence < m_options.count) ? 1 : 0;
}

void Producer::updateMemories()
{
    const auto timer = checked(CreateWaitableTimerW(nullptr, FALSE, nullptr), "CreateWaitableTimer");
    LARGE_INTEGER first{};
    if (!SetWaitableTimer(timer.get(), &first, 20, nullptr, nullptr, FALSE))
        fail("SetWaitableTimer");
    const HANDLE handles[] = {m_stop.event(), timer.get()};
    for (;;) {
        const DWORD outcome = WaitForMultipleObjects(2, handles, FALSE, INFINITE);
        if (outcome == WAIT_FAILED)
            fail("WaitForMultipleObjects");
        if (outcome == WAIT_OBJECT_0 || !m_memory.locked(m_stop, [this] { updateOnce(); }))
            return;
        ++m_updates;
    }
}

void Producer::updateOnce()
{
    auto &mapping = m_memory.mapping();
    ++mapping.sequence;
    ++mapping.counter;
    mapping.time = now();
    mapping.wave = static_cast<float>(std::sin(static_cast<double>(mapping.sequence % 200) / 100 * std::numbers::pi));
    mapping.writerPid = GetCurrentProcessId();
    setText(mapping.text, fmt::format("update {} from process {}", mapping.sequence, mapping.writerPid));

    auto &data = m_memory.data();
    ++data.sequence;
    data.writerPid = GetCurrentProcessId();
    if (data.sequence % 50 == 1)
        setText(data.text, fmt::format("second {} of process {}", data.sequence / 50, data.writerPid));
}

void Producer::findTargets()
{
    TargetSearch search{widened(m_options.title), {}};
    if (!EnumWindows(TargetSearch::onWindow, reinterpret_cast<LPARAM>(&search)))
        fail("EnumWindows");
    m_targets = std::move(search.found);
}

void Producer::sendDue(double time)
{
    if (m_targets.empty()) {
        m_due = messagesDue(m_options.rate, time); // nobody to send to: nothing becomes overdue
        return;
    }
    if (m_options.rate <= 0) {
        for (int i = 0; i < 64 && !m_stop.requested() && !m_targets.empty(); ++i)
            sendNext();
        return;
    }
    const double due = messagesDue(m_options.rate, time);
    m_due = std::max(m_due, due - m_options.rate * 0.25); // a quarter of a second is made up for, not more
    for (; m_due + 1 <= due && !m_stop.requested() && !m_targets.empty(); m_due += 1)
        sendNext();
}

void Producer::sendNext()
{
    if (m_options.count > 0 && m_sequence >= m_options.count)
        return;
    auto payload = makePayload(++m_sequence, GetCurrentProcessId(), now(), m_random);
    COPYDATASTRUCT data{};
    data.dwData = static_cast<ULONG_PTR>(payload.kind);
    data.cbData = static_cast<DWORD>(payload.bytes.size());
    data.lpData = payload.bytes.data();
    bool reached = true;
    for (const auto &target : m_targets) {
        if (sendTo(target, WM_COPYDATA, reinterpret_cast<WPARAM>(m_window.handle()), reinterpret_cast<LPARAM>(&data)))
            ++m_delivered;
        else
            reached = false;
    }
    if (!reached)
        findTargets();
}

void Producer::sendRegistered()
{
    std::uint64_t sequence = 0;
    if (!m_memory.locked(m_stop, [&] { sequence = m_memory.data().sequence; }))
        return;
    for (const auto &target : std::vector(m_targets)) {
        if (m_stop.requested())
            return;
        const WPARAM pid = GetCurrentProcessId();
        m_registered += sendTo(target, m_mapped, pid, reinterpret_cast<LPARAM>(&m_memory.mapping())) ? 1 : 0;
        m_registered += sendTo(target, m_shared, pid, static_cast<LPARAM>(sequence)) ? 1 : 0;
        ask(target);
    }
}

bool Producer::sendTo(const Target &target, UINT message, WPARAM wParam, LPARAM lParam)
{
    DWORD_PTR result = 0;
    SetLastError(0);
    if (SendMessageTimeoutW(target.window, message, wParam, lParam, SMTO_ABORTIFHUNG, sendTimeout, &result) != 0)
        return true;
    const DWORD code = GetLastError();
    ++m_failed;
    if (code != std::exchange(m_lastCode, code))
        warn("{}, window 0x{:x} of process {}", describe("SendMessageTimeout", code), number(target.window),
             target.pid);
    return false;
}

// Sends `Handle` and looks for the answer in our block. An inbox that only listens gives none.
void Producer::ask(const Target &target)
{
    m_block->sequence = ++m_asked;
    setText(m_block->text, fmt::format("question {} of process {}", m_asked, m_block->pid));
    const auto bytes = std::as_bytes(std::span(m_block.get(), 1)).first(answerOffset);
    m_block->checksum = crc32(bytes.subspan(blockChecksumBegin));
    if (!sendTo(target, m_handle, m_block->pid, reinterpret_cast<LPARAM>(m_block.get())))
        return;
    ++m_registered;
    if (m_block->answerSequence != m_asked)
        return;
    if (m_block->answerPid != target.pid || m_block->answerChecksum != crc32(bytes))
        warn("the answer {} of process {} is damaged", m_asked, target.pid);
    else
        ++m_answered;
}

void Producer::status()
{
    if (m_options.quiet)
        return;
    MappingLayout mapping{};
    if (!m_memory.locked(m_stop, [&] { mapping = m_memory.mapping(); }))
        return;
    say("mapping sequence {} counter {} wave {:+.2f} | windows {} | messages {} delivered {} failed {} | answers {} of "
        "{}",
        mapping.sequence, mapping.counter, mapping.wave, m_targets.size(), m_sequence, m_delivered, m_failed,
        m_answered, m_asked);
}

} // namespace

int produce(const Options &options, const Stop &stop)
{
    return Producer(options, stop).run();
}

} // namespace ipclens::demo
