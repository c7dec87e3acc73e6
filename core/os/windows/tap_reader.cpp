#include "core/os/windows/tap_reader.h"

#include "core/os/windows/arrival_clock.h"

#include <algorithm>

namespace ipclens {

bool TapReader::read(Arrivals &arrivals)
{
    m_senders.sweep();
    bool areRecords = true;
    const std::uint64_t head = m_ring.head.load(std::memory_order_acquire);
    std::uint64_t tail = m_ring.tail.load(std::memory_order_relaxed);
    while (tail != head) {
        const std::uint32_t bytes = head - tail > m_capacity ? 0 : readRecord(tail, head - tail, arrivals);
        areRecords &= bytes != 0;
        tail = bytes == 0 ? head : tail + bytes;
        m_ring.tail.store(tail, std::memory_order_release);
    }
    arrivals.received = m_ring.received;
    arrivals.dropped = m_ring.dropped;
    arrivals.droppedBytes = m_ring.droppedBytes;
    arrivals.truncated = m_ring.truncated;
    arrivals.skipped = m_ring.skipped;
    return areRecords;
}

void TapReader::copyOut(std::uint64_t at, void *to, std::size_t size) const
{
    const std::size_t begin = static_cast<std::size_t>(at) & (m_capacity - 1);
    const std::size_t first = std::min(size, m_capacity - begin);
    const std::uint8_t *const ring = tap::ringOf(&m_ring);
    std::memcpy(to, ring + begin, first);
    std::memcpy(static_cast<std::uint8_t *>(to) + first, ring, size - first);
}

void TapReader::noteOutcome(const tap::Record &record, Arrivals &arrivals)
{
    const auto began = m_underWay.find(record.sequence);
    if (began == m_underWay.end())
        return; // of a tap before us
    MessageOutcome outcome{.sequence = record.sequence, .result = record.result};
    outcome.duration = ArrivalClock::nanoseconds(record.ticks - began->second);
    m_underWay.erase(began);
    const auto found = std::ranges::lower_bound(arrivals.messages, record.sequence, {}, &Message::sequence);
    if (found != arrivals.messages.end() && found->sequence == record.sequence)
        found->outcome = std::move(outcome);
    else
        arrivals.outcomes.push_back(std::move(outcome));
}

// Its bytes; 0: what is there is no record.
std::uint32_t TapReader::readRecord(std::uint64_t at, std::uint64_t available, Arrivals &arrivals)
{
    tap::Record record{};
    if (available < sizeof record)
        return 0;
    copyOut(at, &record, sizeof record);
    if (record.bytes < sizeof record || record.bytes > available || record.bytes % 8 != 0 ||
        record.payload > record.bytes - sizeof record || (record.kind != tap::Arrival && record.kind != tap::Outcome))
        return 0;
    if (record.kind == tap::Outcome) {
        noteOutcome(record, arrivals);
        return record.bytes;
    }
    Message message = record.message == WM_COPYDATA ? copyData(record, at + sizeof record) : registered(record);
    message.sequence = record.sequence;
    message.time = ArrivalClock::timeOf(record.ticks);
    message.id = record.id;
    message.size = record.size;
    message.nullData = (record.flags & tap::NullData) != 0;
    message.depth = record.depth;
    message.senderWaits = (record.flags & tap::SenderWaits) != 0;
    setReceiver(message, m_window);
    m_underWay[record.sequence] = record.ticks;
    arrivals.messages.push_back(std::move(message));
    return record.bytes;
}

Message TapReader::copyData(const tap::Record &record, std::uint64_t at)
{
    Message message{.kind = MessageKind::CopyData, .senderWindow = record.wParam};
    if (const auto owner = m_owners.of(record.wParam); owner && owner->process.key.pid == record.sender)
        setSender(message, *owner);
    else if (record.sender != 0) // the window is gone by now, if not its process
        setSender(message, {.process = m_senders.of(record.sender), .title = {}});
    message.payload.resize(record.payload);
    copyOut(at, message.payload.data(), record.payload);
    message.references = m_references.ofCopyData(message.payload);
    return message;
}

Message TapReader::registered(const tap::Record &record)
{
    Message message{.kind = MessageKind::Registered,
                    .name = m_names.of(record.message),
                    .wParam = record.wParam,
                    .lParam = record.lParam};
    message.references = m_references.ofRegistered(record.message, static_cast<WPARAM>(record.wParam),
                                                   static_cast<LPARAM>(record.lParam));
    return message;
}

} // namespace ipclens
