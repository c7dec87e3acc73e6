#include "app/demo/payload.h"
#include "app/demo/shared_data.h"
#include "app/demo/shared_memory.h"
#include "app/demo/window.h"

#include <cstring>
#include <map>

namespace ipclens::demo {
namespace {

constexpr DWORD pollInterval = 20; // milliseconds between looks at the shared memories
constexpr double statusInterval = 1;

// Everything `consume` does, on one thread.
class Consumer {
public:
    Consumer(const Options &options, const Stop &stop);
    int run();

private:
    bool onMessage(UINT message, WPARAM wParam, LPARAM lParam, LRESULT &result);
    void onCopyData(std::uint64_t sender, const COPYDATASTRUCT *data);
    bool answer(DWORD pid, std::uint64_t address);
    void look();
    void status();

    const Options &m_options;
    const Stop &m_stop;
    SharedMemory m_memory;
    ChangeReporter m_greeting;
    ChangeReporter m_mappingFree;
    ChangeReporter m_dataFree;
    UINT m_mapped;
    UINT m_shared;
    UINT m_handle;
    std::map<std::uint64_t, std::uint64_t> m_last; // by sending window: its last sequence number
    std::uint64_t m_received = 0;
    std::uint64_t m_valid = 0;
    std::uint64_t m_damaged = 0; // of a demo kind with a wrong checksum
    std::uint64_t m_other = 0;   // of no demo kind
    std::uint64_t m_missed = 0;  // sequence numbers left out
    std::uint64_t m_registered = 0;
    std::uint64_t m_answered = 0;
    HiddenWindow m_window; // last: handles messages as soon as it is there
};

Consumer::Consumer(const Options &options, const Stop &stop)
    : m_options(options), m_stop(stop),
      m_greeting("mapping", &m_memory.mapping(), offsetof(MappingLayout, greeting), sizeof(MappingLayout::greeting)),
      m_mappingFree("mapping", &m_memory.mapping(), freeAreaOffset, memorySize - freeAreaOffset),
      m_dataFree("dll", MySharedData, freeAreaOffset, memorySize - freeAreaOffset),
      m_mapped(RegisterWindowMessageW(mappedMessage)), m_shared(RegisterWindowMessageW(sharedMessage)),
      m_handle(RegisterWindowMessageW(handleMessage)),
      m_window(L"Receive", widened(options.title), [this](UINT message, WPARAM wParam, LPARAM lParam, LRESULT &result) {
          return onMessage(message, wParam, lParam, result);
      })
{
    if (m_mapped == 0 || m_shared == 0 || m_handle == 0)
        fail("RegisterWindowMessage");
}

int Consumer::run()
{
    say("READY role=consume pid={} hwnd=0x{:x} mapping=MySharedMem mutex=MySharedMemMutex view=0x{:x} "
        "dll=ipclens-demo-shared.dll section=.MYSEC data=0x{:x} size=0x{:x} class=Receive title={}",
        GetCurrentProcessId(), number(m_window.handle()), number(&m_memory.mapping()), number(MySharedData), memorySize,
        m_options.title);
    const double begin = elapsed();
    double nextLook = 0;
    double nextStatus = begin + statusInterval;
    while (!m_stop.requested() && (m_options.duration <= 0 || elapsed() - begin < m_options.duration)) {
        m_window.pump(m_stop, pollInterval);
        if (elapsed() >= nextLook) {
            look();
            nextLook = elapsed() + pollInterval / 1000.0;
        }
        if (elapsed() >= nextStatus) {
            status();
            nextStatus = elapsed() + statusInterval;
        }
    }
    say("DONE role=consume received={} valid={} damaged={} other={} missed={} registered={} answered={}", m_received,
        m_valid, m_damaged, m_other, m_missed, m_registered, m_answered);
    return 0;
}

bool Consumer::onMessage(UINT message, WPARAM wParam, LPARAM lParam, LRESULT &result)
{
    if (message == WM_COPYDATA) {
        onCopyData(wParam, reinterpret_cast<const COPYDATASTRUCT *>(lParam));
    } else if (message == m_handle) {
        ++m_registered;
        result = answer(static_cast<DWORD>(wParam), static_cast<std::uint64_t>(lParam)) ? TRUE : FALSE;
        return true;
    } else if (message == m_mapped || message == m_shared) {
        ++m_registered; // their pointers are the sender's: nothing to follow here
    } else if (message == WM_CLOSE) {
        m_stop.request();
    } else {
        return false;
    }
    result = TRUE;
    return true;
}

void Consumer::onCopyData(std::uint64_t sender, const COPYDATASTRUCT *data)
{
    ++m_received;
    std::span<const std::byte> bytes;
    if (data != nullptr && data->lpData != nullptr)
        bytes = {static_cast<const std::byte *>(data->lpData), data->cbData};
    const std::uint64_t kind = data != nullptr ? data->dwData : 0;
    if (const auto sequence = checkPayload(kind, bytes)) {
        ++m_valid;
        auto &last = m_last[sender];
        if (last != 0 && *sequence > last + 1)
            m_missed += *sequence - last - 1;
        last = *sequence;
        return;
    }
    const bool isDemoKind = kind >= std::uint64_t(PayloadKind::Ascii) && kind <= std::uint64_t(PayloadKind::Binary);
    ++(isDemoKind ? m_damaged : m_other);
    std::string text;
    for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 64)))
        text += byte >= std::byte{' '} && byte <= std::byte{'~'} ? static_cast<char>(byte) : '.';
    say("MESSAGE id={} size={} sender=0x{:x} text={}", kind, data != nullptr ? data->cbData : 0, sender, text);
}

// Reads the sender's block and writes the answer into it. What is claimed there is checked before anything is written.
bool Consumer::answer(DWORD pid, std::uint64_t address)
{
    const UniqueHandle process(OpenProcess(PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_VM_OPERATION, FALSE, pid));
    if (!process) {
        const DWORD code = GetLastError();
        warn("{}", describe(fmt::format("OpenProcess of {}", pid), code));
        return false;
    }
    std::array<std::byte, answerOffset> question{};
    SIZE_T count = 0;
    if (!ReadProcessMemory(process.get(), reinterpret_cast<const void *>(address), question.data(), question.size(),
                           &count)) {
        const DWORD code = GetLastError();
        warn("{}", describe(fmt::format("ReadProcessMemory of {} at 0x{:x}", pid, address), code));
        return false;
    }
    BlockLayout block{};
    std::memcpy(&block, question.data(), question.size());
    if (block.magic != BlockLayout::expectedMagic ||
        block.checksum != crc32(std::span(question).subspan(blockChecksumBegin))) {
        warn("process {} has no question at 0x{:x}", pid, address);
        return false;
    }
    block.answerSequence = block.sequence;
    block.answerPid = GetCurrentProcessId();
    block.answerChecksum = crc32(question);
    setText(block.answerText, fmt::format("process {} answers \"{}\"", block.answerPid, textOf(block.text)));
    const auto reply = std::as_bytes(std::span(&block, 1)).subspan(answerOffset, answerSize);
    if (!WriteProcessMemory(process.get(), reinterpret_cast<void *>(address + answerOffset), reply.data(), reply.size(),
                            &count)) {
        const DWORD code = GetLastError();
        warn("{}", describe(fmt::format("WriteProcessMemory of {} at 0x{:x}", pid, address + answerOffset), code));
        return false;
    }
    ++m_answered;
    return true;
}

void Consumer::look()
{
    m_memory.locked(m_stop, [this] {
        m_greeting.report();
        m_mappingFree.report();
        m_dataFree.report();
    });
}

void Consumer::status()
{
    if (m_options.quiet)
        return;
    MappingLayout mapping{};
    SharedDataLayout data{};
    const bool taken = m_memory.locked(m_stop, [&] {
        mapping = m_memory.mapping();
        data = m_memory.data();
    });
    if (!taken)
        return;
    say("mapping sequence {} counter {} wave {:+.2f} \"{}\" \"{}\" | dll sequence {} \"{}\" | messages {} valid {} "
        "damaged {} other {} "
        "missed {} | answers {}",
        mapping.sequence, mapping.counter, mapping.wave, textOf(mapping.text), textOf(mapping.greeting), data.sequence,
        textOf(data.text), m_received, m_valid, m_damaged, m_other, m_missed, m_answered);
}

} // namespace

int consume(const Options &options, const Stop &stop)
{
    return Consumer(options, stop).run();
}

} // namespace ipclens::demo
