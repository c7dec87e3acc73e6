#include "app/cli/event_queue.h"

#include <utility>

namespace ipclens {

void EventQueue::push(Event event)
{
    std::unique_lock lock(m_mutex);
    m_notFull.wait(lock, [this] { return m_closed || m_events.size() < capacity; });
    if (m_closed)
        return;
    m_events.push_back(std::move(event));
    m_notEmpty.notify_one();
}

void EventQueue::interrupt()
{
    const std::scoped_lock lock(m_mutex);
    m_interrupted = true;
    m_notEmpty.notify_one();
}

void EventQueue::poke()
{
    const std::scoped_lock lock(m_mutex);
    m_poked = true;
    m_notEmpty.notify_one();
}

void EventQueue::finish()
{
    const std::scoped_lock lock(m_mutex);
    m_finished = true;
    m_notEmpty.notify_one();
}

void EventQueue::lose(Error error)
{
    const std::scoped_lock lock(m_mutex);
    m_lost = std::move(error);
    m_notEmpty.notify_one();
}

void EventQueue::close()
{
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
    m_events.clear();
    m_notFull.notify_all();
}

EventQueue::Wake EventQueue::next(Event &event, std::optional<Time> deadline)
{
    std::unique_lock lock(m_mutex);
    const auto happened = [this] { return m_interrupted || m_poked || !m_events.empty() || m_finished || m_lost; };
    if (!deadline)
        m_notEmpty.wait(lock, happened);
    else if (!m_notEmpty.wait_until(lock, *deadline, happened))
        return Wake::Deadline;
    if (std::exchange(m_interrupted, false))
        return Wake::Interrupted;
    if (std::exchange(m_poked, false))
        return Wake::Poked;
    if (!m_events.empty()) {
        event = std::move(m_events.front());
        m_events.pop_front();
        m_notFull.notify_one();
        return Wake::Event;
    }
    return m_finished ? Wake::Finished : Wake::Lost;
}

Error EventQueue::lostError() const
{
    const std::scoped_lock lock(m_mutex);
    return m_lost.value_or(Error{});
}

} // namespace ipclens
