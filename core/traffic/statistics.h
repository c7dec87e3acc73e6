// What a capture amounts to: who sent what to whom, how much of it, and how fast.
#pragma once

#include "core/traffic/message_view.h"

#include <array>
#include <map>

namespace ipclens {

// Adds up messages in any order; two can be added together. What is kept grows with the number of ends and names, not
// of messages. A plain value.
class TrafficStatistics {
public:
    // One end of messages.
    struct End {
        ProcessKey process;
        std::string name;
        std::uint64_t window = 0; // only of ends without a process
        auto operator<=>(const End &other) const
        {
            return std::tie(process.pid, process.created, name, window) <=>
                   std::tie(other.process.pid, other.process.created, other.name, other.window);
        }
        bool operator==(const End &) const = default;
    };
    struct Counts {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0; // true sizes of payloads
        std::uint64_t answered = 0;
        std::uint64_t failed = 0;
        std::int64_t duration = 0; // nanoseconds that senders waited, of the answered ones
        std::int64_t longest = 0;
        void add(const Counts &other);
    };
    struct EndCounts {
        Counts sent;
        Counts received;
    };
    struct Id {
        MessageKind kind = MessageKind::CopyData;
        std::uint64_t id = 0; // of a registered message its name counts: its number changes from logon to logon
        std::string name;
        auto operator<=>(const Id &) const = default;
    };
    // Of payloads: 0, 1, 2 to 3, 4 to 7, ... bytes; 64 and more powers of two.
    static constexpr std::size_t sizeClasses = 65;
    static std::size_t sizeClass(std::uint64_t size);
    static std::pair<std::uint64_t, std::uint64_t> sizesOf(std::size_t sizeClass); // both included

    void add(const MessageView &message);
    void add(const TrafficStatistics &other);

    Counts total;
    std::map<End, EndCounts> ends;
    std::map<std::pair<End, End>, Counts> conversations; // from, to
    std::map<Id, Counts> ids;
    std::array<Counts, sizeClasses> sizes{};
    std::int64_t first = 0; // nanoseconds since 1970 UTC; both 0 without messages
    std::int64_t last = 0;
    std::uint64_t truncated = 0;
    std::uint64_t posted = 0;

    // Messages and bytes a second, from the first to the last message; 0 where all are of one moment.
    double messagesPerSecond() const;
    double bytesPerSecond() const;
    // The most messages in one second of the clock.
    std::uint64_t busiestSecond() const;
    // Numbers left out between the first and the last message of an inbox: dropped, or taken out of the file.
    std::uint64_t missing() const;

    static End senderOf(const MessageView &message);
    static End receiverOf(const MessageView &message);

private:
    struct Numbers {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::uint64_t count = 0;
    };
    std::map<std::uint64_t, Numbers> m_inboxes;
    std::map<std::int64_t, std::uint64_t> m_seconds;
};

// "demo.exe 1234", "window 0x10042", "unknown".
std::string toText(const TrafficStatistics::End &end);
// One line without a newline.
std::string toJson(const TrafficStatistics &statistics);

} // namespace ipclens
