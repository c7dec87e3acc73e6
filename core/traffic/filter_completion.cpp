// What may be typed next into a filter.
#include "core/traffic/filter_expression.h"
#include "core/traffic/filter_text.h"

#include <algorithm>
#include <optional>

namespace ipclens {
namespace {

using filter::Type;
using Sort = FilterName::Sort;

// Where in a filter the words up to some place have led.
class Reading {
public:
    // Reads all of it; false: it ends inside of a string.
    bool read(std::string_view text)
    {
        for (std::size_t at = 0; at < text.size();) {
            if (text[at] == '"' || text[at] == '\'') {
                const auto end = closingQuote(text, at);
                if (end == text.npos)
                    return false;
                value(std::nullopt);
                at = end + 1;
            } else if (filter::isWordLetter(text[at])) {
                const auto begin = at;
                while (at < text.size() && filter::isWordLetter(text[at]))
                    ++at;
                word(text.substr(begin, at - begin));
            } else {
                sign(text[at++]);
            }
        }
        return true;
    }

    bool wantsValue() const { return m_wantsValue; }
    // Does it fit behind the value that stands there?
    bool fits(const FilterName &name) const
    {
        if (name.sort == Sort::Join)
            return name.name != "!" && name.name != "( )";
        if (name.sort == Sort::Sign)
            return m_type == Type::Number;
        if (name.sort != Sort::Relation || m_isCompared || m_type == Type::Truth)
            return false;
        const bool isOfText = name.name == "contains" || name.name == "matches";
        return !isOfText || !m_type || *m_type == Type::Text || *m_type == Type::Bytes;
    }

private:
    static std::size_t closingQuote(std::string_view text, std::size_t open)
    {
        for (std::size_t at = open + 1; at < text.size(); ++at) {
            if (text[at] == text[open])
                return at;
            at += text[at] == '\\' ? 1 : 0;
        }
        return text.npos;
    }

    void value(std::optional<Type> type)
    {
        m_type = type;
        m_wantsValue = false;
    }

    void word(std::string_view word)
    {
        for (const std::string_view join : {"and", "or", "xor", "not"})
            if (filter::isSameWord(word, join))
                return joined();
        for (const std::string_view relation : {"eq", "ne", "lt", "le", "gt", "ge", "contains", "matches", "in"})
            if (filter::isSameWord(word, relation))
                return compared();
        const auto fields = filter::allFields();
        const auto field = std::ranges::find(fields, word, &filter::FieldInfo::name);
        value(field != fields.end() ? std::optional(field->type) : std::nullopt);
        if (field == fields.end() && word.front() >= '0' && word.front() <= '9')
            m_type = Type::Number;
    }

    void sign(char c)
    {
        constexpr std::string_view signs = "+-*/%,:.(";
        if (c == '=' || c == '<' || c == '>' || c == '~' || c == '{')
            return compared();
        if (c == '&' || c == '|' || c == '^' || c == '!')
            return joined();
        if (signs.find(c) != signs.npos)
            m_wantsValue = true;
        else if (c == ')' || c == ']' || c == '}')
            value(c == ']' ? m_type : std::nullopt);
    }

    void compared()
    {
        m_isCompared = true;
        m_wantsValue = true;
    }
    void joined()
    {
        m_isCompared = false;
        m_wantsValue = true;
    }

    bool m_wantsValue = true;
    bool m_isCompared = false;  // since tests were joined
    std::optional<Type> m_type; // of the value that stands there, where it is known
};

} // namespace

FilterCompletions completeFilter(std::string_view text, std::size_t cursor)
{
    cursor = std::min(cursor, text.size());
    std::size_t begin = cursor;
    while (begin > 0 && filter::isWordLetter(text[begin - 1]))
        --begin;
    const auto word = text.substr(begin, cursor - begin);
    FilterCompletions completions{.offset = begin};
    Reading reading;
    if (!reading.read(text.substr(0, begin)))
        return completions;
    const bool isBehindSpace = begin > 0 && text[begin - 1] == ' ';
    for (const auto &name : filterReference()) {
        const bool begins =
            name.name.size() > word.size() && filter::isSameWord(name.name.substr(0, word.size()), word);
        const bool fits = reading.wantsValue()
                              ? !word.empty() && (name.sort == Sort::Field || name.sort == Sort::Function)
                              : isBehindSpace && reading.fits(name);
        if (begins && fits)
            completions.names.push_back(name);
    }
    return completions;
}

} // namespace ipclens
