// Captures as other tools write them: other byte orders, clocks, blocks.
#include "tests/unit/read_capture.h"

#include <gmock/gmock.h>

#include <cstring>

namespace ipclens::test {
namespace {

using testing::HasSubstr;

Message sample(std::uint64_t sequence)
{
    return {.sequence = sequence,
            .senderName = "Demo.exe",
            .id = 7,
            .size = 5,
            .payload = toBytes("hello"),
            .inbox = 3,
            .outcome = MessageOutcome{.sequence = sequence, .result = -1, .duration = 5}};
}

// The data of the packet that holds it.
Bytes dataOf(const Message &message)
{
    Bytes file = captureBegin("x");
    const auto packet = file.size();
    appendToCapture(file, message);
    std::uint32_t size = 0;
    std::memcpy(&size, file.data() + packet + 20, 4);
    return toBytes(std::span(file).subspan(packet + 28, size));
}

// A pcapng file by hand.
class Foreign {
public:
    explicit Foreign(bool isBig) : m_isBig(isBig) {}

    void section()
    {
        const auto begin = beginBlock(0x0A0D0D0A);
        put(0x1A2B3C4D, 4);
        put(1, 2);
        put(2, 2); // a minor version that we do not know
        put(~std::uint64_t{0}, 8);
        endBlock(begin);
    }
    struct Clock {
        std::optional<unsigned> resolution;
        std::int64_t offset = 0;
    };
    void interface(Clock clock, std::string_view name = "", unsigned linkType = 147)
    {
        const auto begin = beginBlock(1);
        put(linkType, 2);
        put(0, 2);
        put(0, 4);
        if (!name.empty())
            option(2, name);
        if (clock.resolution)
            option(9, std::string(1, static_cast<char>(*clock.resolution)));
        if (clock.offset != 0) {
            put(14, 2);
            put(8, 2);
            put(static_cast<std::uint64_t>(clock.offset), 8);
        }
        option(0x8001, "somebody's own"); // not known
        put(0, 4);
        endBlock(begin);
    }
    void packet(std::uint32_t interface, std::uint64_t ticks, const Bytes &data, std::string_view comment = "")
    {
        const auto begin = beginBlock(6);
        put(interface, 4);
        endPacket(begin, ticks, data, comment);
    }
    void obsoletePacket(std::uint16_t interface, std::uint64_t ticks, const Bytes &data)
    {
        const auto begin = beginBlock(2);
        put(interface, 2);
        put(77, 2); // packets dropped before
        endPacket(begin, ticks, data, "");
    }
    void block(std::uint32_t type, std::size_t size)
    {
        const auto begin = beginBlock(type);
        put(Bytes(size, std::byte{}));
        endBlock(begin);
    }
    const Bytes &file() const { return m_file; }

private:
    void put(std::uint64_t value, std::size_t size)
    {
        for (std::size_t i = 0; i < size; ++i)
            m_file.push_back(static_cast<std::byte>(value >> 8 * (m_isBig ? size - 1 - i : i)));
    }
    void put(std::span<const std::byte> bytes)
    {
        m_file.insert(m_file.end(), bytes.begin(), bytes.end());
        while (m_file.size() % 4 != 0)
            m_file.push_back(std::byte{});
    }
    void option(unsigned code, std::string_view value)
    {
        put(code, 2);
        put(value.size(), 2);
        put(std::as_bytes(std::span(value)));
    }
    std::size_t beginBlock(std::uint32_t type)
    {
        const auto begin = m_file.size();
        put(type, 4);
        put(0, 4);
        return begin;
    }
    void endPacket(std::size_t begin, std::uint64_t ticks, const Bytes &data, std::string_view comment)
    {
        put(ticks >> 32, 4);
        put(ticks & 0xFFFF'FFFF, 4);
        put(data.size(), 4);
        put(data.size(), 4);
        put(data);
        if (!comment.empty()) {
            option(2, std::string(4, '\1')); // flags, which are not ours
            option(1, comment);
            option(1, "twice");
            put(0, 4);
        }
        endBlock(begin);
    }
    void endBlock(std::size_t begin)
    {
        const auto size = m_file.size() - begin + 4;
        put(size, 4);
        std::memcpy(m_file.data() + begin + 4, m_file.data() + m_file.size() - 4, 4);
    }

    const bool m_isBig;
    Bytes m_file;
};

class ForeignCapture : public testing::TestWithParam<bool> {};

TEST_P(ForeignCapture, OfAnyByteOrderIsReadWhole)
{
    Foreign made(GetParam());
    made.section();
    made.interface({.resolution = 9}, "One");
    made.block(0x0BAD, 8); // unknown ones, and those that say nothing of messages: names, statistics, custom
    made.block(4, 8);
    made.block(5, 12);
    made.interface({}, "Two");
    made.packet(0, 1'795'000'000'123'456'789, dataOf(sample(1)), "remarkable");
    made.packet(1, 1'795'000'000'123'456, dataOf(sample(2)));
    made.obsoletePacket(1, 1'795'000'000'123'457, dataOf(sample(3)));
    made.block(0x0000'0BAD, 400);
    const auto read = readCapture(made.file(), 7);
    ASSERT_FALSE(read.error) << toText(*read.error);
    auto expected = std::vector{sample(1), sample(2), sample(3)};
    expected[0].time = 1'795'000'000'123'456'789;
    expected[1].time = 1'795'000'000'123'456'000;
    expected[2].time = 1'795'000'000'123'457'000;
    EXPECT_EQ(read.messages, expected);
    EXPECT_EQ(read.annotations[0].comment, "remarkable\ntwice");
    EXPECT_EQ(read.inboxNames.at(3), "One");
}

TEST_P(ForeignCapture, TimesAreExact)
{
    struct Case {
        Foreign::Clock clock;
        std::uint64_t ticks;
        std::int64_t time;
    };
    const Case cases[] = {
        {{}, 1'600'000'000'999'999, 1'600'000'000'999'999'000},                // microseconds, unless said otherwise
        {{.resolution = 6}, 1'600'000'000'000'001, 1'600'000'000'000'001'000}, // a double would be off by one
        {{.resolution = 6, .offset = 100}, 5'000'003, 105'000'003'000},
        {{.resolution = 6, .offset = -2}, 5'000'003, 3'000'003'000},
        {{.resolution = 0}, 17, 17'000'000'000},
        {{.resolution = 3}, 17'001, 17'001'000'000},
        {{.resolution = 7}, 12'345'678'901'234'567, 1'234'567'890'123'456'700},
        {{.resolution = 12}, 17'000'000'000'999'999, 17'000'000'000'999},
        {{.resolution = 0x80 | 10}, (17ull << 10) + 1, 17'000'976'562},           // 1/1024 s = 976562.5 ns
        {{.resolution = 0x80 | 32}, (17ull << 32) + 0xFFFF'FFFF, 17'999'999'999}, // NTP's
        {{.resolution = 0x80 | 40}, (17ull << 40) + (1ull << 39) + 1, 17'500'000'000},
        {{.resolution = 0x80 | 62}, (2ull << 62) + (1ull << 61), 2'500'000'000},
    };
    for (const auto &[clock, ticks, time] : cases) {
        Foreign made(GetParam());
        made.section();
        made.interface(clock);
        made.packet(0, ticks, dataOf(sample(1)));
        const auto read = readCapture(made.file());
        ASSERT_EQ(read.messages.size(), 1u);
        EXPECT_EQ(read.messages[0].time, time) << clock.resolution.value_or(6);
    }
    Foreign made(GetParam());
    made.section();
    made.interface({.resolution = 19});
    const auto read = readCapture(made.file());
    ASSERT_TRUE(read.error);
    EXPECT_THAT(read.error->meaning, HasSubstr("finer than can be told"));
}

TEST_P(ForeignCapture, SectionsHaveInterfacesAndByteOrdersOfTheirOwn)
{
    Bytes file;
    for (const bool isBig : {GetParam(), !GetParam(), GetParam()}) {
        Foreign made(isBig);
        made.section();
        made.interface({.resolution = isBig ? 6u : 9u}, isBig ? "Big" : "Little");
        made.packet(0, isBig ? 1'000'001 : 1'000'000'001, dataOf(sample(isBig ? 1 : 2)));
        file.insert(file.end(), made.file().begin(), made.file().end());
    }
    const auto read = readCapture(file);
    ASSERT_FALSE(read.error) << toText(*read.error);
    ASSERT_EQ(read.messages.size(), 3u);
    for (const auto &message : read.messages)
        EXPECT_EQ(message.time, message.sequence == 1 ? 1'000'001'000 : 1'000'000'001);
    Foreign none(GetParam());
    none.section();
    none.packet(0, 1, dataOf(sample(1)));
    file.insert(file.end(), none.file().begin(), none.file().end());
    const auto damaged = readCapture(file);
    EXPECT_EQ(damaged.messages.size(), 3u);
    ASSERT_TRUE(damaged.error) << "interfaces of earlier sections do not count";
    EXPECT_THAT(damaged.error->meaning, HasSubstr("interface 0, of which nothing was said"));
}

TEST_P(ForeignCapture, RefusesWhatHasNoMessagesByName)
{
    for (const auto &[type, name] : {std::pair{1u, "1 (Ethernet)"},
                                     {101u, "101 (raw IP)"},
                                     {127u, "127 (radiotap)"},
                                     {187u, "187 (Bluetooth HCI)"},
                                     {220u, "220 (USB, Linux, padded)"},
                                     {231u, "231 (D-Bus)"},
                                     {252u, "252 (Wireshark's exported packets)"},
                                     {148u, "148 (another user's own)"},
                                     {60'000u, "60000, not messages"}}) {
        Foreign made(GetParam());
        made.section();
        made.interface({}, "", type);
        made.packet(0, 1, toBytes("some packet's data"));
        const auto read = readCapture(made.file());
        ASSERT_TRUE(read.error) << name;
        EXPECT_THAT(read.error->meaning, HasSubstr(name));
    }
    Foreign simple(GetParam());
    simple.section();
    simple.interface({});
    simple.block(3, 12);
    ASSERT_TRUE(readCapture(simple.file()).error);
    EXPECT_THAT(readCapture(simple.file()).error->meaning, HasSubstr("packets without times"));
}

INSTANTIATE_TEST_SUITE_P(Both, ForeignCapture, testing::Bool(),
                         [](const auto &order) { return order.param ? "BigEndian" : "LittleEndian"; });

} // namespace
} // namespace ipclens::test
