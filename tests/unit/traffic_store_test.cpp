#include "core/traffic/message_store.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

std::vector<Message> numbered(std::uint64_t first, std::uint64_t count, std::size_t payload = 10)
{
    std::vector<Message> messages(count);
    for (auto &message : messages) {
        message.sequence = first++;
        message.payload.resize(payload, std::byte{7});
        message.size = payload;
    }
    return messages;
}

TEST(MessageStore, KeepsOrderOverManyChunks)
{
    MessageStore store;
    for (std::uint64_t first = 0; first < 10'000; first += 1000)
        store.append(numbered(first, 1000));
    ASSERT_EQ(store.size(), 10'000u);
    for (auto i = store.begin(); i < store.end(); ++i)
        ASSERT_EQ(store.at(i).sequence, i);
}

Message odd(std::uint64_t kind)
{
    Message message{.sequence = 5, .time = 7, .id = 3, .size = 4, .payload = toBytes("1234"), .inbox = 2};
    switch (kind) {
    case 0:
        message.sequence = std::uint64_t{1} << 40;
        break;
    case 1:
        message.size = std::uint64_t{1} << 33;
        break;
    case 2:
        message.outcome = MessageOutcome{.sequence = 5, .result = 1, .duration = -4};
        break;
    case 3:
        message.outcome = MessageOutcome{.sequence = 5, .result = 1, .duration = std::int64_t{1} << 50};
        break;
    case 4:
        message.kind = MessageKind::Registered;
        break; // with a payload
    default:
        message.wParam = 6;
        break;
    }
    return message;
}

Message rich(std::uint64_t sequence)
{
    return {.sequence = sequence,
            .time = 1'000'000 * static_cast<std::int64_t>(sequence),
            .senderWindow = 0x10046,
            .sender = {.pid = 42, .created = 7},
            .senderName = "Demo.exe",
            .senderTitle = sequence % 4 == 0 ? "Title" : "",
            .id = sequence * 3,
            .size = 9,
            .payload = toBytes("123456789"),
            .inbox = 1 + sequence % 2,
            .receiverWindow = 0x20048,
            .receiver = {.pid = 43, .created = 8},
            .receiverName = "Other.exe",
            .depth = static_cast<std::uint32_t>(sequence % 3),
            .senderWaits = sequence % 5 != 0,
            .outcome = sequence % 7 == 0
                           ? std::optional(MessageOutcome{.sequence = sequence, .result = -1, .duration = 5'000})
                           : std::nullopt,
            .references = sequence % 11 == 0 ? std::vector{MessageReference{.section = "S", .bytes = toBytes("abc")}}
                                             : std::vector<MessageReference>{}};
}

TEST(MessageStore, GivesBackWhatItWasGiven)
{
    MessageStore store;
    std::vector<Message> messages;
    for (std::uint64_t i = 0; i < 10'000; ++i)
        messages.push_back(rich(i));
    for (std::uint64_t kind = 0; kind < 6; ++kind)
        messages.push_back(odd(kind));
    messages.push_back(
        {.kind = MessageKind::Registered, .name = "Mapped", .id = 0xC001, .wParam = 77, .lParam = ~std::uint64_t{0}});
    messages.push_back({.size = 1'000'000, .payload = Bytes(1'000'000, std::byte{5})});
    store.append(messages);
    for (std::size_t i = 0; i < messages.size(); ++i)
        ASSERT_EQ(store.at(i).toMessage(), messages[i]) << i;
}

TEST(MessageStore, TakesOverAnotherStore)
{
    MessageStore store, other;
    std::vector<Message> messages;
    for (std::uint64_t i = 0; i < 5'000; ++i)
        messages.push_back(i % 1000 == 0  ? odd(i / 1000)
                           : i % 999 == 0 ? Message{.size = 300'000, .payload = Bytes(300'000, std::byte{1})}
                                          : rich(i));
    store.append(std::span(messages).first(1'111));
    other.append(std::span(messages).subspan(1'111));
    other.annotate(2, {.marked = true});
    const auto ofMessages = [](const MessageStore &one) { return one.bytes() - one.contexts().bytes(); };
    const auto bytes = ofMessages(store) + ofMessages(other);
    store.append(std::move(other));
    ASSERT_EQ(store.size(), messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i)
        ASSERT_EQ(store.at(i).toMessage(), messages[i]) << i;
    EXPECT_EQ(ofMessages(store), bytes);
    EXPECT_TRUE(store.at(1'113).isMarked());
    EXPECT_EQ(store.annotations().size(), 1u);
    store.append(rich(9));
    EXPECT_EQ(store.at(5'000).toMessage(), rich(9));
    store.letGo(5'001);
    EXPECT_EQ(store.bytes(), 0u);
}

TEST(MessageStore, AccountsForEveryByte)
{
    MessageStore store;
    EXPECT_EQ(store.bytes(), 0u);
    store.append(numbered(0, 3, 100));
    const auto common = store.contexts().bytes(); // from whom to whom
    EXPECT_GE(common, sizeof(MessageStore::Context));
    EXPECT_EQ(store.bytes(), 3 * (56 + 100) + common);
    store.annotate(1, {.comment = std::string(200, 'x')});
    EXPECT_GE(store.bytes(), 3 * (56 + 100) + 200 + common);
    store.annotate(1, {});
    EXPECT_EQ(store.bytes(), 3 * (56 + 100) + common);
    store.append(rich(11));
    store.append(odd(1));
    store.letGo(5);
    EXPECT_EQ(store.bytes(), 0u);
}

TEST(MessageStore, OutcomesFindTheirMessage)
{
    MessageStore store;
    // Two inboxes, unevenly mixed, with gaps where messages were dropped.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
    for (std::uint64_t i = 0; i < 9'000; ++i) {
        all.emplace_back(i % 3 == 0 ? 1 : 2, 5 * i + 1);
        store.append(Message{.sequence = all.back().second, .inbox = all.back().first});
    }
    const auto answers = [&](std::size_t i) {
        const auto found = store.apply(
            all[i].first, {.sequence = all[i].second, .result = static_cast<std::int64_t>(i), .duration = 3});
        ASSERT_EQ(found, std::optional(i));
        EXPECT_TRUE(store.at(i).isAnswered);
        EXPECT_EQ(store.at(i).result, static_cast<std::int64_t>(i));
    };
    for (const std::size_t i : {0u, 1u, 2u, 3u, 4u, 5u, 8'999u, 4'500u, 17u, 6'001u, 6'003u})
        answers(i);
    EXPECT_FALSE(store.apply(1, {.sequence = 2}));
    EXPECT_FALSE(store.apply(1, {.sequence = all[1].second})) << "that one is of the other inbox";
    EXPECT_FALSE(store.apply(3, {.sequence = 1}));
    store.letGo(5'000);
    EXPECT_FALSE(store.apply(all[4'998].first, {.sequence = all[4'998].second}));
    answers(5'000);
    answers(8'000);
    // What does not fit into a record is kept nevertheless, and so is a failure.
    EXPECT_TRUE(store.apply(all[7'000].first, {.sequence = all[7'000].second, .duration = -5}));
    EXPECT_EQ(store.at(7'000).duration, -5);
    EXPECT_TRUE(store.apply(all[7'001].first, {.sequence = all[7'001].second, .failure = Error{.code = 1460}}));
    ASSERT_NE(store.at(7'001).failure, nullptr);
    EXPECT_EQ(store.at(7'001).failure->code, 1460u);
}

TEST(MessageStore, LimitsOfCountAndAge)
{
    MessageStore store;
    std::vector<Message> messages;
    for (std::uint64_t i = 0; i < 1'000; ++i)
        messages.push_back(rich(i)); // a millisecond apart
    store.append(messages);
    store.setLimits({.messages = 600});
    EXPECT_EQ(store.excess(), 400u);
    store.setLimits({.messages = 600, .age = 99'000'000});
    EXPECT_EQ(store.excess(), 900u);
    store.setLimits({.age = 2'000'000'000});
    EXPECT_EQ(store.excess(), 0u);
    store.letGo(10);
    store.clear();
    EXPECT_EQ(store.limits().age, 2'000'000'000);
    EXPECT_EQ(store.excess(), 0u);
}

TEST(MessageStore, WithoutLimitNothingHasToGo)
{
    MessageStore store;
    store.append(numbered(0, 5000, 1000));
    EXPECT_EQ(store.excess(), 0u);
}

TEST(MessageStore, LetsTheOldestGoAndCountsThem)
{
    MessageStore store;
    store.append(numbered(0, 5000, 100));
    const auto each = (store.bytes() - store.contexts().bytes()) / 5000;
    store.setLimits({.bytes = each * 1500 + store.contexts().bytes()});
    EXPECT_EQ(store.excess(), 3500u);
    store.letGo(store.excess());
    EXPECT_EQ(store.begin(), 3500u);
    EXPECT_EQ(store.end(), 5000u);
    EXPECT_EQ(store.at(3500).sequence, 3500u);
    EXPECT_EQ(store.at(4999).sequence, 4999u);
    EXPECT_EQ(store.letGoCount(), 3500u);
    EXPECT_EQ(store.letGoBytes(), 350'000u);
    EXPECT_LE(store.bytes(), store.limits().bytes);
    EXPECT_EQ(store.excess(), 0u);

    store.append(numbered(5000, 5000, 100));
    store.letGo(store.excess());
    for (auto i = store.begin(); i < store.end(); ++i)
        ASSERT_EQ(store.at(i).sequence, i);
    EXPECT_EQ(store.size(), 1500u);
}

TEST(MessageStore, TheNewestStaysEvenOverTheLimit)
{
    MessageStore store;
    store.setLimits({.bytes = 1});
    store.append(numbered(0, 3, 4096));
    EXPECT_EQ(store.excess(), 2u);
    store.letGo(store.excess());
    EXPECT_EQ(store.size(), 1u);
    EXPECT_EQ(store.excess(), 0u);
}

TEST(MessageStore, LettingGoOfMoreThanThereIsEmptiesIt)
{
    MessageStore store;
    store.append(numbered(0, 2048));
    store.letGo(99'999);
    EXPECT_TRUE(store.isEmpty());
    EXPECT_EQ(store.letGoCount(), 2048u);
    store.append(numbered(2048, 1));
    EXPECT_EQ(store.at(2048).sequence, 2048u);
}

// A sender whose title is another one with every message.
TEST(MessageStore, ForgetsWhomNoMessageIsFromAnyMore)
{
    MessageStore store;
    store.setLimits({.bytes = 3 << 20});
    auto steady = numbered(0, 1).front();
    std::uint64_t most = 0;
    std::size_t mostContexts = 0;
    for (std::uint64_t i = 1; i <= 100'000; ++i) {
        auto message = steady;
        message.sequence = i;
        if (i % 2 == 0)
            message.senderTitle = "the title of number " + std::to_string(i);
        store.append(message);
        store.letGo(store.excess());
        most = std::max(most, store.bytes());
        mostContexts = std::max(mostContexts, store.contexts().kept());
    }
    EXPECT_LE(most, (std::uint64_t{3} << 20) * 101 / 100) << "how much goes with a message is known about";
    EXPECT_LT(mostContexts, 20'000u);
    EXPECT_GT(store.size(), 5'000u) << "nor does more go than has to";
    for (auto index = store.begin(); index < store.end(); ++index) {
        const auto message = store.at(index);
        ASSERT_EQ(message.sequence, index + 1);
        ASSERT_EQ(message.senderTitle, message.sequence % 2 == 0
                                           ? "the title of number " + std::to_string(message.sequence)
                                           : steady.senderTitle);
        ASSERT_EQ(message.senderName, steady.senderName);
    }
    store.letGo(store.size());
    EXPECT_EQ(store.bytes(), 0u);
    store.append(steady);
    EXPECT_EQ(store.at(store.end() - 1).toMessage(), steady);
}

TEST(MessageStore, ClearForgetsEverything)
{
    MessageStore store;
    store.append(numbered(0, 3000));
    store.letGo(10);
    store.clear();
    EXPECT_TRUE(store.isEmpty());
    EXPECT_EQ(store.bytes(), 0u);
    EXPECT_EQ(store.letGoCount(), 0u);
    store.append(numbered(7, 1));
    EXPECT_EQ(store.at(0).sequence, 7u);
}

TEST(MessageStore, KnowsHowLongAfterOthersAMessageCame)
{
    MessageStore store;
    for (const std::int64_t time : {100, 130, 190})
        store.append(Message{.sequence = time == 130 ? std::uint64_t{1} << 40 : 1, .time = time}); // one does not fit
    EXPECT_EQ(store.at(0).sinceFirst, 0);
    EXPECT_EQ(store.at(0).sincePrevious, std::nullopt);
    EXPECT_EQ(store.at(1).sinceFirst, 30);
    EXPECT_EQ(store.at(1).sincePrevious, 30);
    EXPECT_EQ(store.at(2).sincePrevious, 60);
    store.letGo(1);
    EXPECT_EQ(store.at(1).sinceFirst, 30) << "the first one is remembered";
    EXPECT_EQ(store.at(1).sincePrevious, std::nullopt);
    store.clear();
    store.append(Message{.time = 500});
    EXPECT_EQ(store.at(0).sinceFirst, 0);
}

TEST(MessageClock, PlacesMessagesInTime)
{
    MessageClock clock;
    MessageView views[3];
    views[0].time = std::numeric_limits<std::int64_t>::max();
    views[1].time = std::numeric_limits<std::int64_t>::min();
    views[2].time = views[1].time + 5;
    for (auto &view : views)
        clock.place(view);
    EXPECT_EQ(views[0].sinceFirst, 0);
    EXPECT_EQ(views[0].sincePrevious, std::nullopt);
    EXPECT_EQ(views[1].sincePrevious, 1) << "wraps, for what a damaged file has made up";
    EXPECT_EQ(views[2].sincePrevious, 5);
}

} // namespace
} // namespace ipclens
