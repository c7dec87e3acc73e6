// What the operands of a filter are in one message.
#pragma once

#include "core/traffic/filter_program.h"

namespace ipclens::filter {

// Views of the message, the program or the caller's scratch.
struct Value {
    Type type = Type::Number;
    Numeric number;
    std::string_view text;
    std::span<const std::byte> bytes;
    std::int64_t time = 0;
    bool truth = false;
};

// Reads operands in a message, and those about what it leads to in one of its references.
class Values {
public:
    explicit Values(const MessageView &message) : m_message(message) {}

    void lookAt(const MessageReference *reference) { m_reference = reference; }
    // None when the message does not have it. `scratch` may hold it, and has to stay as long as it is needed.
    std::optional<Value> of(const Operand &operand, std::string &scratch) const;
    std::optional<Numeric> numberOf(const Operand &operand) const; // of type Number

private:
    std::optional<Value> ofField(Field field) const;
    std::optional<Value> ofReference(Field field) const;
    std::optional<Value> ofCall(const Operand &call, std::string &scratch) const;
    std::optional<Value> readNumber(const Operand &call, std::span<const std::byte> bytes) const;

    const MessageView &m_message;
    const MessageReference *m_reference = nullptr;
};

std::span<const std::byte> bytesOf(std::string_view text);

} // namespace ipclens::filter
