// Events on their way from the connection's thread to the one that prints them, together with all that may end the
// waiting.
#pragma once

#include "core/session/commands.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace ipclens {

// Thread-safe. One thread takes; any may put. Shared by the sinks of a connection and the handlers of the console,
// which may outlive the one who takes.
class EventQueue {
public:
    enum class Wake {
        Event,       // `event` holds the next one
        Interrupted, // the user asked to end; told once
        Finished,    // finish() was called and all events before it were taken
        Lost,        // the far end is gone and all events before were taken; see lostError()
        Poked,       // poke() was called; told once
        Deadline     // nothing happened in time
    };
    using Time = std::chrono::steady_clock::time_point;

    // Waits while the queue is full, which holds the far end back.
    void push(Event event);
    void interrupt();
    void poke(); // somebody has something for the one who waits
    void finish();
    void lose(Error error);
    // From now on push() neither waits nor keeps anything.
    void close();

    // Waits for the next thing to happen.
    Wake next(Event &event, std::optional<Time> deadline = {});
    Error lostError() const;

private:
    static constexpr std::size_t capacity = 64;

    mutable std::mutex m_mutex;
    std::condition_variable m_notEmpty;
    std::condition_variable m_notFull;
    std::deque<Event> m_events;
    bool m_interrupted = false;
    bool m_poked = false;
    bool m_finished = false;
    bool m_closed = false;
    std::optional<Error> m_lost;
};

} // namespace ipclens
