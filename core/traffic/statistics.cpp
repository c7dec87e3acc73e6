#include "core/traffic/statistics.h"

#include "core/traffic/message_search.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

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
}

} // namespace

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
}

void TrafficStatistics::add(const MessageView &message)
{
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
    ids[message.isCopied() ? Id{message.kind, message.id, {}} : Id{message.kind, 0, std::string(message.name)}].add(
        one);
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
}

double TrafficStatistics::messagesPerSecond() const
{
    return last > first ? static_cast<double>(total.messages) * second / static_cast<double>(last - first) : 0;
}

double TrafficStatistics::bytesPerSecond() const
{
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
        json["endpoints"].push_back(
            with(toJson(end), {{"sent", toJson(counts.sent)}, {"received", toJson(counts.received)}}));
    for (const auto &[pair, counts] : statistics.conversations)
        json["conversations"].push_back(
            with(toJson(counts), {{"from", toJson(pair.first)}, {"to", toJson(pair.second)}}));
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
}

} // namespace ipclens
