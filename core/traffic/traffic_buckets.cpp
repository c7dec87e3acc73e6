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

void TrafficBuckets::Bucket::add(const Bucket &other)
{
    if (other.count == 0)
        return;
    least = count == 0 ? other.least : std::min(least, other.least);
    most = count == 0 ? other.most : std::max(most, other.most);
    count += other.count;
    sum += other.sum;
}

void TrafficBuckets::add(std::int64_t time, double value)
{
    time = clamped(time);
    m_extent = isEmpty() ? TimeRange{time, time + 1}
                         : TimeRange{std::min(m_extent.begin, time), std::max(m_extent.end, time + 1)};
    const Bucket one{1, value, value, value};
    m_total.add(one);
    for (int i = 0; i < levelCount; ++i)
        add(m_levels[static_cast<std::size_t>(i)], floorDivide(time, bucketWidth(i)), one, i + 1 == levelCount);
}

void TrafficBuckets::add(Level &level, std::int64_t number, const Bucket &one, bool isCoarsest)
{
    if (number < level.firstNumber)
        return;
    const auto key = floorDivide(number, chunkSize);
    if (!level.last || level.lastKey != key) {
        level.last = &level.chunks[key];
        level.lastKey = key;
    }
    Chunk &chunk = *level.last;
    if (!chunk.empty() && chunk.back().number == number) {
        chunk.back().bucket.add(one);
        return;
    }
    const auto place = chunk.empty() || chunk.back().number < number
                           ? chunk.end()
                           : std::ranges::lower_bound(chunk, number, {}, &Entry::number);
    if (place != chunk.end() && place->number == number) {
        place->bucket.add(one);
        return;
    }
    chunk.insert(place, Entry{number, one});
    ++level.entries;
    if (level.entries > mostEntries && !isCoarsest && level.chunks.size() > 1 && level.chunks.begin()->first != key) {
        const auto oldest = level.chunks.begin();
        level.entries -= oldest->second.size();
        level.firstNumber = (oldest->first + 1) * chunkSize;
        level.chunks.erase(oldest);
    }
}

void TrafficBuckets::clear()
{
    *this = TrafficBuckets(m_narrowest);
}

int TrafficBuckets::finestLevel(std::int64_t begin) const
{
    begin = std::max(begin, m_extent.begin);
    int level = 0;
    while (level + 1 < levelCount &&
           m_levels[static_cast<std::size_t>(level)].firstNumber > floorDivide(begin, bucketWidth(level)))
        ++level;
    return level;
}

TrafficBuckets::Columns TrafficBuckets::columns(TimeRange range, int most) const
{
    const TrafficBuckets *const self = this;
    return columns(std::span(&self, 1), range, most);
}

TrafficBuckets::Columns TrafficBuckets::columns(std::span<const TrafficBuckets *const> parts, TimeRange range, int most,
                                                std::span<const TrafficBuckets *const> aligned)
{
    range = {clamped(range.begin), clamped(range.end)};
    if (range.end <= range.begin)
        return {};

    const auto &first = *parts.front();
    const auto wanted = std::max(ceilDivide(range.length(), std::max(most, 1)), first.m_narrowest);
    int level = 0;
    while (level + 1 < levelCount && first.bucketWidth(level + 1) <= wanted)
        ++level;
    for (const auto *part : parts)
        level = std::max(level, part->finestLevel(range.begin));
    for (const auto *part : aligned)
        level = std::max(level, part->finestLevel(range.begin));

    Columns result;
    const auto bucket = first.bucketWidth(level);
    result.width = ceilDivide(wanted, bucket) * bucket;
    const auto begin = floorDivide(range.begin, result.width);
    const auto last = ceilDivide(range.end, result.width);
    result.begin = begin * result.width;
    result.buckets.resize(static_cast<std::size_t>(last - begin));
    for (const auto *part : parts)
        part->addTo(result, level);
    return result;
}

void TrafficBuckets::addTo(Columns &columns, int level) const
{
    const auto perColumn = columns.width / bucketWidth(level);
    const auto first = columns.begin / columns.width * perColumn;
    const auto last = first + static_cast<std::int64_t>(columns.buckets.size()) * perColumn;
    const auto &chunks = m_levels[static_cast<std::size_t>(level)].chunks;
    for (auto it = chunks.lower_bound(floorDivide(first, chunkSize));
         it != chunks.end() && it->first * chunkSize < last; ++it) {
        for (const Entry &entry : it->second) {
            if (entry.number >= first && entry.number < last)
                columns.buckets[static_cast<std::size_t>((entry.number - first) / perColumn)].add(entry.bucket);
        }
    }
}

} // namespace ipclens
