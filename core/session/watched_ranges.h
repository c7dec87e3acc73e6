// What watched memory held when it was last looked at, and what of it is different now.
#pragma once

#include "core/os/memory_source.h"
#include "core/session/commands.h"

namespace ipclens {

// Where memory is at hand (MemorySource::direct), it is compared where it lies, and only what changed is copied. One
// thread at a time.
class WatchedRanges {
public:
    explicit WatchedRanges(std::vector<AddressRange> ranges) : m_ranges(std::move(ranges)) {}

    // Fills in time, what changed, and whether the source began or ceased to fail; the first time all is told. False:
    // there is nothing to tell. While the source fails, what was read last is kept, so that only what really changed is
    // told when it recovers.
    bool look(MemorySource &memory, WatchUpdate &update);
    // It could not even be looked at. False: that was told already.
    bool noteFailure() { return !std::exchange(m_failing, true); }

private:
    bool compareInPlace(MemorySource &memory, WatchUpdate &update);

    const std::vector<AddressRange> m_ranges;
    std::vector<MemoryImage> m_last; // one a range; empty before the first look
    bool m_failing = false;
};

} // namespace ipclens
