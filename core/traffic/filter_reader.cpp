// The grammar of the filter language; filter_expression.h has it.
#include "core/traffic/filter_fit.h"
#include "core/traffic/value_reader.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace ipclens::filter {
namespace {

bool isOfReference(Field field)
{
    return field >= Field::SectionName && field <= Field::PointerBytes;
}

bool isOfReferences(const Operand &operand)
{
    return (operand.kind == Operand::Kind::Field && isOfReference(operand.field)) ||
           std::ranges::any_of(operand.arguments, isOfReferences);
}

class Reader : private ValueReader {
public:
    explicit Reader(std::string_view text) : ValueReader(text) {}

    Program read()
    {
        makeNode(readOr(0));
        peek();
        if (!atEnd())
            fail(position(), wordLength(), fmt::format("&& or || was expected before {}", here()));
        return std::move(m_program);
    }

private:
    // A part of the filter: what is asked, or a value of which nothing has been asked yet.
    using Part = std::variant<std::uint32_t, Operand>;

    // Tests joined. -----------------------------------------------------------------------------------------------

    std::uint32_t add(Node node)
    {
        m_program.nodes.push_back(std::move(node));
        return static_cast<std::uint32_t>(m_program.nodes.size() - 1);
    }

    std::uint32_t add(Test test)
    {
        test.ofReferences = isOfReferences(test.left) || std::ranges::any_of(test.right, [](const Item &item) {
                                return isOfReferences(item.first);
                            });
        m_program.tests.push_back(std::move(test));
        return add(Node{
            .kind = Node::Kind::Test, .parts = {}, .test = static_cast<std::uint32_t>(m_program.tests.size() - 1)});
    }

    std::uint32_t makeNode(Part part)
    {
        if (const auto *const node = std::get_if<std::uint32_t>(&part))
            return *node;
        Test test{.relation = Relation::Has, .left = std::get<Operand>(std::move(part))};
        const Operand &value = test.left;
        if (value.isLiteral())
            makeAnywhere(test);
        else if (value.kind == Operand::Kind::Call && value.function > Function::And)
            fail(value, "a number alone says nothing: compare it");
        return add(std::move(test));
    }

    void makeAnywhere(Test &test)
    {
        const Operand &literal = test.left;
        if (literal.type == Type::Text && !literal.text.isEncoded)
            test.anywhere = MessageSearch(literal.text.text);
        else if (literal.type == Type::Number || literal.type == Type::Bytes)
            test.anywhere = MessageSearch(part(literal.offset, literal.length));
        else if (literal.type == Type::Truth)
            fail(literal, "true and false are compared with a field: truncated == true");
    }

    template <class Read, class TakeSign>
    Part readChain(Node::Kind kind, Read read, TakeSign takeSign)
    {
        auto first = read();
        if (!takeSign())
            return first;
        Node chain{.kind = kind, .parts = {makeNode(std::move(first))}};
        do
            chain.parts.push_back(makeNode(read()));
        while (takeSign());
        return add(std::move(chain));
    }

    Part readOr(int depth)
    {
        return readChain(
            Node::Kind::Or, [&] { return readXor(depth); }, [&] { return take("||") || takeWord("or"); });
    }
    Part readXor(int depth)
    {
        return readChain(
            Node::Kind::Xor, [&] { return readAnd(depth); }, [&] { return take("^^") || takeWord("xor"); });
    }
    Part readAnd(int depth)
    {
        return readChain(
            Node::Kind::And, [&] { return readFactor(depth); }, [&] { return take("&&") || takeWord("and"); });
    }

    Part readFactor(int depth)
    {
        checkDepth(depth);
        peek();
        if ((at(position()) == '!' && at(position() + 1) != '=' && take("!")) || takeWord("not")) {
            const auto inner = makeNode(readFactor(depth + 1));
            return add(Node{.kind = Node::Kind::Not, .parts = {inner}});
        }
        const auto open = position();
        if (!take("(")) {
            beginValue();
            return readTest(readPrimary(depth, Beside::Anything), depth);
        }
        Part inner = readOr(depth + 1);
        if (!take(")"))
            fail(open, 1, "this ( has no )");
        auto *const value = std::get_if<Operand>(&inner);
        if (!value)
            return inner;
        if (!value->isLiteral()) { // which may be looked for as it was typed
            value->offset = open;
            value->length = position() - open;
        }
        return readTest(std::move(*value), depth);
    }

    // Tests. ------------------------------------------------------------------------------------------------------

    std::optional<Relation> takeRelation()
    {
        constexpr std::pair<std::string_view, Relation> signs[] = {
            {"==", Relation::Equal},        {"!=", Relation::NotEqual}, {"<=", Relation::LessEqual},
            {">=", Relation::GreaterEqual}, {"<", Relation::Less},      {">", Relation::Greater},
            {"~", Relation::Matches}};
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

    Part readTest(Operand first, int depth)
    {
        Test test{.left = readRest(std::move(first), 0, depth)};
        const auto relation = takeRelation();
        if (!relation)
            return std::move(test.left);
        test.relation = *relation;
        if (test.left.isLiteral()) {
            readReversed(test, depth);
            return add(std::move(test));
        }
        checkRelation(*this, test);
        if (test.relation == Relation::Matches) {
            peek();
            test.regex = readRegex(test.left.type);
            return add(std::move(test));
        }
        const auto beside = test.left.type == Type::Bytes ? Beside::Bytes : Beside::Anything;
        if (test.relation == Relation::In)
            readItems(test, beside);
        else
            test.right.push_back({.first = readValue(depth, beside), .last = {}});
        fitAll(test);
        return add(std::move(test));
    }

    void fitAll(Test &test) const
    {
        for (auto &[first, last] : test.right) {
            fit(*this, test, first, last.has_value());
            if (last)
                fit(*this, test, *last, true);
        }
    }

    // "10 < size" is "size > 10".
    void readReversed(Test &test, int depth)
    {
        auto literal = std::move(test.left);
        switch (test.relation) {
        case Relation::Equal:
        case Relation::NotEqual:
            break;
        case Relation::Less:
            test.relation = Relation::Greater;
            break;
        case Relation::LessEqual:
            test.relation = Relation::GreaterEqual;
            break;
        case Relation::Greater:
            test.relation = Relation::Less;
            break;
        case Relation::GreaterEqual:
            test.relation = Relation::LessEqual;
            break;
        default:
            fail(literal, "a field or a function was expected before the comparison");
        }
        test.left = readValue(depth, Beside::Anything);
        if (test.left.isLiteral())
            fail(literal, "these two are the same in every message: a field or a function was expected");
        checkRelation(*this, test);
        test.right.push_back({.first = std::move(literal), .last = {}});
        fitAll(test);
    }

    void readItems(Test &test, Beside beside)
    {
        peek();
        const auto open = position();
        if (!take("{"))
            fail(position(), wordLength(), "\"in\" is followed by a list: in {1, 2, 10..20}");
        do {
            Item item{.first = readItem(beside), .last = {}};
            const auto end = position();
            if (take(".."))
                item.last = readItem(beside);
            else if (at(end) == '-')
                fail(end, 1, "a range is written 10..20");
            test.right.push_back(std::move(item));
        } while (take(",") || (peek() != '}' && !atEnd()));
        if (!take("}"))
            fail(open, 1, "this { has no }");
    }

    Operand readItem(Beside beside)
    {
        auto item = readPrimary(0, beside);
        if (!item.isLiteral())
            fail(item, "only literals stand in a list");
        return item;
    }

    Program m_program;
};

} // namespace

Parsed<Program> readProgram(std::string_view text)
{
    return caught([&] { return Reader(text).read(); });
}

Parsed<Operand> readValue(std::string_view text)
{
    return caught([&] { return ValueReader(text).readAlone(); });
}

} // namespace ipclens::filter
