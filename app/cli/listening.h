// Printing and saving what an inbox, a relay or a tap gets.
#pragma once

#include "app/cli/capture_streams.h"
#include "app/cli/run.h"
#include "core/traffic/message_filter.h"

#include <chrono>
#include <deque>
#include <set>

namespace CLI {
class App;
} // namespace CLI

namespace ipclens {

struct ListeningOptions {
    std::uint64_t count = 0;
    double duration = 0;
    std::string filterText;
    MessageFilter filter;
    std::string write;
    bool replace = false;
};

// --count, --duration, --filter, --write and --replace.
void addListeningOptions(CLI::App &command, ListeningOptions &options);
// After the command line was read; wrong usage where the filter is none.
void settleListening(ListeningOptions &options);

// Prints what arrives until it is enough, then closes the inbox and prints what was still on its way. A message whose handler still
// runs is held back for a second at most, so that its result is known, too.
class Listening {
public:
    Listening(Run &run, const ListeningOptions &options) : m_run(run), m_options(options) {}

    // `what`: "listening"; `about` follows the window's handle. `name` is the inbox's in a capture; a receiver's class and title follow.
    template <class Command>
    Result<void> listen(Command command, const std::string &what, const std::string &name, const std::string &about = {})
    {
        if (auto prepared = prepare(); !prepared)
            return prepared;
        const auto opened = m_run.ask(std::move(command));
        if (!opened)
            return Failure(opened.error());
        return listenTo(*opened, what, name, about);
    }

private:
    struct Held {
        Message message;
        std::chrono::steady_clock::time_point until;
    };

    Result<void> prepare();
    Result<void> listenTo(const InboxOpened &opened, const std::string &what, const std::string &name, const std::string &about);
    void announce(const InboxOpened &opened, const std::string &what, const std::string &about);
    bool isEnough() const { return m_options.count > 0 && m_printed >= m_options.count; }
    Result<void> printArrivals();
    Result<void> close();
    Result<void> takeBatch();
    Result<void> printHeld(bool all);
    Result<void> print(Message message);

    Run &m_run;
    const ListeningOptions &m_options;
    std::optional<CaptureOutput> m_output;
    InboxId m_inbox = 0;
    Event m_event;
    std::deque<Held> m_held; // in the order they came
    MessageBatch m_counts; // the last batch without its messages
    std::optional<Error> m_ended;
    MessageClock m_clock;
    std::uint64_t m_printed = 0;
    std::int64_t m_lastTime = 0;          // of what was written last
    std::set<std::uint64_t> m_unanswered; // of those written, their sequences
    bool m_interrupted = false;
};

} // namespace ipclens
