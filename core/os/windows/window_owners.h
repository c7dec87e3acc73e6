// Whom windows belong to.
#pragma once

#include "core/model/message.h"
#include "core/model/window.h"
#include "core/os/windows/sender_names.h"

#include <array>
#include <memory>

namespace ipclens {

struct WindowOwner {
    Sender process;
    std::string title;
};

// Owner and title of a window at this moment. Remembers for 100 ms, because asking is a round trip to another process
// under Wine. For one thread.
class WindowOwners {
public:
    // `senders` outlives this.
    explicit WindowOwners(SenderNames &senders) : m_senders(senders) {}

    // None: there is no such window.
    std::shared_ptr<const WindowOwner> of(std::uint64_t window);

private:
    struct Entry {
        std::uint64_t window = 0;
        std::uint64_t asked = 0; // GetTickCount64()
        std::shared_ptr<const WindowOwner> owner;
    };

    std::shared_ptr<const WindowOwner> ask(std::uint64_t window);

    SenderNames &m_senders;
    std::array<Entry, 32> m_entries;
};

// What a message says of its sender and its receiver.
void setSender(Message &message, const WindowOwner &owner);
void setReceiver(Message &message, const Window &window);

} // namespace ipclens
