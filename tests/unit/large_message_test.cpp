// Messages that do not fit into one packet of a capture.
#include "tests/unit/read_capture.h"

#include <gmock/gmock.h>

#include <cstring>

namespace ipclens::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t mostInPacket = 262'144;

Bytes pattern(std::size_t size, std::uint64_t seed)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>((i * 7 + (i >> 8) + seed) & 0xFF);
    return bytes;
}

Message large(std::uint64_t sequence, std::size_t size)
{
    return {.sequence = sequence,
            .time = 1'795'000'000'000'000'000 + static_cast<std::int64_t>(sequence),
            .senderName = "Demo.exe",
            .id = 7,
            .size = size,
            .payload = pattern(size, sequence),
            .inbox = 3,
            .outcome = MessageOutcome{.sequence = sequence, .result = 1, .duration = 5}};
}

// The blocks of a capture, one behind the other.
std::vector<Bytes> blocksOf(std::span<const std::byte> file)
{
    std::vector<Bytes> blocks;
    while (!file.empty()) {
        std::uint32_t size = 0;
        std::memcpy(&size, file.data() + 4, 4);
        blocks.push_back(toBytes(file.first(size)));
        file = file.subspan(size);
    }
    return blocks;
}

Bytes joined(const std::vector<Bytes> &blocks)
{
    Bytes file;
    for (const auto &block : blocks)
        file.insert(file.end(), block.begin(), block.end());
    return file;
}

std::uint32_t keptIn(const Bytes &block)
{
    std::uint32_t size = 0;
    std::memcpy(&size, block.data() + 20, 4);
    return size;
}

// A capture of these, and the blocks in front of the first packet.
struct Written {
    std::vector<Bytes> head;
    std::vector<Bytes> packets;

    explicit Written(const std::vector<Message> &messages)
    {
        Bytes file;
        CaptureWriter writer(file, "Test");
        writer.nameInbox(3, "Class / Title");
        for (const auto &message : messages)
            writer.append(file, message);
        for (auto &block : blocksOf(file))
            (block[0] == std::byte{6} ? packets : head).push_back(std::move(block));
    }
    ReadCapture read() const
    {
        auto blocks = head;
        blocks.insert(blocks.end(), packets.begin(), packets.end());
        return readCapture(joined(blocks));
    }
};

TEST(LargeMessages, FillPacketsThatOtherToolsTake)
{
    std::vector<Message> messages;
    for (const std::size_t size : {std::size_t{10}, mostInPacket - 140, mostInPacket - 139, mostInPacket,
                                   std::size_t{1} << 20, (std::size_t{16} << 20) + 3})
        messages.push_back(large(messages.size() + 1, size));
    messages[4].size += 1000; // and cut
    const Written written(messages);
    for (const auto &packet : written.packets)
        EXPECT_LE(keptIn(packet), mostInPacket);
    EXPECT_EQ(keptIn(written.packets[1]), mostInPacket) << "fits just";
    EXPECT_EQ(written.packets.size(), 1 + 1 + 2 + 2 + 5 + 65u);
    const auto read = written.read();
    EXPECT_FALSE(read.error);
    EXPECT_FALSE(read.incomplete);
    EXPECT_TRUE(read.messages == messages); // too long to be printed
    EXPECT_EQ(read.inboxNames.at(3), "Class / Title");
}

TEST(LargeMessages, KeepWhatIsSaidOfThem)
{
    Bytes file;
    CaptureWriter writer(file, "Test");
    const Annotation said{.marked = true, .comment = "large"};
    writer.append(file, {large(1, mostInPacket), &said});
    writer.append(file, large(2, 5));
    const auto read = readCapture(file, 100'000);
    EXPECT_EQ(read.annotations, (std::vector{said, Annotation()}));
    EXPECT_TRUE(read.messages == (std::vector{large(1, mostInPacket), large(2, 5)}));
}

TEST(LargeMessages, HeadersMayBeLargeAsWell)
{
    auto message = large(1, 100'000);
    for (int i = 0; i < 8; ++i)
        message.references.push_back({.section = "Local\\X", .bytes = pattern(65'536, static_cast<std::uint64_t>(i))});
    const Written written({message});
    EXPECT_EQ(written.packets.size(), 3u);
    const auto read = written.read();
    EXPECT_FALSE(read.error);
    EXPECT_TRUE(read.messages == std::vector{message});
}

TEST(LargeMessages, MayBeInterleavedAndInAnyOrder)
{
    const std::vector<Message> messages{large(1, 1'000'000), large(2, 10), large(3, 700'000)};
    Written written(messages);
    ASSERT_EQ(written.packets.size(), 4 + 1 + 3u);
    std::ranges::reverse(written.packets);
    auto read = written.read();
    EXPECT_FALSE(read.incomplete);
    EXPECT_TRUE(read.messages == (std::vector{messages[2], messages[1], messages[0]}));
    std::ranges::rotate(written.packets, written.packets.begin() + 3);
    std::swap(written.packets[1], written.packets[6]);
    read = written.read();
    EXPECT_FALSE(read.incomplete);
    EXPECT_EQ(read.messages.size(), 3u);
    EXPECT_TRUE(std::ranges::is_permutation(read.messages, messages));
}

TEST(LargeMessages, MayComeTwice)
{
    Written written({large(1, 1'000'000)});
    const auto once = written.packets;
    for (std::size_t i = 0; i < once.size(); ++i)
        written.packets.insert(written.packets.begin() + static_cast<std::ptrdiff_t>(2 * i), once[i]);
    const auto read = written.read();
    EXPECT_FALSE(read.incomplete);
    EXPECT_TRUE(read.messages == (std::vector{large(1, 1'000'000), large(1, 1'000'000)}));
}

TEST(LargeMessages, AreGivenAsFarAsTheyGoAndToldWhenPartsAreMissing)
{
    const std::vector<Message> messages{large(1, 10), large(2, 1'000'000), large(3, 10)};
    const Written whole(messages);
    ASSERT_EQ(whole.packets.size(), 6u);

    Written missing = whole; // the third of the four parts
    missing.packets.erase(missing.packets.begin() + 3);
    auto read = missing.read();
    EXPECT_FALSE(read.error);
    ASSERT_EQ(read.messages.size(), 3u);
    const auto &last = read.messages[2];
    EXPECT_EQ(last.sequence, 2u);
    EXPECT_TRUE(last.isTruncated());
    EXPECT_EQ(last.payload, toBytes(std::span(messages[1].payload).first(last.payload.size())));
    EXPECT_GT(last.payload.size(), 500'000u);
    ASSERT_TRUE(read.incomplete);
    EXPECT_THAT(read.incomplete->meaning, HasSubstr("message 2 goes on in packets that are missing or cut"));
    EXPECT_THAT(read.incomplete->object, HasSubstr("test.pcapng at byte "));

    Written headless = whole;
    headless.packets.erase(headless.packets.begin() + 1);
    read = headless.read();
    EXPECT_EQ(read.messages.size(), 2u);
    ASSERT_TRUE(read.incomplete);
    EXPECT_THAT(read.incomplete->meaning, HasSubstr("the beginning of message 2 is missing"));

    Written cut = whole; // as editcap -s does
    auto &packet = cut.packets[2];
    const std::uint32_t kept = 1000;
    std::memcpy(packet.data() + 20, &kept, 4);
    read = cut.read();
    ASSERT_EQ(read.messages.size(), 3u) << "at once, in its place";
    EXPECT_EQ(read.messages[1].sequence, 2u);
    EXPECT_TRUE(read.messages[1].isTruncated());
    EXPECT_TRUE(read.incomplete);
}

TEST(LargeMessages, AreGivenUpWhenTheirPartsStayAway)
{
    std::vector<Message> messages{large(1, 1'000'000)};
    for (std::uint64_t i = 2; i < 5000; ++i)
        messages.push_back(large(i, 10));
    Written written(messages);
    written.packets.erase(written.packets.begin() + 2);
    const auto read = written.read();
    ASSERT_EQ(read.messages.size(), messages.size());
    const auto at = std::ranges::find(read.messages, 1u, &Message::sequence);
    EXPECT_LT(at, read.messages.end() - 100);
    EXPECT_TRUE(read.incomplete);
}

TEST(LargeMessages, HoldABoundedNumberOfBytes)
{
    // Each says that it goes on, and none does.
    const Written one({large(1, 1'000'000)});
    CaptureReader reader("test");
    reader.feed(joined(one.head));
    std::size_t given = 0;
    for (std::uint64_t i = 0; i < 1100; ++i) {
        Bytes packet = one.packets.front();
        std::memcpy(packet.data() + 28 + 16, &i, 8); // its number
        reader.feed(packet);
        const auto item = reader.nextItem();
        ASSERT_TRUE(item);
        given += item->has_value();
    }
    EXPECT_EQ(given, 1100u - 1024u) << "256 MiB are held";
}

TEST(LargeMessages, DamageIsToldBehindWhatStoodBeforeIt)
{
    Written written({large(1, 10), large(2, 1'000'000)});
    written.packets[4][28] = std::byte{'x'}; // the last part is none
    auto read = written.read();
    ASSERT_EQ(read.messages.size(), 2u);
    EXPECT_TRUE(read.messages[1].isTruncated());
    ASSERT_TRUE(read.error);
    EXPECT_THAT(read.error->meaning, HasSubstr("no message that ipclens saved"));

    written = Written({large(2, 1'000'000)});
    written.packets[2][28 + 24] = std::byte{0xFF}; // behind what there is
    written.packets[2][28 + 30] = std::byte{0xFF};
    read = written.read();
    ASSERT_TRUE(read.error);
    EXPECT_THAT(read.error->meaning, HasSubstr("goes on at byte"));
}

} // namespace
} // namespace ipclens::test
