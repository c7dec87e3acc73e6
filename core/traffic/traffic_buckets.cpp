#include "core/traffic/traffic_buckets.h"

#include <algorithm>

namespace ipclens {
namespace {

// Far beyond any real time, and far enough from the ends of the type that sums cannot overflow.
constexpr std::int64_t horizon = std::int64_t{1} << 61;

std::int64_t clamped(std::int64_t time)
{
    return std::clamp(time, -horizon, horizon);
}

std::int64_t floorDivide(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

std::int64_t ceilDivide(std::int64_t value, std::int64_t by)
{
    return -floorDivide(-value, by);
}

} // namespace

void TrafficBuckets::add(std::int64_t time, std::uint64_t bytes)
{
    time = clamped(time);
    m_extent = isEmpty() ? TimeRange{time, time + 1}
                         : TimeRange{std::min(m_extent.begin, time), std::max(m_extent.end, time + 1)};
    ++m_total.messages;
    m_total.bytes += bytes;

    for (int i = 0; i < levelCount; ++i) {
        Level &level = m_levels[static_cast<std::size_t>(i)];
        const auto number = floorDivide(time, bucketWidth(i));
        const auto key = floorDivide(number, chunkSize);
        if (!level.last || level.lastKey != key) {
            auto &chunk = level.chunks[key];
            if (!chunk)
                chunk = std::make_unique<Chunk>();
            level.lastKey = key;
            level.last = chunk.get();
        }
        Bucket &bucket = (*level.last)[static_cast<std::size_t>(number - key * chunkSize)];
        ++bucket.messages;
        bucket.bytes += bytes;
    }
}

void TrafficBuckets::clear()
{
    m_levels = {};
    m_total = {};
    m_extent = {};
}

TrafficBuckets::Columns TrafficBuckets::columns(TimeRange range, int most) const
{
    range = {clamped(range.begin), clamped(range.end)};
    if (range.end <= range.begin)
        return {};

    const auto wanted = std::max(ceilDivide(range.length(), std::max(most, 1)), finest);
    int level = 0;
    while (level + 1 < levelCount && bucketWidth(level + 1) <= wanted)
        ++level;
    const auto bucket = bucketWidth(level);
    const auto perColumn = ceilDivide(wanted, bucket);

    Columns result;
    result.width = perColumn * bucket;
    const auto first = floorDivide(range.begin, result.width);
    const auto last = ceilDivide(range.end, result.width);
    result.begin = first * result.width;
    result.buckets.resize(static_cast<std::size_t>(last - first));

    const auto firstBucket = first * perColumn;
    const auto lastBucket = last * perColumn;
    const auto &chunks = m_levels[static_cast<std::size_t>(level)].chunks;
    for (auto it = chunks.lower_bound(floorDivide(firstBucket, chunkSize)); it != chunks.end(); ++it) {
        const auto chunkBegin = it->first * chunkSize;
        if (chunkBegin >= lastBucket)
            break;
        const auto end = std::min(chunkBegin + chunkSize, lastBucket);
        for (auto number = std::max(chunkBegin, firstBucket); number < end; ++number) {
            const Bucket &from = (*it->second)[static_cast<std::size_t>(number - chunkBegin)];
            Bucket &into = result.buckets[static_cast<std::size_t>((number - firstBucket) / perColumn)];
            into.messages += from.messages;
            into.bytes += from.bytes;
        }
    }
    return result;
}

} // namespace ipclens
