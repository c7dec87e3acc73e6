// What a capture consists of while it grows: who talks to whom, with which messages, how large, how fast, and what is missing.
#pragma once

#include "core/traffic/capture_file.h"

#include <array>
#include <unordered_map>
#include <vector>

namespace ipclens {

// Counts messages as they come in; memory grows with the number of different endpoints, not with that of messages. Rows
// of a table keep their place: the n-th is always about the same. One thread.
class TrafficStatistics {
public:
    // Of each table; what comes after so many different ones is counted together.
    static constexpr std::size_t mostRows = 10'000;

    struct Volume {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0; // true sizes
        bool operator==(const Volume &) const = default;
    };
    struct Times {
        std::int64_t first = 0; // nanoseconds since 1970 UTC
        std::int64_t last = 0;
        std::int64_t length() const { return last - first; }
        bool operator==(const Times &) const = default;
    };
    // How long handlers took, nanoseconds.
    struct Durations {
        std::uint64_t count = 0;
        std::int64_t least = 0;
        std::int64_t most = 0;
        std::int64_t sum = 0;
        double mean() const { return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count); }
        bool operator==(const Durations &) const = default;
    };

    // A window and the process it belongs to, as the messages say. Both unknown: a registered message does not say who
    // sent it.
    struct Party {
        ProcessKey process;
        std::uint64_t window = 0;
        std::string name; // executable
        bool operator==(const Party &) const = default;
    };
    struct Endpoint {
        Party party;
        Volume sent;
        Volume received;
        Times times;
    };
    // Between two parties, whoever began.
    struct Conversation {
        std::size_t first = 0; // endpoints; `first` sent the first message
        std::size_t second = 0;
        Volume forth; // from first to second
        Volume back;
        Durations durations;
        Times times;
    };
    // Messages of one kind and number, or name.
    struct Id {
        MessageKind kind = MessageKind::CopyData;
        std::uint64_t id = 0; // dwData; of registered messages the number seen first
        std::string name;
        Volume volume;
        std::uint64_t least = 0; // size
        std::uint64_t most = 0;
        std::uint64_t failed = 0; // a relay had no answer
        Durations durations;
        Times times;
    };
    // What one inbox, relay or tap took.
    struct InboxCount {
        std::uint64_t inbox = 0;
        Volume volume;
        std::uint64_t seen = 0;          // also those that pass() was told of
        std::uint64_t firstSequence = 0; // of those seen
        std::uint64_t lastSequence = 0;
        std::uint64_t truncated = 0;  // payloads
        std::uint64_t cutBytes = 0;   // true sizes less what was kept
        std::uint64_t unanswered = 0; // no outcome seen
        std::string name;             // in the capture; empty when it says nothing
        std::optional<InboxCounts> counts; // its own, as far as the capture has them
        // Numbers between the first and the last that no message has: dropped, let go, or left out when it was
        // captured.
        std::uint64_t missing() const
        {
            const auto numbers = lastSequence - firstSequence + 1;
            return seen == 0 || numbers < seen ? 0 : numbers - seen;
        }
    };

    void add(const MessageView &message);
    // One that is not counted, but is there: its number is not missing.
    void pass(const MessageView &message);
    void tellInbox(std::uint64_t inbox, const std::string &name, const std::optional<InboxCounts> &counts);
    // The message was added before it was answered, and has its outcome now.
    void answered(const MessageView &message);
    void clear();

    Volume total() const { return m_total; }
    Times times() const { return m_times; }
    Durations durations() const { return m_durations; }
    // In the order in which they appeared. The last of mostRows + 1 stands for all others: its party, or its id, says
    // nothing.
    const std::vector<Endpoint> &endpoints() const { return m_endpoints; }
    const std::vector<Conversation> &conversations() const { return m_conversations; }
    const std::vector<Id> &ids() const { return m_ids; }
    const std::vector<InboxCount> &inboxes() const { return m_inboxes; }

    // Of WM_COPYDATA messages by size: [0] of none, [n] of 2^(n-1) to 2^n - 1 bytes.
    const std::array<Volume, 65> &sizes() const { return m_sizes; }

    // A second over the whole time; 0 when that is shorter than a second.
    double messagesPerSecond() const;
    double bytesPerSecond() const;
    // The busiest second of the clock, of messages and of bytes. Messages may come up to a minute out of order.
    Volume peak() const { return m_peak; }

private:
    using Places = std::unordered_map<std::string, std::size_t>;

    std::size_t endpointOf(const ProcessKey &process, std::uint64_t window, std::string_view name);
    Conversation &conversationOf(std::size_t from, std::size_t to);
    Id &idOf(const MessageView &message);
    InboxCount &inboxOf(std::uint64_t inbox);
    void addDuration(const MessageView &message, Conversation &conversation, Id &id);
    void addToSecond(std::int64_t time, std::uint64_t bytes);

    struct Second {
        std::int64_t number = -1;
        Volume volume;
    };

    Volume m_total;
    Times m_times;
    Durations m_durations;
    std::vector<Endpoint> m_endpoints;
    std::vector<Conversation> m_conversations;
    std::vector<Id> m_ids;
    std::vector<InboxCount> m_inboxes;
    std::array<Volume, 65> m_sizes{};
    std::array<Second, 64> m_seconds{}; // the latest, by number modulo 64
    Volume m_peak;
    std::string m_key; // scratch
    Places m_endpointPlaces, m_idPlaces;
    std::unordered_map<std::uint64_t, std::size_t> m_conversationPlaces, m_inboxPlaces;
};

} // namespace ipclens
