// How much traffic there was when, at several zoom levels.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace ipclens {

// Nanoseconds since 1970 UTC, `end` not included.
struct TimeRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;

    bool contains(std::int64_t time) const { return time >= begin && time < end; }
    std::int64_t length() const { return end - begin; }
    bool operator==(const TimeRange &) const = default;
};

// Counts messages in fixed stretches of time as they come in, with the sum and the extremes of a value that each has
// (its size, how long it took), so that a graph costs as much as it has columns, whatever the number of messages.
// Stretches without messages cost nothing; of a long capture the older part is kept in coarser stretches only. One
// thread.
class TrafficBuckets {
public:
    struct Bucket {
        std::uint64_t count = 0;
        double sum = 0;
        double least = 0; // these two: of nothing when count is 0
        double most = 0;
        double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
        void add(const Bucket &other);
        bool operator==(const Bucket &) const = default;
    };
    // Columns side by side from `begin`, each `width` nanoseconds wide. `begin` is a multiple of `width`, so that the
    // same messages share a column wherever the view has scrolled to.
    struct Columns {
        std::int64_t begin = 0;
        std::int64_t width = 0;
        std::vector<Bucket> buckets;
    };

    static constexpr std::int64_t finest = 10'000'000; // 10 ms

    // `narrowest`: nanoseconds of the narrowest column; 1 to 73 years, others become the nearest of these.
    explicit TrafficBuckets(std::int64_t narrowest = finest)
        : m_narrowest(std::clamp<std::int64_t>(narrowest, 1, widest / 2))
    {
    }

    void add(std::int64_t time, double value);
    void clear();

    bool isEmpty() const { return m_total.count == 0; }
    Bucket total() const { return m_total; }
    TimeRange extent() const { return m_extent; } // from the first to just after the last message; both 0 when empty

    // Columns that cover `range`, at most `most` + 1 of them (`most` >= 1).
    Columns columns(TimeRange range, int most) const;
    // Of several together, at least one, of the same narrowest columns. Their columns are as wide as those that
    // `aligned` would get for the same range.
    static Columns columns(std::span<const TrafficBuckets *const> parts, TimeRange range, int most,
                           std::span<const TrafficBuckets *const> aligned = {});

private:
    static constexpr std::int64_t widest = std::numeric_limits<std::int64_t>::max() / 2; // far beyond any capture
    static constexpr int levelCount = 10; // 10 ms, 40 ms, ... 44 minutes, unless the narrowest is another
    static constexpr std::int64_t chunkSize = 1024;
    static constexpr std::size_t mostEntries = 128 << 10; // of a level: 22 minutes of the finest

    struct Entry {
        std::int64_t number = 0; // of the bucket
        Bucket bucket;
    };
    using Chunk = std::vector<Entry>; // ascending, without empty ones
    struct Level {
        std::map<std::int64_t, Chunk> chunks; // by bucket number / chunkSize
        std::size_t entries = 0;
        std::int64_t firstNumber =
            std::numeric_limits<std::int64_t>::min(); // what is before it is kept by coarser levels only
        std::int64_t lastKey = 0;                     // most messages go where the one before went
        Chunk *last = nullptr;
    };

    std::int64_t bucketWidth(int level) const
    {
        return m_narrowest > widest >> (2 * level) ? widest : m_narrowest << (2 * level);
    }
    int finestLevel(std::int64_t begin) const; // that reaches back so far
    void addTo(Columns &columns, int level) const;
    static void add(Level &level, std::int64_t number, const Bucket &one, bool isCoarsest);

    std::int64_t m_narrowest;
    std::array<Level, levelCount> m_levels;
    Bucket m_total;
    TimeRange m_extent;
};

} // namespace ipclens
