#include "core/session/delivery.h"

#include "core/session/stop_and_join.h"

#include <algorithm>
#include <array>

namespace ipclens {

struct Delivery::Open {
    explicit Open(std::unique_ptr<Inbox> opened) : inbox(std::move(opened)) {}

    const std::unique_ptr<Inbox> inbox;
    InboxId id = 0;
    std::mutex taking; // guards what follows; held while what was taken is given, which may block
    bool started = false;
    bool closed = false;
    std::array<std::uint64_t, 5> told{}; // the counts last given
};

Delivery::Delivery(std::function<void(Event)> give)
    : m_give(std::move(give)), m_thread([this](std::stop_token stop) { run(stop); })
{
}

Delivery::~Delivery()
{
    stop();
}

void Delivery::stop()
{
    stopAndJoin(m_thread, m_mutex, m_changed);
}

InboxId Delivery::add(std::unique_ptr<Inbox> inbox)
{
    auto open = std::make_shared<Open>(std::move(inbox));
    InboxId id = 0;
    {
        const std::scoped_lock lock(m_mutex);
        open->id = id = ++m_lastInbox;
        m_open.emplace(id, std::move(open));
    }
    m_changed.notify_one();
    return id;
}

std::shared_ptr<Delivery::Open> Delivery::find(InboxId inbox)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_open.find(inbox);
    return found == m_open.end() ? nullptr : found->second;
}

void Delivery::start(InboxId inbox)
{
    const auto open = find(inbox);
    if (!open)
        return;
    const std::scoped_lock lock(open->taking);
    open->started = true;
}

bool Delivery::setCapturing(InboxId inbox, bool on)
{
    const auto open = find(inbox);
    if (!open)
        return false;
    open->inbox->setCapturing(on);
    return true;
}

bool Delivery::close(InboxId inbox)
{
    std::shared_ptr<Open> open;
    {
        const std::scoped_lock lock(m_mutex);
        auto entry = m_open.extract(inbox);
        if (!entry)
            return false;
        open = std::move(entry.mapped());
    }
    const std::scoped_lock lock(open->taking);
    open->started = true;
    open->inbox->close();
    deliver(*open);
    open->closed = true;
    return true;
}

// With `open.taking` held.
void Delivery::deliver(Open &open)
{
    if (open.closed || !open.started)
        return;
    Arrivals arrivals = open.inbox->take();
    const std::array counts{arrivals.received, arrivals.dropped, arrivals.droppedBytes, arrivals.truncated, arrivals.skipped};
    if (arrivals.messages.empty() && arrivals.outcomes.empty() && !arrivals.ended && !arrivals.notice &&
        counts == open.told)
        return;
    open.told = counts;
    for (Message &message : arrivals.messages)
        message.inbox = open.id;
    auto rest = std::span(arrivals.messages);
    do {
        MessageBatch batch{.inbox = open.id,
                           .received = arrivals.received,
                           .dropped = arrivals.dropped,
                           .droppedBytes = arrivals.droppedBytes,
                           .truncated = arrivals.truncated,
                           .outcomes = std::exchange(arrivals.outcomes, {}),
                           .skipped = arrivals.skipped,
                           .ended = {},
                           .notice = std::exchange(arrivals.notice, {})};
        std::size_t count = 0;
        for (std::uint64_t bytes = 0; count < std::min(rest.size(), mostMessages); ++count) {
            bytes += rest[count].payload.size();
            for (const MessageReference &reference : rest[count].references)
                bytes += reference.bytes.size();
            if (count > 0 && bytes > mostBytes)
                break;
        }
        if (count == arrivals.messages.size()) {
            batch.messages = std::move(arrivals.messages);
            rest = {};
        } else {
            const auto first = rest.first(count);
            batch.messages.assign(std::move_iterator(first.begin()), std::move_iterator(first.end()));
            rest = rest.subspan(count);
        }
        if (rest.empty())
            batch.ended = std::move(arrivals.ended);
        m_give(std::move(batch));
    } while (!rest.empty());
}

void Delivery::run(std::stop_token stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (m_open.empty()) {
            m_changed.wait(lock, [&] { return stop.stop_requested() || !m_open.empty(); });
            continue;
        }
        std::vector<std::shared_ptr<Open>> all;
        for (const auto &[id, open] : m_open)
            all.push_back(open);
        lock.unlock();
        for (const auto &open : all) {
            // One that is being closed gives the rest itself, and a tap's end can take seconds.
            const std::unique_lock taking(open->taking, std::try_to_lock);
            if (taking)
                deliver(*open);
        }
        all.clear();
        lock.lock();
        // Not with a condition: that would ask again and again until the last part of a millisecond, which no wait of
        // Windows takes, is over.
        if (!stop.stop_requested())
            m_changed.wait_for(lock, std::chrono::milliseconds(10));
    }
}

} // namespace ipclens
