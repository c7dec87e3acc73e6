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

void forgetOutside(SparseBytes &bytes, const std::vector<AddressRange> &keep)
{
    bytes.forgetOutside(keep);
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
    forgetOutside(bytes, {{0x1800, 0x1000}});
    EXPECT_EQ(bytes.at(0x17ff).state, ByteState::Unknown);
    EXPECT_EQ(bytes.at(0x1800).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x27ff).state, ByteState::Known);
    EXPECT_EQ(bytes.at(0x2800).state, ByteState::Unknown);
    EXPECT_FALSE(bytes.merge(imageOf({0, 0x1000}, 2), 3)) << "what was forgotten cannot have changed";
    forgetOutside(bytes, {{0, 0}});
    EXPECT_EQ(bytes.at(0x1800).state, ByteState::Unknown);
}

TEST(SparseBytes, KeepsSeveralRanges)
{
    SparseBytes bytes;
    bytes.merge(imageOf({0, 0x5000}, 1), 0);
    forgetOutside(bytes, {{0x10, 0x20}, {0xff0, 0x20}, {0x2000, 0x1000}});
    for (const auto &[at, isKept] : std::vector<std::pair<Address, bool>>{{0xf, false},
                                                                          {0x10, true},
                                                                          {0x2f, true},
                                                                          {0x30, false},
                                                                          {0xfef, false},
                                                                          {0xff0, true},
                                                                          {0x100f, true},
                                                                          {0x1010, false},
                                                                          {0x1fff, false},
                                                                          {0x2000, true},
                                                                          {0x2fff, true},
                                                                          {0x3000, false},
                                                                          {0x4fff, false}})
        EXPECT_EQ(bytes.at(at).state == ByteState::Known, isKept) << std::hex << at;
}

TEST(SparseBytes, CountsChangesEvenOfWhatWasForgotten)
{
    SparseBytes bytes;
    bytes.merge(imageOf({0, 16}, 1), 5);
    for (int i = 0; i < 3; ++i)
        bytes.merge(imageOf({4, 1}, 2 + i), 10);
    EXPECT_EQ(bytes.at(4).changes, 3u);
    EXPECT_EQ(bytes.at(5).changes, 0u);
    forgetOutside(bytes, {});
    EXPECT_EQ(bytes.at(4).state, ByteState::Unknown);
    bytes.merge(imageOf({0, 16}, 9), 11);
    EXPECT_EQ(bytes.at(4).changes, 3u) << "counted where it is looked at, and not twice";
    EXPECT_EQ(bytes.at(4).changed, 10u);
    std::vector<Address> pages;
    bytes.changedPages([&](Address page, SparseBytes::Stamp) { pages.push_back(page); });
    EXPECT_EQ(pages, std::vector<Address>{0});
    bytes.clearChanges();
    EXPECT_EQ(bytes.at(4).changes, 0u);
    EXPECT_EQ(bytes.at(4).value, std::byte{9}) << "the bytes stay";
}

TEST(SparseBytes, RemembersTheLatestChangesOfManyPages)
{
    SparseBytes bytes;
    for (SparseBytes::Stamp i = 0; i <= SparseBytes::mostChangedPages; ++i) {
        bytes.merge(imageOf({Address{i} * 4096, 1}, 1), i + 1);
        bytes.merge(imageOf({Address{i} * 4096, 1}, 2), i + 1);
    }
    EXPECT_EQ(bytes.at(0).changes, 0u) << "the oldest went";
    EXPECT_EQ(bytes.at(4096).changes, 1u);
}

TEST(SparseBytes, TakesAPartOfAnImage)
{
    SparseBytes bytes;
    bytes.merge(imageOf({0, 32}, 1), 1);
    MemoryImage image = imageOf({0, 32}, 2);
    image.unreadable = {{6, 4}};
    EXPECT_TRUE(bytes.merge(image, {4, 4}, 2));
    EXPECT_EQ(bytes.at(3).value, std::byte{1});
    EXPECT_EQ(bytes.at(4).value, std::byte{2});
    EXPECT_EQ(bytes.at(7).state, ByteState::Unreadable);
    EXPECT_EQ(bytes.at(8).value, std::byte{1});
}

TEST(SparseBytes, WorksAtTheEndOfTheAddressSpace)
{
    SparseBytes bytes;
    const AddressRange last{0xFFFF'FFFF'FFFF'F000, 0xFFF};
    bytes.merge(imageOf(last, 5), 1);
    EXPECT_EQ(bytes.knownPrefix(last), last.size);
    forgetOutside(bytes, {last});
    EXPECT_EQ(bytes.at(last.begin).value, std::byte{5});
}

} // namespace
} // namespace ipclens
