// What patterns mean, and what is wrong with bad ones.
#include "core/text/byte_pattern.h"
#include "core/text/byte_regex.h"
#include "core/text/case_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace ipclens {
namespace {

using namespace std::string_view_literals;

using Matches = std::vector<std::pair<std::size_t, std::size_t>>; // place and length

Matches matches(const BytePattern &pattern, std::string_view bytes)
{
    const auto matcher = makeMatcher(pattern);
    EXPECT_TRUE(matcher) << toText(matcher.error());
    Matches found;
    if (matcher)
        (*matcher)->search(std::as_bytes(std::span(bytes.data(), bytes.size())), 0, bytes.size(), {},
                           [&](std::size_t at, std::size_t length) {
                               found.emplace_back(at, length);
                               EXPECT_GE(length, (*matcher)->shortest());
                               EXPECT_LE(length, (*matcher)->longest());
                               return true;
                           });
    return found;
}

Matches hex(const std::string &pattern, std::string_view bytes)
{
    return matches({.kind = PatternKind::Hex, .text = pattern}, bytes);
}

Matches regex(const std::string &pattern, std::string_view bytes, bool foldCase = false)
{
    return matches({.kind = PatternKind::Regex, .text = pattern, .foldCase = foldCase}, bytes);
}

std::string problem(const BytePattern &pattern)
{
    const auto matcher = makeMatcher(pattern);
    EXPECT_FALSE(matcher) << pattern.text << " was taken";
    if (matcher)
        return {};
    EXPECT_EQ(matcher.error().kind, ErrorKind::Invalid);
    return toText(matcher.error());
}

TEST(BytePattern, HexWithWildcards)
{
    const std::string_view bytes("MZ\x90\x00MyZMxy\x4f\xfay", 13);
    EXPECT_EQ(hex("4d 5a", bytes), (Matches{{0, 2}}));
    EXPECT_EQ(hex("4D5A9000", bytes), (Matches{{0, 4}}));
    EXPECT_EQ(hex("4d ?? 79", bytes), (Matches{{7, 3}}));
    EXPECT_EQ(hex("4d ? 79", bytes), (Matches{{7, 3}}));
    EXPECT_EQ(hex("4? ?a", bytes), (Matches{{0, 2}, {10, 2}}));
    EXPECT_EQ(hex("?? 5a", bytes), (Matches{{0, 2}, {5, 2}}));
    EXPECT_EQ(hex("79??", bytes), (Matches{{5, 2}, {9, 2}})); // the wildcard needs a byte to be there
    EXPECT_EQ(hex("0x4d,0x79", bytes), (Matches{{4, 2}}));
    EXPECT_EQ(hex("00", std::string_view("\0\0\0", 3)), (Matches{{0, 1}, {1, 1}, {2, 1}})); // they overlap
}

TEST(BytePattern, HexErrorsSayWhere)
{
    EXPECT_THAT(problem({.text = "4d 5g"}), testing::HasSubstr("character 5: 'g' is neither a hex digit nor ?"));
    EXPECT_THAT(problem({.text = "4d 5"}), testing::HasSubstr("character 4: the last byte has one digit"));
    EXPECT_THAT(problem({.text = ""}), testing::HasSubstr("no bytes"));
    EXPECT_THAT(problem({.text = "?? ??"}), testing::HasSubstr("everywhere"));
    EXPECT_THAT(problem({.text = "0x"}), testing::HasSubstr("without digits"));
    EXPECT_THAT(problem({.text = std::string(2 * longestPattern + 2, 'a')}), testing::HasSubstr("at most"));
}

// Every place in every alignment to the 16 bytes that are compared at once.
TEST(BytePattern, FindsAtEveryPlace)
{
    for (std::size_t size = 1; size < 70; ++size) {
        for (std::size_t at = 0; at + 3 <= size; ++at) {
            std::string bytes(size, 'x');
            bytes.replace(at, 3, "abc");
            EXPECT_EQ(hex("61 62 63", bytes), (Matches{{at, 3}}));
            EXPECT_EQ(hex("61 ?? 63", bytes), (Matches{{at, 3}}));
            EXPECT_EQ(regex("abc", bytes), (Matches{{at, 3}}));
            EXPECT_EQ(matches({.kind = PatternKind::Text, .text = "ABC", .foldCase = true}, bytes), (Matches{{at, 3}}));
        }
    }
}

TEST(BytePattern, TextInAllEncodings)
{
    const auto text = [](std::string what, TextEncoding encoding, std::string_view bytes,
                         ByteOrder order = ByteOrder::Little, bool fold = false) {
        return matches(
            {.kind = PatternKind::Text, .text = what, .encoding = encoding, .foldCase = fold, .order = order}, bytes);
    };
    EXPECT_EQ(text("bc", TextEncoding::Ascii, "abcd"), (Matches{{1, 2}}));
    EXPECT_EQ(text("\xC3\xA4", TextEncoding::Latin1, "x\xE4"), (Matches{{1, 1}}));
    EXPECT_EQ(text("\xC3\xA4", TextEncoding::Utf8, "x\xC3\xA4"), (Matches{{1, 2}}));
    EXPECT_EQ(text("ab", TextEncoding::Utf16, std::string_view("\0a\0b\0", 5)), (Matches{{1, 4}}));
    EXPECT_EQ(text("ab", TextEncoding::Utf16, std::string_view("\0a\0b\0", 5), ByteOrder::Big), (Matches{{0, 4}}));
    EXPECT_EQ(text("\xF0\x9F\x98\x80", TextEncoding::Utf16, "\x3D\xD8\x00\xDE"sv), (Matches{{0, 4}}));
    EXPECT_EQ(text("\xF0\x9F\x98\x80", TextEncoding::Utf32, "\x00\xF6\x01"sv), (Matches{}));
    EXPECT_EQ(text("\xF0\x9F\x98\x80", TextEncoding::Utf32, "\x00\xF6\x01\x00\x00"sv), (Matches{{0, 4}}));
    EXPECT_EQ(text("a", TextEncoding::Utf32, "\0\0\0a"sv, ByteOrder::Big), (Matches{{0, 4}}));
}

TEST(BytePattern, FoldsCaseOfAllScripts)
{
    const auto folded = [](std::string what, std::string_view bytes, TextEncoding encoding = TextEncoding::Utf8) {
        return matches({.kind = PatternKind::Text, .text = what, .encoding = encoding, .foldCase = true}, bytes);
    };
    EXPECT_EQ(folded("Hello", "hELLO Hello"), (Matches{{0, 5}, {6, 5}}));
    EXPECT_EQ(folded("h@llo", "h`llo"), (Matches{})); // @ and ` differ by the bit that letters differ in
    EXPECT_EQ(folded("\xC3\x84", "\xC3\xA4"), (Matches{{0, 2}})); // A with dots
    EXPECT_EQ(folded("\xC3\x84", "\xE4", TextEncoding::Latin1), (Matches{{0, 1}}));
    EXPECT_EQ(folded("\xD0\x96", "\xD0\xB6"), (Matches{{0, 2}})); // Cyrillic
    EXPECT_EQ(folded("\xCE\xA3", "\xCF\x83 \xCF\x82"), (Matches{{0, 2}, {3, 2}})); // both small sigmas
    EXPECT_EQ(folded("k1", "\xE2\x84\xAA" "1"), (Matches{{0, 4}})); // the Kelvin sign has three bytes
    EXPECT_EQ(folded("ss", "\xC3\x9F"), (Matches{})); // one for one only
    EXPECT_EQ(folded("AB", "a\0b\0"sv, TextEncoding::Utf16), (Matches{{0, 4}}));
    EXPECT_EQ(foldedCase(U'\x1E9E'), U'\xDF');
    EXPECT_THAT(caseVariants(U's'), testing::UnorderedElementsAre(U's', U'S', U'\x17F'));
    EXPECT_EQ(foldedCase(U'\x130'), U'\x130');
}

TEST(BytePattern, TextErrors)
{
    EXPECT_THAT(problem({.kind = PatternKind::Text}), testing::HasSubstr("no text"));
    EXPECT_THAT(problem({.kind = PatternKind::Text, .text = "ab\xC3\xA4", .encoding = TextEncoding::Ascii}),
                testing::HasSubstr("character 3"));
    EXPECT_THAT(problem({.kind = PatternKind::Text, .text = "\xE2\x82\xAC", .encoding = TextEncoding::Latin1}),
                testing::HasSubstr("is not in Latin1"));
    EXPECT_THAT(problem({.kind = PatternKind::Text, .text = "a\xFF"}), testing::HasSubstr("character 2"));
}

TEST(BytePattern, NumbersWithTolerance)
{
    const auto number = [](std::string what, ValueType type, std::string_view bytes, double tolerance = 0,
                           ByteOrder order = ByteOrder::Little) {
        return matches(
            {.kind = PatternKind::Number, .text = what, .type = type, .order = order, .tolerance = tolerance}, bytes);
    };
    EXPECT_EQ(number("258", ValueType::U16, "\x02\x01\x02"), (Matches{{0, 2}}));
    EXPECT_EQ(number("258", ValueType::U16, "\x02\x01\x02", 0, ByteOrder::Big), (Matches{{1, 2}}));
    EXPECT_EQ(number("-1", ValueType::I8, "a\xFF"), (Matches{{1, 1}}));
    EXPECT_EQ(number("254", ValueType::U8, "\xFC\xFD\xFE\xFF\x00"sv, 5), (Matches{{0, 1}, {1, 1}, {2, 1}, {3, 1}}));
    EXPECT_EQ(number("-127", ValueType::I8, "\x7F\x80\x81\x82\x83"sv, 1.5), (Matches{{1, 1}, {2, 1}, {3, 1}}));
    EXPECT_EQ(number("1", ValueType::F32, "\x00\x00\x80\x3F"sv), (Matches{{0, 4}}));
    EXPECT_EQ(number("1.1", ValueType::F32, "\x00\x00\x80\x3F"sv), (Matches{}));
    EXPECT_EQ(number("1.1", ValueType::F32, "\x00\x00\x80\x3F"sv, 0.2), (Matches{{0, 4}}));
    EXPECT_EQ(number("0", ValueType::F32, "\x00\x00\x00\x80"sv), (Matches{{0, 4}})); // -0 equals 0
    EXPECT_EQ(number("1", ValueType::F64, "\x3F\xF0\0\0\0\0\0\0"sv, 0, ByteOrder::Big), (Matches{{0, 8}}));
    EXPECT_THAT(problem({.kind = PatternKind::Number, .text = "256", .type = ValueType::U8}),
                testing::HasSubstr("256"));
    EXPECT_THAT(problem({.kind = PatternKind::Number, .text = "1x", .type = ValueType::U32}),
                testing::HasSubstr("'x'"));
    EXPECT_THAT(problem({.kind = PatternKind::Number, .text = "nan", .type = ValueType::F32}),
                testing::HasSubstr("NaN"));
    EXPECT_THAT(problem({.kind = PatternKind::Number, .text = "1", .tolerance = -1}), testing::HasSubstr("tolerance"));
}

TEST(ByteRegex, Language)
{
    EXPECT_EQ(regex("a.c", "abc a\nc ac"), (Matches{{0, 3}, {4, 3}}));
    EXPECT_EQ(regex("\\x00\\xFF+", "\0\xFF\xFF\0"sv), (Matches{{0, 3}}));
    EXPECT_EQ(regex("[a-c]+", "xabcd"), (Matches{{1, 3}}));
    EXPECT_EQ(regex("[^a-c]", "abxc"), (Matches{{2, 1}}));
    EXPECT_EQ(regex("[]a-]+", "x]a-x"), (Matches{{1, 3}}));
    EXPECT_EQ(regex("[\\x80-\\xFF\\d]+", "a9\x80\xFFz"), (Matches{{1, 3}}));
    EXPECT_EQ(regex("\\d{2,3}", "1 12 1234"), (Matches{{2, 2}, {5, 3}}));
    EXPECT_EQ(regex("a{2}", "aaaaa"), (Matches{{0, 2}, {2, 2}})); // one behind the other
    EXPECT_EQ(regex("a{2,}", "aaaaa"), (Matches{{0, 5}}));
    EXPECT_EQ(regex("\\w+\\s", "ab_1 c"), (Matches{{0, 5}}));
    EXPECT_EQ(regex("\\W\\D\\S", " ab"), (Matches{{0, 3}}));
    EXPECT_EQ(regex("(?:ab|cd)+e?", "abcdex"), (Matches{{0, 5}}));
    EXPECT_EQ(regex("<.*>", "<a><b>"), (Matches{{0, 6}}));
    EXPECT_EQ(regex("<.*?>", "<a><b>"), (Matches{{0, 3}, {3, 3}}));
    EXPECT_EQ(regex("a|ab", "ab"), (Matches{{0, 1}}));
    EXPECT_EQ(regex("ab|a", "ab"), (Matches{{0, 2}}));
    EXPECT_EQ(regex("a??b", "ab"), (Matches{{0, 2}}));
    EXPECT_EQ(regex("\\.\\*\\\\", ".*\\"), (Matches{{0, 3}}));
    EXPECT_EQ(regex("\xC3\xA4+", "\xC3\xA4\xC3\xA4\xA4"), (Matches{{0, 4}})); // a character is repeated as a whole
    EXPECT_EQ(regex("Ab[x-z]", "aBY", true), (Matches{{0, 3}}));
    EXPECT_EQ(regex("Ab[x-z]", "aBY"), (Matches{}));
    EXPECT_EQ(regex("(a*)*b", std::string(40, 'a')), (Matches{}));
    EXPECT_EQ(regex("(a*)*b", std::string(40, 'a') + "b"), (Matches{{0, 41}}));
}

TEST(ByteRegex, ErrorsSayWhere)
{
    const auto wrong = [](std::string text) { return problem({.kind = PatternKind::Regex, .text = text}); };
    EXPECT_THAT(wrong(""), testing::HasSubstr("expected"));
    EXPECT_THAT(wrong("a(b"), testing::HasSubstr("character 2: a ( without a )"));
    EXPECT_THAT(wrong("ab)"), testing::HasSubstr("character 3: a ) without a ("));
    EXPECT_THAT(wrong("x[ab"), testing::HasSubstr("character 2: a [ without a ]"));
    EXPECT_THAT(wrong("x[a-"), testing::HasSubstr("without a ]"));
    EXPECT_THAT(wrong("[z-a]"), testing::HasSubstr("character 2"));
    EXPECT_THAT(wrong("*a"), testing::HasSubstr("character 1"));
    EXPECT_THAT(wrong("a**"), testing::HasSubstr("character 3"));
    EXPECT_THAT(wrong("a{2,1}"), testing::HasSubstr("below"));
    EXPECT_THAT(wrong("a{1001}"), testing::HasSubstr("at most 1000"));
    EXPECT_THAT(wrong("a{x}"), testing::HasSubstr("character 3"));
    EXPECT_THAT(wrong("\\x1"), testing::HasSubstr("two hex digits"));
    EXPECT_THAT(wrong("a\\"), testing::HasSubstr("character 2"));
    EXPECT_THAT(wrong("\\q"), testing::HasSubstr("not known"));
    EXPECT_THAT(wrong("(a)\\1"), testing::HasSubstr("back references"));
    EXPECT_THAT(wrong("(?=a)"), testing::HasSubstr("character 2"));
    EXPECT_THAT(wrong("^a"), testing::HasSubstr("no lines"));
    EXPECT_THAT(wrong("a*"), testing::HasSubstr("no bytes at all"));
    EXPECT_THAT(wrong("((a{1000}){1000}){1000}"), testing::HasSubstr("too large"));
    EXPECT_THAT(wrong(std::string(200, '(') + "a" + std::string(200, ')')), testing::HasSubstr("deep"));
}

// Against std::regex (ECMAScript prefers the same alternatives as Perl), with expressions and bytes made at random.
TEST(ByteRegex, AgreesWithAnotherEngine)
{
    std::mt19937 random(4);
    const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
    std::function<std::string(int)> expression;
    // Engines differ in how often they repeat nothing.
    const auto repeated = [&](int depth) {
        const std::string part = expression(depth);
        return "(?:" + (ByteRegex::parse(part, false) ? part : std::string("a")) + ")";
    };
    expression = [&](int depth) -> std::string {
        const int kind = depth == 0 ? pick(3) : pick(8);
        switch (kind) {
        case 0: return std::string(1, static_cast<char>('a' + pick(3)));
        case 1: return "[ab]";
        case 2: return "[^a]";
        case 3: return "(?:" + expression(depth - 1) + "|" + expression(depth - 1) + ")";
        case 4: return repeated(depth - 1) + (pick(2) ? "*" : "+") + (pick(2) ? "?" : "");
        case 5: return repeated(depth - 1) + "?" + (pick(2) ? "?" : "");
        case 6: return repeated(depth - 1) + "{1,2}";
        default: return expression(depth - 1) + expression(depth - 1);
        }
    };
    int compared = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::string pattern = expression(3);
        auto ours = ByteRegex::parse(pattern, false);
        if (!ours)
            continue; // can be empty
        std::string bytes;
        for (int i = pick(24); i >= 0; --i)
            bytes += static_cast<char>('a' + pick(4));
        Matches expected, found;
        const std::regex other(pattern);
        for (std::sregex_iterator at(bytes.begin(), bytes.end(), other), end; at != end; ++at)
            expected.emplace_back(at->position(), at->length());
        ours->search(std::as_bytes(std::span(bytes.data(), bytes.size())), 0, bytes.size(), {},
                     [&](std::size_t at, std::size_t length) {
                         found.emplace_back(at, length);
                         return true;
                     });
        ASSERT_EQ(found, expected) << pattern << " in " << bytes;
        ++compared;
    }
    EXPECT_GT(compared, 1000);
}

TEST(ByteRegex, TakesAsLongAsThereAreBytes)
{
    // A backtracking engine needs 2^40 steps for the first, 10^12 for the second.
    const std::string bytes(1 << 20, 'a');
    EXPECT_EQ(regex("(a|a)*b", bytes), (Matches{}));
    EXPECT_EQ(regex("a.*X", bytes), (Matches{}));
    // More states than are kept: every subset of the last 20 bytes.
    std::mt19937 random(1);
    std::string noise;
    for (int i = 0; i < 40'000; ++i)
        noise += random() % 2 ? 'a' : 'b';
    const auto many = regex("a[ab]{20}c", noise + "abbbbbbbbbbbbbbbbbbbbc");
    EXPECT_THAT(many, testing::SizeIs(1));
}

} // namespace
} // namespace ipclens
