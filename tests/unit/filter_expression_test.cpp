#include "core/traffic/filter_expression.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

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
    EXPECT_TRUE(matches("data.id == 0b1111101001"));
    EXPECT_TRUE(matches("1001 == data.id"));
    EXPECT_TRUE(matches("1000 < data.id && 1001 >= data.id"));
    EXPECT_TRUE(matches("sender.pid EQ 4321 AND data.id IN {1001}"));
}

TEST(FilterExpression, CalculatesWithNumbers)
{
    EXPECT_TRUE(matches("wparam & 1", registered())) << "is any of the bits set?";
    EXPECT_FALSE(matches("wparam & 4", registered()));
    EXPECT_TRUE(matches("!(wparam & 4)", registered()));
    EXPECT_TRUE(matches("wparam & 0x0f == 3", registered())) << "& binds stronger than ==";
    EXPECT_TRUE(matches("(wparam & 0x0f) == 3", registered()));
    EXPECT_TRUE(matches("wparam & 1 + 1 == 2", registered())) << "+ binds stronger than &";
    EXPECT_TRUE(matches("data.id + 1 == 1002"));
    EXPECT_TRUE(matches("data.id - 1 == 1000 && data.id-1==1000"));
    EXPECT_TRUE(matches("data.id * 2 + 1 == 2003"));
    EXPECT_TRUE(matches("(data.id + 1) * 2 == 2004"));
    EXPECT_TRUE(matches("2 * (data.id + 1) == 2004"));
    EXPECT_TRUE(matches("data.id / 2 == 500 && data.id % 2 == 1"));
    EXPECT_TRUE(matches("data.id / 2.0 == 500.5"));
    EXPECT_TRUE(matches("0 - data.id < 0 && 0 - data.id == -1001"));
    EXPECT_TRUE(matches("size > 2 * 8 && size == len(payload) + 0"));
    EXPECT_FALSE(matches("data.id / (size - size) >= 0")) << "divided by nothing there is no number";
    EXPECT_FALSE(matches("data.id % (size - size) >= 0"));
    EXPECT_TRUE(matches("data.id * 18446744073709551615 > 18446744073709551615")) << "as a double";
    EXPECT_TRUE(matches("data.id * -18446744073709551615 < 0"));
    EXPECT_TRUE(matches("i32(payload, 21) & 0x8000000000000000")) << "negative ones have their 64 bits";
    EXPECT_FALSE(matches("f32(payload) & 1 == 0")) << "and fractions have none";
    EXPECT_TRUE(matches("loword(wparam) == 99 && hiword(lparam) == 0x1234", [] {
        auto message = registered();
        message.lParam = 0x12345678;
        return message;
    }()));
    EXPECT_TRUE(matches("string(data.id) matches \"1$\" && string(i8(payload, 24)) == \"-1\""));
    EXPECT_TRUE(matches("hex(sender.pid) == \"0x10e1\" && hex(sender.window) contains \"46\""));
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
    EXPECT_FALSE(matches("wparam + 1 > 0"));
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
    EXPECT_TRUE(matches("data.id == 1 ^^ size > 3"));
    EXPECT_FALSE(matches("data.id == 1001 xor size > 3"));
    EXPECT_TRUE(matches("size > 3 XOR size > 4 XOR size > 5")) << "an odd number of them";
    EXPECT_TRUE(matches("size > 300 || size > 3 ^^ size > 300 && size > 3")) << "between || and &&";
    EXPECT_TRUE(matches("NOT size > 300 AND TRUE == answered OR data.id == 1001"));
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
    EXPECT_TRUE(matches("sender.exe matches \"^demo\" && sender.exe ~ \"EXE$\"")) << "in any case";
    EXPECT_FALSE(matches("sender.exe matches \"(?-i)demo\""));
    EXPECT_TRUE(matches(R"(sender.exe matches "^De.*\.exe$")"));
    EXPECT_TRUE(
        matches(R"(sender.exe matches "o\.exe" && sender.exe matches "o\\.exe" && sender.exe matches r"o\.exe")"));
    EXPECT_FALSE(matches(R"(sender.exe matches "Dem\.")"));
    EXPECT_TRUE(
        matches(R"(sender.exe matches "\bdemo\b" && sender.exe matches "\x44\w+" && sender.exe matches "\u0044emo")"));
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
    EXPECT_TRUE(matches("payload[0] == 0x1 && payload[7] == 0x80"));
    EXPECT_TRUE(matches("payload[8] == 54")) << "beside bytes digits are hex: a T";
    EXPECT_TRUE(matches("payload[0:4] == 01000000"));
    EXPECT_TRUE(matches("payload contains 5468 && payload contains ff && payload contains 54:68:65"));
    EXPECT_TRUE(matches("payload[0x8:0x3] == \"The\""));
    EXPECT_TRUE(matches("payload[0] in {00..0f, ff}"));
    EXPECT_TRUE(matches("payload[0] in {02 01} && payload[8] in {'T'}"));
    EXPECT_FALSE(matches("payload[8] in {00..0f, ff}"));
    EXPECT_TRUE(matches("payload[1-3] == 00:00:00"));
    EXPECT_TRUE(matches("payload[:2] == 01:00"));
    EXPECT_TRUE(matches("payload[-1] == ff"));
    EXPECT_TRUE(matches("payload[-4:2] == ff:ff"));
    EXPECT_TRUE(matches("payload[8:3] == \"The\""));
    EXPECT_TRUE(matches("payload > 00:ff"));
    EXPECT_TRUE(matches("payload matches \"Q[a-z]{4}\""));
    EXPECT_TRUE(matches("lower(payload[8:9])[4:] == \"quick\""));
    EXPECT_TRUE(matches("upper(sender.exe)[0:4] == \"DEMO\""));
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
    EXPECT_TRUE(matches("i8(payload, -1) == -1 && u32(payload, -4) == 0xffffffff")) << "from the end";
    EXPECT_FALSE(matches("u32(payload, -3) > 0"));
    EXPECT_FALSE(matches("u8(payload, -26) >= 0"));
    EXPECT_TRUE(matches("u8(payload, u8(payload) + 7) == 0x54")) << "where another number says";
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
    EXPECT_TRUE(matches("payload matches \"^GR.n$\"", message));
    EXPECT_TRUE(matches("payload matches u\"gr\xC3\xBC\" && !(payload matches u\"x\")", message));
    EXPECT_TRUE(matches("\"Gr\xC3\xBCn\"", message));

    message.payload = toBytes("Gr\xFCn");
    EXPECT_TRUE(matches("payload contains \"r\xC3\xBC\"", message)) << "ANSI";
    EXPECT_TRUE(matches("payload == \"Gr\xC3\xBCn\" && payload[1:2] == \"r\xC3\xBC\"", message));
    EXPECT_FALSE(matches("payload != \"Gr\xC3\xBCn\" || payload contains u\"r\"", message));
    EXPECT_TRUE(matches("payload matches \"^gr\xC3\x9Cn$\"", message));
    EXPECT_TRUE(matches("\"Gr\xC3\xBCn\"", message));

    message.payload = toBytes("C:\\temp\\x");
    EXPECT_TRUE(matches(R"(payload contains r"C:\temp" && payload contains "C:\\temp")", message));
    EXPECT_TRUE(matches(R"(payload matches "C:\\\\t" && payload matches r"^c:\\temp")", message));
}

TEST(FilterExpression, WhatAPayloadLeadsTo)
{
    auto message = copied();
    EXPECT_FALSE(matches("section.name", message));
    message.references = {{.section = "Local\\First", .bytes = toBytes("abcd")},
                          {.section = "Second", .bytes = toBytes("xyz")},
                          {.kind = ReferenceKind::Pointer,
                           .process = {.pid = 77},
                           .address = 0x1000,
                           .bytes = toBytes(std::string_view("\7\0\0\0", 4))}};
    EXPECT_TRUE(matches("section.name == \"Second\" && section.name contains \"First\"", message)) << "any of them";
    EXPECT_TRUE(matches("section.name != \"Second\"", message)) << "any other";
    EXPECT_FALSE(matches("section.name == \"Third\"", message));
    EXPECT_FALSE(matches("section.name == \"Second\" && section.bytes == \"none\"", message));
    EXPECT_TRUE(matches("section.bytes[1:2] == \"yz\" && section.bytes matches \"^AB\"", message));
    EXPECT_TRUE(matches("pointer.pid == 77 && pointer.address in {0x1000..0x1fff}", message));
    EXPECT_TRUE(matches("u32(pointer.bytes) == 7 && pointer.bytes[0] == 07", message));
    message.references.back().failure = Error{};
    EXPECT_FALSE(matches("pointer.bytes", message)) << "could not be read";
    EXPECT_TRUE(matches("pointer.address", message));
}

TEST(FilterExpression, TimesSinceOtherMessages)
{
    MessageClock clock;
    std::vector<Message> messages(3, copied());
    messages[1].time += 500'000'000;
    messages[2].time += 2'000'000'000;
    std::vector<MessageView> views(messages.begin(), messages.end());
    for (auto &view : views)
        clock.place(view);
    const auto passes = [](std::string_view text, const MessageView &view) {
        return FilterExpression::parse(text)->matches(view);
    };
    EXPECT_TRUE(passes("time.relative == 0 && !time.delta", views[0]));
    EXPECT_TRUE(passes("time.relative == 0.5 && time.delta == 0.5", views[1]));
    EXPECT_TRUE(passes("time.relative == 2 && time.delta > 1.4999", views[2]));
    EXPECT_FALSE(passes("time.relative >= 0", MessageView(messages[1]))) << "not known of one alone";
}

TEST(FilterExpression, ALiteralAloneIsFoundAnywhere)
{
    EXPECT_TRUE(matches("\"demo\" && 4321"));
    EXPECT_TRUE(matches("\"quick fox\""));
    EXPECT_TRUE(matches("51:75"));
    EXPECT_FALSE(matches("\"nowhere\""));
    auto message = copied();
    message.payload = toBytes("until 12:30");
    EXPECT_TRUE(matches("12:30", message)) << "also as it was typed";
    EXPECT_TRUE(matches("(30)", message));
    EXPECT_FALSE(matches("12:31", message));
}

TEST(FilterExpression, ListsAndTruths)
{
    EXPECT_TRUE(matches("data.id in {1, 2, 1001}"));
    EXPECT_TRUE(matches("data.id in {1 2 1001}"));
    EXPECT_TRUE(matches("data.id in {1 .. 2 1000..1002}"));
    EXPECT_TRUE(matches("data.id in {1000..2000}"));
    EXPECT_FALSE(matches("data.id in {1002..2000, 5}"));
    EXPECT_TRUE(matches("sender.exe in {\"a.exe\", \"Demo.exe\"}"));
    EXPECT_FALSE(matches("truncated"));
    EXPECT_TRUE(matches("truncated == false && truncated == False && truncated == 0 && truncated != 1"));
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
        {"payload == 300", 11, "bytes are hex"},
        {"payload[0] == 100", 14, "u8(payload, 0) == 100"},
        {"payload[0] == -1", 14, "bytes are hex"},
        {"payload[0:2] == 0x1234", 16, "which of these bytes comes first"},
        {"payload[0:4] == 1", 16, "u32(payload, 0) == 1"},
        {"payload[0:4] != 01:02", 16, "payload[0:4] is 4 bytes, and this is 2 bytes"},
        {"payload[2-4] in {01:02:03, 04}", 27, "is 3 bytes, and this is 1 byte"},
        {"payload[-2:] == \"abc\"", 16, "is 2 bytes, and this is 3 bytes in UTF-8"},
        {"sender.exe[0:4] == \"Dem\"", 19, "is 4 bytes, and this is 3 bytes"},
        {"payload[0] & 1", 0, "u8(payload, 0)"},
        {"sender.exe + 1 == 2", 0, "signs are for numbers"},
        {"size + \"a\" == 2", 7, "signs are for numbers"},
        {"size + 1", 0, "compare it"},
        {"size == 1 / 0", 8, "no result"},
        {"data.id in {1-3}", 13, "10..20"},
        {"truncated == 2", 13, "true is 1"},
        {"size == 4d", 9, "0x2a"},
        {"size[0:1] == 1", 4, "is a number"},
        {"lower(size) == \"a\"", 6, "takes text or bytes"},
        {"hex(sender.exe) == \"a\"", 4, "takes a number"},
        {"sender.pid matches \"1\"", 0, "string()"},
        {"sender.exe matches u\"a\"", 19, "leave the u"},
        {"payload matches U\"a\"", 16, "leave the U"},
        {"payload matches size", 16, "in quotes"},
        {"payload[99999999999:1] == 1", 8, "so many bytes"},
        {"sender.exe == \"a", 14, "closing"},
        {"sender.exe matches \"(\"", 20, "without a )"},
        {"sender.exe matches \"\\\\.[z-a]\"", 24, "ends before"},
        {"sender.exe matches 'a\\u00e9)'", 27, "without a ("},
        {"sender.exe matches r\"a(?=b)\"", 23, "only (?:"},
        {"sender.exe matches \"a\\", 19, "closing"},
        {"data.id in {1, 2", 11, "no }"},
        {"data.id in 1", 11, "list"},
        {"u32(size) == 1", 4, "reads bytes"},
        {"u33(payload) == 1", 0, "no function"},
        {"u32(payload, x) == 1", 13, ""},
        {"99999999999999999999 == size", 0, "64 bits"},
        {"1 == 2", 0, "field or a function"},
        {"\"a\" contains sender.exe", 0, "field or a function"},
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
    std::string sums = std::string(50, '(') + "size";
    for (int i = 0; i < 50; ++i)
        sums += " + 0 + 0 + 0)";
    EXPECT_FALSE(FilterExpression::parse(sums + " > 1")) << "signs of all brackets count";
    EXPECT_FALSE(FilterExpression::parse("size > 1" + std::string(70'000, ' ')));
}

// Any text gives a filter or a problem inside the text, and any filter an answer.
TEST(FilterExpression, TakesAnyText)
{
    std::mt19937 random(1); // NOLINT: the same on every run
    constexpr std::string_view pieces[] = {
        "size",       "payload", "sender.exe", "u32(",  "lower(", "(",   ")",     "[",    "]",
        "{",          "}",       ",",          "..",    "==",     "!=",  "<",     ">=",   "contains",
        "matches",    "in",      "&&",         "||",    "!",      "not", "4d:79", "0x1f", "-1",
        "&",          "+",       "*",          "%",     "^^",     "xor", "r'\\'", "~",    "section.name",
        "time.delta", "1.5e3",   "\"a\\x",     "\"b\"", "u'c'",   ":",   "-",     "64K",  "true",
        "\xFF",       " ",       "\0"};
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

std::vector<std::string> completed(std::string_view text)
{
    std::vector<std::string> names;
    for (const auto &name : completeFilter(text, text.size()).names)
        names.emplace_back(name.name);
    return names;
}

TEST(FilterExpression, CompletesNames)
{
    using Names = std::vector<std::string>;
    EXPECT_EQ(completeFilter("size > 1 && sender.", 19).offset, 12u);
    EXPECT_EQ(completed("size > 1 && sender."), (Names{"sender.pid", "sender.exe", "sender.title", "sender.window"}));
    EXPECT_EQ(completed("u3"), Names{"u32("});
    EXPECT_EQ(completed("SENDER.P"), Names{"sender.pid"});
    EXPECT_EQ(completed("(sect"), (Names{"section.name", "section.bytes"}));
    EXPECT_TRUE(completed("").empty());
    EXPECT_TRUE(completed("size").empty()) << "it is whole";
}

TEST(FilterExpression, CompletesWhatFollowsAValue)
{
    using Names = std::vector<std::string>;
    EXPECT_EQ(completed("sender.exe con"), Names{"contains"});
    EXPECT_EQ(completed("sender.exe MA"), Names{"matches"});
    EXPECT_TRUE(completed("size con").empty()) << "numbers contain nothing";
    EXPECT_EQ(completed("size ").front(), "==");
    EXPECT_EQ(completed("truncated "), (Names{"&&", "||", "^^"}));
    EXPECT_EQ(completed("sender.exe == \"a\" "), (Names{"&&", "||", "^^"}));
    EXPECT_EQ(completed("payload[0:4] i"), Names{"in"});
    EXPECT_TRUE(completed("sender.exe").empty());
    EXPECT_TRUE(completed("size == ").empty()) << "a value is up to the user";
}

TEST(FilterExpression, NothingIsCompletedInsideOfAText)
{
    EXPECT_TRUE(completed("sender.exe == \"si").empty());
    EXPECT_TRUE(completed("sender.exe == 'si").empty());
    EXPECT_TRUE(completed("sender.exe == \"a\\\" si").empty()) << "the quote does not close it";
    EXPECT_TRUE(completed("sender.exe == 'say \"' && 'si").empty());
    EXPECT_EQ(completed("sender.exe == 'say \"' && siz"), std::vector<std::string>{"size"});
    EXPECT_EQ(completed("sender.exe == \"can't\" && siz"), std::vector<std::string>{"size"});
}

TEST(FilterExpression, TheReferenceNamesAllThereIs)
{
    std::set<std::string_view> names;
    for (const auto &[name, meaning, sort] : filterReference()) {
        EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
        EXPECT_FALSE(meaning.empty()) << name;
        EXPECT_EQ(meaning.find('\n'), meaning.npos);
        if (sort == FilterName::Sort::Field) {
            EXPECT_TRUE(FilterExpression::parse(name)) << name;
        }
    }
    for (const auto name : {"payload", "u32(", "matches", "^^", "%", "time.delta"})
        EXPECT_TRUE(names.contains(name)) << name;
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
