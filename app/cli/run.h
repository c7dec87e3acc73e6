// One run of the program: its global options, its session and its output.
#pragma once

#include "app/cli/event_queue.h"
#include "core/session/session.h"

#include <string>
#include <string_view>

namespace ipclens {

// What every command works with. Main thread only.
class Run {
public:
    Run();
    ~Run();

    // Global options.
    std::string connectTo; // the command whose standard streams lead to the session; empty: a session in this process
    std::string journalFolder; // of a session in this process; empty: the usual one
    bool json = false;

    // What the command line asks for; set while it is read.
    std::function<Result<void>()> action;

    SessionOptions sessionOptions() const;

    // The session, started or connected to at the first call.
    Result<Connection *> connect();

    // Events of the session, and everything else that may end a wait for them.
    EventQueue &events() { return *m_events; }
    // From now on Ctrl+C wakes who waits for events instead of ending the program.
    void endOnInterrupt();
    // The same for the end of standard input.
    void endOnInput();
    // Waits until one of these two, or until the session is lost.
    Result<void> hold();

    template <class Command>
    Result<typename Command::Reply> ask(Command command)
    {
        auto connection = connect();
        if (!connection)
            return Failure(connection.error());
        return (*connection)->wait(std::move(command));
    }

    // Standard output. The first failure is kept, and everything after it is dropped.
    void print(std::string_view text);
    void printJson(const AnyReply &reply);
    // The list that is the reply's only field.
    void printJsonList(const AnyReply &reply);
    // Makes what was printed visible now; the first failure of print() so far.
    Result<void> flush();

    // Standard error: for people beside a document, and how a failed run says why.
    static void note(std::string_view line);
    static void noteProgress(std::string_view line); // until the next note, on a terminal
    void complain(const Error &error) const;

private:
    std::shared_ptr<EventQueue> m_events;
    std::unique_ptr<Connection> m_connection;
    std::optional<Error> m_outputError;
};

} // namespace ipclens
