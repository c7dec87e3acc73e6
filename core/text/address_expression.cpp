#include "core/text/address_expression.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <limits>

namespace ipclens {
namespace {

using Kind = AddressExpression::Kind;
using Node = AddressExpression::Node;

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

bool isWordCharacter(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("_.$@?~#'`\\").find(c) != std::string_view::npos;
}

char lower(char c)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool endsInModuleExtension(std::string_view word)
{
    constexpr std::string_view extensions[] = {".exe", ".dll", ".sys", ".drv", ".ocx", ".cpl", ".so"};
    if (word.find(".so.") != word.npos)
        return true;
    return std::ranges::any_of(extensions, [&](std::string_view extension) {
        return word.size() > extension.size() &&
               std::ranges::equal(word.substr(word.size() - extension.size()), extension, {}, lower);
    });
}

std::size_t wordEnd(std::string_view text, std::size_t at)
{
    while (at < text.size() && isWordCharacter(text[at]))
        ++at;
    return at;
}

bool isSeparator(char c)
{
    return c == '\'' || c == '_' || c == '`';
}

bool isNumber(std::string_view word)
{
    if (word.starts_with("0x") || word.starts_with("0X") || word.starts_with("0n"))
        return true;
    const bool isHex = std::ranges::all_of(word, [](char c) { return hexDigit(c) >= 0 || isSeparator(c); });
    // What begins with a digit and has no dot is a number gone wrong: a name of that kind is written in quotes.
    return hexDigit(word[0]) >= 0 &&
           (isHex || (std::isdigit(static_cast<unsigned char>(word[0])) && word.find('.') == word.npos));
}

// The end of the name that begins at `at`: a dash belongs to it when a piece behind it ends like a module's file name.
std::size_t nameEnd(std::string_view text, std::size_t at)
{
    const std::size_t first = wordEnd(text, at);
    if (first == at || isNumber(text.substr(at, first - at)))
        return first;
    for (std::size_t end = first;;) {
        if (endsInModuleExtension(text.substr(at, end - at)))
            return end;
        const std::size_t next = end + 1;
        if (end >= text.size() || text[end] != '-' || wordEnd(text, next) == next)
            return first;
        end = wordEnd(text, next);
    }
}

// Reads an expression by recursive descent; the depth is bounded.
class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Parsed<AddressExpression> parse()
    {
        if (m_text.size() > AddressExpression::longest)
            return std::unexpected(
                TextProblem{AddressExpression::longest, m_text.size() - AddressExpression::longest,
                            fmt::format("an expression has at most {} bytes", AddressExpression::longest)});
        skipSpaces();
        if (atEnd())
            return std::unexpected(
                TextProblem{0, m_text.size(), "an address was expected, as 7ff61000, demo.exe+10 or [1000]+8"});
        bool isGood = false;
        if (peek() == '+' || peek() == '-') {
            m_expression.nodes.push_back({.kind = Kind::Here, .offset = m_at});
            isGood = restOfSum(0, m_at);
        } else {
            isGood = sum().has_value();
        }
        if (isGood && !atEnd())
            isGood = fail(m_at, 1, fmt::format("an operator was expected, found {}", characterAt(m_text, m_at)));
        if (!isGood)
            return std::unexpected(m_problem);
        m_expression.text = m_text;
        return std::move(m_expression);
    }

private:
    using Index = std::optional<std::size_t>; // of a node; none: m_problem says why

    bool atEnd() const { return m_at >= m_text.size(); }
    char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    void skipSpaces()
    {
        while (!atEnd() && isSpace(peek()))
            ++m_at;
    }
    bool fail(std::size_t offset, std::size_t length, std::string meaning)
    {
        offset = std::min(offset, m_text.size());
        if (length == 1 && offset < m_text.size()) // one character
            length = std::max<std::size_t>(1, utf8Length(m_text, offset));
        m_problem = {offset, std::min(length, m_text.size() - offset), std::move(meaning)};
        return false;
    }
    Index none(std::size_t offset, std::size_t length, std::string meaning)
    {
        fail(offset, length, std::move(meaning));
        return std::nullopt;
    }

    // The node's text reaches from `begin` to here, without spaces at its end.
    std::size_t add(Node node, std::size_t begin)
    {
        std::size_t end = m_at;
        while (end > begin && isSpace(m_text[end - 1]))
            --end;
        node.offset = begin;
        node.length = end - begin;
        m_expression.nodes.push_back(std::move(node));
        return m_expression.nodes.size() - 1;
    }

    Index sum()
    {
        const std::size_t begin = m_at;
        const Index first = product();
        if (!first || !restOfSum(*first, begin))
            return std::nullopt;
        return m_expression.nodes.size() - 1;
    }

    // Operators and operands behind the first one; the last node is then the whole.
    bool restOfSum(std::size_t left, std::size_t begin)
    {
        for (skipSpaces(); peek() == '+' || peek() == '-'; skipSpaces()) {
            const Kind kind = peek() == '+' ? Kind::Add : Kind::Subtract;
            ++m_at;
            skipSpaces();
            const Index right = product();
            if (!right)
                return false;
            left = add({.kind = kind, .left = left, .right = *right}, begin);
        }
        return true;
    }

    Index product()
    {
        const std::size_t begin = m_at;
        Index left = value();
        for (skipSpaces(); left && peek() == '*'; skipSpaces()) {
            ++m_at;
            skipSpaces();
            const Index right = value();
            if (!right)
                return std::nullopt;
            left = add({.kind = Kind::Multiply, .left = *left, .right = *right}, begin);
        }
        return left;
    }

    Index value()
    {
        if (peek() == '(')
            return bracketed(')', m_at);
        if (peek() == '[')
            return pointer(0, m_at);
        if (peek() == '"' || isWordCharacter(peek()))
            return word();
        return none(m_at, atEnd() ? 0 : 1,
                    fmt::format("a number or a name was expected, found {}", characterAt(m_text, m_at)));
    }

    // From an opening bracket to its partner.
    Index bracketed(char close, std::size_t begin)
    {
        const std::size_t open = m_at;
        if (++m_depth > AddressExpression::deepest)
            return none(open, 1, fmt::format("more than {} brackets within each other", AddressExpression::deepest));
        ++m_at;
        skipSpaces();
        const Index inside = sum();
        if (!inside)
            return std::nullopt;
        if (atEnd())
            return none(open, 1, fmt::format("this bracket is never closed by '{}'", close));
        if (peek() != close)
            return none(m_at, 1,
                        fmt::format("'{}' or an operator was expected, found {}", close, characterAt(m_text, m_at)));
        ++m_at;
        --m_depth;
        m_expression.nodes[*inside].offset = begin; // shown with its brackets
        m_expression.nodes[*inside].length = m_at - begin;
        return inside;
    }

    Index pointer(std::uint64_t size, std::size_t begin)
    {
        const Index inside = bracketed(']', m_at);
        return inside ? Index(add({.kind = Kind::Pointer, .number = size, .left = *inside}, begin)) : std::nullopt;
    }

    Index word()
    {
        const std::size_t begin = m_at;
        if (peek() != '"') {
            const auto text = m_text.substr(begin, nameEnd(m_text, begin) - begin);
            const std::size_t behind = begin + text.size();
            if (behind < m_text.size() && m_text[behind] == '[')
                return sizedPointer(text, begin);
            const bool hasMember = behind < m_text.size() && (m_text[behind] == '!' || m_text[behind] == '/');
            if (isNumber(text) && !hasMember)
                return number(text);
        }
        auto name = namePart("a name");
        if (!name)
            return std::nullopt;
        Node node{.kind = Kind::Name, .name = std::move(*name)};
        if (peek() == '!' || peek() == '/') {
            node.kind = peek() == '!' ? Kind::Export : Kind::Section;
            ++m_at;
            // Sections whose names are longer than eight bytes are called "/4" in the image.
            auto member = namePart(node.kind == Kind::Export ? "the name of an export" : "the name of a section");
            if (!member)
                return std::nullopt;
            node.member = std::move(*member);
        }
        return add(std::move(node), begin);
    }

    Index sizedPointer(std::string_view prefix, std::size_t begin)
    {
        constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> sizes{
            {{"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}}};
        const auto *const size = std::ranges::find(sizes, prefix, [](const auto &entry) { return entry.first; });
        if (size == sizes.end())
            return none(begin, prefix.size(), "before [ only u8, u16, u32 or u64 may stand");
        m_at = begin + prefix.size();
        return pointer(size->second, begin);
    }

    Index number(std::string_view text)
    {
        const bool isDecimal = text.starts_with("0n");
        const bool hasPrefix = isDecimal || text.starts_with("0x") || text.starts_with("0X");
        const unsigned radix = isDecimal ? 10 : 16;
        const std::size_t begin = m_at;
        std::uint64_t value = 0;
        bool afterDigit = false;
        for (std::size_t i = hasPrefix ? 2 : 0; i < text.size(); ++i) {
            const bool moreComes = i + 1 < text.size() && hexDigit(text[i + 1]) >= 0;
            if (afterDigit && moreComes && isSeparator(text[i]))
                continue;
            const auto digit = static_cast<unsigned>(hexDigit(text[i])); // -1 becomes larger than any digit
            if (digit >= radix)
                return none(begin + i, 1,
                            fmt::format("{} is not a {} digit", characterAt(text, i), isDecimal ? "decimal" : "hex"));
            if (value > (largest - digit) / radix)
                return none(begin, text.size(), "the number is larger than 64 bits hold");
            value = value * radix + digit;
            afterDigit = true;
        }
        m_at = begin + text.size();
        if (!afterDigit)
            return none(m_at, 0, fmt::format("digits were expected behind {}", text));
        return add({.kind = Kind::Number, .number = value}, begin);
    }

    std::optional<std::string> namePart(std::string_view what)
    {
        const std::size_t begin = m_at;
        if (peek() == '"') {
            const std::size_t close = m_text.find('"', begin + 1);
            if (close == m_text.npos) {
                fail(begin, 1, "this quote has no partner");
                return std::nullopt;
            }
            m_at = close + 1;
            if (close == begin + 1) {
                fail(begin, 2, fmt::format("{} has at least one character", what));
                return std::nullopt;
            }
            return std::string(m_text.substr(begin + 1, close - begin - 1));
        }
        m_at = nameEnd(m_text, begin + (peek() == '/' ? 1 : 0));
        if (m_at == begin) {
            fail(begin, atEnd() ? 0 : 1, fmt::format("{} was expected, found {}", what, characterAt(m_text, begin)));
            return std::nullopt;
        }
        const auto text = m_text.substr(begin, m_at - begin);
        for (std::size_t i = 0; i < text.size(); i += std::max<std::size_t>(1, utf8Length(text, i))) {
            if (utf8Length(text, i) == 0) {
                fail(begin + i, 1, fmt::format("{} is not valid UTF-8", characterAt(text, i)));
                return std::nullopt;
            }
        }
        return std::string(text);
    }

    const std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_depth = 0;
    AddressExpression m_expression;
    TextProblem m_problem;
};

// Computes one node after the other.
class Evaluator {
public:
    Evaluator(const AddressExpression &expression, const AddressResolver &resolver)
        : m_expression(expression), m_resolver(resolver), m_values(expression.nodes.size())
    {
    }

    Result<AddressValue> evaluate()
    {
        for (std::size_t i = 0; i < m_values.size(); ++i) {
            const auto value = valueOf(m_expression.nodes[i]);
            if (!value)
                return Failure(value.error());
            m_values[i] = *value;
        }
        if (m_values.empty())
            return Failure(
                Error{.kind = ErrorKind::Invalid, .operation = operation, .meaning = "the expression is empty"});
        return AddressValue{m_values.back(), std::move(m_steps)};
    }

private:
    static constexpr const char *operation = "evaluate an address";

    std::string textOf(const Node &node) const { return m_expression.text.substr(node.offset, node.length); }

    std::string placeOf(const Node &node) const
    {
        const auto part = textOf(node);
        return part == m_expression.text || part.empty()
                   ? fmt::format("\"{}\"", printable(m_expression.text))
                   : fmt::format("\"{}\" in \"{}\"", printable(part), printable(m_expression.text));
    }

    Failure outside(const Node &node, std::string_view meaning) const
    {
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = operation,
                             .object = placeOf(node),
                             .meaning = std::string(meaning)});
    }

    // An answer from outside as a step, or why there is none and for which part.
    Result<std::uint64_t> answered(const Node &node, const std::string &what, Result<std::uint64_t> answer)
    {
        if (answer) {
            m_steps.push_back(fmt::format("{} = 0x{:x}", what, *answer));
            return answer;
        }
        Error error = std::move(answer.error());
        error.meaning = error.meaning.empty() ? std::string(nameOf(error.kind)) : error.meaning;
        if (!error.object.empty() && node.kind == Kind::Pointer)
            error.meaning = fmt::format("{}: {}", error.object, error.meaning);
        error.operation = operation;
        error.object = placeOf(node);
        return Failure(std::move(error));
    }

    static Failure unsupported(std::string meaning)
    {
        return Failure(Error{.kind = ErrorKind::Unsupported, .meaning = std::move(meaning)});
    }

    Result<std::uint64_t> valueOf(const Node &node)
    {
        const auto left = [&] { return m_values[node.left]; };
        const auto right = [&] { return m_values[node.right]; };
        switch (node.kind) {
        case Kind::Number: return node.number;
        case Kind::Here: return m_resolver.here;
        case Kind::Name:
            return answered(node, node.name,
                            m_resolver.name ? m_resolver.name(node.name) : unsupported("there are no names here"));
        case Kind::Export:
            return answered(node, node.name + '!' + node.member,
                            m_resolver.exported ? m_resolver.exported(node.name, node.member)
                                                : unsupported("there are no exports here"));
        case Kind::Section:
            return answered(node, node.name + '/' + node.member,
                            m_resolver.section ? m_resolver.section(node.name, node.member)
                                               : unsupported("there are no modules here"));
        case Kind::Pointer: {
            const auto size = node.number == 0 ? m_resolver.pointerSize : static_cast<std::uint32_t>(node.number);
            const auto what =
                fmt::format("{}[0x{:x}]", node.number == 0 ? "" : fmt::format("u{}", 8 * node.number), left());
            return answered(node, what,
                            m_resolver.pointer ? m_resolver.pointer(left(), size)
                                               : unsupported("there is no memory here"));
        }
        case Kind::Add:
            return right() <= largest - left() ? Result<std::uint64_t>(left() + right())
                                               : outside(node, "the sum is larger than 64 bits hold");
        case Kind::Subtract:
            return right() <= left() ? Result<std::uint64_t>(left() - right())
                                     : outside(node, fmt::format("0x{:x} - 0x{:x} is below zero", left(), right()));
        case Kind::Multiply: break;
        }
        if (left() != 0 && right() > largest / left())
            return outside(node, "the product is larger than 64 bits hold");
        return left() * right();
    }

    const AddressExpression &m_expression;
    const AddressResolver &m_resolver;
    std::vector<std::uint64_t> m_values;
    std::vector<std::string> m_steps;
};

// Names that contain `word`, those that begin with it first; as they are inserted.
std::vector<std::string> matching(std::string_view word, std::span<const std::string> names, std::size_t limit)
{
    std::vector<std::string> found;
    for (const bool atBegin : {true, false}) {
        for (const std::string &name : names) {
            const auto match = std::ranges::search(name, word, [](char a, char b) { return lower(a) == lower(b); });
            if (found.size() == limit)
                return found;
            if (!match.empty() && (match.begin() == name.begin()) == atBegin && name.find('"') == name.npos)
                found.push_back(quotedName(name));
        }
    }
    return found;
}

std::string quotedPart(std::string_view part)
{
    const bool isWord = !part.empty() && nameEnd(part, 0) == part.size() && !isNumber(part);
    return isWord ? std::string(part) : fmt::format("\"{}\"", part);
}

} // namespace

Parsed<AddressExpression> parseAddressExpression(std::string_view text)
{
    return Parser(text).parse();
}

Result<AddressValue> evaluateAddress(const AddressExpression &expression, const AddressResolver &resolver)
{
    return Evaluator(expression, resolver).evaluate();
}

AddressCompletions completeAddress(std::string_view text, std::size_t cursor, std::span<const std::string> names,
                                   std::size_t limit)
{
    cursor = std::min(cursor, text.size());
    const auto before = text.substr(0, cursor);
    const auto complete = [&](std::size_t begin, std::string_view word) {
        std::size_t end = wordEnd(text, cursor);
        if (begin < text.size() && text[begin] == '"' && end < text.size() && text[end] == '"')
            ++end;
        return AddressCompletions{begin, end - begin, matching(word, names, limit)};
    };
    if (std::ranges::count(before, '"') % 2 == 1) { // within quotes
        const std::size_t quote = before.rfind('"');
        const auto word = before.substr(quote + 1);
        return word.empty() ? AddressCompletions{} : complete(quote, word);
    }
    // The longest word first: what may stand in a name may be an operator, too.
    for (const std::string_view operators : {std::string_view("-!/"), std::string_view("!/"), std::string_view()}) {
        std::size_t begin = cursor;
        while (begin > 0 && (isWordCharacter(text[begin - 1]) || operators.find(text[begin - 1]) != operators.npos))
            --begin;
        if (begin == cursor)
            continue;
        if (auto found = complete(begin, before.substr(begin)); !found.texts.empty())
            return found;
    }
    return {};
}

std::string quotedName(const std::string &name)
{
    const std::size_t separator = name.find_first_of("!/", 1);
    if (separator == name.npos || separator + 1 == name.size())
        return quotedPart(name);
    return quotedPart(std::string_view(name).substr(0, separator)) + name[separator] +
           quotedPart(std::string_view(name).substr(separator + 1));
}

} // namespace ipclens
