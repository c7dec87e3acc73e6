#include "core/text/address_expression.h"
#include "core/text/number.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace ipclens {
namespace {

// Names and memory made of values.
AddressResolver resolver()
{
    static const std::map<std::string, Address> names{{"demo.exe", 0x140000000},
                                                      {"ipclens-demo.exe", 0x150000000},
                                                      {"kernel32", 0x7ff60000},
                                                      {"my module.dll", 0x5000},
                                                      {"cafe.exe", 0x9000}};
    static const std::map<Address, std::uint64_t> memory{
        {0x1000, 0x2000}, {0x2008, 0x3000}, {0x140000010, 0xffff'ffff'0000'4000}};
    const auto find = [](const auto &map, const auto &key) -> Result<std::uint64_t> {
        const auto found = map.find(key);
        if (found == map.end())
            return Failure(Error{.kind = ErrorKind::Missing, .meaning = "there is none"});
        return found->second;
    };
    AddressResolver resolver{.here = 0x100};
    resolver.name = [=](const std::string &name) { return find(names, name); };
    resolver.exported = [](const std::string &module, const std::string &name) -> Result<Address> {
        return module == "demo.dll" && name == "PeerBytes"
                   ? Result<Address>(0x6000)
                   : Failure(Error{.kind = ErrorKind::Missing, .meaning = "no export"});
    };
    resolver.section = [](const std::string &module, const std::string &name) -> Result<Address> {
        return module == "demo.dll" ? Result<Address>(name == ".MYSEC" ? 0x7000 : name == "/4" ? 0x8000 : 1)
                                    : Failure(Error{.kind = ErrorKind::Missing, .meaning = "no section"});
    };
    resolver.pointer = [=](Address address, std::uint32_t size) -> Result<std::uint64_t> {
        auto value = find(memory, address);
        if (value && size < 8)
            *value &= (std::uint64_t{1} << 8 * size) - 1;
        return value;
    };
    return resolver;
}

Result<AddressValue> evaluate(std::string_view text)
{
    const auto expression = parseAddressExpression(text);
    if (!expression)
        return Failure(toError(expression.error(), "parse", text));
    return evaluateAddress(*expression, resolver());
}

Address valueOf(std::string_view text)
{
    const auto value = evaluate(text);
    EXPECT_TRUE(value) << text << ": " << toText(value.error());
    return value ? value->address : 0xdead;
}

TEST(AddressExpression, Calculates)
{
    EXPECT_EQ(valueOf("10"), 0x10u);
    EXPECT_EQ(valueOf(" 0x10 + 0n10 "), 26u);
    EXPECT_EQ(valueOf("2+3*4"), 14u);
    EXPECT_EQ(valueOf("(2+3)*4"), 20u);
    EXPECT_EQ(valueOf("20-8-8"), 0x10u) << "from left to right";
    EXPECT_EQ(valueOf("20-(8-8)"), 0x20u);
    EXPECT_EQ(valueOf("7ff6`1000'0000+1_0"), 0x7ff6'1000'0010u);
    EXPECT_EQ(valueOf("ffffffffffffffff"), ~std::uint64_t{0});
}

TEST(AddressExpression, CountsFromHere)
{
    EXPECT_EQ(valueOf("+10"), 0x110u);
    EXPECT_EQ(valueOf("-8*4"), 0xe0u);
    EXPECT_EQ(valueOf("-10+20"), 0x110u);
    EXPECT_EQ(evaluate("-101").error().kind, ErrorKind::OutOfRange);
}

TEST(AddressExpression, FindsNames)
{
    EXPECT_EQ(valueOf("demo.exe+0x10"), 0x140000010u);
    EXPECT_EQ(valueOf("kernel32"), 0x7ff60000u);
    EXPECT_EQ(valueOf("\"my module.dll\"+1"), 0x5001u);
    EXPECT_EQ(valueOf("ipclens-demo.exe+10"), 0x150000010u) << "the dash is in the name";
    EXPECT_EQ(valueOf("ipclens-demo.exe-10"), 0x14ffffff0u) << "the second one is not";
    EXPECT_EQ(evaluate("ld-linux-x86-64.so.2+10").error().object,
              "\"ld-linux-x86-64.so.2\" in \"ld-linux-x86-64.so.2+10\"");
    EXPECT_EQ(valueOf("demo.exe-kernel32"), 0x140000000u - 0x7ff60000u);
    EXPECT_EQ(valueOf("demo.dll!PeerBytes+4"), 0x6004u);
    EXPECT_EQ(valueOf("demo.dll/.MYSEC"), 0x7000u);
    EXPECT_EQ(valueOf("demo.dll/\".MYSEC\""), 0x7000u);
    EXPECT_EQ(valueOf("demo.dll//4"), 0x8000u);
    EXPECT_EQ(valueOf("cafe"), 0xcafeu) << "hex digits alone are a number";
    EXPECT_EQ(valueOf("cafe.exe"), 0x9000u);
    EXPECT_EQ(evaluate("\"cafe\"").error().kind, ErrorKind::Missing) << "in quotes it is a name";
}

TEST(AddressExpression, FollowsPointers)
{
    EXPECT_EQ(valueOf("[1000]"), 0x2000u);
    EXPECT_EQ(valueOf("[[0x1000]+8]+4"), 0x3004u);
    EXPECT_EQ(valueOf("[demo.exe+10]"), 0xffff'ffff'0000'4000u);
    EXPECT_EQ(valueOf("u32[demo.exe+10]"), 0x4000u);
    EXPECT_EQ(valueOf("u8[1000]"), 0u);
    const auto value = evaluate("[[0x1000]+8]+4").value();
    EXPECT_EQ(value.steps, (std::vector<std::string>{"[0x1000] = 0x2000", "[0x2008] = 0x3000"}));
    EXPECT_EQ(evaluate("u32[demo.exe+10]").value().steps,
              (std::vector<std::string>{"demo.exe = 0x140000000", "u32[0x140000010] = 0x4000"}));
}

TEST(AddressExpression, NamesThePartThatFails)
{
    const auto error = evaluate("[[0x1000]+9]+4").error();
    EXPECT_EQ(error.kind, ErrorKind::Missing);
    EXPECT_NE(toText(error).find("[[0x1000]+9]"), std::string::npos) << toText(error);
    EXPECT_NE(toText(evaluate("10+nowhere.dll").error()).find("\"nowhere.dll\" in"), std::string::npos);
    for (const auto *const text : {"ffffffffffffffff+1", "1-2", "100000000*100000000", "[1000]-2001"})
        EXPECT_EQ(evaluate(text).error().kind, ErrorKind::OutOfRange) << text;
}

TEST(AddressExpression, SaysWhereItCannotBeRead)
{
    struct Case {
        std::string text;
        std::size_t offset, length;
    };
    const Case cases[] = {{"", 0, 0},
                          {"   ", 0, 3},
                          {"10+", 3, 0},
                          {"10 20", 3, 1},
                          {"12g", 2, 1},
                          {"0xg", 2, 1},
                          {"0n1f", 3, 1},
                          {"0n", 2, 0},
                          {"(10", 0, 1},
                          {"10)", 2, 1},
                          {"[10", 0, 1},
                          {"[10)", 3, 1},
                          {"u33[10]", 0, 3},
                          {"\"abc", 0, 1},
                          {"\"\"", 0, 2},
                          {"demo.dll!", 9, 0},
                          {"10+*2", 3, 1},
                          {"10++2", 3, 1},
                          {"1*\xc3\xa4\xff", 4, 1},
                          {"10%2", 2, 1},
                          {"12345678901234567", 0, 17}};
    for (const Case &one : cases) {
        const auto parsed = parseAddressExpression(one.text);
        ASSERT_FALSE(parsed) << one.text;
        EXPECT_EQ(parsed.error().offset, one.offset) << one.text << ": " << parsed.error().meaning;
        EXPECT_EQ(parsed.error().length, one.length) << one.text << ": " << parsed.error().meaning;
        EXPECT_FALSE(parsed.error().meaning.empty());
    }
}

TEST(AddressExpression, IsBounded)
{
    EXPECT_TRUE(parseAddressExpression(std::string(64, '[') + '1' + std::string(64, ']')));
    EXPECT_FALSE(parseAddressExpression(std::string(65, '[') + '1' + std::string(65, ']')));
    EXPECT_FALSE(parseAddressExpression(std::string(4000, '(')));
    EXPECT_FALSE(parseAddressExpression(std::string(100'000, '1')));
    std::string sum = "1";
    while (sum.size() < 4000)
        sum += "+1";
    EXPECT_EQ(valueOf(sum), (sum.size() + 1) / 2);
    std::string brackets = "1"; // one behind the other, not within each other
    for (int i = 0; i < 100; ++i)
        brackets += "+(1)";
    EXPECT_EQ(valueOf(brackets), 101u);
}

// What could be typed until now means the same.
TEST(AddressExpression, AgreesWithPlainAddresses)
{
    for (const auto *const text : {"1f", "0x1F", "7ff6`1000+0x20", "100-1+f", " 10 + 20 ", "0", "dead_beef"})
        EXPECT_EQ(valueOf(text), parseAddress(text).value()) << text;
}

TEST(AddressExpression, SurvivesAnything)
{
    std::mt19937 random(1);
    constexpr std::string_view pieces[] = {"[",
                                           "]",
                                           "(",
                                           ")",
                                           "+",
                                           "-",
                                           "*",
                                           "!",
                                           "/",
                                           "\"",
                                           "u32",
                                           "0x",
                                           "0n",
                                           "demo.exe",
                                           "a-b.dll",
                                           "1000",
                                           " ",
                                           "'",
                                           "`",
                                           "\xc3\xa4",
                                           "\xff",
                                           "\0",
                                           "ffffffffffffffff",
                                           "g",
                                           "."};
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto count = random() % 12; count > 0; --count)
            text += random() % 8 == 0 ? std::string(1, static_cast<char>(random()))
                                      : std::string(pieces[random() % std::size(pieces)]);
        const auto parsed = parseAddressExpression(text);
        if (parsed) {
            static_cast<void>(evaluateAddress(*parsed, resolver()));
            for (const auto &node : parsed->nodes)
                ASSERT_LE(node.offset + node.length, text.size()) << text;
        } else {
            ASSERT_LE(parsed.error().offset + parsed.error().length, text.size()) << text;
        }
        const std::vector<std::string> names{"demo.exe", "a-b.dll", text};
        const auto found = completeAddress(text, random() % (text.size() + 2), names);
        ASSERT_LE(found.offset + found.length, text.size()) << text;
    }
}

TEST(AddressExpression, CompletesNames)
{
    const std::vector<std::string> names{"kernel32.dll",  "demo.exe", "ipclens-demo.exe",
                                         "my module.dll", "cafe",     "demo.dll/.MYSEC"};
    const auto complete = [&](std::string_view text) { return completeAddress(text, text.size(), names); };
    EXPECT_EQ(complete("DEM").texts, (std::vector<std::string>{"demo.exe", "demo.dll/.MYSEC", "ipclens-demo.exe"}));
    const auto inside = completeAddress("[ker]+8", 4, names);
    EXPECT_EQ(inside.texts, std::vector<std::string>{"kernel32.dll"});
    EXPECT_EQ(inside.offset, 1u);
    EXPECT_EQ(inside.length, 3u);
    EXPECT_EQ(complete("10-ker").offset, 3u) << "the dash is a minus when no name has it";
    EXPECT_EQ(complete("ipclens-d").offset, 0u);
    EXPECT_EQ(complete("\"my m").texts, std::vector<std::string>{"\"my module.dll\""});
    EXPECT_EQ(complete("my").texts, (std::vector<std::string>{"\"my module.dll\"", "demo.dll/.MYSEC"}))
        << "with quotes where they are needed";
    EXPECT_EQ(complete("caf").texts, std::vector<std::string>{"\"cafe\""}) << "without them it would be a number";
    EXPECT_EQ(complete("demo.dll/").texts, std::vector<std::string>{"demo.dll/.MYSEC"});
    EXPECT_TRUE(complete("").texts.empty());
    EXPECT_TRUE(complete("zzz").texts.empty());
    for (const std::string &name : names)
        EXPECT_TRUE(parseAddressExpression(quotedName(name))) << quotedName(name);
}

} // namespace
} // namespace ipclens
