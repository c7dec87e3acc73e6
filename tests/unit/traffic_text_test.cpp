#include "core/traffic/message_text.h"

#include "core/text/struct_layout.h"

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

TEST(MessageText, SummaryByAStruct)
{
    const auto layout = parseStructLayout("struct A { DWORD id; char name[]; };", PointerSize::Bits64);
    ASSERT_TRUE(layout);
    auto message = carrying(toBytes("\7\0\0\0text\nand more\0"s));
    EXPECT_EQ(summary(message, 160, layout->get()), "id 7 (0x7), name \"text\\x0aand more\"");
    EXPECT_EQ(summary(message, 10, layout->get()), "id 7 (0x7)...");
    message.payload.clear();
    message.size = 0;
    EXPECT_EQ(summary(message, 160, layout->get()), "no data");
}

TEST(MessageText, SummarySaysWhatAMessageLeadsTo)
{
    auto message = carrying(toBytes("Local\\Shared"));
    message.references = {{.section = "Local\\Shared", .bytes = toBytes("abc")}};
    EXPECT_EQ(summary(message), "Local\\Shared") << "it is said already";
    message.payload = utf16(u"\x01Local");
    EXPECT_TRUE(summary(message).ends_with(" -> Local\\Shared")) << summary(message);

    Message handle{.kind = MessageKind::Registered, .name = "Handle", .wParam = 4, .lParam = 0x1000};
    handle.references = {{.kind = ReferenceKind::Pointer, .address = 0x1000, .bytes = toBytes("\7\0\0\0ab"s)}};
    EXPECT_EQ(summary(handle), "Handle wParam 0x4 lParam 0x1000 -> 07 00 00 00 61 62");
    const auto layout = parseStructLayout("struct A { DWORD id; char c; };", PointerSize::Bits64);
    EXPECT_EQ(summary(handle, 160, layout->get()), "Handle wParam 0x4 lParam 0x1000 -> id 7 (0x7), c 97 'a'");
    handle.references.front().bytes.clear();
    EXPECT_EQ(summary(handle, 160, layout->get()), "Handle wParam 0x4 lParam 0x1000");
}

TEST(MessageText, EncodingsOfAText)
{
    EXPECT_EQ(encodingsOf("ab"), (std::vector<Bytes>{toBytes("ab"), utf16(u"ab")})) << "ANSI is the same";
    EXPECT_EQ(encodingsOf("\xC3\xBC"), (std::vector<Bytes>{toBytes("\xC3\xBC"), utf16(u"\u00FC"), toBytes("\xFC")}));
    EXPECT_EQ(encodingsOf("\xE6\x97\xA5").size(), 2u) << "not in ANSI";
    EXPECT_EQ(encodingsOf("a\xFF"), std::vector<Bytes>{toBytes("a\xFF")});
    EXPECT_EQ(encodingsOf(""), std::vector<Bytes>{Bytes()});
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
