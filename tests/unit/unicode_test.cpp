#include "core/text/unicode.h"

#include "core/text/input_text.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

constexpr char32_t characters[] = {0,      'A',    0x7F,   0x80,   0xFC,    0x7FF,   0x800,   0x20AC,
                                   0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};

TEST(Unicode, CharactersComeBackFromEveryEncoding)
{
    for (const char32_t c : characters) {
        for (const auto encoding : {TextEncoding::Utf8, TextEncoding::Utf16, TextEncoding::Utf32}) {
            for (const auto order : {ByteOrder::Little, ByteOrder::Big}) {
                Bytes bytes;
                ASSERT_TRUE(appendEncoded(bytes, c, encoding, order));
                const auto first = firstCharacter(bytes, encoding, order);
                EXPECT_EQ(first.character, c) << std::hex << static_cast<unsigned>(c);
                EXPECT_EQ(first.size, bytes.size());
            }
        }
        std::string text;
        appendUtf8(text, c);
        ASSERT_EQ(utf8Length(text, 0), text.size());
        EXPECT_EQ(utf8Character(text, 0, text.size()), c);
    }
}

TEST(Unicode, HalvesOfPairsAreNoCharacters)
{
    Bytes bytes;
    EXPECT_FALSE(appendEncoded(bytes, 0xD800, TextEncoding::Utf8, ByteOrder::Little));
    ASSERT_TRUE(appendEncoded(bytes, 0xDC00, TextEncoding::Utf16, ByteOrder::Little));
    const auto first = firstCharacter(bytes, TextEncoding::Utf16, ByteOrder::Little);
    EXPECT_FALSE(first.character);
    EXPECT_EQ(first.size, 2u);
    EXPECT_EQ(first.unit, 0xDC00u);
}

TEST(Unicode, CodePage1252)
{
    EXPECT_EQ(ansiByte(U'\u20AC'), std::byte{0x80});
    EXPECT_EQ(ansiByte(U'\u00FC'), std::byte{0xFC});
    EXPECT_EQ(ansiByte(U'\u0142'), std::nullopt);
    EXPECT_EQ(ansiByte(0x81), std::nullopt) << "a control character that the code page lacks";
    EXPECT_EQ(ansiByte(replacementCharacter), std::nullopt);
    int characterCount = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const char32_t c = ansiCharacter(static_cast<std::byte>(byte));
        if (c != replacementCharacter) {
            EXPECT_EQ(ansiByte(c), static_cast<std::byte>(byte));
            ++characterCount;
        }
    }
    EXPECT_EQ(characterCount, 251);
}

} // namespace
} // namespace ipclens
