// The grammar of the filter language; filter_expression.h has it.
#include "core/text/input_text.h"
#include "core/traffic/filter_text.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace ipclens::filter {
namespace {

class Reader : private FilterText {
public:
    explicit Reader(std::string_view text) : FilterText(text) {}

    Program read()
    {
        readOr(0);
        peek();
        if (!atEnd())
            fail(position(), wordLength(), fmt::format("&& or || was expected before {}", here()));
        return std::move(m_program);
    }

private:
    static constexpr int deepest = 100;

    using FilterText::fail;
    [[noreturn]] void fail(const Operand &operand, std::string meaning) const
    {
        fail(operand.offset, operand.length, std::move(meaning));
    }

    std::size_t add(Node node)
    {
        m_program.nodes.push_back(std::move(node));
        return m_program.nodes.size() - 1;
    }

    std::size_t readOr(int depth)
    {
        auto left = readAnd(depth);
        while (take("||") || takeWord("or"))
            left = add({.kind = Node::Kind::Or, .left = left, .right = readAnd(depth), .test = {}});
        return left;
    }
    std::size_t readAnd(int depth)
    {
        auto left = readFactor(depth);
        while (take("&&") || takeWord("and"))
            left = add({.kind = Node::Kind::And, .left = left, .right = readFactor(depth), .test = {}});
        return left;
    }
    std::size_t readFactor(int depth)
    {
        if (depth > deepest)
            fail(position(), 1, fmt::format("brackets and \"!\" are at most {} deep", deepest));
        peek();
        if ((at(position()) == '!' && at(position() + 1) != '=' && take("!")) || takeWord("not"))
            return add({.kind = Node::Kind::Not, .left = readFactor(depth + 1), .test = {}});
        if (const auto open = position(); take("(")) {
            const auto inner = readOr(depth + 1);
            if (!take(")"))
                fail(open, 1, "this ( has no )");
            return inner;
        }
        return add({.kind = Node::Kind::Test, .test = readTest()});
    }

    std::optional<Relation> takeRelation()
    {
        constexpr std::pair<std::string_view, Relation> signs[] = {
            {"==", Relation::Equal}, {"!=", Relation::NotEqual}, {"<=", Relation::LessEqual},
            {">=", Relation::GreaterEqual}, {"<", Relation::Less}, {">", Relation::Greater}};
        for (const auto &[sign, relation] : signs)
            if (take(sign))
                return relation;
        constexpr std::pair<std::string_view, Relation> words[] = {
            {"eq", Relation::Equal},          {"ne", Relation::NotEqual},     {"le", Relation::LessEqual},
            {"ge", Relation::GreaterEqual},   {"lt", Relation::Less},         {"gt", Relation::Greater},
            {"contains", Relation::Contains}, {"matches", Relation::Matches}, {"in", Relation::In}};
        for (const auto &[word, relation] : words)
            if (takeWord(word))
                return relation;
        if (peek() == '=')
            fail(position(), 1, "equality is written ==");
        return {};
    }

    Test readTest()
    {
        Test test{.left = readOperand()};
        const auto relation = takeRelation();
        if (!relation) {
            test.relation = Relation::Has;
            if (test.left.kind == Operand::Kind::Literal)
                makeAnywhere(test);
            return test;
        }
        test.relation = *relation;
        if (test.left.kind == Operand::Kind::Literal)
            fail(test.left, "a field or a function was expected before the comparison");
        if (*relation == Relation::In)
            readItems(test);
        else
            test.right.emplace_back(readOperand(), std::nullopt);
        for (auto &[first, second] : test.right) {
            fit(test, first);
            if (second)
                fit(test, *second);
        }
        return test;
    }

    void makeAnywhere(Test &test)
    {
        const Operand &literal = test.left;
        if (literal.type == Type::Text && !literal.text.inPayload)
            test.anywhere = MessageSearch(literal.text.text);
        else if (literal.type == Type::Number)
            test.anywhere = MessageSearch(part(literal.offset, literal.length));
        else if (literal.type == Type::Truth)
            fail(literal, "true and false are compared with a field: truncated == true");
    }

    void readItems(Test &test)
    {
        peek();
        const auto open = position();
        if (!take("{"))
            fail(position(), wordLength(), "\"in\" is followed by a list: in {1, 2, 10..20}");
        do {
            auto first = readOperand();
            if (first.kind != Operand::Kind::Literal)
                fail(first, "only literals stand in a list");
            std::optional<Operand> last;
            if (take("..")) {
                last = readOperand();
                if (last->kind != Operand::Kind::Literal)
                    fail(*last, "only literals stand in a list");
            }
            test.right.emplace_back(std::move(first), std::move(last));
        } while (take(","));
        if (!take("}"))
            fail(open, 1, "this { has no }");
    }

    // Makes the right side fit what is compared with it, or says why it can't.
    void fit(Test &test, Operand &right)
    {
        const Type left = test.left.type;
        const bool literal = right.kind == Operand::Kind::Literal;
        if (test.relation == Relation::Matches) {
            if (left != Type::Text && left != Type::Bytes)
                fail(test.left, fmt::format("this is {}: only text and bytes can match an expression", nameOf(left)));
            if (!literal || right.type != Type::Text)
                fail(right, "a regular expression in quotes was expected");
            auto regex = ByteRegex::parse(right.text.text, false);
            if (!regex)
                fail(right, regex.error().meaning);
            test.regex = std::make_shared<ByteRegex>(std::move(*regex));
            return;
        }
        if (test.relation == Relation::Contains && left != Type::Text && left != Type::Bytes)
            fail(test.left, fmt::format("this is {}: only text and bytes contain something", nameOf(left)));
        if (left == Type::Time && literal && right.type == Type::Text) {
            const auto time = parseLocalTime(right.text.text);
            if (!time)
                fail(right, "a time is written \"13:47:25\" or \"2026-11-23 13:47:25.5\"");
            right.time = *time;
            right.type = Type::Time;
        } else if (left == Type::Bytes && literal && right.type == Type::Number) {
            right.bytes = byteOf(right);
            right.type = Type::Bytes;
        } else if (left == Type::Bytes && literal && right.type == Type::Text) {
            return; // compared as encoded text
        } else if (left == Type::Text && literal && right.type == Type::Text && right.text.inPayload) {
            fail(right, "a name has no encoding to choose: leave the u or U away");
        }
        if (right.type != left)
            fail(right, fmt::format("this is {}, but {} was expected", nameOf(right.type), nameOf(left)));
        const bool ordered =
            test.relation != Relation::Equal && test.relation != Relation::NotEqual && test.relation != Relation::In;
        if (left == Type::Truth && ordered)
            fail(test.left, "true and false can only be equal or not");
    }

    // One byte: "4d", "0x4d", or a number up to 255 whose digits are not two.
    Bytes byteOf(const Operand &literal) const
    {
        const auto text = part(literal.offset, literal.length);
        if (text.size() == 2 && hexDigit(text[0]) >= 0 && hexDigit(text[1]) >= 0)
            return {static_cast<std::byte>(hexDigit(text[0]) * 16 + hexDigit(text[1]))};
        const auto *whole = std::get_if<Whole>(&literal.number);
        if (!whole || whole->negative || whole->magnitude > 0xFF)
            fail(literal, "bytes are written 4d:79, or as text in quotes");
        return {static_cast<std::byte>(whole->magnitude)};
    }

    Operand readOperand()
    {
        const char c = peek();
        const auto begin = position();
        Operand operand;
        if (looksLikeString()) {
            operand = readString();
        } else if (looksLikeBytes()) {
            operand = readBytes();
        } else if (looksLikeNumber()) {
            operand = readNumber();
        } else if (isWordLetter(c)) {
            operand = readNamed();
        } else if (atEnd()) {
            fail(position(), 0, "a field, a function or a value was expected");
        } else {
            fail(position(), 1, fmt::format("{} does not begin a field, a function or a value", here()));
        }
        operand.offset = begin;
        operand.length = position() - begin;
        return operand;
    }

    Operand readNamed()
    {
        const auto word = peekWord();
        const auto begin = position();
        if (word == "true" || word == "false") {
            takeWord(word);
            return {.kind = Operand::Kind::Literal, .type = Type::Truth, .truth = word == "true"};
        }
        takeWord(word);
        const auto end = position();
        if (peek() == '(') {
            const auto functions = allFunctions();
            const auto function = std::ranges::find(functions, word, &FunctionInfo::name);
            if (function == functions.end())
                fail(begin, word.size(), fmt::format("there is no function \"{}\"", word));
            return readCall(*function);
        }
        moveTo(end);
        const auto fields = allFields();
        const auto field = std::ranges::find(fields, word, &FieldInfo::name);
        if (field == fields.end())
            fail(begin, word.size(), unknownField(word));
        Operand operand{.kind = Operand::Kind::Field, .type = field->type, .field = field->field};
        if (at(position()) == '[') {
            if (field->type != Type::Bytes && field->type != Type::Text)
                fail(position(), 1, fmt::format("{} is {}: only bytes and text have parts", word, nameOf(field->type)));
            operand.slice = readSlice();
        }
        return operand;
    }

    static std::string unknownField(std::string_view word)
    {
        for (const auto &field : allFields()) {
            if (field.name.ends_with(word) || field.name.starts_with(word) || word.starts_with(field.name))
                return fmt::format("there is no field \"{}\"; did you mean {}? Text to look for stands in quotes", word,
                                   field.name);
        }
        return fmt::format("there is no field \"{}\". Text to look for stands in quotes", word);
    }

    Slice readSlice()
    {
        const auto open = position();
        take("[");
        Slice slice;
        const bool fromStart = peek() == ':';
        if (!fromStart)
            slice.begin = readOffset();
        if (take(":")) {
            if (peek() != ']')
                slice.size = readOffset();
            if (slice.size && *slice.size <= 0)
                fail(open, position() - open, "a part has at least one byte");
        } else if (take("-")) {
            slice.last = readOffset();
            if ((*slice.last < 0) != (slice.begin < 0) || *slice.last < slice.begin)
                fail(open, position() - open, "the part ends before it begins");
        } else {
            slice.size = 1;
        }
        if (!take("]"))
            fail(open, 1, "this [ has no ]");
        return slice;
    }

    Operand readCall(const FunctionInfo &info)
    {
        const auto open = position();
        take("(");
        if (++m_calls > deepest)
            fail(open, 1, fmt::format("calls are at most {} deep", deepest));
        Operand call{.kind = Operand::Kind::Call,
                     .type = Type::Number,
                     .function = info.function,
                     .width = info.width,
                     .isSigned = info.isSigned};
        const bool reads = info.function == Function::Integer || info.function == Function::Float;
        call.arguments.push_back(readOperand());
        const Operand &what = call.arguments.front();
        if (what.kind == Operand::Kind::Literal)
            fail(what, "a field was expected");
        if (reads && what.type != Type::Bytes)
            fail(what, fmt::format("{} reads bytes, and this is {}", info.name, nameOf(what.type)));
        if (!reads && what.type != Type::Text && what.type != Type::Bytes)
            fail(what, fmt::format("{} takes text or bytes, and this is {}", info.name, nameOf(what.type)));
        if (info.function == Function::Lower || info.function == Function::Upper)
            call.type = what.type;
        if (reads && take(",")) {
            call.arguments.push_back(readOperand());
            const auto *offset = std::get_if<Whole>(&call.arguments[1].number);
            if (call.arguments[1].kind != Operand::Kind::Literal || call.arguments[1].type != Type::Number || !offset ||
                offset->negative)
                fail(call.arguments[1], "an offset in bytes was expected");
            if (take(",")) {
                if (takeWord("big"))
                    call.order = ByteOrder::Big;
                else if (!takeWord("little"))
                    fail(position(), wordLength(), "big or little was expected");
            }
        }
        if (!take(")"))
            fail(atEnd() ? open : position(), 1, atEnd() ? "this ( has no )" : ") was expected");
        --m_calls;
        return call;
    }

    Program m_program;
    int m_calls = 0; // around what is being read
};

} // namespace

Parsed<Program> readProgram(std::string_view text)
{
    try {
        return Reader(text).read();
    } catch (Wrong &wrong) {
        return std::unexpected(std::move(wrong.problem));
    }
}

} // namespace ipclens::filter
