// What a regular expression says, before anything is looked for.
#pragma once

#include "core/text/lazy_automaton.h"
#include "core/text/text_problem.h"

#include <optional>

namespace ipclens {

// The language is Perl's:
//   .               any byte; in text any character but a line feed
//   [a-z\x80] [^…]  one of, none of; \d \w \s and \D \W \S, of ASCII, also inside
//   \xNN \n \r \t \f \v \a \e \0 and, before a character that means something, \ for the character itself
//   (…) (?:…)       groups, both without capturing; | alternatives, the first that matches is taken
//   * + ? {n} {n,} {n,m}, with ? behind them as few as possible
//   (?i) (?-i)      from here to the end of the group case does not matter, or does; (?i:…) in a group of its own
// and in text only
//   ^ $ \A \z \Z    beginning and end of the text ($ and \Z also before a line feed at its end); (?m): ^ and $ of lines
//   \b \B           where a word of ASCII letters, digits and _ begins or ends, and where not
//   (?s) (?-s)      . is also a line feed, or not
// Of bytes, a character outside of ASCII stands for its UTF-8 bytes, and sets are of bytes. Back references and
// looking around (?=…) are refused: they take more than one look at each byte.
struct RegexRules {
    bool ofText = false;   // off: of bytes
    bool ansi = false;     // of text: what is not UTF-8 may be ANSI; a character is also looked for as its byte there
    bool foldCase = false; // as if (?i) stood before: ASCII; of text, all scripts
};

struct RegexNode {
    enum class Kind { Nothing, Set, Sequence, Alternatives, Repeat, Assertion } kind = Kind::Nothing;
    std::bitset<256> set;
    TextAssertion assertion{};
    std::vector<RegexNode> parts;
    std::uint32_t least = 0; // Repeat
    std::uint32_t most = 0;  // Repeat; unlimitedRepeats
    bool isGreedy = true;
};
inline constexpr std::uint32_t unlimitedRepeats = ~std::uint32_t{0};

// The problem is in the expression's own text.
Parsed<RegexNode> parseRegex(std::string_view text, const RegexRules &rules);

bool canBeEmpty(const RegexNode &node);

// The program of an automaton that reads from left to right, or from right to left. The problem: it would be too large.
Parsed<AutomatonProgram> writeProgram(const RegexNode &node, bool isReversed);

} // namespace ipclens
