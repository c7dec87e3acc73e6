// When messages arrive.
#pragma once

#include <cstdint>

namespace ipclens {

// The performance counter as nanoseconds since 1970 UTC, tied to the wall clock once in this process, so that the
// messages of all its inboxes lie on one line. Any thread.
class ArrivalClock {
public:
    static std::int64_t ticks();
    static std::int64_t timeOf(std::int64_t ticks);
    // Nanoseconds of a span of ticks.
    static std::int64_t nanoseconds(std::int64_t ticks);
};

} // namespace ipclens
