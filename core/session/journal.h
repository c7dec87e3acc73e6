// The file in which every write is noted before it is made.
#pragma once

#include "core/session/session.h"

#include <fstream>
#include <mutex>

namespace ipclens {

// One file for each run, "<start time>-<pid>.jsonl" in the journal folder, made at the first write: one JSON object a line, the
// whole entry when a write is intended and its number and outcome afterwards. Lines are handed to the system before the call
// returns, so that they survive this process. Thread-safe.
class Journal {
public:
    Journal(std::filesystem::path folder, std::uint32_t pid);

    // Gives the entry its number, run and time and notes it. When that fails, nothing may be written.
    Result<JournalEntry> intend(JournalEntry entry);
    // Notes how the write ended.
    Result<void> conclude(const JournalEntry &entry);

    // The newest entries of this and earlier runs, at most `limit`, and what of them is damaged.
    Result<JournalReply> read(std::uint32_t limit, std::stop_token stop);

private:
    Result<void> append(const std::string &line);

    const std::filesystem::path m_folder;
    const std::string m_run;
    std::mutex m_mutex; // guards what follows
    std::ofstream m_file;
    bool m_lineIsCut = false; // the file may end in the middle of a line
    std::uint64_t m_lastEntry = 0;
};

} // namespace ipclens
