#include "core/traffic/filter_expression.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

Message copied()
{
    Message message;
    message.sequence = 17;
    message.time = 1'000'000'000;
    message.sender.pid = 4321;
    message.senderName = "Demo.exe";
    message.senderWindow = 0x10046;
    message.id = 1001;
    message.payload = toBytes(std::string_view("\x01\0\0\0\x07\0\0\x80" "The Quick Fox\xFF\xFF\xFF\xFF", 25));
    message.size = message.payload.size();
    return message;
}

Message registered()
{
    Message message;
    message.kind = MessageKind::Registered;
    message.name = "Mapped";
    message.id = 0xC001;
    message.wParam = 99;
    return message;
}

bool matches(std::string_view text, const Message &message = copied())
{
    const auto filter = FilterExpression::parse(text);
    EXPECT_TRUE(filter) << text << ": " << filter.error().meaning << " at " << filter.error().offset;
    return filter && filter->matches(message);
}

TEST(FilterExpression, ComparesNumbers)
{
    EXPECT_TRUE(matches("sender.pid == 4321"));
    EXPECT_TRUE(matches("sender.pid==0x10E1"));
    EXPECT_TRUE(matches("sender.pid eq 4321"));
    EXPECT_FALSE(matches("sender.pid != 4321"));
    EXPECT_TRUE(matches("data.id > 1000"));
    EXPECT_FALSE(matches("data.id > 1001"));
    EXPECT_TRUE(matches("data.id >= 1001"));
    EXPECT_TRUE(matches("data.id < 1K"));
    EXPECT_TRUE(matches("data.id <= 1001.0"));
    EXPECT_TRUE(matches("data.id > -1"));
    EXPECT_TRUE(matches("data.id < 18446744073709551615"));
}

TEST(FilterExpression, WhatAMessageDoesNotHaveIsNeverTrue)
{
    EXPECT_FALSE(matches("message.name == \"Mapped\""));
    EXPECT_FALSE(matches("message.name != \"Mapped\""));
    EXPECT_TRUE(matches("!(message.name == \"Mapped\")"));
    EXPECT_FALSE(matches("data.id", registered()));
    EXPECT_TRUE(matches("data.id"));
    EXPECT_FALSE(matches("sender.pid", registered()));
    EXPECT_FALSE(matches("size < 1", registered()));
    EXPECT_FALSE(matches("payload[100] != 00"));
}

TEST(FilterExpression, JoinsTests)
{
    EXPECT_TRUE(matches("data.id == 1001 && size > 3"));
    EXPECT_FALSE(matches("data.id == 1001 and size > 300"));
    EXPECT_TRUE(matches("data.id == 1 || size > 3"));
    EXPECT_TRUE(matches("data.id == 1 or not size > 300"));
    EXPECT_TRUE(matches("size > 3 || size > 300 && data.id == 1")) << "&& binds stronger";
    EXPECT_FALSE(matches("(size > 3 || size > 300) && data.id == 1"));
    EXPECT_TRUE(matches("!!(size > 3)"));
}

TEST(FilterExpression, ComparesText)
{
    EXPECT_TRUE(matches("sender.exe == \"Demo.exe\""));
    EXPECT_FALSE(matches("sender.exe == \"demo.exe\""));
    EXPECT_TRUE(matches("lower(sender.exe) == 'demo.exe'"));
    EXPECT_TRUE(matches("upper(sender.exe) contains \"EMO\""));
    EXPECT_TRUE(matches("sender.exe[0:4] == \"Demo\""));
    EXPECT_TRUE(matches("sender.exe[-4:] == \".exe\""));
    EXPECT_TRUE(matches("len(sender.exe) == 8"));
    EXPECT_TRUE(matches("message.name matches \"M.p+ed\"", registered()));
    EXPECT_TRUE(matches("kind == \"registered\" && wparam == 99", registered()));
    EXPECT_TRUE(matches("message.id in {0xC000..0xFFFF}", registered()));
}

TEST(FilterExpression, LooksIntoPayloads)
{
    EXPECT_TRUE(matches("payload contains 51:75:69"));
    EXPECT_TRUE(matches("payload contains \"Quick\""));
    EXPECT_FALSE(matches("payload contains \"quick\""));
    EXPECT_TRUE(matches("lower(payload) contains \"quick\""));
    EXPECT_TRUE(matches("payload[0:4] == 01:00:00:00"));
    EXPECT_TRUE(matches("payload[0] == 01"));
    EXPECT_TRUE(matches("payload[0] == 1"));
    EXPECT_TRUE(matches("payload[1-3] == 00:00:00"));
    EXPECT_TRUE(matches("payload[:2] == 01:00"));
    EXPECT_TRUE(matches("payload[-1] == ff"));
    EXPECT_TRUE(matches("payload[-4:2] == ff:ff"));
    EXPECT_TRUE(matches("payload[8:3] == \"The\""));
    EXPECT_TRUE(matches("payload > 00:ff"));
    EXPECT_TRUE(matches("payload matches \"Q[a-z]{4}\""));
    EXPECT_TRUE(matches("len(payload) == size"));
}

TEST(FilterExpression, ReadsNumbersInPayloads)
{
    EXPECT_TRUE(matches("u32(payload) == 1"));
    EXPECT_TRUE(matches("u32(payload, 0, big) == 0x01000000"));
    EXPECT_TRUE(matches("u32(payload, 4) > 7"));
    EXPECT_TRUE(matches("i32(payload, 4) < 0"));
    EXPECT_TRUE(matches("i32(payload, 21) == -1"));
    EXPECT_TRUE(matches("i8(payload, 24) in {-3..-1}"));
    EXPECT_TRUE(matches("u64(payload) == 0x8000000700000001"));
    EXPECT_TRUE(matches("i64(payload) < -1000"));
    EXPECT_FALSE(matches("u32(payload, 22) >= 0")) << "reaches behind the end";
    EXPECT_FALSE(matches("f32(payload, 21) == f32(payload, 21)")) << "not a number is equal to nothing";
    Message message;
    message.payload = toBytes(std::string_view("\0\0\xC0\x3F", 4));
    EXPECT_TRUE(matches("f32(payload, 0) == 1.5", message));
    EXPECT_TRUE(matches("f32(payload, 0) > 1", message));
}

TEST(FilterExpression, FindsTextInAnyEncoding)
{
    Message message;
    message.payload = toBytes(std::string_view("G\0r\0\xFC\0n\0", 8));
    EXPECT_TRUE(matches("payload contains \"Gr\xC3\xBCn\"", message));
    EXPECT_TRUE(matches("payload contains u\"Gr\"", message));
    EXPECT_FALSE(matches("payload contains U\"Gr\"", message));
    EXPECT_TRUE(matches("payload == \"Gr\xC3\xBCn\"", message));
    EXPECT_FALSE(matches("payload != \"Gr\xC3\xBCn\"", message));
}

TEST(FilterExpression, ALiteralAloneIsFoundAnywhere)
{
    EXPECT_TRUE(matches("\"demo\" && 4321"));
    EXPECT_TRUE(matches("\"quick fox\""));
    EXPECT_TRUE(matches("51:75"));
    EXPECT_FALSE(matches("\"nowhere\""));
}

TEST(FilterExpression, ListsAndTruths)
{
    EXPECT_TRUE(matches("data.id in {1, 2, 1001}"));
    EXPECT_TRUE(matches("data.id in {1000..2000}"));
    EXPECT_FALSE(matches("data.id in {1002..2000, 5}"));
    EXPECT_TRUE(matches("sender.exe in {\"a.exe\", \"Demo.exe\"}"));
    EXPECT_FALSE(matches("truncated"));
    EXPECT_TRUE(matches("truncated == false"));
    auto cut = copied();
    cut.size = 4000;
    EXPECT_TRUE(matches("truncated && size == 4000 && len(payload) == 25", cut));
}

TEST(FilterExpression, ComparesTimes)
{
    auto message = copied();
    std::tm day{.tm_sec = 25,
                .tm_min = 47,
                .tm_hour = 13,
                .tm_mday = 23,
                .tm_mon = 10,
                .tm_year = 126,
                .tm_wday = 0,
                .tm_yday = 0,
                .tm_isdst = -1};
    message.time = static_cast<std::int64_t>(std::mktime(&day)) * 1'000'000'000 + 500'000'000;
    EXPECT_TRUE(matches("time >= \"2026-11-23 13:47:25\"", message));
    EXPECT_TRUE(matches("time == \"2026-11-23 13:47:25.5\"", message));
    EXPECT_TRUE(matches("time < \"2026-11-23T13:48\"", message));
    EXPECT_FALSE(matches("time > \"2026-11-23 13:47:25.500000001\"", message));
}

struct Mistake {
    std::string_view text;
    std::size_t offset;
    std::string_view meaning; // part of it
};

TEST(FilterExpression, SaysWhereAMistakeIs)
{
    constexpr Mistake mistakes[] = {
        {"", 0, "expected"},
        {"sender.pd == 1", 0, "no field"},
        {"pid == 1", 0, "did you mean sender.pid"},
        {"size = 1", 5, "written =="},
        {"size == ", 8, "expected"},
        {"size == \"a\"", 8, "text, but a number"},
        {"size contains 1", 0, "only text and bytes"},
        {"(size > 1", 0, "no )"},
        {"size > 1)", 8, "expected before"},
        {"size > 1 data.id", 9, "&& or ||"},
        {"payload[0:0] == 1", 7, "at least one"},
        {"payload[3-1] == 1", 7, "ends before"},
        {"payload[0 == 1", 7, "no ]"},
        {"size[0] == 1", 4, "only bytes and text"},
        {"payload == 4d:", 14, "two hex digits"},
        {"payload == 300", 11, "bytes are written"},
        {"sender.exe == \"a", 14, "closing"},
        {"sender.exe matches \"(\"", 19, ""},
        {"data.id in {1, 2", 11, "no }"},
        {"data.id in 1", 11, "list"},
        {"u32(size) == 1", 4, "reads bytes"},
        {"u33(payload) == 1", 0, "no function"},
        {"u32(payload, x) == 1", 13, ""},
        {"99999999999999999999 == size", 0, "64 bits"},
        {"1 == size", 0, "field or a function"},
        {"time > \"yesterday\"", 7, "a time is written"},
        {"time > \"2026-02-30 13:47\"", 7, "a time is written"},
        {"time <= \"6026-11-23 13:47:25\"", 8, "a time is written"},
        {"time > \"1492-08-03 13:47:25\"", 7, "a time is written"},
        {"size > 12abc", 9, "does not belong"},
        {"true", 0, "compared with a field"},
    };
    for (const auto &[text, offset, meaning] : mistakes) {
        const auto parsed = FilterExpression::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().offset, offset) << text << ": " << parsed.error().meaning;
        EXPECT_NE(parsed.error().meaning.find(meaning), std::string::npos) << text << ": " << parsed.error().meaning;
        EXPECT_LE(parsed.error().offset + parsed.error().length, text.size()) << text;
    }
}

TEST(FilterExpression, EndlessNestingIsRefused)
{
    EXPECT_FALSE(FilterExpression::parse(std::string(100'000, '(')));
    EXPECT_FALSE(FilterExpression::parse(std::string(60'000, '!') + "size"));
    std::string calls = "size > ";
    for (int i = 0; i < 9000; ++i)
        calls += "lower(";
    EXPECT_FALSE(FilterExpression::parse(calls));
    EXPECT_FALSE(FilterExpression::parse("size > 1" + std::string(70'000, ' ')));
}

// Any text gives a filter or a problem inside the text, and any filter an answer.
TEST(FilterExpression, TakesAnyText)
{
    std::mt19937 random(1); // NOLINT: the same on every run
    constexpr std::string_view pieces[] = {"size",  "payload",  "sender.exe", "u32(",  "lower(", "(",     ")",    "[",
                                           "]",     "{",        "}",          ",",     "..",     "==",    "!=",   "<",
                                           ">=",    "contains", "matches",    "in",    "&&",     "||",    "!",    "not",
                                           "4d:79", "0x1f",     "-1",         "1.5e3", "\"a\\x", "\"b\"", "u'c'", ":",
                                           "-",     "64K",      "true",       "\xFF",  " ",      "\0"};
    const auto message = copied();
    std::size_t good = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto count = random() % 9; count-- > 0;)
            text += std::string(pieces[random() % std::size(pieces)]) + (random() % 2 ? " " : "");
        const auto parsed = FilterExpression::parse(text);
        if (parsed) {
            ++good;
            static_cast<void>(parsed->matches(message));
        } else {
            ASSERT_LE(parsed.error().offset + parsed.error().length, text.size()) << text;
            ASSERT_FALSE(parsed.error().meaning.empty()) << text;
        }
    }
    EXPECT_GT(good, 100u);
}

TEST(FilterExpression, CompletesNames)
{
    const auto fields = completeFilter("size > 1 && sender.", 19);
    EXPECT_EQ(fields.offset, 12u);
    EXPECT_EQ(fields.names, (std::vector<std::string_view>{"sender.pid", "sender.exe", "sender.title", "sender.window"}));
    EXPECT_EQ(completeFilter("u3", 2).names, std::vector<std::string_view>{"u32("});
    EXPECT_TRUE(completeFilter("", 0).names.empty());
    EXPECT_TRUE(completeFilter("sender.exe == \"si", 17).names.empty()) << "inside of a text";
}

TEST(FilterExpression, QuotesWhatIsPutIntoAFilter)
{
    for (const std::string_view text : {"Demo.exe", "a \"b\" \\ c", "\x01\n", "Gr\xC3\xBCn", "\xFF"}) {
        auto message = copied();
        message.senderName = text;
        EXPECT_TRUE(matches("sender.exe == " + quotedLiteral(text), message)) << quotedLiteral(text);
    }
}

} // namespace
} // namespace ipclens
