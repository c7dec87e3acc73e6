// Which messages of a capture are shown.
#pragma once

#include "core/model/message.h"
#include "core/traffic/traffic_buckets.h"

namespace ipclens {

// A text to be found anywhere in a message, and a time range it must lie in. Upper and lower case of A to Z are the
// same. Payload bytes are searched as they are, as UTF-8 and as UTF-16, so that matching decodes nothing.
class MessageFilter {
public:
    MessageFilter() = default; // matches everything
    explicit MessageFilter(std::string text, std::optional<TimeRange> time = std::nullopt);

    bool isEmpty() const { return m_text.empty() && !m_time; }
    const std::string &text() const { return m_text; }
    const std::optional<TimeRange> &time() const { return m_time; }

    bool matches(const Message &message) const;

private:
    bool matchesNumber(std::uint64_t number) const;

    std::string m_text;  // lower case, UTF-8
    std::string m_utf16; // the same as UTF-16 bytes, little endian
    std::optional<TimeRange> m_time;
};

// Does `text` have `part` in it, whatever the case of A to Z? `part` must be lower case. Empty is in everything.
bool containsIgnoringCase(std::string_view text, std::string_view part);

// What users see as the kind: "WM_COPYDATA" or "registered".
std::string_view toText(MessageKind kind);

} // namespace ipclens
