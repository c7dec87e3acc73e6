#include "core/traffic/filter_scan.h"

#include "core/traffic/filter_program.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ipclens {
namespace {

using filter::Field;
using filter::Operand;
using filter::Relation;
using filter::Test;
using filter::Whole;
using Record = MessageStore::Record;

constexpr std::size_t largestBlock = 4096;
constexpr std::size_t payloadBytes = 256 << 10; // of a block whose payloads are looked at
constexpr std::uint64_t sign = std::uint64_t{1} << 63;
constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

// Values a number may have, both ends included. Signed numbers have their sign bit turned over, so that they are in
// order.
struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

bool isOfContext(Field field)
{
    switch (field) {
    case Field::Kind:
    case Field::SenderPid:
    case Field::SenderExe:
    case Field::SenderTitle:
    case Field::SenderWindow:
    case Field::ReceiverPid:
    case Field::ReceiverExe:
    case Field::ReceiverWindow:
    case Field::Inbox:
    case Field::Depth:
    case Field::MessageName:
    case Field::Null:
    case Field::Posted:
        return true;
    default:
        return false;
    }
}

bool isOfContext(const Operand &operand)
{
    switch (operand.kind) {
    case Operand::Kind::Literal:
        return true;
    case Operand::Kind::Field:
        return isOfContext(operand.field);
    case Operand::Kind::Call:
        return std::ranges::all_of(operand.arguments, [](const auto &part) { return isOfContext(part); });
    }
    return false;
}

bool isOfContext(const Test &test)
{
    if (test.relation == Relation::Has && test.left.kind == Operand::Kind::Literal)
        return false;
    return isOfContext(test.left) &&
           std::ranges::all_of(test.right, [](const auto &item) { return isOfContext(item.first); });
}

bool hasPayload(const Operand &operand)
{
    return operand.field == Field::Payload || std::ranges::any_of(operand.arguments, hasPayload);
}

enum class Number { None, Unsigned, Signed };

Number numberOf(Field field)
{
    switch (field) {
    case Field::Number:
    case Field::DataId:
    case Field::MessageId:
    case Field::WParam:
    case Field::LParam:
    case Field::Size:
        return Number::Unsigned;
    case Field::Time:
    case Field::Result:
    case Field::Duration:
        return Number::Signed;
    default:
        return Number::None;
    }
}

// A literal among the values of a field: the value, or that all of them are below or above it.
struct Place {
    std::uint64_t key = 0;
    int outside = 0; // -1: the literal is less than every value
};

std::optional<Place> placeOf(Field field, const Operand &literal)
{
    if (literal.kind != Operand::Kind::Literal)
        return {};
    if (field == Field::Time)
        return Place{.key = static_cast<std::uint64_t>(literal.time) ^ sign};
    const auto *const whole = std::get_if<Whole>(&literal.number);
    if (!whole)
        return {};
    auto magnitude = whole->magnitude;
    const bool negative = whole->negative && magnitude != 0;
    if (numberOf(field) == Number::Unsigned)
        return negative ? Place{.outside = -1} : Place{.key = magnitude};
    if (field == Field::Duration) {
        constexpr std::uint64_t millisecond = 1'000'000;
        if (magnitude > (sign - 1) / millisecond)
            return Place{.outside = negative ? -1 : 1};
        magnitude *= millisecond;
    }
    if (negative)
        return magnitude > sign ? Place{.outside = -1} : Place{.key = (~magnitude + 1) ^ sign};
    return magnitude >= sign ? Place{.outside = 1} : Place{.key = magnitude ^ sign};
}

// The values for which the test holds; none when it takes more to tell.
std::optional<std::vector<Range>> rangesOf(const Test &test)
{
    const Operand &left = test.left;
    if (left.kind != Operand::Kind::Field || left.slice || numberOf(left.field) == Number::None)
        return {};
    if (test.relation == Relation::Has)
        return std::vector<Range>{{0, highest}};
    std::vector<Range> ranges;
    for (const auto &[first, second] : test.right) {
        const auto place = placeOf(left.field, first);
        if (!place)
            return {};
        auto relation = test.relation;
        if (relation == Relation::In && second) {
            const auto last = placeOf(left.field, *second);
            if (!last)
                return {};
            if (place->outside <= 0 && last->outside >= 0)
                ranges.push_back({place->outside < 0 ? 0 : place->key, last->outside > 0 ? highest : last->key});
            if (!ranges.empty() && ranges.back().first > ranges.back().last)
                ranges.pop_back();
            continue;
        }
        if (place->outside != 0) {
            const bool valuesAreAbove = place->outside < 0;
            const bool holds = relation == Relation::NotEqual ||
                               (valuesAreAbove ? relation == Relation::Greater || relation == Relation::GreaterEqual
                                               : relation == Relation::Less || relation == Relation::LessEqual);
            if (holds)
                ranges.push_back({0, highest});
            continue;
        }
        const auto key = place->key;
        switch (relation) {
        case Relation::Equal:
        case Relation::In:
            ranges.push_back({key, key});
            break;
        case Relation::LessEqual:
            ranges.push_back({0, key});
            break;
        case Relation::GreaterEqual:
            ranges.push_back({key, highest});
            break;
        case Relation::NotEqual:
        case Relation::Less:
        case Relation::Greater:
            if (relation != Relation::Greater && key > 0)
                ranges.push_back({0, key - 1});
            if (relation != Relation::Less && key < highest)
                ranges.push_back({key + 1, highest});
            break;
        default:
            return {};
        }
    }
    return ranges;
}

// Which messages have the field at all.
enum class Has { Always, Copied, Registered, Answered };

Has hasOf(Field field)
{
    switch (field) {
    case Field::DataId:
    case Field::Size:
        return Has::Copied;
    case Field::MessageId:
    case Field::WParam:
    case Field::LParam:
        return Has::Registered;
    case Field::Result:
    case Field::Duration:
        return Has::Answered;
    default:
        return Has::Always;
    }
}

template <class Key>
std::size_t inRanges(std::span<const Record> records, const std::vector<Range> &ranges, const std::uint16_t *from,
                     std::size_t count, std::uint16_t *to, Key key)
{
    std::size_t found = 0;
    if (ranges.size() == 1) {
        const auto first = ranges.front().first, width = ranges.front().last - first;
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = from[i];
            to[found] = row;
            found += key(records[row]) - first <= width;
        }
        return found;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = key(records[from[i]]);
        to[found] = from[i];
        found += std::ranges::any_of(
            ranges, [value](const Range &range) { return value >= range.first && value <= range.last; });
    }
    return found;
}

} // namespace

struct FilterScan::Plan {
    enum class Way { Context, Number, Payload, Search, View } way = Way::View;
    const Test *test = nullptr;
    Field field = Field::Number;
    std::vector<Range> ranges;
    std::vector<signed char> verdicts; // of contexts; -1: not known yet
    std::size_t fitting = 0;           // so many contexts, from the first on, pass
};

struct FilterScan::Block {
    const MessageStore &store;
    std::span<const Record> records;
    Index begin = 0;
    bool hasOdd = false;
};

FilterScan::FilterScan(MessageFilter filter) : m_filter(std::move(filter)), m_all(largestBlock)
{
    std::iota(m_all.begin(), m_all.end(), Rows{0});
    if (m_filter.expression()) {
        for (const auto &node : m_filter.expression()->program().nodes) {
            auto &plan = m_plans.emplace_back();
            if (node.kind != filter::Node::Kind::Test)
                continue;
            const Test &test = node.test;
            plan.test = &test;
            plan.field = test.left.field;
            const bool payload = test.left.kind == Operand::Kind::Field && test.left.field == Field::Payload &&
                                 !test.left.slice && test.relation == Relation::Contains &&
                                 test.right.front().first.kind == Operand::Kind::Literal;
            if (isOfContext(test)) {
                plan.way = Plan::Way::Context;
            } else if (auto ranges = rangesOf(test)) {
                plan.way = Plan::Way::Number;
                plan.ranges = std::move(*ranges);
            } else if (payload) {
                plan.way = Plan::Way::Payload;
            }
            m_looksAtPayloads |=
                plan.way == Plan::Way::Payload ||
                (plan.way == Plan::Way::View && (test.left.kind == Operand::Kind::Literal || hasPayload(test.left)));
        }
    }
    if (!m_filter.search().isEmpty()) {
        m_plans.push_back({.way = Plan::Way::Search});
        m_looksAtPayloads = true;
    }
    if (const auto &time = m_filter.time()) {
        const auto key = [](std::int64_t moment) { return static_cast<std::uint64_t>(moment) ^ sign; };
        m_plans.push_back({.way = Plan::Way::Number, .field = Field::Time});
        if (time->end > time->begin)
            m_plans.back().ranges.push_back({key(time->begin), key(time->end) - 1});
    }
}

FilterScan::~FilterScan() = default;

FilterScan::Index FilterScan::find(const MessageStore &store, Index begin, Index end, std::vector<std::uint32_t> &found)
{
    if (begin >= end)
        return end;
    Block block{.store = store, .records = store.records(begin), .begin = begin, .hasOdd = store.hasOdd()};
    block.records =
        block.records.first(std::min({block.records.size(), static_cast<std::size_t>(end - begin), largestBlock}));
    if (m_looksAtPayloads) {
        std::size_t count = 0, bytes = 0;
        while (count < block.records.size() && bytes < payloadBytes) {
            const Record &record = block.records[count++];
            bytes += 64 + (store.contexts()[record.context].kind == MessageKind::CopyData ? record.kept() : 0);
        }
        block.records = block.records.first(count);
    }
    const auto count = block.records.size();
    std::vector<Rows> passed(count + 1), other(count + 1);
    std::size_t left = count;
    const Rows *rows = m_all.data();
    if (m_filter.time()) {
        left = selectByPlan(block, m_plans.back(), rows, left, passed.data());
        rows = passed.data();
    }
    if (m_filter.expression()) {
        left = select(block, m_filter.expression()->program().nodes.size() - 1, rows, left, other.data());
        rows = other.data();
    } else if (!m_filter.search().isEmpty()) {
        auto &plan = m_plans[m_plans.size() - (m_filter.time() ? 2 : 1)];
        left = selectByPlan(block, plan, rows, left, other.data());
        rows = other.data();
    }
    const auto base = static_cast<std::uint32_t>(begin);
    const auto before = found.size();
    found.resize(before + left);
    for (std::size_t i = 0; i < left; ++i)
        found[before + i] = base + rows[i];
    // Pinned messages are there whatever the filter says.
    const auto &annotations = store.annotations();
    for (auto it = annotations.lower_bound(begin); it != annotations.end() && it->first < begin + count; ++it) {
        const auto row = static_cast<std::uint32_t>(it->first);
        const auto place =
            std::ranges::lower_bound(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(), row - base, {},
                                     [base](std::uint32_t number) { return number - base; });
        if (it->second.pinned && (place == found.end() || *place != row))
            found.insert(place, row);
    }
    return begin + count;
}

std::size_t FilterScan::select(const Block &block, std::size_t index, const Rows *from, std::size_t count, Rows *to)
{
    const auto &node = m_filter.expression()->program().nodes[index];
    if (node.kind == filter::Node::Kind::Test)
        return selectByPlan(block, m_plans[index], from, count, to);
    if (m_scratch.size() <= m_depth)
        m_scratch.resize(m_depth + 1);
    auto scratch = std::move(m_scratch[m_depth]); // nested calls may move the list
    scratch.resize(2 * largestBlock + 2);
    Rows *const left = scratch.data();
    Rows *const rest = left + largestBlock + 1;
    ++m_depth;
    const auto chosen = select(block, node.left, from, count, left);
    std::size_t result = 0;
    if (node.kind == filter::Node::Kind::And) {
        result = select(block, node.right, left, chosen, to);
    } else {
        const auto *const end = std::set_difference(from, from + count, left, left + chosen, rest);
        const auto others = static_cast<std::size_t>(end - rest);
        if (node.kind == filter::Node::Kind::Not) {
            std::copy_n(rest, others, to);
            result = others;
        } else {
            std::vector<Rows> right(others + 1);
            const auto more = select(block, node.right, rest, others, right.data());
            result =
                static_cast<std::size_t>(std::merge(left, left + chosen, right.data(), right.data() + more, to) - to);
        }
    }
    --m_depth;
    m_scratch[m_depth] = std::move(scratch);
    return result;
}

bool FilterScan::verdict(const MessageStore &store, Plan &plan, std::uint32_t context) const
{
    if (context >= plan.verdicts.size())
        plan.verdicts.resize(store.contexts().size(), -1);
    auto &known = plan.verdicts[context];
    if (known < 0) {
        const MessageView view = store.contexts()[context].view();
        if (plan.way == Plan::Way::Context)
            known = filter::holds(*plan.test, view);
        else if (plan.way == Plan::Way::Search)
            known = m_filter.search().matchesContext(view);
        else
            known = hasOf(plan.field) == Has::Copied ? view.isCopied() : !view.isCopied();
    }
    return known != 0;
}

std::size_t FilterScan::selectByPlan(const Block &block, Plan &plan, const Rows *from, std::size_t count, Rows *to)
{
    const auto records = block.records;
    const auto keep = [&](auto passes) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = from[i];
            if (passes(row, records[row]))
                to[found++] = row;
        }
        return found;
    };
    const auto passesAlone = [&](Rows row) { // not `this` plan's quick way
        const auto view = block.store.at(block.begin + row);
        if (plan.test)
            return filter::holds(*plan.test, view);
        return plan.way == Plan::Way::Search ? m_filter.search().matches(view) : m_filter.time()->contains(view.time);
    };
    if (plan.way == Plan::Way::View || block.hasOdd)
        return keep([&](Rows row, const Record &) { return passesAlone(row); });
    const auto fits = [&](const Record &record) { return verdict(block.store, plan, record.context); };
    const auto payloadOf = [&](const Record &record) {
        return block.store.contexts()[record.context].kind == MessageKind::CopyData ? record.payload()
                                                                                    : std::span<const std::byte>();
    };
    switch (plan.way) {
    case Plan::Way::View:
        break;
    case Plan::Way::Context:
        return keep([&](Rows, const Record &record) { return fits(record); });
    case Plan::Way::Search:
        return keep([&](Rows row, const Record &record) {
            return fits(record) || m_filter.search().matches(block.store.at(block.begin + row));
        });
    case Plan::Way::Payload: {
        const Operand &part = plan.test->right.front().first;
        const auto found = [&](const Record &record) {
            return part.type == filter::Type::Text ? filter::contains(payloadOf(record), part.text)
                                                   : filter::contains(payloadOf(record), part.bytes);
        };
        return keep([&](Rows row, const Record &record) {
            // An empty payload and a registered message, which has none, are for the slow way to tell apart.
            return payloadOf(record).empty() ? passesAlone(row) : found(record);
        });
    }
    case Plan::Way::Number:
        break;
    }
    const auto select = [&](auto key) { return inRanges(records, plan.ranges, from, count, to, key); };
    if (plan.ranges.empty())
        return 0;
    std::size_t found = 0;
    switch (plan.field) {
    case Field::Number:
        found = select([](const Record &r) { return std::uint64_t{r.sequence}; });
        break;
    case Field::Time:
        found = select([](const Record &r) { return static_cast<std::uint64_t>(r.time) ^ sign; });
        break;
    case Field::DataId:
    case Field::MessageId:
        found = select([](const Record &r) { return r.id; });
        break;
    case Field::WParam:
        found = select([](const Record &r) { return r.first; });
        break;
    case Field::LParam:
        found = select([](const Record &r) { return r.second; });
        break;
    case Field::Size:
        found = select([](const Record &r) { return std::uint64_t{r.size()}; });
        break;
    case Field::Result:
        found = select([](const Record &r) { return static_cast<std::uint64_t>(r.result) ^ sign; });
        break;
    default:
        found = select([](const Record &r) { return std::uint64_t{r.duration} ^ sign; });
        break;
    }
    // Few are left: only now is it asked which of them have the field at all.
    from = to;
    count = found;
    switch (hasOf(plan.field)) {
    case Has::Always:
        return found;
    case Has::Answered:
        return keep([](Rows, const Record &record) { return record.isAnswered != 0; });
    default:
        // Mostly all messages have it, and no record needs to be looked at for that.
        const auto contexts = static_cast<std::uint32_t>(block.store.contexts().size());
        while (plan.fitting < contexts && verdict(block.store, plan, static_cast<std::uint32_t>(plan.fitting)))
            ++plan.fitting;
        return plan.fitting == contexts ? found : keep([&](Rows, const Record &record) { return fits(record); });
    }
}

} // namespace ipclens
