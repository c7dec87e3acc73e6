// Moments as text: dates of the Gregorian calendar, in UTC.
#pragma once

#include "core/text/text_problem.h"

#include <cstdint>
#include <string>

namespace ipclens {

// "2023-11-23 10:27:01.1234567" (UTC); "no date" outside the years 1601 to 9999.
std::string formatFileTime(std::uint64_t hundredNanoseconds);
// Seconds since 1970: "2023-11-23 10:27:01" (UTC); "no date" outside the years 0 to 9999.
std::string formatUnixTime(std::int64_t seconds);

// "2023-11-23", "2023-11-23 10:27", "2023-11-23T10:27:01.5Z". A FILETIME takes up to seven digits of a second, a Unix
// time none.
Parsed<std::uint64_t> parseFileTime(std::string_view text);
Parsed<std::int64_t> parseUnixTime(std::string_view text);

} // namespace ipclens
