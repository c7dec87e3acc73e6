// Holds values in memory by writing them again and again.
#pragma once

#include "core/session/sources.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

namespace ipclens {

// One thread for all items. Each time it looks first, and writes only what is different. Its functions are thread-safe;
// those that stop items wait until a write under way is done, so that none comes after them.
class Freezer {
public:
    static constexpr std::size_t mostItems = 1024;
    static constexpr std::size_t mostBytes = 4096; // of one item
    static constexpr double slowest = 0.1, fastest = 1000; // Hz

    // `sources` outlives this. `give` is told on the thread of the freezer.
    Freezer(const Sources &sources, std::function<void(Event)> give);
    ~Freezer() { stop(); }

    // Whether an item may be frozen at all: its rate, size and rule.
    static Result<void> check(const FrozenItem &item);

    // Of an item whose bytes are `held`: what is to be there when `found` is. Equal to `found`: nothing to write.
    static Bytes wanted(const FrozenItem &item, const Bytes &found);

    // With its number.
    Result<FrozenItem> add(FrozenItem item);
    bool remove(FreezeId id); // false: there is none
    void removeAll();
    void removeSource(SourceId source); // tells that they are gone
    void setOn(bool on);
    FrozenList list() const;
    void stop();

private:
    using Clock = std::chrono::steady_clock;
    struct Entry;

    void run(std::stop_token stop);
    std::shared_ptr<Entry> mostUrgent() const;
    void rewrite(Entry &entry, std::unique_lock<std::mutex> &lock);
    void waitForWrite(std::unique_lock<std::mutex> &lock);
    template <class Which>
    std::size_t erase(std::unique_lock<std::mutex> &lock, Which which);

    const Sources &m_sources;
    const std::function<void(Event)> m_give;
    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::condition_variable m_idle;
    std::vector<std::shared_ptr<Entry>> m_entries;
    std::vector<FrozenChanged> m_news; // to be given
    bool m_on = true;
    bool m_isWriting = false;
    std::uint64_t m_writes = 0; // that are done
    FreezeId m_last = 0;
    std::uint64_t m_changes = 0; // of the list, its deadlines or the news
    std::jthread m_thread;
};

} // namespace ipclens
