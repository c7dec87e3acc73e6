// Ending a thread that waits on a condition variable.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace ipclens {

// Requests the stop, wakes the thread and waits for it. The thread waits on `changed` with `mutex` and looks at its stop token in
// the condition. Not condition_variable_any with the token: its stop callback relies on atomic waiting, which loses
// wake-ups in GCC 12's library where there is no futex, which is Windows.
inline void stopAndJoin(std::jthread &thread, std::mutex &mutex, std::condition_variable &changed)
{
    {
        const std::scoped_lock lock(mutex); // so that the thread is before its look or already waiting
        thread.request_stop();
    }
    changed.notify_all();
    if (thread.joinable())
        thread.join();
}

} // namespace ipclens
