#include "core/traffic/statistics.h"

<<<<<<< HEAD
#include <algorithm>
#include <bit>

=======
#include "core/traffic/message_search.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>

#include <fmt/format.h>

>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

<<<<<<< HEAD
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
=======
nlohmann::json toJson(const TrafficStatistics::Counts &counts)
{
    return {{"messages", counts.messages}, {"bytes", counts.bytes},       {"answered", counts.answered},
            {"failed", counts.failed},     {"duration", counts.duration}, {"longest", counts.longest}};
}

nlohmann::json toJson(const TrafficStatistics::End &end)
{
    return {{"pid", end.process.pid}, {"created", end.process.created}, {"name", end.name}, {"window", end.window}};
}

nlohmann::json with(nlohmann::json to, const nlohmann::json &more)
{
    to.update(more);
    return to;
>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
}

} // namespace

<<<<<<< HEAD
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
=======
void TrafficStatistics::Counts::add(const Counts &other)
{
    messages += other.messages;
    bytes += other.bytes;
    answered += other.answered;
    failed += other.failed;
    duration += other.duration;
    longest = std::max(longest, other.longest);
}

std::size_t TrafficStatistics::sizeClass(std::uint64_t size)
{
    return static_cast<std::size_t>(std::bit_width(size));
}

std::pair<std::uint64_t, std::uint64_t> TrafficStatistics::sizesOf(std::size_t sizeClass)
{
    if (sizeClass == 0)
        return {0, 0};
    const auto low = std::uint64_t{1} << (sizeClass - 1);
    return {low, low + (low - 1)};
}

TrafficStatistics::End TrafficStatistics::senderOf(const MessageView &message)
{
    if (message.sender.pid != 0)
        return {message.sender, std::string(message.senderName), 0};
    return {{}, {}, message.senderWindow};
}

TrafficStatistics::End TrafficStatistics::receiverOf(const MessageView &message)
{
    if (message.receiver.pid != 0)
        return {message.receiver, std::string(message.receiverName), 0};
    return {{}, {}, message.receiverWindow};
>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
}

void TrafficStatistics::add(const MessageView &message)
{
<<<<<<< HEAD
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

    auto &inbox = inboxOf(message.inbox);
    inbox.firstSequence =
        inbox.volume.messages == 0 ? message.sequence : std::min(inbox.firstSequence, message.sequence);
    inbox.lastSequence = std::max(inbox.lastSequence, message.sequence);
    count(inbox.volume, size);
    if (message.isCopied() && message.isTruncated()) {
        ++inbox.truncated;
        inbox.cutBytes += message.size - message.payload.size();
    }
    ++inbox.unanswered;
    if (message.isAnswered)
        addDuration(message, conversation, id);
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
=======
    const Counts one{.messages = 1,
                     .bytes = message.isCopied() ? message.size : 0,
                     .answered = message.isAnswered,
                     .failed = message.failure != nullptr,
                     .duration = message.isAnswered ? message.duration : 0,
                     .longest = message.isAnswered ? message.duration : 0};
    first = total.messages == 0 ? message.time : std::min(first, message.time);
    last = total.messages == 0 ? message.time : std::max(last, message.time);
    total.add(one);
    auto from = senderOf(message), to = receiverOf(message);
    ends[from].sent.add(one);
    ends[to].received.add(one);
    conversations[{std::move(from), std::move(to)}].add(one);
    ids[message.isCopied() ? Id{message.kind, message.id, {}} : Id{message.kind, 0, std::string(message.name)}].add(one);
    if (message.isCopied())
        sizes[sizeClass(message.size)].add(one);
    truncated += message.isCopied() && message.isTruncated();
    posted += !message.senderWaits;
    auto &numbers = m_inboxes[message.inbox];
    numbers.first = numbers.count == 0 ? message.sequence : std::min(numbers.first, message.sequence);
    numbers.last = numbers.count == 0 ? message.sequence : std::max(numbers.last, message.sequence);
    ++numbers.count;
    ++m_seconds[message.time / second];
}

void TrafficStatistics::add(const TrafficStatistics &other)
{
    if (other.total.messages == 0)
        return;
    first = total.messages == 0 ? other.first : std::min(first, other.first);
    last = total.messages == 0 ? other.last : std::max(last, other.last);
    total.add(other.total);
    for (const auto &[end, counts] : other.ends) {
        ends[end].sent.add(counts.sent);
        ends[end].received.add(counts.received);
    }
    for (const auto &[pair, counts] : other.conversations)
        conversations[pair].add(counts);
    for (const auto &[id, counts] : other.ids)
        ids[id].add(counts);
    for (std::size_t i = 0; i < sizeClasses; ++i)
        sizes[i].add(other.sizes[i]);
    truncated += other.truncated;
    posted += other.posted;
    for (const auto &[inbox, more] : other.m_inboxes) {
        auto &numbers = m_inboxes[inbox];
        numbers.first = numbers.count == 0 ? more.first : std::min(numbers.first, more.first);
        numbers.last = numbers.count == 0 ? more.last : std::max(numbers.last, more.last);
        numbers.count += more.count;
    }
    for (const auto &[moment, count] : other.m_seconds)
        m_seconds[moment] += count;
>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
}

double TrafficStatistics::messagesPerSecond() const
{
<<<<<<< HEAD
    const auto length = m_times.length();
    return length < second ? 0 : static_cast<double>(m_total.messages) * 1e9 / static_cast<double>(length);
=======
    return last > first ? static_cast<double>(total.messages) * second / static_cast<double>(last - first) : 0;
>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
}

double TrafficStatistics::bytesPerSecond() const
{
<<<<<<< HEAD
    const auto length = m_times.length();
    return length < second ? 0 : static_cast<double>(m_total.bytes) * 1e9 / static_cast<double>(length);
=======
    return last > first ? static_cast<double>(total.bytes) * second / static_cast<double>(last - first) : 0;
}

std::uint64_t TrafficStatistics::busiestSecond() const
{
    std::uint64_t most = 0;
    for (const auto &[moment, count] : m_seconds)
        most = std::max(most, count);
    return most;
}

std::uint64_t TrafficStatistics::missing() const
{
    std::uint64_t missing = 0;
    for (const auto &[inbox, numbers] : m_inboxes) {
        const auto span = numbers.last - numbers.first + 1;
        missing += span > numbers.count ? span - numbers.count : 0;
    }
    return missing;
}

std::string toText(const TrafficStatistics::End &end)
{
    if (end.process.pid != 0)
        return fmt::format("{} {}", end.name.empty() ? "process" : end.name, end.process.pid);
    return end.window != 0 ? fmt::format("window 0x{:x}", end.window) : "unknown";
}

std::string toJson(const TrafficStatistics &statistics)
{
    nlohmann::json json{{"total", toJson(statistics.total)},
                        {"first", statistics.first},
                        {"last", statistics.last},
                        {"messagesPerSecond", statistics.messagesPerSecond()},
                        {"bytesPerSecond", statistics.bytesPerSecond()},
                        {"busiestSecond", statistics.busiestSecond()},
                        {"truncated", statistics.truncated},
                        {"posted", statistics.posted},
                        {"missing", statistics.missing()}};
    for (const auto *const key : {"endpoints", "conversations", "ids", "sizes"})
        json[key] = nlohmann::json::array();
    for (const auto &[end, counts] : statistics.ends)
        json["endpoints"].push_back(with(toJson(end), {{"sent", toJson(counts.sent)}, {"received", toJson(counts.received)}}));
    for (const auto &[pair, counts] : statistics.conversations)
        json["conversations"].push_back(with(toJson(counts), {{"from", toJson(pair.first)}, {"to", toJson(pair.second)}}));
    for (const auto &[id, counts] : statistics.ids)
        json["ids"].push_back(with(toJson(counts), {{"kind", nameOf(id.kind)}, {"id", id.id}, {"name", id.name}}));
    for (std::size_t i = 0; i < TrafficStatistics::sizeClasses; ++i) {
        if (statistics.sizes[i].messages == 0)
            continue;
        const auto [low, high] = TrafficStatistics::sizesOf(i);
        json["sizes"].push_back(with(toJson(statistics.sizes[i]), {{"from", low}, {"to", high}}));
    }
    // Names may be any bytes: what is no UTF-8 becomes U+FFFD instead of an exception.
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
>>>>>>> 6fa6dfb290d23067c33036824c084b010f4c058e
}

} // namespace ipclens
