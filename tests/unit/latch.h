// std::latch for tests. GCC 12's own loses wake-ups where the system has no futex, which is Windows: its waiters then hang.
#pragma once

#include <condition_variable>
#include <mutex>

namespace ipclens::test {

class Latch {
public:
    explicit Latch(int count) : m_left(count) {}

    void count_down()
    {
        const std::scoped_lock lock(m_mutex); // held to the end: a waiter may destroy this as soon as it wakes
        if (--m_left == 0)
            m_done.notify_all();
    }
    void wait()
    {
        std::unique_lock lock(m_mutex);
        m_done.wait(lock, [this] { return m_left <= 0; });
    }
    void arrive_and_wait()
    {
        count_down();
        wait();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_done;
    int m_left;
};

} // namespace ipclens::test
