// What waits between a window's handler and who takes it.
#pragma once

#include "core/os/system.h"
#include "core/os/windows/window_owners.h"

#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace ipclens {

// A message while it waits. Its sender waits, too, until it is noted: what takes time beyond that, the strings and the
// blocks of memory of a Message, is for who takes it.
struct NotedMessage {
    std::uint64_t sequence = 0;
    std::int64_t time = 0; // ArrivalClock's
    MessageKind kind = MessageKind::CopyData;
    bool nullData = false;
    bool senderWaits = true;
    std::uint32_t depth = 0;
    std::uint64_t senderWindow = 0;
    std::uint64_t id = 0;
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint64_t size = 0;
    std::shared_ptr<const WindowOwner> sender; // none: there is no such window
    std::span<const std::byte> data;           // as much of the payload as is kept; while it waits in NotedPayloads
    Bytes largePayload;                        // or here
    std::vector<MessageReference> references;
    bool isAnswered = false; // what follows is known
    std::int64_t result = 0;
    std::int64_t duration = 0;
    std::unique_ptr<Error> failure;
};

// Payloads one behind the other. Blocks this large are reused (core/model/bytes.h): the first touch of a fresh page can
// take longer than all else that a handler does.
class NotedPayloads {
public:
    static constexpr std::size_t mostSize = std::size_t{64} * 1024; // of one payload

    // Valid as long as this is; throws std::bad_alloc.
    std::span<const std::byte> keep(std::span<const std::byte> data);

private:
    static constexpr std::size_t blockSize = 4 * mostSize;

    std::vector<Bytes> m_blocks;
    std::size_t m_left = 0; // of the last one
};

// What waits for delivery, bounded by bytes. The pump thread adds, another one takes.
class ArrivalQueue {
public:
    explicit ArrivalQueue(std::uint64_t mostBytes) : m_mostBytes(mostBytes) {}

    void setCapturing(bool on);
    // Numbers the message and keeps it with a copy of its data, or counts it as dropped or skipped. Its number if it
    // was kept, else 0.
    std::uint64_t add(NotedMessage message, bool cut) noexcept;
    // The handler of a message that was kept has returned.
    void finish(MessageOutcome outcome) noexcept;
    void end(Error error);
    void tell(Error notice);
    // Receivers, and the names of registered messages, are left out.
    Arrivals take();

private:
    // Blocks of them are reused like those of payloads.
    using Messages = std::vector<NotedMessage, BytesAllocator<NotedMessage>>;

    bool keep(NotedMessage &message) noexcept;

    const std::uint64_t m_mostBytes;
    std::mutex m_mutex; // guards what follows
    Messages m_messages; // ascending in sequence
    NotedPayloads m_payloads;
    Arrivals m_arrivals;       // all but its messages
    std::uint64_t m_bytes = 0; // waiting; never over m_mostBytes
    bool m_isCapturing = true;
};

} // namespace ipclens
