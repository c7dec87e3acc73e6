#include "core/session/sampler.h"

#include "core/session/stop_and_join.h"
#include "core/session/watched_ranges.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include <fmt/format.h>

namespace ipclens {

// Guarded by the sampler's mutex down to the line; below it used by the sampler's thread alone.
struct Sampler::Watch {
    explicit Watch(std::vector<AddressRange> watched) : ranges(std::move(watched)) {}

    WatchId id = 0;
    SourceId source = 0;
    std::shared_ptr<MemorySource> memory;
    Clock::duration period{}; // never changes
    bool started = false;
    Clock::time_point next;
    std::atomic<bool> removed = false;
    // ----
    std::uint64_t tick = 0;
    std::uint64_t missed = 0;
    WatchedRanges ranges;

    void countTicks(Clock::time_point now);
    std::optional<WatchUpdate> sample(MemorySource &from);
};

namespace {

Failure limitExceeded(std::string object, std::string meaning)
{
    return Failure(Error{.kind = ErrorKind::OutOfRange,
                         .operation = "start a watch",
                         .object = std::move(object),
                         .meaning = std::move(meaning)});
}

Result<void> checkRequest(const std::vector<AddressRange> &ranges, double rate)
{
    if (!(rate >= Sampler::slowest && rate <= Sampler::fastest)) // also refuses what is not a number
        return limitExceeded(fmt::format("rate {}", rate),
                             fmt::format("a rate is {} to {} Hz", Sampler::slowest, Sampler::fastest));
    if (ranges.empty() || ranges.size() > Sampler::mostRanges)
        return limitExceeded(fmt::format("{} ranges", ranges.size()),
                             fmt::format("a watch has 1 to {} ranges", Sampler::mostRanges));
    std::uint64_t total = 0;
    for (const AddressRange &range : ranges) {
        if (range.size == 0 || range.begin + range.size < range.begin)
            return limitExceeded(fmt::format("range of {} bytes at 0x{:x}", range.size, range.begin),
                                 "a range has at least one byte and ends below 2^64");
        if (range.size > Sampler::mostBytes - total)
            return limitExceeded("ranges", fmt::format("a watch has at most {} bytes in all", Sampler::mostBytes));
        total += range.size;
    }
    return {};
}

} // namespace

// Moves the deadline on, over the ticks whose time has passed.
void Sampler::Watch::countTicks(Clock::time_point now)
{
    const auto passed = now > next ? (now - next) / period : 0;
    tick += 1 + static_cast<std::uint64_t>(passed);
    missed += static_cast<std::uint64_t>(passed);
    next += period * (1 + passed);
}

std::optional<WatchUpdate> Sampler::Watch::sample(MemorySource &from)
{
    WatchUpdate update{.watch = id, .tick = tick, .missed = missed};
    return ranges.look(from, update) ? std::optional(std::move(update)) : std::nullopt;
}

Sampler::Sampler(std::function<void(Event)> give)
    : m_give(std::move(give)), m_thread([this](std::stop_token stop) { run(stop); })
{
}

Sampler::~Sampler()
{
    stop();
}

void Sampler::stop()
{
    stopAndJoin(m_thread, m_mutex, m_changed);
}

Result<WatchId> Sampler::add(SourceId source, std::shared_ptr<MemorySource> memory, std::vector<AddressRange> ranges,
                             double rate)
{
    if (auto checked = checkRequest(ranges, rate); !checked)
        return Failure(checked.error());
    auto watch = std::make_shared<Watch>(std::move(ranges));
    watch->source = source;
    watch->memory = std::move(memory);
    watch->period = std::chrono::round<Clock::duration>(std::chrono::duration<double>(1 / rate));
    const std::scoped_lock lock(m_mutex);
    if (m_watches.size() >= mostWatches)
        return limitExceeded(fmt::format("source {}", source),
                             fmt::format("a session has at most {} watches", mostWatches));
    watch->id = ++m_lastWatch;
    m_watches.push_back(std::move(watch));
    return m_lastWatch;
}

void Sampler::start(WatchId id)
{
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = std::ranges::find(m_watches, id, &Watch::id);
        if (found == m_watches.end())
            return;
        (*found)->started = true;
        (*found)->next = Clock::now();
        ++m_changes;
    }
    m_changed.notify_one();
}

bool Sampler::remove(WatchId id)
{
    const std::scoped_lock lock(m_mutex);
    return std::erase_if(m_watches, [id](const auto &watch) {
               if (watch->id != id)
                   return false;
               watch->removed = true;
               return true;
           }) > 0;
}

void Sampler::removeSource(SourceId source)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_watches, [source](const auto &watch) {
        if (watch->source != source)
            return false;
        watch->removed = true;
        return true;
    });
}

void Sampler::replaceSource(SourceId source, std::shared_ptr<MemorySource> memory)
{
    const std::scoped_lock lock(m_mutex);
    for (const auto &watch : m_watches)
        if (watch->source == source)
            watch->memory = memory;
}

std::shared_ptr<Sampler::Watch> Sampler::mostUrgent() const
{
    std::shared_ptr<Watch> first;
    for (const auto &watch : m_watches)
        if (watch->started && (!first || watch->next < first->next))
            first = watch;
    return first;
}

void Sampler::run(std::stop_token stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        const auto seen = m_changes;
        const auto isChanged = [&] { return stop.stop_requested() || m_changes != seen; };
        const auto watch = mostUrgent();
        if (!watch) {
            m_changed.wait(lock, isChanged);
            continue;
        }
        const auto now = Clock::now();
        if (now < watch->next) {
            m_changed.wait_until(lock, watch->next, isChanged);
            continue;
        }
        watch->countTicks(now);
        const auto memory = watch->memory;
        lock.unlock();
        std::optional<WatchUpdate> update;
        try {
            update = watch->sample(*memory);
        } catch (const std::exception &problem) {
            if (watch->ranges.noteFailure())
                update = WatchUpdate{.watch = watch->id,
                                     .tick = watch->tick,
                                     .missed = watch->missed,
                                     .time = wallClock(),
                                     .failure = Error{.kind = ErrorKind::Failed,
                                                      .operation = "sample",
                                                      .object = memory->name(),
                                                      .meaning = problem.what()}};
        }
        if (update && !watch->removed)
            m_give(std::move(*update));
        lock.lock();
    }
}

} // namespace ipclens
