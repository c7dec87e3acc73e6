#include "core/text/text_regex.h"

#include "core/text/regex_syntax.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace ipclens {
namespace {

std::size_t sizeWithoutZeros(std::span<const std::byte> bytes)
{
    while (!bytes.empty() && bytes.back() == std::byte{})
        bytes = bytes.first(bytes.size() - 1);
    return bytes.size();
}

} // namespace

Parsed<TextRegex> TextRegex::parse(std::string_view text, Of of)
{
    const auto tree = parseRegex(text, {.ofText = true, .ansi = of == Of::Payload, .foldCase = true});
    if (!tree)
        return std::unexpected(tree.error());
    auto program = writeProgram(*tree, false);
    if (!program)
        return std::unexpected(TextProblem{0, text.size(), std::move(program.error().meaning)});
    TextRegex regex;
    regex.m_of = of;
    regex.m_automaton = std::make_shared<LazyAutomaton>(std::move(*program), LazyAutomaton::Kind::Anywhere);
    return regex;
}

bool TextRegex::isIn(std::span<const std::byte> bytes) const
{
    switch (m_of) {
    case Of::Text:
        break;
    case Of::Utf16:
        return isInUnits(bytes) || (bytes.size() > 2 && isInUnits(bytes.subspan(1)));
    case Of::Payload:
        if (isInBytes(bytes))
            return true;
        return bytes.size() > 1 && std::ranges::find(bytes, std::byte{}) != bytes.end() &&
               (isInUnits(bytes) || isInUnits(bytes.subspan(1)));
    }
    return isInBytes(bytes);
}

bool TextRegex::isInBytes(std::span<const std::byte> bytes) const
{
    LazyAutomaton &automaton = *m_automaton;
    const auto textEnd = m_of == Of::Text ? bytes.size() : sizeWithoutZeros(bytes);
    auto state = automaton.start();
    for (std::size_t at = 0; !automaton.isMatch(state); ++at) {
        if (at >= textEnd && automaton.isMatchAtEnd(state))
            return true;
        if (at == bytes.size())
            return false;
        state = automaton.step(state, bytes[at]);
    }
    return true;
}

bool TextRegex::isInUnits(std::span<const std::byte> bytes) const
{
    LazyAutomaton &automaton = *m_automaton;
    bytes = bytes.first(bytes.size() / 2 * 2);
    const auto textEnd = (sizeWithoutZeros(bytes) + 1) / 2 * 2;
    auto state = automaton.start();
    std::string utf8;
    for (std::size_t at = 0; !automaton.isMatch(state);) {
        if (at >= textEnd && automaton.isMatchAtEnd(state))
            return true;
        if (at == bytes.size())
            return false;
        const auto next = firstCharacter(bytes.subspan(at), TextEncoding::Utf16, ByteOrder::Little);
        at += next.size;
        utf8.clear();
        appendUtf8(utf8, next.character.value_or(replacementCharacter));
        for (std::size_t i = 0; i < utf8.size() && !automaton.isMatch(state); ++i)
            state = automaton.step(state, static_cast<std::byte>(utf8[i]));
    }
    return true;
}

} // namespace ipclens
