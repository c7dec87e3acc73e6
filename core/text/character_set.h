// The characters that stand at one place of a regular expression.
#pragma once

#include "core/text/regex_syntax.h"

namespace ipclens {

// ASCII and bytes above it, and the characters beyond ASCII as ranges.
class CharacterSet {
public:
    using Range = std::pair<char32_t, char32_t>; // both included

    CharacterSet() = default;
    explicit CharacterSet(const std::bitset<256> &set) : bytes(set) {}

    std::bitset<256> bytes;
    std::vector<Range> beyond; // from 0x80 on

    bool isEmpty() const { return bytes.none() && beyond.empty(); }
    void add(const CharacterSet &other);
    void addCase(const RegexRules &rules); // what differs in case alone
    void invert(const RegexRules &rules);
    // One character as its bytes.
    RegexNode node(const RegexRules &rules) const;
};

} // namespace ipclens
