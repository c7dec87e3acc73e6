#include "core/text/text_regex.h"

#include <gmock/gmock.h>

#include <random>
#include <regex>

namespace ipclens {
namespace {

using namespace std::string_view_literals;
using Of = TextRegex::Of;

bool matches(std::string_view expression, std::string_view bytes, Of of = Of::Text)
{
    const auto regex = TextRegex::parse(expression, of);
    EXPECT_TRUE(regex) << expression << ": " << regex.error().meaning << " at " << regex.error().offset;
    return regex && regex->isIn(std::as_bytes(std::span(bytes)));
}

bool inPayload(std::string_view expression, std::string_view bytes)
{
    return matches(expression, bytes, Of::Payload);
}

TEST(TextRegex, LooksAnywhereInAnyCase)
{
    EXPECT_TRUE(matches("demo", "The Demo.exe"));
    EXPECT_TRUE(matches("D[E-M]+O", "demo"));
    EXPECT_FALSE(matches("(?-i)demo", "Demo"));
    EXPECT_TRUE(matches("(?-i)D(?i)EMO", "Demo"));
    EXPECT_FALSE(matches("(?-i)D(?i)EMO", "demo"));
    EXPECT_TRUE(matches("a(?-i:b)C", "Abc"));
    EXPECT_FALSE(matches("a(?-i:b)C", "ABc"));
    EXPECT_TRUE(matches("(?-i)(a(?i)b)|C", "aB")) << "to the end of the group";
    EXPECT_FALSE(matches("(?-i)(a(?i)b)|C", "c"));
    EXPECT_TRUE(matches("x*", ""));
    EXPECT_TRUE(matches("x*", "abc"));
}

TEST(TextRegex, EndsAndLines)
{
    EXPECT_TRUE(matches("^demo", "demo.exe"));
    EXPECT_FALSE(matches("^demo", "a demo"));
    EXPECT_TRUE(matches("exe$", "demo.exe"));
    EXPECT_TRUE(matches("exe$", "demo.exe\n"));
    EXPECT_FALSE(matches("exe$", "demo.exe\n\n"));
    EXPECT_FALSE(matches("exe\\z", "demo.exe\n"));
    EXPECT_TRUE(matches("exe\\Z", "demo.exe\n"));
    EXPECT_FALSE(matches("exe$", "exe.demo"));
    EXPECT_TRUE(matches("^$", ""));
    EXPECT_FALSE(matches("^$", "x"));
    EXPECT_FALSE(matches("^b", "a\nb"));
    EXPECT_TRUE(matches("(?m)^b$", "a\nb\nc"));
    EXPECT_FALSE(matches("(?m)\\Ab", "a\nb"));
    EXPECT_FALSE(matches("a.b", "a\nb")) << "as Perl and Wireshark have it";
    EXPECT_TRUE(matches("(?s)a.b", "a\nb"));
    EXPECT_TRUE(matches("^De.*\\.exe$", "Demo.exe"));
    EXPECT_TRUE(matches("^(a|b)*$", "abba"));
    EXPECT_FALSE(matches("a^", "aa"));
    EXPECT_TRUE(matches("(^a|b)c", "xbc"));
    EXPECT_FALSE(matches("(^a|b)c", "xac"));
}

TEST(TextRegex, Words)
{
    EXPECT_TRUE(matches("\\bfox\\b", "the fox ran"));
    EXPECT_TRUE(matches("\\bfox\\b", "fox"));
    EXPECT_FALSE(matches("\\bfox\\b", "foxes"));
    EXPECT_FALSE(matches("\\bfox\\b", "firefox"));
    EXPECT_TRUE(matches("\\Bfox\\b", "firefox"));
    EXPECT_FALSE(matches("\\b", "..."));
    EXPECT_TRUE(matches("\\B", "..."));
    EXPECT_TRUE(matches("x\\b.", "x."));
    EXPECT_FALSE(matches("x\\b.", "xy"));
}

TEST(TextRegex, CharactersBeyondAscii)
{
    EXPECT_TRUE(matches("^gr.n$", "gr\xC3\xBCn")) << "one character";
    EXPECT_TRUE(matches("^gr[\xC3\xA4\xC3\xBC]n$", "GR\xC3\x9CN"));
    EXPECT_TRUE(matches("^gr[\xC3\xA0-\xC3\xBF]n$", "gr\xC3\xBCn"));
    EXPECT_FALSE(matches("^gr[^\xC3\xBC]n$", "gr\xC3\xBCn"));
    EXPECT_TRUE(matches("^gr[^\xC3\xBC]n$", "gr\xC3\xB6n"));
    EXPECT_TRUE(matches("^gr[^\xC3\xBC]n$", "gran"));
    EXPECT_TRUE(matches("^[\x61-\xE2\x82\xAC]+$", "z\xC3\xBC\xE2\x82\xAC")) << "from ASCII to the euro sign";
    EXPECT_FALSE(matches("^[\x61-\xE2\x82\xAC]+$", "\xE2\x82\xAD"));
    EXPECT_TRUE(matches("^\xC3\xBC{2}$", "\xC3\xBC\xC3\x9C"));
    EXPECT_TRUE(matches("^.\\D\\W\\S$", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xBC"));
    EXPECT_FALSE(matches("(?-i)\xC3\xBC", "\xC3\x9C"));
}

TEST(TextRegex, PayloadsInAnyEncoding)
{
    EXPECT_TRUE(inPayload("^gr\xC3\xBCn$", "gr\xC3\xBCn"));
    EXPECT_TRUE(inPayload("^gr\xC3\xBCn$", "gr\xFCn")) << "ANSI";
    EXPECT_TRUE(inPayload("\xE2\x82\xAC 5", "\x80 5"));
    EXPECT_TRUE(inPayload("^gr\xC3\xBCn$", "g\0r\0\xFC\0n\0"sv)) << "UTF-16";
    EXPECT_TRUE(inPayload("^gr\xC3\xBCn$", "g\0r\0\xFC\0n\0\0\0"sv)) << "its zeros are no part of it";
    EXPECT_TRUE(inPayload("^gr\xC3\xBCn$", "gr\xC3\xBCn\0"sv));
    EXPECT_FALSE(inPayload("^gr\xC3\xBCn$", "gr\xC3\xBCnx\0"sv));
    EXPECT_TRUE(inPayload("\\bfox\\b", "\1\0\0the\0 \0f\0o\0x\0"sv)) << "at an odd place";
    EXPECT_TRUE(inPayload("\xF0\x9F\x98\x80", "\0\0\x3D\xD8\x00\xDE"sv));
    EXPECT_TRUE(inPayload("^.\\x00\\xFF$", "a\0\xFF"sv)) << "bytes";
    EXPECT_TRUE(inPayload("\\x00$", "a\0"sv));
    EXPECT_FALSE(inPayload("^[^a]+$", "aaaa")) << "no Chinese is made up of it";
    EXPECT_FALSE(inPayload("fox", "f\0o\0"sv));
    EXPECT_FALSE(matches("fox", "fox", Of::Utf16));
    EXPECT_TRUE(matches("fox$", "f\0o\0x\0"sv, Of::Utf16));
    EXPECT_TRUE(matches("\xE6\x97\xA5", "\xE5\x65", Of::Utf16)) << "without any zero";
    EXPECT_FALSE(matches("x", "", Of::Utf16));
}

TEST(TextRegex, ErrorsSayWhere)
{
    struct Mistake {
        std::string_view text;
        std::size_t offset, length;
        std::string_view meaning;
    };
    constexpr Mistake mistakes[] = {
        {"a(b", 1, 1, "a ( without a )"},
        {"\xC3\xBC)", 2, 1, "a ) without a ("},
        {"[\xC3\xBC-a]", 1, 4, "ends before"},
        {"[\\xFF-\xC3\xBC]", 1, 7, "from a byte to a character"},
        {"(?=a)", 1, 1, "only (?:...)"},
        {"(?<name>a)", 1, 1, "only (?:...)"},
        {"(a)\\1", 3, 2, "back references"},
        {"\\q", 0, 2, "not known"},
        {"", 0, 0, "expected"},
        {"((a{1000}){1000}){1000}", 0, 23, "too large"},
    };
    for (const auto &[text, offset, length, meaning] : mistakes) {
        const auto regex = TextRegex::parse(text, Of::Text);
        ASSERT_FALSE(regex) << text;
        EXPECT_EQ(regex.error().offset, offset) << text;
        EXPECT_EQ(regex.error().length, length) << text;
        EXPECT_THAT(regex.error().meaning, testing::HasSubstr(meaning)) << text;
    }
}

// Against std::regex, with expressions and texts made at random.
TEST(TextRegex, AgreesWithAnotherEngine)
{
    std::mt19937 random(9); // NOLINT: the same on every run
    const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    std::function<std::string(int)> expression = [&](int depth) -> std::string {
        switch (depth == 0 ? pick(7) : pick(11)) {
        case 0:
            return std::string(1, static_cast<char>('a' + pick(3)));
        case 1:
            return "[ab ]";
        case 2:
            return "[^a]";
        case 3:
            return "^";
        case 4:
            return "\\b";
        case 5:
            return "\\B";
        case 6:
            return " ";
        case 7:
            return "(?:" + expression(depth - 1) + "|" + expression(depth - 1) + ")";
        case 8:
            return "(?:" + expression(depth - 1) + "a)*";
        case 9:
            return "(?:" + expression(depth - 1) + ")?";
        default:
            return expression(depth - 1) + expression(depth - 1);
        }
    };
    int found = 0;
    for (int round = 0; round < 4000; ++round) {
        // ECMAScript's $ is Perl's \z in one line.
        const bool atEnd = pick(3) == 0;
        const std::string pattern = expression(3);
        std::string text;
        for (int i = pick(12); i > 0; --i)
            text += "abc ."[pick(5)];
        const std::regex other(pattern + (atEnd ? "$" : ""));
        const bool expected = std::regex_search(text, other);
        ASSERT_EQ(matches("(?-i)" + pattern + (atEnd ? "\\z" : ""), text), expected)
            << pattern << " in \"" << text << '"';
        found += expected;
    }
    EXPECT_GT(found, 500);
    EXPECT_LT(found, 3500);
}

TEST(TextRegex, TakesAsLongAsThereAreBytes)
{
    const std::string bytes(1 << 20, 'a');
    EXPECT_FALSE(matches("(a|a)*b", bytes));
    EXPECT_FALSE(matches("(a*)*\\b\\B", bytes));
    EXPECT_TRUE(matches("a.{100}$", bytes));
    // More states than are kept.
    std::mt19937 random(1); // NOLINT: the same on every run
    std::string noise;
    for (int i = 0; i < 40'000; ++i)
        noise += random() % 2 ? 'a' : 'b';
    EXPECT_TRUE(matches("\\ba[ab]{20}c\\b", noise + " abbbbbbbbbbbbbbbbbbbbc"));
}

} // namespace
} // namespace ipclens
