// What an inbox's handler needs at every arrival: the time, the sender's process, a place in the queue.
#pragma once

#include "core/os/system.h"

#include <array>
#include <mutex>
#include <span>

#include <windows.h>

namespace ipclens {

// Nanoseconds since 1970 from the performance counter, tied to the wall clock once, when made.
class ArrivalClock {
public:
    ArrivalClock()
    {
        LARGE_INTEGER value;
        QueryPerformanceFrequency(&value);
        m_frequency = value.QuadPart;
        m_anchorTime = wallClock();
        m_anchorTicks = ticks();
    }
    static std::int64_t ticks()
    {
        LARGE_INTEGER value;
        QueryPerformanceCounter(&value);
        return value.QuadPart;
    }
    std::int64_t timeOf(std::int64_t at) const
    {
        constexpr std::int64_t second = 1'000'000'000;
        const std::int64_t since = at - m_anchorTicks;
        return m_anchorTime + since / m_frequency * second + since % m_frequency * second / m_frequency;
    }
    std::int64_t milliseconds(std::int64_t ticks) const { return ticks / (m_frequency / 1000); }

private:
    std::int64_t m_frequency = 0;
    std::int64_t m_anchorTime = 0;
    std::int64_t m_anchorTicks = 0;
};

// Owner of a window at this moment; 0 when there is no such window. Remembers for 100 ms, because asking is a round
// trip to another process under Wine. For the pump thread.
class WindowOwners {
public:
    std::uint32_t of(std::uint64_t window, std::int64_t ticks, const ArrivalClock &clock)
    {
        if (window == 0)
            return 0;
        Entry &entry = m_entries[(window >> 1) % m_entries.size()];
        if (entry.window != window || clock.milliseconds(ticks - entry.asked) >= 100) {
            DWORD pid = 0;
            if (window <= UINTPTR_MAX)
                GetWindowThreadProcessId(reinterpret_cast<HWND>(static_cast<std::uintptr_t>(window)), &pid);
            entry = {window, ticks, pid};
        }
        return entry.pid;
    }

private:
    struct Entry {
        std::uint64_t window = 0;
        std::int64_t asked = 0;
        std::uint32_t pid = 0;
    };
    std::array<Entry, 32> m_entries;
};

// What waits for delivery, bounded by bytes. The pump thread adds, another one takes.
class ArrivalQueue {
public:
    explicit ArrivalQueue(std::uint64_t mostBytes) : m_mostBytes(mostBytes) {}

    // Numbers the message and keeps it with a copy of `data`, or counts it as dropped.
    void add(Message message, std::span<const std::byte> data, bool cut) noexcept
    {
        const std::scoped_lock lock(m_mutex);
        message.sequence = ++m_arrivals.received;
        const std::uint64_t needs = sizeof(Message) + data.size();
        if (needs > m_mostBytes - m_bytes || !keep(message, data)) {
            ++m_arrivals.dropped;
            m_arrivals.droppedBytes += message.size;
            return;
        }
        m_bytes += needs;
        m_arrivals.truncated += cut;
    }

    Arrivals take()
    {
        const std::scoped_lock lock(m_mutex);
        Arrivals taken = std::move(m_arrivals);
        m_arrivals = {.received = taken.received,
                      .dropped = taken.dropped,
                      .droppedBytes = taken.droppedBytes,
                      .truncated = taken.truncated};
        m_bytes = 0;
        return taken;
    }

private:
    bool keep(Message &message, std::span<const std::byte> data) noexcept
    {
        try {
            message.payload.assign(data.begin(), data.end());
            m_arrivals.messages.push_back(std::move(message));
            return true;
        } catch (const std::bad_alloc &) {
            return false;
        }
    }

    std::uint64_t m_mostBytes;
    std::mutex m_mutex;
    Arrivals m_arrivals;
    std::uint64_t m_bytes = 0; // waiting; never over m_mostBytes
};

} // namespace ipclens
