#include "ui/hex_geometry.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

constexpr QSize cell(8, 16);
constexpr Address processEnd = Address{1} << 47;

HexGeometry hexBytes(int bytesPerRow)
{
    return {HexLayout{}, bytesPerRow, 8, cell};
}

TEST(HexGeometry, ColumnsFollowEachOtherWithoutOverlap)
{
    for (const int bytes : {8, 16, 32}) {
        const HexGeometry geometry = hexBytes(bytes);
        EXPECT_GT(geometry.valueX(0), geometry.addressEdge());
        for (int column = 1; column < bytes; ++column) {
            const int gap = geometry.valueX(column) - geometry.valueX(column - 1) - 2 * cell.width();
            EXPECT_EQ(gap, column % 8 == 0 ? 2 * cell.width() : cell.width()) << column;
        }
        EXPECT_GT(geometry.textX(0), geometry.valueX(bytes - 1) + 2 * cell.width());
        EXPECT_GE(geometry.lineWidth(), geometry.textX(bytes - 1) + cell.width());
    }
}

TEST(HexGeometry, EveryUnitHasRoomForItsValues)
{
    for (const ValueType unit : {ValueType::U8, ValueType::I8, ValueType::U16, ValueType::I16, ValueType::U32,
                                 ValueType::I32, ValueType::U64, ValueType::I64, ValueType::F32, ValueType::F64}) {
        for (const HexRadix radix : {HexRadix::Hex, HexRadix::Decimal, HexRadix::Binary}) {
            const HexLayout layout{.unit = unit, .radix = radix};
            const HexGeometry geometry(layout, 16, 8, cell);
            const int size = static_cast<int>(sizeOf(unit));
            EXPECT_EQ(geometry.valueX(size - 1), geometry.valueX(0)) << "bytes of one value stand in one place";
            for (int column = size; column < 16; column += size)
                EXPECT_GE(geometry.valueX(column), geometry.valueRect(column - 1, 0).right() + cell.width());
            EXPECT_GT(geometry.textX(0), geometry.valueRect(15, 0).right());
        }
    }
}

TEST(HexGeometry, GapsStandWhereTheyAreWanted)
{
    const HexGeometry four({.groupBytes = 4}, 16, 8, cell);
    EXPECT_EQ(four.valueX(4) - four.valueX(3), 4 * cell.width());
    EXPECT_EQ(four.valueX(3) - four.valueX(2), 3 * cell.width());
    const HexGeometry none({.groupBytes = 0}, 16, 8, cell);
    EXPECT_EQ(none.valueX(8) - none.valueX(7), 3 * cell.width());
}

// Every cell is found again at its own pixels, at every row.
TEST(HexGeometry, PixelsLeadBackToTheirPlace)
{
    const HexRows rows({0x1003, processEnd - 0x2000}, {}, 0, {}, 16);
    const HexGeometry geometry = hexBytes(16);
    for (const std::uint64_t topRow : {std::uint64_t{0}, std::uint64_t{5}, rows.count() - 10}) {
        for (std::uint64_t line = 0; line < 10; ++line) {
            const AddressRange row = rows.row(topRow + line).range;
            const int y = static_cast<int>(line) * cell.height();
            for (Address at = row.begin; at < row.end(); ++at) {
                const int column = rows.columnOf(at);
                const std::pair<HexPlace, QRect> places[] = {{{at, HexPane::Hex, 0}, geometry.digitRect(column, 0, y)},
                                                             {{at, HexPane::Hex, 1}, geometry.digitRect(column, 1, y)},
                                                             {{at, HexPane::Text, 0}, geometry.textRect(column, y)}};
                for (const auto &[place, rect] : places) {
                    EXPECT_EQ(geometry.placeAt(rect.topLeft(), rows, topRow), place);
                    EXPECT_EQ(geometry.placeAt(rect.bottomRight(), rows, topRow), place);
                }
            }
        }
    }
}

TEST(HexGeometry, PixelsOfAValueLeadToItsFirstByte)
{
    const HexLayout layout{.unit = ValueType::U32, .radix = HexRadix::Decimal};
    const HexRows rows({2, 100}, {}, 0, layout, 16);
    const HexGeometry geometry(layout, 16, 8, cell);
    EXPECT_EQ(geometry.placeAt(geometry.valueRect(4, 0).center(), rows, 0), (HexPlace{4, HexPane::Hex, 0}));
    EXPECT_EQ(geometry.placeAt(geometry.valueRect(0, 0).center(), rows, 0), (HexPlace{2, HexPane::Hex, 0}))
        << "of a part of a value the first byte that is there";
    EXPECT_EQ(geometry.placeAt(geometry.textRect(7, 0).center(), rows, 0), (HexPlace{7, HexPane::Text, 0}));
}

TEST(HexGeometry, PixelsBetweenAndOutsideFindTheNearest)
{
    const HexRows rows({0, 40}, {}, 0, {}, 16);
    const HexGeometry geometry = hexBytes(16);
    EXPECT_EQ(geometry.placeAt({0, 0}, rows, 0), (HexPlace{0, HexPane::Hex, 0})) << "the address column";
    EXPECT_EQ(geometry.placeAt({5000, 0}, rows, 0)->address, 15u) << "right of everything";
    EXPECT_EQ(geometry.placeAt({5000, 0}, rows, 0)->pane, HexPane::Text);
    EXPECT_EQ(geometry.placeAt({geometry.valueX(9), 5000}, rows, 0)->address, 39u)
        << "below the last row, right of its end";
    EXPECT_EQ(geometry.placeAt({geometry.valueX(3), -100}, rows, 2)->address, 3u) << "above the first row";
    const int between = geometry.valueX(8) - 1;
    EXPECT_EQ(geometry.placeAt({between, 0}, rows, 0), (HexPlace{8, HexPane::Hex, 0}));
    EXPECT_EQ(geometry.placeAt({geometry.textX(4), 0}, rows, 0, HexPane::Hex)->pane, HexPane::Hex)
        << "a drag stays in its pane";
    EXPECT_FALSE(geometry.placeAt({100, 5}, HexRows({0, 0}, {}, 0, {}, 16), 0));
}

TEST(HexGeometry, FitsAsManyBytesAsThereIsRoom)
{
    for (const HexLayout &layout : {HexLayout{}, HexLayout{.unit = ValueType::F64}}) {
        for (const int bytes : {8, 16, 24, 32}) {
            const int width = HexGeometry(layout, bytes, 8, cell).lineWidth();
            EXPECT_EQ(HexGeometry::fittingBytesPerRow(layout, 8, cell, width), bytes);
            EXPECT_EQ(HexGeometry::fittingBytesPerRow(layout, 8, cell, width - 1), std::max(8, bytes - 8));
        }
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
