#include "core/traffic/filter_expression.h"

#include "core/text/input_text.h"
#include "core/traffic/filter_program.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {

std::span<const FilterName> filterReference()
{
    static const auto names = [] {
        static std::vector<std::string> calls;
        std::vector<FilterName> all;
        for (const auto &field : filter::allFields())
            all.push_back({field.name, field.meaning, FilterName::Sort::Field});
        calls.reserve(filter::allFunctions().size());
        for (const auto &function : filter::allFunctions())
            all.push_back(
                {calls.emplace_back(std::string(function.name) + "("), function.meaning, FilterName::Sort::Function});
        all.insert(all.end(), filter::allSigns().begin(), filter::allSigns().end());
        return all;
    }();
    return names;
}

Parsed<FilterExpression> FilterExpression::parse(std::string_view text)
{
    constexpr std::size_t longest = 64 << 10;
    if (text.size() > longest)
        return std::unexpected(TextProblem{.offset = longest, .length = text.size() - longest,
                                           .meaning = fmt::format("a filter has at most {} bytes", longest)});
    auto program = filter::readProgram(text);
    if (!program)
        return std::unexpected(std::move(program.error()));
    FilterExpression expression;
    expression.m_text = text;
    expression.m_program = std::make_shared<const filter::Program>(std::move(*program));
    return expression;
}

bool FilterExpression::matches(const MessageView &message) const
{
    return filter::holds(*m_program, message);
}

std::string quotedLiteral(std::string_view text)
{
    std::string literal = "\"";
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto length = std::max<std::size_t>(1, utf8Length(text, i));
        if (c == '"' || c == '\\')
            literal += fmt::format("\\{}", text[i]);
        else if (c < 0x20 || c == 0x7F || (c >= 0x80 && length == 1))
            literal += fmt::format("\\x{:02x}", c);
        else
            literal += text.substr(i, length);
        i += length;
    }
    return literal + '"';
}

} // namespace ipclens
