#include "tests/fuzz/wire_fuzz.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

void append(Bytes &bytes, const Frame &frame)
{
    for (const auto piece : frame.pieces())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
}

constexpr std::size_t commands = std::variant_size_v<AnyCommand>;

// Streams of frames of every kind, large binaries among them; each command as a stream of its own, so that damage
// reaches all.
std::vector<Bytes> seeds()
{
    std::vector<Bytes> all(5);
    append(all[1], packRequest(1, Hello{}));
    append(all[1], packCancel(300));
    append(all[1], packRequest(5, AnyCommand(ReadMemory{1, {{1, 2}, {3, ~std::uint64_t{0}}}})));
    const MemoryImages images{{{.address = 5, .bytes = Bytes(40'000, std::byte{1}), .unreadable = {{6, 1}},
                                .why = Error{.kind = ErrorKind::Exited}}}};
    append(all[2], packResponse(7, Result<AnyReply>(images)));
    append(all[2], packResponse(8, Result<AnyReply>(ProcessList{{{.name = "a"}, {.name = "b"}}})));
    append(all[3], packEvent(WatchUpdate{.changed = images.images, .failure = Error{}}));
    append(all[3], packEvent(MessageBatch{.messages = {{.name = "x"}, {.payload = Bytes(10, std::byte{2})}}}));
    append(all[4], packEvent(JournalChanged{}));
    append(all[4], packResponse(1, Result<AnyReply>(std::unexpected(Error{.meaning = "m"}))));
    append(all[0], packEvent(Progress{.job = 1}));
    all.resize(5 + commands);
    [&]<std::size_t... indices>(std::index_sequence<indices...>) {
        (append(all[5 + indices], packRequest(indices, AnyCommand(std::in_place_index<indices>))), ...);
    }(std::make_index_sequence<commands>());
    return all;
}

TEST(WireFuzz, SeedsAreWhole)
{
    const auto all = seeds();
    EXPECT_EQ(decodeFrames(all[0], 4096), 1);
    EXPECT_EQ(decodeFrames(all[1], 1), 3);
    EXPECT_EQ(decodeFrames(all[2], 100'000), 2);
    EXPECT_EQ(decodeFrames(all[3], 7), 2);
    EXPECT_EQ(decodeFrames(all[4], 7), 2);
    for (std::size_t i = 5; i < all.size(); ++i)
        EXPECT_EQ(decodeFrames(all[i], 4096), 1) << i - 5;
}

TEST(WireFuzz, DamagedFramesAreDecodedOrRefused)
{
    std::mt19937 random(7);
    const auto all = seeds();
    int whole = 0;
    for (int round = 0; round < 1000; ++round) {
        Bytes bytes = all[random() % all.size()];
        for (auto changes = random() % 8; changes > 0; --changes) {
            const auto at = random() % std::min<std::size_t>(bytes.size(), 400); // where the heads are
            switch (random() % 4) {
            case 0: bytes[at] = static_cast<std::byte>(random()); break;
            case 1: bytes[at] ^= static_cast<std::byte>(1u << random() % 8); break;
            case 2: bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at)); break;
            default: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::byte>(random()));
            }
        }
        if (random() % 4 == 0)
            bytes.resize(random() % bytes.size());
        whole += decodeFrames(bytes, random() % 2 == 0 ? 4096 : 13);
    }
    EXPECT_GT(whole, 500) << "many frames got past the first check";
}

} // namespace
} // namespace ipclens
