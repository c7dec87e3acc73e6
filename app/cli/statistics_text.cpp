#include "app/cli/statistics_text.h"

#include "app/cli/table.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

using Statistics = TrafficStatistics;

struct Losses {
    std::uint64_t missing = 0;
    std::uint64_t dropped = 0;
    std::uint64_t truncated = 0;
    std::uint64_t cutBytes = 0;
    std::uint64_t unanswered = 0;
};

Losses lossesOf(const Statistics &statistics)
{
    Losses losses;
    for (const auto &inbox : statistics.inboxes()) {
        losses.missing += inbox.missing();
        losses.dropped += inbox.counts ? inbox.counts->dropped : 0;
        losses.truncated += inbox.truncated;
        losses.cutBytes += inbox.cutBytes;
        losses.unanswered += inbox.unanswered;
    }
    return losses;
}

std::string nameOf(const Statistics::Party &party)
{
    if (party.process.pid != 0)
        return fmt::format("{} {}", party.name.empty() ? "process" : printable(party.name, 32), party.process.pid);
    return party.window != 0 ? fmt::format("window 0x{:x}", party.window) : "unknown";
}

std::string nameOf(const Statistics::Id &id)
{
    return id.kind == MessageKind::CopyData ? fmt::to_string(id.id) : printable(id.name, 48);
}

std::string milliseconds(double nanoseconds)
{
    return fmt::format("{:.3f}", nanoseconds / 1e6);
}

// Over the whole time; none where that is too short to say.
std::string perSecond(std::uint64_t count, const Statistics::Times &times)
{
    constexpr std::int64_t second = 1'000'000'000;
    return times.length() < second
               ? "-"
               : fmt::format("{:.1f}", static_cast<double>(count) * 1e9 / static_cast<double>(times.length()));
}

Table::Column number(std::string title)
{
    return {std::move(title), true};
}

template <class Row, class Count>
std::vector<const Row *> busiestFirst(const std::vector<Row> &rows, Count count)
{
    std::vector<const Row *> order;
    for (const Row &row : rows)
        order.push_back(&row);
    std::ranges::stable_sort(order, std::ranges::greater(), [&](const Row *row) { return count(*row); });
    return order;
}

// Sizes counted in sizes()[n], both included.
std::pair<std::uint64_t, std::uint64_t> sizesOf(std::size_t n)
{
    if (n == 0)
        return {0, 0};
    const auto low = std::uint64_t{1} << (n - 1);
    return {low, low + (low - 1)};
}

nlohmann::json toJson(const Statistics::Party &party)
{
    return {{"pid", party.process.pid}, {"created", party.process.created}, {"name", party.name}, {"window", party.window}};
}

nlohmann::json toJson(const Statistics::Volume &volume)
{
    return {{"messages", volume.messages}, {"bytes", volume.bytes}};
}

nlohmann::json toJson(const Statistics::Durations &durations)
{
    return {{"count", durations.count}, {"least", durations.least}, {"most", durations.most}, {"sum", durations.sum}};
}

} // namespace

std::string textOf(const TrafficStatistics &statistics)
{
    const Losses losses = lossesOf(statistics);
    const auto total = statistics.total();
    std::string text = fmt::format(
        "{} messages, {} bytes in {:.3f} s: {:.1f} messages/s, {:.0f} bytes/s, at most {} messages in a second\n"
        "{} without an answer, {} numbers missing, {} known to be dropped, {} payloads cut by {} bytes\n",
        total.messages, total.bytes, static_cast<double>(statistics.times().length()) / 1e9,
        statistics.messagesPerSecond(), statistics.bytesPerSecond(), statistics.peak().messages, losses.unanswered,
        losses.missing, losses.dropped, losses.truncated, losses.cutBytes);

    Table endpoints({{"END"}, number("SENT"), number("BYTES SENT"), number("RECEIVED"), number("BYTES RECEIVED")});
    for (const auto *row : busiestFirst(statistics.endpoints(),
                                        [](const auto &end) { return end.sent.messages + end.received.messages; }))
        endpoints.add({nameOf(row->party), fmt::to_string(row->sent.messages), fmt::to_string(row->sent.bytes),
                       fmt::to_string(row->received.messages), fmt::to_string(row->received.bytes)});

    Table conversations({{"BETWEEN"}, {"AND"}, number("FORTH"), number("BYTES FORTH"), number("BACK"), number("BYTES BACK"),
                         number("MEAN MS"), number("LONGEST MS")});
    for (const auto *row : busiestFirst(statistics.conversations(),
                                        [](const auto &both) { return both.forth.messages + both.back.messages; }))
        conversations.add({nameOf(statistics.endpoints()[row->first].party), nameOf(statistics.endpoints()[row->second].party),
                           fmt::to_string(row->forth.messages), fmt::to_string(row->forth.bytes),
                           fmt::to_string(row->back.messages), fmt::to_string(row->back.bytes),
                           milliseconds(row->durations.mean()), milliseconds(static_cast<double>(row->durations.most))});

    Table inboxes({{"INBOX"},
                   {"NAME"},
                   number("MESSAGES"),
                   number("MISSING"),
                   number("UNANSWERED"),
                   number("CUT"),
                   number("CUT BYTES"),
                   number("RECEIVED"),
                   number("DROPPED"),
                   number("WRITTEN")});
    for (const auto &inbox : statistics.inboxes()) {
        const auto counted = [&](std::uint64_t InboxCounts::*what) {
            return inbox.counts ? fmt::to_string(*inbox.counts.*what) : std::string("-");
        };
        inboxes.add({fmt::to_string(inbox.inbox), inbox.name, fmt::to_string(inbox.volume.messages),
                     fmt::to_string(inbox.missing()), fmt::to_string(inbox.unanswered), fmt::to_string(inbox.truncated),
                     fmt::to_string(inbox.cutBytes), counted(&InboxCounts::received), counted(&InboxCounts::dropped),
                     counted(&InboxCounts::written)});
    }

    Table ids({{"ID OR NAME"},
               number("MESSAGES"),
               number("A SECOND"),
               number("BYTES"),
               number("LEAST"),
               number("MOST"),
               number("FAILED"),
               number("MEAN MS"),
               number("LONGEST MS")});
    for (const auto *row : busiestFirst(statistics.ids(), [](const auto &id) { return id.volume.messages; }))
        ids.add({nameOf(*row), fmt::to_string(row->volume.messages),
                 perSecond(row->volume.messages, statistics.times()), fmt::to_string(row->volume.bytes),
                 fmt::to_string(row->least), fmt::to_string(row->most), fmt::to_string(row->failed),
                 milliseconds(row->durations.mean()), milliseconds(static_cast<double>(row->durations.most))});

    Table sizes({{"PAYLOAD BYTES"}, number("MESSAGES"), number("BYTES")});
    for (std::size_t i = 0; i < statistics.sizes().size(); ++i) {
        const auto &volume = statistics.sizes()[i];
        const auto [low, high] = sizesOf(i);
        if (volume.messages > 0)
            sizes.add({low == high ? fmt::to_string(low) : fmt::format("{} to {}", low, high),
                       fmt::to_string(volume.messages), fmt::to_string(volume.bytes)});
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", text, inboxes.text(), endpoints.text(), conversations.text(),
                       ids.text(), sizes.text());
}

std::string jsonOf(const TrafficStatistics &statistics)
{
    const Losses losses = lossesOf(statistics);
    nlohmann::json json{{"total", toJson(statistics.total())},
                        {"first", statistics.times().first},
                        {"last", statistics.times().last},
                        {"messagesPerSecond", statistics.messagesPerSecond()},
                        {"bytesPerSecond", statistics.bytesPerSecond()},
                        {"busiestSecond", toJson(statistics.peak())},
                        {"durations", toJson(statistics.durations())},
                        {"missing", losses.missing},
                        {"dropped", losses.dropped},
                        {"truncated", losses.truncated},
                        {"cutBytes", losses.cutBytes},
                        {"unanswered", losses.unanswered}};
    for (const auto *const key : {"inboxes", "endpoints", "conversations", "ids", "sizes"})
        json[key] = nlohmann::json::array();
    for (const auto &inbox : statistics.inboxes()) {
        auto &row = json["inboxes"].emplace_back(nlohmann::json{{"inbox", inbox.inbox},
                                                                {"name", inbox.name},
                                                                {"volume", toJson(inbox.volume)},
                                                                {"missing", inbox.missing()},
                                                                {"unanswered", inbox.unanswered},
                                                                {"truncated", inbox.truncated},
                                                                {"cutBytes", inbox.cutBytes}});
        if (inbox.counts) {
            row["since"] = inbox.counts->since;
            row["received"] = inbox.counts->received;
            row["dropped"] = inbox.counts->dropped;
            row["written"] = inbox.counts->written;
        }
    }
    for (const auto &end : statistics.endpoints())
        json["endpoints"].push_back({{"party", toJson(end.party)}, {"sent", toJson(end.sent)}, {"received", toJson(end.received)}});
    for (const auto &both : statistics.conversations())
        json["conversations"].push_back({{"first", toJson(statistics.endpoints()[both.first].party)},
                                         {"second", toJson(statistics.endpoints()[both.second].party)},
                                         {"forth", toJson(both.forth)},
                                         {"back", toJson(both.back)},
                                         {"durations", toJson(both.durations)}});
    for (const auto &id : statistics.ids())
        json["ids"].push_back({{"kind", id.kind == MessageKind::CopyData ? "WM_COPYDATA" : "registered"},
                               {"id", id.id},
                               {"name", id.name},
                               {"volume", toJson(id.volume)},
                               {"least", id.least},
                               {"most", id.most},
                               {"failed", id.failed},
                               {"durations", toJson(id.durations)}});
    for (std::size_t i = 0; i < statistics.sizes().size(); ++i) {
        const auto [low, high] = sizesOf(i);
        if (statistics.sizes()[i].messages > 0)
            json["sizes"].push_back({{"from", low}, {"to", high}, {"volume", toJson(statistics.sizes()[i])}});
    }
    // Names may be any bytes: what is no UTF-8 becomes U+FFFD instead of an exception.
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace ipclens
