#include "core/text/character_set.h"

#include "core/text/case_fold.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr char32_t lastCharacter = 0x10FFFF;

RegexNode setNode(const std::bitset<256> &set)
{
    RegexNode node{.kind = RegexNode::Kind::Set};
    node.set = set;
    return node;
}

// UTF-8 of the characters from `first` to `last`, as sequences of byte ranges: both ends have the same number of bytes,
// and all but one byte are the same or span all that may follow.
void addSequences(RegexNode &alternatives, char32_t first, char32_t last)
{
    for (const char32_t end : {0x7Fu, 0x7FFu, 0xFFFFu}) {
        if (first <= end && last > end) {
            addSequences(alternatives, first, end);
            addSequences(alternatives, end + 1, last);
            return;
        }
    }
    for (int i = 1; i < 4; ++i) {
        const char32_t low = (1u << 6 * i) - 1; // what the last i bytes say
        if ((first & ~low) == (last & ~low))
            continue;
        if ((first & low) != 0) {
            addSequences(alternatives, first, first | low);
            addSequences(alternatives, (first | low) + 1, last);
            return;
        }
        if ((last & low) != low) {
            addSequences(alternatives, first, (last & ~low) - 1);
            addSequences(alternatives, last & ~low, last);
            return;
        }
    }
    std::string begin, end;
    appendUtf8(begin, first);
    appendUtf8(end, last);
    RegexNode sequence{.kind = RegexNode::Kind::Sequence};
    for (std::size_t i = 0; i < begin.size(); ++i) {
        std::bitset<256> set;
        for (auto byte = static_cast<unsigned char>(begin[i]); byte <= static_cast<unsigned char>(end[i]); ++byte)
            set.set(byte);
        sequence.parts.push_back(setNode(set));
    }
    alternatives.parts.push_back(std::move(sequence));
}

// In order, without overlaps and surrogates.
std::vector<CharacterSet::Range> inOrder(std::vector<CharacterSet::Range> ranges)
{
    std::ranges::sort(ranges);
    std::vector<CharacterSet::Range> joined;
    for (const auto &range : ranges) {
        if (!joined.empty() && range.first <= joined.back().second + 1)
            joined.back().second = std::max(joined.back().second, range.second);
        else
            joined.push_back(range);
    }
    std::vector<CharacterSet::Range> whole;
    for (const auto &[first, last] : joined) {
        if (first < 0xD800 && last >= 0xD800)
            whole.emplace_back(first, std::min<char32_t>(last, 0xD7FF));
        else if (last < 0xD800)
            whole.emplace_back(first, last);
        if (last >= 0xE000)
            whole.emplace_back(std::max<char32_t>(first, 0xE000), last);
    }
    return whole;
}

} // namespace

void CharacterSet::add(const CharacterSet &other)
{
    bytes |= other.bytes;
    beyond.insert(beyond.end(), other.beyond.begin(), other.beyond.end());
}

void CharacterSet::addCase(const RegexRules &rules)
{
    for (unsigned c = 'a'; c <= 'z'; ++c) {
        const bool either = bytes[c] || bytes[c - 32];
        bytes[c] = bytes[c - 32] = either;
    }
    if (!rules.ofText)
        return;
    constexpr char32_t most = 2000; // whole scripts have both cases in them
    std::vector<Range> others;
    for (const auto &[first, last] : beyond) {
        for (char32_t c = first; c <= last && last - first < most; ++c) {
            for (const char32_t variant : caseVariants(c)) {
                if (variant < 0x80)
                    bytes.set(variant);
                else
                    others.emplace_back(variant, variant);
            }
        }
    }
    beyond.insert(beyond.end(), others.begin(), others.end());
}

void CharacterSet::invert(const RegexRules &rules)
{
    const auto had = bytes;
    bytes.flip();
    if (!rules.ofText)
        return;
    std::vector<Range> rest;
    char32_t next = 0x80;
    for (const auto &[first, last] : inOrder(beyond)) {
        if (first > next)
            rest.emplace_back(next, first - 1);
        next = last + 1;
    }
    if (next <= lastCharacter)
        rest.emplace_back(next, lastCharacter);
    for (unsigned byte = 0x80; byte < 0x100; ++byte) {
        const char32_t c = ansiCharacter(static_cast<std::byte>(byte));
        const auto isIn = [c](const Range &range) { return c >= range.first && c <= range.second; };
        bytes[byte] = rules.ansi && !had[byte] && std::ranges::any_of(rest, isIn);
    }
    beyond = std::move(rest);
}

RegexNode CharacterSet::node(const RegexRules &rules) const
{
    auto single = bytes;
    RegexNode all{.kind = RegexNode::Kind::Alternatives};
    for (const auto &[first, last] : inOrder(beyond)) {
        addSequences(all, first, last);
        for (unsigned byte = 0x80; rules.ansi && byte < 0x100; ++byte) {
            const char32_t c = ansiCharacter(static_cast<std::byte>(byte));
            if (c != replacementCharacter && c >= first && c <= last)
                single.set(byte);
        }
    }
    if (single.any())
        all.parts.insert(all.parts.begin(), setNode(single));
    return all.parts.size() == 1 ? std::move(all.parts.front()) : all;
}

} // namespace ipclens
