// Finding a pattern in memory.
#pragma once

#include "core/session/search_runs.h"
#include "core/text/byte_pattern.h"

namespace ipclens {

inline constexpr std::uint32_t mostMatches = 100'000; // of one FindBytes

// Does what FindBytes says; `source` and `job` do not count. Errors name what is wrong with the command.
Result<FindReply> findBytes(MemorySource &memory, const FindBytes &command, const ProgressTeller::Tell &tell,
                            std::stop_token stop);

} // namespace ipclens
