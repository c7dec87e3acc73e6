// Whether values in memory are like what was asked for: one at a time, or thousands at once.
#pragma once

#include "core/session/search_commands.h"

#include <span>

namespace ipclens {

IPCLENS_ENUM(ValueOperation,
    InRange, // from low to high, both included
    Equal,   // to low
    Same,    // as before
    Greater, // than before
    AddedBy) // before and the difference give it

constexpr bool needsBefore(ValueOperation operation)
{
    return operation != ValueOperation::InRange && operation != ValueOperation::Equal;
}

// One question about values of one type. NaN is in no range, neither greater nor less; it is the same as before when
// its bits are.
struct ValueCriterion {
    ValueType type = ValueType::U32;
    ByteOrder order = ByteOrder::Little;
    ValueOperation operation = ValueOperation::InRange;
    bool inverted = false; // the values that fail it are the ones wanted
    bool swapped = false;  // `now` and `before` change places: less instead of greater
    std::uint64_t low = 0; // integers, as bits. InRange: the lowest; Equal: this; AddedBy: the difference
    std::uint64_t span = 0; // InRange: the highest, counted from `low`
    double lowReal = 0;     // floats likewise
    double highReal = 0;
    double tolerance = 0;   // floats: so far away is still the same

    bool needsBefore() const { return ipclens::needsBefore(operation); }
};

// The criterion that a scan's terms ask for, when `isFirst` without a scan before. None: all values are wanted
// (Unknown). Errors quote the term that is wrong and say where.
Result<std::optional<ValueCriterion>> makeValueCriterion(ValueType type, ByteOrder order, const ScanTerms &terms,
                                                         bool isFirst);

// `before` is looked at only by tests that need it. Neither needs to be aligned.
using OneValueCheck = bool (*)(const ValueCriterion &criterion, const std::byte *now, const std::byte *before);
OneValueCheck oneValueCheck(const ValueCriterion &criterion);

// Sets bit i % 64 of bits[i / 64] where the value at now + i * stride passes, for i below `slots`; other bits of the
// last word become 0. `stride` is 1, 2, 4 or 8. Both memories have (slots - 1) * stride + size bytes; `before` may be
// null for tests that do not need it. With SSE 4.2 where the processor has it.
void checkValues(const ValueCriterion &criterion, const std::byte *now, const std::byte *before, std::size_t slots,
                std::size_t stride, std::uint64_t *bits);

// Whether checkValues() uses SIMD here; false: for tests and benchmarks, the plain way is used from now on.
bool usesSimd();
void useSimd(bool on);

} // namespace ipclens
