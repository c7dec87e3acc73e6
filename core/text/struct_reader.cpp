// The grammar of C's structs, as far as struct_layout.h says, and where fields are put.
#include "core/text/input_text.h"
#include "core/text/struct_constants.h"
#include "core/text/struct_placing.h"
#include "core/text/struct_types.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace structs {
namespace {

using Kind = LayoutType::Kind;
using Type = std::shared_ptr<const LayoutType>;

constexpr std::uint64_t largest = 16 << 20;
constexpr int deepest = 32;             // structs written in one another
constexpr int deepestTypes = 64;        // types that hold one another
constexpr std::size_t mostNames = 4096; // of an enum
constexpr int mostDimensions = 8;

Type shared(LayoutType type)
{
    return std::make_shared<const LayoutType>(std::move(type));
}

// The type of a declaration before its names.
struct Declared {
    Type type;
    Token token = {};          // its name
    bool isDefinition = false; // a struct, union or enum with what is in it
    bool isTagged = false;
};

class Reader : private TokenReader {
public:
    Reader(std::string_view text, PointerSize pointers) : TokenReader(text), m_pointers(pointers) {}

    Type read()
    {
        while (m_token.type != Token::Type::End)
            readDefinition();
        if (!m_last)
            fail(m_token, "a struct was expected: struct Name { DWORD field; };");
        if (m_last->fields.empty())
            fail(m_token, "the struct has no fields");
        return m_last;
    }

private:
    // Definitions. ------------------------------------------------------------------------------------------------

    void readDefinition()
    {
        if (take(";"))
            return;
        const Token begin = m_token;
        const bool isTypedef = take("typedef");
        const auto declared = readType(0);
        if (isTypedef) {
            readTypedefs(declared);
        } else if (!declared.isDefinition && !declared.isTagged) {
            fail(begin, fmt::format("a struct was expected, not {}", shown(begin)));
        } else {
            while (m_token.type == Token::Type::Word || m_token.text == "*")
                advance(); // a variable of that type
        }
        expect(";");
    }

    void readTypedefs(const Declared &declared)
    {
        do {
            const bool isPointer = takePointer();
            const Token nameToken = m_token;
            const auto name = expectName("a name for the type");
            auto type = readArrays(isPointer ? pointerTo(*declared.type) : declared.type, 0);
            if (type == declared.type && isIncomplete(*type)) {
                m_tagOf[name] = type->name; // of a struct that is defined later
                continue;
            }
            if (type == declared.type)
                type = renamed(type, name);
            if (type != declared.type && isStruct(*type) && declared.isDefinition)
                m_last = type;
            const auto known = m_types.find(name);
            if (known != m_types.end() && known->second->size != type->size)
                fail(nameToken, fmt::format("{} is defined twice", name));
            m_types[name] = type;
        } while (take(","));
    }

    // The same under the name of a typedef, unless that would copy very much.
    Type renamed(const Type &type, const std::string &name)
    {
        constexpr std::size_t most = 100'000;
        m_copied += type->fields.size() + type->enumerators.size();
        if ((!isStruct(*type) && type->kind != Kind::Enum) || m_copied > most)
            return type;
        auto copy = *type;
        copy.name = name;
        return shared(std::move(copy));
    }

    bool takePointer()
    {
        bool any = false;
        for (;;) {
            if (take("*"))
                any = true;
            else if (!take("const") && !take("volatile") && !take("__ptr32") && !take("__ptr64") && !take("restrict"))
                return any;
        }
    }

    Type pointerTo(const LayoutType &type) const
    {
        auto pointer = pointerType(m_pointers);
        pointer.name = type.name + " *";
        return shared(std::move(pointer));
    }

    // A struct of which nothing is known but its name: it can be pointed to.
    static Type incomplete(const std::string &name) { return shared({.name = name}); }

    // Types. ------------------------------------------------------------------------------------------------------

    Declared readType(int depth)
    {
        if (depth > deepest)
            fail(m_token, fmt::format("structs are at most {} deep", deepest));
        while (take("const") || take("volatile") || take("static") || take("extern") || take("mutable")) {
        }
        const Token first = m_token;
        if (take("class"))
            fail(first, "a class is not understood: only structs of C");
        if (take("struct") || take("union"))
            return readStruct(first.text == "union" ? Kind::Union : Kind::Struct, depth);
        if (take("enum"))
            return readEnum(depth);
        if (m_token.type != Token::Type::Word)
            fail(m_token, fmt::format("a type was expected, not {}", shown(m_token)));
        for (const std::string_view word : {"unsigned", "signed", "long", "short"})
            if (first.text == word)
                return {readWords(), first};
        const auto name = expectName("a type");
        while (take("const") || take("volatile")) {
        }
        if (auto type = typeNamed(name))
            return {std::move(type), first};
        for (const std::string_view word :
             {"template", "virtual", "public", "private", "protected", "using", "namespace", "alignas", "__declspec",
              "__attribute__", "DECLSPEC_ALIGN", "friend"})
            if (name == word)
                fail(first, fmt::format("{} is not understood: only structs of C", name));
        fail(first, fmt::format("there is no type \"{}\": paste its definition, too", printable(name, 40)));
    }

    Type typeNamed(const std::string &name)
    {
        if (const auto known = m_types.find(name); known != m_types.end())
            return known->second;
        if (const auto tag = m_tagOf.find(name); tag != m_tagOf.end()) {
            const auto defined = m_types.find(tag->second);
            return defined != m_types.end() ? defined->second : incomplete(name);
        }
        if (name == "void")
            return incomplete(name);
        if (auto basic = basicType(name, m_pointers)) {
            basic->name = name;
            return m_types[name] = shared(std::move(*basic));
        }
        if (const auto text = knownStruct(name); !text.empty()) {
            auto type = *Reader(text, m_pointers).read();
            type.name = name;
            return m_types[name] = shared(std::move(type));
        }
        return nullptr;
    }

    // "unsigned long long int" and the like.
    Type readWords()
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
            else if (word == "short" || word == "__int16")
                ++shorts;
            else if (word == "char" || word == "__int8")
                ++chars;
            else if (word == "__int64")
                longs += 2;
            else if (word != "double" && word != "int" && word != "__int32" && word != "const" && word != "volatile")
                break;
            name += (name.empty() ? "" : " ") + std::string(word);
            advance();
            if (name.size() > 60)
                break;
        }
        if (name == "long double") // a double there
            return shared({.name = name, .kind = Kind::Float, .size = 8, .alignment = 8});
        if (longs > 2 || shorts > 1 || chars > 1 || (longs > 0) + (shorts > 0) + (chars > 0) > 1 ||
            name.find("double") != name.npos)
            fail(first, fmt::format("\"{}\" is no type", name));
        const std::uint64_t size = longs == 2 ? 8 : shorts > 0 ? 2 : chars > 0 ? 1 : 4;
        return shared(
            {.name = name, .kind = isUnsigned ? Kind::Unsigned : Kind::Signed, .size = size, .alignment = size});
    }

    Declared readEnum(int depth)
    {
        static_cast<void>(take("class") || take("struct"));
        std::string name;
        if (m_token.type == Token::Type::Word)
            name = expectName("a name");
        LayoutType made{.name = name.empty() ? "enum" : name, .kind = Kind::Enum, .size = 4, .alignment = 4};
        const Token underlyingToken = m_token;
        if (take(":")) {
            const Token of = m_token;
            const auto underlying = readType(depth + 1).type;
            if (!isInteger(*underlying) || underlying->kind == Kind::Enum)
                fail(of, fmt::format("an enum is a whole number, and {} is none", underlying->name));
            made.size = made.alignment = underlying->size;
            made.isSigned = underlying->kind == Kind::Signed || underlying->kind == Kind::Character;
        }
        if (!take("{")) {
            const auto known = m_types.find(name);
            if (known == m_types.end() || known->second->kind != Kind::Enum)
                fail(underlyingToken, fmt::format("there is no enum \"{}\"", printable(name, 40)));
            return {known->second, underlyingToken, false, true};
        }
        std::int64_t next = 0;
        while (!take("}")) {
            const auto constant = expectName("the name of a value");
            if (take("="))
                next = readConstant();
            made.enumerators.emplace_back(constant, next);
            define(constant, next);
            if (made.enumerators.size() > mostNames)
                fail(m_token, fmt::format("an enum has at most {} values", mostNames));
            next = static_cast<std::int64_t>(static_cast<std::uint64_t>(next) + 1);
            if (!take(",") && m_token.text != "}")
                fail(m_token, fmt::format("\",\" or \"}}\" was expected, not {}", shown(m_token)));
        }
        const auto type = shared(std::move(made));
        if (!name.empty())
            m_types[name] = type;
        return {type, underlyingToken, true, !name.empty()};
    }

    std::uint64_t readSizeOf() override
    {
        const Token open = m_token;
        expect("(");
        const auto declared = readType(deepest); // no definition in here
        const auto type = takePointer() ? pointerTo(*declared.type) : declared.type;
        if (type->size == 0)
            fail(open, fmt::format("{} has no size", type->name));
        expect(")");
        return type->size;
    }

    // Structs. ----------------------------------------------------------------------------------------------------

    Declared readStruct(Kind kind, int depth)
    {
        const Token nameToken = m_token;
        std::string name;
        if (m_token.type == Token::Type::Word)
            name = expectName("a name");
        if (m_token.text == ":")
            fail(m_token, "a struct with a base is not understood: only structs of C");
        if (!take("{")) {
            if (name.empty())
                fail(nameToken, fmt::format("\"{{\" was expected, not {}", shown(m_token)));
            const auto known = m_types.find(name);
            const bool isKnown = known != m_types.end() && isStruct(*known->second);
            return {isKnown ? known->second : incomplete(name), nameToken, false, true};
        }
        Placing placing(kind);
        placing.made.name = !name.empty() ? name : kind == Kind::Union ? "union" : "struct";
        while (!take("}"))
            readMember(placing, depth);
        const auto type = shared(placing.finish());
        if (!name.empty())
            m_types[name] = type;
        if (depth == 0)
            m_last = type;
        return {type, nameToken, true, !name.empty()};
    }

    void readMember(Placing &owner, int depth)
    {
        if (m_token.type == Token::Type::End)
            fail(m_token, "\"}\" was expected: the struct has no end");
        if (take(";"))
            return;
        const auto declared = readType(depth + 1);
        if (m_token.text == ";" && declared.isDefinition) {
            // struct { ... }; its fields are the owner's; one with a name is merely defined.
            if (!declared.isTagged && declared.type->kind != Kind::Enum)
                place(owner, {.name = {}, .type = declared.type}, declared.token);
            advance();
            return;
        }
        do
            readField(owner, declared);
        while (take(","));
        expect(";");
    }

    void readField(Placing &owner, const Declared &declared)
    {
        const bool isPointer = takePointer();
        if (m_token.text == "(")
            fail(m_token, "functions and pointers to them are not understood: write void * instead");
        const Token nameToken = m_token;
        LayoutField field{.name = m_token.text == ":" ? std::string() : expectName("the name of a field"),
                          .type = isPointer ? pointerTo(*declared.type) : declared.type};
        if (m_token.text == ":") {
            readBits(owner, std::move(field), nameToken);
            return;
        }
        if (m_token.text == "(")
            fail(m_token, "functions are not understood: only structs of C");
        field.type = readArrays(std::move(field.type), 0);
        if (m_token.text == "=" || m_token.text == "{")
            fail(m_token, "a value is not understood here");
        if (isIncomplete(*field.type) && declared.isTagged)
            fail(declared.token, fmt::format("there is no struct \"{}\"", printable(field.type->name, 40)));
        place(owner, std::move(field), nameToken);
    }

    void readBits(Placing &owner, LayoutField field, const Token &nameToken)
    {
        expect(":");
        const Token countToken = m_token;
        const auto count = readConstant();
        if (!isInteger(*field.type))
            fail(nameToken, fmt::format("a bit field is a whole number, and {} is none", field.type->name));
        if (count < 0 || static_cast<std::uint64_t>(count) > 8 * field.type->size)
            fail(countToken, fmt::format("{} has {} bits", field.type->name, 8 * field.type->size));
        if (count == 0 && !field.name.empty())
            fail(countToken, "a bit field with a name has at least one bit");
        field.bitCount = static_cast<unsigned>(count);
        owner.addBits(std::move(field), m_tokens.pack());
        checkSize(owner, nameToken);
    }

    void place(Placing &owner, LayoutField field, const Token &token)
    {
        const LayoutType &type = *field.type;
        if (type.size == 0 && !endsOpen(type))
            fail(token, fmt::format("\"{}\" has no size: its type is {}", printable(field.name, 40), type.name));
        if (!owner.made.fields.empty() && endsOpen(*owner.made.fields.back().type))
            fail(token, "nothing can follow an array without a size");
        if (endsOpen(type) && owner.made.kind == Kind::Union)
            fail(token, "an array without a size cannot lie in a union: write how many elements there are");
        if (type.depth >= deepestTypes)
            fail(token, fmt::format("types hold one another at most {} deep", deepestTypes));
        owner.add(std::move(field), m_tokens.pack());
        checkSize(owner, token);
    }

    static void checkSize(const Placing &owner, const Token &token)
    {
        if (owner.made.size > largest)
            fail(token, fmt::format("the struct is larger than {} bytes", largest));
    }

    Type readArrays(Type element, int dimension)
    {
        const Token open = m_token;
        if (!take("["))
            return element;
        if (dimension >= mostDimensions)
            fail(open, fmt::format("arrays have at most {} dimensions", mostDimensions));
        const Token sizeToken = m_token;
        std::int64_t count = 0;
        bool isOpen = m_token.text == "]" || m_token.text == "ANYSIZE_ARRAY";
        if (take("ANYSIZE_ARRAY"))
            count = 1;
        else if (!isOpen) {
            count = readConstant();
            isOpen = count == 0;
        }
        if (isOpen && dimension > 0)
            fail(sizeToken, "only the first dimension can be open");
        if (count < 0 || static_cast<std::uint64_t>(count) > largest)
            fail(sizeToken, fmt::format("an array has at most {} elements", largest));
        expect("]");
        const auto of = readArrays(std::move(element), dimension + 1);
        if (of->size == 0)
            fail(open, fmt::format("{} has no size", of->name));
        if (of->depth >= deepestTypes)
            fail(open, fmt::format("types hold one another at most {} deep", deepestTypes));
        if (of->size > largest / std::max<std::uint64_t>(1, static_cast<std::uint64_t>(count)))
            fail(open, fmt::format("the array is larger than {} bytes", largest));
        LayoutType all{.name = of->name,
                       .kind = Kind::Array,
                       .size = of->size * static_cast<std::uint64_t>(count),
                       .alignment = of->alignment,
                       .count = static_cast<std::uint64_t>(count),
                       .isOpen = isOpen,
                       .depth = of->depth + 1,
                       .element = of};
        const auto bracket = of->kind == Kind::Array ? all.name.find('[') : all.name.npos;
        all.name.insert(bracket == all.name.npos ? all.name.size() : bracket,
                        isOpen ? std::string("[]") : fmt::format("[{}]", count));
        return shared(std::move(all));
    }

    const PointerSize m_pointers;
    std::map<std::string, Type> m_types;
    std::map<std::string, std::string> m_tagOf; // typedefs of structs that are defined later
    std::size_t m_copied = 0;
    Type m_last;
};

} // namespace
} // namespace structs

Parsed<std::shared_ptr<const LayoutType>> parseStructLayout(std::string_view text, PointerSize pointers)
{
    constexpr std::size_t longest = 256 << 10;
    if (text.size() > longest)
        return std::unexpected(TextProblem{
            .offset = longest, .length = 0, .meaning = fmt::format("the text has more than {} bytes", longest)});
    try {
        return structs::Reader(text, pointers).read();
    } catch (structs::Wrong &wrong) {
        return std::unexpected(std::move(wrong.problem));
    }
}

} // namespace ipclens
