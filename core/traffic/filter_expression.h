// The language in which people say which messages they want to see, as they know it from Wireshark.
//
//   filter     = choice { ("||" | "or") choice }
//   choice     = both { ("^^" | "xor") both }                 both = factor { ("&&" | "and") factor }
//   factor     = ("!" | "not") factor | "(" filter ")" | test
//   test       = value [ relation value | ("matches" | "~") string | "in" "{" item { [","] item } "}" ]
//   relation   = "==" "!=" "<" "<=" ">" ">=" (or eq ne lt le gt ge), "contains"
//   value      = primary { sign primary }                     sign = "*" "/" "%", weaker "+" "-", weakest "&"
//   primary    = field [ slice ] | function "(" value { "," value } ")" [ slice ] | literal | "(" value ")"
//   slice      = "[" offset "]" | "[" offset ":" length "]" | "[" first "-" last "]"; "[:4]" and "[4:]" too; -4 counts
//                from the end, 0x10 is hex
//   item       = literal | literal ".." literal
//   literal    = 42, 0x2a, 0b101, 1.5, 64K | string | 4d:79:00 | true | false
//   string     = "text" | 'text' | r"C:\text" (a backslash is one) | u"text" (UTF-16) | U"text" (UTF-32)
//
// Words are the same in any case. filterReference() has a line for each of them.
//
// A field alone asks whether the message has it, bits & bits whether any is set; a literal alone whether it is found
// anywhere in the message, as it was typed. A relation with what a message does not have (a name of WM_COPYDATA, bytes
// behind the payload's end) is false, also with "!=": put "!" before the test for the opposite. What a payload leads to
// (section.name) is compared one by one: any of it may answer.
//
// Beside bytes, digits are bytes in hex: payload[0] == 10 is the byte 0x10, payload[0:2] == 1000 the bytes 10 00. What
// could never be equal, because a part has another size, is refused. u8(payload, 0) == 10 compares numbers.
//
// Text is compared letter by letter; lower() makes both cases alike. Text without a prefix is found in a payload as
// UTF-8, as UTF-16 (little endian, as Windows has it) and as ANSI (code page 1252).
//
// "matches" looks for a regular expression anywhere, as core/text/regex_syntax.h has them, in either case: "^demo",
// "\.exe$", "(?-i)Demo". In its string two backslashes are one, as in all others, but one alone belongs to the
// expression. A payload is looked at as bytes, and as UTF-16 when it has a zero byte.
//
// A time is compared with "13:47:25.5" (today) or "2026-11-23 13:47:25", in local time.
#pragma once

#include "core/text/text_problem.h"
#include "core/traffic/message_view.h"

#include <memory>
#include <span>

namespace ipclens {

struct FilterName {
    enum class Sort { Field, Function, Relation, Sign, Join, Value };

    std::string_view name;    // "sender.pid", "u32(", "contains", "4d:79"
    std::string_view meaning; // one line
    Sort sort = Sort::Field;
};
// All that can stand in a filter, sort by sort, in the order of a help page.
std::span<const FilterName> filterReference();

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

// What the word before the cursor may become, or what may follow the space before it: fields and functions, or the
// relations of the field there and what joins tests. In the order of filterReference(); the word begins at `offset`.
struct FilterCompletions {
    std::size_t offset = 0;
    std::vector<FilterName> names;
};
FilterCompletions completeFilter(std::string_view text, std::size_t cursor);

// `text` as a literal of the language.
std::string quotedLiteral(std::string_view text);

} // namespace ipclens
