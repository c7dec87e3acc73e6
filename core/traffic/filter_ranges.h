// Tests of numbers as ranges of what records hold, so that many are looked at side by side.
#pragma once

#include "core/traffic/filter_program.h"

namespace ipclens::filter {

// Both ends included. Signed numbers have their sign bit turned over, so that they are in order.
struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
inline constexpr std::uint64_t signBit = std::uint64_t{1} << 63;

// The values for which the test holds; none when it takes more to tell.
std::optional<std::vector<Range>> rangesOf(const Test &test);

} // namespace ipclens::filter
