// Memory as text for other programs, and text as bytes to write.
#include "core/text/checksum.h"
#include "core/text/copy_formats.h"
#include "core/text/hex.h"
#include "core/text/paste.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

using namespace std::string_view_literals;

MemoryImage image(std::string_view bytes, std::vector<AddressRange> unreadable = {})
{
    return {.address = 0x1000, .bytes = toBytes(bytes), .unreadable = std::move(unreadable)};
}

std::string pasted(PasteForm form, std::string_view text, TextEncoding encoding = TextEncoding::Utf8,
                   ByteOrder order = ByteOrder::Little)
{
    const auto bytes = parsePasted(form, text, encoding, order);
    return bytes ? toHex(*bytes) : "wrong at " + std::to_string(bytes.error().offset);
}

TEST(CopyFormats, WriteWhatOtherProgramsRead)
{
    const auto bytes = image("My\0\xff"sv);
    EXPECT_EQ(copyAs(CopyFormat::Hex, bytes).value(), "4d 79 00 ff");
    EXPECT_EQ(copyAs(CopyFormat::CArray, bytes).value(),
              "const unsigned char bytes[4] = {\n    0x4d, 0x79, 0x00, 0xff\n};");
    EXPECT_EQ(copyAs(CopyFormat::StdArray, image("M")).value(),
              "constexpr std::array<std::byte, 1> bytes{\n    std::byte{0x4d}\n};");
    EXPECT_EQ(copyAs(CopyFormat::Python, bytes).value(), "bytes([\n    0x4d, 0x79, 0x00, 0xff\n])");
    EXPECT_EQ(copyAs(CopyFormat::Address, bytes, 0x10000).value(), "0x11000");
    EXPECT_EQ(copyAs(CopyFormat::HexDump, image("M"), 0x10000).value().substr(0, 12), "00011000  4d");
    EXPECT_EQ(copyAs(CopyFormat::Base64, image("")).value(), "");
    EXPECT_EQ(copyAs(CopyFormat::Base64, image("f")).value(), "Zg==");
    EXPECT_EQ(copyAs(CopyFormat::Base64, image("fo")).value(), "Zm8=");
    EXPECT_EQ(copyAs(CopyFormat::Base64, image("foobar")).value(), "Zm9vYmFy");
    EXPECT_EQ(copyFormats().size(), 7u);
    for (const auto &info : copyFormats())
        EXPECT_EQ(&info, &copyFormats()[static_cast<std::size_t>(info.format)]) << "in the order of the enumerators";
}

TEST(CopyFormats, NeverPassOffUnreadableBytesAsZero)
{
    const auto holed = image("a\0\0d"sv, {{0x1001, 2}});
    EXPECT_EQ(copyAs(CopyFormat::Hex, holed).value(), "61 ?? ?? 64");
    const auto array = copyAs(CopyFormat::CArray, holed).value();
    EXPECT_NE(array.find("0x00 /* unreadable */, 0x00 /* unreadable */, 0x64"), std::string::npos) << array;
    EXPECT_NE(copyAs(CopyFormat::HexDump, holed).value().find("?? ??"), std::string::npos);
    for (const CopyFormat format : {CopyFormat::Python, CopyFormat::Base64}) {
        const auto refused = copyAs(format, holed, 0x100);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Unreadable);
        EXPECT_NE(toText(refused.error()).find("0x1101"), std::string::npos) << toText(refused.error());
    }
    EXPECT_EQ(parsePasted(PasteForm::Hex, "61 ?? 64").error().offset, 3u) << "and pasting does not make zeros of them";
}

TEST(CopyFormats, ComeBackByPasting)
{
    std::mt19937 random(3);
    for (int i = 0; i < 200; ++i) {
        MemoryImage any{.bytes = Bytes(random() % 70, std::byte{})};
        for (std::byte &byte : any.bytes)
            byte = static_cast<std::byte>(random());
        const auto back = [&](CopyFormat format, PasteForm form) { return pasted(form, copyAs(format, any).value()); };
        ASSERT_EQ(back(CopyFormat::Hex, PasteForm::Hex), toHex(any.bytes));
        ASSERT_EQ(back(CopyFormat::CArray, PasteForm::CArray), toHex(any.bytes));
        ASSERT_EQ(back(CopyFormat::StdArray, PasteForm::CArray), toHex(any.bytes));
        ASSERT_EQ(back(CopyFormat::Base64, PasteForm::Base64), toHex(any.bytes));
    }
}

TEST(Paste, TakesHex)
{
    EXPECT_EQ(pasted(PasteForm::Hex, "4d79 0x00,\nFF"), "4d7900ff");
    EXPECT_EQ(pasted(PasteForm::Hex, "4d7"), "wrong at 2");
    EXPECT_EQ(pasted(PasteForm::Hex, "4d 7g"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::Hex, "4d 0x"), "wrong at 3");
    EXPECT_EQ(pasted(PasteForm::Hex, ""), "");
}

TEST(Paste, TakesTextInAnyEncoding)
{
    EXPECT_EQ(pasted(PasteForm::Text, "a\xc3\xa4\n"), "61c3a40a");
    EXPECT_EQ(pasted(PasteForm::Text, "a\xc3\xa4", TextEncoding::Latin1), "61e4");
    EXPECT_EQ(pasted(PasteForm::Text, "a\xc3\xa4", TextEncoding::Ascii), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::Text, "a\xe2\x82\xac", TextEncoding::Latin1), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::Text, "a\xf0\x9f\x98\x80", TextEncoding::Utf16), "61003dd800de");
    EXPECT_EQ(pasted(PasteForm::Text, "a", TextEncoding::Utf16, ByteOrder::Big), "0061");
    EXPECT_EQ(pasted(PasteForm::Text, "a", TextEncoding::Utf32, ByteOrder::Big), "00000061");
    EXPECT_EQ(pasted(PasteForm::Text, "a\xff"), "wrong at 1");
}

TEST(Paste, TakesCArrays)
{
    EXPECT_EQ(pasted(PasteForm::CArray, "{0x4d, 77, 'a', \"str\"}"), "4d4d61737472");
    EXPECT_EQ(pasted(PasteForm::CArray, "0x4d, -1, 0b11, 017, 1u,"), "4dff030f01");
    EXPECT_EQ(pasted(PasteForm::CArray, "static const BYTE x[] = { 1, /* two */ 2, // three\n 3 };"), "010203");
    EXPECT_EQ(pasted(PasteForm::CArray, "std::byte{1}, std::byte{0x02}"), "0102");
    EXPECT_EQ(pasted(PasteForm::CArray, "{'\\n', '\\x41', \"\\\"\\0\"}"), "0a412200");
    EXPECT_EQ(pasted(PasteForm::CArray, "{\"a\"}", TextEncoding::Utf16), "6100");
    EXPECT_EQ(pasted(PasteForm::CArray, "{}"), "");
    EXPECT_EQ(pasted(PasteForm::CArray, ""), "");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1, 256}"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1, -129}"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1 2}"), "wrong at 3");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1"), "wrong at 2");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1} x"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::CArray, "{\"a}"), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::CArray, "{'ab'}"), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1, /* 2}"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::CArray, "{09}"), "wrong at 2");
    EXPECT_EQ(pasted(PasteForm::CArray, "{1.5}"), "wrong at 2");
    EXPECT_EQ(pasted(PasteForm::CArray, "{,}"), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::CArray, "{0x}"), "wrong at 3");
}

TEST(Paste, TakesBase64)
{
    EXPECT_EQ(pasted(PasteForm::Base64, "Zm9v\nYmE="), "666f6f6261");
    EXPECT_EQ(pasted(PasteForm::Base64, "Zm8"), "666f") << "without its padding, as web programs write it";
    EXPECT_EQ(pasted(PasteForm::Base64, "-_8="), "fbff");
    EXPECT_EQ(pasted(PasteForm::Base64, "Z"), "wrong at 1");
    EXPECT_EQ(pasted(PasteForm::Base64, "Zg="), "wrong at 3");
    EXPECT_EQ(pasted(PasteForm::Base64, "Zg==Z"), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::Base64, "Zm9v="), "wrong at 4");
    EXPECT_EQ(pasted(PasteForm::Base64, "Zm9!"), "wrong at 3");
}

TEST(Paste, GuessesTheForm)
{
    EXPECT_EQ(guessPasteForm("4d 79 00"), PasteForm::Hex);
    EXPECT_EQ(guessPasteForm("{1, 2}"), PasteForm::CArray);
    EXPECT_EQ(guessPasteForm("0x4d, 'a'"), PasteForm::CArray);
    EXPECT_EQ(guessPasteForm("hello {world}"), PasteForm::Text);
    EXPECT_EQ(guessPasteForm(""), PasteForm::Text);
}

TEST(Paste, SurvivesAnything)
{
    std::mt19937 random(5);
    constexpr std::string_view pieces[] = {"{",  "}",  ",",  "'",  "\"",         "\\", "0x", "1",    "255", "-",
                                           "/*", "*/", "//", "\n", "std::byte{", "=",  ";",  "\xff", "a"};
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto count = random() % 10; count > 0; --count)
            text += pieces[random() % std::size(pieces)];
        for (const PasteForm form : {PasteForm::Hex, PasteForm::Text, PasteForm::CArray, PasteForm::Base64}) {
            const auto bytes = parsePasted(form, text, TextEncoding::Utf16);
            if (!bytes) {
                ASSERT_LE(bytes.error().offset + bytes.error().length, text.size()) << text;
            }
        }
        static_cast<void>(guessPasteForm(text));
    }
}

TEST(Checksum, AgreesWithKnownValues)
{
    const Bytes digits = toBytes("123456789");
    EXPECT_EQ(crc32(digits), 0xcbf43926u);
    EXPECT_EQ(crc32({}), 0u);
    EXPECT_EQ(adler32(digits), 0x091e01deu);
    EXPECT_EQ(adler32({}), 1u);
    Bytes many(100'000, std::byte{0xff});
    EXPECT_EQ(crc32(std::span(many).subspan(33), crc32(std::span(many).first(33))), crc32(many)) << "in pieces";
    EXPECT_EQ(adler32(std::span(many).subspan(33), adler32(std::span(many).first(33))), adler32(many));
    const auto all = checksums(toBytes("foobar"));
    const auto textOf = [&](std::string_view name) {
        for (const Checksum &one : all) {
            if (one.name == name)
                return one.text;
        }
        return std::string("none");
    };
    EXPECT_EQ(textOf("sum 8"), "79");
    EXPECT_EQ(textOf("sum 32"), "00000279");
    EXPECT_EQ(textOf("FNV-1a 32"), "bf9cf968");
    EXPECT_EQ(textOf("FNV-1a 64"), "85944171f73967e8");
}

} // namespace
} // namespace ipclens
