// Printing and saving what an inbox, a relay or a tap gets.
#pragma once

#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "app/cli/segmented_output.h"
#include "core/traffic/held_messages.h"

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
    MessageStore::Limits limits; // of what is written
    double keepSeconds = 0;
    RowFormat rows;
};

// --count, --duration, --filter, --write with its limits, and --replace.
void addListeningOptions(CLI::App &command, ListeningOptions &options);
// After the command line was read; wrong usage where the filter is none.
void settleListening(ListeningOptions &options);

// Prints what arrives until it is enough, then closes the inbox and prints what was still on its way. HeldMessages says
// when a message is printed whose handler still runs.
class Listening {
public:
    Listening(Run &run, const ListeningOptions &options);

    // What is opened, and how it is told: `what` is "listening"; `about` follows the window's handle. `name` is the
    // inbox's in a capture; a receiver's class and title follow.
    struct Opening {
        AnyCommand command; // its reply is InboxOpened
        std::string what;
        std::string name;
        std::string about = {};
    };
    // All of them, or none.
    Result<void> listen(std::vector<Opening> openings);

private:
    struct Open {
        InboxId inbox = 0;
        std::string name;
        std::int64_t since = 0;   // nanoseconds since 1970 UTC
        MessageBatch counts = {}; // the last batch without its messages
    };

    Result<void> prepare();
    Result<void> open(Opening opening);
    void announce(const InboxOpened &opened, const Opening &opening);
    Result<void> listenToAll();
    void tellCounts() const;
    bool isEnough() const { return m_options.count > 0 && m_printed >= m_options.count; }
    bool isPrinting() const { return m_options.write != "-"; }
    Result<void> printArrivals();
    Result<void> close();
    Result<void> takeBatch();
    Result<void> printHeld();
    Result<void> flush();
    Result<void> show(const std::string &text);
    Result<void> print(const MessageView &message);
    Result<void> print(const LateAnswer &answer);

    Run &m_run;
    const ListeningOptions &m_options;
    MessageRows m_rows;
    std::optional<SegmentedOutput> m_output;
    std::vector<Open> m_open;
    Event m_event;
    HeldMessages m_held;
    std::string m_toShow; // when what it is about is in the file
    std::optional<Error> m_ended;
    std::uint64_t m_printed = 0;
    std::int64_t m_lastTime = 0; // of those printed
    bool m_interrupted = false;
};

} // namespace ipclens
