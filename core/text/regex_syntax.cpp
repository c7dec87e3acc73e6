#include "core/text/regex_syntax.h"

#include "core/text/character_set.h"
#include "core/text/input_text.h"
#include "core/text/unicode.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::uint32_t mostRepeats = 1000;
constexpr int deepestGroup = 100;

using ByteSet = std::bitset<256>;

// What a (?…) changes, to the end of its group.
struct Options {
    bool foldCase = false;
    bool dotIsAll = false;
    bool linewise = false;
};

struct Wrong {
    TextProblem problem;
};

// Reads the text from left to right. Problems are thrown, as they come from deep inside, and caught in parseRegex().
class RegexReader {
public:
    RegexReader(std::string_view text, const RegexRules &rules)
        : m_text(text), m_rules(rules), m_options{.foldCase = rules.foldCase, .dotIsAll = !rules.ofText}
    {
    }

    RegexNode read()
    {
        if (m_text.empty())
            wrong(0, 0, "an expression was expected");
        RegexNode node = alternatives(0);
        if (m_at < m_text.size())
            wrong(m_at, 1, "a ) without a (");
        return node;
    }

private:
    [[noreturn]] void wrong(std::size_t at, std::size_t length, std::string problem) const
    {
        at = std::min(at, m_text.size());
        throw Wrong{{at, std::min(length, m_text.size() - at), std::move(problem)}};
    }

    bool atEnd() const { return m_at >= m_text.size(); }
    bool take(std::string_view word)
    {
        const bool found = m_text.substr(m_at).starts_with(word);
        m_at += found ? word.size() : 0;
        return found;
    }

    RegexNode alternatives(int depth)
    {
        if (depth > deepestGroup)
            wrong(m_at, 1, fmt::format("groups are at most {} deep", deepestGroup));
        RegexNode all{.kind = RegexNode::Kind::Alternatives};
        do
            all.parts.push_back(sequence(depth));
        while (take("|"));
        return all.parts.size() == 1 ? std::move(all.parts.front()) : all;
    }

    RegexNode sequence(int depth)
    {
        RegexNode all{.kind = RegexNode::Kind::Sequence};
        while (!atEnd() && m_text[m_at] != '|' && m_text[m_at] != ')')
            all.parts.push_back(repeated(atom(depth)));
        return all;
    }

    RegexNode repeated(RegexNode part)
    {
        std::uint32_t least = 0, most = unlimitedRepeats;
        const std::size_t begin = m_at;
        if (take("*")) {
        } else if (take("+")) {
            least = 1;
        } else if (take("?")) {
            most = 1;
        } else if (!take("{")) {
            return part;
        } else {
            least = most = count();
            if (take(","))
                most = !atEnd() && m_text[m_at] == '}' ? unlimitedRepeats : count();
            if (!take("}"))
                wrong(m_at, 1, fmt::format("}} was expected, found {}", characterAt(m_text, m_at)));
            if (most < least)
                wrong(begin, m_at - begin, "the second number is below the first");
        }
        RegexNode node{.kind = RegexNode::Kind::Repeat, .least = least, .most = most};
        node.isGreedy = !take("?");
        if (!atEnd() && (m_text[m_at] == '*' || m_text[m_at] == '+' || m_text[m_at] == '{'))
            wrong(m_at, 1, fmt::format("{} follows a repetition; put that in parentheses", characterAt(m_text, m_at)));
        node.parts.push_back(std::move(part));
        return node;
    }

    std::uint32_t count()
    {
        std::uint32_t number = 0;
        const std::size_t begin = m_at;
        for (; !atEnd() && m_text[m_at] >= '0' && m_text[m_at] <= '9'; ++m_at) {
            number = number * 10 + static_cast<std::uint32_t>(m_text[m_at] - '0');
            if (number > mostRepeats)
                wrong(begin, m_at + 1 - begin, fmt::format("at most {} repetitions", mostRepeats));
        }
        if (m_at == begin)
            wrong(begin, 1,
                  fmt::format("a number was expected, found {}; a brace itself is \\{{", characterAt(m_text, begin)));
        return number;
    }

    RegexNode atom(int depth)
    {
        const char c = m_text[m_at];
        if (take("("))
            return group(depth);
        if (take("["))
            return brackets();
        if (take("."))
            return dot();
        if (c == '*' || c == '+' || c == '?' || c == '{')
            wrong(m_at, 1, fmt::format("nothing stands before {} that could be repeated", characterAt(m_text, m_at)));
        if (c == '^' || c == '$') {
            if (!m_rules.ofText)
                wrong(m_at, 1, fmt::format("memory has no lines to begin or end; the character itself is \\{}", c));
            ++m_at;
            if (c == '^')
                return assertion(m_options.linewise ? TextAssertion::LineBegin : TextAssertion::TextBegin);
            return m_options.linewise ? assertion(TextAssertion::LineEnd) : lastLineEnd();
        }
        if (c == '\\')
            return m_rules.ofText ? textEscape() : nodeOf(escape());
        return nodeOf(character());
    }

    static RegexNode assertion(TextAssertion what) { return {.kind = RegexNode::Kind::Assertion, .assertion = what}; }

    // The end, or the line feed before it.
    RegexNode lastLineEnd() const
    {
        RegexNode withFeed{.kind = RegexNode::Kind::Sequence};
        withFeed.parts = {nodeOf(CharacterSet(ByteSet().set('\n'))), assertion(TextAssertion::TextEnd)};
        return {.kind = RegexNode::Kind::Alternatives,
                .parts = {assertion(TextAssertion::TextEnd), std::move(withFeed)}};
    }

    RegexNode textEscape()
    {
        const auto is = [this](std::string_view letters) { return take(letters); };
        if (is("\\b"))
            return assertion(TextAssertion::WordEdge);
        if (is("\\B"))
            return assertion(TextAssertion::NoWordEdge);
        if (is("\\A"))
            return assertion(TextAssertion::TextBegin);
        if (is("\\z"))
            return assertion(TextAssertion::TextEnd);
        if (is("\\Z"))
            return lastLineEnd();
        return nodeOf(escape());
    }

    RegexNode nodeOf(CharacterSet set) const
    {
        if (m_options.foldCase)
            set.addCase(m_rules);
        return set.node(m_rules);
    }

    RegexNode dot() const
    {
        CharacterSet set;
        if (!m_options.dotIsAll)
            set.bytes.set('\n');
        set.invert(m_rules);
        return set.node(m_rules);
    }

    // A character beyond ASCII is repeated as a whole.
    CharacterSet character()
    {
        CharacterSet set;
        const std::size_t length = utf8Length(m_text, m_at);
        if (length <= 1) {
            set.bytes.set(static_cast<unsigned char>(m_text[m_at++]));
            return set;
        }
        const char32_t c = utf8Character(m_text, m_at, length);
        m_at += length;
        set.beyond.emplace_back(c, c);
        return set;
    }

    RegexNode group(int depth)
    {
        const std::size_t begin = m_at - 1;
        const Options outside = m_options;
        if (take("?") && readOptions())
            return {}; // (?i) alone: for the rest of the group around it
        RegexNode node = alternatives(depth + 1);
        if (!take(")"))
            wrong(begin, 1, "a ( without a )");
        m_options = outside;
        return node;
    }

    // Behind "(?": true when that was all, as in (?i).
    bool readOptions()
    {
        const std::size_t begin = m_at - 1;
        bool on = true;
        for (; !atEnd(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '-')
                on = false;
            else if (c == 'i')
                m_options.foldCase = on;
            else if (c == 's' && m_rules.ofText)
                m_options.dotIsAll = on;
            else if (c == 'm' && m_rules.ofText)
                m_options.linewise = on;
            else
                break;
        }
        if (take(":"))
            return false;
        if (m_at > begin + 1 && take(")"))
            return true;
        wrong(begin, 1, "of the groups that begin with (? only (?:...) and options like (?i) are known");
    }

    RegexNode brackets()
    {
        const std::size_t begin = m_at - 1;
        const bool isInverted = take("^");
        CharacterSet set;
        for (bool isFirst = true;; isFirst = false) {
            if (atEnd())
                wrong(begin, 1, "a [ without a ]");
            if (!isFirst && take("]"))
                break;
            const std::size_t at = m_at;
            const CharacterSet low = member();
            if (m_text.substr(m_at).starts_with("-") && !m_text.substr(m_at).starts_with("-]")) {
                ++m_at;
                if (atEnd())
                    wrong(begin, 1, "a [ without a ]");
                addSpan(set, at, low, member());
            } else {
                set.add(low);
            }
        }
        if (m_options.foldCase)
            set.addCase(m_rules);
        if (isInverted)
            set.invert(m_rules);
        if (set.isEmpty())
            wrong(begin, m_at - begin, "nothing is in this set");
        return set.node(m_rules);
    }

    // The only character of the set; none where there are several.
    static std::optional<char32_t> only(const CharacterSet &set)
    {
        if (set.bytes.count() + set.beyond.size() != 1)
            return {};
        if (!set.beyond.empty())
            return set.beyond.front().first;
        char32_t byte = 0;
        while (!set.bytes[byte])
            ++byte;
        return byte;
    }

    void addSpan(CharacterSet &set, std::size_t at, const CharacterSet &low, const CharacterSet &high) const
    {
        const auto first = only(low), last = only(high);
        if (!first || !last)
            wrong(at, m_at - at, "a range goes from one character to another");
        const bool isOfBytes = high.beyond.empty();
        if (!isOfBytes && low.beyond.empty() && *first >= 0x80)
            wrong(at, m_at - at, "the range goes from a byte to a character");
        if (*first > *last)
            wrong(at, m_at - at, "the range ends before it begins");
        for (char32_t byte = *first; byte <= (isOfBytes ? *last : 0x7F); ++byte)
            set.bytes.set(byte);
        if (!isOfBytes)
            set.beyond.emplace_back(std::max<char32_t>(*first, 0x80), *last);
    }

    CharacterSet member()
    {
        if (m_text[m_at] == '\\') {
            if (m_rules.ofText && take("\\b"))
                return CharacterSet(ByteSet().set('\b'));
            return escape();
        }
        if (!m_rules.ofText && static_cast<unsigned char>(m_text[m_at]) >= 0x80)
            wrong(m_at, std::max<std::size_t>(1, utf8Length(m_text, m_at)),
                  "a set is of bytes: write \\xNN, or the characters as alternatives (a|b)");
        return character();
    }

    CharacterSet escape()
    {
        const std::size_t begin = m_at++;
        if (atEnd())
            wrong(begin, 1, "nothing follows the \\");
        const char c = m_text[m_at++];
        const auto one = [](int byte) { return CharacterSet(ByteSet().set(static_cast<std::size_t>(byte))); };
        switch (c) {
        case 'x': {
            const int high = m_at < m_text.size() ? hexDigit(m_text[m_at]) : -1;
            const int low = m_at + 1 < m_text.size() ? hexDigit(m_text[m_at + 1]) : -1;
            if (high < 0 || low < 0)
                wrong(begin, 2, "two hex digits follow \\x");
            m_at += 2;
            return one(high << 4 | low);
        }
        case 'n':
            return one('\n');
        case 'r':
            return one('\r');
        case 't':
            return one('\t');
        case 'f':
            return one('\f');
        case 'v':
            return one('\v');
        case 'a':
            return one('\a');
        case 'e':
            return one(0x1B);
        case '0':
            return one(0);
        case 'd':
        case 'w':
        case 's':
            return named(c);
        case 'D':
        case 'W':
        case 'S': {
            auto set = named(static_cast<char>(c + 32));
            set.invert(m_rules);
            return set;
        }
        default:
            break;
        }
        const auto byte = static_cast<unsigned char>(c);
        const bool isWord = (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z') || byte >= 0x80;
        if (isWord)
            wrong(begin, 1 + std::max<std::size_t>(1, utf8Length(m_text, begin + 1)),
                  c >= '1' && c <= '9' ? std::string("back references are not known")
                                       : fmt::format("\\{} is not known", printable(std::string_view(&c, 1))));
        return one(byte);
    }

    static CharacterSet named(char letter)
    {
        ByteSet set;
        for (unsigned c = 0; c < 128; ++c) {
            const bool isDigit = c >= '0' && c <= '9';
            const bool isLetter = (c | 32) >= 'a' && (c | 32) <= 'z';
            set[c] = letter == 'd'   ? isDigit
                     : letter == 'w' ? isDigit || isLetter || c == '_'
                                     : c == ' ' || (c >= '\t' && c <= '\r');
        }
        return CharacterSet(set);
    }

    std::string_view m_text;
    const RegexRules m_rules;
    Options m_options;
    std::size_t m_at = 0;
};

} // namespace

Parsed<RegexNode> parseRegex(std::string_view text, const RegexRules &rules)
{
    try {
        return RegexReader(text, rules).read();
    } catch (Wrong &wrong) {
        return std::unexpected(std::move(wrong.problem));
    }
}

bool canBeEmpty(const RegexNode &node)
{
    switch (node.kind) {
    case RegexNode::Kind::Nothing:
    case RegexNode::Kind::Assertion:
        return true;
    case RegexNode::Kind::Set:
        return false;
    case RegexNode::Kind::Sequence:
        return std::ranges::all_of(node.parts, canBeEmpty);
    case RegexNode::Kind::Alternatives:
        return std::ranges::any_of(node.parts, canBeEmpty);
    case RegexNode::Kind::Repeat:
        return node.least == 0 || canBeEmpty(node.parts.front());
    }
    return true;
}

} // namespace ipclens
