#include "core/traffic/filter_ranges.h"

#include <limits>

namespace ipclens::filter {
namespace {

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

// How records hold a field.
enum class Number { None, Unsigned, Signed };

Number sortOf(Field field)
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
        return Place{.key = static_cast<std::uint64_t>(literal.time) ^ signBit};
    const auto *const whole = std::get_if<Whole>(&literal.number);
    if (!whole)
        return {};
    auto magnitude = whole->magnitude;
    const bool negative = whole->negative && magnitude != 0;
    if (sortOf(field) == Number::Unsigned)
        return negative ? Place{.outside = -1} : Place{.key = magnitude};
    if (field == Field::Duration) {
        constexpr std::uint64_t millisecond = 1'000'000;
        if (magnitude > (signBit - 1) / millisecond)
            return Place{.outside = negative ? -1 : 1};
        magnitude *= millisecond;
    }
    if (negative)
        return magnitude > signBit ? Place{.outside = -1} : Place{.key = (~magnitude + 1) ^ signBit};
    return magnitude >= signBit ? Place{.outside = 1} : Place{.key = magnitude ^ signBit};
}

} // namespace

std::optional<std::vector<Range>> rangesOf(const Test &test)
{
    const Operand &left = test.left;
    if (left.kind != Operand::Kind::Field || left.slice || sortOf(left.field) == Number::None)
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

} // namespace ipclens::filter
