// Looking for a text anywhere in a message.
#pragma once

#include "core/traffic/message_view.h"

#include <vector>

namespace ipclens {

// Upper and lower case of A to Z are the same. Payload bytes are searched as they are, for the text in each of
// encodingsOf(), so that matching decodes nothing. Numbers are found in decimal and in hex.
class MessageSearch {
public:
    MessageSearch() = default; // finds everything
    explicit MessageSearch(std::string_view text);

    bool isEmpty() const { return m_text.empty(); }
    bool matches(const MessageView &message) const;
    // Is it in what many messages have in common: kind, names, sender?
    bool matchesContext(const MessageView &message) const;

private:
    bool matchesNumber(std::uint64_t number) const;

    std::string m_text;                   // lower case, UTF-8
    std::vector<std::string> m_inPayload; // the same in the encodings of payloads
};

// Does `text` have `part` in it, whatever the case of A to Z? `part` must be lower case. Empty is in everything.
bool containsIgnoringCase(std::string_view text, std::string_view part);

// What users see as the kind: "WM_COPYDATA" or "registered".
std::string_view toText(MessageKind kind);

} // namespace ipclens
