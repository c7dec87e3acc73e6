// Which message of a capture an answer belongs to that stands behind it.
#pragma once

#include "core/traffic/capture_file.h"

#include <functional>
#include <unordered_map>

namespace ipclens {

// Remembers messages that were not answered yet. Merged captures have several of one inbox and number: an answer
// belongs to that of the moment it tells, else to the last one before it, of the same interface if there is one. One
// thread.
class UnansweredMessages {
public:
    using Place = std::uint64_t; // the caller's
    struct Key {
        std::uint64_t inbox = 0;
        std::uint64_t sequence = 0;
        bool operator==(const Key &) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key &key) const { return (key.sequence << 8 ^ key.inbox) * 0x9E37'79B9'7F4A'7C15; }
    };

    void add(const MessageView &message, std::uint32_t interface, Place place);
    // Forgets the message that this answers, and gives its place; none: it is not among them.
    std::optional<Place> take(const LateAnswer &answer, std::uint32_t interface);
    // Forgets all before that place.
    void forgetBefore(Place place);
    std::size_t size() const { return m_waiting.size(); }

private:
    struct Waiting {
        Place place = 0;
        std::int64_t time = 0;
        std::uint32_t interface = 0;
    };

    std::unordered_multimap<Key, Waiting, Hash> m_waiting;
};

// The answers of a whole capture that stand on their own, by their messages' places in it: 0, 1, 2, ...
struct LateAnswers {
    std::unordered_map<std::uint64_t, MessageOutcome> answers;
    std::uint64_t unmatched = 0; // of messages that are not in it
};
// `readAll` gives all items from the first on, each time it is called: twice.
LateAnswers findLateAnswers(const std::function<void(const std::function<void(const CaptureItem &)> &)> &readAll);

} // namespace ipclens
