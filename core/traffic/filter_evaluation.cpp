// Whether a message passes a filter.
#include "core/traffic/filter_value.h"

#include <algorithm>
#include <compare>
#include <cstring>

namespace ipclens::filter {
namespace {

std::strong_ordering order(std::span<const std::byte> a, std::span<const std::byte> b)
{
    const auto common = std::min(a.size(), b.size());
    const int first = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return first != 0 ? first <=> 0 : a.size() <=> b.size();
}

bool satisfies(Relation relation, std::partial_ordering order)
{
    switch (relation) {
    case Relation::Equal:
        return order == 0;
    case Relation::NotEqual:
        return order != 0;
    case Relation::Less:
        return order < 0;
    case Relation::LessEqual:
        return order <= 0;
    case Relation::Greater:
        return order > 0;
    case Relation::GreaterEqual:
        return order >= 0;
    default:
        return false;
    }
}

class Evaluation {
public:
    explicit Evaluation(const MessageView &message) : m_message(message), m_values(message) {}

    bool holds(const Program &program, std::size_t index)
    {
        const Node &node = program.nodes[index];
        const auto part = [&](std::uint32_t other) { return holds(program, other); };
        switch (node.kind) {
        case Node::Kind::Or:
            return std::ranges::any_of(node.parts, part);
        case Node::Kind::Xor:
            return std::ranges::count_if(node.parts, part) % 2 != 0;
        case Node::Kind::And:
            return std::ranges::all_of(node.parts, part);
        case Node::Kind::Not:
            return !part(node.parts.front());
        case Node::Kind::Test:
            return holds(program.tests[node.test]);
        }
        return false;
    }

    bool holds(const Test &test)
    {
        if (test.relation == Relation::Has && test.left.isLiteral())
            return isAnywhere(test);
        if (!test.ofReferences)
            return holdsOnce(test);
        return std::ranges::any_of(m_message.references, [&](const MessageReference &reference) {
            m_values.lookAt(&reference);
            return holdsOnce(test);
        });
    }

private:
    bool holdsOnce(const Test &test) const
    {
        std::string scratch;
        const auto left = m_values.of(test.left, scratch);
        if (!left)
            return false;
        switch (test.relation) {
        case Relation::Has:
            if (test.left.kind == Operand::Kind::Call && test.left.function == Function::And)
                return compare(left->number, Whole{}) != 0; // is any of the bits set?
            return left->type != Type::Truth || left->truth;
        case Relation::Matches:
            return test.regex->isIn(left->type == Type::Text ? bytesOf(left->text) : left->bytes);
        case Relation::In:
            return std::ranges::any_of(test.right, [&](const Item &item) { return isIn(*left, item); });
        case Relation::Contains:
            return contains(*left, test.right.front().first);
        default:
            return compares(test.relation, *left, test.right.front().first);
        }
    }

    bool isAnywhere(const Test &test) const
    {
        const Operand &literal = test.left;
        const bool ofBytes = literal.type == Type::Bytes;
        if (ofBytes && filter::contains(m_message.payload, literal.bytes))
            return true;
        if (literal.type == Type::Text && literal.text.isEncoded)
            return filter::contains(m_message.payload, literal.text);
        return test.anywhere.matches(m_message);
    }

    bool contains(const Value &left, const Operand &right) const
    {
        if (left.type == Type::Bytes && right.isLiteral() && right.type == Type::Text)
            return filter::contains(left.bytes, right.text);
        std::string scratch;
        const auto value = m_values.of(right, scratch);
        if (!value)
            return false;
        if (left.type == Type::Text)
            return left.text.find(value->text) != left.text.npos;
        return filter::contains(left.bytes, value->bytes);
    }

    bool isIn(const Value &left, const Item &item) const
    {
        if (!item.last)
            return compares(Relation::Equal, left, item.first);
        return compares(Relation::GreaterEqual, left, item.first) && compares(Relation::LessEqual, left, *item.last);
    }

    bool compares(Relation relation, const Value &left, const Operand &right) const
    {
        if (left.type == Type::Bytes && right.isLiteral() && right.type == Type::Text) {
            const auto &forms = right.text.inPayload;
            if (relation != Relation::Equal && relation != Relation::NotEqual)
                return satisfies(relation, order(left.bytes, forms.front()));
            const bool isEqual =
                std::ranges::any_of(forms, [&](const Bytes &form) { return order(left.bytes, form) == 0; });
            return isEqual == (relation == Relation::Equal);
        }
        if (left.type == Type::Number) {
            const auto number = m_values.numberOf(right);
            return number && satisfies(relation, compare(left.number, *number));
        }
        std::string scratch;
        const auto value = m_values.of(right, scratch);
        if (!value)
            return false;
        switch (left.type) {
        case Type::Number:
            break;
        case Type::Text:
            return satisfies(relation, left.text <=> value->text);
        case Type::Bytes:
            return satisfies(relation, order(left.bytes, value->bytes));
        case Type::Time:
            return satisfies(relation, left.time <=> value->time);
        case Type::Truth:
            return satisfies(relation, left.truth <=> value->truth);
        }
        return false;
    }

    const MessageView &m_message;
    Values m_values;
};

} // namespace

std::optional<Numeric> numberOf(const Operand &operand, const MessageView &message)
{
    Values values(message);
    auto number = values.numberOf(operand);
    for (auto reference = message.references.begin(); !number && reference != message.references.end(); ++reference) {
        values.lookAt(&*reference);
        number = values.numberOf(operand);
    }
    return number;
}

bool holds(const Program &program, const MessageView &message)
{
    return Evaluation(message).holds(program, program.nodes.size() - 1);
}

bool holds(const Test &test, const MessageView &message)
{
    return Evaluation(message).holds(test);
}

bool contains(std::span<const std::byte> bytes, std::span<const std::byte> part)
{
    const std::string_view all(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return all.find(std::string_view(reinterpret_cast<const char *>(part.data()), part.size())) != all.npos;
}

bool contains(std::span<const std::byte> bytes, const Text &text)
{
    const auto &forms = text.inPayload;
    const Bytes &first = forms.front();
    const bool beginAlike = !first.empty() && std::ranges::all_of(forms, [&](const Bytes &form) {
        return !form.empty() && form.front() == first.front();
    });
    if (forms.size() == 1 || !beginAlike)
        return std::ranges::any_of(forms, [&](const Bytes &form) { return contains(bytes, form); });
    // All begin with the same byte: one pass for them.
    const auto begins = [&bytes](const Bytes &form) {
        return bytes.size() >= form.size() && bytes[form.size() - 1] == form.back() && // mostly not: no call
               std::memcmp(bytes.data(), form.data(), form.size()) == 0;
    };
    while (!bytes.empty()) {
        const auto *const found = static_cast<const std::byte *>(
            std::memchr(bytes.data(), std::to_integer<int>(first.front()), bytes.size()));
        if (!found)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(found - bytes.data()));
        if (std::ranges::any_of(forms, begins))
            return true;
        bytes = bytes.subspan(1);
    }
    return false;
}

} // namespace ipclens::filter
