// What watched memory tells of its changes, where it is at hand and where it has to be copied.
#include "core/session/watched_ranges.h"

#include "tests/unit/sparse_source.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

constexpr Address begin = 0x1'0000'0000 - 0x10800; // not at a page's begin

std::vector<AddressRange> changesOf(const WatchUpdate &update)
{
    std::vector<AddressRange> ranges;
    for (const MemoryImage &image : update.changed)
        ranges.push_back(image.range());
    return ranges;
}

TEST(WatchedRanges, TellsOfAllAtFirstAndThenOfPagesThatChanged)
{
    for (const bool isDirect : {false, true}) {
        SparseSource source;
        source.isDirect = isDirect;
        source.addRegion({begin, 0x30000});
        WatchedRanges watched({{begin, 0x30000}, {begin + 8, 16}});
        WatchUpdate first, second, third;
        EXPECT_TRUE(watched.look(source, first));
        EXPECT_EQ(changesOf(first), (std::vector<AddressRange>{{begin, 0x30000}, {begin + 8, 16}}));
        EXPECT_FALSE(watched.look(source, second));
        const Address page = begin - begin % 4096;
        source.set(begin + 10, "a");
        source.set(page + 0x1fff, "bc");  // the end of one page and the begin of the next
        source.set(page + 0x10fff, "de"); // the same where what is compared at once ends
        source.set(begin + 0x2ffff, "f");
        EXPECT_TRUE(watched.look(source, third));
        EXPECT_EQ(
            changesOf(third),
            (std::vector<AddressRange>{
                {begin, page + 0x3000 - begin}, {page + 0x10000, 0x2000}, {begin + 0x2f800, 0x800}, {begin + 8, 16}}));
        EXPECT_EQ(third.changed[0].bytes, source.get(third.changed[0].range()));
        EXPECT_GT(third.time, first.time);
        EXPECT_EQ(third.changed[0].time, third.time);
    }
}

TEST(WatchedRanges, MemoryAtHandIsToldAsCopiesAre)
{
    SparseSource source;
    source.addRegion({begin, 0x24000});
    const std::vector<AddressRange> ranges{{begin + 5, 0x23ff0}, {begin, 0x11000}, {begin + 0x20000, 1}};
    WatchedRanges copied(ranges), compared(ranges);
    std::mt19937 random(11);
    for (int round = 0; round < 200; ++round) {
        for (auto changes = round == 0 ? 0 : random() % 4; changes > 0; --changes)
            source.setValue(begin + random() % 0x23ff8, static_cast<std::uint64_t>(random() % 3));
        WatchUpdate one, other;
        source.isDirect = false;
        const bool isNews = copied.look(source, one);
        source.isDirect = round != 0;
        EXPECT_EQ(compared.look(source, other), isNews);
        ASSERT_EQ(changesOf(one), changesOf(other)) << round;
        for (std::size_t i = 0; i < one.changed.size(); ++i)
            ASSERT_EQ(one.changed[i].bytes, other.changed[i].bytes) << round;
    }
}

TEST(WatchedRanges, TellsOnceThatTheSourceFailsAndWhatChangedMeanwhile)
{
    SparseSource source;
    source.addRegion({begin, 0x4000});
    WatchedRanges watched({{begin, 0x4000}});
    WatchUpdate first, failed, again, recovered;
    EXPECT_TRUE(watched.look(source, first));
    source.exited = true;
    EXPECT_TRUE(watched.look(source, failed));
    EXPECT_TRUE(failed.failure);
    EXPECT_TRUE(failed.changed.empty());
    EXPECT_FALSE(watched.look(source, again));
    source.exited = false;
    source.isDirect = true;
    source.set(begin, "x");
    EXPECT_TRUE(watched.look(source, recovered));
    EXPECT_TRUE(recovered.recovered);
    EXPECT_EQ(changesOf(recovered), (std::vector<AddressRange>{{begin, 0x800}}));
}

} // namespace
} // namespace ipclens
