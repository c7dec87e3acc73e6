// Changing memory safely.
#pragma once

#include "core/session/journal.h"
#include "core/session/sources.h"

namespace ipclens {

// At most this many bytes in one write.
inline constexpr std::size_t largestWrite = std::size_t{16} << 20;

// Compares, notes in the journal, writes, reads back, notes the outcome. `noted` is told of each state of the entry.
// `reason` stands first in the entry's note.
Result<WriteReply> writeMemory(const OpenSourceState &source, const WriteMemory &command, Journal &journal,
                               const std::function<void(const JournalEntry &)> &noted, std::stop_token stop,
                               std::string_view reason = {});

} // namespace ipclens
