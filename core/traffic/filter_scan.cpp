#include "core/traffic/filter_scan.h"

#include "core/traffic/filter_ranges.h"

#include <algorithm>
#include <numeric>

namespace ipclens {
namespace {

using filter::Field;
using filter::Node;
using filter::Operand;
using filter::Range;
using filter::Relation;
using filter::signBit;
using filter::Test;
using Record = MessageStore::Record;

constexpr std::size_t largestBlock = 4096;
constexpr std::size_t smallestBlock = 64;
constexpr std::size_t mostAnswers = 32 * largestBlock; // tests of a block times its rows
constexpr std::size_t payloadBytes = 256 << 10;        // of a block whose payloads are looked at

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
    if (test.relation == Relation::Has && test.left.isLiteral())
        return false;
    return isOfContext(test.left) &&
           std::ranges::all_of(test.right, [](const auto &item) { return isOfContext(item.first); });
}

bool hasPayload(const Operand &operand)
{
    return operand.field == Field::Payload || std::ranges::any_of(operand.arguments, hasPayload);
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

// Those of `rows` that are not in `part`, all ascending; `to` may be `rows`.
std::size_t without(const std::uint16_t *rows, std::size_t count, const std::uint16_t *part, std::size_t partCount,
                    std::uint16_t *to)
{
    std::size_t left = 0, next = 0;
    for (std::size_t i = 0; i < count; ++i) {
        while (next < partCount && part[next] < rows[i])
            ++next;
        if (next == partCount || part[next] != rows[i])
            to[left++] = rows[i];
    }
    return left;
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
        for (const Test &test : m_filter.expression()->program().tests) {
            auto &plan = m_plans.emplace_back();
            plan.test = &test;
            plan.field = test.left.field;
            const bool payload = test.left.kind == Operand::Kind::Field && test.left.field == Field::Payload &&
                                 !test.left.slice && test.relation == Relation::Contains &&
                                 test.right.front().first.isLiteral();
            if (isOfContext(test)) {
                plan.way = Plan::Way::Context;
            } else if (auto ranges = filter::rangesOf(test)) {
                plan.way = Plan::Way::Number;
                plan.ranges = std::move(*ranges);
            } else if (payload) {
                plan.way = Plan::Way::Payload;
            }
            m_looksAtPayloads |= plan.way == Plan::Way::Payload ||
                                 (plan.way == Plan::Way::View && (test.left.isLiteral() || hasPayload(test.left)));
        }
    }
    if (!m_filter.search().isEmpty()) {
        m_plans.push_back({.way = Plan::Way::Search});
        m_looksAtPayloads = true;
    }
    if (const auto &time = m_filter.time()) {
        const auto key = [](std::int64_t moment) { return static_cast<std::uint64_t>(moment) ^ signBit; };
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
    const auto largest =
        std::clamp(mostAnswers / std::max<std::size_t>(1, m_plans.size()), smallestBlock, largestBlock);
    block.records =
        block.records.first(std::min({block.records.size(), static_cast<std::size_t>(end - begin), largest}));
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
    if (node.kind == Node::Kind::Test)
        return selectByPlan(block, m_plans[node.test], from, count, to);
    if (m_scratch.size() <= m_depth)
        m_scratch.resize(m_depth + 1);
    auto scratch = std::move(m_scratch[m_depth]); // nested calls may move the list
    scratch.resize(2 * largestBlock + 2);
    ++m_depth;
    const auto result = join(block, node, from, count, to, scratch.data());
    --m_depth;
    m_scratch[m_depth] = std::move(scratch);
    return result;
}

// `scratch` has room for two blocks' rows.
std::size_t FilterScan::join(const Block &block, const Node &node, const Rows *from, std::size_t count, Rows *to,
                             Rows *scratch)
{
    Rows *const chosen = scratch;
    Rows *const rest = scratch + largestBlock + 1;
    switch (node.kind) {
    case Node::Kind::And: {
        // From one list to the other and back, each part on what the one before it has left.
        Rows *lists[] = {to, chosen};
        std::size_t left = select(block, node.parts.front(), from, count, lists[0]);
        for (std::size_t i = 1; i < node.parts.size() && left > 0; ++i) {
            left = select(block, node.parts[i], lists[0], left, lists[1]);
            std::swap(lists[0], lists[1]);
        }
        if (lists[0] != to)
            std::copy_n(lists[0], left, to);
        return left;
    }
    case Node::Kind::Or: {
        std::copy_n(from, count, rest); // what no part has chosen yet
        std::size_t left = count;
        for (std::size_t i = 0; i < node.parts.size() && left > 0; ++i)
            left = without(rest, left, chosen, select(block, node.parts[i], rest, left, chosen), rest);
        return without(from, count, rest, left, to);
    }
    case Node::Kind::Not:
        return without(from, count, chosen, select(block, node.parts.front(), from, count, chosen), to);
    case Node::Kind::Xor: {
        std::size_t odd = 0; // those that an odd number of parts has chosen, in `to`
        for (const auto part : node.parts) {
            const auto more = select(block, part, from, count, chosen);
            const auto *const end = std::set_symmetric_difference(to, to + odd, chosen, chosen + more, rest);
            odd = static_cast<std::size_t>(end - rest);
            std::copy_n(rest, odd, to);
        }
        return odd;
    }
    case Node::Kind::Test:
        break;
    }
    return 0;
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
        found = select([](const Record &r) { return static_cast<std::uint64_t>(r.time) ^ signBit; });
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
        found = select([](const Record &r) { return static_cast<std::uint64_t>(r.result) ^ signBit; });
        break;
    default:
        found = select([](const Record &r) { return std::uint64_t{r.duration} ^ signBit; });
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
