// Numbers and addresses as people type them.
#pragma once

#include "core/model/error.h"

#include <cstdint>
#include <string_view>

namespace ipclens {

// Hex with or without 0x ("1f", "0x1F"), separators ' and _ and ` allowed; +/- sums of such terms ("7ff6`1000+0x20").
// The error names the position.
Result<std::uint64_t> parseAddress(std::string_view text);

// Decimal, 0x hex, or with a binary suffix K, M, G, T ("64K", "5G"). Over 2^64-1 and negative numbers are errors.
Result<std::uint64_t> parseSize(std::string_view text);

} // namespace ipclens
