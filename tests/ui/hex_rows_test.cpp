#include "ui/hex_rows.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

constexpr Address processEnd = Address{1} << 47;

HexRows linear(AddressRange extent, Address base = 0, int bytesPerRow = 16)
{
    return {extent, {}, base, {}, bytesPerRow};
}

Region region(AddressRange range, bool readable = true, const char *mapped = "")
{
    return {.range = range,
            .state = RegionState::Committed,
            .protection = {.read = readable, .write = readable},
            .type = RegionType::Private,
            .mapped = mapped};
}

Region reserved(AddressRange range)
{
    return {.range = range, .state = RegionState::Reserved, .type = RegionType::Private};
}

std::string kinds(const HexRows &rows)
{
    std::string text;
    for (std::uint64_t row = 0; row < rows.count(); ++row)
        text += "bhc"[static_cast<int>(rows.row(row).kind)];
    return text;
}

TEST(HexRows, CountsRowsOfAnAlignedExtent)
{
    const HexRows rows = linear({0, 100});
    EXPECT_EQ(rows.count(), 7u);
    EXPECT_EQ(rows.row(0).range, (AddressRange{0, 16}));
    EXPECT_EQ(rows.row(6).range, (AddressRange{96, 4}));
    EXPECT_EQ(rows.rowOf(15), 0u);
    EXPECT_EQ(rows.rowOf(16), 1u);
    EXPECT_EQ(rows.rowOf(99), 6u);
    EXPECT_EQ(rows.rowOf(5000), 6u) << "beyond the end is the end";
}

TEST(HexRows, StartRowsAtRoundAddresses)
{
    const HexRows rows = linear({0x1008, 0x20});
    EXPECT_EQ(rows.count(), 3u);
    EXPECT_EQ(rows.row(0).range, (AddressRange{0x1008, 8}));
    EXPECT_EQ(rows.row(0).firstColumn, 8);
    EXPECT_EQ(rows.row(1).range, (AddressRange{0x1010, 16}));
    EXPECT_EQ(rows.row(2).range, (AddressRange{0x1020, 8}));
    EXPECT_EQ(rows.row(2).firstColumn, 0);
    EXPECT_EQ(rows.columnOf(0x1008), 8);
    EXPECT_EQ(rows.columnOf(0x1023), 3);
    EXPECT_EQ(rows.rowOf(0x100f), 0u);
    EXPECT_EQ(rows.rowOf(0x1010), 1u);

    const HexRows based = linear({0, 0x20}, 0x1008);
    EXPECT_EQ(based.columnOf(0), 8) << "round in the addresses as shown";
    EXPECT_EQ(based.row(0).range, (AddressRange{0, 8}));
}

TEST(HexRows, AreNoneForAnEmptyExtent)
{
    const HexRows rows = linear({0x1000, 0});
    EXPECT_EQ(rows.count(), 0u);
    EXPECT_EQ(rows.blockAt(0x1000), nullptr);
    EXPECT_EQ(rows.rowOf(0x1000), 0u);
    EXPECT_EQ(rows.moved(0x1000, 5), 0x1000u);
    const Region one = region({0, 0x1000});
    EXPECT_EQ(HexRows({0x1000, 0}, {&one, 1}, 0, {}, 16).count(), 0u);
}

TEST(HexRows, NeedAllSixtyFourBits)
{
    const AddressRange everything{0, ~std::uint64_t{0}};
    const HexRows rows = linear(everything);
    EXPECT_EQ(rows.count(), std::uint64_t{1} << 60);
    EXPECT_EQ(rows.rowOf(everything.end() - 1), (std::uint64_t{1} << 60) - 1);
    EXPECT_EQ(rows.row((std::uint64_t{1} << 60) - 1).range, (AddressRange{0xFFFF'FFFF'FFFF'FFF0, 15}));
    EXPECT_EQ(rows.addressDigits(), 16);
    EXPECT_EQ(rows.moved(0, std::numeric_limits<std::int64_t>::max()), 0x7FFF'FFFF'FFFF'FFFFu);
    EXPECT_EQ(rows.moved(everything.end() - 1, 5), everything.end() - 1);

    const HexRows high = linear({0xFFFF'FFFF'FFFF'FFE8, 0x10});
    EXPECT_EQ(high.count(), 2u);
    EXPECT_EQ(high.row(1).range, (AddressRange{0xFFFF'FFFF'FFFF'FFF0, 8}));
}

TEST(HexRows, AddressColumnIsAsWideAsTheLargestAddressShown)
{
    EXPECT_EQ(linear({0, 4096}).addressDigits(), 8);
    EXPECT_EQ(linear({0, 0x1'0000'0000}).addressDigits(), 8);
    EXPECT_EQ(linear({0, 0x1'0000'0001}).addressDigits(), 12);
    EXPECT_EQ(linear({0, processEnd}).addressDigits(), 12);
    EXPECT_EQ(linear({0, 4096}, 0x7ff6'0000'0000).addressDigits(), 12);
    const HexRows relative({0, processEnd}, std::vector{region({0x7ff6'0000'0000, 0x2000})}, 0,
                           {.addresses = HexAddresses::FromRegion}, 16);
    EXPECT_EQ(relative.addressDigits(), 8);
    EXPECT_EQ(relative.addressWidth(), 9) << "a sign";
}

TEST(HexRows, RegionsHaveHeadersAndHolesAreOneLine)
{
    const std::vector regions{region({0x1000, 0x20}), region({0x1020, 0x10}, true, "x.dll"),
                              reserved({0x4000, std::uint64_t{1} << 40}), region({processEnd - 0x1000, 0x10}, false)};
    const HexRows rows({0, processEnd}, regions, 0, {}, 16);
    EXPECT_EQ(kinds(rows), "c"
                           "hbb"
                           "hb"
                           "c"
                           "c"
                           "c"
                           "c"
                           "c");
    EXPECT_EQ(rows.row(0).range, (AddressRange{0, 0x1000}));
    EXPECT_EQ(rows.row(1).range, (AddressRange{0x1000, 0x20}));
    EXPECT_EQ(rows.row(3).range, (AddressRange{0x1010, 0x10}));
    EXPECT_EQ(rows.row(5).range, (AddressRange{0x1020, 0x10}));
    EXPECT_EQ(rows.row(10).range.end(), processEnd);
    EXPECT_EQ(rows.rowOf(0x1fff), 6u) << "in the hole";
    EXPECT_EQ(rows.rowOf(0x5000), 7u) << "in what is reserved";
    EXPECT_EQ(rows.rowOf(0x101f), 3u);
    EXPECT_EQ(rows.blocks()[rows.row(4).block].region, 1u);
    // Every row leads back to itself.
    for (std::uint64_t row = 0; row < rows.count(); ++row) {
        const HexRow each = rows.row(row);
        EXPECT_EQ(rows.rowOf(each.range.begin), each.kind == HexRowKind::Header ? row + 1 : row);
    }
}

TEST(HexRows, JoinsLikeNeighboursOnly)
{
    const std::vector regions{region({0x1000, 0x1000}), region({0x2000, 0x1000}), region({0x3000, 0x1000}, true, "a"),
                              region({0x5000, 0x1000}, true, "a")};
    const HexRows rows({0x1000, 0x5000}, regions, 0, {}, 16);
    ASSERT_EQ(rows.blocks().size(), 4u);
    EXPECT_EQ(rows.blocks()[0].range, (AddressRange{0x1000, 0x2000}));
    EXPECT_EQ(rows.blocks()[1].range, (AddressRange{0x3000, 0x1000}));
    EXPECT_EQ(rows.blocks()[2].region, HexRows::noRegion);
    EXPECT_EQ(rows.blocks()[3].range, (AddressRange{0x5000, 0x1000}));
}

// A list made while the target maps and unmaps may overlap, and reach beyond the extent.
TEST(HexRows, SurvivesListsThatOverlap)
{
    const std::vector regions{region({0, 0x2000}), region({0x1000, 0x2000}, false), region({0x1800, 0x800}),
                              region({0x8000, 0x1000})};
    const HexRows rows({0x800, 0x4000}, regions, 0, {}, 16);
    Address at = 0x800;
    for (const HexRows::Block &block : rows.blocks()) {
        EXPECT_EQ(block.range.begin, at);
        at = block.range.end();
    }
    EXPECT_EQ(at, 0x4800u) << "together they are the extent";
}

TEST(HexRows, StepsOverWhatIsNotDrawn)
{
    const std::vector regions{region({0x1000, 0x20}), region({0x5000, 0x20})};
    const HexRows rows({0, 0x10000}, regions, 0, {}, 16);
    EXPECT_EQ(rows.moved(0x101f, 1), 0x5000u);
    EXPECT_EQ(rows.moved(0x101e, 3), 0x5001u);
    EXPECT_EQ(rows.moved(0x5000, -1), 0x101fu);
    EXPECT_EQ(rows.moved(0x5001, -3), 0x101eu);
    EXPECT_EQ(rows.moved(0x501f, 1), 0x501fu) << "the last that is drawn";
    EXPECT_EQ(rows.moved(0x1000, -1), 0x1000u);
    EXPECT_EQ(rows.moved(0x2000, 1), 0x5000u) << "out of a hole";
    EXPECT_EQ(rows.moved(0x2000, -1), 0x101fu);
    EXPECT_EQ(rows.moved(0x9000, 1), 0x9000u) << "nothing follows";
    EXPECT_EQ(rows.byteRowAtOrAfter(0), 2u);
    EXPECT_EQ(rows.byteRowAtOrAfter(4), 6u);
    EXPECT_EQ(rows.byteRowAtOrAfter(8), std::nullopt);
    EXPECT_EQ(rows.byteRowAtOrBefore(8), 7u);
    EXPECT_EQ(rows.byteRowAtOrBefore(5), 3u);
    EXPECT_EQ(rows.byteRowAtOrBefore(1), std::nullopt);
}

TEST(HexRows, CountsRelativeAddressesFromTheirBase)
{
    const std::vector regions{region({0x1010, 0x30}), region({0x5008, 0x20})};
    HexLayout layout{.addresses = HexAddresses::FromRegion};
    const HexRows each({0, 0x10000}, regions, 0, layout, 16);
    EXPECT_EQ(each.shown(0x5018).number, 0x10u);
    EXPECT_EQ(each.columnOf(0x5008), 0) << "rows begin with their region";

    layout = {.addresses = HexAddresses::FromBase, .addressBase = 0x1018};
    const HexRows based({0, 0x10000}, regions, 0, layout, 16);
    EXPECT_EQ(based.shown(0x1028).number, 0x10u);
    EXPECT_TRUE(based.shown(0x1010).isNegative);
    EXPECT_EQ(based.shown(0x1010).number, 8u);
    EXPECT_EQ(based.columnOf(0x1018), 0);
    EXPECT_EQ(based.columnOf(0x1010), 8);
    EXPECT_EQ(based.row(based.rowOf(0x1010)).range, (AddressRange{0x1010, 8}));
}

TEST(HexRows, CutsBlocksOutOfRowsOfBytes)
{
    const std::vector regions{region({0x1004, 0x1c}), region({0x5000, 0x20})};
    const HexRows rows({0x1000, 0x10000}, regions, 0, {}, 16);
    ASSERT_EQ(kinds(rows), "c"
                           "hbb"
                           "c"
                           "hbb"
                           "c");
    const HexBlock block{.firstRow = 2, .lastRow = 6, .firstColumn = 2, .lastColumn = 5};
    EXPECT_EQ(rows.cut(block, 2), (AddressRange{0x1004, 2})) << "its row begins at column 4";
    EXPECT_EQ(rows.cut(block, 3), (AddressRange{0x1012, 4}));
    EXPECT_EQ(rows.cut(block, 4).size, 0u) << "a hole";
    EXPECT_EQ(rows.cut(block, 5).size, 0u) << "a header";
    EXPECT_EQ(rows.cut(block, 6), (AddressRange{0x5002, 4}));
    EXPECT_EQ(rows.cut(block, 7).size, 0u) << "below the block";
}

TEST(HexRows, ManyRegionsOverAProcess)
{
    std::vector<Region> regions;
    for (Address i = 0; i < 100'000; ++i)
        regions.push_back(region({0x10000 + i * 0x10'0000, 0x1000}));
    const HexRows rows({0, processEnd}, regions, 0, {}, 16);
    EXPECT_EQ(rows.blocks().size(), 200'001u);
    EXPECT_EQ(rows.count(), 100'001u + 100'000u * 257);
    const Address middle = 0x10000 + 50'000 * std::uint64_t{0x10'0000} + 0x123;
    EXPECT_EQ(rows.row(rows.rowOf(middle)).range.begin, middle - 3);
}

} // namespace
} // namespace ipclens
