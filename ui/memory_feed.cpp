#include "ui/memory_feed.h"

#include "ui/hex_view.h"

#include <algorithm>
#include <limits>

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
    m_view.setStale(source.source == 0);
    m_window = wantedWindow();
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
    m_window = wantedWindow();
    m_view.forgetOutside(m_window);
    if (m_watch == 0 && !m_starting)
        m_watched.reset(); // a watch that could not be started is tried again
    readWindow();
    readFrame();
    syncWatch();
}

// A page before and one behind what is visible, so that small steps find their bytes loaded; but nothing beyond the
// region.
std::vector<AddressRange> MemoryFeed::wantedWindow() const
{
    const std::uint64_t page = std::max<std::uint32_t>(1, m_source.pageSize);
    std::vector<AddressRange> window;
    for (const AddressRange &visible : m_view.visibleRanges()) {
        const Address begin = visible.begin - visible.begin % page;
        const Address last = visible.end() - 1;
        const Address grownBegin = begin - std::min(begin, page);
        const Address lastPage = last - last % page;
        const std::uint64_t behind = std::min<std::uint64_t>(2 * page, ~Address{0} - lastPage);
        const HexRows::Block *block = m_view.rows().blockAt(visible.begin);
        const AddressRange grown{grownBegin, lastPage + behind - grownBegin};
        window.push_back(intersect(grown, block != nullptr ? block->range : visible));
    }
    return window;
}

void MemoryFeed::follow()
{
    if (!m_shown)
        return;
    auto next = wantedWindow();
    if (next == m_window)
        return;
    m_window = std::move(next);
    m_view.forgetOutside(m_window);
    readMissing();
    readFrame();
    m_settle.start();
}

void MemoryFeed::readMissing()
{
    const auto isKnown = [this](const AddressRange &range) { return m_view.knownPrefix(range) == range.size; };
    if (std::ranges::all_of(m_window, isKnown))
        return;
    if (m_reading)
        m_readAgain = true;
    else
        readWindow();
}

void MemoryFeed::readWindow()
{
    if (m_source.source == 0 || !m_shown || m_window.empty())
        return;
    m_reading = true;
    const auto generation = m_generation;
    m_client.call(ReadMemory{m_source.source, m_window}, this,
                  [this, generation, asked = m_window](Result<MemoryImages> reply) {
                      if (generation != m_generation)
                          return;
                      m_reading = false;
                      if (!reply)
                          setFailure(std::move(reply.error()));
                      else
                          takeWindow(*reply, asked);
                      if (std::exchange(m_readAgain, false))
                          readMissing();
                  });
}

void MemoryFeed::takeWindow(const MemoryImages &reply, const std::vector<AddressRange> &asked)
{
    if (m_failure && !m_watchFailed)
        setFailure(std::nullopt);
    const bool isWatched = m_watched && m_watched->ranges == asked;
    for (const MemoryImage &image : reply.images) {
        if (!isWatched || image.time >= m_updated) // else the watch has shown something newer
            m_view.updateImage(image);
    }
    m_view.forgetOutside(m_window);
    emit bytesArrived();
}

void MemoryFeed::setFrame(const SourceInfo &frame)
{
    m_frame = frame;
    ++m_frameGeneration;
    m_readingFrame = false;
    m_view.clearFrame();
    readFrame();
}

// What was not asked for when the frame was taken is not compared.
std::vector<AddressRange> MemoryFeed::framedWindow() const
{
    if (m_frame.parts.empty())
        return m_window;
    std::vector<AddressRange> framed;
    for (const AddressRange &range : m_window) {
        for (const AddressRange &part : m_frame.parts) {
            if (const AddressRange both = intersect(range, part); both.size != 0)
                framed.push_back(both);
        }
    }
    return framed;
}

// The frame never changes: what was read once is kept as long as it is near.
void MemoryFeed::readFrame()
{
    if (m_frame.source == 0)
        return;
    m_view.forgetFrameOutside(m_window);
    const auto wanted = framedWindow();
    const auto isKnown = [this](const AddressRange &range) { return m_view.frameKnownPrefix(range) == range.size; };
    if (m_readingFrame || std::ranges::all_of(wanted, isKnown))
        return;
    m_readingFrame = true;
    const auto generation = m_frameGeneration;
    m_client.call(ReadMemory{m_frame.source, wanted}, this,
                  [this, generation, wanted](const Result<MemoryImages> &reply) {
                      if (generation != m_frameGeneration)
                          return;
                      m_readingFrame = false;
                      if (!reply) {
                          m_frame.source = 0;
                          m_view.clearFrame();
                          emit frameFailed(reply.error());
                          return;
                      }
                      for (const MemoryImage &image : reply->images)
                          m_view.showFrame(image);
                      if (wanted != framedWindow()) // something else became visible meanwhile
                          readFrame();
                  });
}

// No order is trusted but the session's clock: until a read that was asked for after the write has come back,
// everything else may be older.
void MemoryFeed::showWritten(const MemoryImage &after)
{
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    const AddressRange range = after.range();
    MemoryImage shown = after;
    shown.time = never;
    m_view.updateImage(shown);
    if (m_source.source == 0 || range.size == 0)
        return;
    const auto write = ++m_writes;
    m_view.noteWritten(range, write);
    const auto generation = m_generation;
    m_client.call(
        ReadMemory{m_source.source, {range}}, this, [this, generation, write](const Result<MemoryImages> &reply) {
            const bool isOurs = reply && generation == m_generation && !reply->images.empty();
            m_view.noteReadBack(write, isOurs ? reply->images.front().time : 0);
            if (isOurs)
                m_view.updateImage(reply->images.front());
            m_view.forgetOutside(m_window);
            emit bytesArrived();
            if (std::exchange(m_leftOut, false)) // the watch does not tell it again, and it may have been the newest
                readWindow();
        });
}

void MemoryFeed::syncWatch()
{
    if (m_starting)
        return; // goes on when the number of the watch is known
    std::optional<Watched> wanted;
    if (m_source.source != 0 && m_shown && !m_paused && m_rate > 0 && !m_window.empty())
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
    if (wanted)
        startWatch();
}

void MemoryFeed::startWatch()
{
    const auto generation = m_generation;
    m_starting = true;
    m_client.call(StartWatch{m_source.source, m_watched->ranges, m_watched->rate}, this,
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
        m_leftOut |= !m_view.updateImage(image);
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
    m_view.setStale(m_failure || m_source.source == 0);
    emit stateChanged();
}

} // namespace ipclens
