// Finding in memory: where regions touch, end, cannot be read, and lie far up.
#include "core/session/byte_search.h"
#include "tests/unit/session_fixture.h"
#include "tests/unit/sparse_source.h"

#include <random>

namespace ipclens {
namespace {

constexpr std::uint64_t mebi = 1 << 20;
constexpr std::uint64_t gibi = std::uint64_t{1} << 30;

FindReply find(MemorySource &source, FindBytes command)
{
    auto reply = findBytes(source, command, {}, {});
    EXPECT_TRUE(reply) << toText(reply.error());
    return reply ? *reply : FindReply{};
}

std::vector<Address> begins(const FindReply &reply)
{
    std::vector<Address> all;
    for (const AddressRange &match : reply.matches)
        all.push_back(match.begin);
    return all;
}

const BytePattern needle{.text = "6e 65 65 64 6c 65"};
const BytePattern needleRegex{.kind = PatternKind::Regex, .text = "ne+dle"};

TEST(Find, ForwardsAndBackwardsWithLimits)
{
    SparseSource source;
    source.addRegion({0x1000, 0x3000});
    for (const Address at : {0x1000, 0x1800, 0x1806, 0x3FFA})
        source.set(at, "needle");
    EXPECT_EQ(begins(find(source, {.pattern = needle, .limit = 10})),
              (std::vector<Address>{0x1000, 0x1800, 0x1806, 0x3FFA}));
    const auto two = find(source, {.pattern = needle, .limit = 2});
    EXPECT_EQ(begins(two), (std::vector<Address>{0x1000, 0x1800}));
    EXPECT_EQ(two.matches[0].size, 6u);
    EXPECT_TRUE(two.more);
    const auto four = find(source, {.pattern = needle, .limit = 4});
    EXPECT_FALSE(four.more);
    EXPECT_EQ(four.searched, 0x3000u);
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = 0x1801})), (std::vector<Address>{0x1806}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = 0x1806})), (std::vector<Address>{0x1806}));
    // Backwards: what begins before `from`, the nearest first.
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = ~Address{0}, .backwards = true, .limit = 10})),
              (std::vector<Address>{0x3FFA, 0x1806, 0x1800, 0x1000}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = 0x1806, .backwards = true})),
              (std::vector<Address>{0x1800}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = 0x1807, .backwards = true})),
              (std::vector<Address>{0x1806}));
    EXPECT_TRUE(begins(find(source, {.pattern = needle, .from = 0x1000, .backwards = true})).empty());
    // All of a match lies in the range.
    EXPECT_EQ(begins(find(source, {.pattern = needle, .range = {0x1001, 0x804}, .limit = 9})),
              (std::vector<Address>{}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .range = {0x1001, 0x80B}, .limit = 9})),
              (std::vector<Address>{0x1800, 0x1806}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .limit = 9, .alignment = 8})),
              (std::vector<Address>{0x1000, 0x1800}));
}

TEST(Find, AcrossRegionsThatTouchNeverAcrossHoles)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000}, RegionType::Private);
    source.addRegion({0x11000, 0x1000}, RegionType::Mapped, {.read = true});
    source.addRegion({0x13000, 0x1000}, RegionType::Image, {.read = true});
    source.set(0x10FFD, "needle");
    source.set(0x11FFD, "nee");
    source.set(0x13000, "dle");
    source.set(0x13FFA, "needle"); // up to the very end
    for (const BytePattern &pattern : {needle, needleRegex}) {
        EXPECT_EQ(begins(find(source, {.pattern = pattern, .limit = 9})), (std::vector<Address>{0x10FFD, 0x13FFA}));
        EXPECT_EQ(begins(find(source, {.pattern = pattern, .from = ~Address{0}, .backwards = true, .limit = 9})),
                  (std::vector<Address>{0x13FFA, 0x10FFD}));
    }
    // A region that is not chosen is a hole, too.
    EXPECT_EQ(begins(find(source, {.pattern = needle, .limit = 9, .regions = {.mapped = false}})),
              (std::vector<Address>{0x13FFA}));
    EXPECT_TRUE(begins(find(source, {.pattern = needle, .limit = 9, .regions = {.writableOnly = true}})).empty());
}

TEST(Find, LooksThroughMappedMemoryUnlessToldNotTo)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000}, RegionType::Mapped, {.read = true});
    source.set(0x10010, "needle");
    EXPECT_EQ(begins(find(source, {.pattern = needle})), (std::vector<Address>{0x10010}));
    EXPECT_TRUE(begins(find(source, {.pattern = needle, .regions = {.mapped = false}})).empty());
}

TEST(Find, NeverTouchesGuardedOrClosedPages)
{
    SparseSource source; // fails the test when they are read
    source.addRegion({0x10000, 0x1000});
    source.addRegion({0x11000, 0x1000}, RegionType::Private, {.read = true, .write = true, .guard = true});
    source.addRegion({0x12000, 0x1000}, RegionType::Private, {});
    source.addReserved({0x13000, 0x1000});
    source.addRegion({0x14000, 0x1000});
    source.set(0x11010, "needle");
    source.set(0x14010, "needle");
    const auto reply = find(source, {.pattern = needle, .limit = 9});
    EXPECT_EQ(begins(reply), (std::vector<Address>{0x14010}));
    EXPECT_EQ(reply.searched, 0x2000u);
    EXPECT_EQ(reply.unreadable, 0x2000u); // committed, but closed
}

// A length taken from the first region only, an end taken for a size, and offsets of 32 bits all lose the last of
// these.
TEST(Find, BeyondFourGibibytes)
{
    SparseSource source;
    source.addRegion({0x10000, 5 * gibi});
    source.addRegion({0x7FFF'0000'0000, 0x2000});
    source.setUnreadable({0x10000 + mebi, 5 * gibi - 2 * mebi});
    const Address far = 0x10000 + 5 * gibi - 0x800;
    source.set(0x10000 + 16, "needle");
    source.set(far, "needle");
    source.set(0x7FFF'0000'1FFA, "needle");
    const auto reply = find(source, {.pattern = needle, .limit = 9});
    EXPECT_EQ(begins(reply), (std::vector<Address>{0x10010, far, 0x7FFF'0000'1FFA}));
    EXPECT_EQ(reply.unreadable, 5 * gibi - 2 * mebi);
    EXPECT_EQ(reply.searched, 2 * mebi + 0x2000);
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = far + 1, .backwards = true, .limit = 1})),
              (std::vector<Address>{far}));
    EXPECT_EQ(begins(find(source, {.pattern = needle, .from = 3 * gibi, .limit = 1})), (std::vector<Address>{far}));
}

TEST(Find, GoesOnBehindPagesThatFail)
{
    SparseSource source;
    source.addRegion({0x10000, 0x4000});
    source.setUnreadable({0x12000, 0x1000});
    source.set(0x11FFD, "needle"); // reaches into them
    source.set(0x13000, "needle");
    const auto reply = find(source, {.pattern = needle, .limit = 9});
    EXPECT_EQ(begins(reply), (std::vector<Address>{0x13000}));
    EXPECT_EQ(reply.unreadable, 0x1000u);
}

TEST(Find, RegularExpressionsAcrossPieces)
{
    SparseSource source;
    source.addRegion({0, 4 * mebi});
    // One match of 60,000 bytes over each border of a piece.
    for (const Address border : {mebi, 2 * mebi, 3 * mebi})
        source.set(border - 30'000, "<" + std::string(59'998, 'x') + ">");
    const BytePattern pattern{.kind = PatternKind::Regex, .text = "<x*>"};
    const auto forwards = find(source, {.pattern = pattern, .limit = 9});
    ASSERT_EQ(begins(forwards), (std::vector<Address>{mebi - 30'000, 2 * mebi - 30'000, 3 * mebi - 30'000}));
    for (const AddressRange &match : forwards.matches)
        EXPECT_EQ(match.size, 60'000u);
    auto backwards = find(source, {.pattern = pattern, .from = ~Address{0}, .backwards = true, .limit = 9});
    std::ranges::reverse(backwards.matches);
    EXPECT_EQ(backwards.matches, forwards.matches);
    // What follows one another does so backwards, too.
    const BytePattern words{.kind = PatternKind::Regex, .text = "x{1,1000}"};
    EXPECT_EQ(begins(find(source, {.pattern = words, .from = mebi + 29'000, .backwards = true, .limit = 2})),
              (std::vector<Address>{mebi + 28'001, mebi + 27'001}));
}

// Against a loop that looks at every place, in memory with regions of all kinds.
TEST(Find, AgreesWithAPlainLoop)
{
    std::mt19937 random(7);
    const auto pick = [&](std::uint64_t below) { return random() % below; };
    for (int round = 0; round < 60; ++round) {
        SparseSource source;
        std::vector<AddressRange> readable;
        Address at = 0x10000;
        for (int i = 0; i < 5; ++i) {
            const AddressRange range{at, (1 + pick(3)) * 4096 + (round % 4 == 0 ? mebi - 8192 : 0)};
            source.addRegion(range, pick(2) ? RegionType::Private : RegionType::Mapped);
            if (!readable.empty() && readable.back().end() == at)
                readable.back().size += range.size;
            else
                readable.push_back(range);
            for (int n = 0; n < 60; ++n)
                source.set(range.begin + pick(range.size - 2), std::string_view("\1\2\1\2\1\1").substr(pick(5), 2));
            for (const Address edge : {range.begin, range.end() - 2})
                source.set(edge, std::string_view("\1\2\1\2").substr(pick(3), 2));
            at = range.end() + (pick(2) ? 4096 : 0);
        }
        const std::string text = std::array{"01 02", "01 ?? 01", "02 00", "0? 02 01"}[pick(4)];
        const auto pattern = parseMaskedBytes(text).value();
        std::vector<AddressRange> expected;
        for (const AddressRange &range : readable) {
            const Bytes bytes = source.get(range);
            for (std::size_t i = 0; i + pattern.size() <= bytes.size(); ++i)
                if (pattern.isAt(bytes.data() + i))
                    expected.push_back({range.begin + i, pattern.size()});
        }
        ASSERT_FALSE(expected.empty());
        source.isDirect = pick(2);
        EXPECT_EQ(find(source, {.pattern = {.text = text}, .limit = 100'000}).matches, expected) << text;
        const Address from = 0x10000 + pick(at - 0x10000);
        std::vector<AddressRange> before;
        std::ranges::copy_if(expected, std::back_inserter(before),
                             [&](const AddressRange &match) { return match.begin < from; });
        std::ranges::reverse(before);
        EXPECT_EQ(find(source, {.pattern = {.text = text}, .from = from, .backwards = true, .limit = 100'000}).matches,
                  before);
    }
}

TEST(Find, RefusesWhatMakesNoSense)
{
    SparseSource source;
    source.addRegion({0, 0x1000});
    const auto kind = [&](FindBytes command) {
        const auto reply = findBytes(source, command, {}, {});
        EXPECT_FALSE(reply);
        EXPECT_FALSE(reply.error().meaning.empty());
        return reply ? ErrorKind::Failed : reply.error().kind;
    };
    EXPECT_EQ(kind({.pattern = needle, .limit = 0}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.pattern = needle, .limit = 100'001}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.pattern = needle, .alignment = 3}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.pattern = needle, .alignment = 0}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.pattern = needle, .range = {~Address{0} - 5, 10}}), ErrorKind::OutOfRange);
    EXPECT_EQ(kind({.pattern = {.text = "zz"}}), ErrorKind::Invalid);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(findBytes(source, {.pattern = needle}, {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
}

class FindSession : public SessionTest {};
INSTANTIATE_TEST_SUITE_P(Session, FindSession, testing::Values(Where::InProcess, Where::OverWire), whereName);

TEST_P(FindSession, FindsAndTellsHowFarItIs)
{
    m_world->addSection("X", 0x3000)->set(0xffe, "needle");
    start();
    const auto info = openSection("X");
    const auto reply = ask(FindBytes{.source = info.source, .pattern = needle, .limit = 5, .job = 77});
    ASSERT_TRUE(reply) << toText(reply.error());
    EXPECT_EQ(reply->matches, (std::vector<AddressRange>{{0xffe, 6}}));
    EXPECT_EQ(reply->searched, 0x3000u);
    const auto progress = m_events.waitFor<Progress>();
    ASSERT_TRUE(progress);
    EXPECT_EQ(progress->job, 77u);
    EXPECT_EQ(progress->total, 0x3000u);
    EXPECT_EQ(ask(FindBytes{.source = 99, .pattern = needle}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(FindBytes{.source = info.source, .pattern = {.text = "4"}}).error().kind, ErrorKind::Invalid);
}

} // namespace
} // namespace ipclens
