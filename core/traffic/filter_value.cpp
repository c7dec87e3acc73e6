#include "core/traffic/filter_value.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens::filter {
namespace {

Value number(std::uint64_t value)
{
    return {.type = Type::Number, .number = Whole{value}};
}

Value number(Numeric value)
{
    return {.type = Type::Number, .number = value};
}

Value text(std::string_view value)
{
    return {.type = Type::Text, .text = value};
}

Value bytes(std::span<const std::byte> value)
{
    return {.type = Type::Bytes, .bytes = value};
}

Value truth(bool value)
{
    return {.type = Type::Truth, .truth = value};
}

std::optional<Value> numberIf(bool has, std::uint64_t value)
{
    return has ? std::optional(number(value)) : std::nullopt;
}

std::optional<Value> textIfAny(std::string_view value)
{
    return !value.empty() ? std::optional(text(value)) : std::nullopt;
}

Whole wholeOf(std::int64_t value)
{
    const auto raw = static_cast<std::uint64_t>(value);
    return {value < 0 ? ~raw + 1 : raw, value < 0};
}

// Nanoseconds in a larger unit; whole numbers stay whole, so that they are equal to those that people write.
Value time(std::int64_t nanoseconds, std::int64_t unit)
{
    if (nanoseconds % unit == 0)
        return number(Numeric(wholeOf(nanoseconds / unit)));
    return number(Numeric(static_cast<double>(nanoseconds) / static_cast<double>(unit)));
}

template <class T>
std::optional<std::span<T>> cut(std::span<T> all, const Slice &slice)
{
    const auto size = static_cast<std::int64_t>(all.size());
    const auto begin = slice.begin < 0 ? size + slice.begin : slice.begin;
    const auto end = slice.last   ? (*slice.last < 0 ? size + *slice.last : *slice.last) + 1
                     : slice.size ? begin + *slice.size
                                  : size;
    if (begin < 0 || begin > size || end > size || end < begin)
        return {};
    return all.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::optional<Value> cut(Value value, const Slice &slice)
{
    if (value.type == Type::Text) {
        const auto part = cut(std::span(value.text), slice);
        if (!part)
            return {};
        value.text = {part->data(), part->size()};
        return value;
    }
    const auto part = cut(value.bytes, slice);
    if (!part)
        return {};
    value.bytes = *part;
    return value;
}

std::string decimal(const Numeric &number)
{
    if (const auto *const value = std::get_if<double>(&number))
        return fmt::format("{}", *value);
    const Whole &whole = std::get<Whole>(number);
    return fmt::format("{}{}", whole.isNegative() ? "-" : "", whole.magnitude);
}

} // namespace

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

std::optional<Value> Values::of(const Operand &operand, std::string &scratch) const
{
    std::optional<Value> value;
    switch (operand.kind) {
    case Operand::Kind::Literal:
        return Value{.type = operand.type,
                     .number = operand.number,
                     .text = operand.text.text,
                     .bytes = operand.bytes,
                     .time = operand.time,
                     .truth = operand.truth};
    case Operand::Kind::Field:
        value = ofField(operand.field);
        break;
    case Operand::Kind::Call:
        value = ofCall(operand, scratch);
        break;
    }
    return value && operand.slice ? cut(*value, *operand.slice) : value;
}

// Literals are the many: they are given without a Value around them.
std::optional<Numeric> Values::numberOf(const Operand &operand) const
{
    if (operand.isLiteral())
        return operand.number;
    std::string scratch;
    const auto value = of(operand, scratch);
    return value ? std::optional(value->number) : std::nullopt;
}

std::optional<Value> Values::ofField(Field field) const
{
    const MessageView &message = m_message;
    const bool copied = message.isCopied();
    constexpr std::int64_t millisecond = 1'000'000, second = 1'000'000'000;
    switch (field) {
    case Field::Number:
        return number(message.sequence);
    case Field::Time:
        return Value{.type = Type::Time, .time = message.time};
    case Field::TimeRelative:
        return message.sinceFirst ? std::optional(time(*message.sinceFirst, second)) : std::nullopt;
    case Field::TimeDelta:
        return message.sincePrevious ? std::optional(time(*message.sincePrevious, second)) : std::nullopt;
    case Field::Kind:
        return text(toText(message.kind));
    case Field::SenderPid:
        return numberIf(message.sender.pid != 0, message.sender.pid);
    case Field::SenderExe:
        return textIfAny(message.senderName);
    case Field::SenderTitle:
        return textIfAny(message.senderTitle);
    case Field::SenderWindow:
        return numberIf(copied, message.senderWindow);
    case Field::ReceiverPid:
        return numberIf(message.receiver.pid != 0, message.receiver.pid);
    case Field::ReceiverExe:
        return textIfAny(message.receiverName);
    case Field::ReceiverWindow:
        return numberIf(message.receiverWindow != 0, message.receiverWindow);
    case Field::Inbox:
        return number(message.inbox);
    case Field::Depth:
        return number(std::uint64_t{message.depth});
    case Field::DataId:
        return numberIf(copied, message.id);
    case Field::MessageName:
        return !copied ? std::optional(text(message.name)) : std::nullopt;
    case Field::MessageId:
        return numberIf(!copied, message.id);
    case Field::WParam:
        return numberIf(!copied, message.wParam);
    case Field::LParam:
        return numberIf(!copied, message.lParam);
    case Field::Size:
        return numberIf(copied, message.size);
    case Field::Payload:
        return copied ? std::optional(bytes(message.payload)) : std::nullopt;
    case Field::Null:
        return truth(message.nullData);
    case Field::Truncated:
        return truth(copied && message.isTruncated());
    case Field::Result:
        return message.isAnswered ? std::optional(number(Numeric(wholeOf(message.result)))) : std::nullopt;
    case Field::Duration:
        return message.isAnswered ? std::optional(time(message.duration, millisecond)) : std::nullopt;
    case Field::Answered:
        return truth(message.isAnswered);
    case Field::Failed:
        return truth(message.failure != nullptr);
    case Field::Posted:
        return truth(!message.senderWaits);
    case Field::Marked:
        return truth(message.isMarked());
    case Field::Comment:
        return textIfAny(message.comment());
    case Field::SectionName:
    case Field::SectionBytes:
    case Field::PointerPid:
    case Field::PointerAddress:
    case Field::PointerBytes:
        return ofReference(field);
    }
    return {};
}

std::optional<Value> Values::ofReference(Field field) const
{
    const bool ofSection = field == Field::SectionName || field == Field::SectionBytes;
    if (!m_reference || ofSection != (m_reference->kind == ReferenceKind::Section))
        return {};
    switch (field) {
    case Field::SectionName:
        return text(m_reference->section);
    case Field::PointerPid:
        return number(std::uint64_t{m_reference->process.pid});
    case Field::PointerAddress:
        return number(m_reference->address);
    default:
        return m_reference->failure ? std::nullopt : std::optional(bytes(m_reference->bytes));
    }
}

std::optional<Value> Values::ofCall(const Operand &call, std::string &scratch) const
{
    std::string inner;
    const auto what = of(call.arguments.front(), inner);
    if (!what)
        return {};
    const bool isText = what->type == Type::Text;
    const auto *const whole = std::get_if<Whole>(&what->number);
    switch (call.function) {
    case Function::Length:
        return number(std::uint64_t{isText ? what->text.size() : what->bytes.size()});
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
        return isText ? text(scratch) : bytes(bytesOf(scratch));
    }
    case Function::String:
        return text(scratch = decimal(what->number));
    case Function::Hex:
        return whole ? std::optional(text(scratch = fmt::format("0x{:x}", whole->bits()))) : std::nullopt;
    case Function::LowWord:
        return numberIf(whole, whole ? whole->bits() & 0xFFFF : 0);
    case Function::HighWord:
        return numberIf(whole, whole ? whole->bits() >> 16 & 0xFFFF : 0);
    case Function::Integer:
    case Function::Float:
        return readNumber(call, what->bytes);
    default:
        break;
    }
    const auto other = numberOf(call.arguments[1]);
    const auto result = other ? calculate(call.function, what->number, *other) : std::nullopt;
    return result ? std::optional(number(*result)) : std::nullopt;
}

std::optional<Value> Values::readNumber(const Operand &call, std::span<const std::byte> from) const
{
    std::uint64_t offset = 0;
    if (call.arguments.size() > 1) {
        const auto where = numberOf(call.arguments[1]);
        const auto *const whole = where ? std::get_if<Whole>(&*where) : nullptr;
        if (!whole || (whole->isNegative() && whole->magnitude > from.size()))
            return {};
        offset = whole->isNegative() ? from.size() - whole->magnitude : whole->magnitude;
    }
    if (offset > from.size() || from.size() - offset < call.width)
        return {};
    std::uint64_t raw = 0;
    for (std::size_t i = 0; i < call.width; ++i) {
        const auto place = call.order == ByteOrder::Little ? call.width - 1 - i : i;
        raw = (raw << 8) | std::to_integer<std::uint64_t>(from[offset + place]);
    }
    if (call.function == Function::Float) {
        return number(Numeric(call.width == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(raw))
                                              : std::bit_cast<double>(raw)));
    }
    const auto bits = 8 * call.width;
    const bool negative = call.isSigned && ((raw >> (bits - 1)) & 1) != 0;
    const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    return number(Numeric(Whole{negative ? (~raw + 1) & mask : raw, negative}));
}

} // namespace ipclens::filter
