// What an inbox's handler needs at every arrival: the time, the sender's process, a place in the queue.
#pragma once

#include "core/os/system.h"
#include "core/os/windows/utf16.h"

#include <algorithm>
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

struct WindowOwner {
    std::uint32_t pid = 0; // 0: there is no such window
    std::string title;
};

// Owner and title of a window at this moment. Remembers for 100 ms, because asking is a round trip to another process under
// Wine. For one thread.
class WindowOwners {
public:
    const WindowOwner &of(std::uint64_t window, std::int64_t ticks, const ArrivalClock &clock)
    {
        Entry &entry = m_entries[(window >> 1) % m_entries.size()];
        if (entry.window != window || clock.milliseconds(ticks - entry.asked) >= 100)
            ask(entry, window, ticks);
        return entry.owner;
    }

private:
    struct Entry {
        std::uint64_t window = 0;
        std::int64_t asked = 0;
        WindowOwner owner;
    };

    static void ask(Entry &entry, std::uint64_t window, std::int64_t ticks)
    {
        entry.window = window;
        entry.asked = ticks;
        entry.owner = {};
        DWORD pid = 0;
        const HWND handle = window <= UINTPTR_MAX ? reinterpret_cast<HWND>(static_cast<std::uintptr_t>(window)) : nullptr;
        if (!handle || GetWindowThreadProcessId(handle, &pid) == 0)
            return;
        entry.owner.pid = pid;
        wchar_t title[256];
        const int length = InternalGetWindowText(handle, title, 256);
        entry.owner.title = toUtf8(std::wstring_view(title, static_cast<std::size_t>(std::max(length, 0))));
    }

    std::array<Entry, 32> m_entries;
};

// What waits for delivery, bounded by bytes. The pump thread adds, another one takes.
class ArrivalQueue {
public:
    explicit ArrivalQueue(std::uint64_t mostBytes) : m_mostBytes(mostBytes) {}

    void setCapturing(bool on)
    {
        const std::scoped_lock lock(m_mutex);
        m_isCapturing = on;
    }

    // Numbers the message and keeps it with a copy of `data`, or counts it as dropped or skipped. Its number if it was kept, else 0.
    std::uint64_t add(Message message, std::span<const std::byte> data, bool cut) noexcept
    {
        const std::scoped_lock lock(m_mutex);
        message.sequence = ++m_arrivals.received;
        if (!m_isCapturing) {
            ++m_arrivals.skipped;
            return 0;
        }
        std::uint64_t needs = sizeof(Message) + data.size();
        for (const MessageReference &reference : message.references)
            needs += sizeof(MessageReference) + reference.bytes.size();
        if (needs > m_mostBytes - m_bytes || !keep(message, data)) {
            ++m_arrivals.dropped;
            m_arrivals.droppedBytes += message.size;
            return 0;
        }
        m_bytes += needs;
        m_arrivals.truncated += cut;
        return m_arrivals.received;
    }

    // The handler of a message that was kept has returned.
    void finish(MessageOutcome outcome) noexcept
    {
        const std::scoped_lock lock(m_mutex);
        auto &messages = m_arrivals.messages;
        const auto found = std::ranges::lower_bound(messages, outcome.sequence, {}, &Message::sequence);
        try {
            if (found != messages.end() && found->sequence == outcome.sequence)
                found->outcome = std::move(outcome);
            else
                m_arrivals.outcomes.push_back(std::move(outcome)); // it was taken already
        } catch (const std::bad_alloc &) {
            // The message stays without an outcome.
        }
    }

    void end(Error error)
    {
        const std::scoped_lock lock(m_mutex);
        m_arrivals.ended = std::move(error);
    }

    Arrivals take()
    {
        const std::scoped_lock lock(m_mutex);
        Arrivals taken = std::move(m_arrivals);
        m_arrivals = {.received = taken.received,
                      .dropped = taken.dropped,
                      .droppedBytes = taken.droppedBytes,
                      .truncated = taken.truncated,
                      .skipped = taken.skipped};
        m_bytes = 0;
        return taken;
    }

private:
    bool keep(Message &message, std::span<const std::byte> data) noexcept
    {
        try {
            message.payload = toBytes(data);
            m_arrivals.messages.push_back(std::move(message));
            return true;
        } catch (const std::bad_alloc &) {
            return false;
        }
    }

    std::uint64_t m_mostBytes;
    std::mutex m_mutex; // guards what follows
    Arrivals m_arrivals;
    std::uint64_t m_bytes = 0; // waiting; never over m_mostBytes
    bool m_isCapturing = true;
};

} // namespace ipclens
