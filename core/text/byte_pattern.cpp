#include "core/text/byte_pattern.h"

#include "core/session/value_criterion.h"
#include "core/text/byte_regex.h"
#include "core/text/case_fold.h"
#include "core/text/input_text.h"
#include "core/text/typed_value.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ipclens {
namespace {

// One byte of a pattern that is looked for before anything else is.
struct Anchor {
    std::size_t offset = 0;
    std::uint8_t value = 0;
    std::uint8_t mask = 0; // 0: any byte
};

// How much finding this byte narrows the search: more for more known bits, less for what memory is full of.
int worthOf(std::uint8_t value, std::uint8_t mask)
{
    const bool isCommon = mask == 0xFF && (value == 0 || value == 0xFF || value == ' ');
    return std::popcount(mask) * 2 - (isCommon ? 5 : 0);
}

// The two best bytes of a pattern to look for.
std::array<Anchor, 2> bestAnchors(const MaskedBytes &bytes)
{
    std::array<Anchor, 2> best{};
    std::array<int, 2> worth{0, 0};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int here = worthOf(bytes.value[i], bytes.mask[i]);
        const Anchor anchor{i, bytes.value[i], bytes.mask[i]};
        if (here > worth[0]) {
            best[1] = std::exchange(best[0], anchor);
            worth[1] = std::exchange(worth[0], here);
        } else if (here > worth[1]) {
            best[1] = anchor;
            worth[1] = here;
        }
    }
    if (worth[1] == 0)
        best[1] = best[0];
    return best;
}

bool isAnchorAt(const Anchor &anchor, const std::byte *bytes)
{
    return (std::to_integer<std::uint8_t>(bytes[anchor.offset]) & anchor.mask) == anchor.value;
}

// Calls `look(at)` for every place from `begin` to before `end` where both anchors are; it ends the search with false.
// Every place has at least as many bytes behind it as the anchors' offsets ask for.
template <class Look>
void forEachCandidate(const std::byte *bytes, std::size_t begin, std::size_t end, const std::array<Anchor, 2> &anchors,
                      Look look)
{
    const Anchor first = anchors[0], second = anchors[1];
    std::size_t at = begin;
#if defined(__SSE2__)
    const __m128i firstMask = _mm_set1_epi8(static_cast<char>(first.mask));
    const __m128i firstValue = _mm_set1_epi8(static_cast<char>(first.value));
    const __m128i secondMask = _mm_set1_epi8(static_cast<char>(second.mask));
    const __m128i secondValue = _mm_set1_epi8(static_cast<char>(second.value));
    const auto matches = [](const std::byte *from, __m128i mask, __m128i value) {
        const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
        return _mm_cmpeq_epi8(_mm_and_si128(loaded, mask), value);
    };
    for (; at + 16 <= end; at += 16) {
        const __m128i both = _mm_and_si128(matches(bytes + at + first.offset, firstMask, firstValue),
                                           matches(bytes + at + second.offset, secondMask, secondValue));
        for (auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(both)); bits != 0; bits &= bits - 1)
            if (!look(at + static_cast<std::size_t>(std::countr_zero(bits))))
                return;
    }
#endif
    for (; at < end; ++at)
        if (isAnchorAt(first, bytes + at) && isAnchorAt(second, bytes + at) && !look(at))
            return;
}

class MaskedMatcher final : public ByteMatcher {
public:
    explicit MaskedMatcher(MaskedBytes bytes) : m_bytes(std::move(bytes)), m_anchors(bestAnchors(m_bytes)) {}

    std::size_t shortest() const override { return m_bytes.size(); }
    std::size_t longest() const override { return m_bytes.size(); }

    void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token,
                const Found &found) override
    {
        if (bytes.size() < m_bytes.size())
            return;
        end = std::min(end, bytes.size() - m_bytes.size() + 1);
        forEachCandidate(bytes.data(), begin, end, m_anchors, [&](std::size_t at) {
            return !m_bytes.isAt(bytes.data() + at) || found(at, m_bytes.size());
        });
    }

private:
    const MaskedBytes m_bytes;
    const std::array<Anchor, 2> m_anchors;
};

// Text in any case: each character is one of several sequences of bytes, none of which begins with another.
class FoldedTextMatcher final : public ByteMatcher {
public:
    using Character = std::vector<std::string>;

    explicit FoldedTextMatcher(std::vector<Character> characters) : m_characters(std::move(characters))
    {
        MaskedBytes common; // as far as all variants have the same length
        for (const Character &character : m_characters) {
            const auto [least, most] = std::ranges::minmax(character, {}, &std::string::size);
            m_shortest += least.size();
            m_longest += most.size();
            if (common.size() != m_longest - most.size())
                continue;
            for (std::size_t i = 0; i < least.size(); ++i) {
                const auto value = static_cast<std::uint8_t>(character.front()[i]);
                std::uint8_t mask = 0xFF;
                for (const std::string &variant : character)
                    mask &= static_cast<std::uint8_t>(~(static_cast<std::uint8_t>(variant[i]) ^ value));
                common.value.push_back(value & mask);
                common.mask.push_back(mask);
            }
        }
        m_anchors = bestAnchors(common);
    }

    std::size_t shortest() const override { return m_shortest; }
    std::size_t longest() const override { return m_longest; }

    void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token,
                const Found &found) override
    {
        if (bytes.size() < m_shortest)
            return;
        end = std::min(end, bytes.size() - m_shortest + 1);
        const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        forEachCandidate(bytes.data(), begin, end, m_anchors, [&](std::size_t at) {
            const std::size_t length = matchAt(text.substr(at));
            return length == 0 || found(at, length);
        });
    }

private:
    std::size_t matchAt(std::string_view text) const
    {
        std::size_t length = 0;
        for (const Character &character : m_characters) {
            const auto rest = text.substr(length);
            const auto variant =
                std::ranges::find_if(character, [&](const std::string &one) { return rest.starts_with(one); });
            if (variant == character.end())
                return 0;
            length += variant->size();
        }
        return length;
    }

    const std::vector<Character> m_characters;
    std::size_t m_shortest = 0;
    std::size_t m_longest = 0;
    std::array<Anchor, 2> m_anchors;
};

class NumberMatcher final : public ByteMatcher {
public:
    explicit NumberMatcher(ValueCriterion criterion) : m_criterion(criterion) {}

    std::size_t shortest() const override { return sizeOf(m_criterion.type); }
    std::size_t longest() const override { return sizeOf(m_criterion.type); }

    void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token,
                const Found &found) override
    {
        const std::size_t size = sizeOf(m_criterion.type);
        if (bytes.size() < size)
            return;
        end = std::min(end, bytes.size() - size + 1);
        std::array<std::uint64_t, 1024> bits;
        for (std::size_t at = begin; at < end;) {
            const std::size_t count = std::min(end - at, bits.size() * 64);
            checkValues(m_criterion, bytes.data() + at, nullptr, count, 1, bits.data());
            for (std::size_t word = 0; word * 64 < count; ++word)
                for (std::uint64_t left = bits[word]; left != 0; left &= left - 1)
                    if (!found(at + word * 64 + static_cast<std::size_t>(std::countr_zero(left)), size))
                        return;
            at += count;
        }
    }

private:
    const ValueCriterion m_criterion;
};

class RegexMatcher final : public ByteMatcher {
public:
    explicit RegexMatcher(ByteRegex regex) : m_regex(std::move(regex)) {}

    std::size_t shortest() const override { return 1; }
    std::size_t longest() const override { return ByteRegex::longest; }
    bool overlaps() const override { return false; }

    void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token stop,
                const Found &found) override
    {
        m_regex.search(bytes, begin, std::min(end, bytes.size()), std::move(stop), found);
    }

private:
    ByteRegex m_regex;
};

constexpr const char *readText = "read the text to find";

// A character in the pattern's encoding; empty where that does not have it.
std::string encoded(char32_t character, const BytePattern &pattern)
{
    Bytes bytes;
    appendEncoded(bytes, character, pattern.encoding, pattern.order);
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

Failure wrongPlace(std::string_view operation, std::string_view text, std::size_t at, std::string_view problem)
{
    return wrongText(operation, text, fmt::format("{}: {}", position(text, at), problem));
}

Result<std::unique_ptr<ByteMatcher>> textMatcher(const BytePattern &pattern)
{
    const std::string &text = pattern.text;
    if (text.empty())
        return wrongText(readText, text, "there is no text to find");
    std::vector<FoldedTextMatcher::Character> characters;
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8Length(text, at);
        if (length == 0)
            return wrongPlace(readText, text, at, "this is not UTF-8, as texts in commands are");
        const char32_t character = utf8Character(text, at, length);
        std::string bytes = encoded(character, pattern);
        if (bytes.empty())
            return wrongPlace(readText, text, at,
                              fmt::format("{} is not in {}", characterAt(text, at), nameOf(pattern.encoding)));
        plain += bytes;
        FoldedTextMatcher::Character variants{std::move(bytes)};
        if (pattern.foldCase)
            for (const char32_t variant : caseVariants(character))
                if (auto other = encoded(variant, pattern); !other.empty() && variant != character)
                    variants.push_back(std::move(other));
        characters.push_back(std::move(variants));
        at += length;
    }
    if (plain.size() > longestPattern)
        return wrongText(readText, text, fmt::format("it is longer than {} bytes", longestPattern));
    if (pattern.foldCase)
        return std::make_unique<FoldedTextMatcher>(std::move(characters));
    MaskedBytes bytes;
    for (const char c : plain)
        bytes.value.push_back(static_cast<std::uint8_t>(c));
    bytes.mask.assign(plain.size(), 0xFF);
    return makeMatcher(std::move(bytes));
}

Result<std::unique_ptr<ByteMatcher>> numberMatcher(const BytePattern &pattern)
{
    const ScanTerms terms{.value = pattern.text, .tolerance = pattern.tolerance};
    auto criterion = makeValueCriterion(pattern.type, pattern.order, terms, true);
    if (!criterion)
        return Failure(std::move(criterion.error()));
    const bool isFloat = pattern.type == ValueType::F32 || pattern.type == ValueType::F64;
    if (isFloat || pattern.tolerance >= 1)
        return std::make_unique<NumberMatcher>(**criterion);
    const auto bytes = parseTyped(kindOf(pattern.type), pattern.order, pattern.text);
    if (!bytes)
        return Failure(toError(bytes.error(), "read the number to find", pattern.text));
    MaskedBytes masked;
    for (const std::byte byte : *bytes)
        masked.value.push_back(std::to_integer<std::uint8_t>(byte));
    masked.mask.assign(bytes->size(), 0xFF);
    return makeMatcher(std::move(masked));
}

} // namespace

Result<MaskedBytes> parseMaskedBytes(std::string_view text)
{
    constexpr std::string_view what = "read the bytes to find";
    MaskedBytes bytes;
    const auto isHalf = [&](std::size_t at) {
        return at < text.size() && (text[at] == '?' || hexDigit(text[at]) >= 0);
    };
    const auto add = [&](char high, char low) {
        const auto value = [](char c) { return c == '?' ? 0 : hexDigit(c); };
        const auto mask = [](char c) { return c == '?' ? 0 : 0xF; };
        bytes.value.push_back(static_cast<std::uint8_t>(value(high) << 4 | value(low)));
        bytes.mask.push_back(static_cast<std::uint8_t>(mask(high) << 4 | mask(low)));
    };
    for (std::size_t at = 0; at < text.size();) {
        if (isSpace(text[at]) || text[at] == ',') {
            ++at;
            continue;
        }
        const bool hasPrefix = text[at] == '0' && at + 1 < text.size() && (text[at + 1] == 'x' || text[at + 1] == 'X');
        const std::size_t begin = hasPrefix ? at + 2 : at;
        std::size_t end = begin;
        while (isHalf(end))
            ++end;
        if (end < text.size() && !isSpace(text[end]) && text[end] != ',')
            return wrongPlace(what, text, end, fmt::format("{} is neither a hex digit nor ?", characterAt(text, end)));
        if (end == begin)
            return wrongPlace(what, text, at, "0x without digits behind it");
        if (text.substr(begin, end - begin) == "?")
            add('?', '?');
        else if ((end - begin) % 2 == 1)
            return wrongPlace(what, text, end - 1, "the last byte has one digit; write two, or ? for the other");
        else
            for (std::size_t i = begin; i < end; i += 2)
                add(text[i], text[i + 1]);
        at = end;
    }
    if (bytes.size() == 0)
        return wrongText(what, text, "there are no bytes to find");
    if (bytes.size() > longestPattern)
        return wrongText(what, text,
                         fmt::format("there are {} bytes, at most {} can be found", bytes.size(), longestPattern));
    if (std::ranges::all_of(bytes.mask, [](std::uint8_t mask) { return mask == 0; }))
        return wrongText(what, text, "it matches everywhere: some byte must be known");
    return bytes;
}

std::unique_ptr<ByteMatcher> makeMatcher(MaskedBytes bytes)
{
    return std::make_unique<MaskedMatcher>(std::move(bytes));
}

Result<std::unique_ptr<ByteMatcher>> makeMatcher(const BytePattern &pattern)
{
    switch (pattern.kind) {
    case PatternKind::Hex: {
        auto bytes = parseMaskedBytes(pattern.text);
        if (!bytes)
            return Failure(std::move(bytes.error()));
        return makeMatcher(std::move(*bytes));
    }
    case PatternKind::Text:
        return textMatcher(pattern);
    case PatternKind::Number:
        return numberMatcher(pattern);
    case PatternKind::Regex:
        break;
    }
    auto regex = ByteRegex::parse(pattern.text, pattern.foldCase);
    if (!regex)
        return Failure(toError(regex.error(), "read a regular expression", pattern.text));
    return std::make_unique<RegexMatcher>(std::move(*regex));
}

} // namespace ipclens
