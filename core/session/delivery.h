// Brings what inboxes received to the user.
#pragma once

#include "core/session/commands.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace ipclens {

// One thread that empties all open inboxes about every 10 ms and gives batches of bounded size. Thread-safe; close() waits
// for the last batch to be taken.
class Delivery {
public:
    static constexpr std::size_t mostMessages = 1024;                  // in one batch
    static constexpr std::uint64_t mostBytes = std::uint64_t{4} << 20; // payload in one batch, unless one message is larger

    explicit Delivery(std::function<void(Event)> give);
    ~Delivery();

    InboxId add(std::unique_ptr<Inbox> inbox); // nothing is given before start()
    void start(InboxId inbox);
    bool setCapturing(InboxId inbox, bool on); // false: there is none
    bool close(InboxId inbox); // gives what is left; false: there is none
    void stop();

private:
    struct Open;

    std::shared_ptr<Open> find(InboxId inbox);
    void run(std::stop_token stop);
    void deliver(Open &open);

    const std::function<void(Event)> m_give;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::map<InboxId, std::shared_ptr<Open>> m_open;
    InboxId m_lastInbox = 0;
    std::jthread m_thread;
};

} // namespace ipclens
