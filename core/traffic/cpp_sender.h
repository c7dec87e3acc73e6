// Messages as the source of a program that sends them again.
#pragma once

#include "core/traffic/message_view.h"

#include <map>
#include <set>
#include <span>

namespace ipclens {

// Writes a C++11 program for Windows that needs nothing but the system, in pieces. It finds its receiver by class and
// title (its arguments, or those of the inbox that took all messages), sends the messages with their recorded pauses,
// prints the answers and says which differ from the recorded ones. One thread.
class CppSender {
public:
    static constexpr std::uint64_t mostBytes = std::uint64_t{16} << 20; // of payloads
    static constexpr std::uint64_t mostMessages = 100'000;

    CppSender();
    // Invalid: what cannot be sent again, as a payload that was cut; OutOfRange: it would be too much for a source
    // file.
    Result<void> add(const MessageView &message);
    // Behind the last message. OutOfRange: there was none.
    Result<void> finish(const std::map<std::uint64_t, std::string> &inboxNames = {});
    // The text since the last call.
    std::string take() { return std::exchange(m_text, {}); }

private:
    std::string m_text;
    std::string m_rows; // of the table, which follows the payloads
    std::set<std::uint64_t> m_inboxes;
    std::uint64_t m_count = 0;
    std::uint64_t m_bytes = 0;
    std::int64_t m_before = 0;
};

// All of it at once.
Result<std::string> cppSender(std::span<const Message> messages,
                              const std::map<std::uint64_t, std::string> &inboxNames = {});

} // namespace ipclens
