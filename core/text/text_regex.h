// Regular expressions that texts and payloads match or not, in time proportional to their bytes.
#pragma once

#include "core/text/text_problem.h"

#include <memory>
#include <span>

namespace ipclens {

class LazyAutomaton;

// The language is that of regex_syntax.h, of text. A match is looked for anywhere, and case does not matter: (?-i)
// makes it. One thread at a time, copies included.
class TextRegex {
public:
    enum class Of {
        Text,    // UTF-8 throughout
        Payload, // any bytes, with text in them: UTF-8, UTF-16 little endian, ANSI
        Utf16    // any bytes, looked at as UTF-16 little endian
    };
    static Parsed<TextRegex> parse(std::string_view text, Of of);

    // In a payload the zeros at the end may follow what $ ends. As UTF-16 bytes are looked at from both even and odd
    // places; a payload only when it has a zero, as nearly all such texts do: else any bytes would make some Chinese.
    bool isIn(std::span<const std::byte> bytes) const;

private:
    bool isInBytes(std::span<const std::byte> bytes) const;
    bool isInUnits(std::span<const std::byte> bytes) const;

    Of m_of = Of::Text;
    std::shared_ptr<LazyAutomaton> m_automaton;
};

} // namespace ipclens
