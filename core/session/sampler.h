// Reads watched memory again and again, and tells what changed.
#pragma once

#include "core/session/commands.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace ipclens {

// One thread for all watches. Its functions are thread-safe and never wait for it. Updates are given on its thread; while
// that takes long, ticks are missed and counted.
class Sampler {
public:
    static constexpr std::size_t mostWatches = 1024;
    static constexpr std::size_t mostRanges = 4096;
    static constexpr std::uint64_t mostBytes = std::uint64_t{64} << 20;
    static constexpr double slowest = 0.1, fastest = 1000; // Hz

    explicit Sampler(std::function<void(Event)> give);
    ~Sampler();

    // Does not begin before start().
    Result<WatchId> add(SourceId source, std::shared_ptr<MemorySource> memory, std::vector<AddressRange> ranges,
                        double rate);
    void start(WatchId watch);
    bool remove(WatchId watch); // false: there is none. An update under way may still come.
    void removeSource(SourceId source);
    void replaceSource(SourceId source, std::shared_ptr<MemorySource> memory); // its watches go on with `memory`
    void stop();

private:
    using Clock = std::chrono::steady_clock;
    struct Watch;

    void run(std::stop_token stop);
    std::shared_ptr<Watch> mostUrgent() const;

    const std::function<void(Event)> m_give;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::vector<std::shared_ptr<Watch>> m_watches;
    WatchId m_lastWatch = 0;
    std::uint64_t m_changes = 0; // of the list or its deadlines
    std::jthread m_thread;
};

} // namespace ipclens
