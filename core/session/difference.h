// Finding where two sources differ.
#pragma once

#include "core/os/memory_source.h"
#include "core/session/editing_commands.h"
#include "core/session/search_runs.h"

#include <array>

namespace ipclens {

// As FindDifference says, within those of `parts` that are not empty. Reads only what one of the two lists as readable,
// in pieces of 4 MiB; what changes while it is read may be found or not.
Result<Difference> findDifference(MemorySource &left, MemorySource &right,
                                  const std::array<std::vector<AddressRange>, 2> &parts, const FindDifference &command,
                                  const ProgressTeller::Tell &tell, std::stop_token stop);

} // namespace ipclens
