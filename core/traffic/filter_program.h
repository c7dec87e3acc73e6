// A filter of messages as it is kept once it is read. See filter_expression.h for the language.
#pragma once

#include "core/model/value_type.h"
#include "core/text/text_problem.h"
#include "core/text/text_regex.h"
#include "core/traffic/message_search.h"
#include "core/traffic/message_view.h"

#include <compare>
#include <memory>
#include <optional>
#include <variant>

namespace ipclens {
struct FilterName;
}

namespace ipclens::filter {

enum class Type { Number, Text, Bytes, Time, Truth };

enum class Field {
    Number,
    Time,
    TimeRelative,
    TimeDelta,
    Kind,
    SenderPid,
    SenderExe,
    SenderTitle,
    SenderWindow,
    ReceiverPid,
    ReceiverExe,
    ReceiverWindow,
    Inbox,
    Depth,
    DataId,
    MessageName,
    MessageId,
    WParam,
    LParam,
    Size,
    Payload,
    Null,
    Truncated,
    Result,
    Duration,
    Answered,
    Failed,
    Posted,
    Marked,
    Comment,
    SectionName,
    SectionBytes,
    PointerPid,
    PointerAddress,
    PointerBytes
};

enum class Function {
    Integer,
    Float,
    Length,
    Lower,
    Upper,
    String,
    Hex,
    LowWord,
    HighWord,
    And,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder // signs between two numbers
};

// Signs are kept with integers, so that -1 and 2^64-1 are told apart.
struct Whole {
    std::uint64_t magnitude = 0;
    bool negative = false;

    bool isNegative() const { return negative && magnitude != 0; }
    std::uint64_t bits() const { return negative ? ~magnitude + 1 : magnitude; }
};
using Numeric = std::variant<Whole, double>;

struct Text {
    std::string text;             // UTF-8
    std::vector<Bytes> inPayload; // what is looked for in a payload, any of them
    bool isEncoded = false;       // u"..." or U"...": in that encoding alone
};

struct Slice {
    std::int64_t begin = 0;           // negative: from the end
    std::optional<std::int64_t> size; // none: to the end
    std::optional<std::int64_t> last; // the last byte instead of a size

    std::optional<std::uint64_t> fixedSize() const; // of the part, in every message that has it
};

struct Operand {
    enum class Kind { Field, Call, Literal } kind = Kind::Literal;
    Type type = Type::Number;
    std::size_t offset = 0; // of its text
    std::size_t length = 0;
    Field field{};
    std::optional<Slice> slice;
    Function function{};
    std::size_t width = 0; // Integer and Float: bytes
    bool isSigned = false;
    ByteOrder order = ByteOrder::Little;
    std::vector<Operand> arguments;
    Numeric number;
    Text text;
    Bytes bytes;
    std::int64_t time = 0;
    bool truth = false;

    bool isLiteral() const { return kind == Kind::Literal; }
};

enum class Relation { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, Matches, In, Has };

// What is compared with; the items of a list are ranges where there is a second.
struct Item {
    Operand first;
    std::optional<Operand> last;
};

struct Test {
    Relation relation = Relation::Has;
    Operand left;
    std::vector<Item> right; // several: In
    std::optional<TextRegex> regex;
    MessageSearch anywhere;    // Has of a literal: looked for in the whole message
    bool ofReferences = false; // asks what the payload leads to: any of that may answer
};

// `parts` are nodes that come before this one.
struct Node {
    enum class Kind { Or, Xor, And, Not, Test } kind = Kind::Test;
    std::vector<std::uint32_t> parts;
    std::uint32_t test = 0;
};

// The last node is the filter.
struct Program {
    std::vector<Node> nodes;
    std::vector<Test> tests;
};

struct FieldInfo {
    std::string_view name;
    Field field;
    Type type;
    std::string_view meaning;
};
std::span<const FieldInfo> allFields();

struct FunctionInfo {
    std::string_view name;
    Function function;
    std::size_t width; // bytes read
    bool isSigned;
    std::string_view meaning;
};
std::span<const FunctionInfo> allFunctions();

// What is neither: relations, signs, joins, and how values are written.
std::span<const FilterName> allSigns();

// "a number"
std::string_view nameOf(Type type);

Parsed<Program> readProgram(std::string_view text);
Parsed<Operand> readValue(std::string_view text); // one that stands to the left of a relation
bool holds(const Program &program, const MessageView &message);
bool holds(const Test &test, const MessageView &message);
// What an operand of type Number is in the message; none when the message does not have it.
std::optional<Numeric> numberOf(const Operand &operand, const MessageView &message);

// None where there is no answer: divided by nothing, bits of what is not whole. What does not fit in 64 bits and a sign
// goes on as a double.
std::optional<Numeric> calculate(Function sign, const Numeric &left, const Numeric &right);
std::partial_ordering compare(const Numeric &left, const Numeric &right);
double toDouble(const Numeric &number);

// Is `part` somewhere in `bytes`? And is the text, in one of the encodings that it is looked for in?
bool contains(std::span<const std::byte> bytes, std::span<const std::byte> part);
bool contains(std::span<const std::byte> bytes, const Text &text);

} // namespace ipclens::filter
