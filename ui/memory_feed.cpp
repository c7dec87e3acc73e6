#include "ui/memory_feed.h"

#include "ui/hex_view.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr int settleTime = 60; // milliseconds without scrolling until the watch follows

} // namespace

MemoryFeed::MemoryFeed(Client &client, HexView &view, QObject *parent) : QObject(parent), m_client(client), m_view(view)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleTime);
    connect(&m_settle, &QTimer::timeout, this, &MemoryFeed::syncWatch);
    connect(&view, &HexView::visibleRangeChanged, this, &MemoryFeed::follow);
    connect(&client, &Client::watchUpdated, this, [this](const WatchUpdate &update) {
        if (m_watch != 0 && update.watch == m_watch)
            apply(update);
        else if (m_starting)
            m_early.push_back(update);
    });
}

void MemoryFeed::setSource(const SourceInfo &source)
{
    m_source = source;
    ++m_generation;
    m_reading = m_readAgain = m_starting = false;
    m_watch = 0; // it ended with its source
    m_watched.reset();
    m_early.clear();
    m_updated = 0;
    m_missed = 0;
    m_watchFailed = false;
    setFailure(std::nullopt);
    m_window = window();
    readWindow();
    syncWatch();
}

void MemoryFeed::setRate(double hz)
{
    m_rate = hz;
    syncWatch();
}

void MemoryFeed::setPaused(bool paused)
{
    m_paused = paused;
    syncWatch();
}

void MemoryFeed::setShown(bool shown)
{
    if (shown == m_shown)
        return;
    m_shown = shown;
    if (shown)
        refresh(); // what was loaded is old by now
    else
        syncWatch();
}

void MemoryFeed::refresh()
{
    m_window = window();
    m_view.forgetOutside(m_window);
    if (m_watch == 0 && !m_starting)
        m_watched.reset(); // a watch that could not be started is tried again
    readWindow();
    syncWatch();
}

// A page before and one behind what is visible, so that small steps find their bytes loaded.
AddressRange MemoryFeed::window() const
{
    const AddressRange visible = m_view.visibleRange();
    if (visible.size == 0)
        return visible;
    const std::uint64_t page = std::max<std::uint32_t>(1, m_source.pageSize);
    const Address begin = visible.begin - visible.begin % page;
    const Address last = visible.end() - 1;
    const Address grownBegin = begin - std::min(begin, page);
    const Address lastPage = last - last % page;
    const std::uint64_t behind = std::min<std::uint64_t>(2 * page, ~Address{0} - lastPage);
    return intersect({grownBegin, lastPage + behind - grownBegin}, m_view.extent());
}

void MemoryFeed::follow()
{
    if (!m_shown)
        return;
    const AddressRange next = window();
    if (next == m_window)
        return;
    m_window = next;
    m_view.forgetOutside(next);
    readMissing();
    m_settle.start();
}

void MemoryFeed::readMissing()
{
    if (m_view.knownPrefix(m_window) == m_window.size)
        return;
    if (m_reading)
        m_readAgain = true;
    else
        readWindow();
}

void MemoryFeed::readWindow()
{
    if (m_source.source == 0 || !m_shown || m_window.size == 0)
        return;
    m_reading = true;
    const auto generation = m_generation;
    m_client.call(ReadMemory{m_source.source, {m_window}}, this, [this, generation](Result<MemoryImages> reply) {
        if (generation != m_generation)
            return;
        m_reading = false;
        if (!reply) {
            setFailure(std::move(reply.error()));
        } else {
            if (m_failure && !m_watchFailed)
                setFailure(std::nullopt);
            const bool isWatched = m_watched && m_watched->range == m_window;
            for (const MemoryImage &image : reply->images) {
                if (!isWatched || image.time >= m_updated) // else the watch has shown something newer
                    m_view.updateImage(image);
            }
            m_view.forgetOutside(m_window);
            emit bytesArrived();
        }
        if (std::exchange(m_readAgain, false))
            readMissing();
    });
}

void MemoryFeed::syncWatch()
{
    if (m_starting)
        return; // goes on when the number of the watch is known
    std::optional<Watched> wanted;
    if (m_source.source != 0 && m_shown && !m_paused && m_rate > 0 && m_window.size != 0)
        wanted = Watched{m_window, m_rate};
    if (wanted == m_watched)
        return;
    const auto generation = m_generation;
    if (m_watch != 0) {
        m_client.call(StopWatch{m_watch}, this, [this, generation](const Result<Done> &reply) {
            if (!reply && generation == m_generation)
                setFailure(reply.error());
        });
        m_watch = 0;
    }
    m_updated = 0;
    m_watchFailed = false;
    m_watched = wanted;
    emit stateChanged();
    if (!wanted)
        return;

    m_starting = true;
    m_client.call(StartWatch{m_source.source, {wanted->range}, wanted->rate}, this,
                  [this, generation](Result<WatchStarted> reply) {
                      if (generation != m_generation)
                          return;
                      m_starting = false;
                      auto early = std::exchange(m_early, {});
                      if (!reply) {
                          setFailure(std::move(reply.error()));
                      } else {
                          m_watch = reply->watch;
                          m_missed = 0;
                          for (const WatchUpdate &update : early) {
                              if (update.watch == m_watch)
                                  apply(update);
                          }
                          emit stateChanged();
                      }
                      if (!m_settle.isActive())
                          syncWatch();
                  });
}

void MemoryFeed::apply(const WatchUpdate &update)
{
    m_updated = update.time;
    for (const MemoryImage &image : update.changed)
        m_view.updateImage(image);
    m_view.forgetOutside(m_window);
    if (m_missed != update.missed) {
        m_missed = update.missed;
        emit stateChanged();
    }
    if (update.failure) {
        m_watchFailed = true;
        setFailure(update.failure);
    } else if (update.recovered || (m_failure && !m_watchFailed)) {
        m_watchFailed = false;
        setFailure(std::nullopt);
    }
    if (!update.changed.empty())
        emit bytesArrived();
}

void MemoryFeed::setFailure(std::optional<Error> failure)
{
    if (m_failure == failure)
        return;
    m_failure = std::move(failure);
    emit stateChanged();
}

} // namespace ipclens
