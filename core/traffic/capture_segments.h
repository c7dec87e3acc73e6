// Which files a running capture is kept in that has limits.
#pragma once

#include "core/traffic/message_store.h"

#include <deque>
#include <filesystem>
#include <string>

namespace ipclens {

// A capture with limits is written to one file after another, each with about an eighth of what may be kept; the oldest
// file goes when all of them together are over a limit. This only counts: whoever writes the files asks it. Without
// limits there is one file. One thread.
class CaptureSegments {
public:
    struct Segment {
        std::uint64_t number = 0; // 1, 2, 3, ...
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        std::int64_t first = 0; // times of messages
        std::int64_t last = 0;
    };

    explicit CaptureSegments(const MessageStore::Limits &limits = {}) : m_limits(limits) {}

    bool hasLimits() const { return m_limits != MessageStore::Limits{}; }
    void setLimits(const MessageStore::Limits &limits) { m_limits = limits; }
    // Whether the next message of that time belongs into another file: there is none yet, or it has its share.
    bool isFull(std::int64_t time) const;
    // Begins another file, which holds `bytes` already; its number.
    std::uint64_t begin(std::uint64_t bytes);
    void wrote(std::uint64_t messages, std::uint64_t bytes, std::int64_t time);
    // The files that have to go now, the oldest first. They count as let go from here on.
    std::vector<Segment> takeExcess();

    const std::deque<Segment> &segments() const { return m_segments; }
    const Segment &letGo() const { return m_letGo; } // all together; its number says how many files

private:
    MessageStore::Limits m_limits;
    std::deque<Segment> m_segments;
    Segment m_letGo;
    std::uint64_t m_last = 0;
    std::uint64_t m_messages = 0;
    std::uint64_t m_bytes = 0;
};

// The files of a capture: `path` itself, or where there is no such file those that are numbered as its segments, in
// order; else again `path` alone.
std::vector<std::filesystem::path> captureFiles(const std::filesystem::path &path);

// "traffic-000012.pcapng" of "traffic.pcapng".
std::string segmentPath(const std::string &path, std::uint64_t number);
// The number that `segment` has, if it is such a path of `path`.
std::optional<std::uint64_t> segmentNumber(const std::string &path, const std::string &segment);

} // namespace ipclens
