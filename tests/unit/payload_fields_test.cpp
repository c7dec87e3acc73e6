#include "core/traffic/payload_fields.h"

#include "core/traffic/filter_expression.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

std::shared_ptr<const LayoutType> layout(std::string_view text)
{
    const auto parsed = parseStructLayout(text, PointerSize::Bits64);
    EXPECT_TRUE(parsed) << parsed.error().meaning;
    return parsed.value_or(nullptr);
}

TEST(PayloadFields, OfAStruct)
{
    const auto made =
        layout("struct A { DWORD id; struct { WORD x, y; } at[2]; char text[4]; WORD flags : 3; WORD rest[]; };");
    const auto bytes = toBytes(std::string_view("\7\0\0\0\1\0\2\0\3\0\4\0abc\0\5\0\6\0\7\0", 22));
    const auto fields = layoutFields(*made, bytes, 100);
    ASSERT_EQ(fields.size(), 5u);
    EXPECT_EQ(fields[0].value, "7 (0x7)");
    ASSERT_EQ(fields[1].children.size(), 2u);
    EXPECT_EQ(fields[1].children[1].name, "[1]");
    EXPECT_EQ(fields[1].children[1].children[1].value, "4 (0x4)");
    EXPECT_EQ(fields[1].children[1].children[1].bytes, (AddressRange{10, 2}));
    EXPECT_EQ(fields[2].value, "\"abc\"");
    EXPECT_EQ(fields[3].type, "WORD : 3");
    EXPECT_EQ(fields[3].value, "5 (0x5)");
    ASSERT_EQ(fields[4].children.size(), 2u) << "to the end of the payload";
    EXPECT_EQ(fields[4].children[1].value, "7 (0x7)");
    EXPECT_EQ(fields[4].bytes, (AddressRange{18, 4}));
}

TEST(PayloadFields, LeaveOutWhatIsTooMuch)
{
    const auto made = layout("struct A { BYTE b[1000]; BYTE c; };");
    const auto fields = layoutFields(*made, Bytes(1001), 10);
    ASSERT_EQ(fields.size(), 2u);
    EXPECT_EQ(fields[0].children.size(), 10u);
    EXPECT_EQ(fields[0].children.back().value, "more is left out");
    EXPECT_EQ(fields[1].value, "more is left out");
    std::string unions = "union U0 { BYTE b; };\n";
    for (int i = 1; i <= 60; ++i)
        unions += "union U" + std::to_string(i) + " { union U" + std::to_string(i - 1) + " a, b; };\n";
    EXPECT_EQ(layoutFields(*layout(unions), Bytes(1), 1000).size(), 2u);
    EXPECT_LT(layoutSummary(*layout(unions), Bytes(1), 100).size(), 500u);
}

TEST(PayloadFields, OpenArraysGoOnOnlyAtTheEnd)
{
    const auto made =
        layout("struct I { BYTE n; char t[ANYSIZE_ARRAY]; }; struct A { struct I i[2]; DWORD x; struct I last; };");
    const auto bytes = toBytes(std::string_view("\1a\2b\3\0\0\0\4text\0more", 18));
    const auto fields = layoutFields(*made, bytes, 100);
    EXPECT_EQ(fields[0].children[0].children[1].value, "\"a\"");
    EXPECT_EQ(fields[0].children[1].children[1].value, "\"b\"");
    EXPECT_EQ(fields[2].children[1].value, "\"text\"");
}

TEST(PayloadFields, InOneLine)
{
    const auto made =
        layout("struct A { DWORD id; struct { float x; short y; }; BYTE b[2]; wchar_t name[3]; enum { ON = 1 } e; };");
    const auto bytes = toBytes(std::string_view("\7\0\0\0\0\0\xC0\x3F\xFE\xFF\0\0\1\2a\0b\0\0\0\1\0\0\0", 24));
    EXPECT_EQ(layoutSummary(*made, bytes, 200),
              "id 7 (0x7), {x 1.5, y -2 (0xfffe)}, b [1 (0x1) 2 (0x2)], name \"ab\", e ON (1)");
    EXPECT_EQ(layoutSummary(*made, std::span(bytes).first(5), 200), "id 7 (0x7), {x ?, y ?}, b [? ?], name ?, e ?");
    EXPECT_LT(layoutSummary(*layout("struct A { BYTE b[100000]; };"), Bytes(100'000), 50).size(), 100u);
}

TEST(PayloadFields, BuildFilters)
{
    const auto made =
        layout("enum E : short { LOW = -1 };\n"
               "struct A { DWORD id; int n; float f; double d; bool t; char k; wchar_t w[8]; char c[8]; enum E e;\n"
               "WORD low : 4, high : 4; GUID g; BYTE raw[3]; FILETIME when; void *p; float nan; };");
    Bytes bytes(made->size);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(i * 7 + 3);
    const auto put = [&](std::size_t at, std::string_view part) {
        std::ranges::copy(toBytes(part), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(8, std::string_view("\0\0\xC0\x3F", 4));
    put(16, std::string_view("\0\0\0\0\0\0\xF8\xBF", 8));
    put(26, std::string_view("w\0i\0d\0e\0\0\0", 10));
    put(42, std::string_view("text\0", 5));
    put(50, "\xFF\xFF");
    put(made->fields.back().offset, "\xFF\xFF\xFF\xFF");
    Message message;
    message.payload = bytes;
    auto pointing = Message{.kind = MessageKind::Registered};
    pointing.references.push_back({.kind = ReferenceKind::Pointer, .bytes = bytes});
    const auto fields = layoutFields(*made, bytes, 100);
    EXPECT_EQ(fields.size(), 16u);
    for (const auto &field : fields) {
        for (const auto *const of : {&message, &pointing}) {
            const auto filter = layoutFilter(field, bytes, of == &message ? "payload" : "pointer.bytes");
            const auto parsed = FilterExpression::parse(filter);
            ASSERT_TRUE(parsed) << filter << ": " << parsed.error().meaning;
            EXPECT_TRUE(parsed->matches(*of)) << filter;
        }
        auto other = message;
        for (std::uint64_t i = 0; i < field.bytes->size; ++i)
            other.payload[field.bytes->begin + i] ^= std::byte{0x21};
        EXPECT_FALSE(FilterExpression::parse(layoutFilter(field, bytes, "payload"))->matches(other)) << field.name;
    }
    EXPECT_EQ(layoutFilter(fields[6], bytes, "payload"), "payload[26:8] == 77:00:69:00:64:00:65:00");
    EXPECT_EQ(layoutFilter(fields[7], bytes, "payload"), "payload[42:4] == \"text\"");
    EXPECT_EQ(layoutFilter(fields[0], {}, "payload"), "");
    EXPECT_EQ(bytesFilter({1, 3}, toBytes("\1abc"), "payload"), "payload[1:3] == \"abc\"");
    EXPECT_EQ(bytesFilter({0, 2}, toBytes("\1\2"), "payload"), "payload[0:2] == 01:02");
    EXPECT_EQ(bytesFilter({0, 0}, toBytes("\1\2"), "payload"), "");
    EXPECT_EQ(bytesFilter({0, 100}, Bytes(100), "payload"), "");
    EXPECT_EQ(bytesFilter({1, 2}, Bytes(2), "payload"), "");
}

} // namespace
} // namespace ipclens
