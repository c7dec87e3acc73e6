// Sending many messages: send --repeat, and replay.
#pragma once

#include "core/session/commands.h"

#include <deque>
#include <functional>
#include <mutex>

namespace ipclens {

class Run;

// Which outcomes are printed, each on a line. At the end the counts are told on standard error, and on the way when
// that is a terminal.
enum class SeriesPrint { All, Failures };

// Sends items as `series` says, until the end or Ctrl+C. They are brought by a thread of their own as the session sends
// them, so that there can be any number.
class SendingSeries {
public:
    SendingSeries(Run &run, StartSeries series, SeriesPrint print);

    // `source` calls bring() for each item, on another thread. Fails when a message failed or was answered otherwise
    // than recorded, and when the source did; what it brought before is sent all the same.
    Result<void> send(std::function<Result<void>()> source);

    // What follows is for the source. An error: no more is wanted.
    Result<void> bring(SeriesItem item);
    Result<void> flush(); // what was brought goes out now
    bool isStopped();

private:
    using Expected = std::deque<std::optional<std::int64_t>>;

    void bringAll(const std::function<Result<void>()> &source);
    Result<void> bringPiece(bool more);
    void stop();
    Result<void> follow();
    Result<void> take(const SeriesUpdate &update);
    void printOutcome(const SeriesOutcome &outcome);
    Result<void> result();

    Run &m_run;
    const SeriesPrint m_print;
    const std::uint64_t m_repeat;
    StartSeries m_series;
    // Of the source's thread.
    std::vector<SeriesItem> m_piece;
    std::uint64_t m_pieceBytes = 0;

    SeriesUpdate m_last;
    std::mutex m_mutex; // guards what follows
    std::optional<SeriesId> m_started;
    bool m_isStopped = false;
    bool m_isBrought = false; // the source has ended
    std::optional<Error> m_failure;
    Expected m_expected;
    std::uint64_t m_firstExpected = 0;
};

} // namespace ipclens
