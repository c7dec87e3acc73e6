// How much traffic there was when, at several zoom levels.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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

// Counts messages and bytes in fixed stretches of time as they come in, so that a graph costs as much as it has
// columns, whatever the number of messages. Stretches without messages cost nothing. One thread.
class TrafficBuckets {
public:
    struct Bucket {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        bool operator==(const Bucket &) const = default;
    };
    // Columns side by side from `begin`, each `width` nanoseconds wide. `begin` is a multiple of `width`, so that the
    // same messages share a column wherever the view has scrolled to.
    struct Columns {
        std::int64_t begin = 0;
        std::int64_t width = 0;
        std::vector<Bucket> buckets;
    };

    static constexpr std::int64_t finest = 10'000'000; // 10 ms, the narrowest column

    void add(std::int64_t time, std::uint64_t bytes);
    void clear();

    bool isEmpty() const { return m_total.messages == 0; }
    Bucket total() const { return m_total; }
    TimeRange extent() const { return m_extent; } // from the first to just after the last message; both 0 when empty

    // Columns that cover `range`, at most `most` + 1 of them (`most` >= 1).
    Columns columns(TimeRange range, int most) const;

private:
    static constexpr int levelCount = 10; // 10 ms, 40 ms, ... 44 minutes
    static constexpr std::int64_t chunkSize = 256;
    using Chunk = std::array<Bucket, chunkSize>;

    struct Level {
        std::map<std::int64_t, std::unique_ptr<Chunk>> chunks; // by bucket number / chunkSize
        std::int64_t lastKey = 0;                              // most messages go where the one before went
        Chunk *last = nullptr;
    };

    static std::int64_t bucketWidth(int level) { return finest << (2 * level); }

    std::array<Level, levelCount> m_levels;
    Bucket m_total;
    TimeRange m_extent;
};

} // namespace ipclens
