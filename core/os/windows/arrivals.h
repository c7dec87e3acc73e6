// What waits between a window's handler and who takes it.
#pragma once

#include "core/os/system.h"

#include <algorithm>
#include <mutex>
#include <span>

namespace ipclens {

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

    void tell(Error notice)
    {
        const std::scoped_lock lock(m_mutex);
        m_arrivals.notice = std::move(notice);
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
