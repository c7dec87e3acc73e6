#include "core/text/hex.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

Bytes bytesOf(std::initializer_list<int> values)
{
    Bytes bytes;
    for (const int value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::string problem(std::string_view text)
{
    const auto bytes = fromHex(text);
    if (bytes)
        return "no error";
    EXPECT_EQ(bytes.error().kind, ErrorKind::Invalid);
    return bytes.error().meaning;
}

TEST(Hex, WritesBytes)
{
    EXPECT_EQ(toHex({}), "");
    EXPECT_EQ(toHex(bytesOf({0x4d, 0x79, 0x00, 0xff})), "4d7900ff");
    EXPECT_EQ(toHex(bytesOf({0x4d, 0x79, 0x0f}), " "), "4d 79 0f");
}

TEST(Hex, ReadsEveryWayOfWriting)
{
    const Bytes expected = bytesOf({0x4d, 0x79, 0xab});
    for (const char *text :
         {"4d79ab", "4D79AB", "0x4d79ab", "4d 79 ab", " 4d\t79\nab ", "0x4d, 0x79, 0xAB", "4d,79ab", "4d , 79 , ab"}) {
        const auto bytes = fromHex(text);
        ASSERT_TRUE(bytes) << text << ": " << toText(bytes.error());
        EXPECT_EQ(*bytes, expected) << text;
    }
    EXPECT_EQ(fromHex("").value(), Bytes());
    EXPECT_EQ(fromHex(" \t").value(), Bytes());
}

TEST(Hex, SurvivesThereAndBack)
{
    Bytes all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<std::byte>(i));
    EXPECT_EQ(fromHex(toHex(all)).value(), all);
    EXPECT_EQ(fromHex(toHex(all, ", ")).value(), all);
}

TEST(Hex, NamesTheWrongCharacter)
{
    EXPECT_EQ(problem("4g"), "character 2: 'g' is not a hex digit");
    EXPECT_EQ(problem("4d7"), "character 3: the last byte has one digit; write two");
    EXPECT_EQ(problem("4 d"), "character 1: the last byte has one digit; write two");
    EXPECT_EQ(problem("0x"), "character 1: 0x without digits behind it");
    EXPECT_EQ(problem(",4d"), "character 1: a comma without a byte before it");
    EXPECT_EQ(problem("4d,,79"), "character 4: a comma without a byte before it");
    EXPECT_EQ(problem("4d,"), "character 3: a comma without a byte behind it");
    EXPECT_EQ(problem("4d-79"), "character 3: '-' is not a hex digit");
    EXPECT_EQ(problem("\xe2\x82\xac"), "character 1: '\xe2\x82\xac' is not a hex digit");
    EXPECT_EQ(problem("4d \xc3\xa4 zz"), "character 4: '\xc3\xa4' is not a hex digit");
    EXPECT_EQ(problem("4d\xff"), "character 3: '\\xff' is not a hex digit");
    EXPECT_EQ(problem(std::string_view("4d\0", 3)), "character 3: '\\x00' is not a hex digit");
}

TEST(Hex, QuotesLongInputShortened)
{
    const auto bytes = fromHex(std::string(300, 'a') + "x");
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().object, '"' + std::string(60, 'a') + "...\"");
    EXPECT_EQ(bytes.error().meaning, "character 301: 'x' is not a hex digit");
}

TEST(Hex, DumpsRows)
{
    MemoryImage image{.address = 0x1000, .bytes = toBytes("MySharedSection\n*")};
    image.bytes.push_back(std::byte{0});
    image.unreadable = {{0x1002, 2}, {0x1011, 1}};
    EXPECT_EQ(hexDump(image), "00001000  4d 79 ?? ?? 61 72 65 64  53 65 63 74 69 6f 6e 0a  |My??aredSection.|\n"
                              "00001010  2a ??                                             |*?|\n");
    EXPECT_EQ(hexDump({}), "");
    EXPECT_EQ(hexDump({.address = 0x7ff6'0000'0000, .bytes = bytesOf({1, 2, 3, 4, 5, 6, 7, 8, 9})}),
              "7ff600000000  01 02 03 04 05 06 07 08  09                       |.........|\n");
    EXPECT_EQ(hexDump({.address = 0xFFFF'FFFF'FFFF'FFF0, .bytes = bytesOf({1})}).substr(0, 20), "fffffffffffffff0  01");
}

TEST(Hex, WritesCArrays)
{
    EXPECT_EQ(cArray({}), "");
    MemoryImage image{.address = 8, .bytes = bytesOf({0x4d, 0, 0xff}), .unreadable = {{9, 1}}};
    EXPECT_EQ(cArray(image), "0x4d, 0x00 /* unreadable */, 0xff");
}

} // namespace
} // namespace ipclens
