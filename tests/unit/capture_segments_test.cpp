#include "core/traffic/capture_segments.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

// Writes one message after another as a user of it does; the numbers of files that went.
std::vector<std::uint64_t> write(CaptureSegments &segments, int count, std::uint64_t bytes, std::int64_t &time,
                                 std::int64_t pause = 1)
{
    std::vector<std::uint64_t> gone;
    for (; count > 0; --count, time += pause) {
        if (segments.isFull(time))
            segments.begin(100);
        segments.wrote(1, bytes, time);
        for (const auto &segment : segments.takeExcess())
            gone.push_back(segment.number);
    }
    return gone;
}

TEST(CaptureSegments, WithoutLimitsAreOne)
{
    CaptureSegments segments;
    std::int64_t time = 0;
    EXPECT_TRUE(segments.isFull(0));
    EXPECT_TRUE(write(segments, 100'000, 1000, time).empty());
    EXPECT_EQ(segments.segments().size(), 1u);
    EXPECT_FALSE(segments.hasLimits());
}

TEST(CaptureSegments, KeepAtMostSoManyMessages)
{
    CaptureSegments segments({.messages = 80});
    std::int64_t time = 0;
    EXPECT_TRUE(write(segments, 80, 1, time).empty());
    EXPECT_EQ(segments.segments().size(), 8u);
    EXPECT_EQ(write(segments, 11, 1, time), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(segments.letGo().messages, 20u);
    EXPECT_EQ(segments.letGo().number, 2u);
    EXPECT_EQ(segments.letGo().bytes, 2 * (100 + 10u));
    CaptureSegments few({.messages = 1});
    (void)write(few, 5, 1, time);
    EXPECT_EQ(few.letGo().messages, 4u) << "the newest stays";
}

TEST(CaptureSegments, KeepAtMostSoManyBytesAndThoseOfSoLong)
{
    CaptureSegments segments({.bytes = 80'000});
    std::int64_t time = 0;
    (void)write(segments, 1000, 1000, time);
    std::uint64_t kept = 0;
    for (const auto &segment : segments.segments())
        kept += segment.bytes;
    EXPECT_LE(kept, 80'000u);
    EXPECT_GE(kept, 60'000u);
    EXPECT_GT(segments.letGo().messages, 900u);

    CaptureSegments old({.age = 80});
    (void)write(old, 1000, 1, time);
    EXPECT_GE(old.segments().front().last, time - 1 - 80);
    EXPECT_LE(old.segments().front().first, time - 1 - 60);
    old.setLimits({});
    EXPECT_TRUE(write(old, 1000, 1, time).empty());
}

TEST(CaptureSegments, HaveNamesThatSortAsTheyCome)
{
    EXPECT_EQ(segmentPath("traffic.pcapng", 12), "traffic-000012.pcapng");
    EXPECT_EQ(segmentPath("C:\\my.folder\\traffic", 1), "C:\\my.folder\\traffic-000001");
    EXPECT_EQ(segmentPath("/tmp/.hidden", 1), "/tmp/.hidden-000001");
    EXPECT_EQ(segmentNumber("traffic.pcapng", "traffic-000012.pcapng"), 12u);
    EXPECT_EQ(segmentNumber("a/b", segmentPath("a/b", 12'345'678)), 12'345'678u);
    for (const char *other : {"traffic.pcapng", "traffic-12.pcapng", "traffic-000012.pcap", "traffic2-000012.pcapng",
                              "traffic-000000.pcapng", "x", "", "traffic-00001x.pcapng"})
        EXPECT_FALSE(segmentNumber("traffic.pcapng", other)) << other;
}

} // namespace
} // namespace ipclens
