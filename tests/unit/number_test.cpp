#include "core/text/number.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

std::string addressProblem(std::string_view text)
{
    const auto address = parseAddress(text);
    return address ? std::to_string(*address) : address.error().meaning;
}

std::string sizeProblem(std::string_view text)
{
    const auto size = parseSize(text);
    return size ? std::to_string(*size) : size.error().meaning;
}

TEST(Number, ReadsAddresses)
{
    EXPECT_EQ(parseAddress("1f").value(), 0x1fu);
    EXPECT_EQ(parseAddress("0x1F").value(), 0x1fu);
    EXPECT_EQ(parseAddress(" 0X1f ").value(), 0x1fu);
    EXPECT_EQ(parseAddress("0").value(), 0u);
    EXPECT_EQ(parseAddress("00007ff6`00001000").value(), 0x7ff600001000u);
    EXPECT_EQ(parseAddress("7ff6'0000_1000").value(), 0x7ff600001000u);
    EXPECT_EQ(parseAddress("ffffffffffffffff").value(), 0xffffffffffffffffu);
    EXPECT_EQ(parseAddress("7ff6`1000+0x20").value(), 0x7ff61020u);
    EXPECT_EQ(parseAddress("1000 + 20 - 8").value(), 0x1018u);
    EXPECT_EQ(parseAddress("ffffffffffffffff - ffffffffffffffff").value(), 0u);
}

TEST(Number, NamesWhereAnAddressGoesWrong)
{
    EXPECT_EQ(addressProblem(""), "character 1: an address was expected; write hex, as 7ff61000 or 0x1f+20");
    EXPECT_EQ(addressProblem("0x"), "character 3: a hex number was expected, found the end");
    EXPECT_EQ(addressProblem("12g"), "character 3: 'g' is neither a hex digit nor + or -");
    EXPECT_EQ(addressProblem("1000+"), "character 6: a hex number was expected, found the end");
    EXPECT_EQ(addressProblem("1000++2"), "character 6: a hex number was expected, found '+'");
    EXPECT_EQ(addressProblem("-8"), "character 1: a hex number was expected, found '-'");
    EXPECT_EQ(addressProblem("_1"), "character 1: a hex number was expected, found '_'");
    EXPECT_EQ(addressProblem("1_"), "character 2: '_' is neither a hex digit nor + or -");
    EXPECT_EQ(addressProblem("1__2"), "character 2: '_' is neither a hex digit nor + or -");
    EXPECT_EQ(addressProblem("10000000000000000"), "character 17: the number is larger than 64 bits hold");
    EXPECT_EQ(addressProblem("ffffffffffffffff+1"), "character 17: the sum is larger than 64 bits hold");
    EXPECT_EQ(addressProblem("8-9"), "character 2: the difference is below zero");
    EXPECT_EQ(addressProblem("1\xc3\xa4"), "character 2: '\xc3\xa4' is neither a hex digit nor + or -");
    EXPECT_EQ(addressProblem("\x80"), "character 1: a hex number was expected, found '\\x80'");
    EXPECT_EQ(addressProblem(std::string(300, '0')), "0");
    EXPECT_EQ(addressProblem(std::string(300, '1')), "character 17: the number is larger than 64 bits hold");
}

TEST(Number, ErrorsQuoteWhatWasTyped)
{
    const std::string text = toText(parseAddress("12x").error());
    EXPECT_NE(text.find(" \"12x\": "), std::string::npos) << text;
    EXPECT_EQ(text.find(" of \""), std::string::npos) << text;
}

TEST(Number, ReadsSizes)
{
    EXPECT_EQ(parseSize("0").value(), 0u);
    EXPECT_EQ(parseSize("4096").value(), 4096u);
    EXPECT_EQ(parseSize("0x1000").value(), 4096u);
    EXPECT_EQ(parseSize(" 64K ").value(), 64u << 10);
    EXPECT_EQ(parseSize("3m").value(), 3u << 20);
    EXPECT_EQ(parseSize("5G").value(), std::uint64_t{5} << 30);
    EXPECT_EQ(parseSize("2T").value(), std::uint64_t{2} << 40);
    EXPECT_EQ(parseSize("18446744073709551615").value(), 0xffffffffffffffffu);
}

TEST(Number, NamesWhereASizeGoesWrong)
{
    EXPECT_EQ(sizeProblem(" "), "character 1: a size was expected; write bytes, as 4096, 0x1000, 64K or 5G");
    EXPECT_EQ(sizeProblem("-1"), "character 1: a size cannot be negative");
    EXPECT_EQ(sizeProblem("K"), "character 1: a decimal number was expected, found 'K'");
    EXPECT_EQ(sizeProblem("1f"), "character 2: 'f' does not belong to a size; write bytes, as 4096, 0x1000, 64K or 5G");
    EXPECT_EQ(sizeProblem("64KB"),
              "character 4: 'B' does not belong to a size; write bytes, as 4096, 0x1000, 64K or 5G");
    EXPECT_EQ(sizeProblem("1.5G"),
              "character 2: '.' does not belong to a size; write bytes, as 4096, 0x1000, 64K or 5G");
    EXPECT_EQ(sizeProblem("18446744073709551616"), "character 20: the number is larger than 64 bits hold");
    EXPECT_EQ(sizeProblem("16777216T"), "character 1: the number is larger than 64 bits hold");
    EXPECT_EQ(sizeProblem(std::string(300, '9')), "character 20: the number is larger than 64 bits hold");
    EXPECT_EQ(sizeProblem("\xe2\x82"), "character 1: a decimal number was expected, found '\\xe2'");
}

} // namespace
} // namespace ipclens
