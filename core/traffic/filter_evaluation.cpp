// Whether a message passes a filter.
#include "core/traffic/filter_program.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstring>
#include <optional>

namespace ipclens::filter {
namespace {

// What an operand is in one message; views of the message, the program or the caller's scratch.
struct Value {
    Type type = Type::Number;
    Numeric number;
    std::string_view text;
    std::span<const std::byte> bytes;
    std::int64_t time = 0;
    bool truth = false;
};

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

template <class T>
std::optional<std::span<T>> cut(std::span<T> all, const Slice &slice)
{
    const auto size = static_cast<std::int64_t>(all.size());
    const auto begin = slice.begin < 0 ? size + slice.begin : slice.begin;
    const auto end = slice.last ? (*slice.last < 0 ? size + *slice.last : *slice.last) + 1
                     : slice.size ? begin + *slice.size : size;
    if (begin < 0 || begin > size || end > size || end < begin)
        return {};
    return all.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

class Evaluation {
public:
    explicit Evaluation(const MessageView &message) : m_message(message) {}

    bool holds(const Program &program, std::size_t index)
    {
        const Node &node = program.nodes[index];
        switch (node.kind) {
        case Node::Kind::Or: return holds(program, node.left) || holds(program, node.right);
        case Node::Kind::And: return holds(program, node.left) && holds(program, node.right);
        case Node::Kind::Not: return !holds(program, node.left);
        case Node::Kind::Test: return holds(node.test);
        }
        return false;
    }

    bool holds(const Test &test)
    {
        if (test.relation == Relation::Has && test.left.kind == Operand::Kind::Literal)
            return isAnywhere(test);
        std::string scratch;
        const auto left = valueOf(test.left, scratch);
        if (!left)
            return false;
        switch (test.relation) {
        case Relation::Has: return left->type != Type::Truth || left->truth;
        case Relation::Matches: return isMatch(*test.regex, left->type == Type::Text ? bytesOf(left->text) : left->bytes);
        case Relation::In: return std::ranges::any_of(test.right, [&](const auto &item) { return isIn(*left, item); });
        case Relation::Contains: return contains(*left, test.right.front().first);
        default: return compares(test.relation, *left, test.right.front().first);
        }
    }

    std::optional<Numeric> numberOf(const Operand &operand)
    {
        std::string scratch;
        const auto value = valueOf(operand, scratch);
        return value ? std::optional(value->number) : std::nullopt;
    }

private:
    bool isAnywhere(const Test &test) const
    {
        if (test.left.type == Type::Bytes)
            return filter::contains(m_message.payload, test.left.bytes);
        if (test.left.text.inPayload)
            return filter::contains(m_message.payload, *test.left.text.inPayload);
        return test.anywhere.matches(m_message);
    }

    static bool isMatch(ByteRegex &regex, std::span<const std::byte> bytes)
    {
        bool found = false;
        regex.search(bytes, 0, bytes.size(), {}, [&found](std::size_t, std::size_t) {
            found = true;
            return false;
        });
        return found;
    }

    bool contains(const Value &left, const Operand &right)
    {
        if (left.type == Type::Bytes && right.kind == Operand::Kind::Literal && right.type == Type::Text)
            return filter::contains(left.bytes, right.text);
        std::string scratch;
        const auto value = valueOf(right, scratch);
        if (!value)
            return false;
        return left.type == Type::Text ? left.text.find(value->text) != left.text.npos : filter::contains(left.bytes, value->bytes);
    }

    bool isIn(const Value &left, const std::pair<Operand, std::optional<Operand>> &item)
    {
        if (!item.second)
            return compares(Relation::Equal, left, item.first);
        return compares(Relation::GreaterEqual, left, item.first) && compares(Relation::LessEqual, left, *item.second);
    }

    bool compares(Relation relation, const Value &left, const Operand &right)
    {
        if (left.type == Type::Bytes && right.kind == Operand::Kind::Literal && right.type == Type::Text) {
            const Text &text = right.text;
            const auto direct = order(left.bytes, text.inPayload ? std::span<const std::byte>(*text.inPayload) : bytesOf(text.text));
            if (direct != 0 && !text.utf16.empty() && (relation == Relation::Equal || relation == Relation::NotEqual) &&
                order(left.bytes, text.utf16) == 0)
                return relation == Relation::Equal;
            return satisfies(relation, direct);
        }
        std::string scratch;
        const auto value = valueOf(right, scratch);
        if (!value)
            return false;
        switch (left.type) {
        case Type::Number: return satisfies(relation, order(left.number, value->number));
        case Type::Text: return satisfies(relation, left.text <=> value->text);
        case Type::Bytes: return satisfies(relation, order(left.bytes, value->bytes));
        case Type::Time: return satisfies(relation, left.time <=> value->time);
        case Type::Truth: return satisfies(relation, left.truth <=> value->truth);
        }
        return false;
    }

    static bool satisfies(Relation relation, std::partial_ordering order)
    {
        switch (relation) {
        case Relation::Equal: return order == 0;
        case Relation::NotEqual: return order != 0;
        case Relation::Less: return order < 0;
        case Relation::LessEqual: return order <= 0;
        case Relation::Greater: return order > 0;
        case Relation::GreaterEqual: return order >= 0;
        default: return false;
        }
    }

    static std::strong_ordering order(std::span<const std::byte> a, std::span<const std::byte> b)
    {
        const auto common = std::min(a.size(), b.size());
        const int first = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
        return first != 0 ? first <=> 0 : a.size() <=> b.size();
    }

    static std::partial_ordering order(const Numeric &a, const Numeric &b)
    {
        const auto *const left = std::get_if<Whole>(&a);
        const auto *const right = std::get_if<Whole>(&b);
        if (left && right) {
            const bool leftBelow = left->negative && left->magnitude != 0, rightBelow = right->negative && right->magnitude != 0;
            if (leftBelow != rightBelow)
                return leftBelow ? std::partial_ordering::less : std::partial_ordering::greater;
            return leftBelow ? right->magnitude <=> left->magnitude : left->magnitude <=> right->magnitude;
        }
        return toDouble(a) <=> toDouble(b);
    }

    std::optional<Value> valueOf(const Operand &operand, std::string &scratch)
    {
        switch (operand.kind) {
        case Operand::Kind::Literal:
            return Value{.type = operand.type, .number = operand.number, .text = operand.text.text, .bytes = operand.bytes,
                         .time = operand.time, .truth = operand.truth};
        case Operand::Kind::Field: return fieldOf(operand);
        case Operand::Kind::Call: return callOf(operand, scratch);
        }
        return {};
    }

    std::optional<Value> fieldOf(const Operand &operand) const
    {
        auto value = fieldOf(operand.field);
        if (!value || !operand.slice)
            return value;
        if (value->type == Type::Text) {
            const auto part = cut(std::span(value->text), *operand.slice);
            if (!part)
                return {};
            value->text = {part->data(), part->size()};
        } else {
            const auto part = cut(value->bytes, *operand.slice);
            if (!part)
                return {};
            value->bytes = *part;
        }
        return value;
    }

    static Value number(std::uint64_t value) { return {.type = Type::Number, .number = Whole{value}}; }
    static Value text(std::string_view value) { return {.type = Type::Text, .text = value}; }
    static Value truth(bool value) { return {.type = Type::Truth, .truth = value}; }
    static Whole wholeOf(std::int64_t value)
    {
        const auto raw = static_cast<std::uint64_t>(value);
        return {value < 0 ? ~raw + 1 : raw, value < 0};
    }
    static Value milliseconds(std::int64_t nanoseconds)
    {
        constexpr std::int64_t millisecond = 1'000'000;
        if (nanoseconds % millisecond == 0)
            return {.type = Type::Number, .number = wholeOf(nanoseconds / millisecond)};
        return {.type = Type::Number, .number = static_cast<double>(nanoseconds) / millisecond};
    }

    std::optional<Value> fieldOf(Field field) const
    {
        const bool copied = m_message.kind == MessageKind::CopyData;
        switch (field) {
        case Field::Number: return number(m_message.sequence);
        case Field::Time: return Value{.type = Type::Time, .time = m_message.time};
        case Field::Kind: return text(toText(m_message.kind));
        case Field::SenderPid: return m_message.sender.pid != 0 ? std::optional(number(m_message.sender.pid)) : std::nullopt;
        case Field::SenderExe:
            return !m_message.senderName.empty() ? std::optional(text(m_message.senderName)) : std::nullopt;
        case Field::SenderTitle:
            return !m_message.senderTitle.empty() ? std::optional(text(m_message.senderTitle)) : std::nullopt;
        case Field::SenderWindow: return copied ? std::optional(number(m_message.senderWindow)) : std::nullopt;
        case Field::ReceiverPid: return m_message.receiver.pid != 0 ? std::optional(number(m_message.receiver.pid)) : std::nullopt;
        case Field::ReceiverExe:
            return !m_message.receiverName.empty() ? std::optional(text(m_message.receiverName)) : std::nullopt;
        case Field::ReceiverWindow:
            return m_message.receiverWindow != 0 ? std::optional(number(m_message.receiverWindow)) : std::nullopt;
        case Field::Inbox: return number(m_message.inbox);
        case Field::Depth: return number(m_message.depth);
        case Field::DataId: return copied ? std::optional(number(m_message.id)) : std::nullopt;
        case Field::MessageName: return !copied ? std::optional(text(m_message.name)) : std::nullopt;
        case Field::MessageId: return !copied ? std::optional(number(m_message.id)) : std::nullopt;
        case Field::WParam: return !copied ? std::optional(number(m_message.wParam)) : std::nullopt;
        case Field::LParam: return !copied ? std::optional(number(m_message.lParam)) : std::nullopt;
        case Field::Size: return copied ? std::optional(number(m_message.size)) : std::nullopt;
        case Field::Payload:
            return copied ? std::optional(Value{.type = Type::Bytes, .bytes = m_message.payload}) : std::nullopt;
        case Field::Null: return truth(m_message.nullData);
        case Field::Truncated: return truth(copied && m_message.isTruncated());
        case Field::Result:
            return m_message.isAnswered ? std::optional(Value{.type = Type::Number, .number = wholeOf(m_message.result)}) : std::nullopt;
        case Field::Duration: return m_message.isAnswered ? std::optional(milliseconds(m_message.duration)) : std::nullopt;
        case Field::Answered: return truth(m_message.isAnswered);
        case Field::Failed: return truth(m_message.failure != nullptr);
        case Field::Posted: return truth(!m_message.senderWaits);
        case Field::Marked: return truth(m_message.isMarked());
        case Field::Comment: return !m_message.comment().empty() ? std::optional(text(m_message.comment())) : std::nullopt;
        }
        return {};
    }

    std::optional<Value> callOf(const Operand &call, std::string &scratch)
    {
        std::string inner;
        const auto what = valueOf(call.arguments.front(), inner);
        if (!what)
            return {};
        const bool isText = what->type == Type::Text;
        switch (call.function) {
        case Function::Length: return number(isText ? what->text.size() : what->bytes.size());
        case Function::Lower:
        case Function::Upper: {
            if (isText)
                scratch = what->text;
            else
                scratch.assign(reinterpret_cast<const char *>(what->bytes.data()), what->bytes.size());
            const char from = call.function == Function::Lower ? 'A' : 'a';
            const int by = call.function == Function::Lower ? 'a' - 'A' : 'A' - 'a';
            for (char &c : scratch)
                c = c >= from && c <= from + 25 ? static_cast<char>(c + by) : c;
            return isText ? text(scratch) : Value{.type = Type::Bytes, .bytes = bytesOf(scratch)};
        }
        case Function::Integer:
        case Function::Float: return numberAt(call, what->bytes);
        }
        return {};
    }

    static std::optional<Value> numberAt(const Operand &call, std::span<const std::byte> bytes)
    {
        const std::uint64_t offset = call.arguments.size() > 1 ? std::get<Whole>(call.arguments[1].number).magnitude : 0;
        if (offset > bytes.size() || bytes.size() - offset < call.width)
            return {};
        std::uint64_t raw = 0;
        for (std::size_t i = 0; i < call.width; ++i) {
            const auto place = call.order == ByteOrder::Little ? call.width - 1 - i : i;
            raw = (raw << 8) | std::to_integer<std::uint64_t>(bytes[offset + place]);
        }
        if (call.function == Function::Float) {
            const double value = call.width == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(raw)) : std::bit_cast<double>(raw);
            return Value{.type = Type::Number, .number = value};
        }
        const auto bits = 8 * call.width;
        const bool negative = call.isSigned && ((raw >> (bits - 1)) & 1) != 0;
        const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
        return Value{.type = Type::Number, .number = Whole{negative ? (~raw + 1) & mask : raw, negative}};
    }

    const MessageView &m_message;
};

} // namespace

double toDouble(const Numeric &number)
{
    if (const auto *const value = std::get_if<double>(&number))
        return *value;
    const Whole &whole = std::get<Whole>(number);
    const auto magnitude = static_cast<double>(whole.magnitude);
    return whole.negative ? -magnitude : magnitude;
}

std::optional<Numeric> numberOf(const Operand &operand, const MessageView &message)
{
    return Evaluation(message).numberOf(operand);
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
    const auto first = bytesOf(text.text);
    if (text.inPayload || text.utf16.empty() || first.empty() || text.utf16.front() != first.front())
        return contains(bytes, text.inPayload ? std::span<const std::byte>(*text.inPayload) : first) ||
               (!text.inPayload && !text.utf16.empty() && contains(bytes, text.utf16));
    // Both begin with the same byte: one pass for the two.
    const auto begins = [](std::span<const std::byte> rest, std::span<const std::byte> part) {
        return rest.size() >= part.size() && std::memcmp(rest.data(), part.data(), part.size()) == 0;
    };
    while (bytes.size() >= first.size()) {
        const auto *const found =
            static_cast<const std::byte *>(std::memchr(bytes.data(), std::to_integer<int>(first.front()), bytes.size() - first.size() + 1));
        if (!found)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(found - bytes.data()));
        if (begins(bytes, first) || begins(bytes, text.utf16))
            return true;
        bytes = bytes.subspan(1);
    }
    return false;
}

} // namespace ipclens::filter
