// Sends many messages: repeated ones, and recorded ones once more.
#pragma once

#include "core/session/commands.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace ipclens {

// One thread for each series. Thread-safe; `give` is called on the series' threads.
class SeriesRuns {
public:
    static constexpr std::size_t mostRuns = 16;

    SeriesRuns(System &system, std::function<void(Event)> give);
    ~SeriesRuns();

    // Finds the window, which may take long. Nothing is sent before start().
    Result<SeriesStarted> add(StartSeries command, std::stop_token stop);
    void start(SeriesId series);
    // Forgets a series that was not started.
    void discard(SeriesId series);
    // `added` is told when the series wants more, or at once when it takes none; any thread.
    void append(AddToSeries command, std::move_only_function<void(Result<Done>)> added);
    // Asks it to end: its last update follows.
    Result<Done> end(SeriesId series);
    // Ends all and waits for the messages under way.
    void stop();

private:
    class Run;

    std::shared_ptr<Run> find(SeriesId series);
    void forgetFinished();

    System &m_system;
    const std::function<void(Event)> m_give;
    std::mutex m_mutex; // guards what follows
    std::map<SeriesId, std::shared_ptr<Run>> m_runs;
    SeriesId m_last = 0;
};

// `data` with its variables replaced, as SeriesVariables says. `time`: nanoseconds since 1970 UTC.
Bytes withVariables(const Bytes &data, SeriesVariables variables, std::uint64_t number, std::int64_t time);

} // namespace ipclens
