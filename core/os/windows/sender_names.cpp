#include "core/os/windows/sender_names.h"

#include "core/os/windows/process_handle.h"

namespace ipclens {

Sender SenderNames::of(std::uint32_t pid)
{
    const std::scoped_lock lock(m_mutex);
    Entry &entry = m_entries[pid];
    entry.used = GetTickCount64();
    if (entry.sender.key.pid == 0 && pid != 0) {
        entry.sender.key.pid = pid;
        // A process that refuses even this, or is gone already, stays a bare pid.
        entry.process = KernelHandle(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid));
        if (entry.process) {
            entry.sender.key.created = creationTime(entry.process.get());
            entry.sender.name = fileNameOf(programPath(entry.process.get()));
        }
    }
    return entry.sender;
}

void SenderNames::sweep()
{
    constexpr std::uint64_t between = 1000; // milliseconds
    constexpr std::uint64_t remembered = 10'000;
    const std::uint64_t now = GetTickCount64();
    const std::scoped_lock lock(m_mutex);
    if (now - m_swept < between)
        return;
    m_swept = now;
    std::erase_if(m_entries, [now](const auto &item) {
        const Entry &entry = item.second;
        return !entry.process || now - entry.used > remembered || hasExited(entry.process.get());
    });
}

} // namespace ipclens
