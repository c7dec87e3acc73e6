#include "core/model/memory.h"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace ipclens {

AddressRange intersect(const AddressRange &a, const AddressRange &b)
{
    const Address begin = std::max(a.begin, b.begin);
    const Address end = std::min(a.end(), b.end());
    return end > begin ? AddressRange{begin, end - begin} : AddressRange{begin, 0};
}

std::string toText(const Protection &protection)
{
    std::string text;
    text += protection.read ? 'r' : '-';
    text += protection.copyOnWrite ? 'c' : protection.write ? 'w' : '-';
    text += protection.execute ? 'x' : '-';
    if (protection.guard)
        text += "+g";
    return text;
}

bool MemoryImage::isReadable(Address at) const
{
    if (!range().contains(at))
        return false;
    const auto next = std::ranges::upper_bound(unreadable, at, {}, &AddressRange::begin);
    return next == unreadable.begin() || !std::prev(next)->contains(at);
}

std::int64_t wallClock()
{
    using namespace std::chrono;
    static std::atomic<std::int64_t> last = 0;
    // Windows' clock may stand still for 15 ms, and any clock may be set back.
    const std::int64_t now = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
    std::int64_t before = last.load();
    while (!last.compare_exchange_weak(before, std::max(now, before + 1))) {
    }
    return std::max(now, before + 1);
}

} // namespace ipclens
