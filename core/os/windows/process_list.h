// One look at all processes.
#pragma once

#include "core/model/process.h"

namespace ipclens {

// What the system tells of every process, without opening it.
struct ListedProcess {
    ProcessKey key;
    std::uint32_t parent = 0;
    std::uint32_t session = 0;
    std::uint64_t workingSet = 0;
    std::string name;
};

Result<std::vector<ListedProcess>> listProcesses();

} // namespace ipclens
