#include "core/os/memory_source.h"

#include <algorithm>
#include <cstring>

namespace ipclens {

MemoryImage readImage(MemorySource &source, AddressRange range)
{
    MemoryImage image{.address = range.begin, .time = wallClock()};
    image.bytes.resize(range.size);
    std::uint64_t done = 0;
    while (done < range.size) {
        const auto rest = std::span(image.bytes).subspan(done);
        const ReadOutcome outcome = source.read(range.begin + done, rest);
        done += std::min<std::uint64_t>(outcome.count, rest.size());
        if (done == range.size)
            break;
        const auto skip = std::clamp<std::uint64_t>(outcome.unreadable, 1, range.size - done);
        std::memset(image.bytes.data() + done, 0, skip);
        const Address at = range.begin + done;
        if (!image.unreadable.empty() && image.unreadable.back().end() == at)
            image.unreadable.back().size += skip;
        else
            image.unreadable.push_back({at, skip});
        if (!image.why)
            image.why = outcome.why;
        done += skip;
    }
    return image;
}

} // namespace ipclens
