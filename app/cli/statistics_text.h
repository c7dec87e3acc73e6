// What a capture consists of, for the console.
#pragma once

#include "core/traffic/traffic_statistics.h"

#include <string>

namespace ipclens {

// Tables, the busiest rows first.
std::string textOf(const TrafficStatistics &statistics);
// One line without a newline; durations in nanoseconds.
std::string jsonOf(const TrafficStatistics &statistics);

} // namespace ipclens
