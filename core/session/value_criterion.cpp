// The questions themselves: from a scan's terms to a ValueCriterion.
#include "core/session/value_criterion.h"

#include "core/text/typed_value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "scan";

bool isFloat(ValueType type)
{
    return type == ValueType::F32 || type == ValueType::F64;
}

bool isSigned(ValueType type)
{
    return type == ValueType::I8 || type == ValueType::I16 || type == ValueType::I32 || type == ValueType::I64;
}

std::string typeName(ValueType type)
{
    return std::string(typedType(kindOf(type)).name);
}

Failure refuse(std::string object, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = ErrorKind::Invalid,
                         .operation = operation,
                         .object = std::move(object),
                         .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

Failure noNumber(const std::string &text)
{
    return refuse(fmt::format("\"{}\"", text), "NaN equals nothing, not even itself",
                  "Its bytes can be looked for as hex");
}

// A number as typed: integers sign-extended to 64 bits.
struct Number {
    std::uint64_t bits = 0;
    double real = 0;
};

Result<Number> parseNumber(ValueType type, const std::string &text)
{
    const auto bytes = parseTyped(kindOf(type), ByteOrder::Little, text);
    if (!bytes)
        return Failure(toError(bytes.error(), fmt::format("read a value of type {}", typeName(type)), text));
    Number number;
    std::memcpy(&number.bits, bytes->data(), bytes->size());
    if (type == ValueType::F32)
        number.real = std::bit_cast<float>(static_cast<std::uint32_t>(number.bits));
    else if (type == ValueType::F64)
        number.real = std::bit_cast<double>(number.bits);
    else if (isSigned(type)) {
        const auto unused = static_cast<int>(64 - 8 * sizeOf(type));
        number.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(number.bits << unused) >> unused);
    }
    return number;
}

struct Limits {
    std::uint64_t least, most; // sign-extended bits
};

Limits limitsOf(ValueType type)
{
    const auto bits = static_cast<int>(8 * sizeOf(type));
    const std::uint64_t all = ~std::uint64_t{0} >> (64 - bits);
    if (!isSigned(type))
        return {0, all};
    return {~(all >> 1), all >> 1};
}

bool isLess(ValueType type, std::uint64_t a, std::uint64_t b)
{
    return isSigned(type) ? static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b) : a < b;
}

// The nearest values of the type inside the range: a float's neighbour may lie outside.
double roundedUp(ValueType type, double value)
{
    if (type == ValueType::F64 || std::isinf(value))
        return value;
    const auto near = static_cast<float>(value);
    return near < value ? std::nextafter(near, std::numeric_limits<float>::infinity()) : near;
}

double roundedDown(ValueType type, double value)
{
    return -roundedUp(type, -value);
}

void setRange(ValueCriterion &criterion, const Number &low, const Number &high)
{
    criterion.operation = ValueOperation::InRange;
    if (isFloat(criterion.type)) {
        criterion.lowReal = roundedUp(criterion.type, low.real - criterion.tolerance);
        criterion.highReal = roundedDown(criterion.type, high.real + criterion.tolerance);
        if (std::isnan(criterion.lowReal) || std::isnan(criterion.highReal)) { // infinity less infinity
            criterion.lowReal = low.real;
            criterion.highReal = high.real;
        }
        return;
    }
    const Limits limits = limitsOf(criterion.type);
    std::uint64_t least = low.bits, most = high.bits;
    if (criterion.tolerance >= 1) {
        const auto reach =
            criterion.tolerance >= 0x1p64 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(criterion.tolerance);
        least = least - limits.least > reach ? least - reach : limits.least;
        most = limits.most - most > reach ? most + reach : limits.most;
    }
    criterion.low = least;
    criterion.span = most - least;
    if (criterion.span == 0)
        criterion.operation = ValueOperation::Equal;
}

// All values above (below) the number.
Result<void> setBeyond(ValueCriterion &criterion, const Number &number, const std::string &text, bool isAbove)
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    criterion.operation = ValueOperation::InRange;
    if (isFloat(criterion.type)) {
        const auto next = [&](double value, double towards) {
            return criterion.type == ValueType::F64
                       ? std::nextafter(value, towards)
                       : std::nextafter(static_cast<float>(value), static_cast<float>(towards));
        };
        if (number.real == (isAbove ? infinity : -infinity))
            return refuse(fmt::format("\"{}\"", text), isAbove ? "nothing is greater" : "nothing is less");
        criterion.lowReal = isAbove ? next(number.real, infinity) : -infinity;
        criterion.highReal = isAbove ? infinity : next(number.real, -infinity);
        return {};
    }
    const Limits limits = limitsOf(criterion.type);
    if (number.bits == (isAbove ? limits.most : limits.least))
        return refuse(fmt::format("\"{}\"", text),
                      fmt::format("no {} is {}", typeName(criterion.type), isAbove ? "greater" : "less"));
    criterion.low = isAbove ? number.bits + 1 : limits.least;
    criterion.span = isAbove ? limits.most - criterion.low : number.bits - 1 - limits.least;
    return {};
}

Result<void> setDifference(ValueCriterion &criterion, const std::string &text, bool isDown)
{
    // A difference of signed values may need one bit more than they have: it is typed without sign.
    constexpr ValueType unsignedTypes[] = {ValueType::U8, ValueType::U8, ValueType::U16, ValueType::U16, ValueType::U32,
                                           ValueType::U32, ValueType::U64, ValueType::U64};
    const ValueType type =
        isFloat(criterion.type) ? criterion.type : unsignedTypes[static_cast<std::size_t>(criterion.type)];
    const auto number = parseNumber(type, text);
    if (!number)
        return Failure(number.error());
    if (std::isnan(number->real))
        return noNumber(text);
    if (number->real < 0)
        return refuse(fmt::format("\"{}\"", text), "by how much is not negative",
                      "Increased by -1 is decreased by 1");
    criterion.operation = ValueOperation::AddedBy;
    criterion.low = number->bits;
    criterion.lowReal = isDown ? -number->real : number->real;
    criterion.swapped = isDown && !isFloat(type);
    return {};
}

Result<void> setNumbers(ValueCriterion &criterion, const ScanTerms &terms)
{
    const auto value = parseNumber(criterion.type, terms.value);
    if (!value)
        return Failure(value.error());
    if (std::isnan(value->real))
        return noNumber(terms.value);
    switch (terms.comparison) {
    case ScanComparison::NotEqual:
        criterion.inverted = true;
        [[fallthrough]];
    case ScanComparison::Exact:
        setRange(criterion, *value, *value);
        return {};
    case ScanComparison::Greater:
        return setBeyond(criterion, *value, terms.value, true);
    case ScanComparison::Less:
        return setBeyond(criterion, *value, terms.value, false);
    default:
        break;
    }
    const auto upper = parseNumber(criterion.type, terms.upper);
    if (!upper)
        return Failure(upper.error());
    if (std::isnan(upper->real))
        return noNumber(terms.upper);
    if (isFloat(criterion.type) ? upper->real < value->real : isLess(criterion.type, upper->bits, value->bits))
        return refuse(fmt::format("\"{}\" to \"{}\"", terms.value, terms.upper),
                      "the upper end is below the lower one");
    setRange(criterion, *value, *upper);
    return {};
}

} // namespace

Result<std::optional<ValueCriterion>> makeValueCriterion(ValueType type, ByteOrder order, const ScanTerms &terms,
                                                         bool isFirst)
{
    if (!(terms.tolerance >= 0) || std::isinf(terms.tolerance))
        return refuse(fmt::format("tolerance {}", terms.tolerance), "it is a number from 0 on");
    ValueCriterion criterion{.type = type, .order = order, .tolerance = terms.tolerance};
    const std::string comparison = fmt::format("\"{}\"", nameOf(terms.comparison));
    if (isFirst && terms.comparison > ScanComparison::Unknown)
        return refuse(comparison, "a first scan has nothing to compare with",
                      "Begin with a value, or with Unknown, and narrow that");
    Result<void> set;
    switch (terms.comparison) {
    case ScanComparison::Unknown:
        if (!isFirst)
            return refuse(comparison, "it keeps all matches: only a first scan begins so");
        return std::optional<ValueCriterion>();
    case ScanComparison::Changed:
    case ScanComparison::Unchanged:
        criterion.operation = ValueOperation::Same;
        criterion.inverted = terms.comparison == ScanComparison::Changed;
        break;
    case ScanComparison::Increased:
    case ScanComparison::Decreased:
        criterion.operation = ValueOperation::Greater;
        criterion.swapped = terms.comparison == ScanComparison::Decreased;
        break;
    case ScanComparison::IncreasedBy:
    case ScanComparison::DecreasedBy:
        set = setDifference(criterion, terms.value, terms.comparison == ScanComparison::DecreasedBy);
        break;
    default:
        set = setNumbers(criterion, terms);
    }
    if (!set)
        return Failure(set.error());
    if (criterion.tolerance > 0 && !isFloat(type) && criterion.needsBefore())
        return refuse(fmt::format("tolerance {}", terms.tolerance),
                      "only floats are compared with what was before with a tolerance");
    return std::optional(criterion);
}

} // namespace ipclens
