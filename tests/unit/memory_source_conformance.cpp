#include "tests/unit/latch.h"
#include "tests/unit/memory_source_conformance.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

namespace ipclens::test {
namespace {

constexpr Address lastAddress = std::numeric_limits<Address>::max();

Bytes filled(std::size_t size, int value)
{
    return Bytes(size, static_cast<std::byte>(value));
}

} // namespace

void MemorySourceConformance::SetUp()
{
    m_subject = GetParam().make();
    ASSERT_TRUE(m_subject);
    m_layout = m_subject->layout();
    ASSERT_FALSE(m_layout.empty());
    ASSERT_EQ(m_layout.front().kind, PieceKind::ReadWrite);
    ASSERT_GE(m_layout.front().range.size, 4096u);
}

void MemorySourceConformance::TearDown()
{
    EXPECT_TRUE(!m_subject || m_subject->guardsAreArmed()) << "a guard page was touched";
}

std::shared_ptr<MemorySource> MemorySourceConformance::open(Access access)
{
    auto source = m_subject->open(access);
    EXPECT_TRUE(source) << "cannot be opened";
    return source;
}

AddressRange MemorySourceConformance::whole() const
{
    return {m_layout.front().range.begin, m_layout.back().range.end() - m_layout.front().range.begin};
}

bool MemorySourceConformance::isReadable(Address address) const
{
    return std::ranges::any_of(
        m_layout, [&](const Piece &piece) { return piece.range.contains(address) && piece.isReadable(); });
}

Bytes MemorySourceConformance::expected(AddressRange range) const
{
    Bytes bytes(range.size);
    for (std::uint64_t i = 0; i < range.size; ++i) {
        const Address at = range.begin + i;
        bytes[i] = isReadable(at) ? patternAt(at - whole().begin) : std::byte{};
    }
    return bytes;
}

std::vector<AddressRange> MemorySourceConformance::expectedUnreadable(AddressRange range) const
{
    std::vector<AddressRange> unreadable;
    for (std::uint64_t i = 0; i < range.size; ++i) {
        const Address at = range.begin + i;
        if (isReadable(at))
            continue;
        if (!unreadable.empty() && unreadable.back().end() == at)
            ++unreadable.back().size;
        else
            unreadable.push_back({at, 1});
    }
    return unreadable;
}

void MemorySourceConformance::expectImage(MemorySource &source, AddressRange range)
{
    SCOPED_TRACE(testing::Message() << std::hex << "range 0x" << range.begin << " size 0x" << range.size);
    const MemoryImage image = readImage(source, range);
    ASSERT_EQ(image.bytes.size(), range.size);
    const auto unreadable = expectedUnreadable(range);
    ASSERT_EQ(image.unreadable.size(), unreadable.size());
    for (std::size_t i = 0; i < unreadable.size(); ++i)
        EXPECT_EQ(image.unreadable[i], unreadable[i]) << "unreadable range " << i;
    EXPECT_EQ(image.why.has_value(), !unreadable.empty());
    EXPECT_TRUE(image.bytes == expected(range));
}

void MemorySourceConformance::expectUnchanged()
{
    for (const Piece &piece : m_layout) {
        if (piece.isReadable()) {
            EXPECT_TRUE(m_subject->ownerSees(piece.range) == expected(piece.range)) << std::hex << piece.range.begin;
        }
    }
}

TEST_P(MemorySourceConformance, hasNameExtentAndPages)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    EXPECT_FALSE(source->name().empty());
    EXPECT_TRUE(source->extent().contains(whole()));
    EXPECT_GT(source->pageSize(), 0u);
    EXPECT_EQ(source->pageSize() & (source->pageSize() - 1), 0u);
}

TEST_P(MemorySourceConformance, readsExactBytes)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    for (const Piece &piece : m_layout) {
        if (!piece.isReadable())
            continue;
        const auto [begin, size] = piece.range;
        for (const AddressRange range : {AddressRange{begin, size}, {begin + 1, 1}, {begin + 3, 7}, {begin + 1, size - 2},
                                         {begin + size - 1, 1}, {begin + size / 2, size / 2}}) {
            Bytes bytes = filled(range.size, 0xEE);
            const auto outcome = source->read(range.begin, bytes);
            EXPECT_EQ(outcome.count, range.size);
            EXPECT_EQ(outcome.unreadable, 0u);
            EXPECT_FALSE(outcome.why);
            EXPECT_TRUE(bytes == expected(range)) << std::hex << range.begin << " size " << range.size;
        }
    }
}

TEST_P(MemorySourceConformance, marksWhatCannotBeRead)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    expectImage(*source, whole());
    for (const Piece &piece : m_layout)
        expectImage(*source, piece.range);
}

TEST_P(MemorySourceConformance, readsAcrossEveryBoundary)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    for (const Piece &piece : m_layout) {
        const Address boundary = piece.range.begin;
        if (boundary == whole().begin)
            continue;
        for (const auto &[before, after] : {std::pair{1, 1}, {3, 1}, {1, 3}, {5, 0}, {0, 5}, {4096, 4096}}) {
            const AddressRange range = intersect({boundary - static_cast<Address>(before),
                                                  static_cast<Address>(before) + static_cast<Address>(after)},
                                                 whole());
            expectImage(*source, range);
        }
    }
}

TEST_P(MemorySourceConformance, outcomeSaysHowFarReadingGot)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    for (const Piece &piece : m_layout) {
        if (piece.isReadable())
            continue;
        // From up to three readable bytes before it into it.
        const Address from = std::max(whole().begin, piece.range.begin - 3);
        std::uint64_t readable = 0;
        while (from + readable < piece.range.begin && isReadable(from + readable))
            ++readable;
        if (from + readable != piece.range.begin)
            continue; // the piece before it is unreadable too
        Bytes bytes = filled(8, 0xEE);
        const auto outcome = source->read(from, bytes);
        EXPECT_EQ(outcome.count, readable);
        EXPECT_GE(outcome.unreadable, 1u);
        EXPECT_LE(outcome.unreadable, bytes.size() - readable);
        ASSERT_TRUE(outcome.why);
        EXPECT_FALSE(outcome.why->operation.empty());
        EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(readable),
                               expected({from, readable}).begin()));
    }
}

TEST_P(MemorySourceConformance, readsNothingWhenAskedForNothing)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    std::vector<Address> places{0, lastAddress, source->extent().end()};
    for (const Piece &piece : m_layout)
        places.push_back(piece.range.begin);
    for (const Address at : places) {
        const auto outcome = source->read(at, {});
        EXPECT_EQ(outcome.count, 0u);
        EXPECT_EQ(outcome.unreadable, 0u);
        EXPECT_FALSE(outcome.why) << std::hex << at;
        const MemoryImage image = readImage(*source, {at, 0});
        EXPECT_TRUE(image.bytes.empty());
        EXPECT_TRUE(image.unreadable.empty());
    }
    EXPECT_TRUE(source->write(whole().begin, {}));
    expectUnchanged();
}

TEST_P(MemorySourceConformance, nothingOutsideItsExtentIsReadable)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    const AddressRange extent = source->extent();
    std::vector<AddressRange> outside{{lastAddress - 16, 16}, {lastAddress - 1, 1}, {lastAddress, 0}};
    if (lastAddress - extent.end() > 64)
        outside.insert(outside.end(), {{extent.end(), 16}, {extent.end() + 48, 1}});
    if (extent.begin > 16)
        outside.push_back({extent.begin - 16, 16});
    for (const AddressRange &range : outside) {
        const MemoryImage image = readImage(*source, range);
        EXPECT_EQ(image.bytes.size(), range.size);
        if (range.size > 0) {
            EXPECT_EQ(image.unreadable, std::vector{range}) << std::hex << range.begin;
            EXPECT_TRUE(image.why);
        }
    }
    if (lastAddress - extent.end() > 64) {
        const MemoryImage image = readImage(*source, {extent.end() - 8, 24});
        ASSERT_FALSE(image.unreadable.empty());
        EXPECT_EQ(image.unreadable.back().end(), extent.end() + 16);
        EXPECT_LE(image.unreadable.back().begin, extent.end());
    }
}

TEST_P(MemorySourceConformance, survivesRangesThatWouldWrap)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    for (const Address at : {lastAddress, lastAddress - 7}) {
        Bytes bytes = filled(64, 0xEE);
        const auto outcome = source->read(at, bytes);
        EXPECT_EQ(outcome.count, 0u);
        EXPECT_GE(outcome.unreadable, 1u);
        EXPECT_LE(outcome.unreadable, bytes.size());
        EXPECT_TRUE(outcome.why);
        const auto written = source->write(at, bytes);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().kind, ErrorKind::OutOfRange);
    }
    expectUnchanged();
}

TEST_P(MemorySourceConformance, listsRegionsInOrder)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    const auto regions = source->regions(source->extent(), {});
    ASSERT_TRUE(regions) << toText(regions.error());
    Address end = 0;
    for (const Region &region : *regions) {
        EXPECT_GE(region.range.begin, end) << "regions overlap or are not ascending";
        EXPECT_GT(region.range.size, 0u);
        EXPECT_NE(region.state, RegionState::Free);
        EXPECT_GT(intersect(region.range, source->extent()).size, 0u);
        end = region.range.end();
    }
}

TEST_P(MemorySourceConformance, regionsAgreeWithReading)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    const auto regions = source->regions(whole(), {});
    ASSERT_TRUE(regions) << toText(regions.error());
    for (const Region &region : *regions)
        EXPECT_GT(intersect(region.range, whole()).size, 0u) << "a region that does not meet the range";
    const auto regionAt = [&](Address at) {
        return std::ranges::find_if(*regions, [&](const Region &region) { return region.range.contains(at); });
    };
    for (const Piece &piece : m_layout) {
        SCOPED_TRACE(testing::Message() << "piece of kind " << static_cast<int>(piece.kind) << " at 0x" << std::hex
                                        << piece.range.begin);
        for (const Address at : {piece.range.begin, piece.range.begin + piece.range.size / 2, piece.range.end() - 1}) {
            const auto region = regionAt(at);
            if (piece.kind == PieceKind::Hole) {
                EXPECT_EQ(region, regions->end());
                continue;
            }
            ASSERT_NE(region, regions->end());
            EXPECT_EQ(region->isReadable(), piece.isReadable());
            EXPECT_EQ(region->state == RegionState::Reserved, piece.kind == PieceKind::Reserved);
            EXPECT_EQ(region->protection.guard, piece.kind == PieceKind::Guard);
            EXPECT_EQ(region->protection.write && region->isReadable(), piece.kind == PieceKind::ReadWrite);
        }
        const auto here = source->regions({piece.range.begin, 1}, {});
        ASSERT_TRUE(here) << toText(here.error());
        EXPECT_EQ(here->size(), piece.kind == PieceKind::Hole ? 0u : 1u);
    }
}

TEST_P(MemorySourceConformance, writesAreSeenByTheOwner)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    const Address begin = m_layout.front().range.begin;
    const std::uint64_t size = m_layout.front().range.size;
    Bytes now = expected(m_layout.front().range);
    int value = 1;
    for (const AddressRange range : {AddressRange{begin, 1}, {begin + 2, 2}, {begin + 4, 4}, {begin + 8, 8}, {begin + 33, 3},
                                     {begin + 61, 8}, {begin + size - 1, 1}, {begin + size - 8, 8}, {begin + 100, 2048}}) {
        const Bytes bytes = filled(range.size, ++value);
        const auto written = source->write(range.begin, bytes);
        ASSERT_TRUE(written) << toText(written.error());
        std::ranges::copy(bytes, now.begin() + static_cast<std::ptrdiff_t>(range.begin - begin));
        EXPECT_TRUE(m_subject->ownerSees(m_layout.front().range) == now) << "after writing " << range.size << " bytes";
        EXPECT_TRUE(readImage(*source, m_layout.front().range).bytes == now);
    }
}

TEST_P(MemorySourceConformance, refusesToWriteWhereWritingIsNotAllowed)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    for (const Piece &piece : m_layout) {
        if (piece.kind == PieceKind::ReadWrite)
            continue;
        const auto written = source->write(piece.range.begin + 5, filled(3, 0x77));
        ASSERT_FALSE(written) << "kind " << static_cast<int>(piece.kind);
        EXPECT_EQ(written.error().kind, ErrorKind::Unreadable) << toText(written.error());
        EXPECT_FALSE(written.error().operation.empty());
    }
    expectUnchanged();
}

TEST_P(MemorySourceConformance, refusesToWriteOutsideItsExtent)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    const AddressRange extent = source->extent();
    std::vector<Address> places{lastAddress - 3};
    if (lastAddress - extent.end() > 64)
        places.insert(places.end(), {extent.end(), extent.end() + 1, extent.end() - 2});
    if (extent.begin > 16)
        places.push_back(extent.begin - 2);
    for (const Address at : places) {
        const auto written = source->write(at, filled(4, 0x77));
        ASSERT_FALSE(written) << std::hex << at;
        EXPECT_EQ(written.error().kind, ErrorKind::OutOfRange) << toText(written.error());
    }
    expectUnchanged();
}

TEST_P(MemorySourceConformance, refusesToWriteWhenOpenedToRead)
{
    const auto source = open(Access::Read);
    ASSERT_TRUE(source);
    const auto written = source->write(whole().begin, filled(8, 0x77));
    ASSERT_FALSE(written);
    EXPECT_FALSE(written.error().operation.empty());
    EXPECT_FALSE(written.error().object.empty());
    expectUnchanged();
}

// Two readers while one writes: every byte read was written by somebody, and the neighbours keep theirs.
TEST_P(MemorySourceConformance, isReadByManyWhileWritten)
{
    const auto source = open(Access::ReadWrite);
    ASSERT_TRUE(source);
    const AddressRange area{whole().begin, 4096};
    const AddressRange cell{area.begin + 1024, 8};
    constexpr int rounds = 200;
    ASSERT_TRUE(source->write(cell.begin, filled(cell.size, 0)));

    test::Latch ready(3);
    std::atomic<int> wrong = 0;
    const auto reader = [&] {
        ready.arrive_and_wait();
        for (int i = 0; i < rounds; ++i) {
            const MemoryImage image = readImage(*source, area);
            const Bytes still = expected(area);
            bool right = image.unreadable.empty();
            for (std::size_t at = 0; at < still.size(); ++at) {
                if (cell.contains(area.begin + at))
                    right = right && image.bytes[at] < std::byte{100};
                else
                    right = right && image.bytes[at] == still[at];
            }
            wrong += right ? 0 : 1;
        }
    };
    {
        const std::jthread first(reader);
        const std::jthread second(reader);
        ready.arrive_and_wait();
        for (int i = 0; i < rounds; ++i) {
            const auto written = source->write(cell.begin, filled(cell.size, i % 100));
            EXPECT_TRUE(written) << toText(written.error());
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_TRUE(m_subject->ownerSees(cell) == filled(cell.size, (rounds - 1) % 100));
}

TEST_P(MemorySourceConformance, outlivesTheOneThatOpenedIt)
{
    auto first = open(Access::Read);
    auto second = open(Access::Read);
    ASSERT_TRUE(first && second);
    first.reset();
    expectImage(*second, m_layout.front().range);
}

} // namespace ipclens::test
