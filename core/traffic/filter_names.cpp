// The names of the filter language.
#include "core/traffic/filter_program.h"

namespace ipclens::filter {
namespace {

constexpr FieldInfo fields[] = {
    {"number", Field::Number, Type::Number, "number in the inbox"},
    {"time", Field::Time, Type::Time, "arrival: time > \"13:47:25.5\""},
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
    {"wparam", Field::WParam, Type::Number, "of a registered message"},
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
};

constexpr FunctionInfo functions[] = {
    {"u8", Function::Integer, 1, false, "u8(payload, offset)"},
    {"u16", Function::Integer, 2, false, "u16(payload, offset), u16(payload, offset, big)"},
    {"u32", Function::Integer, 4, false, "u32(payload, 4) > 7"},
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
};

} // namespace

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
