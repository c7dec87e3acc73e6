// Whom windows belong to.
#pragma once

#include "core/model/message.h"
#include "core/model/window.h"
#include "core/os/windows/sender_names.h"

#include <array>

namespace ipclens {

struct WindowOwner {
    Sender process; // pid 0: there is no such window
    std::string title;
};

// Owner and title of a window at this moment. Remembers for 100 ms, because asking is a round trip to another process
// under Wine. For one thread.
class WindowOwners {
public:
    // `senders` outlives this.
    explicit WindowOwners(SenderNames &senders) : m_senders(senders) {}

    const WindowOwner &of(std::uint64_t window);

private:
    struct Entry {
        std::uint64_t window = 0;
        std::uint64_t asked = 0; // GetTickCount64()
        WindowOwner owner;
    };

    void ask(Entry &entry);

    SenderNames &m_senders;
    std::array<Entry, 32> m_entries;
};

// What a message says of its sender and its receiver.
void setSender(Message &message, const WindowOwner &owner);
void setReceiver(Message &message, const Window &window);

} // namespace ipclens
