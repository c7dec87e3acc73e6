#include "core/traffic/message_filter.h"

#include "core/text/input_text.h"
#include "core/traffic/filter_text.h"

#include <algorithm>

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

// Quotes count where a text may begin with them, and not in "can't".
bool hasSign(std::string_view text)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool isQuote = text[at] == '"' || text[at] == '\'';
        const bool isInWord = at >= 2 && filter::isWordLetter(text[at - 1]) && filter::isWordLetter(text[at - 2]);
        constexpr std::string_view signs = "=<>!&|(){}[]";
        if (isQuote ? !isInWord : signs.find(text[at]) != signs.npos)
            return true;
    }
    return false;
}

// "quick brown fox" is not; "size >", "(", and "payload contains" are, though not whole yet.
bool isMeantAsExpression(std::string_view text)
{
    if (hasSign(text))
        return true;
    const auto first = takeWord(text), second = takeWord(text);
    const auto is = [](std::string_view word, FilterName::Sort sort) {
        return std::ranges::any_of(filterReference(), [&](const FilterName &known) {
            return known.sort == sort && filter::isSameWord(known.name, word);
        });
    };
    constexpr std::string_view others[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    return is(first, FilterName::Sort::Field) &&
           (is(second, FilterName::Sort::Relation) ||
            std::ranges::any_of(others, [&](std::string_view other) { return filter::isSameWord(other, second); }));
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
