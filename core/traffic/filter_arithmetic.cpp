// Calculating with the numbers of a filter.
#include "core/traffic/filter_program.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ipclens::filter {
namespace {

std::optional<Whole> sum(Whole left, Whole right)
{
    if (left.negative == right.negative) {
        if (left.magnitude > std::numeric_limits<std::uint64_t>::max() - right.magnitude)
            return {};
        return Whole{left.magnitude + right.magnitude, left.negative};
    }
    if (left.magnitude < right.magnitude)
        std::swap(left, right);
    return Whole{left.magnitude - right.magnitude, left.negative};
}

std::optional<Whole> product(Whole left, Whole right)
{
    if (right.magnitude != 0 && left.magnitude > std::numeric_limits<std::uint64_t>::max() / right.magnitude)
        return {};
    return Whole{left.magnitude * right.magnitude, left.negative != right.negative};
}

std::optional<Numeric> calculateDouble(Function sign, double left, double right)
{
    switch (sign) {
    case Function::Add:
        return left + right;
    case Function::Subtract:
        return left - right;
    case Function::Multiply:
        return left * right;
    case Function::Divide:
        return right != 0 ? std::optional<Numeric>(left / right) : std::nullopt;
    case Function::Remainder:
        return right != 0 ? std::optional<Numeric>(std::fmod(left, right)) : std::nullopt;
    default:
        return {};
    }
}

} // namespace

std::optional<Numeric> calculate(Function sign, const Numeric &left, const Numeric &right)
{
    const auto *const a = std::get_if<Whole>(&left);
    const auto *const b = std::get_if<Whole>(&right);
    if (!a || !b)
        return calculateDouble(sign, toDouble(left), toDouble(right));
    std::optional<Whole> whole;
    switch (sign) {
    case Function::And:
        return Whole{a->bits() & b->bits()};
    case Function::Add:
        whole = sum(*a, *b);
        break;
    case Function::Subtract:
        whole = sum(*a, {b->magnitude, !b->negative});
        break;
    case Function::Multiply:
        whole = product(*a, *b);
        break;
    case Function::Divide:
    case Function::Remainder:
        if (b->magnitude == 0)
            return {};
        // As C does it: towards zero, and the remainder has the sign of the left side.
        return sign == Function::Divide ? Whole{a->magnitude / b->magnitude, a->negative != b->negative}
                                        : Whole{a->magnitude % b->magnitude, a->negative};
    default:
        return {};
    }
    return whole ? std::optional<Numeric>(*whole) : calculateDouble(sign, toDouble(left), toDouble(right));
}

std::partial_ordering compare(const Numeric &left, const Numeric &right)
{
    const auto *const a = std::get_if<Whole>(&left);
    const auto *const b = std::get_if<Whole>(&right);
    if (!a || !b)
        return toDouble(left) <=> toDouble(right);
    if (a->isNegative() != b->isNegative())
        return a->isNegative() ? std::partial_ordering::less : std::partial_ordering::greater;
    return a->isNegative() ? b->magnitude <=> a->magnitude : a->magnitude <=> b->magnitude;
}

double toDouble(const Numeric &number)
{
    if (const auto *const value = std::get_if<double>(&number))
        return *value;
    const Whole &whole = std::get<Whole>(number);
    const auto magnitude = static_cast<double>(whole.magnitude);
    return whole.negative ? -magnitude : magnitude;
}

} // namespace ipclens::filter
