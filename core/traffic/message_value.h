// A number that messages have, named as in a filter: "size", "u32(payload, 4)", "len(payload)", "size / 4".
#pragma once

#include "core/text/text_problem.h"
#include "core/traffic/message_view.h"

#include <memory>
#include <optional>

namespace ipclens {

namespace filter {
struct Operand;
}

// A parsed value, cheap to copy. One thread at a time, copies included.
class MessageValue {
public:
    // The problem names the part of the text that is wrong.
    static Parsed<MessageValue> parse(std::string_view text);

    // None when the message does not have it, and for numbers that are none (NaN, infinite).
    std::optional<double> of(const MessageView &message) const;

private:
    std::shared_ptr<const filter::Operand> m_value;
};

} // namespace ipclens
