#include "core/text/struct_layout.h"

#include "core/text/input_text.h"
#include "core/text/number.h"
#include "core/traffic/message_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace ipclens {
namespace {

using Kind = LayoutField::Kind;

constexpr std::uint64_t largest = 16 << 20;
constexpr int mostFields = 4096;
constexpr int deepest = 32;

struct Wrong {
    TextProblem problem;
};

struct Token {
    enum class Type { Word, Number, Sign, End } type = Type::End;
    std::string_view text;
    std::size_t offset = 0;
};

struct Basic {
    std::string_view names; // with spaces between them
    Kind kind;
    std::uint64_t size; // 0: as large as a pointer
};

// Windows data types as in Microsoft's list of them, and those of C.
constexpr Basic basics[] = {
    {"char CHAR CCHAR", Kind::Character, 1},
    {"wchar_t WCHAR char16_t TCHAR OLECHAR", Kind::WideCharacter, 2},
    {"BYTE UCHAR BOOLEAN uint8_t UINT8 byte __uint8 TBYTE", Kind::Unsigned, 1},
    {"int8_t INT8 __int8", Kind::Signed, 1},
    {"WORD USHORT uint16_t UINT16 ATOM LANGID", Kind::Unsigned, 2},
    {"short SHORT int16_t INT16 __int16 VARIANT_BOOL", Kind::Signed, 2},
    {"DWORD UINT ULONG uint32_t UINT32 DWORD32 ULONG32 COLORREF LCID char32_t", Kind::Unsigned, 4},
    {"int long INT LONG int32_t INT32 LONG32 __int32 HRESULT NTSTATUS", Kind::Signed, 4},
    {"BOOL", Kind::Truth, 4},
    {"bool _Bool", Kind::Truth, 1},
    {"uint64_t UINT64 DWORD64 ULONG64 ULONGLONG DWORDLONG QWORD", Kind::Unsigned, 8},
    {"int64_t INT64 LONG64 LONGLONG __int64 LARGE_INTEGER time_t", Kind::Signed, 8},
    {"ULARGE_INTEGER FILETIME", Kind::Unsigned, 8},
    {"float FLOAT", Kind::Float, 4},
    {"double DOUBLE", Kind::Float, 8},
    {"size_t SIZE_T UINT_PTR ULONG_PTR DWORD_PTR uintptr_t WPARAM", Kind::Unsigned, 0},
    {"ssize_t SSIZE_T INT_PTR LONG_PTR intptr_t ptrdiff_t LPARAM LRESULT", Kind::Signed, 0},
    {"HANDLE HWND HMODULE HINSTANCE HDC HBITMAP HICON HCURSOR HMENU HKEY HFONT HBRUSH HPEN HRGN HGLOBAL HLOCAL HRSRC "
     "HMONITOR HHOOK "
     "SC_HANDLE PVOID LPVOID LPCVOID LPSTR LPCSTR LPWSTR LPCWSTR LPTSTR LPCTSTR PSTR PCSTR PWSTR PCWSTR LPBYTE PBYTE "
     "LPDWORD PDWORD "
     "LPWORD PWORD LPBOOL PBOOL LPINT PINT PULONG PLONG PUCHAR PCHAR PHANDLE LPHANDLE FARPROC WNDPROC BSTR",
     Kind::Pointer, 0}};

bool hasWord(std::string_view list, std::string_view word)
{
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(' ', at), list.size());
        if (list.substr(at, end - at) == word)
            return true;
        at = end + 1;
    }
    return false;
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

class Reader {
public:
    Reader(std::string_view text, PointerSize pointers) : m_text(text), m_pointer(static_cast<std::uint64_t>(pointers))
    {
        advance();
    }

    LayoutField read()
    {
        while (m_token.type != Token::Type::End)
            readDefinition();
        if (!m_last)
            fail(m_token, "a struct was expected: struct Name { DWORD field; };");
        if (m_last->size == 0)
            fail(m_token, "the struct has no fields");
        return std::move(*m_last);
    }

private:
    [[noreturn]] void fail(const Token &token, std::string meaning) const
    {
        throw Wrong{{.offset = token.offset, .length = token.text.size(), .meaning = std::move(meaning)}};
    }
    std::string shown(const Token &token) const
    {
        return token.type == Token::Type::End ? "the end" : fmt::format("\"{}\"", printable(token.text, 40));
    }

    // Words. ----------------------------------------------------------------------------------------------------------

    void skip()
    {
        for (;;) {
            while (m_at < m_text.size() && (isSpace(m_text[m_at]) || m_text[m_at] == '\f' || m_text[m_at] == '\v')) {
                if (m_text[m_at++] == '\n')
                    m_isLineBegin = true;
            }
            if (m_text.substr(m_at).starts_with("//")) {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            } else if (m_text.substr(m_at).starts_with("/*")) {
                const auto end = m_text.find("*/", m_at + 2);
                if (end == m_text.npos)
                    throw Wrong{{.offset = m_at, .length = 2, .meaning = "this comment has no end"}};
                m_at = end + 2;
            } else if (m_at < m_text.size() && m_text[m_at] == '#' && m_isLineBegin) {
                readDirective();
            } else {
                return;
            }
        }
    }

    void advance()
    {
        skip();
        m_isLineBegin = false;
        m_token = {.type = Token::Type::End, .text = {}, .offset = m_at};
        if (m_at >= m_text.size())
            return;
        const auto begin = m_at;
        const char c = m_text[m_at];
        m_token.type = isLetter(c) ? Token::Type::Word : isDigit(c) ? Token::Type::Number : Token::Type::Sign;
        if (m_token.type == Token::Type::Sign)
            m_at += std::max<std::size_t>(1, utf8Length(m_text, m_at));
        else
            while (m_at < m_text.size() && (isLetter(m_text[m_at]) || isDigit(m_text[m_at])))
                ++m_at;
        m_token.text = m_text.substr(begin, m_at - begin);
    }

    bool take(std::string_view text)
    {
        if (m_token.text != text || m_token.type == Token::Type::End)
            return false;
        advance();
        return true;
    }
    void expect(std::string_view text)
    {
        if (!take(text))
            fail(m_token, fmt::format("\"{}\" was expected, not {}", text, shown(m_token)));
    }
    std::string expectName(std::string_view what)
    {
        if (m_token.type != Token::Type::Word)
            fail(m_token, fmt::format("{} was expected, not {}", what, shown(m_token)));
        std::string name(m_token.text);
        advance();
        return name;
    }

    // #pragma pack, #define NAME number; other directives are refused where they would matter.
    void readDirective()
    {
        const auto begin = m_at;
        const auto end = std::min(m_text.find('\n', m_at), m_text.size());
        auto line = m_text.substr(m_at + 1, end - m_at - 1);
        const auto word = [&line] {
            while (!line.empty() && isSpace(line.front()))
                line.remove_prefix(1);
            std::size_t size = 0;
            while (size < line.size() && (isLetter(line[size]) || isDigit(line[size])))
                ++size;
            size = std::max<std::size_t>(size, line.empty() ? 0 : 1);
            const auto taken = line.substr(0, size);
            line.remove_prefix(size);
            return taken;
        };
        const Token here{.type = Token::Type::Sign, .text = m_text.substr(begin, end - begin), .offset = begin};
        const auto kind = word();
        if (kind == "pragma") {
            if (word() == "pack")
                readPack(here, word);
        } else if (kind == "define") {
            const auto name = word();
            const auto value = parseNumber(word());
            if (value)
                m_constants[std::string(name)] = static_cast<std::int64_t>(*value);
        } else if (kind != "include" && kind != "once") {
            fail(here, fmt::format("#{} is not understood: paste what a compiler would see", kind));
        }
        m_at = end;
    }

    template <class Word>
    void readPack(const Token &here, Word word)
    {
        if (word() != "(")
            fail(here, "#pragma pack(1) or pack(push, 1) was expected");
        std::optional<std::uint64_t> size;
        for (auto part = word(); part != ")"; part = word()) {
            if (part.empty())
                fail(here, "this ( has no )");
            if (part == "push") {
                m_packs.push_back(m_pack);
            } else if (part == "pop") {
                if (m_packs.empty())
                    fail(here, "there is nothing to pop");
                m_pack = m_packs.back();
                m_packs.pop_back();
                return;
            } else if (part != ",") {
                size = parseNumber(part);
                if (!size || *size > 16 || !std::has_single_bit(*size))
                    fail(here, "a packing is 1, 2, 4, 8 or 16");
                m_pack = *size;
            }
        }
        if (!size && m_packs.empty())
            m_pack = 8;
    }

    static std::optional<std::uint64_t> parseNumber(std::string_view text)
    {
        while (!text.empty() &&
               (text.back() == 'u' || text.back() == 'U' || text.back() == 'l' || text.back() == 'L') &&
               text.size() > 1)
            text.remove_suffix(1);
        int base = 10;
        if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
            base = 16;
            text.remove_prefix(2);
        } else if (text.size() > 1 && text[0] == '0') {
            base = 8;
        }
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
        if (error != std::errc() || end != text.data() + text.size() || text.empty())
            return {};
        return value;
    }

    // Definitions. ----------------------------------------------------------------------------------------------------

    void readDefinition()
    {
        if (take(";"))
            return;
        const Token begin = m_token;
        const bool isTypedef = take("typedef");
        auto type = readType(0);
        const bool defines = m_defined;
        if (!isTypedef) {
            if (!defines)
                fail(begin, fmt::format("a struct was expected, not {}", shown(begin)));
            while (m_token.text != ";" && m_token.type == Token::Type::Word)
                advance(); // a variable of that type
            expect(";");
        } else {
            do {
                const bool isPointer = takePointer();
                const Token nameToken = m_token;
                const auto name = expectName("a name for the type");
                auto named = isPointer ? pointerTo(type) : type;
                readArrays(named, 0);
                if (!isPointer && (type.kind == Kind::Struct || type.kind == Kind::Union))
                    named.type = name;
                if (!m_types.emplace(name, named).second && m_types[name].size != named.size)
                    fail(nameToken, fmt::format("{} is defined twice", name));
                if (defines && !isPointer && m_last && (type.kind == Kind::Struct || type.kind == Kind::Union) &&
                    named.kind == type.kind)
                    m_last->type = name;
            } while (take(","));
            expect(";");
        }
    }

    LayoutField basic(Kind kind, std::uint64_t size, std::string type) const
    {
        const auto whole = size == 0 ? m_pointer : size;
        return {.name = {}, .type = std::move(type), .kind = kind, .size = whole, .alignment = whole};
    }
    LayoutField pointerTo(const LayoutField &type) const { return basic(Kind::Pointer, 0, type.type + " *"); }

    bool takePointer()
    {
        bool any = false;
        for (;;) {
            if (take("*"))
                any = true;
            else if (!take("const") && !take("volatile") && !take("UNALIGNED") && !take("__unaligned"))
                return any;
        }
    }

    // A type before a declarator. m_defined: it was a struct or union with its fields.
    LayoutField readType(int depth)
    {
        m_defined = false;
        if (depth > deepest)
            fail(m_token, fmt::format("structs are at most {} deep", deepest));
        while (take("const") || take("volatile") || take("static") || take("extern")) {
        }
        const Token first = m_token;
        if (take("struct") || take("union") || take("class")) {
            if (first.text == "class")
                fail(first, "a class is not understood: only structs of C");
            return readStruct(first.text == "union" ? Kind::Union : Kind::Struct, depth);
        }
        if (take("enum"))
            return readEnum();
        if (m_token.type != Token::Type::Word)
            fail(m_token, fmt::format("a type was expected, not {}", shown(m_token)));
        if (first.text == "unsigned" || first.text == "signed" || first.text == "long" || first.text == "short")
            return readWords();
        const auto name = expectName("a type");
        if (const auto known = m_types.find(name); known != m_types.end())
            return known->second;
        for (const auto &[names, kind, size] : basics)
            if (hasWord(names, name))
                return basic(kind, size, name);
        if (name == "void")
            return {.name = {}, .type = "void", .kind = Kind::Struct, .size = 0};
        if (name == "GUID" || name == "CLSID" || name == "IID" || name == "UUID")
            return array(basic(Kind::Unsigned, 1, "BYTE"), 16, 4, name);
        if (name == "POINT" || name == "SIZE")
            return pairOf(name, {name == "POINT" ? "x" : "cx", name == "POINT" ? "y" : "cy"});
        if (name == "RECT")
            return pairOf(name, {"left", "top", "right", "bottom"});
        for (const auto *const word :
             {"template", "virtual", "public", "private", "protected", "using", "namespace", "alignas", "__declspec"})
            if (name == word)
                fail(first, fmt::format("{} is not understood: only structs of C", name));
        fail(first, fmt::format("there is no type \"{}\": paste its definition, too", printable(name, 40)));
    }

    LayoutField pairOf(const std::string &type, std::initializer_list<const char *> names) const
    {
        LayoutField all{.name = {}, .type = type, .kind = Kind::Struct, .alignment = 4};
        for (const auto *const name : names) {
            auto field = basic(Kind::Signed, 4, "LONG");
            field.name = name;
            field.offset = all.size;
            all.size += 4;
            all.children.push_back(std::move(field));
        }
        return all;
    }

    // "unsigned long long int" and the like.
    LayoutField readWords()
    {
        const Token first = m_token;
        int longs = 0, shorts = 0, chars = 0;
        bool isUnsigned = false;
        std::string name;
        for (;;) {
            const auto word = m_token.text;
            if (word == "unsigned" || word == "signed")
                isUnsigned |= word == "unsigned";
            else if (word == "long")
                ++longs;
            else if (word == "short")
                ++shorts;
            else if (word == "char")
                ++chars;
            else if (word == "__int64")
                longs = 2;
            else if (word != "double" && word != "int" && word != "const")
                break;
            name += (name.empty() ? "" : " ") + std::string(word);
            advance();
        }
        if (name.ends_with("double"))
            return basic(Kind::Float, 8, name); // long double is a double there
        if (longs > 2 || shorts > 1 || chars > 1 || (longs > 0) + (shorts > 0) + (chars > 0) > 1)
            fail(first, fmt::format("\"{}\" is no type", name));
        const std::uint64_t size = longs == 2 ? 8 : shorts > 0 ? 2 : chars > 0 ? 1 : 4;
        return basic(isUnsigned ? Kind::Unsigned : Kind::Signed, size, name);
    }

    LayoutField readEnum()
    {
        take("class");
        take("struct");
        std::string name;
        if (m_token.type == Token::Type::Word)
            name = expectName("a name");
        LayoutField type = basic(Kind::Enum, 4, name.empty() ? "enum" : name);
        if (take(":")) {
            const auto underlying = readType(0);
            type.size = type.alignment = underlying.size;
        }
        if (!take("{")) {
            const auto known = m_types.find(name);
            if (known == m_types.end())
                fail(m_token, fmt::format("there is no enum \"{}\"", name));
            return known->second;
        }
        std::int64_t next = 0;
        while (!take("}")) {
            const auto constant = expectName("the name of a value");
            if (take("="))
                next = readConstant();
            type.enumerators.emplace_back(constant, next);
            m_constants[constant] = next;
            if (type.enumerators.size() > mostFields)
                fail(m_token, fmt::format("an enum has at most {} values", mostFields));
            next = static_cast<std::int64_t>(static_cast<std::uint64_t>(next) + 1);
            if (!take(",") && m_token.text != "}")
                fail(m_token, fmt::format("\",\" or \"}}\" was expected, not {}", shown(m_token)));
        }
        if (!name.empty())
            m_types[name] = type;
        m_defined = true;
        return type;
    }

    // Sums and products of numbers and names, from left to right with "*" before "+".
    std::int64_t readConstant() { return readSum(0); }
    std::int64_t readSum(int depth)
    {
        auto value = static_cast<std::uint64_t>(readProduct(depth));
        for (;;) {
            if (take("+"))
                value += static_cast<std::uint64_t>(readProduct(depth));
            else if (take("-"))
                value -= static_cast<std::uint64_t>(readProduct(depth));
            else
                return static_cast<std::int64_t>(value);
        }
    }
    std::int64_t readProduct(int depth)
    {
        auto value = static_cast<std::uint64_t>(readFactor(depth));
        while (take("*"))
            value *= static_cast<std::uint64_t>(readFactor(depth));
        return static_cast<std::int64_t>(value);
    }
    std::int64_t readFactor(int depth)
    {
        const Token token = m_token;
        if (depth > deepest)
            fail(token, "this is nested too deep");
        if (take("-"))
            return static_cast<std::int64_t>(~static_cast<std::uint64_t>(readFactor(depth + 1)) + 1);
        if (take("(")) {
            const auto value = readSum(depth + 1);
            expect(")");
            return value;
        }
        advance();
        if (token.type == Token::Type::Number) {
            if (const auto value = parseNumber(token.text))
                return static_cast<std::int64_t>(*value);
            fail(token, fmt::format("{} is no number", shown(token)));
        }
        if (const auto known = m_constants.find(std::string(token.text)); known != m_constants.end())
            return known->second;
        if (token.text == "MAX_PATH")
            return 260;
        fail(token, fmt::format("a number was expected, not {}", shown(token)));
    }

    LayoutField readStruct(Kind kind, int depth)
    {
        const Token nameToken = m_token;
        std::string name;
        if (m_token.type == Token::Type::Word)
            name = expectName("a name");
        if (m_token.text == ":")
            fail(m_token, "a struct with a base is not understood: only structs of C");
        if (!take("{")) {
            const auto known = m_types.find(name);
            if (known != m_types.end())
                return known->second;
            if (m_token.text == "*") // only pointed to
                return {.name = {}, .type = name, .kind = Kind::Struct, .size = 0};
            fail(nameToken, name.empty() ? fmt::format("\"{{\" was expected, not {}", shown(m_token))
                                         : fmt::format("there is no struct \"{}\"", printable(name, 40)));
        }
        LayoutField made{
            .name = {}, .type = name.empty() ? (kind == Kind::Union ? "union" : "struct") : name, .kind = kind};
        while (!take("}"))
            readMember(made, depth);
        made.size = (made.size + made.alignment - 1) / made.alignment * made.alignment;
        if (!name.empty())
            m_types[name] = made;
        m_defined = true;
        if (depth == 0)
            m_last = made;
        return made;
    }

    void readMember(LayoutField &owner, int depth)
    {
        if (m_token.type == Token::Type::End)
            fail(m_token, "\"}\" was expected: the struct has no end");
        if (take(";"))
            return;
        const auto type = readType(depth + 1);
        const bool wasDefined = m_defined;
        if (m_token.text == ";" && wasDefined) { // struct { ... }; its fields are the owner's
            if (type.kind != Kind::Enum)
                place(owner, type, m_token);
            advance();
            return;
        }
        do {
            const bool isPointer = takePointer();
            if (m_token.text == "(")
                fail(m_token, "functions and pointers to them are not understood: write void * instead");
            const Token nameToken = m_token;
            auto field = isPointer ? pointerTo(type) : type;
            field.name = m_token.text == ":" ? std::string() : expectName("the name of a field");
            if (m_token.text == ":")
                fail(m_token, "bit fields are not understood: write the whole integer instead");
            if (m_token.text == "(")
                fail(m_token, "functions are not understood: only structs of C");
            readArrays(field, 0);
            if (field.size == 0)
                fail(nameToken,
                     fmt::format("\"{}\" has no size: its type is {}", printable(field.name, 40), type.type));
            if (m_token.text == "=")
                fail(m_token, "a value is not understood here");
            place(owner, std::move(field), nameToken);
        } while (take(","));
        expect(";");
    }

    static LayoutField array(LayoutField element, std::uint64_t count, std::uint64_t alignment, std::string type)
    {
        LayoutField all{.name = {},
                        .type = std::move(type),
                        .kind = Kind::Array,
                        .size = element.size * count,
                        .alignment = alignment,
                        .count = count};
        element.name.clear();
        all.children.push_back(std::move(element));
        return all;
    }

    void readArrays(LayoutField &field, int depth)
    {
        const Token open = m_token;
        if (!take("["))
            return;
        if (depth > 8)
            fail(open, "arrays have at most 8 dimensions");
        const Token sizeToken = m_token;
        if (m_token.text == "]")
            fail(m_token, "an array without a size is not understood: write how many elements there are");
        const auto count = readConstant();
        if (count <= 0 || static_cast<std::uint64_t>(count) > largest)
            fail(sizeToken, fmt::format("an array has 1 to {} elements", largest));
        expect("]");
        const auto name = std::exchange(field.name, {});
        readArrays(field, depth + 1);
        if (field.size > largest / static_cast<std::uint64_t>(count))
            fail(open, fmt::format("the array is larger than {} bytes", largest));
        const auto bracket = field.type.find('[');
        auto type = field.type;
        type.insert(bracket == type.npos ? type.size() : bracket, fmt::format("[{}]", count));
        const auto alignment = field.alignment;
        field = array(std::move(field), static_cast<std::uint64_t>(count), alignment, std::move(type));
        field.name = name;
    }

    void place(LayoutField &owner, LayoutField field, const Token &token)
    {
        if (++m_fields > mostFields)
            fail(token, fmt::format("there are more than {} fields", mostFields));
        const auto alignment = std::max<std::uint64_t>(1, std::min(field.alignment, m_pack));
        field.alignment = alignment;
        field.offset = owner.kind == Kind::Union ? 0 : (owner.size + alignment - 1) / alignment * alignment;
        owner.size = std::max(owner.size, field.offset + field.size);
        owner.alignment = std::max(owner.alignment, alignment);
        if (owner.size > largest)
            fail(token, fmt::format("the struct is larger than {} bytes", largest));
        owner.children.push_back(std::move(field));
    }

    std::string_view m_text;
    const std::uint64_t m_pointer;
    std::size_t m_at = 0;
    bool m_isLineBegin = true;
    Token m_token;
    bool m_defined = false;
    std::uint64_t m_pack = 8;
    std::vector<std::uint64_t> m_packs;
    std::map<std::string, LayoutField> m_types;
    std::map<std::string, std::int64_t> m_constants;
    std::optional<LayoutField> m_last;
    int m_fields = 0;
};

std::uint64_t rawAt(std::span<const std::byte> bytes, std::size_t size)
{
    std::uint64_t raw = 0;
    for (std::size_t i = size; i-- > 0;)
        raw = raw << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return raw;
}

std::int64_t signedOf(std::uint64_t raw, std::uint64_t size)
{
    const auto bits = 64 - 8 * size;
    return static_cast<std::int64_t>(raw << bits) >> bits;
}

std::string textOf(const LayoutField &array, std::span<const std::byte> bytes)
{
    constexpr std::size_t longest = 256;
    bytes = bytes.first(std::min<std::size_t>({bytes.size(), array.size, longest * array.children.front().size}));
    if (array.children.front().kind == Kind::WideCharacter) {
        std::size_t units = 0;
        while (2 * units + 1 < bytes.size() && rawAt(bytes.subspan(2 * units), 2) != 0)
            ++units;
        return fmt::format("\"{}\"", printable(fromUtf16(bytes.first(2 * units)), longest));
    }
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return fmt::format("\"{}\"", printable(text.substr(0, text.find('\0')), longest));
}

} // namespace

Parsed<LayoutField> parseStructLayout(std::string_view text, PointerSize pointers)
{
    constexpr std::size_t longest = 256 << 10;
    if (text.size() > longest)
        return std::unexpected(TextProblem{
            .offset = longest, .length = 0, .meaning = fmt::format("the text has more than {} bytes", longest)});
    try {
        return Reader(text, pointers).read();
    } catch (Wrong &wrong) {
        return std::unexpected(std::move(wrong.problem));
    }
}

std::string lineAndColumn(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto begin = before.find_last_of('\n');
    const auto rest = before.substr(begin == before.npos ? 0 : begin + 1);
    const auto column =
        std::ranges::count_if(rest, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }) + 1;
    return fmt::format("line {}, column {}", line, column);
}

std::string layoutValue(const LayoutField &field, std::span<const std::byte> bytes)
{
    if (bytes.size() < field.size)
        return bytes.empty() ? "behind the end of the payload"
                             : fmt::format("only {} of {} bytes are there", bytes.size(), field.size);
    switch (field.kind) {
    case Kind::Struct:
    case Kind::Union:
        return {};
    case Kind::Array: {
        const auto kind = field.children.front().kind;
        return kind == Kind::Character || kind == Kind::WideCharacter ? textOf(field, bytes) : std::string();
    }
    default:
        break;
    }
    const auto raw = rawAt(bytes, static_cast<std::size_t>(field.size));
    const auto number = signedOf(raw, field.size);
    switch (field.kind) {
    case Kind::Signed:
        return fmt::format("{} (0x{:x})", number, raw);
    case Kind::Unsigned:
        return fmt::format("{} (0x{:x})", raw, raw);
    case Kind::Float:
        return field.size == 4 ? fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(raw)))
                               : fmt::format("{}", std::bit_cast<double>(raw));
    case Kind::Pointer:
        return fmt::format("0x{:x}", raw);
    case Kind::Truth:
        return raw == 0 ? std::string("false") : raw == 1 ? std::string("true") : fmt::format("true ({})", raw);
    case Kind::Character:
        return raw >= 0x20 && raw < 0x7F ? fmt::format("{} '{}'", raw, static_cast<char>(raw)) : fmt::format("{}", raw);
    case Kind::WideCharacter:
        return raw >= 0x20 && raw < 0x7F ? fmt::format("{} '{}'", raw, static_cast<char>(raw))
                                         : fmt::format("0x{:04x}", raw);
    default:
        break;
    }
    const auto known = std::ranges::find(field.enumerators, number, &std::pair<std::string, std::int64_t>::second);
    return known != field.enumerators.end() ? fmt::format("{} ({})", known->first, number) : fmt::format("{}", number);
}

} // namespace ipclens
