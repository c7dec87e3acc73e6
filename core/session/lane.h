// Threads that do jobs.
#pragma once

#include "core/session/stop_and_join.h"

#include <deque>
#include <functional>
#include <stop_token>

namespace ipclens {

// One thread that does jobs one after another, in the order they came. Destroying it waits for the job under way and
// forgets the others.
class Lane {
public:
    static constexpr std::size_t mostWaiting = 4096;

    Lane() : m_thread([this](std::stop_token stop) { run(stop); }) {}
    ~Lane() { stop(); }

    // Whoever adds looks here first.
    bool isFull()
    {
        const std::scoped_lock lock(m_mutex);
        return m_waiting.size() >= mostWaiting;
    }

    void add(std::move_only_function<void()> job)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_waiting.push_back(std::move(job));
        }
        m_added.notify_one();
    }

    // Takes up no further job and waits for the one under way.
    void stop() { stopAndJoin(m_thread, m_mutex, m_added); }

private:
    void run(std::stop_token stop)
    {
        std::unique_lock lock(m_mutex);
        for (;;) {
            m_added.wait(lock, [&] { return stop.stop_requested() || !m_waiting.empty(); });
            if (stop.stop_requested())
                return;
            auto job = std::move(m_waiting.front());
            m_waiting.pop_front();
            lock.unlock();
            job();
            job = nullptr; // what it holds on to is destroyed without the lock
            lock.lock();
        }
    }

    std::mutex m_mutex;
    std::condition_variable m_added;
    std::deque<std::move_only_function<void()>> m_waiting;
    std::jthread m_thread;
};

} // namespace ipclens
