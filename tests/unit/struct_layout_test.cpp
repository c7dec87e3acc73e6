#include "core/text/struct_layout.h"

#include "core/model/bytes.h"
#include "core/text/typed_value.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace ipclens {
namespace {

LayoutType layout(std::string_view text, PointerSize pointers = PointerSize::Bits64)
{
    auto parsed = parseStructLayout(text, pointers);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().meaning;
    return parsed ? **parsed : LayoutType();
}

std::vector<std::uint64_t> offsets(const LayoutType &type)
{
    std::vector<std::uint64_t> all;
    for (const auto &field : type.fields)
        all.push_back(field.offset);
    all.push_back(type.size);
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
    EXPECT_EQ(made.name, "Shape");
    EXPECT_EQ(offsets(made), (Offsets{0, 4, 36, 40, 44, 56, 64}));
    EXPECT_EQ(made.fields[1].type->name, "POINT2[4]");
    EXPECT_EQ(made.fields[1].type->element->fields[1].name, "y");
    EXPECT_EQ(made.fields[4].type->count, 8u);
    EXPECT_EQ(made.fields[5].type->kind, LayoutType::Kind::Pointer);
}

TEST(StructLayout, TypesOfWindows)
{
    EXPECT_EQ(offsets(layout("struct A { DWORD id; FILETIME t; DWORD x; };")), (Offsets{0, 4, 12, 16})) << "two DWORDs";
    EXPECT_EQ(offsets(layout("struct A { BYTE b; SYSTEMTIME t; BYTE c; };")), (Offsets{0, 2, 18, 20}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; GUID g; LARGE_INTEGER i; };")), (Offsets{0, 4, 24, 32}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; RECT r; POINT p; SIZE s; COORD c; };")),
              (Offsets{0, 4, 20, 28, 36, 40}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; MSG m; };")), (Offsets{0, 8, 56}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; MSG m; };", PointerSize::Bits32)), (Offsets{0, 4, 32}));
    EXPECT_EQ(offsets(layout("struct A { BYTE b; COPYDATASTRUCT c; };")), (Offsets{0, 8, 32}));
    EXPECT_EQ(offsets(layout("struct A { TCHAR t; TBYTE b; char c; HALF_PTR h; };")), (Offsets{0, 2, 4, 8, 12}));
    EXPECT_EQ(
        offsets(layout("struct A { LPRECT r; PCWSTR s; LPCGUID g; PDWORD d; UINT_PTR u; };", PointerSize::Bits32)),
        (Offsets{0, 4, 8, 12, 16, 20}));
    EXPECT_EQ(offsets(layout("struct A { unsigned __int16 a; signed __int32 b; __int8 c; unsigned __int64 d; };")),
              (Offsets{0, 4, 8, 16, 24}));
    EXPECT_EQ(offsets(layout("struct A { CONST VOID FAR *p; IN OUT DWORD n; UNALIGNED long l; };")),
              (Offsets{0, 8, 12, 16}));
    EXPECT_EQ(layout("struct A { POINT p; };").fields[0].type->fields[1].name, "y");
    EXPECT_EQ(layout("struct A { LOGFONTW f; };").size, 92u);
}

TEST(StructLayout, BitFieldsShareAnInteger)
{
    const auto bits = [](const LayoutType &type) {
        std::vector<std::array<std::uint64_t, 3>> all;
        for (const auto &field : type.fields)
            all.push_back({field.offset, field.bitOffset, field.bitCount});
        all.push_back({type.size, 0, 0});
        return all;
    };
    using Bits = std::vector<std::array<std::uint64_t, 3>>;
    EXPECT_EQ(bits(layout("struct A { DWORD a : 3, b : 5; DWORD c : 30; BYTE d; };")),
              (Bits{{0, 0, 3}, {0, 3, 5}, {4, 0, 30}, {8, 0, 0}, {12, 0, 0}}));
    EXPECT_EQ(bits(layout("struct A { BYTE x : 3; WORD y : 3; int z : 3; long w : 4; };")),
              (Bits{{0, 0, 3}, {2, 0, 3}, {4, 0, 3}, {4, 3, 4}, {8, 0, 0}}));
    EXPECT_EQ(bits(layout("struct A { DWORD a : 3; DWORD : 4; DWORD b : 1; };")),
              (Bits{{0, 0, 3}, {0, 7, 1}, {4, 0, 0}}));
    EXPECT_EQ(bits(layout("struct A { char x : 3; int : 0; char d; };")), (Bits{{0, 0, 3}, {4, 0, 0}, {8, 0, 0}}));
    EXPECT_EQ(bits(layout("struct A { char c; int : 0; char d; };")), (Bits{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}}));
    EXPECT_EQ(bits(layout("union A { int a : 3; char b; short c : 9; };")),
              (Bits{{0, 0, 3}, {0, 0, 0}, {0, 0, 9}, {4, 0, 0}}));
    EXPECT_EQ(bits(layout("#pragma pack(push,1)\nstruct A { char c; int x : 3; char d; };\n#pragma pack(pop)")),
              (Bits{{0, 0, 0}, {1, 0, 3}, {5, 0, 0}, {6, 0, 0}}));
    const auto values = layout(
        "enum E : BYTE { X = 2 }; struct A { int a : 3; unsigned b : 3; bool c : 1; BYTE d : 1; enum E e : 2; };");
    const auto bytes = toBytes(std::string_view("\x3E\0\0\0\x03\x02", 6));
    const auto value = [&](std::size_t i) {
        return layoutValue(values.fields[i], std::span(bytes).subspan(values.fields[i].offset));
    };
    EXPECT_EQ(value(0), "-2 (0x6)");
    EXPECT_EQ(value(1), "7 (0x7)");
    EXPECT_EQ(value(2), "true");
    EXPECT_EQ(value(3), "1 (0x1)");
}

TEST(StructLayout, OpenArrays)
{
    const auto made = layout("struct A { DWORD count; WORD values[]; };");
    EXPECT_EQ(offsets(made), (Offsets{0, 4, 4}));
    EXPECT_TRUE(made.fields[1].type->isOpen);
    EXPECT_EQ(elementsIn(*made.fields[1].type, 7), 3u);
    EXPECT_EQ(offsets(layout("struct A { BYTE n; WORD v[0]; };")), (Offsets{0, 2, 2}));
    const auto any = layout("struct A { DWORD count; WORD values[ANYSIZE_ARRAY]; };");
    EXPECT_EQ(offsets(any), (Offsets{0, 4, 8})) << "sizeof counts one";
    EXPECT_EQ(elementsIn(*any.fields[1].type, 0), 1u);
    EXPECT_EQ(elementsIn(*any.fields[1].type, 10), 5u);
    EXPECT_EQ(offsets(layout("struct A { char text[]; };")), (Offsets{0, 0}));
}

TEST(StructLayout, ConstantsAndMacros)
{
    const auto count = [](std::string_view text) { return layout(text).fields[0].type->count; };
    EXPECT_EQ(count("#define N (4)\nstruct A { int x[N]; };"), 4u);
    EXPECT_EQ(count("#define N 4u // four\n#define M (2*N + \\\n 1)\nstruct A { int x[M]; };"), 9u);
    EXPECT_EQ(count("struct A { char x[MAX_PATH + 1]; };"), 261u);
    EXPECT_EQ(count("struct A { int x[1 + 2 * 3 - 8 / 4 % 3 << 1 | 1]; };"), 11u);
    EXPECT_EQ(count("struct A { int x[(~0 & 0xF) ^ 012]; };"), 5u);
    EXPECT_EQ(count("struct B { BYTE b; DWORD d; }; struct A { char x[sizeof(struct B) * sizeof(void *)]; };"), 64u);
    EXPECT_EQ(count("enum { FIRST = 3, NEXT }; struct A { char x[NEXT]; };"), 4u);
    EXPECT_EQ(offsets(layout("#define MYTYPE DWORD\n#define ATTR\nstruct ATTR A { BYTE b; MYTYPE d; };")),
              (Offsets{0, 4, 8}));
    EXPECT_EQ(count("#define N N\nenum { N = 3 }; struct A { int x[N]; };"), 3u) << "a macro is not in itself";
    // 2^30 words are not written out.
    std::string bomb = "#define A0 int x\n";
    for (int i = 1; i <= 30; ++i)
        bomb += "#define A" + std::to_string(i) + " A" + std::to_string(i - 1) + "; A" + std::to_string(i - 1) + "\n";
    const auto parsed = parseStructLayout(bomb + "struct A { A30; };", PointerSize::Bits64);
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().meaning.find("too long once its macros"), std::string::npos);
    EXPECT_EQ(parsed.error().length, 3u);
}

TEST(StructLayout, NamesAndTheirOrder)
{
    EXPECT_EQ(layout("typedef struct _A { int x; } A, *PA;").name, "A");
    EXPECT_EQ(
        offsets(layout("typedef struct _NODE NODE, *PNODE;\nstruct _NODE { DWORD id; PNODE next; NODE *other; };")),
        (Offsets{0, 8, 16, 24}));
    EXPECT_EQ(offsets(layout("struct B; struct A { struct B *b; struct C *c; };")), (Offsets{0, 8, 16}));
    // As in C++: a struct with a name is merely defined there.
    EXPECT_EQ(offsets(layout("struct O { struct I { int a; }; struct I x[2]; };")), (Offsets{0, 8}));
    EXPECT_EQ(offsets(layout("struct O { struct { int a; union { int b; char c; }; }; int d; };")),
              (Offsets{0, 8, 12}));
    EXPECT_EQ(layout("typedef enum { RED, GREEN } COLOUR; struct A { COLOUR c; };").fields[0].type->name, "COLOUR");
    EXPECT_EQ(offsets(layout("enum class E : unsigned char { A }; struct S { E e; WORD w; };")), (Offsets{0, 2, 4}));
}

TEST(StructLayout, TypesThatHoldOneAnotherAreShared)
{
    // Written out, the last one would have 2^60 fields.
    std::string unions = "union U0 { BYTE b; };\n";
    for (int i = 1; i <= 60; ++i)
        unions += "union U" + std::to_string(i) + " { union U" + std::to_string(i - 1) + " a, b; };\n";
    EXPECT_EQ(layout(unions).size, 1u);
    std::string structs = "struct S0 { BYTE b; };\n";
    for (int i = 1; i <= 3000; ++i)
        structs += "struct S" + std::to_string(i) + " { struct S" + std::to_string(i - 1) + " a; };\n";
    const auto deep = parseStructLayout(structs, PointerSize::Bits64);
    ASSERT_FALSE(deep);
    EXPECT_NE(deep.error().meaning.find("at most 64 deep"), std::string::npos);
    std::string names = "typedef struct { ";
    for (int i = 0; i < 4000; ++i)
        names += "int a" + std::to_string(i) + ";";
    names += "} N";
    for (int i = 0; i < 30'000; ++i)
        names += ",n" + std::to_string(i);
    EXPECT_EQ(layout(names + ";").fields.size(), 4000u);
    EXPECT_TRUE(
        parseStructLayout("struct A { int x" + std::string(100'000, '['), PointerSize::Bits64).error().meaning.size() >
        0);
    EXPECT_FALSE(parseStructLayout("struct A { int x[" + std::string(100'000, '('), PointerSize::Bits64));
    std::string nested;
    for (int i = 0; i < 5000; ++i)
        nested += "struct {";
    EXPECT_FALSE(parseStructLayout(nested, PointerSize::Bits64));
    EXPECT_FALSE(parseStructLayout("struct A { " + std::string(100'000, 'P') + " x; };", PointerSize::Bits64));
}

TEST(StructLayout, MistakesSayWhere)
{
    struct Mistake {
        std::string_view text, place, meaning;
    };
    const Mistake mistakes[] = {
        {"struct A {\n  DWORD a;\n  FOO b;\n};", "line 3, column 3", "no type \"FOO\""},
        {"struct A { DWORD a }", "line 1, column 20", "\";\" was expected"},
        {"struct A { DWORD a;", "line 1, column 20", "has no end"},
        {"struct A { DWORD a[]; int b; };", "line 1, column 27", "nothing can follow"},
        {"struct A { DWORD a[2][]; };", "line 1, column 23", "first dimension"},
        {"struct A { DWORD a[-1]; };", "line 1, column 20", "at most"},
        {"struct A { DWORD a[99999999]; };", "line 1, column 20", "at most"},
        {"struct A { DWORD a[8000000]; };", "line 1, column 19", "larger than"},
        {"union A { int x; DWORD a[]; };", "line 1, column 24", "cannot lie in a union"},
        {"struct B { int n; BYTE b[]; }; struct A { struct B b; int c; };", "line 1, column 59", "nothing can follow"},
        {"struct A { struct I { int x; }; };", "line 1, column 35", "no fields"},
        {"struct A { DWORD a : 33; };", "line 1, column 22", "32 bits"},
        {"struct A { DWORD a : 0; };", "line 1, column 22", "at least one bit"},
        {"struct A { float a : 3; };", "line 1, column 18", "whole number"},
        {"enum E : RECT { A };", "line 1, column 10", "whole number"},
        {"enum E : float { A };", "line 1, column 10", "whole number"},
        {"#define B(x) x\nstruct A { B(int) x; };", "line 2, column 12", "no type \"B\""},
        {"#define N (4 +\nstruct A { int x[N]; };", "line 2, column 19", "a number was expected, not \"]\""},
        {"struct A { int x[1 / 0]; };", "line 1, column 22", "divided by 0"},
        {"struct A { int x[1 << 64]; };", "line 1, column 23", "0 to 63"},
        {"struct A { int x[sizeof(void)]; };", "line 1, column 24", "no size"},
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
        return layoutValue(made.fields[i],
                           std::span(bytes).subspan(std::min<std::size_t>(bytes.size(), made.fields[i].offset)));
    };
    EXPECT_EQ(value(0), "-2 (0xfffe)");
    EXPECT_EQ(value(1), "B (1)");
    EXPECT_EQ(value(2), "1");
    EXPECT_EQ(value(3), "true");
    EXPECT_EQ(value(4), "\"ab\"");
    EXPECT_EQ(value(5), "\"G\xC3\xBC\"");
    EXPECT_EQ(value(6), "0x42");
    EXPECT_EQ(value(7), "");
    const auto more = layout("struct S { FILETIME t; GUID g; char ansi[4]; char open[]; };");
    const auto data =
        toBytes(std::string_view("\0\x80\x3E\xD5\xDE\xB1\x9D\x01\x64\x9B\x61\x6F\x8B\x86\xD0\x11\xB4\x2D\0\xC0"
                                 "\x4F\xC9\x64\xFFgr\xFC\0rest\0x",
                                 34));
    const auto text = [&](std::size_t i) {
        return layoutValue(more.fields[i], std::span(data).subspan(more.fields[i].offset));
    };
    EXPECT_EQ(text(0), formatTyped(TypedKind::FileTime, ByteOrder::Little, data));
    EXPECT_EQ(text(1), "{6f619b64-868b-11d0-b42d-00c04fc964ff}");
    EXPECT_EQ(text(2), "\"gr\xC3\xBC\"") << "ANSI";
    EXPECT_EQ(text(3), "\"rest\"");
    EXPECT_EQ(value(8), "65 'A'");
    EXPECT_EQ(layoutValue(made.fields[2], std::span(bytes).first(3)), "only 3 of 4 bytes are there");
    EXPECT_EQ(layoutValue(made.fields[2], {}), "behind the end of the payload");
}

TEST(StructLayout, AnyTextGivesALayoutOrAProblem)
{
    constexpr std::string_view words[] = {"struct",
                                          "union",
                                          "enum",
                                          "typedef",
                                          "A",
                                          "B",
                                          "{",
                                          "}",
                                          ";",
                                          "[",
                                          "]",
                                          "3",
                                          "*",
                                          ",",
                                          "DWORD",
                                          "long",
                                          "unsigned",
                                          "(",
                                          ")",
                                          "\n#pragma pack(",
                                          "push",
                                          "#define N 4\n",
                                          "N",
                                          "=",
                                          ":",
                                          "-",
                                          "/*",
                                          "*/",
                                          "//",
                                          "\xC3",
                                          "\n",
                                          " ",
                                          "sizeof",
                                          "N2",
                                          "#define N2 N N\n",
                                          "FILETIME",
                                          ":",
                                          "POINT",
                                          "ANYSIZE_ARRAY",
                                          "<<"};
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
