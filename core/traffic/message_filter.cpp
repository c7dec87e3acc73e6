#include "core/traffic/message_filter.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <array>

namespace ipclens {
namespace {

// The words of `text`, as far as there are any, put apart by spaces.
std::string_view takeWord(std::string_view &text)
{
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    const auto end = std::ranges::find_if(text, isSpace);
    const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(word.size());
    return word;
}

// "quick brown fox" is not; "size >", "(", and "payload contains" are, though not whole yet.
bool isMeantAsExpression(std::string_view text)
{
    if (text.find_first_of("=<>!&|(){}[]\"'") != text.npos)
        return true;
    constexpr std::array<std::string_view, 9> relations{"contains", "matches", "in", "eq", "ne",
                                                        "lt",       "le",      "gt", "ge"};
    const auto first = takeWord(text);
    return std::ranges::find(filterNames(), first, &FilterName::name) != filterNames().end() &&
           std::ranges::find(relations, takeWord(text)) != relations.end();
}

} // namespace

Parsed<MessageFilter> MessageFilter::parse(std::string_view text, std::optional<TimeRange> time)
{
    MessageFilter filter;
    filter.m_time = time;
    if (std::ranges::all_of(text, isSpace))
        return filter;
    auto expression = FilterExpression::parse(text);
    if (expression)
        filter.m_expression = std::move(*expression);
    else if (isMeantAsExpression(text))
        return std::unexpected(std::move(expression.error()));
    else
        filter.m_search = MessageSearch(text);
    return filter;
}

} // namespace ipclens
