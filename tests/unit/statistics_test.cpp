#include "core/traffic/statistics.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

Message message(std::uint64_t sequence, std::uint32_t sender, std::uint64_t size)
{
    return {.sequence = sequence,
            .time = 1'000'000'000'000 + static_cast<std::int64_t>(sequence) * 250'000'000,
            .sender = {.pid = sender},
            .senderName = "a.exe",
            .id = sequence % 2,
            .size = size,
            .payload = Bytes(size, std::byte{1}),
            .receiver = {.pid = 9},
            .receiverName = "b.exe",
            .outcome = MessageOutcome{
                .sequence = sequence, .result = 1, .duration = static_cast<std::int64_t>(sequence) * 10}};
}

TEST(TrafficStatistics, AddsUp)
{
    TrafficStatistics s;
    for (const std::uint64_t sequence : {1u, 2u, 3u, 5u, 8u})
        s.add(message(sequence, sequence < 3 ? 1 : 2, sequence));
    Message named{.sequence = 9,
                  .time = 1'002'500'000'000,
                  .kind = MessageKind::Registered,
                  .name = "Mapped",
                  .id = 0xC001,
                  .senderWaits = false};
    s.add(named);
    EXPECT_EQ(s.total.messages, 6u);
    EXPECT_EQ(s.total.bytes, 19u);
    EXPECT_EQ(s.total.answered, 5u);
    EXPECT_EQ(s.total.duration, 190);
    EXPECT_EQ(s.total.longest, 80);
    EXPECT_EQ(s.posted, 1u);
    EXPECT_EQ(s.missing(), 3u) << "4, 6 and 7";
    EXPECT_EQ(s.last - s.first, 2'250'000'000);
    EXPECT_NEAR(s.messagesPerSecond(), 6 / 2.25, 1e-9);
    EXPECT_EQ(s.busiestSecond(), 3u);
    ASSERT_EQ(s.conversations.size(), 3u);
    const TrafficStatistics::End b{{.pid = 9}, "b.exe"}, a1{{.pid = 1}, "a.exe"};
    EXPECT_EQ((s.conversations.at({a1, b}).messages), 2u);
    EXPECT_EQ(s.ends.at(b).received.messages, 5u);
    EXPECT_EQ(s.ends.at(b).sent.messages, 0u);
    EXPECT_EQ(s.ids.size(), 3u);
    EXPECT_EQ(s.sizes[TrafficStatistics::sizeClass(3)].messages, 2u) << "of 2 and of 3 bytes";
}

TEST(TrafficStatistics, TwoAddedTogetherAreOne)
{
    TrafficStatistics all, first, second;
    for (std::uint64_t i = 1; i < 50; ++i) {
        all.add(message(i, static_cast<std::uint32_t>(i % 3), i * 7));
        (i < 20 ? first : second).add(message(i, static_cast<std::uint32_t>(i % 3), i * 7));
    }
    first.add(second);
    EXPECT_EQ(toJson(first), toJson(all));
}

TEST(TrafficStatistics, SizeClassesCoverEverySize)
{
    for (const std::uint64_t size : {0ull, 1ull, 2ull, 3ull, 4ull, 1023ull, 1024ull, ~0ull}) {
        const auto [low, high] = TrafficStatistics::sizesOf(TrafficStatistics::sizeClass(size));
        EXPECT_LE(low, size);
        EXPECT_GE(high, size);
    }
    EXPECT_LT(TrafficStatistics::sizeClass(~0ull), TrafficStatistics::sizeClasses);
}

TEST(TrafficStatistics, NamesAreNotTrusted)
{
    TrafficStatistics s;
    s.add(Message{.sender = {.pid = 1}, .senderName = "\xFF\"\n"});
    EXPECT_NE(toJson(s).find("\\\"\\n"), std::string::npos);
    EXPECT_EQ(toJson(TrafficStatistics()).find("null"), std::string::npos);
}

} // namespace
} // namespace ipclens
