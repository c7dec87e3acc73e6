#include "core/traffic/traffic_curves.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t mostKeys = 100'000; // kinds that are told apart when counting the others

template <class T>
void appendRaw(std::string &key, const T &value)
{
    key.append(reinterpret_cast<const char *>(&value), sizeof value);
}

std::string nameOfSender(const MessageView &message)
{
    if (message.sender.pid == 0)
        return "unknown sender";
    return fmt::format("{} {}", message.senderName.empty() ? "process" : message.senderName, message.sender.pid);
}

std::string nameOfId(const MessageView &message)
{
    if (message.isCopied())
        return message.id < 0x10000 ? fmt::format("id {}", message.id) : fmt::format("id 0x{:x}", message.id);
    return message.name.empty() ? fmt::format("message 0x{:x}", message.id) : std::string(message.name);
}

} // namespace

std::optional<TrafficCurves::Problem> TrafficCurves::problemOf(const Plotted &plotted)
{
    if (plotted.value == PlottedValue::Field) {
        if (const auto value = MessageValue::parse(plotted.field); !value)
            return Problem{std::nullopt, value.error()};
    }
    if (plotted.split != CurveSplit::Filter)
        return {};
    if (plotted.filters.empty())
        return Problem{0, {0, 0, "there is no filter yet"}};
    for (std::size_t i = 0; i < plotted.filters.size(); ++i) {
        if (const auto filter = MessageFilter::parse(plotted.filters[i].text); !filter)
            return Problem{i, filter.error()};
        if (i >= mostShown)
            return Problem{i, {0, 0, fmt::format("a graph has at most {} filters", mostShown)}};
    }
    return {};
}

void TrafficCurves::plot(const Plotted &plotted)
{
    m_plotted = plotted;
    m_field.reset();
    if (plotted.value == PlottedValue::Field)
        m_field = *MessageValue::parse(plotted.field);
    clear();
}

void TrafficCurves::clear()
{
    m_curves.clear();
    m_byKey.clear();
    m_rest = {.buckets = TrafficBuckets(m_finest)};
    m_restKinds = 0;
    m_last = nullptr;
    m_lastKey.clear();
    m_messages = 0;
    m_extent = {};
    if (m_plotted.split == CurveSplit::Filter) {
        for (const auto &filter : m_plotted.filters)
            m_curves.push_back({.name = filter.text,
                                .colour = filter.colour,
                                .filter = *MessageFilter::parse(filter.text),
                                .buckets = TrafficBuckets(m_finest)});
    } else if (m_plotted.split == CurveSplit::None) {
        m_curves.push_back({.buckets = TrafficBuckets(m_finest)});
    }
}

std::optional<double> TrafficCurves::valueOf(const MessageView &message) const
{
    switch (m_plotted.value) {
    case PlottedValue::Messages:
    case PlottedValue::Bytes:
        return message.isCopied() ? static_cast<double>(message.size) : 0.0;
    case PlottedValue::Size:
        return message.isCopied() ? std::optional(static_cast<double>(message.size)) : std::nullopt;
    case PlottedValue::HandlerTime:
        return message.isAnswered ? std::optional(static_cast<double>(message.duration) / 1e6) : std::nullopt;
    case PlottedValue::Field:
        return m_field->of(message);
    }
    return {};
}

void TrafficCurves::add(const MessageView &message)
{
    m_extent = isEmpty() ? TimeRange{message.time, message.time + 1}
                         : TimeRange{std::min(m_extent.begin, message.time), std::max(m_extent.end, message.time + 1)};
    ++m_messages;
    const auto value = valueOf(message);
    if (!value)
        return;
    if (m_plotted.split != CurveSplit::Filter) {
        curveOf(message).buckets.add(message.time, *value);
        return;
    }
    for (auto &curve : m_curves) {
        if (curve.filter.matches(message))
            curve.buckets.add(message.time, *value);
    }
}

void TrafficCurves::answered(const MessageView &message)
{
    if (m_plotted.isRate() && m_plotted.split != CurveSplit::Filter)
        return;
    const auto value = valueOf(message);
    if (!value)
        return;
    MessageView before = message;
    before.isAnswered = false;
    before.result = before.duration = 0;
    before.failure = nullptr;
    const bool hadValue = valueOf(before).has_value();
    if (m_plotted.split != CurveSplit::Filter) {
        if (!hadValue)
            curveOf(message).buckets.add(message.time, *value);
        return;
    }
    for (auto &curve : m_curves) {
        if (curve.filter.matches(message) && !(hadValue && curve.filter.matches(before)))
            curve.buckets.add(message.time, *value);
    }
}

TrafficCurves::Curve &TrafficCurves::curveOf(const MessageView &message)
{
    if (m_plotted.split == CurveSplit::None)
        return m_curves.front();
    m_key.clear();
    if (m_plotted.split == CurveSplit::Sender) {
        m_key.assign(message.senderName);
        appendRaw(m_key, message.sender.pid);
        appendRaw(m_key, message.sender.created);
    } else {
        m_key.assign(1, message.isCopied() ? 'c' : 'r');
        if (message.isCopied() || message.name.empty())
            appendRaw(m_key, message.id);
        else
            m_key += message.name;
    }
    if (!m_last || m_key != m_lastKey) {
        m_last = &curveFor(m_key, message);
        m_lastKey = m_key;
    }
    return *m_last;
}

TrafficCurves::Curve &TrafficCurves::curveFor(const std::string &key, const MessageView &message)
{
    if (const auto known = m_byKey.find(key); known != m_byKey.end())
        return *known->second;
    if (m_byKey.size() >= mostKeys)
        return m_rest;
    Curve *curve = &m_rest;
    if (m_curves.size() < mostKept) {
        curve = &m_curves.emplace_back(Curve{.buckets = TrafficBuckets(m_finest)});
        curve->colour = static_cast<int>(m_curves.size()) - 1;
        curve->name = m_plotted.split == CurveSplit::Sender ? nameOfSender(message) : nameOfId(message);
    } else {
        ++m_restKinds;
    }
    m_byKey.emplace(key, curve);
    return *curve;
}

std::vector<TrafficCurves::Shown> TrafficCurves::shown() const
{
    std::vector<Shown> all;
    for (const auto &curve : m_curves)
        all.push_back({.name = curve.name,
                       .count = curve.buckets.total().count,
                       .colour = curve.colour,
                       .number = static_cast<int>(all.size()),
                       .parts = {&curve.buckets}});
    if (m_plotted.split == CurveSplit::Sender || m_plotted.split == CurveSplit::Id)
        std::ranges::stable_sort(all, std::greater(), &Shown::count);
    if (all.size() <= mostShown && m_restKinds == 0)
        return all;
    Shown others;
    for (std::size_t i = mostShown; i < all.size(); ++i) {
        others.count += all[i].count;
        others.parts.push_back(all[i].parts.front());
    }
    others.others = all.size() - std::min(all.size(), mostShown) + m_restKinds;
    others.count += m_rest.buckets.total().count;
    others.parts.push_back(&m_rest.buckets);
    all.resize(std::min(all.size(), mostShown));
    all.push_back(std::move(others));
    return all;
}

} // namespace ipclens
