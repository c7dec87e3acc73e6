#include "core/traffic/value_reader.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens::filter {
namespace {

constexpr int deepest = 100;
constexpr int mostSigns = 100; // between the numbers of one value

std::string unknownField(std::string_view word)
{
    for (const auto &field : allFields()) {
        if (field.name.ends_with(word) || field.name.starts_with(word) || word.starts_with(field.name))
            return fmt::format("there is no field \"{}\"; did you mean {}? Text to look for stands in quotes", word,
                               field.name);
    }
    return fmt::format("there is no field \"{}\". Text to look for stands in quotes", word);
}

} // namespace

Operand ValueReader::readAlone()
{
    beginValue();
    auto value = readValue(0, Beside::Anything);
    peek();
    if (!atEnd())
        fail(position(), wordLength(), "the value ends here: leave what follows away");
    return value;
}

void ValueReader::checkDepth(int depth) const
{
    if (depth > deepest)
        fail(position(), 1, fmt::format("brackets and \"!\" are at most {} deep", deepest));
}

std::optional<Function> ValueReader::takeSign(int &strength)
{
    constexpr std::pair<std::string_view, std::pair<int, Function>> signs[] = {
        {"&", {1, Function::And}},      {"+", {2, Function::Add}},    {"-", {2, Function::Subtract}},
        {"*", {3, Function::Multiply}}, {"/", {3, Function::Divide}}, {"%", {3, Function::Remainder}}};
    peek();
    if (at(position()) == '&' && at(position() + 1) == '&')
        return {};
    for (const auto &[sign, what] : signs) {
        if (what.first >= strength && take(sign)) {
            strength = what.first;
            return what.second;
        }
    }
    return {};
}

Operand ValueReader::readRest(Operand left, int strength, int depth)
{
    for (;;) {
        int found = strength + 1;
        peek();
        const auto begin = position();
        const auto sign = takeSign(found);
        if (!sign)
            return left;
        if (++m_signs > mostSigns)
            fail(begin, 1, fmt::format("a value has at most {} signs", mostSigns));
        auto right = readRest(readPrimary(depth, Beside::Anything), found, depth);
        left = calculated(*sign, std::move(left), std::move(right));
    }
}

Operand ValueReader::calculated(Function sign, Operand left, Operand right) const
{
    for (const auto *const side : {&left, &right})
        if (side->type != Type::Number)
            fail(*side, fmt::format("this is {}, and signs are for numbers{}", nameOf(side->type),
                                    side->type == Type::Bytes ? ": u8(payload, 0) reads one" : ""));
    Operand call{.kind = Operand::Kind::Call, .type = Type::Number, .offset = left.offset, .function = sign};
    call.length = right.offset + right.length - left.offset;
    if (left.isLiteral() && right.isLiteral()) {
        const auto number = calculate(sign, left.number, right.number);
        if (!number)
            fail(call, "this has no result");
        call.kind = Operand::Kind::Literal;
        call.number = *number;
        return call;
    }
    call.arguments.push_back(std::move(left));
    call.arguments.push_back(std::move(right));
    return call;
}

Operand ValueReader::readPrimary(int depth, Beside beside)
{
    const char c = peek();
    const auto begin = position();
    Operand operand;
    if (looksLikeString()) {
        operand = readString();
    } else if (looksLikeBytes()) {
        operand = readBytes();
    } else if (beside == Beside::Bytes && looksLikeHex()) {
        operand = readHex();
    } else if (looksLikeNumber()) {
        operand = readNumber();
    } else if (isWordLetter(c)) {
        operand = readNamed(depth);
    } else if (take("(")) {
        checkDepth(depth);
        operand = readValue(depth + 1, beside);
        if (!take(")"))
            fail(begin, 1, "this ( has no )");
    } else if (atEnd()) {
        fail(begin, 0, "a field, a function or a value was expected");
    } else {
        fail(
            begin, 1,
            fmt::format("{} does not begin a field, a function or a value; text to look for stands in quotes", here()));
    }
    if (at(position()) == '[')
        readSlice(operand, begin);
    operand.offset = begin;
    operand.length = position() - begin;
    return operand;
}

Operand ValueReader::readNamed(int depth)
{
    const auto word = peekWord();
    const auto begin = position();
    moveTo(begin + word.size());
    if (isSameWord(word, "true") || isSameWord(word, "false"))
        return {.kind = Operand::Kind::Literal, .type = Type::Truth, .truth = word.size() == 4};
    const auto end = position();
    if (peek() == '(') {
        const auto functions = allFunctions();
        const auto function = std::ranges::find(functions, word, &FunctionInfo::name);
        if (function == functions.end())
            fail(begin, word.size(), fmt::format("there is no function \"{}\"", word));
        return readCall(*function, depth);
    }
    moveTo(end);
    const auto fields = allFields();
    const auto field = std::ranges::find(fields, word, &FieldInfo::name);
    if (field == fields.end())
        fail(begin, word.size(), unknownField(word));
    return {.kind = Operand::Kind::Field, .type = field->type, .field = field->field};
}

void ValueReader::readSlice(Operand &of, std::size_t begin)
{
    const auto open = position();
    if (of.isLiteral() || (of.type != Type::Bytes && of.type != Type::Text))
        fail(open, 1,
             fmt::format("{} is {}: only bytes and text of a message have parts", part(begin, open - begin),
                         nameOf(of.type)));
    take("[");
    Slice slice;
    const bool fromStart = peek() == ':';
    if (!fromStart)
        slice.begin = readOffset();
    if (take(":")) {
        if (peek() != ']')
            slice.size = readOffset();
        if (slice.size && *slice.size <= 0)
            fail(open, position() - open, "a part has at least one byte");
    } else if (take("-")) {
        slice.last = readOffset();
        if ((*slice.last < 0) != (slice.begin < 0) || *slice.last < slice.begin)
            fail(open, position() - open, "the part ends before it begins");
    } else {
        slice.size = 1;
    }
    if (!take("]"))
        fail(open, 1, "this [ has no ]");
    of.slice = slice;
}

Operand ValueReader::readCall(const FunctionInfo &info, int depth)
{
    const auto open = position();
    take("(");
    checkDepth(depth);
    Operand call{.kind = Operand::Kind::Call,
                 .type = Type::Number,
                 .function = info.function,
                 .width = info.width,
                 .isSigned = info.isSigned};
    call.arguments.push_back(readValue(depth + 1, Beside::Anything));
    checkArgument(info, call);
    const bool reads = info.function == Function::Integer || info.function == Function::Float;
    if (reads && take(","))
        readWhere(call, depth);
    if (!take(")"))
        fail(atEnd() ? open : position(), 1, atEnd() ? "this ( has no )" : ") was expected");
    return call;
}

void ValueReader::checkArgument(const FunctionInfo &info, Operand &call) const
{
    const Operand &what = call.arguments.front();
    if (what.isLiteral())
        fail(what, "a field was expected");
    switch (info.function) {
    case Function::Integer:
    case Function::Float:
        if (what.type != Type::Bytes)
            fail(what, fmt::format("{} reads bytes, and this is {}", info.name, nameOf(what.type)));
        return;
    case Function::String:
    case Function::Hex:
    case Function::LowWord:
    case Function::HighWord:
        if (what.type != Type::Number)
            fail(what, fmt::format("{} takes a number, and this is {}", info.name, nameOf(what.type)));
        if (info.function == Function::String || info.function == Function::Hex)
            call.type = Type::Text;
        return;
    default:
        if (what.type != Type::Text && what.type != Type::Bytes)
            fail(what, fmt::format("{} takes text or bytes, and this is {}", info.name, nameOf(what.type)));
        if (info.function != Function::Length)
            call.type = what.type;
    }
}

// "4, big" of u32(payload, 4, big)
void ValueReader::readWhere(Operand &call, int depth)
{
    call.arguments.push_back(readValue(depth + 1, Beside::Anything));
    const Operand &where = call.arguments.back();
    if (where.type != Type::Number || (where.isLiteral() && !std::holds_alternative<Whole>(where.number)))
        fail(where, "an offset in bytes was expected");
    if (!take(","))
        return;
    if (takeWord("big"))
        call.order = ByteOrder::Big;
    else if (!takeWord("little"))
        fail(position(), wordLength(), "big or little was expected");
}

} // namespace ipclens::filter
