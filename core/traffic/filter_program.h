// A filter of messages as it is kept once it is read. See filter_expression.h for the language.
#pragma once

#include "core/model/value_type.h"
#include "core/text/byte_regex.h"
#include "core/text/text_problem.h"
#include "core/traffic/message_search.h"
#include "core/traffic/message_view.h"

#include <memory>
#include <variant>

namespace ipclens::filter {

enum class Type { Number, Text, Bytes, Time, Truth };

// Those of a message's context (see MessageStore) stand together.
enum class Field {
    Number, Time, Kind, SenderPid, SenderExe, SenderTitle, SenderWindow, ReceiverPid, ReceiverExe, ReceiverWindow, Inbox, Depth, DataId,
    MessageName, MessageId, WParam, LParam, Size, Payload, Null, Truncated, Result, Duration, Answered, Failed, Posted, Marked, Comment
};

enum class Function { Integer, Float, Length, Lower, Upper };

// Signs are kept with integers, so that -1 and 2^64-1 are told apart.
struct Whole {
    std::uint64_t magnitude = 0;
    bool negative = false;
};
using Numeric = std::variant<Whole, double>;

struct Text {
    std::string text;                // UTF-8
    Bytes utf16;                     // the same in UTF-16, for payloads; empty when `inPayload` is another encoding
    std::optional<Bytes> inPayload;  // u"..." and U"...": what is looked for in a payload
};

struct Slice {
    std::int64_t begin = 0;            // negative: from the end
    std::optional<std::int64_t> size;  // none: to the end
    std::optional<std::int64_t> last;  // the last byte instead of a size
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
};

enum class Relation { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, Matches, In, Has };

struct Test {
    Relation relation = Relation::Has;
    Operand left;
    std::vector<std::pair<Operand, std::optional<Operand>>> right; // In: items, as ranges where there is a second
    std::shared_ptr<ByteRegex> regex;
    MessageSearch anywhere; // Has of a literal: looked for in the whole message
};

struct Node {
    enum class Kind { Or, And, Not, Test } kind = Kind::Test;
    std::size_t left = 0, right = 0; // operands come before what uses them
    Test test;
};

struct Program {
    std::vector<Node> nodes;
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

// "a number"
std::string_view nameOf(Type type);

Parsed<Program> readProgram(std::string_view text);
bool holds(const Program &program, const MessageView &message);
bool holds(const Test &test, const MessageView &message);
// What an operand of type Number is in the message; none when the message does not have it.
std::optional<Numeric> numberOf(const Operand &operand, const MessageView &message);
double toDouble(const Numeric &number);

// Is `part` somewhere in `bytes`? And is the text, in one of the encodings that it is looked for in?
bool contains(std::span<const std::byte> bytes, std::span<const std::byte> part);
bool contains(std::span<const std::byte> bytes, const Text &text);

} // namespace ipclens::filter
