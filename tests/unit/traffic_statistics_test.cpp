#include "core/traffic/traffic_statistics.h"

#include <gtest/gtest.h>

#include <numeric>

namespace ipclens {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t start = 1'700'000'000'000 * ms;

Message message(std::uint64_t sequence, std::int64_t time, std::uint32_t from, std::uint32_t to, std::size_t size = 8)
{
    Message made;
    made.sequence = sequence;
    made.time = start + time;
    made.id = 7;
    made.inbox = 1;
    made.sender = {from, 1};
    made.senderName = "from.exe";
    made.senderWindow = 0x100 + from;
    made.receiver = {to, 1};
    made.receiverName = "to.exe";
    made.receiverWindow = 0x200 + to;
    made.payload = Bytes(size, std::byte{1});
    made.size = size;
    return made;
}

TEST(TrafficStatistics, EmptyCountsNothing)
{
    const TrafficStatistics counted;
    EXPECT_EQ(counted.total(), TrafficStatistics::Volume{});
    EXPECT_EQ(counted.messagesPerSecond(), 0);
    EXPECT_TRUE(counted.endpoints().empty());
}

TEST(TrafficStatistics, CountsEndpointsAndConversationsInBothDirections)
{
    TrafficStatistics counted;
    auto back = message(3, 30 * ms, 0, 0, 100);
    back.sender = {2, 1};
    back.senderName = "to.exe";
    back.senderWindow = 0x202;
    back.receiver = {1, 1};
    back.receiverName = "from.exe";
    back.receiverWindow = 0x101;
    counted.add(message(1, 10 * ms, 1, 2));
    counted.add(message(2, 20 * ms, 1, 2, 24));
    counted.add(back);
    counted.add(message(4, 40 * ms, 3, 2));

    ASSERT_EQ(counted.endpoints().size(), 3u);
    const auto &first = counted.endpoints()[0];
    EXPECT_EQ(first.party, (TrafficStatistics::Party{{1, 1}, 0x101, "from.exe"}));
    EXPECT_EQ(first.sent, (TrafficStatistics::Volume{2, 32}));
    EXPECT_EQ(first.received, (TrafficStatistics::Volume{1, 100}));
    EXPECT_EQ(first.times, (TrafficStatistics::Times{start + 10 * ms, start + 30 * ms}));
    ASSERT_EQ(counted.conversations().size(), 2u);
    const auto &talk = counted.conversations()[0];
    EXPECT_EQ(talk.first, 0u);
    EXPECT_EQ(talk.second, 1u);
    EXPECT_EQ(talk.forth, (TrafficStatistics::Volume{2, 32}));
    EXPECT_EQ(talk.back, (TrafficStatistics::Volume{1, 100}));
    EXPECT_EQ(counted.conversations()[1].forth, (TrafficStatistics::Volume{1, 8}));
    EXPECT_EQ(counted.total(), (TrafficStatistics::Volume{4, 140}));
}

TEST(TrafficStatistics, CountsIdsByNumberAndByName)
{
    TrafficStatistics counted;
    counted.add(message(1, 0, 1, 2, 4));
    counted.add(message(2, 1, 1, 2, 12));
    auto other = message(3, 2, 1, 2, 0);
    other.kind = MessageKind::Registered;
    other.name = "Mapped";
    other.id = 0xC001;
    counted.add(other);
    other.id = 0xC002; // of another logon
    counted.add(other);
    other.name = "Handle";
    counted.add(other);
    ASSERT_EQ(counted.ids().size(), 3u);
    EXPECT_EQ(counted.ids()[0].volume, (TrafficStatistics::Volume{2, 16}));
    EXPECT_EQ(counted.ids()[0].least, 4u);
    EXPECT_EQ(counted.ids()[0].most, 12u);
    EXPECT_EQ(counted.ids()[1].name, "Mapped");
    EXPECT_EQ(counted.ids()[1].id, 0xC001u);
    EXPECT_EQ(counted.ids()[1].volume.messages, 2u);
    EXPECT_EQ(counted.ids()[2].name, "Handle");
}

TEST(TrafficStatistics, PutsSizesIntoPowersOfTwo)
{
    TrafficStatistics counted;
    for (const std::size_t size : {0, 1, 2, 3, 4, 7, 8, 1023, 1024})
        counted.add(message(1, 0, 1, 2, size));
    EXPECT_EQ(counted.sizes()[0], (TrafficStatistics::Volume{1, 0}));
    EXPECT_EQ(counted.sizes()[1], (TrafficStatistics::Volume{1, 1}));
    EXPECT_EQ(counted.sizes()[2], (TrafficStatistics::Volume{2, 5}));
    EXPECT_EQ(counted.sizes()[3], (TrafficStatistics::Volume{2, 11}));
    EXPECT_EQ(counted.sizes()[4], (TrafficStatistics::Volume{1, 8}));
    EXPECT_EQ(counted.sizes()[10], (TrafficStatistics::Volume{1, 1023}));
    EXPECT_EQ(counted.sizes()[11], (TrafficStatistics::Volume{1, 1024}));
}

TEST(TrafficStatistics, KnowsWhatIsMissing)
{
    TrafficStatistics counted;
    counted.add(message(10, 0, 1, 2));
    counted.add(message(12, 0, 1, 2));
    counted.add(message(11, 0, 1, 2));
    auto cut = message(20, 0, 1, 2, 100);
    cut.payload.resize(60);
    counted.add(cut);
    auto elsewhere = message(1, 0, 1, 2);
    elsewhere.inbox = 2;
    counted.add(elsewhere);
    ASSERT_EQ(counted.inboxes().size(), 2u);
    EXPECT_EQ(counted.inboxes()[0].missing(), 7u);
    EXPECT_EQ(counted.inboxes()[0].truncated, 1u);
    EXPECT_EQ(counted.inboxes()[0].cutBytes, 40u);
    EXPECT_EQ(counted.inboxes()[1].missing(), 0u);
}

TEST(TrafficStatistics, WhatIsFilteredOutIsNotMissing)
{
    TrafficStatistics counted;
    counted.pass(message(1, 0, 1, 2));
    counted.add(message(2, 0, 1, 2));
    counted.pass(message(3, 0, 1, 2));
    counted.add(message(5, 0, 1, 2));
    ASSERT_EQ(counted.inboxes().size(), 1u);
    EXPECT_EQ(counted.inboxes()[0].missing(), 1u);
    EXPECT_EQ(counted.inboxes()[0].volume.messages, 2u);
    EXPECT_EQ(counted.total().messages, 2u);
    const InboxCounts counts{.received = 5, .dropped = 1, .written = 4};
    counted.tellInbox(counted.inboxes()[0].inbox, "Box / Title", counts);
    counted.tellInbox(77, "Silent", std::nullopt);
    ASSERT_EQ(counted.inboxes().size(), 2u);
    EXPECT_EQ(counted.inboxes()[0].name, "Box / Title");
    EXPECT_EQ(counted.inboxes()[0].counts, counts);
    EXPECT_EQ(counted.inboxes()[1].missing(), 0u);
}

TEST(TrafficStatistics, HandlerTimesCountWheneverTheAnswerComes)
{
    TrafficStatistics counted;
    auto one = message(1, 0, 1, 2);
    one.outcome = MessageOutcome{.sequence = 1, .result = 1, .duration = 4 * ms};
    counted.add(one);
    auto two = message(2, 1, 1, 2);
    counted.add(two);
    EXPECT_EQ(counted.inboxes()[0].unanswered, 1u);
    EXPECT_EQ(counted.durations().count, 1u);
    two.outcome =
        MessageOutcome{.sequence = 2, .result = 0, .duration = 8 * ms, .failure = Error{.operation = "relay"}};
    counted.answered(two);
    EXPECT_EQ(counted.inboxes()[0].unanswered, 0u);
    EXPECT_EQ(counted.durations(), (TrafficStatistics::Durations{2, 4 * ms, 8 * ms, 12 * ms}));
    EXPECT_EQ(counted.conversations()[0].durations.mean(), 6e6);
    EXPECT_EQ(counted.ids()[0].failed, 1u);
}

TEST(TrafficStatistics, RatesAndTheBusiestSecond)
{
    TrafficStatistics counted;
    for (int i = 0; i < 10; ++i)
        counted.add(message(1, i * 1000 * ms, 1, 2, 10));
    for (int i = 0; i < 5; ++i)
        counted.add(message(1, 4000 * ms + i * ms, 1, 2, 10)); // a little out of order
    EXPECT_DOUBLE_EQ(counted.messagesPerSecond(), 15.0 / 9);
    EXPECT_DOUBLE_EQ(counted.bytesPerSecond(), 150.0 / 9);
    EXPECT_EQ(counted.peak(), (TrafficStatistics::Volume{6, 60}));
}

TEST(TrafficStatistics, AFullTableCountsTheOthersTogether)
{
    TrafficStatistics counted;
    const auto most = TrafficStatistics::mostRows;
    for (std::uint64_t i = 0; i < most + 500; ++i) {
        auto one = message(i + 1, 0, 1, 2);
        one.id = i;
        one.senderWindow = i;
        counted.add(one);
    }
    EXPECT_EQ(counted.ids().size(), most + 1);
    EXPECT_EQ(counted.ids().back().volume.messages, 500u);
    EXPECT_EQ(counted.endpoints().size(), most + 1);
    const auto sent = std::accumulate(counted.endpoints().begin(), counted.endpoints().end(), std::uint64_t{0},
                                      [](auto sum, const auto &endpoint) { return sum + endpoint.sent.messages; });
    EXPECT_EQ(sent, most + 500);
    counted.clear();
    EXPECT_TRUE(counted.ids().empty());
    counted.add(message(1, 0, 1, 2));
    EXPECT_EQ(counted.ids().size(), 1u);
}

} // namespace
} // namespace ipclens
