#include "core/text/struct_layout.h"

#include "core/model/bytes.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

LayoutField layout(std::string_view text, PointerSize pointers = PointerSize::Bits64)
{
    auto parsed = parseStructLayout(text, pointers);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().meaning;
    return parsed.value_or(LayoutField());
}

std::vector<std::uint64_t> offsets(const LayoutField &field)
{
    std::vector<std::uint64_t> all;
    for (const auto &child : field.children)
        all.push_back(child.offset);
    all.push_back(field.size);
    return all;
}

using Offsets = std::vector<std::uint64_t>;

TEST(StructLayout, LaysOutAsWindowsDoes)
{
    EXPECT_EQ(offsets(layout("struct A { BYTE a; DWORD b; WORD c; };")), (Offsets{0, 4, 8, 12}));
    EXPECT_EQ(offsets(layout("typedef struct { char c; double d; long l; } A;")), (Offsets{0, 8, 16, 24}));
    EXPECT_EQ(offsets(layout("typedef struct { char c; __int64 d; } A, *PA;", PointerSize::Bits32)),
              (Offsets{0, 8, 16}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; HWND w; LPVOID p; BOOL f; };")), (Offsets{0, 8, 16, 24, 32}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; HWND w; LPVOID p; BOOL f; };", PointerSize::Bits32)),
              (Offsets{0, 4, 8, 12, 16}));
    EXPECT_EQ(offsets(layout("struct A { uint8_t b; const char *s, c; unsigned long long q; size_t n; };")),
              (Offsets{0, 8, 16, 24, 32, 40}));
    EXPECT_EQ(offsets(layout("struct A { wchar_t name[3]; int x; char y[2][3]; };")), (Offsets{0, 8, 12, 20}));
    EXPECT_EQ(offsets(layout("union U { BYTE b[3]; DWORD d; };")), (Offsets{0, 0, 4}));
}

TEST(StructLayout, Packing)
{
    EXPECT_EQ(offsets(layout("#pragma pack(push, 1)\nstruct A { BYTE a; DWORD b; double c; };\n#pragma pack(pop)\n")),
              (Offsets{0, 1, 5, 13}));
    EXPECT_EQ(offsets(layout("#pragma pack(2)\nstruct A { BYTE a; DWORD b; };")), (Offsets{0, 2, 6}));
    EXPECT_EQ(offsets(layout("#pragma pack(push,1)\nstruct A { BYTE a; DWORD b; };\n#pragma pack(pop)\nstruct B { BYTE "
                             "a; struct A b; DWORD c; };")),
              (Offsets{0, 1, 8, 12}));
    EXPECT_EQ(offsets(layout("#pragma pack(1)\n#pragma pack()\nstruct A { BYTE a; DWORD b; };")), (Offsets{0, 4, 8}));
}

TEST(StructLayout, NestedStructsEnumsAndConstants)
{
    const auto made = layout("#define COUNT 4 // so many\n"
                             "enum Colour { RED, GREEN = 5, BLUE };\n"
                             "typedef struct _POINT2 { LONG x, y; } POINT2;\n"
                             "struct Shape {\n"
                             "    enum Colour colour; /* of the\n line */\n"
                             "    POINT2 points[COUNT];\n"
                             "    union { float f; DWORD raw; };\n"
                             "    struct { BYTE a; WORD b; } inner;\n"
                             "    char text[BLUE + 2*1];\n"
                             "    struct Shape *next;\n"
                             "};");
    EXPECT_EQ(made.type, "Shape");
    EXPECT_EQ(offsets(made), (Offsets{0, 4, 36, 40, 44, 56, 64}));
    EXPECT_EQ(made.children[1].type, "POINT2[4]");
    EXPECT_EQ(made.children[1].children[0].children[1].name, "y");
    EXPECT_EQ(made.children[4].count, 8u);
    EXPECT_EQ(made.children[5].kind, LayoutField::Kind::Pointer);
}

TEST(StructLayout, MistakesSayWhere)
{
    struct Mistake {
        std::string_view text, place, meaning;
    };
    const Mistake mistakes[] = {
        {"struct A {\n    DWORD a : 3;\n};", "line 2, column 13", "bit fields"},
        {"struct A {\n  DWORD a;\n  FOO b;\n};", "line 3, column 3", "no type \"FOO\""},
        {"struct A { DWORD a }", "line 1, column 20", "\";\" was expected"},
        {"struct A { DWORD a;", "line 1, column 20", "has no end"},
        {"struct A { DWORD a[]; };", "line 1, column 20", "without a size"},
        {"struct A { DWORD a[0]; };", "line 1, column 20", "1 to"},
        {"struct A { DWORD a[99999999]; };", "line 1, column 20", "1 to"},
        {"struct A { void f(); };", "line 1, column 18", "functions"},
        {"struct A { void (*f)(int); };", "line 1, column 17", "void * instead"},
        {"struct A { void v; };", "line 1, column 17", "no size"},
        {"struct A : B { int x; };", "line 1, column 10", "base"},
        {"struct A { int x = 3; };", "line 1, column 18", "value"},
        {"struct A { struct B b; };", "line 1, column 19", "no struct \"B\""},
        {"struct A { struct A a; };", "line 1, column 19", "no struct \"A\""},
        {"#if X\nstruct A { int x; };", "line 1, column 1", "#if"},
        {"#pragma pack(3)\nstruct A { int x; };", "line 1, column 1", "packing"},
        {"#pragma pack(pop)\n", "line 1, column 1", "nothing to pop"},
        {"int x;", "line 1, column 1", "a struct was expected"},
        {"", "line 1, column 1", "a struct was expected"},
        {"struct A { };", "line 1, column 14", "no fields"},
        {"/* \xC3\xBC */ struct \xC3\xBC", "line 1, column 16", "was expected"},
        {"struct A { int x; /* ", "line 1, column 19", "comment"},
    };
    for (const auto &[text, place, meaning] : mistakes) {
        const auto parsed = parseStructLayout(text, PointerSize::Bits64);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(lineAndColumn(text, parsed.error().offset), place) << text << ": " << parsed.error().meaning;
        EXPECT_NE(parsed.error().meaning.find(meaning), std::string::npos) << text << ": " << parsed.error().meaning;
    }
}

TEST(StructLayout, ReadsValues)
{
    const auto made = layout("enum E { A, B }; struct S { short s; enum E e; float f; BOOL t; char c[6]; wchar_t w[3]; "
                             "HWND h; BYTE b[2]; char k; };");
    const auto bytes = toBytes(std::string_view(
        "\xFE\xFF\0\0\1\0\0\0\0\0\x80\x3F\1\0\0\0ab\0xyzG\0\xFC\0\0\0\0\0\0\0\x42\0\0\0\0\0\0\0\1\2A", 43));
    const auto value = [&](std::size_t i) {
        return layoutValue(made.children[i],
                           std::span(bytes).subspan(std::min<std::size_t>(bytes.size(), made.children[i].offset)));
    };
    EXPECT_EQ(value(0), "-2 (0xfffe)");
    EXPECT_EQ(value(1), "B (1)");
    EXPECT_EQ(value(2), "1");
    EXPECT_EQ(value(3), "true");
    EXPECT_EQ(value(4), "\"ab\"");
    EXPECT_EQ(value(5), "\"G\xC3\xBC\"");
    EXPECT_EQ(value(6), "0x42");
    EXPECT_EQ(value(7), "");
    EXPECT_EQ(value(8), "65 'A'");
    EXPECT_EQ(layoutValue(made.children[2], std::span(bytes).first(3)), "only 3 of 4 bytes are there");
    EXPECT_EQ(layoutValue(made.children[2], {}), "behind the end of the payload");
}

TEST(StructLayout, AnyTextGivesALayoutOrAProblem)
{
    constexpr std::string_view words[] = {"struct",   "union",
                                          "enum",     "typedef",
                                          "A",        "B",
                                          "{",        "}",
                                          ";",        "[",
                                          "]",        "3",
                                          "*",        ",",
                                          "DWORD",    "long",
                                          "unsigned", "(",
                                          ")",        "\n#pragma pack(",
                                          "push",     "#define N 4\n",
                                          "N",        "=",
                                          ":",        "-",
                                          "/*",       "*/",
                                          "//",       "\xC3",
                                          "\n",       " "};
    std::mt19937 random(7); // NOLINT: the same on every run
    int good = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "struct A { DWORD a; " : "";
        for (auto count = random() % 25; count-- > 0;)
            text += std::string(words[random() % std::size(words)]) + (random() % 3 == 0 ? "" : " ");
        if (round % 2 == 0)
            text += "; };";
        const auto parsed = parseStructLayout(text, PointerSize::Bits32);
        good += parsed.has_value();
        if (!parsed) {
            EXPECT_LE(parsed.error().offset, text.size());
        }
    }
    EXPECT_GT(good, 100);
}

} // namespace
} // namespace ipclens
