#include "app/cli/sending_series.h"

#include "app/cli/arguments.h"
#include "app/cli/console.h"
#include "app/cli/run.h"
#include "core/wire/json.h"

#include <fmt/format.h>

#include <thread>
#include <utility>

namespace ipclens {
namespace {

// What one command brings to the session at most.
constexpr std::size_t mostItemsAtOnce = 4096;
constexpr std::uint64_t mostBytesAtOnce = 8 << 20;

} // namespace

SendingSeries::SendingSeries(Run &run, StartSeries series, SeriesPrint print)
    : m_run(run), m_print(print), m_repeat(series.repeat), m_series(std::move(series))
{
}

Result<void> SendingSeries::bring(SeriesItem item)
{
    if (isStopped())
        return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "send series", .meaning = "it was ended"});
    const std::uint64_t bytes = item.data ? item.data->size() : 0;
    if (m_piece.size() == mostItemsAtOnce || (!m_piece.empty() && m_pieceBytes + bytes > mostBytesAtOnce)) {
        if (auto flushed = flush(); !flushed)
            return flushed;
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_expected.push_back(item.expected);
    }
    m_pieceBytes += bytes;
    m_piece.push_back(std::move(item));
    return {};
}

Result<void> SendingSeries::flush()
{
    return m_piece.empty() ? Result<void>() : bringPiece(true);
}

bool SendingSeries::isStopped()
{
    const std::scoped_lock lock(m_mutex);
    return m_isStopped;
}

Result<void> SendingSeries::bringPiece(bool more)
{
    m_pieceBytes = 0;
    const auto connection = m_run.connect();
    if (!connection)
        return Failure(connection.error());
    if (m_started) { // written by this thread alone
        const auto added =
            (*connection)->wait(AddToSeries{.series = *m_started, .items = std::exchange(m_piece, {}), .more = more});
        return added ? Result<void>() : Failure(added.error());
    }
    m_series.items = std::exchange(m_piece, {});
    m_series.more = more;
    const auto started = (*connection)->wait(std::move(m_series));
    if (!started)
        return Failure(started.error());
    const std::scoped_lock lock(m_mutex);
    m_started = started->series;
    return {};
}

// On the source's thread.
void SendingSeries::bringAll(const std::function<Result<void>()> &source)
{
    const auto brought = source();
    const auto ended = m_started || !m_piece.empty() ? bringPiece(false) : Result<void>();
    {
        const std::scoped_lock lock(m_mutex);
        // Whoever ended it knows; and a series that ended by itself takes no more.
        const auto isNews = [this](const Result<void> &outcome) {
            return !outcome && !m_isStopped && !(m_started && outcome.error().kind == ErrorKind::Missing);
        };
        for (const auto &outcome : {brought, ended})
            if (!m_failure && isNews(outcome))
                m_failure = outcome.error();
        m_isBrought = true;
    }
    if (!ended || isStopped())
        stop();
    m_run.events().poke();
}

void SendingSeries::stop()
{
    std::optional<SeriesId> series;
    {
        const std::scoped_lock lock(m_mutex);
        m_isStopped = true;
        series = m_started;
    }
    if (const auto connection = m_run.connect(); connection && series)
        (*connection)->call(StopSeries{*series}, [](const Result<Done> &) {}); // it may have ended just now
}

Result<void> SendingSeries::send(std::function<Result<void>()> source)
{
    m_run.endOnInterrupt();
    if (const auto connection = m_run.connect(); !connection) // before two threads ask for it
        return Failure(connection.error());
    std::jthread bringing([this, source = std::move(source)] { bringAll(source); });
    auto followed = follow();
    stop(); // the source, if it goes on
    bringing.join();
    if (!followed)
        return followed;
    return result();
}

Result<void> SendingSeries::follow()
{
    for (Event event; !m_last.finished;) {
        switch (m_run.events().next(event)) {
        case EventQueue::Wake::Lost:
            return Failure(m_run.events().lostError());
        case EventQueue::Wake::Interrupted:
            stop();
            break;
        case EventQueue::Wake::Event:
            if (const auto *update = std::get_if<SeriesUpdate>(&event)) {
                if (auto taken = take(*update); !taken)
                    return taken;
            }
            break;
        default:
            break;
        }
        const std::scoped_lock lock(m_mutex);
        if (m_isBrought && !m_started)
            break; // there was nothing to send, or it was refused
    }
    return {};
}

Result<void> SendingSeries::take(const SeriesUpdate &update)
{
    for (const SeriesOutcome &outcome : update.outcomes)
        if (m_print == SeriesPrint::All || outcome.verdict == SeriesVerdict::Failed ||
            outcome.verdict == SeriesVerdict::Different)
            printOutcome(outcome);
    if (m_repeat == 1 && !update.outcomes.empty()) {
        const std::scoped_lock lock(m_mutex);
        for (; m_firstExpected <= update.outcomes.back().item; ++m_firstExpected)
            m_expected.pop_front();
    }
    if (isErrorTerminal() && !m_run.json)
        Run::noteProgress(fmt::format("sent {}{} failed {} different {}", update.sent + update.failed,
                                      update.total != 0 ? fmt::format(" of {}", update.total) : "", update.failed,
                                      update.different));
    m_last = update;
    return m_run.flush();
}

void SendingSeries::printOutcome(const SeriesOutcome &outcome)
{
    if (m_run.json) {
        m_run.print(toJson(outcome) + '\n');
        return;
    }
    if (outcome.failure) {
        m_run.print(fmt::format("{:>8}  failed: {}\n", outcome.number, toText(*outcome.failure)));
        return;
    }
    std::string recorded;
    if (outcome.verdict == SeriesVerdict::Different) {
        const std::scoped_lock lock(m_mutex);
        recorded = fmt::format(", recorded was {}", m_expected[outcome.item - m_firstExpected].value());
    }
    m_run.print(fmt::format("{:>8}  returned {}{} after {:.3f} ms\n", outcome.number, outcome.result, recorded,
                            static_cast<double>(outcome.duration) / 1e6));
}

Result<void> SendingSeries::result()
{
    const std::scoped_lock lock(m_mutex);
    if (m_started)
        Run::note(fmt::format("sent {} failed {} equal {} different {}", m_last.sent, m_last.failed, m_last.equal,
                              m_last.different));
    if (m_failure)
        return Failure(*m_failure);
    if (m_last.failure)
        return Failure(*m_last.failure);
    if (m_last.failed + m_last.different > 0)
        return Failure(Error{.operation = "send series",
                             .meaning = fmt::format("{} messages failed, {} were answered otherwise than recorded",
                                                    m_last.failed, m_last.different)});
    return {};
}

} // namespace ipclens
