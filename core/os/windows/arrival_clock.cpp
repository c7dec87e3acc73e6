#include "core/os/windows/arrival_clock.h"

#include "core/model/memory.h"

#include <windows.h>

namespace ipclens {
namespace {

std::int64_t frequency()
{
    static const std::int64_t perSecond = [] {
        LARGE_INTEGER value;
        QueryPerformanceFrequency(&value);
        return value.QuadPart;
    }();
    return perSecond;
}

struct Anchor {
    std::int64_t time = wallClock();
    std::int64_t ticks = ArrivalClock::ticks();
};

} // namespace

std::int64_t ArrivalClock::ticks()
{
    LARGE_INTEGER value;
    QueryPerformanceCounter(&value);
    return value.QuadPart;
}

std::int64_t ArrivalClock::nanoseconds(std::int64_t ticks)
{
    constexpr std::int64_t second = 1'000'000'000;
    return ticks / frequency() * second + ticks % frequency() * second / frequency();
}

std::int64_t ArrivalClock::timeOf(std::int64_t ticks)
{
    static const Anchor anchor;
    return anchor.time + nanoseconds(ticks - anchor.ticks);
}

} // namespace ipclens
