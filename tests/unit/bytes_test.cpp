#include "tests/unit/latch.h"
#include "core/model/bytes.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <thread>

namespace ipclens {
namespace {

constexpr std::size_t pooledSize = 256 * 1024;

TEST(Bytes, holdsWhatItIsGiven)
{
    const Bytes empty = toBytes(std::string_view());
    EXPECT_TRUE(empty.empty());
    const Bytes text = toBytes(std::string_view("My\0x", 4));
    EXPECT_EQ(text.size(), 4u);
    EXPECT_EQ(text[2], std::byte{0});
    EXPECT_EQ(toBytes(std::span<const std::byte>(text)), text);
}

TEST(Bytes, filledBytesAreFilledOfAnySize)
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{4097},
                                   std::size_t{65536}, std::size_t{65537}, pooledSize + 1, (std::size_t{64} << 20) + 1}) {
        const Bytes bytes(size, std::byte{0x5A});
        EXPECT_EQ(bytes.size(), size);
        EXPECT_TRUE(std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0x5A}; }));
    }
}

TEST(Bytes, growingKeepsWhatWasThere)
{
    Bytes bytes;
    for (int i = 0; i < 300'000; ++i)
        bytes.push_back(static_cast<std::byte>(i % 251));
    for (int i = 0; i < 300'000; ++i)
        ASSERT_EQ(bytes[static_cast<std::size_t>(i)], static_cast<std::byte>(i % 251));
}

TEST(Bytes, aBlockIsReusedForASizeThatRoundsUpToTheSame)
{
    for (const auto &[size, other] : {std::pair{pooledSize, pooledSize - 5000}, {std::size_t{8192}, std::size_t{4097}}}) {
        std::vector<void *> blocks;
        for (int i = 0; i < 8; ++i)
            blocks.push_back(allocateBytes(size));
        for (void *block : blocks)
            releaseBytes(block, size);
        void *again = allocateBytes(other);
        EXPECT_NE(std::ranges::find(blocks, again), blocks.end()) << size;
        releaseBytes(again, other);
    }
}

TEST(Bytes, blocksInUseAreNeverGivenOutTwice)
{
    test::Latch ready(4);
    const auto work = [&ready](int seed) {
        ready.arrive_and_wait();
        std::vector<Bytes> held(8);
        for (int round = 0; round < 200; ++round) {
            const auto value = static_cast<std::byte>(seed * 50 + round % 50);
            Bytes &mine = held[static_cast<std::size_t>(round) % held.size()];
            mine = Bytes(4096u << (round % 7), value);
            std::this_thread::yield();
            EXPECT_TRUE(std::ranges::all_of(mine, [&](std::byte byte) { return byte == value; }));
        }
    };
    std::vector<std::jthread> threads;
    for (int seed = 1; seed <= 4; ++seed)
        threads.emplace_back(work, seed);
}

} // namespace
} // namespace ipclens
