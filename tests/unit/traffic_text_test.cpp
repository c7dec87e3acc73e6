#include "core/traffic/message_text.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

using namespace std::string_literals;

Bytes utf16(std::u16string_view text)
{
    Bytes bytes;
    for (const char16_t unit : text) {
        bytes.push_back(static_cast<std::byte>(unit & 0xFF));
        bytes.push_back(static_cast<std::byte>(unit >> 8));
    }
    return bytes;
}

Message carrying(Bytes payload)
{
    Message message;
    message.size = payload.size();
    message.payload = std::move(payload);
    return message;
}

void expectText(const Bytes &payload, Encoding encoding, std::string_view text, bool whole = true)
{
    const auto guess = guessText(payload, whole);
    EXPECT_EQ(guess.encoding, encoding) << describe(guess);
    EXPECT_EQ(guess.text, text);
}

TEST(MessageText, Ascii)
{
    expectText(toBytes("hello"), Encoding::Ascii, "hello");
    expectText(toBytes("hello\0"s), Encoding::Ascii, "hello");
    expectText(toBytes("two\r\nlines\t."), Encoding::Ascii, "two\r\nlines\t.");
    expectText(toBytes("x"), Encoding::Ascii, "x");
}

TEST(MessageText, Utf8)
{
    expectText(toBytes("gr\xC3\xBC\xC3\x9F"), Encoding::Utf8, "gr\xC3\xBC\xC3\x9F");
    expectText(toBytes("\xEF\xBB\xBFmarked"), Encoding::Utf8, "marked");
    expectText(toBytes("\xF0\x9F\x98\x80!"), Encoding::Utf8, "\xF0\x9F\x98\x80!");
}

TEST(MessageText, Utf16)
{
    expectText(utf16(u"hello"), Encoding::Utf16, "hello");
    expectText(utf16(u"hello\0"s), Encoding::Utf16, "hello");
    expectText(utf16(u"gr\u00FC\u00DFe"), Encoding::Utf16,
               "gr\xC3\xBC\xC3\x9F"
               "e");
    expectText(utf16(u"\uFEFF\u65E5\u672C"), Encoding::Utf16, "\xE6\x97\xA5\xE6\x9C\xAC");
    expectText(utf16(u"ok \xD83D\xDE00"), Encoding::Utf16, "ok \xF0\x9F\x98\x80");
    auto odd = utf16(u"hello");
    odd.push_back(std::byte{0});
    expectText(odd, Encoding::Utf16, "hello");
}

TEST(MessageText, NotText)
{
    expectText({}, Encoding::None, "");
    expectText(toBytes("\x01\x02\x03"), Encoding::None, "");
    expectText(toBytes("abc\xFF"
                       "def"),
               Encoding::None, "");
    expectText(toBytes("abc\0def"s), Encoding::None, "");
    expectText(toBytes("A\0\0\0"s), Encoding::None, ""); // a number
    expectText(toBytes("\0\0\0\0"s), Encoding::None, "");
    expectText(toBytes("\xC0\x80"), Encoding::None, "");     // overlong
    expectText(toBytes("\xED\xA0\x80"), Encoding::None, ""); // a surrogate
    expectText(utf16(u"ab\xD800"
                     u"cd"),
               Encoding::None, ""); // half a pair
}

TEST(MessageText, ACutMayEndInsideACharacter)
{
    const auto cut = toBytes("gr\xC3");
    expectText(cut, Encoding::None, "", true);
    expectText(cut, Encoding::Ascii, "gr", false);
    auto half = utf16(u"hello");
    half.push_back(std::byte{'w'});
    expectText(half, Encoding::None, "", true);
    expectText(half, Encoding::Utf16, "hello", false);
    expectText(toBytes("gr\xFF"), Encoding::None, "", false); // never the beginning of anything
}

TEST(MessageText, Json)
{
    const auto isJson = [](std::string_view text, bool whole = true) {
        return guessText(toBytes(text), whole).looksLikeJson;
    };
    EXPECT_TRUE(isJson(R"({"id": 7})"));
    EXPECT_TRUE(isJson(R"( [1, 2, {"a": "]}"}] )"));
    EXPECT_TRUE(isJson("{}"));
    EXPECT_TRUE(isJson(R"(["\"]"])"));
    EXPECT_FALSE(isJson("{hello}"));
    EXPECT_FALSE(isJson("[INFO] started"));
    EXPECT_FALSE(isJson(R"({"id": 7)"));
    EXPECT_FALSE(isJson(R"({"id": 7]})"));
    EXPECT_FALSE(isJson("plain"));
    EXPECT_TRUE(isJson(R"({"id": "hal)", false));
    EXPECT_TRUE(guessText(utf16(u"{\"a\": 1}")).looksLikeJson);
}

TEST(MessageText, IndentedJsonKeepsItsTokens)
{
    EXPECT_EQ(indentJson(R"({"a":[1,2],"b" : {},"c":"x,{ y"})"),
              "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": \"x,{ y\"\n}");
    EXPECT_EQ(indentJson("[]"), "[]");
    EXPECT_EQ(indentJson(R"({"big":12345678901234567890,"a":1,"a":2})"),
              "{\n  \"big\": 12345678901234567890,\n  \"a\": 1,\n  \"a\": 2\n}");
}

TEST(MessageText, FromUtf16MarksWhatIsWrong)
{
    EXPECT_EQ(fromUtf16(utf16(u"a\xDC00"
                              u"b")),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(fromUtf16(toBytes("a\0b"s)), "a\xEF\xBF\xBD");
    EXPECT_EQ(fromUtf16({}), "");
}

TEST(MessageText, SummaryIsOneLine)
{
    EXPECT_EQ(summary(carrying(toBytes("a\nb\tc\r"))), "a\\nb\\tc\\r");
    EXPECT_EQ(summary(carrying(utf16(u"wide text"))), "wide text");
    EXPECT_EQ(summary(carrying(toBytes("\x01\x02\xFF"))), "01 02 ff");
}

TEST(MessageText, SummaryIsShort)
{
    const auto text = summary(carrying(toBytes(std::string(100'000, 'x'))), 20);
    EXPECT_EQ(text, std::string(20, 'x') + "...");
    EXPECT_EQ(summary(carrying(toBytes(std::string(20, 'x'))), 20), std::string(20, 'x'));
    const auto hex = summary(carrying(Bytes(100'000, std::byte{0xAB})), 30);
    EXPECT_EQ(hex, "ab ab ab ab ab ab ab ab ab ab ...");
    // Cut after characters, not bytes.
    EXPECT_EQ(summary(carrying(toBytes("\xC3\xBC\xC3\xBC\xC3\xBC")), 2), "\xC3\xBC\xC3\xBC...");
}

TEST(MessageText, SummaryOfACutPayloadSaysSo)
{
    auto message = carrying(toBytes("the beginning"));
    message.size = 1000;
    EXPECT_EQ(summary(message), "the beginning...");
}

TEST(MessageText, SummaryWithoutData)
{
    Message message;
    EXPECT_EQ(summary(message), "no data");
    message.nullData = true;
    EXPECT_EQ(summary(message), "NULL data");
    message.size = 64;
    EXPECT_EQ(summary(message), "NULL data, though the size says 64 bytes");
}

TEST(MessageText, SummaryOfARegisteredMessage)
{
    Message message;
    message.kind = MessageKind::Registered;
    message.name = "Mapped";
    message.wParam = 0x4D2;
    message.lParam = 0x7FF000000000;
    EXPECT_EQ(summary(message), "Mapped wParam 0x4D2 lParam 0x7FF000000000");
}

TEST(TextReadings, TheBestComesFirst)
{
    const auto best = [](std::string_view bytes) { return textReadings(toBytes(bytes)).front().form; };
    EXPECT_EQ(best("plain text"), TextForm::Utf8);
    EXPECT_EQ(best("Gr\xC3\xBC\xC3\x9F" "e"), TextForm::Utf8);
    EXPECT_EQ(best("Gr\xFC\xDF" "e"), TextForm::Ansi);
    EXPECT_EQ(best(std::string_view("G\0r\0\xFC\0\xDF\0e\0\0\0", 12)), TextForm::Utf16);
    EXPECT_EQ(best(std::string_view("\xFF\xFE\x53\x30\x93\x30", 6)), TextForm::Utf16);
    for (const auto &reading : textReadings(toBytes(std::string_view("\1\2\3\4\5\6\7\x10", 8))))
        EXPECT_LT(reading.confidence, 60);
    EXPECT_EQ(textReadings({}).size(), 3u);
    EXPECT_EQ(textReadings(toBytes("a")).front().confidence, 100);
}

TEST(TextReadings, CodePage1252)
{
    EXPECT_EQ(fromAnsi(toBytes("\x80\x93x\xFC")), "\xE2\x82\xAC\xE2\x80\x9Cx\xC3\xBC");
}

} // namespace
} // namespace ipclens
