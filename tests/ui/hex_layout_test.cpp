#include "ui/hex_characters.h"
#include "ui/hex_layout.h"

#include <gtest/gtest.h>

#include <cstring>

namespace ipclens {
namespace {

std::string valueText(std::string_view bytes, const HexLayout &layout)
{
    std::string text(static_cast<std::size_t>(valueWidth(layout)), '#');
    writeValue(std::as_bytes(std::span(bytes)), layout, text);
    return text;
}

template <class T>
std::string valueText(T value, ValueType unit)
{
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return valueText(bytes, {.unit = unit, .radix = HexRadix::Decimal});
}

TEST(HexLayout, WritesValuesInEveryUnit)
{
    using namespace std::string_view_literals;
    EXPECT_EQ(valueText("\x2a"sv, HexLayout{}), "2a");
    EXPECT_EQ(valueText("\x2a\x00"sv, {.unit = ValueType::U16}), "002a");
    EXPECT_EQ(valueText("\x2a\x00"sv, {.unit = ValueType::U16, .order = ByteOrder::Big}), "2a00");
    EXPECT_EQ(valueText("\xfe\xff\xff\xff"sv, {.unit = ValueType::I32}), "fffffffe") << "hex is two's complement";
    EXPECT_EQ(valueText("\xfe\xff\xff\xff"sv, {.unit = ValueType::I32, .radix = HexRadix::Decimal}), "         -2");
    EXPECT_EQ(valueText("\xfe\xff\xff\xff"sv, {.unit = ValueType::U32, .radix = HexRadix::Decimal}), "4294967294");
    EXPECT_EQ(valueText("\x05"sv, {.radix = HexRadix::Binary}), "00000101");
    EXPECT_EQ(valueText(1.5f, ValueType::F32), "          1.5");
    EXPECT_EQ(valueText(-0.1, ValueType::F64), "             -0.1");
}

TEST(HexLayout, ExtremeValuesFit)
{
    EXPECT_EQ(valueText(std::int8_t{-128}, ValueType::I8), "-128");
    EXPECT_EQ(valueText(std::uint8_t{255}, ValueType::U8), "255");
    EXPECT_EQ(valueText(std::int16_t{-32768}, ValueType::I16), "-32768");
    EXPECT_EQ(valueText(std::numeric_limits<std::int32_t>::min(), ValueType::I32), "-2147483648");
    EXPECT_EQ(valueText(std::numeric_limits<std::int64_t>::min(), ValueType::I64), "-9223372036854775808");
    EXPECT_EQ(valueText(~std::uint64_t{0}, ValueType::U64), "18446744073709551615");
    EXPECT_EQ(valueText(-std::numeric_limits<float>::min(), ValueType::F32), "-1.175494e-38");
    EXPECT_EQ(valueText(-std::numeric_limits<double>::max(), ValueType::F64), "-1.797693135e+308");
    EXPECT_NE(valueText(std::numeric_limits<double>::quiet_NaN(), ValueType::F64).find("nan"), std::string::npos);
    EXPECT_LE(valueWidth(ValueType::U64, HexRadix::Binary), largestValueWidth);
}

// What the text column shows of bytes that begin at `column`, with three unknown ones around; '~' for no character.
std::u32string textOf(std::string_view bytes, HexText text, int column = 0, ByteOrder order = ByteOrder::Little,
                      std::size_t before = 0)
{
    std::vector<SparseBytes::Cell> cells(characterReach - before);
    for (const char c : bytes)
        cells.push_back({.state = ByteState::Known, .value = static_cast<std::byte>(c)});
    std::u32string shown(bytes.size() - before, U'#');
    cells.resize(cells.size() + characterReach);
    readCharacters(cells, characterReach, column, {.order = order, .text = text}, shown);
    std::ranges::replace(shown, noCharacter, U'~');
    return shown;
}

TEST(HexCharacters, SingleBytes)
{
    EXPECT_EQ(textOf("aZ\n\x80\xe9\x7f", HexText::Ascii), U"aZ....");
    EXPECT_EQ(textOf("aZ\n\x80\xe9\x7f", HexText::Latin1), U"aZ..\u00e9.");
}

TEST(HexCharacters, Utf8ShowsACharacterAtItsFirstByte)
{
    EXPECT_EQ(textOf("a\xc3\xa9z", HexText::Utf8), U"a\u00e9~z");
    EXPECT_EQ(textOf("\xe2\x82\xac!", HexText::Utf8), U"\u20ac~~!");
    EXPECT_EQ(textOf("\xf0\x9f\x98\x80!", HexText::Utf8), U"\U0001F600~~~!");
    EXPECT_EQ(textOf("\xa9"
                     "a",
                     HexText::Utf8),
              U".a")
        << "no first byte";
    EXPECT_EQ(textOf("\xc0\xaf\xed\xa0\x80\xf5", HexText::Utf8), U"......") << "overlong, surrogate, too large";
    EXPECT_EQ(textOf("\xe2\x82", HexText::Utf8), U"..") << "goes on in what is not known";
    EXPECT_EQ(textOf("\xe2\x82\xac!", HexText::Utf8, 0, ByteOrder::Little, 1), U"~~!") << "began in the row before";
}

TEST(HexCharacters, Utf16BeginsAtEvenColumns)
{
    using namespace std::string_view_literals;
    EXPECT_EQ(textOf("a\0\xac\x20"sv, HexText::Utf16), U"a~\u20ac~");
    EXPECT_EQ(textOf("\0a\x20\xac"sv, HexText::Utf16, 0, ByteOrder::Big), U"a~\u20ac~");
    EXPECT_EQ(textOf("\x3d\xd8\x00\xde"sv, HexText::Utf16), U"\U0001F600~~~");
    EXPECT_EQ(textOf("\x3d\xd8"
                     "a\0"sv,
                     HexText::Utf16),
              U".~a~")
        << "half a pair";
    EXPECT_EQ(textOf("\0a\0"sv, HexText::Utf16, 1), U"~a~") << "the row begins with a second byte";
}

TEST(HexCharacters, EncodesWhatIsTyped)
{
    const auto encoded = [](char32_t character, HexText text, ByteOrder order = ByteOrder::Little) {
        const Bytes bytes = encodeCharacter(character, {.order = order, .text = text});
        return std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    };
    using namespace std::string_literals;
    EXPECT_EQ(encoded(U'a', HexText::Ascii), "a");
    EXPECT_EQ(encoded(U'\u00e9', HexText::Ascii), "");
    EXPECT_EQ(encoded(U'\u00e9', HexText::Latin1), "\xe9");
    EXPECT_EQ(encoded(U'\u20ac', HexText::Latin1), "");
    EXPECT_EQ(encoded(U'\u00e9', HexText::Utf8), "\xc3\xa9");
    EXPECT_EQ(encoded(U'\u20ac', HexText::Utf8), "\xe2\x82\xac");
    EXPECT_EQ(encoded(U'\U0001F600', HexText::Utf8), "\xf0\x9f\x98\x80");
    EXPECT_EQ(encoded(U'\u20ac', HexText::Utf16), "\xac\x20");
    EXPECT_EQ(encoded(U'\u20ac', HexText::Utf16, ByteOrder::Big), "\x20\xac");
    EXPECT_EQ(encoded(U'\U0001F600', HexText::Utf16), "\x3d\xd8\x00\xde"s);
}

} // namespace
} // namespace ipclens
