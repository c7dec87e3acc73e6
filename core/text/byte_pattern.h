// What to look for in memory: from the pattern as typed to a matcher.
#pragma once

#include "core/session/search_commands.h"

#include <functional>
#include <span>
#include <stop_token>

namespace ipclens {

// Finds one pattern in bytes. One thread at a time.
class ByteMatcher {
public:
    // Told where a match begins and how long it is; false ends the search.
    using Found = std::function<bool(std::size_t at, std::size_t length)>;

    virtual ~ByteMatcher() = default;

    // Bytes of the shortest match, at least 1.
    virtual std::size_t shortest() const = 0;
    // Matches of up to so many bytes are found whole: search() needs so many behind where they begin.
    virtual std::size_t longest() const = 0;
    // Whether a match may begin inside of another. Those of regular expressions follow one another.
    virtual bool overlaps() const { return true; }

    // Gives the matches that begin at `begin` up to before `end`, ascending. All lie in `bytes`.
    virtual void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token stop,
                        const Found &found) = 0;
};

// The longest hex or text pattern, in bytes.
inline constexpr std::size_t longestPattern = 64 << 10;

// Bytes with bits that do not matter: a match has value[i] == (byte & mask[i]).
struct MaskedBytes {
    std::vector<std::uint8_t> value;
    std::vector<std::uint8_t> mask;

    std::size_t size() const { return value.size(); }
    bool isAt(const std::byte *bytes) const
    {
        for (std::size_t i = 0; i < value.size(); ++i)
            if ((std::to_integer<std::uint8_t>(bytes[i]) & mask[i]) != value[i])
                return false;
        return true;
    }
};

// "4d ?? 79", "4d5a", "4? ?a": ? stands for any half byte, alone between spaces for a whole one. Some byte must not be
// ??.
Result<MaskedBytes> parseMaskedBytes(std::string_view text);

// Errors quote the text and say the place. Text is matched character for character; with foldCase, characters that
// differ in case alone match each other, in all scripts, one character for one (so "ss" does not find the sharp s).
Result<std::unique_ptr<ByteMatcher>> makeMatcher(const BytePattern &pattern);
// The same for bytes that are parsed already.
std::unique_ptr<ByteMatcher> makeMatcher(MaskedBytes bytes);

} // namespace ipclens
