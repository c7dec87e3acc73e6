#include "core/os/windows/arrivals.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ipclens {
namespace {

Message toMessage(NotedMessage &&noted)
{
    Message message{.sequence = noted.sequence,
                    .time = noted.time,
                    .kind = noted.kind,
                    .senderWindow = noted.senderWindow,
                    .id = noted.id,
                    .wParam = noted.wParam,
                    .lParam = noted.lParam,
                    .size = noted.size,
                    .nullData = noted.nullData,
                    .payload = noted.largePayload.empty() ? toBytes(noted.data) : std::move(noted.largePayload),
                    .depth = noted.depth,
                    .senderWaits = noted.senderWaits,
                    .references = std::move(noted.references)};
    if (noted.sender)
        setSender(message, *noted.sender);
    if (noted.isAnswered) {
        message.outcome = MessageOutcome{.sequence = noted.sequence, .result = noted.result, .duration = noted.duration};
        if (noted.failure)
            message.outcome->failure = std::move(*noted.failure);
    }
    return message;
}

} // namespace

std::span<const std::byte> NotedPayloads::keep(std::span<const std::byte> data)
{
    if (data.empty())
        return {};
    if (data.size() > m_left) {
        m_blocks.emplace_back(blockSize);
        m_left = blockSize;
    }
    std::byte *const place = m_blocks.back().data() + (blockSize - m_left);
    std::memcpy(place, data.data(), data.size());
    m_left -= data.size();
    return {place, data.size()};
}

void ArrivalQueue::setCapturing(bool on)
{
    const std::scoped_lock lock(m_mutex);
    m_isCapturing = on;
}

std::uint64_t ArrivalQueue::add(NotedMessage message, bool cut) noexcept
{
    const std::scoped_lock lock(m_mutex);
    message.sequence = ++m_arrivals.received;
    if (!m_isCapturing) {
        ++m_arrivals.skipped;
        return 0;
    }
    std::uint64_t needs = sizeof(Message) + message.data.size();
    for (const MessageReference &reference : message.references)
        needs += sizeof(MessageReference) + reference.bytes.size();
    const std::uint64_t size = message.size;
    if (needs > m_mostBytes - m_bytes || !keep(message)) {
        ++m_arrivals.dropped;
        m_arrivals.droppedBytes += size;
        return 0;
    }
    m_bytes += needs;
    m_arrivals.truncated += cut;
    return m_arrivals.received;
}

bool ArrivalQueue::keep(NotedMessage &message) noexcept
{
    constexpr std::size_t usual = 512; // enough for a block that is reused
    try {
        if (m_messages.empty())
            m_messages.reserve(usual);
        if (message.data.size() < NotedPayloads::mostSize)
            message.data = m_payloads.keep(message.data);
        else
            message.largePayload = toBytes(message.data);
        m_messages.push_back(std::move(message));
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

void ArrivalQueue::finish(MessageOutcome outcome) noexcept
{
    const std::scoped_lock lock(m_mutex);
    // Nearly always the last one: nothing came while its handler ran.
    const bool isLast = !m_messages.empty() && m_messages.back().sequence == outcome.sequence;
    const auto found = isLast ? std::prev(m_messages.end())
                              : std::ranges::lower_bound(m_messages, outcome.sequence, {}, &NotedMessage::sequence);
    try {
        if (found == m_messages.end() || found->sequence != outcome.sequence) {
            m_arrivals.outcomes.push_back(std::move(outcome)); // it was taken already
            return;
        }
        if (outcome.failure)
            found->failure = std::make_unique<Error>(std::move(*outcome.failure));
        found->result = outcome.result;
        found->duration = outcome.duration;
        found->isAnswered = true;
    } catch (const std::bad_alloc &) {
        // The message stays without an outcome.
    }
}

void ArrivalQueue::end(Error error)
{
    const std::scoped_lock lock(m_mutex);
    m_arrivals.ended = std::move(error);
}

void ArrivalQueue::tell(Error notice)
{
    const std::scoped_lock lock(m_mutex);
    m_arrivals.notice = std::move(notice);
}

Arrivals ArrivalQueue::take()
{
    Messages messages;
    NotedPayloads payloads; // what the messages' data is in
    Arrivals taken;
    {
        const std::scoped_lock lock(m_mutex);
        messages = std::exchange(m_messages, {});
        payloads = std::exchange(m_payloads, {});
        taken = std::exchange(m_arrivals, {.received = m_arrivals.received,
                                           .dropped = m_arrivals.dropped,
                                           .droppedBytes = m_arrivals.droppedBytes,
                                           .truncated = m_arrivals.truncated,
                                           .skipped = m_arrivals.skipped});
        m_bytes = 0;
    }
    taken.messages.reserve(messages.size());
    for (NotedMessage &message : messages)
        taken.messages.push_back(toMessage(std::move(message)));
    return taken;
}

} // namespace ipclens
