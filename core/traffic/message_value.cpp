#include "core/traffic/message_value.h"

#include "core/traffic/filter_program.h"

#include <cmath>

#include <fmt/format.h>

namespace ipclens {

Parsed<MessageValue> MessageValue::parse(std::string_view text)
{
    constexpr std::size_t longest = 4096;
    if (text.size() > longest)
        return std::unexpected(
            TextProblem{longest, text.size() - longest, fmt::format("a value has at most {} bytes", longest)});
    if (text.find_first_not_of(" \t") == text.npos)
        return std::unexpected(TextProblem{0, 0, "a number of the message is expected: size, u32(payload, 4)"});
    auto value = filter::readValue(text);
    if (!value) {
        if (filter::readProgram(text))
            return std::unexpected(
                TextProblem{0, text.size(), "this is a test, and a number is needed: leave the comparison away"});
        return std::unexpected(std::move(value.error()));
    }
    if (value->isLiteral())
        return std::unexpected(TextProblem{value->offset, value->length, "this is the same in every message"});
    if (value->type != filter::Type::Number)
        return std::unexpected(TextProblem{value->offset, value->length,
                                           fmt::format("this is {}, and a number is needed", nameOf(value->type))});
    MessageValue made;
    made.m_value = std::make_shared<const filter::Operand>(std::move(*value));
    return made;
}

std::optional<double> MessageValue::of(const MessageView &message) const
{
    const auto number = filter::numberOf(*m_value, message);
    if (!number)
        return {};
    const double value = filter::toDouble(*number);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

} // namespace ipclens
