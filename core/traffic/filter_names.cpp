// The names of the filter language.
#include "core/traffic/filter_expression.h"
#include "core/traffic/filter_program.h"

namespace ipclens::filter {
namespace {

constexpr FieldInfo fields[] = {
    {"number", Field::Number, Type::Number, "number in the inbox"},
    {"time", Field::Time, Type::Time, "arrival: time > \"13:47:25.5\" (today), \"2026-11-23 13:47\""},
    {"time.relative", Field::TimeRelative, Type::Number, "seconds since the first message of the capture"},
    {"time.delta", Field::TimeDelta, Type::Number,
     "seconds since the message before it, shown or not: time.delta > 0.5"},
    {"kind", Field::Kind, Type::Text, "\"WM_COPYDATA\" or \"registered\""},
    {"sender.pid", Field::SenderPid, Type::Number, "process of the claimed sender window"},
    {"sender.exe", Field::SenderExe, Type::Text, "its program's name"},
    {"sender.title", Field::SenderTitle, Type::Text, "title of the claimed sender window"},
    {"sender.window", Field::SenderWindow, Type::Number, "the claimed sender window"},
    {"receiver.pid", Field::ReceiverPid, Type::Number, "process of the window it was sent to"},
    {"receiver.exe", Field::ReceiverExe, Type::Text, "its program's name"},
    {"receiver.window", Field::ReceiverWindow, Type::Number, "the window it was sent to"},
    {"inbox", Field::Inbox, Type::Number, "number of the inbox, relay or tap that took it"},
    {"depth", Field::Depth, Type::Number, "handlers that were running when it arrived: a message inside a message"},
    {"data.id", Field::DataId, Type::Number, "dwData of WM_COPYDATA"},
    {"message.name", Field::MessageName, Type::Text, "name of a registered message"},
    {"message.id", Field::MessageId, Type::Number, "number of a registered message"},
    {"wparam", Field::WParam, Type::Number, "of a registered message: wparam & 0x10, loword(wparam) == 3"},
    {"lparam", Field::LParam, Type::Number, "of a registered message"},
    {"size", Field::Size, Type::Number, "true size of the payload in bytes"},
    {"payload", Field::Payload, Type::Bytes, "the bytes kept: payload[0:4] == 01:00:00:00"},
    {"null", Field::Null, Type::Truth, "lpData was NULL"},
    {"truncated", Field::Truncated, Type::Truth, "fewer bytes were kept than sent"},
    {"result", Field::Result, Type::Number, "what the sender was given"},
    {"duration", Field::Duration, Type::Number, "milliseconds from arrival to the answer: duration > 16"},
    {"answered", Field::Answered, Type::Truth, "the sender was given a result"},
    {"failed", Field::Failed, Type::Truth, "a relay had no answer of the real receiver"},
    {"posted", Field::Posted, Type::Truth, "the sender did not wait"},
    {"marked", Field::Marked, Type::Truth, "you marked it"},
    {"comment", Field::Comment, Type::Text, "your comment: comment contains \"strange\""},
    {"section.name", Field::SectionName, Type::Text, "name of an existing mapping that the payload gives"},
    {"section.bytes", Field::SectionBytes, Type::Bytes, "first bytes of that mapping, as they were at arrival"},
    {"pointer.pid", Field::PointerPid, Type::Number, "process that the message points into"},
    {"pointer.address", Field::PointerAddress, Type::Number, "where it points to"},
    {"pointer.bytes", Field::PointerBytes, Type::Bytes, "first bytes there at arrival: u32(pointer.bytes, 4) == 7"},
};

constexpr FunctionInfo functions[] = {
    {"u8", Function::Integer, 1, false, "u8(payload, offset)"},
    {"u16", Function::Integer, 2, false, "u16(payload, offset), u16(payload, offset, big)"},
    {"u32", Function::Integer, 4, false, "u32(payload, 4) > 7; u32(payload, -4) is the last one"},
    {"u64", Function::Integer, 8, false, "u64(payload, offset)"},
    {"i8", Function::Integer, 1, true, "i8(payload, offset)"},
    {"i16", Function::Integer, 2, true, "i16(payload, offset)"},
    {"i32", Function::Integer, 4, true, "i32(payload, offset)"},
    {"i64", Function::Integer, 8, true, "i64(payload, offset)"},
    {"f32", Function::Float, 4, true, "f32(payload, offset)"},
    {"f64", Function::Float, 8, true, "f64(payload, offset)"},
    {"len", Function::Length, 0, false, "bytes of a payload or a text"},
    {"lower", Function::Lower, 0, false, "a text with A to Z made small"},
    {"upper", Function::Upper, 0, false, "a text with a to z made large"},
    {"loword", Function::LowWord, 0, false, "bits 0 to 15 of a number: loword(lparam) < 100"},
    {"hiword", Function::HighWord, 0, false, "bits 16 to 31 of a number"},
    {"string", Function::String, 0, false, "a number as decimal text: string(data.id) matches \"7$\""},
    {"hex", Function::Hex, 0, false, "a number as hex text: hex(wparam) contains \"beef\""},
};

using Sort = FilterName::Sort;

// What is neither a field nor a function.
constexpr FilterName signs[] = {
    {"==", "equal; also eq", Sort::Relation},
    {"!=", "has another value; also ne. Of a message that has none it is false: put ! before the test for the opposite",
     Sort::Relation},
    {"<", "less; also lt", Sort::Relation},
    {"<=", "less or equal; also le", Sort::Relation},
    {">", "greater; also gt", Sort::Relation},
    {">=", "greater or equal; also ge", Sort::Relation},
    {"contains", "has these bytes, or this text in UTF-8, UTF-16 or ANSI", Sort::Relation},
    {"matches", "has a part that a regular expression matches, in any case; also ~. (?-i) tells cases apart",
     Sort::Relation},
    {"in", "is one of: in {1, 2, 10..20}", Sort::Relation},
    {"&", "bits that both numbers have: wparam & 0x10 alone asks whether any is set", Sort::Sign},
    {"+", "sum", Sort::Sign},
    {"-", "difference", Sort::Sign},
    {"*", "product", Sort::Sign},
    {"/", "quotient; of whole numbers whole", Sort::Sign},
    {"%", "remainder: data.id % 2 == 0", Sort::Sign},
    {"&&", "both; also and", Sort::Join},
    {"||", "either; also or", Sort::Join},
    {"^^", "one of the two alone; also xor", Sort::Join},
    {"!", "not; also not", Sort::Join},
    {"( )", "what belongs together", Sort::Join},
    {"42, 0x2a, 0b101, 1.5, 64K", "numbers", Sort::Value},
    {"\"text\"", "text; in a payload as UTF-8, UTF-16 or ANSI. Escapes are C's: \\n, \\x41, \\u20ac, \\\\",
     Sort::Value},
    {"r\"C:\\text\"", "text in which a backslash is a backslash", Sort::Value},
    {"u\"text\", U\"text\"", "text in a payload as UTF-16 alone, as UTF-32", Sort::Value},
    {"4d:79", "bytes, in hex. Beside bytes also 4d, 4d79 and 0x4d: payload[0] == 10 is the byte 0x10", Sort::Value},
    {"true, false", "1 and 0: truncated == true is truncated", Sort::Value},
    {"payload[2:4]", "from byte 2 on, 4 bytes; also of texts and lower(...)", Sort::Value},
    {"payload[2-5]", "bytes 2 to 5", Sort::Value},
    {"payload[2]", "one byte", Sort::Value},
    {"payload[:4], payload[-4:]", "the first 4 bytes, the last 4", Sort::Value},
};

} // namespace

std::span<const FilterName> allSigns()
{
    return signs;
}

std::span<const FieldInfo> allFields()
{
    return fields;
}

std::span<const FunctionInfo> allFunctions()
{
    return functions;
}

std::string_view nameOf(Type type)
{
    switch (type) {
    case Type::Number: return "a number";
    case Type::Text: return "text";
    case Type::Bytes: return "bytes";
    case Type::Time: return "a time";
    case Type::Truth: return "true or false";
    }
    return {};
}

} // namespace ipclens::filter
