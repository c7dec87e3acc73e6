#include "core/traffic/filter_fit.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens::filter {
namespace {

[[noreturn]] void fail(const FilterText &text, const Operand &operand, std::string meaning)
{
    text.fail(operand.offset, operand.length, std::move(meaning));
}

std::string counted(std::uint64_t bytes)
{
    return bytes == 1 ? "1 byte" : fmt::format("{} bytes", bytes);
}

// A part of a fixed size is never equal to more or fewer bytes: nobody means that.
void checkSize(const FilterText &text, const Test &test, Operand &right)
{
    const auto size = test.left.slice ? test.left.slice->fixedSize() : std::nullopt;
    const bool isEquality =
        test.relation == Relation::Equal || test.relation == Relation::NotEqual || test.relation == Relation::In;
    if (!size || !isEquality || !right.isLiteral())
        return;
    const auto part = text.part(test.left.offset, test.left.length);
    if (right.type == Type::Bytes) {
        if (right.bytes.size() == *size)
            return;
        std::string meaning =
            fmt::format("{} is {}, and this is {}", part, counted(*size), counted(right.bytes.size()));
        if (right.bytes.size() == 1 && (*size == 2 || *size == 4 || *size == 8))
            meaning += fmt::format(". A number is read by u{}(payload, {}) == {}", 8 * *size, test.left.slice->begin,
                                   std::to_integer<int>(right.bytes.front()));
        fail(text, right, std::move(meaning));
    }
    if (test.left.type == Type::Text && right.text.text.size() != *size)
        fail(text, right,
             fmt::format("{} is {}, and this is {}", part, counted(*size), counted(right.text.text.size())));
    if (test.left.type != Type::Bytes)
        return;
    const auto asUtf8 = right.text.inPayload.front().size();
    std::erase_if(right.text.inPayload, [&](const Bytes &form) { return form.size() != *size; });
    if (right.text.inPayload.empty())
        fail(text, right,
             fmt::format("{} is {}, and this is {}{}", part, counted(*size), counted(asUtf8),
                         right.text.isEncoded ? "" : " in UTF-8, and another number in other encodings"));
}

} // namespace

std::optional<std::uint64_t> Slice::fixedSize() const
{
    if (size)
        return static_cast<std::uint64_t>(*size);
    if (last)
        return static_cast<std::uint64_t>(*last - begin + 1);
    return begin < 0 ? std::optional(static_cast<std::uint64_t>(-begin)) : std::nullopt;
}

void checkRelation(const FilterText &text, const Test &test)
{
    const Type left = test.left.type;
    if (test.relation == Relation::Matches || test.relation == Relation::Contains) {
        if (left != Type::Text && left != Type::Bytes)
            fail(text, test.left,
                 fmt::format("this is {}: only text and bytes {}{}", nameOf(left),
                             test.relation == Relation::Matches ? "match an expression" : "contain something",
                             left == Type::Number ? "; string() makes text of a number" : ""));
        return;
    }
    const bool ordered =
        test.relation != Relation::Equal && test.relation != Relation::NotEqual && test.relation != Relation::In;
    if (left == Type::Truth && ordered)
        fail(text, test.left, "true and false can only be equal or not");
}

void fit(const FilterText &text, const Test &test, Operand &right, bool isOfRange)
{
    const Type left = test.left.type;
    const bool literal = right.isLiteral();
    if (left == Type::Time && literal && right.type == Type::Text) {
        const auto time = parseLocalTime(right.text.text);
        if (!time)
            fail(text, right, "a time is written \"13:47:25\" or \"2026-11-23 13:47:25.5\"");
        right.time = *time;
        right.type = Type::Time;
    } else if (left == Type::Bytes && literal && right.type == Type::Number) {
        fail(text, right, "bytes are hex, two digits each: 64, 0x64 or 4d:79; text stands in quotes");
    } else if (left == Type::Truth && literal && right.type == Type::Number) {
        const auto *const whole = std::get_if<Whole>(&right.number);
        if (!whole || whole->negative || whole->magnitude > 1)
            fail(text, right, "true is 1 and false is 0; others are none of them");
        right.truth = whole->magnitude == 1;
        right.type = Type::Truth;
    } else if (left == Type::Text && literal && right.type == Type::Text && right.text.isEncoded) {
        fail(text, right, "a name has no encoding to choose: leave the u or U away");
    }
    const bool isEncodedText = left == Type::Bytes && literal && right.type == Type::Text;
    if (right.type != left && !isEncodedText)
        fail(text, right, fmt::format("this is {}, but {} was expected", nameOf(right.type), nameOf(left)));
    if (!isOfRange)
        checkSize(text, test, right);
}

} // namespace ipclens::filter
