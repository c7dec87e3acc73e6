#include "core/text/byte_regex.h"

#include "core/text/input_text.h"
#include "core/text/lazy_automaton.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *what = "read a regular expression";
constexpr std::uint32_t unlimited = ~std::uint32_t{0};
constexpr std::uint32_t mostRepeats = 1000;
constexpr int deepestGroup = 100;

using ByteSet = std::bitset<256>;

struct Node {
    enum class Kind { Nothing, Set, Sequence, Alternatives, Repeat } kind = Kind::Nothing;
    ByteSet set;
    std::vector<Node> parts;
    std::uint32_t least = 0; // Repeat
    std::uint32_t most = 0;
    bool isGreedy = true;
};

bool canBeEmpty(const Node &node)
{
    switch (node.kind) {
    case Node::Kind::Nothing: return true;
    case Node::Kind::Set: return false;
    case Node::Kind::Sequence: return std::ranges::all_of(node.parts, canBeEmpty);
    case Node::Kind::Alternatives: return std::ranges::any_of(node.parts, canBeEmpty);
    case Node::Kind::Repeat: return node.least == 0 || canBeEmpty(node.parts.front());
    }
    return true;
}

// Reads the text from left to right. Problems are thrown as Failure and caught in parse(): they come from deep inside.
class RegexReader {
public:
    RegexReader(std::string_view text, bool foldCase) : m_text(text), m_foldCase(foldCase) {}

    Node read()
    {
        if (m_text.empty())
            wrong(0, "an expression was expected");
        Node node = alternatives(0);
        if (m_at < m_text.size())
            wrong(m_at, "a ) without a (");
        return node;
    }

private:
    [[noreturn]] void wrong(std::size_t at, std::string_view problem) const
    {
        throw wrongText(what, m_text, fmt::format("{}: {}", position(m_text, at), problem)).error();
    }

    bool atEnd() const { return m_at >= m_text.size(); }
    bool take(std::string_view word)
    {
        const bool found = m_text.substr(m_at).starts_with(word);
        m_at += found ? word.size() : 0;
        return found;
    }

    Node alternatives(int depth)
    {
        if (depth > deepestGroup)
            wrong(m_at, fmt::format("groups are at most {} deep", deepestGroup));
        Node all{.kind = Node::Kind::Alternatives};
        do
            all.parts.push_back(sequence(depth));
        while (take("|"));
        return all.parts.size() == 1 ? std::move(all.parts.front()) : all;
    }

    Node sequence(int depth)
    {
        Node all{.kind = Node::Kind::Sequence};
        while (!atEnd() && m_text[m_at] != '|' && m_text[m_at] != ')')
            all.parts.push_back(repeated(atom(depth)));
        return all;
    }

    Node repeated(Node part)
    {
        std::uint32_t least = 0, most = unlimited;
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
                most = !atEnd() && m_text[m_at] == '}' ? unlimited : count();
            if (!take("}"))
                wrong(m_at, fmt::format("}} was expected, found {}", characterAt(m_text, m_at)));
            if (most < least)
                wrong(begin, "the second number is below the first");
        }
        Node node{.kind = Node::Kind::Repeat, .least = least, .most = most};
        node.isGreedy = !take("?");
        if (!atEnd() && (m_text[m_at] == '*' || m_text[m_at] == '+' || m_text[m_at] == '{'))
            wrong(m_at, fmt::format("{} follows a repetition; put that in parentheses", characterAt(m_text, m_at)));
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
                wrong(begin, fmt::format("at most {} repetitions", mostRepeats));
        }
        if (m_at == begin)
            wrong(begin, fmt::format("a number was expected, found {}; a brace itself is \\{{",
                                     characterAt(m_text, begin)));
        return number;
    }

    Node atom(int depth)
    {
        const char c = m_text[m_at];
        if (take("("))
            return group(depth);
        if (take("["))
            return setNode(brackets());
        if (take(".")) {
            ByteSet any;
            return setNode(any.set());
        }
        if (c == '*' || c == '+' || c == '?' || c == '{')
            wrong(m_at, fmt::format("nothing stands before {} that could be repeated", characterAt(m_text, m_at)));
        if (c == '^' || c == '$')
            wrong(m_at, fmt::format("memory has no lines to begin or end; the character itself is \\{}", c));
        if (c == '\\')
            return setNode(folded(escape()));
        return literal();
    }

    // A character beyond ASCII is repeated as a whole.
    Node literal()
    {
        const std::size_t length = std::max<std::size_t>(1, utf8Length(m_text, m_at));
        Node all{.kind = Node::Kind::Sequence};
        for (std::size_t i = 0; i < length; ++i)
            all.parts.push_back(setNode(folded(ByteSet().set(static_cast<unsigned char>(m_text[m_at++])))));
        return length == 1 ? std::move(all.parts.front()) : all;
    }

    Node group(int depth)
    {
        const std::size_t begin = m_at - 1;
        if (!take("?:") && !atEnd() && m_text[m_at] == '?')
            wrong(m_at, "of the groups that begin with (? only (?: is known");
        Node node = alternatives(depth + 1);
        if (!take(")"))
            wrong(begin, "a ( without a )");
        return node;
    }

    static Node setNode(ByteSet set)
    {
        Node node{.kind = Node::Kind::Set};
        node.set = set;
        return node;
    }

    ByteSet folded(ByteSet set) const
    {
        if (m_foldCase) {
            for (unsigned c = 'a'; c <= 'z'; ++c) {
                const bool either = set[c] || set[c - 32];
                set[c] = set[c - 32] = either;
            }
        }
        return set;
    }

    ByteSet brackets()
    {
        const std::size_t begin = m_at - 1;
        const bool isInverted = take("^");
        ByteSet set;
        for (bool isFirst = true;; isFirst = false) {
            if (atEnd())
                wrong(begin, "a [ without a ]");
            if (!isFirst && take("]"))
                break;
            const std::size_t at = m_at;
            const ByteSet low = member();
            if (m_text.substr(m_at).starts_with("-") && !m_text.substr(m_at).starts_with("-]")) {
                ++m_at;
                if (atEnd())
                    wrong(begin, "a [ without a ]");
                addSpan(set, at, low, member());
            } else {
                set |= low;
            }
        }
        set = folded(set);
        if (isInverted)
            set.flip();
        if (set.none())
            wrong(begin, "no byte is in this set");
        return set;
    }

    void addSpan(ByteSet &set, std::size_t at, const ByteSet &low, const ByteSet &high) const
    {
        if (low.count() != 1 || high.count() != 1)
            wrong(at, "a range goes from one byte to another");
        const auto only = [](const ByteSet &one) {
            std::size_t byte = 0;
            while (!one[byte])
                ++byte;
            return byte;
        };
        const std::size_t first = only(low), last = only(high);
        if (first > last)
            wrong(at, "the range ends before it begins");
        for (std::size_t i = first; i <= last; ++i)
            set.set(i);
    }

    ByteSet member()
    {
        if (m_text[m_at] == '\\')
            return escape();
        if (static_cast<unsigned char>(m_text[m_at]) >= 0x80)
            wrong(m_at, "a set is of bytes: write \\xNN, or the characters as alternatives (a|b)");
        return ByteSet().set(static_cast<unsigned char>(m_text[m_at++]));
    }

    ByteSet escape()
    {
        const std::size_t begin = m_at++;
        if (atEnd())
            wrong(begin, "nothing follows the \\");
        const char c = m_text[m_at++];
        const auto one = [](int byte) { return ByteSet().set(static_cast<std::size_t>(byte)); };
        switch (c) {
        case 'x': {
            const int high = m_at < m_text.size() ? hexDigit(m_text[m_at]) : -1;
            const int low = m_at + 1 < m_text.size() ? hexDigit(m_text[m_at + 1]) : -1;
            if (high < 0 || low < 0)
                wrong(begin, "two hex digits follow \\x");
            m_at += 2;
            return one(high << 4 | low);
        }
        case 'n': return one('\n');
        case 'r': return one('\r');
        case 't': return one('\t');
        case 'f': return one('\f');
        case 'v': return one('\v');
        case 'a': return one('\a');
        case 'e': return one(0x1B);
        case '0': return one(0);
        case 'd':
        case 'w':
        case 's': return named(c);
        case 'D':
        case 'W':
        case 'S': return named(static_cast<char>(c + 32)).flip();
        default: break;
        }
        const auto byte = static_cast<unsigned char>(c);
        const bool isWord = (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z') || byte >= 0x80;
        if (isWord)
            wrong(begin, c >= '1' && c <= '9' ? std::string("back references are not known")
                                              : fmt::format("\\{} is not known", printable(std::string_view(&c, 1))));
        return one(byte);
    }

    static ByteSet named(char letter)
    {
        ByteSet set;
        for (unsigned c = 0; c < 128; ++c) {
            const bool isDigit = c >= '0' && c <= '9';
            const bool isLetter = (c | 32) >= 'a' && (c | 32) <= 'z';
            set[c] = letter == 'd'   ? isDigit
                     : letter == 'w' ? isDigit || isLetter || c == '_'
                                     : c == ' ' || (c >= '\t' && c <= '\r');
        }
        return set;
    }

    std::string_view m_text;
    bool m_foldCase;
    std::size_t m_at = 0;
};

// From the tree to a program, optionally for reading the bytes from right to left.
class ProgramWriter {
public:
    explicit ProgramWriter(bool isReversed) : m_isReversed(isReversed) {}

    // None: it would be too large.
    std::optional<AutomatonProgram> write(const Node &node)
    {
        add(node);
        m_program.steps.push_back({.kind = AutomatonStep::Kind::Match});
        if (m_program.steps.size() > mostSteps)
            return std::nullopt;
        return std::move(m_program);
    }

private:
    static constexpr std::size_t mostSteps = 20'000;

    std::uint32_t here() const { return static_cast<std::uint32_t>(m_program.steps.size()); }

    // A choice whose two ways are set later; the greedy one prefers the first.
    std::uint32_t addChoice()
    {
        m_program.steps.push_back({.kind = AutomatonStep::Kind::Choice});
        return here() - 1;
    }
    void setChoice(std::uint32_t at, std::uint32_t into, std::uint32_t past, bool isGreedy)
    {
        m_program.steps[at].next = isGreedy ? into : past;
        m_program.steps[at].other = isGreedy ? past : into;
    }

    void add(const Node &node)
    {
        if (m_program.steps.size() > mostSteps)
            return;
        switch (node.kind) {
        case Node::Kind::Nothing:
            break;
        case Node::Kind::Set:
            m_program.sets.push_back(node.set);
            m_program.steps.push_back({.kind = AutomatonStep::Kind::Byte,
                                       .next = here() + 1,
                                       .set = static_cast<std::uint32_t>(m_program.sets.size() - 1)});
            break;
        case Node::Kind::Sequence:
            for (std::size_t i = 0; i < node.parts.size(); ++i)
                add(node.parts[m_isReversed ? node.parts.size() - 1 - i : i]);
            break;
        case Node::Kind::Alternatives:
            addAlternatives(node);
            break;
        case Node::Kind::Repeat:
            addRepeat(node);
            break;
        }
    }

    void addAlternatives(const Node &node)
    {
        std::vector<std::uint32_t> ends;
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            const bool isLast = i + 1 == node.parts.size();
            const std::uint32_t choice = isLast ? 0 : addChoice();
            add(node.parts[i]);
            if (isLast)
                break;
            ends.push_back(addChoice()); // a jump: both ways are the same
            setChoice(choice, choice + 1, here(), true);
        }
        for (const std::uint32_t end : ends)
            setChoice(end, here(), here(), true);
    }

    void addRepeat(const Node &node)
    {
        const Node &part = node.parts.front();
        for (std::uint32_t i = 0; i < node.least; ++i)
            add(part);
        if (node.most == unlimited) {
            const std::uint32_t choice = addChoice();
            add(part);
            const std::uint32_t back = addChoice();
            setChoice(back, choice, choice, true);
            setChoice(choice, choice + 1, here(), node.isGreedy);
            return;
        }
        std::vector<std::uint32_t> choices;
        for (std::uint32_t i = node.least; i < node.most && m_program.steps.size() <= mostSteps; ++i) {
            choices.push_back(addChoice());
            add(part);
        }
        for (const std::uint32_t choice : choices)
            setChoice(choice, choice + 1, here(), node.isGreedy);
    }

    bool m_isReversed;
    AutomatonProgram m_program;
};

} // namespace

ByteRegex::ByteRegex() = default;
ByteRegex::~ByteRegex() = default;
ByteRegex::ByteRegex(ByteRegex &&) noexcept = default;
ByteRegex &ByteRegex::operator=(ByteRegex &&) noexcept = default;

Result<ByteRegex> ByteRegex::parse(std::string_view text, bool foldCase)
{
    Node tree;
    try {
        tree = RegexReader(text, foldCase).read();
    } catch (const Error &error) {
        return Failure(error);
    }
    if (canBeEmpty(tree))
        return wrongText(what, text, "it also matches no bytes at all, and so everywhere; use + where * stands");
    auto forwards = ProgramWriter(false).write(tree);
    auto backwards = ProgramWriter(true).write(tree);
    if (!forwards || !backwards)
        return wrongText(what, text, "it is too large once its repetitions are written out");
    ByteRegex regex;
    regex.m_forwards = std::make_unique<LazyAutomaton>(std::move(*forwards), LazyAutomaton::Kind::Anchored);
    regex.m_backwards = std::make_unique<LazyAutomaton>(std::move(*backwards), LazyAutomaton::Kind::Anywhere);
    return regex;
}

void ByteRegex::search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token stop,
                       const std::function<bool(std::size_t, std::size_t)> &found)
{
    // Window by window, right to left for the places where matches begin, then left to right from each to its end.
    std::vector<bool> begins;
    for (std::size_t next = begin; next < end && !stop.stop_requested();) {
        const std::size_t windowEnd = std::min(end, next + longest);
        const std::size_t reach = std::min(bytes.size(), windowEnd + longest);
        begins.assign(windowEnd - next, false);
        bool any = false;
        auto state = m_backwards->start();
        for (std::size_t at = reach; at-- > next;) {
            state = m_backwards->step(state, bytes[at]);
            if (m_backwards->isMatch(state) && at < windowEnd)
                any = begins[at - next] = true;
        }
        const std::size_t first = next;
        for (; any && next < windowEnd && !stop.stop_requested();) {
            if (!begins[next - first]) {
                ++next;
                continue;
            }
            std::size_t length = 0;
            auto way = m_forwards->start();
            for (std::size_t at = next; at < reach && !m_forwards->isDead(way); ++at) {
                way = m_forwards->step(way, bytes[at]);
                if (m_forwards->isMatch(way))
                    length = at + 1 - next;
            }
            if (length > 0 && !found(next, length))
                return;
            next += std::max<std::size_t>(length, 1);
        }
        next = std::max(next, windowEnd);
    }
}

} // namespace ipclens
