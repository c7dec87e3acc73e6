// Regular expressions over the bytes of memory, in time proportional to the bytes whatever the expression: no
// backtracking.
#pragma once

#include "core/text/text_problem.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>

namespace ipclens {

class LazyAutomaton;

// The language is that of regex_syntax.h, of bytes. What matches no bytes at all is refused. One thread at a time.
class ByteRegex {
public:
    static Parsed<ByteRegex> parse(std::string_view text, bool foldCase);
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
