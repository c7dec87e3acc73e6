// Finding where two sources differ.
#pragma once

#include "core/os/memory_source.h"
#include "core/session/editing_commands.h"
#include "core/session/search_runs.h"

namespace ipclens {

// As FindDifference says. Reads only what one of the two lists as readable, in pieces of 4 MiB; what changes while it is read may be
// found or not.
Result<Difference> findDifference(MemorySource &left, MemorySource &right, const FindDifference &command, const ProgressTeller::Tell &tell,
                                  std::stop_token stop);

} // namespace ipclens
