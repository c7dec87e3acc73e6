#include "ui/hex_geometry.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

constexpr QSize cell(8, 16);
constexpr Address processEnd = Address{1} << 47;

TEST(HexGeometry, CountsRowsOfAnAlignedExtent)
{
    const HexGeometry geometry({0, 100}, 0, 16, cell);
    EXPECT_EQ(geometry.rowCount(), 7u);
    EXPECT_EQ(geometry.rowRange(0), (AddressRange{0, 16}));
    EXPECT_EQ(geometry.rowRange(6), (AddressRange{96, 4}));
    EXPECT_EQ(geometry.rowRange(7).size, 0u);
    EXPECT_EQ(geometry.rowOf(15), 0u);
    EXPECT_EQ(geometry.rowOf(16), 1u);
    EXPECT_EQ(geometry.rowOf(99), 6u);
    EXPECT_EQ(geometry.rowOf(5000), 6u) << "beyond the end is the end";
}

TEST(HexGeometry, StartsRowsAtRoundAddresses)
{
    const HexGeometry geometry({0x1008, 0x20}, 0, 16, cell);
    EXPECT_EQ(geometry.rowCount(), 3u);
    EXPECT_EQ(geometry.rowRange(0), (AddressRange{0x1008, 8}));
    EXPECT_EQ(geometry.rowRange(1), (AddressRange{0x1010, 16}));
    EXPECT_EQ(geometry.rowRange(2), (AddressRange{0x1020, 8}));
    EXPECT_EQ(geometry.columnOf(0x1008), 8);
    EXPECT_EQ(geometry.rowOf(0x100f), 0u);
    EXPECT_EQ(geometry.rowOf(0x1010), 1u);

    const HexGeometry based({0, 0x20}, 0x1008, 16, cell);
    EXPECT_EQ(based.columnOf(0), 8) << "round in the addresses as shown";
    EXPECT_EQ(based.rowRange(0), (AddressRange{0, 8}));
}

TEST(HexGeometry, IsEmptyForAnEmptyExtent)
{
    const HexGeometry geometry({0x1000, 0}, 0, 16, cell);
    EXPECT_EQ(geometry.rowCount(), 0u);
    EXPECT_FALSE(geometry.placeAt({100, 5}, 0));
}

TEST(HexGeometry, NeedsAllSixtyFourBits)
{
    const AddressRange everything{0, ~std::uint64_t{0}};
    const HexGeometry geometry(everything, 0, 16, cell);
    EXPECT_EQ(geometry.rowCount(), std::uint64_t{1} << 60);
    EXPECT_EQ(geometry.rowOf(everything.end() - 1), (std::uint64_t{1} << 60) - 1);
    EXPECT_EQ(geometry.rowRange((std::uint64_t{1} << 60) - 1), (AddressRange{0xFFFF'FFFF'FFFF'FFF0, 15}));
    EXPECT_EQ(geometry.addressDigits(), 16);

    const HexGeometry high({0xFFFF'FFFF'FFFF'FFE8, 0x10}, 0, 16, cell);
    EXPECT_EQ(high.rowCount(), 2u);
    EXPECT_EQ(high.rowRange(1), (AddressRange{0xFFFF'FFFF'FFFF'FFF0, 8}));
}

TEST(HexGeometry, AddressColumnIsAsWideAsTheLastAddress)
{
    EXPECT_EQ(HexGeometry({0, 4096}, 0, 16, cell).addressDigits(), 8);
    EXPECT_EQ(HexGeometry({0, 0x1'0000'0000}, 0, 16, cell).addressDigits(), 8);
    EXPECT_EQ(HexGeometry({0, 0x1'0000'0001}, 0, 16, cell).addressDigits(), 12);
    EXPECT_EQ(HexGeometry({0, processEnd}, 0, 16, cell).addressDigits(), 12);
    EXPECT_EQ(HexGeometry({0, 4096}, 0x7ff6'0000'0000, 16, cell).addressDigits(), 12);
}

TEST(HexGeometry, ColumnsFollowEachOtherWithoutOverlap)
{
    for (const int bytes : {8, 16, 32}) {
        const HexGeometry geometry({0, 4096}, 0, bytes, cell);
        EXPECT_GT(geometry.hexX(0), geometry.addressEdge());
        for (int column = 1; column < bytes; ++column) {
            const int gap = geometry.hexX(column) - geometry.hexX(column - 1) - 2 * cell.width();
            EXPECT_EQ(gap, column % 8 == 0 ? 2 * cell.width() : cell.width()) << column;
        }
        EXPECT_GT(geometry.textX(0), geometry.hexX(bytes - 1) + 2 * cell.width());
        EXPECT_GE(geometry.lineWidth(), geometry.textX(bytes - 1) + cell.width());
    }
}

// Every cell is found again at its own pixels, at every row.
TEST(HexGeometry, PixelsLeadBackToTheirPlace)
{
    const HexGeometry geometry({0x1003, processEnd - 0x2000}, 0, 16, cell);
    for (const std::uint64_t topRow : {std::uint64_t{0}, std::uint64_t{5}, geometry.rowCount() - 10}) {
        for (std::uint64_t line = 0; line < 10; ++line) {
            const AddressRange row = geometry.rowRange(topRow + line);
            for (Address at = row.begin; at < row.end(); ++at) {
                for (const HexPlace place :
                     {HexPlace{at, HexPane::Hex, 0}, HexPlace{at, HexPane::Hex, 1}, HexPlace{at, HexPane::Text, 0}}) {
                    const QRect rect = geometry.cellRect(place, static_cast<int>(line) * cell.height());
                    EXPECT_EQ(geometry.placeAt(rect.topLeft(), topRow), place);
                    EXPECT_EQ(geometry.placeAt(rect.bottomRight(), topRow), place);
                }
            }
        }
    }
}

TEST(HexGeometry, PixelsBetweenAndOutsideFindTheNearest)
{
    const HexGeometry geometry({0, 40}, 0, 16, cell);
    EXPECT_EQ(geometry.placeAt({0, 0}, 0), (HexPlace{0, HexPane::Hex, 0})) << "the address column";
    EXPECT_EQ(geometry.placeAt({5000, 0}, 0)->address, 15u) << "right of everything";
    EXPECT_EQ(geometry.placeAt({5000, 0}, 0)->pane, HexPane::Text);
    EXPECT_EQ(geometry.placeAt({geometry.hexX(9), 5000}, 0)->address, 39u) << "below the last row, right of its end";
    EXPECT_EQ(geometry.placeAt({geometry.hexX(3), -100}, 2)->address, 3u) << "above the first row";
    const int between = geometry.hexX(8) - 1;
    EXPECT_EQ(geometry.placeAt({between, 0}, 0), (HexPlace{8, HexPane::Hex, 0}));
    EXPECT_EQ(geometry.placeAt({geometry.textX(4), 0}, 0, HexPane::Hex)->pane, HexPane::Hex)
        << "a drag stays in its pane";
}

TEST(HexGeometry, FitsAsManyBytesAsThereIsRoom)
{
    const AddressRange extent{0, 4096};
    for (const int bytes : {8, 16, 24, 32}) {
        const int width = HexGeometry(extent, 0, bytes, cell).lineWidth();
        EXPECT_EQ(HexGeometry::fittingBytesPerRow(extent, 0, cell, width), bytes);
        EXPECT_EQ(HexGeometry::fittingBytesPerRow(extent, 0, cell, width - 1), std::max(8, bytes - 8));
    }
}

TEST(RowScale, IsExactWhileRowsFit)
{
    const RowScale scale(255);
    EXPECT_EQ(scale.maximum(), 255);
    for (int row = 0; row <= 255; ++row) {
        EXPECT_EQ(scale.toScroll(static_cast<unsigned>(row)), row);
        EXPECT_EQ(scale.toRow(row), static_cast<unsigned>(row));
    }
    EXPECT_EQ(RowScale(0).maximum(), 0);
}

TEST(RowScale, ReachesBothEndsOfAnyHeight)
{
    for (const std::uint64_t last :
         {std::uint64_t{RowScale::largest} + 1, std::uint64_t{1} << 43, (std::uint64_t{1} << 61) - 1}) {
        const RowScale scale(last);
        EXPECT_EQ(scale.maximum(), RowScale::largest);
        EXPECT_EQ(scale.toRow(0), 0u);
        EXPECT_EQ(scale.toRow(scale.maximum()), last);
        EXPECT_EQ(scale.toScroll(last), scale.maximum());
        EXPECT_EQ(scale.toScroll(0), 0);
        EXPECT_EQ(scale.toScroll(1), 1) << "only the first row looks like the start";
        EXPECT_EQ(scale.toScroll(last - 1), scale.maximum() - 1);
        const int middle = RowScale::largest / 2;
        EXPECT_NEAR(static_cast<double>(scale.toScroll(scale.toRow(middle))), middle, 1);
        EXPECT_LT(scale.toRow(middle), scale.toRow(middle + 1));
    }
}

} // namespace
} // namespace ipclens
