#include "core/text/typed_value.h"

#include "core/text/hex.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

Bytes hex(std::string_view text)
{
    return fromHex(text).value();
}

std::string little(TypedKind kind, std::string_view bytes)
{
    return formatTyped(kind, ByteOrder::Little, hex(bytes));
}

std::string big(TypedKind kind, std::string_view bytes)
{
    return formatTyped(kind, ByteOrder::Big, hex(bytes));
}

std::string parsed(TypedKind kind, std::string_view text, ByteOrder order = ByteOrder::Little)
{
    const auto bytes = parseTyped(kind, order, text);
    return bytes ? toHex(*bytes) : "wrong at " + std::to_string(bytes.error().offset) + ": " + bytes.error().meaning;
}

bool isRefused(TypedKind kind, std::string_view text)
{
    const auto bytes = parseTyped(kind, ByteOrder::Little, text);
    return !bytes && !bytes.error().meaning.empty() && bytes.error().offset + bytes.error().length <= text.size();
}

// Whatever the bytes are, what is shown for them means them.
TEST(TypedValue, ShowsWhatCanBeTypedBack)
{
    std::mt19937 random(7);
    for (const TypedType &type : typedTypes()) {
        for (int i = 0; i < 3000; ++i) {
            Bytes bytes(type.size * (type.isText ? 6 : 1), std::byte{});
            for (std::byte &byte : bytes)
                byte = static_cast<std::byte>(i % 4 == 0 ? random() % 4 : i % 4 == 1 ? 0xFF - random() % 2 : random());
            for (const ByteOrder order : {ByteOrder::Little, ByteOrder::Big}) {
                const std::string text = formatTyped(type.kind, order, bytes, 100);
                const auto back = parseTyped(type.kind, order, text);
                ASSERT_TRUE(back) << type.name << " " << toHex(bytes) << " " << text << ": " << back.error().meaning;
                auto expected = std::span<const std::byte>(bytes);
                if (type.isText) // up to the first zero
                    expected = expected.first(std::min(back->size(), bytes.size()));
                ASSERT_EQ(toHex(*back), toHex(expected)) << type.name << " " << text;
            }
        }
        EXPECT_EQ(formatTyped(type.kind, ByteOrder::Little, {}), "-") << type.name;
        EXPECT_EQ(&typedType(type.kind), &type) << "the table is in the order of TypedKind";
    }
}

TEST(TypedValue, EveryHalfComesBack)
{
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const Bytes bytes{static_cast<std::byte>(bits), static_cast<std::byte>(bits >> 8)};
        const std::string text = formatTyped(TypedKind::F16, ByteOrder::Little, bytes);
        const auto back = parseTyped(TypedKind::F16, ByteOrder::Little, text);
        ASSERT_TRUE(back) << text;
        ASSERT_EQ(*back, bytes) << text;
    }
    EXPECT_EQ(little(TypedKind::F16, "00 3c"), "1");
    EXPECT_EQ(little(TypedKind::F16, "66 2e"), "0.1");
    EXPECT_EQ(big(TypedKind::F16, "7b ff"), "65504");
    EXPECT_EQ(little(TypedKind::F16, "01 00"), "6e-08");
    EXPECT_EQ(little(TypedKind::F16, "00 fc"), "-inf");
    EXPECT_EQ(parsed(TypedKind::F16, "65519"), "ff7b") << "rounded down";
    EXPECT_TRUE(isRefused(TypedKind::F16, "65520")) << "would be rounded up to infinity";
    EXPECT_EQ(parsed(TypedKind::F16, "2049"), "0068") << "ties go to the even one";
    EXPECT_EQ(parsed(TypedKind::F16, "2051"), "0268");
}

TEST(TypedValue, ReadsIntegers)
{
    EXPECT_EQ(parsed(TypedKind::U16, "258"), "0201");
    EXPECT_EQ(parsed(TypedKind::U16, "258", ByteOrder::Big), "0102");
    EXPECT_EQ(parsed(TypedKind::U32, " 0xDEAD'BEEF "), "efbeadde");
    EXPECT_EQ(parsed(TypedKind::U8, "0b1010_1010"), "aa");
    EXPECT_EQ(parsed(TypedKind::I8, "-128"), "80");
    EXPECT_EQ(parsed(TypedKind::I8, "0xff"), "ff") << "hex may be the pattern";
    EXPECT_EQ(parsed(TypedKind::I16, "-0x8000"), "0080");
    EXPECT_EQ(parsed(TypedKind::I64, "-9223372036854775808"), "0000000000000080");
    EXPECT_EQ(parsed(TypedKind::U64, "18446744073709551615"), "ffffffffffffffff");
    EXPECT_EQ(parsed(TypedKind::U8, "-0"), "00");
    EXPECT_EQ(parsed(TypedKind::Binary, "0010 1010"), "2a");
    for (const auto *const text :
         {"", "256", "-1", "0x100", "1.5", "12a", "0x", "- 1", "1 2", "+", "99999999999999999999", "\xff"})
        EXPECT_TRUE(isRefused(TypedKind::U8, text)) << text;
    for (const auto *const text : {"128", "-129", "0x100"})
        EXPECT_TRUE(isRefused(TypedKind::I8, text)) << text;
    EXPECT_TRUE(isRefused(TypedKind::Binary, "1 0010 1010"));
    EXPECT_EQ(parseTyped(TypedKind::U8, ByteOrder::Little, " 12a").error().offset, 3u);
    EXPECT_EQ(formatTypedHex(TypedKind::I8, ByteOrder::Little, hex("80")), "-0x80");
    EXPECT_EQ(formatTypedHex(TypedKind::U16, ByteOrder::Big, hex("01 02")), "0x102");
    EXPECT_EQ(formatTypedHex(TypedKind::F32, ByteOrder::Big, hex("01 02 03 04")), "");
}

TEST(TypedValue, ReadsFloats)
{
    EXPECT_EQ(parsed(TypedKind::F32, "1.5"), "0000c03f");
    EXPECT_EQ(parsed(TypedKind::F32, "1.5", ByteOrder::Big), "3fc00000");
    EXPECT_EQ(parsed(TypedKind::F64, "-2e-3"), "fca9f1d24d6260bf");
    EXPECT_EQ(parsed(TypedKind::F32, "+inf"), "0000807f");
    EXPECT_EQ(parsed(TypedKind::F32, "-nan"), "0000c0ff");
    EXPECT_EQ(parsed(TypedKind::F32, "nan(0x7f800001)"), "0100807f");
    EXPECT_EQ(little(TypedKind::F32, "01 00 80 7f"), "nan(0x7f800001)") << "a nan keeps its bits";
    EXPECT_EQ(parsed(TypedKind::F32, "-0"), "00000080");
    for (const auto *const text :
         {"", "1.5x", "1e39", "x", "--1", "1,5", "nan(0x3f800000)", "nan(", "infinit", "1e-60"})
        EXPECT_TRUE(isRefused(TypedKind::F32, text)) << text;
}

TEST(TypedValue, ReadsBoolsAndCharacters)
{
    EXPECT_EQ(little(TypedKind::Bool, "00"), "false");
    EXPECT_EQ(little(TypedKind::Bool, "2a"), "true (42)");
    EXPECT_EQ(parsed(TypedKind::Bool, "true (42)"), "2a");
    EXPECT_EQ(parsed(TypedKind::Bool, "true"), "01");
    EXPECT_TRUE(isRefused(TypedKind::Bool, "yes"));
    EXPECT_EQ(little(TypedKind::Char, "41"), "'A'");
    EXPECT_EQ(little(TypedKind::Char, "27"), "'\\''");
    EXPECT_EQ(little(TypedKind::Char, "ff"), "'\\xff'");
    EXPECT_EQ(parsed(TypedKind::Char, "A"), "41");
    EXPECT_EQ(parsed(TypedKind::Char, "'"), "27");
    EXPECT_EQ(parsed(TypedKind::Char, " "), "20");
    EXPECT_EQ(parsed(TypedKind::Char, "\\n"), "0a");
    for (const auto *const text : {"", "''", "AB", "\xc3\xa4", "\\q", "\\x4"})
        EXPECT_TRUE(isRefused(TypedKind::Char, text)) << text;
}

TEST(TypedValue, ReadsTextOfAnyLength)
{
    EXPECT_EQ(parsed(TypedKind::Utf8, "Aä"), "41c3a4");
    EXPECT_EQ(parsed(TypedKind::Utf8, "\"A\\\"\\\\\""), "41225c");
    EXPECT_EQ(parsed(TypedKind::Utf16, "\"A\\U0001f600\""), "41003dd800de");
    EXPECT_EQ(parsed(TypedKind::Utf16, "A", ByteOrder::Big), "0041");
    EXPECT_EQ(parsed(TypedKind::Utf32, "\xe2\x82\xac"), "ac200000");
    EXPECT_EQ(parsed(TypedKind::Utf8, " a "), "206120") << "spaces are text, too";
    EXPECT_EQ(little(TypedKind::Utf32, "ac 20 00 00 00 00 00 00"), "\"\xe2\x82\xac\"");
    EXPECT_EQ(little(TypedKind::Utf8, "43 3a 5c 22"), "\"C:\\\\\\\"\"");
    EXPECT_EQ(little(TypedKind::Utf16, "3d d8 41 00"), "\"\\ud83dA\"");
    for (const auto *const text : {"\"a", "\"a\"b\"", "\"aaa\"...", "\\", "\\ud83d", "\\U00110000", "\xff"})
        EXPECT_TRUE(isRefused(TypedKind::Utf8, text)) << text;
}

TEST(TypedValue, ReadsTimes)
{
    EXPECT_EQ(parsed(TypedKind::Unix32, "1970-01-01 00:00:01"), "01000000");
    EXPECT_EQ(parsed(TypedKind::Unix32, "2038-01-19T03:14:07Z", ByteOrder::Big), "7fffffff");
    EXPECT_EQ(parsed(TypedKind::Unix64, "1969-12-31 23:59:59"), "ffffffffffffffff");
    EXPECT_EQ(parsed(TypedKind::Unix32, "-1"), "ffffffff");
    EXPECT_EQ(parsed(TypedKind::FileTime, "1601-01-01 00:00:00.0000001"), "0100000000000000");
    EXPECT_EQ(parsed(TypedKind::FileTime, "1601-01-01"), "0000000000000000");
    EXPECT_EQ(parsed(TypedKind::FileTime, "2"), "0200000000000000");
    EXPECT_EQ(little(TypedKind::FileTime, "ff ff ff ff ff ff ff ff"), "no date (18446744073709551615)");
    EXPECT_EQ(parsed(TypedKind::FileTime, "no date (18446744073709551615)"), "ffffffffffffffff");
    for (const auto *const text : {"2023-02-29", "2023-13-01", "2023-1-1", "2023-01-01 24:00", "2023-01-01 10:00:00.5",
                                   "2023-01-01x", "1900-01-01", "2038-01-19 03:14:08", "10:00", "2023-01-01 10:00 +02"})
        EXPECT_TRUE(isRefused(TypedKind::Unix32, text)) << text;
    EXPECT_TRUE(isRefused(TypedKind::FileTime, "1600-12-31"));
    EXPECT_TRUE(isRefused(TypedKind::FileTime, "2023-01-01 10:00:00.12345678"));
}

TEST(TypedValue, ReadsIdentifiers)
{
    constexpr std::string_view guid = "{6f9619ff-8b86-d011-b42d-00c04fc964ff}";
    EXPECT_EQ(parsed(TypedKind::Guid, guid), "ff19966f868b11d0b42d00c04fc964ff");
    EXPECT_EQ(parsed(TypedKind::Guid, guid.substr(1, 36), ByteOrder::Big), "6f9619ff8b86d011b42d00c04fc964ff");
    EXPECT_EQ(little(TypedKind::Guid, "ff 19 96 6f 86 8b 11 d0 b4 2d 00 c0 4f c9 64 ff"), guid);
    for (const auto *const text : {"{6f9619ff-8b86-d011-b42d-00c04fc964ff", "6f9619ff8b86d011b42d00c04fc964ff", "{}",
                                   "6f9619ff-8b86-d011-b42d-00c04fc964fg", "6f9619ff-8b86-d011-b42d-00c04fc964ff0"})
        EXPECT_TRUE(isRefused(TypedKind::Guid, text)) << text;
    EXPECT_EQ(big(TypedKind::Ipv4, "7f 00 00 01"), "127.0.0.1");
    EXPECT_EQ(little(TypedKind::Ipv4, "01 00 00 7f"), "127.0.0.1");
    EXPECT_EQ(parsed(TypedKind::Ipv4, "192.168.0.1", ByteOrder::Big), "c0a80001");
    for (const auto *const text : {"1.2.3", "1.2.3.256", "1.2.3.4.5", "01.2.3.4", "1..2.3", "a.b.c.d", "1.2.3.4 x"})
        EXPECT_TRUE(isRefused(TypedKind::Ipv4, text)) << text;
    EXPECT_EQ(parsed(TypedKind::Ipv6, "2001:db8::1"), "20010db8000000000000000000000001");
    EXPECT_EQ(parsed(TypedKind::Ipv6, "::"), "00000000000000000000000000000000");
    EXPECT_EQ(parsed(TypedKind::Ipv6, "::ffff:1.2.3.4"), "00000000000000000000ffff01020304");
    EXPECT_EQ(little(TypedKind::Ipv6, "2001 0db8 0000 0001 0000 0000 0000 0001"), "2001:db8:0:1::1");
    EXPECT_EQ(little(TypedKind::Ipv6, "0001 0000 0003 0004 0005 0006 0007 0008"), "1:0:3:4:5:6:7:8")
        << "one zero stays";
    for (const auto *const text : {":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                                   "12345::", "1:2:3:4:5:6:7::8", "::1.2.3", "1:", "g::"})
        EXPECT_TRUE(isRefused(TypedKind::Ipv6, text)) << text;
    EXPECT_EQ(big(TypedKind::Rgb, "ff 80 00"), "#ff8000");
    EXPECT_EQ(little(TypedKind::Rgb, "00 80 ff"), "#ff8000");
    EXPECT_EQ(little(TypedKind::Rgba, "00 80 ff 40"), "#ff800040");
    EXPECT_EQ(parsed(TypedKind::Rgba, "#ff800040", ByteOrder::Big), "ff800040");
    EXPECT_TRUE(isRefused(TypedKind::Rgb, "#ff80"));
    EXPECT_EQ(parsed(TypedKind::Pointer64, "7ff6`0000+10"), "1000f67f00000000");
    EXPECT_EQ(little(TypedKind::Pointer32, "10 00 00 00"), "0x00000010");
    EXPECT_TRUE(isRefused(TypedKind::Pointer32, "100000000"));
}

TEST(TypedValue, KnowsTheTypesOfCommands)
{
    for (const ValueType type : {ValueType::U8, ValueType::I8, ValueType::U16, ValueType::I16, ValueType::U32,
                                 ValueType::I32, ValueType::U64, ValueType::I64, ValueType::F32, ValueType::F64})
        EXPECT_EQ(typedType(kindOf(type)).size, sizeOf(type)) << nameOf(type);
}

} // namespace
} // namespace ipclens
