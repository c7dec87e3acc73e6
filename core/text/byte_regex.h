// Regular expressions over bytes, in time proportional to the bytes whatever the expression: no backtracking.
#pragma once

#include "core/model/error.h"

#include <bitset>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace ipclens {

class LazyAutomaton;

// The language is Perl's, of bytes:
//   .               any byte, also a line feed
//   [a-z\x80] [^…]  one of, none of; \d \w \s and \D \W \S also inside
//   \xNN \n \r \t \f \v \a \e \0 and, before a character that means something, \ for the character itself
//   (…) (?:…)       groups, both without capturing; | alternatives, the first that matches is taken
//   * + ? {n} {n,} {n,m}, with ? behind them as few as possible
// Characters outside of ASCII stand for their UTF-8 bytes. What needs backtracking or looking around (back references,
// lookahead, ^ $ \b) is refused; so is what matches no bytes at all. Case is folded for ASCII letters. One thread at a
// time.
class ByteRegex {
public:
    static Result<ByteRegex> parse(std::string_view text, bool foldCase);
    ~ByteRegex();
    ByteRegex(ByteRegex &&) noexcept;
    ByteRegex &operator=(ByteRegex &&) noexcept;

    // Matches of up to this many bytes are found whole, wherever they lie.
    static constexpr std::size_t longest = 64 << 10;

    // Gives the matches that begin at `begin` up to before `end`, the next one behind the last; `found` ends it with
    // false. `bytes` reach `longest` behind `end`, or to where the memory ends.
    void search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token stop,
                const std::function<bool(std::size_t at, std::size_t length)> &found);

private:
    ByteRegex();

    std::unique_ptr<LazyAutomaton> m_forwards;  // from where a match begins to where it ends
    std::unique_ptr<LazyAutomaton>
        m_backwards; // the same from right to left, beginning anywhere: finds where matches begin
};

} // namespace ipclens
