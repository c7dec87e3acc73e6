#include "ui/sparse_bytes.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

MemoryImage imageOf(AddressRange range, int value)
{
    MemoryImage image{.address = range.begin};
    image.bytes.assign(range.size, static_cast<std::byte>(value));
    return image;
}

TEST(SparseBytes, KnowsWhatWasMergedAndNothingElse)
{
    SparseBytes bytes;
    EXPECT_EQ(bytes.at(0).state, ByteState::Unknown);
    EXPECT_FALSE(bytes.merge(imageOf({0x0ffe, 0x1004}, 7), 1)) << "bytes of three pages, none known before";
    EXPECT_EQ(bytes.at(0x0ffd).state, ByteState::Unknown);
    EXPECT_EQ(bytes.at(0x0ffe).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x2001).value, std::byte{7});
    EXPECT_EQ(bytes.at(0x2002).state, ByteState::Unknown);
    EXPECT_EQ(bytes.knownPrefix({0x0ffe, 0x2000}), 0x1004u);
    EXPECT_EQ(bytes.knownPrefix({0x1000, 0x10}), 0x10u);
    EXPECT_EQ(bytes.knownPrefix({0x0ff0, 0x10}), 0u);
}

TEST(SparseBytes, StampsOnlyWhatDiffers)
{
    SparseBytes bytes;
    bytes.merge(imageOf({0, 8192}, 1), 5);
    EXPECT_FALSE(bytes.merge(imageOf({0, 8192}, 1), 6));
    MemoryImage next = imageOf({0, 8192}, 1);
    next.bytes[4096] = std::byte{2};
    EXPECT_TRUE(bytes.merge(next, 7));
    EXPECT_EQ(bytes.at(4096).changed, 7u);
    EXPECT_EQ(bytes.at(4097).changed, 0u);
    EXPECT_FALSE(bytes.merge(imageOf({0, 8192}, 3), 0)) << "without a stamp nothing counts as changed";
    EXPECT_EQ(bytes.at(0).value, std::byte{3});
    EXPECT_EQ(bytes.at(0).changed, 0u);
}

TEST(SparseBytes, MarksHoles)
{
    SparseBytes bytes;
    MemoryImage image = imageOf({0x1000, 0x3000}, 9);
    image.unreadable = {{0x1000, 1}, {0x1fff, 0x1002}, {0x3fff, 1}};
    bytes.merge(image, 0);
    EXPECT_EQ(bytes.at(0x1000).state, ByteState::Unreadable);
    EXPECT_EQ(bytes.at(0x1001).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x1ffe).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x1fff).state, ByteState::Unreadable);
    EXPECT_EQ(bytes.at(0x3000).state, ByteState::Unreadable);
    EXPECT_EQ(bytes.at(0x3001).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x3fff).state, ByteState::Unreadable);
    const MemoryImage again = bytes.image({0x1000, 0x3000});
    EXPECT_EQ(again.unreadable, image.unreadable);

    EXPECT_TRUE(bytes.merge(imageOf({0x1fff, 1}, 9), 4)) << "became readable";
    EXPECT_EQ(bytes.at(0x1fff).changed, 4u);
}

TEST(SparseBytes, ForgetsOutside)
{
    SparseBytes bytes;
    bytes.merge(imageOf({0, 0x4000}, 1), 0);
    bytes.forgetOutside({0x1800, 0x1000});
    EXPECT_EQ(bytes.at(0x17ff).state, ByteState::Unknown);
    EXPECT_EQ(bytes.at(0x1800).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x27ff).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x2800).state, ByteState::Unknown);
    EXPECT_FALSE(bytes.merge(imageOf({0, 0x1000}, 2), 3)) << "what was forgotten cannot have changed";
    bytes.forgetOutside({0, 0});
    EXPECT_EQ(bytes.at(0x1800).state, ByteState::Unknown);
}

TEST(SparseBytes, WorksAtTheEndOfTheAddressSpace)
{
    SparseBytes bytes;
    const AddressRange last{0xFFFF'FFFF'FFFF'F000, 0xFFF};
    bytes.merge(imageOf(last, 5), 1);
    EXPECT_EQ(bytes.knownPrefix(last), last.size);
    bytes.forgetOutside(last);
    EXPECT_EQ(bytes.at(last.begin).value, std::byte{5});
}

} // namespace
} // namespace ipclens
