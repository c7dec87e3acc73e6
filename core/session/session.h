// The session: commands in, replies and events out. Knows no user interface and no wire.
#pragma once

#include "core/session/connection.h"

#include <filesystem>

namespace ipclens {

struct SessionOptions {
    // Folder for journal files; created when the first write is journalled.
    std::filesystem::path journalFolder;
    // Bytes of memory for what all scans together have found. Beyond it they keep it in temporary files.
    std::uint64_t scanMemory = std::uint64_t{2} << 30;
};

// The folder journals go to unless told otherwise: %LOCALAPPDATA%\ipclens\journal, or $XDG_STATE_HOME/ipclens/journal.
std::filesystem::path defaultJournalFolder();

// A session in this process, with its threads: session (quick commands), job (walks), send (messages), sampler
// (watches), delivery (inboxes). Its `closed` sink is never called. Events come on the thread that made them; never two
// at a time.
std::unique_ptr<Connection> startSession(std::unique_ptr<System> system, SessionOptions options, ConnectionSinks sinks);

} // namespace ipclens
