// The language in which people say which messages they want to see, as they know it from Wireshark.
//
//   filter     = term { ("||" | "or") term }                   term = factor { ("&&" | "and") factor }
//   factor     = ("!" | "not") factor | "(" filter ")" | test
//   test       = value [ relation value | "in" "{" item { "," item } "}" ]
//   relation   = "==" "!=" "<" "<=" ">" ">=" (or eq ne lt le gt ge), "contains", "matches"
//   value      = field [ slice ] | function "(" value { "," value } ")" | literal
//   slice      = "[" offset "]" | "[" offset ":" length "]" | "[" first "-" last "]"; "[:4]" and "[4:]" too; -4 counts from the end
//   item       = literal | literal ".." literal
//   literal    = 42, 0x2a, 1.5, 64K | "text" | 'text' | u"text" (UTF-16) | U"text" (UTF-32) | 4d:79:00 | true | false
//
// A field alone asks whether the message has it; a literal alone whether it is found anywhere in the message. A relation with what
// a message does not have (a name of WM_COPYDATA, bytes behind the payload's end) is false, also with "!=": put "!" before the
// test for the opposite. Text is compared letter by letter; lower() makes both cases alike. Text without a prefix is found in a
// payload as UTF-8 and as UTF-16. "matches" looks for a regular expression as core/text/byte_regex.h has them. A time is
// compared with "13:47:25.5" (today) or "2026-11-23 13:47:25", in local time.
#pragma once

#include "core/traffic/message_view.h"
#include "core/text/text_problem.h"

#include <memory>
#include <span>

namespace ipclens {

struct FilterName {
    std::string_view name;    // "sender.pid", "u32("
    std::string_view meaning; // for a completion list
};
// Fields and functions, in the order of a help page.
std::span<const FilterName> filterNames();

namespace filter {
struct Program;
}

// A parsed filter, cheap to copy. One thread at a time, copies included.
class FilterExpression {
public:
    // The problem names the part of the text that is wrong.
    static Parsed<FilterExpression> parse(std::string_view text);

    const std::string &text() const { return m_text; }
    const filter::Program &program() const { return *m_program; }
    bool matches(const MessageView &message) const;

private:
    std::string m_text;
    std::shared_ptr<const filter::Program> m_program;
};

// The names that the word before the cursor may become, in the order of filterNames(); the word begins at `offset`.
struct FilterCompletions {
    std::size_t offset = 0;
    std::vector<std::string_view> names;
};
FilterCompletions completeFilter(std::string_view text, std::size_t cursor);

// `text` as a literal of the language.
std::string quotedLiteral(std::string_view text);

} // namespace ipclens
