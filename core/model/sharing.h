// Kernel objects as processes share them: who holds them, who maps them, what is behind them.
#pragma once

#include "core/model/object.h"
#include "core/model/process.h"
#include "core/model/sync.h"

namespace ipclens {

// One kernel object: by its name, or by a handle that some process has to it.
struct ObjectTarget {
    std::string name;         // plain, Local\X, Global\X or a full path; empty: by handle
    std::string type;         // with a name: "Section", "Mutant", "Event", ...; empty: whatever has that name
    ProcessKey process;       // with a handle
    std::uint64_t handle = 0;

    bool operator==(const ObjectTarget &) const = default;
    IPCLENS_FIELDS(name, type, process, handle)
};

// The name, or "handle:1234/0x50".
std::string toText(const ObjectTarget &target);

// A handle of some process.
struct ObjectHandle {
    ProcessKey process;
    std::string processName;
    std::uint64_t handle = 0;
    std::string type;                // "Section"
    std::string path;                // full path or file name; empty: the object has no name, or `note` says why it is unknown
    std::uint32_t access = 0;        // as granted
    std::vector<std::string> rights; // the same in words: "SECTION_MAP_READ"
    bool inherited = false;          // child processes get it, too (OBJ_INHERIT)
    bool isProtected = false;        // from being closed
    bool isOurs = false;             // this session's own
    std::string note;

    bool operator==(const ObjectHandle &) const = default;
    IPCLENS_FIELDS(process, processName, handle, type, path, access, rights, inherited, isProtected, isOurs, note)
};

// A process that could not be looked into: what is said of all processes leaves it out.
struct UnseenProcess {
    ProcessKey process;
    std::string processName;
    std::uint32_t handles = 0; // that could not be looked at; 0: its memory could not be
    Error why;

    bool operator==(const UnseenProcess &) const = default;
    IPCLENS_FIELDS(process, processName, handles, why)
};

struct HolderList {
    std::vector<ObjectHandle> handles; // by process and handle
    std::vector<UnseenProcess> unseen;
    bool operator==(const HolderList &) const = default;
    IPCLENS_FIELDS(handles, unseen)
};

// What the system tells of one object.
struct ObjectDetails {
    std::string type;
    std::string path;           // full; empty: it has no name
    std::uint32_t handles = 0;  // open in the whole system, without the one that asking took; 0: not told
    bool isPermanent = false;   // lives on without handles
    std::optional<SectionInfo> section;
    std::string protection;     // a section's page protection, "PAGE_READWRITE"; empty: not told
    std::string file;           // the file behind a section
    std::optional<SyncState> sync;
    std::string note;           // what is unknown, and why

    bool operator==(const ObjectDetails &) const = default;
    IPCLENS_FIELDS(type, path, handles, isPermanent, section, protection, file, sync, note)
};

// How sure it is that a view shows a section. Exact: the system says so. Probable: size and contents agree. Possible: only the
// size does, because both hold nothing but zeros, or the contents change too fast to compare.
IPCLENS_ENUM(Certainty, Exact, Probable, Possible)

// A section's view in another process than this session's.
struct SectionView {
    ProcessKey process;
    std::string processName;
    AddressRange range;
    std::uint64_t offset = 0;   // of the view's first byte in the section, as far as `certainty` goes
    Protection protection;      // of its first committed page
    Certainty certainty = Certainty::Probable;
    std::string why;            // "the system names the same file", "same size and contents (16 pages compared)"
    bool holdsHandle = false;   // the process has a handle to the section, too

    bool operator==(const SectionView &) const = default;
    IPCLENS_FIELDS(process, processName, range, offset, protection, certainty, why, holdsHandle)
};

// An object that handles of other processes than this session lead to.
struct SharedObject {
    std::string type;
    std::string path;           // empty: it has no name, and the first holder's handle leads to it
    std::optional<SectionInfo> section;
    std::vector<ObjectHandle> holders;

    ObjectTarget target() const
    {
        if (!path.empty() || holders.empty())
            return {.name = path, .type = type};
        return {.process = holders.front().process, .handle = holders.front().handle};
    }
    bool operator==(const SharedObject &) const = default;
    IPCLENS_FIELDS(type, path, section, holders)
};
struct SharedObjectList {
    std::vector<SharedObject> objects; // sections, mutexes, events, semaphores, timers, jobs: all with a name, and those
                                       // without one that have several handles
    std::vector<UnseenProcess> unseen;
    std::string note;                  // what was left out, and why
    bool operator==(const SharedObjectList &) const = default;
    IPCLENS_FIELDS(objects, unseen, note)
};

IPCLENS_ENUM(PipeKind, Pipe, Mailslot)
IPCLENS_ENUM(PipeState, Unknown, Disconnected, Listening, Connected, Closing)

// One handle to a pipe or mailslot.
struct PipeEnd {
    ProcessKey process;
    std::string processName;
    std::uint64_t handle = 0;
    bool isServer = false;
    PipeState state = PipeState::Unknown;
    bool isOurs = false;

    bool operator==(const PipeEnd &) const = default;
    IPCLENS_FIELDS(process, processName, handle, isServer, state, isOurs)
};
struct NamedPipe {
    PipeKind kind = PipeKind::Pipe;
    std::string name;            // below \Device\NamedPipe or \Device\Mailslot
    std::uint32_t instances = 0; // 0: not told
    std::uint32_t maximum = 0;   // of instances; 0: any number, or not told
    ProcessKey server;           // who made it; pid 0: not told
    std::string serverName;
    std::vector<PipeEnd> ends;   // that handles lead to

    bool operator==(const NamedPipe &) const = default;
    IPCLENS_FIELDS(kind, name, instances, maximum, server, serverName, ends)
};
struct PipeList {
    std::vector<NamedPipe> pipes;      // by kind and name
    std::optional<Error> notListed;    // why pipes that no handle leads to are missing
    std::uint32_t unanswered = 0;      // file handles whose question did not end in time: pipes that are being read
    std::vector<UnseenProcess> unseen;
    bool operator==(const PipeList &) const = default;
    IPCLENS_FIELDS(pipes, notListed, unanswered, unseen)
};

// What is known of a process beside what the list of processes has.
struct ProcessDetails {
    std::string commandLine;
    std::string user;          // "MACHINE\name"
    std::string integrity;     // "Medium", "High", ...
    bool isElevated = false;
    bool isProtected = false;  // opens to nobody, not even elevated
    std::vector<std::string> unknown; // "command line: Access denied (5)"; one for each that is not told

    bool operator==(const ProcessDetails &) const = default;
    IPCLENS_FIELDS(commandLine, user, integrity, isElevated, isProtected, unknown)
};

} // namespace ipclens
