#include "core/traffic/traffic_statistics.h"

#include <algorithm>
#include <bit>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

void count(TrafficStatistics::Volume &volume, std::uint64_t bytes)
{
    ++volume.messages;
    volume.bytes += bytes;
}

// `isFirst`: nothing was counted before.
void cover(TrafficStatistics::Times &times, std::int64_t time, bool isFirst)
{
    times.first = isFirst ? time : std::min(times.first, time);
    times.last = isFirst ? time : std::max(times.last, time);
}

void count(TrafficStatistics::Durations &durations, std::int64_t duration)
{
    durations.least = durations.count == 0 ? duration : std::min(durations.least, duration);
    durations.most = durations.count == 0 ? duration : std::max(durations.most, duration);
    durations.sum += duration;
    ++durations.count;
}

template <class T>
void appendRaw(std::string &key, const T &value)
{
    key.append(reinterpret_cast<const char *>(&value), sizeof value);
}

std::int64_t floorSecond(std::int64_t time)
{
    return time / second - (time % second < 0 ? 1 : 0);
}

// Where `key` stands in `rows`, at the end when it is new and at the place for all others when the table is full.
template <class Places, class Key, class Row>
std::size_t place(Places &places, const Key &key, std::vector<Row> &rows, bool *isNew)
{
    *isNew = false;
    if (const auto found = places.find(key); found != places.end())
        return found->second;
    if (rows.size() > TrafficStatistics::mostRows)
        return TrafficStatistics::mostRows;
    rows.emplace_back();
    if (rows.size() > TrafficStatistics::mostRows) // the row of all others has no key
        return TrafficStatistics::mostRows;
    *isNew = true;
    return places.emplace(key, rows.size() - 1).first->second;
}

} // namespace

std::size_t TrafficStatistics::endpointOf(const ProcessKey &process, std::uint64_t window, std::string_view name)
{
    m_key.assign(name);
    appendRaw(m_key, process.pid);
    appendRaw(m_key, process.created);
    appendRaw(m_key, window);
    bool isNew = false;
    const auto at = place(m_endpointPlaces, m_key, m_endpoints, &isNew);
    if (isNew)
        m_endpoints[at].party = {process, window, std::string(name)};
    return at;
}

TrafficStatistics::Conversation &TrafficStatistics::conversationOf(std::size_t from, std::size_t to)
{
    const std::uint64_t key = (std::uint64_t{std::min(from, to)} << 32) | std::max(from, to);
    bool isNew = false;
    auto &conversation = m_conversations[place(m_conversationPlaces, key, m_conversations, &isNew)];
    if (isNew) {
        conversation.first = from;
        conversation.second = to;
    }
    return conversation;
}

TrafficStatistics::Id &TrafficStatistics::idOf(const MessageView &message)
{
    m_key.assign(1, message.isCopied() ? 'c' : 'r');
    if (message.isCopied() || message.name.empty())
        appendRaw(m_key, message.id);
    else
        m_key += message.name;
    bool isNew = false;
    auto &id = m_ids[place(m_idPlaces, m_key, m_ids, &isNew)];
    if (isNew) {
        id.kind = message.kind;
        id.id = message.id;
        id.name = message.name;
    }
    return id;
}

TrafficStatistics::InboxCount &TrafficStatistics::inboxOf(std::uint64_t inbox)
{
    bool isNew = false;
    auto &row = m_inboxes[place(m_inboxPlaces, inbox, m_inboxes, &isNew)];
    if (isNew)
        row.inbox = inbox;
    return row;
}

void TrafficStatistics::add(const MessageView &message)
{
    const auto size = message.isCopied() ? message.size : 0;
    cover(m_times, message.time, m_total.messages == 0);
    count(m_total, size);
    addToSecond(message.time, size);
    if (message.isCopied())
        count(m_sizes[static_cast<std::size_t>(std::bit_width(size))], size);

    const auto from = endpointOf(message.sender, message.senderWindow, message.senderName);
    const auto to = endpointOf(message.receiver, message.receiverWindow, message.receiverName);
    auto &sender = m_endpoints[from];
    cover(sender.times, message.time, sender.sent.messages + sender.received.messages == 0);
    count(sender.sent, size);
    auto &receiver = m_endpoints[to];
    cover(receiver.times, message.time, receiver.sent.messages + receiver.received.messages == 0);
    count(receiver.received, size);

    auto &conversation = conversationOf(from, to);
    cover(conversation.times, message.time, conversation.forth.messages + conversation.back.messages == 0);
    count(conversation.first == from ? conversation.forth : conversation.back, size);

    auto &id = idOf(message);
    cover(id.times, message.time, id.volume.messages == 0);
    id.least = id.volume.messages == 0 ? size : std::min(id.least, size);
    id.most = std::max(id.most, size);
    count(id.volume, size);

    pass(message);
    auto &inbox = inboxOf(message.inbox);
    count(inbox.volume, size);
    if (message.isCopied() && message.isTruncated()) {
        ++inbox.truncated;
        inbox.cutBytes += message.size - message.payload.size();
    }
    ++inbox.unanswered;
    if (message.isAnswered)
        addDuration(message, conversation, id);
}

void TrafficStatistics::pass(const MessageView &message)
{
    auto &inbox = inboxOf(message.inbox);
    inbox.firstSequence = inbox.seen == 0 ? message.sequence : std::min(inbox.firstSequence, message.sequence);
    inbox.lastSequence = std::max(inbox.lastSequence, message.sequence);
    ++inbox.seen;
}

void TrafficStatistics::tellInbox(std::uint64_t inbox, const std::string &name,
                                  const std::optional<InboxCounts> &counts)
{
    auto &row = inboxOf(inbox);
    if (!m_inboxPlaces.contains(inbox))
        return; // the row is that of all others
    row.name = name;
    row.counts = counts;
}

void TrafficStatistics::answered(const MessageView &message)
{
    if (!message.isAnswered)
        return;
    const auto from = endpointOf(message.sender, message.senderWindow, message.senderName);
    const auto to = endpointOf(message.receiver, message.receiverWindow, message.receiverName);
    addDuration(message, conversationOf(from, to), idOf(message));
}

void TrafficStatistics::addDuration(const MessageView &message, Conversation &conversation, Id &id)
{
    auto &inbox = inboxOf(message.inbox);
    inbox.unanswered -= inbox.unanswered > 0 ? 1 : 0;
    if (message.failure)
        ++id.failed;
    for (auto *durations : {&m_durations, &conversation.durations, &id.durations})
        count(*durations, message.duration);
}

void TrafficStatistics::addToSecond(std::int64_t time, std::uint64_t bytes)
{
    const auto number = floorSecond(time);
    auto &slot = m_seconds[static_cast<std::size_t>(number & 63)];
    if (slot.number != number)
        slot = {number, {}};
    count(slot.volume, bytes);
    m_peak.messages = std::max(m_peak.messages, slot.volume.messages);
    m_peak.bytes = std::max(m_peak.bytes, slot.volume.bytes);
}

void TrafficStatistics::clear()
{
    *this = {};
}

double TrafficStatistics::messagesPerSecond() const
{
    const auto length = m_times.length();
    return length < second ? 0 : static_cast<double>(m_total.messages) * 1e9 / static_cast<double>(length);
}

double TrafficStatistics::bytesPerSecond() const
{
    const auto length = m_times.length();
    return length < second ? 0 : static_cast<double>(m_total.bytes) * 1e9 / static_cast<double>(length);
}

} // namespace ipclens
