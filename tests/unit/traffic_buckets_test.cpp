#include "core/traffic/traffic_buckets.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace ipclens {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1000 * ms;

TrafficBuckets::Bucket sum(const TrafficBuckets::Columns &columns)
{
    TrafficBuckets::Bucket total;
    for (const auto &bucket : columns.buckets) {
        total.add(bucket);
    }
    return total;
}

TEST(TrafficBuckets, EmptyHasZeroColumns)
{
    const TrafficBuckets buckets;
    EXPECT_TRUE(buckets.isEmpty());
    const auto columns = buckets.columns({0, second}, 100);
    EXPECT_EQ(columns.buckets.size(), 100u);
    EXPECT_EQ(sum(columns), TrafficBuckets::Bucket{});
}

TEST(TrafficBuckets, AnEmptyRangeHasNoColumns)
{
    const TrafficBuckets buckets;
    EXPECT_TRUE(buckets.columns({5, 5}, 100).buckets.empty());
    EXPECT_TRUE(buckets.columns({5, 4}, 100).buckets.empty());
}

TEST(TrafficBuckets, PutsMessagesWhereTheyBelong)
{
    TrafficBuckets buckets;
    buckets.add(25 * ms, 100);
    buckets.add(29 * ms, 50);
    buckets.add(30 * ms, 1);
    const auto columns = buckets.columns({0, 100 * ms}, 10);
    ASSERT_EQ(columns.width, 10 * ms);
    ASSERT_EQ(columns.buckets.size(), 10u);
    EXPECT_EQ(columns.buckets[2], (TrafficBuckets::Bucket{2, 150, 50, 100}));
    EXPECT_EQ(columns.buckets[3], (TrafficBuckets::Bucket{1, 1, 1, 1}));
    EXPECT_EQ(buckets.extent(), (TimeRange{25 * ms, 30 * ms + 1}));
    EXPECT_EQ(buckets.total(), (TrafficBuckets::Bucket{3, 151, 1, 100}));
}

TEST(TrafficBuckets, EveryZoomLevelAgreesWithCountingByHand)
{
    std::mt19937_64 random(7);
    constexpr std::int64_t start = 1'700'000'000 * second;
    TrafficBuckets buckets;
    std::vector<std::pair<std::int64_t, std::uint64_t>> messages;
    for (int i = 0; i < 20'000; ++i) {
        const auto time = start + static_cast<std::int64_t>(random() % std::uint64_t(6 * 3600 * second));
        const auto bytes = random() % 5000;
        messages.emplace_back(time, bytes);
        buckets.add(time, static_cast<double>(bytes));
    }
    for (const std::int64_t length : {100 * ms, 3 * second, 60 * second, 997 * second, 5 * 3600 * second}) {
        for (const int most : {1, 7, 640, 1920}) {
            const TimeRange range{start + 1800 * second + 123'457, start + 1800 * second + 123'457 + length};
            const auto columns = buckets.columns(range, most);
            ASSERT_LE(columns.buckets.size(), static_cast<std::size_t>(most) + 1);
            ASSERT_LE(columns.begin, range.begin);
            const auto width = columns.width;
            ASSERT_EQ(columns.begin % width, 0);
            ASSERT_GE(columns.begin + width * static_cast<std::int64_t>(columns.buckets.size()), range.end);
            std::vector<TrafficBuckets::Bucket> expected(columns.buckets.size());
            for (const auto &[time, bytes] : messages) {
                const auto column = (time - columns.begin) / width;
                if (time >= columns.begin && column < static_cast<std::int64_t>(expected.size())) {
                    const auto value = static_cast<double>(bytes);
                    expected[static_cast<std::size_t>(column)].add({1, value, value, value});
                }
            }
            ASSERT_EQ(columns.buckets, expected) << length << " in " << most;
        }
    }
}

TEST(TrafficBuckets, ScrollingKeepsMessagesInTheirColumns)
{
    TrafficBuckets buckets;
    for (std::int64_t t = 0; t < 20 * second; t += 7 * ms)
        buckets.add(t, 1);
    const auto before = buckets.columns({second, 11 * second}, 100);
    const auto after = buckets.columns({second + 37 * ms, 11 * second + 37 * ms}, 100);
    ASSERT_EQ(before.width, after.width);
    EXPECT_EQ(before.buckets[50],
              after.buckets[50 - static_cast<std::size_t>((after.begin - before.begin) / after.width)]);
}

TEST(TrafficBuckets, TimesBeforeTheEpochAndOutOfOrder)
{
    TrafficBuckets buckets;
    buckets.add(5 * ms, 1);
    buckets.add(-1, 2);
    buckets.add(-second, 4);
    const auto columns = buckets.columns({-2 * second, second}, 300);
    EXPECT_EQ(sum(columns), (TrafficBuckets::Bucket{3, 7, 1, 4}));
    EXPECT_EQ(buckets.extent(), (TimeRange{-second, 5 * ms + 1}));
}

TEST(TrafficBuckets, AbsurdTimesNeitherOverflowNorTakeMemory)
{
    TrafficBuckets buckets;
    buckets.add(std::numeric_limits<std::int64_t>::max(), 1);
    buckets.add(std::numeric_limits<std::int64_t>::min(), 1);
    buckets.add(0, 1);
    const auto columns =
        buckets.columns({std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}, 50);
    EXPECT_LE(columns.buckets.size(), 51u);
    EXPECT_GE(sum(columns).count, 2u); // the last one lies just behind the horizon
}

TEST(TrafficBuckets, TheOlderPartOfALongCaptureIsCoarser)
{
    TrafficBuckets buckets;
    constexpr std::int64_t length = 1500 * second;
    for (std::int64_t t = 0; t < length; t += 10 * ms)
        buckets.add(t, static_cast<double>(t / ms));
    const auto late = buckets.columns({length - second, length}, 100);
    EXPECT_EQ(late.width, 10 * ms);
    EXPECT_EQ(sum(late).count, 100u);
    const auto early = buckets.columns({second, 2 * second}, 100);
    EXPECT_GT(early.width, 10 * ms);
    EXPECT_LE(early.width, 100 * ms);
    EXPECT_NEAR(static_cast<double>(sum(early).count), 100, 8);
    const auto all = buckets.columns({0, length}, 100);
    EXPECT_EQ(sum(all).count, 150'000u);
    EXPECT_EQ(all.buckets[0].least, 0);
    EXPECT_EQ(all.buckets[0].most, static_cast<double>(all.width / ms - 10));
}

TEST(TrafficBuckets, MessagesFarApartCostLittle)
{
    TrafficBuckets buckets;
    constexpr std::int64_t hour = 3600 * second;
    for (std::int64_t t = 0; t < 100'000 * hour; t += hour)
        buckets.add(t, 1);
    EXPECT_EQ(sum(buckets.columns({0, 100'000 * hour}, 1000)).count, 100'000u);
}

TEST(TrafficBuckets, ClearStartsAgain)
{
    TrafficBuckets buckets;
    buckets.add(second, 10);
    buckets.clear();
    EXPECT_TRUE(buckets.isEmpty());
    buckets.add(2 * second, 5);
    EXPECT_EQ(sum(buckets.columns({0, 10 * second}, 10)), (TrafficBuckets::Bucket{1, 5, 5, 5}));
    EXPECT_EQ(buckets.extent().begin, 2 * second);
}

TEST(TrafficBuckets, MayHaveOtherNarrowestColumns)
{
    constexpr std::int64_t second = 1'000'000'000;
    for (const std::int64_t width : {std::int64_t{second}, 7 * second, std::int64_t{3'000'000}}) {
        TrafficBuckets buckets(width);
        for (std::int64_t i = 0; i < 1000; ++i)
            buckets.add(i * width / 2, 1);
        const auto columns = buckets.columns(buckets.extent(), 501);
        EXPECT_EQ(columns.width, width);
        ASSERT_EQ(columns.buckets.size(), 500u);
        for (const auto &bucket : columns.buckets)
            EXPECT_EQ(bucket.count, 2u);
        buckets.clear();
        buckets.add(5, 1);
        EXPECT_EQ(buckets.columns({0, width}, 1).width, width);
    }
    TrafficBuckets wide(std::numeric_limits<std::int64_t>::max());
    wide.add(1, 1);
    wide.add(-1, 1);
    std::uint64_t count = 0;
    for (const auto &bucket : wide.columns({-10, 10}, 10).buckets)
        count += bucket.count;
    EXPECT_EQ(count, 2u);
}

} // namespace
} // namespace ipclens
