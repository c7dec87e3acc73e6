// Processes, their modules, and the sections of modules that are shared between processes.
#pragma once

#include "core/model/memory.h"

namespace ipclens {

// Identity of a process: pids are reused, pid and creation time are not.
struct ProcessKey {
    std::uint32_t pid = 0;
    std::int64_t created = 0; // nanoseconds since 1970 UTC; 0 when unknown (then any process with that pid matches)

    bool operator==(const ProcessKey &) const = default;
    IPCLENS_FIELDS(pid, created)
};

struct ProcessInfo {
    ProcessKey key;
    std::uint32_t parent = 0;
    std::string name;
    std::string path;           // empty when the system refuses it
    std::string architecture;   // "x64", "x86", "arm64"; empty when unknown
    std::uint32_t session = 0;
    std::uint32_t windows = 0;  // top-level windows
    std::uint64_t memory = 0;   // working set, bytes
    bool isSelf = false;        // the process this session runs in

    bool operator==(const ProcessInfo &) const = default;
    IPCLENS_FIELDS(key, parent, name, path, architecture, session, windows, memory, isSelf)
};

struct Module {
    std::string name;
    std::string path;
    AddressRange range;

    bool operator==(const Module &) const = default;
    IPCLENS_FIELDS(name, path, range)
};

// An exported symbol that lies inside a section; `offset` counts from the section's start, `size` reaches to the
// next export or the section's end and is a guess.
struct Export {
    std::string name;
    std::uint32_t ordinal = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;

    bool operator==(const Export &) const = default;
    IPCLENS_FIELDS(name, ordinal, offset, size)
};

// A section of a loaded module with IMAGE_SCN_MEM_SHARED set.
struct SharedSection {
    std::string module;           // file name of the module
    std::string path;
    std::string section;          // ".MYSEC"
    AddressRange range;           // where it is in that process
    std::uint32_t characteristics = 0;
    std::vector<Export> exports;

    bool operator==(const SharedSection &) const = default;
    IPCLENS_FIELDS(module, path, section, range, characteristics, exports)
};

} // namespace ipclens
