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

TEST(MessageStore, MessagesStayInPlaceWhileOthersCome)
{
    MessageStore store;
    store.append(numbered(0, 1));
    const Message *first = &store.at(0);
    store.append(numbered(1, 20'000));
    EXPECT_EQ(first, &store.at(0));
}

TEST(MessageStore, AccountsForEveryByte)
{
    MessageStore store;
    EXPECT_EQ(store.bytes(), 0u);
    auto messages = numbered(0, 3, 100);
    messages[1].senderName = std::string(200, 'x');
    std::uint64_t expected = 0;
    for (const auto &message : messages)
        expected += MessageStore::cost(message);
    store.append(std::move(messages));
    EXPECT_EQ(store.bytes(), expected);
    EXPECT_GE(store.bytes(), 3 * (sizeof(Message) + 100) + 200);
    store.letGo(3);
    EXPECT_EQ(store.bytes(), 0u);
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
    const auto each = store.bytes() / 5000;
    store.setLimit(each * 1500);
    EXPECT_EQ(store.excess(), 3500u);
    store.letGo(store.excess());
    EXPECT_EQ(store.begin(), 3500u);
    EXPECT_EQ(store.end(), 5000u);
    EXPECT_EQ(store.at(3500).sequence, 3500u);
    EXPECT_EQ(store.at(4999).sequence, 4999u);
    EXPECT_EQ(store.letGoCount(), 3500u);
    EXPECT_EQ(store.letGoBytes(), 350'000u);
    EXPECT_LE(store.bytes(), store.limit());
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
    store.setLimit(1);
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

} // namespace
} // namespace ipclens
