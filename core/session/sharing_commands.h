// Commands that tell who shares what. All of them walk, and are done on a worker; those with a list of `unseen`
// processes name what they could not look into.
#pragma once

#include "core/model/explanation.h"
#include "core/model/name_report.h"
#include "core/model/sharing_map.h"
#include "core/model/value_type.h"
#include "core/session/command_types.h"

namespace ipclens {

struct ObjectDescription {
    ObjectDetails details;
    ObjectTarget target; // by which it was asked, with its type
    HolderList holders;  // our own handles are among them, marked
    bool operator==(const ObjectDescription &) const = default;
    IPCLENS_FIELDS(details, target, holders)
};
// A section's page, or a mutex's, an event's, ...
struct DescribeObject {
    using Reply = ObjectDescription;
    static constexpr std::string_view name = "object.describe";
    ObjectTarget target;
    IPCLENS_FIELDS(target)
};

struct ViewList {
    std::vector<SectionView> views;
    std::vector<UnseenProcess> unseen;
    std::string note; // what the comparison of contents could not tell
    bool operator==(const ViewList &) const = default;
    IPCLENS_FIELDS(views, unseen, note)
};
// Where a section is mapped. Walks the address spaces of all processes, or of one: seconds for hundreds of processes.
struct ListViews {
    using Reply = ViewList;
    static constexpr std::string_view name = "section.views";
    ObjectTarget target;
    ProcessKey process; // pid 0: all
    IPCLENS_FIELDS(target, process)
};

struct HandleList {
    std::vector<ObjectHandle> handles;
    bool operator==(const HandleList &) const = default;
    IPCLENS_FIELDS(handles)
};
struct ListHandles {
    using Reply = HandleList;
    static constexpr std::string_view name = "process.handles";
    ProcessKey process;
    IPCLENS_FIELDS(process)
};

// Closes a handle in the process that has it, which may well crash that process: ask the user first. Nothing is closed,
// and the error is Changed, when the handle is no longer of that type and path.
struct CloseHolderHandle {
    using Reply = Done;
    static constexpr std::string_view name = "handle.close";
    ProcessKey process;
    std::uint64_t handle = 0;
    std::string type;
    std::string path;
    IPCLENS_FIELDS(process, handle, type, path)
};

struct ModuleSection {
    std::string name;
    AddressRange range;
    std::uint32_t characteristics = 0;
    bool isShared = false;
    bool operator==(const ModuleSection &) const = default;
    IPCLENS_FIELDS(name, range, characteristics, isShared)
};
struct ModuleDescription {
    Module module;
    std::string version; // of the file; empty: it has none
    std::vector<ModuleSection> sections;
    std::string note; // why its sections are unknown
    bool operator==(const ModuleDescription &) const = default;
    IPCLENS_FIELDS(module, version, sections, note)
};
struct RegionSummary {
    RegionType type = RegionType::None;
    RegionState state = RegionState::Free;
    std::uint64_t regions = 0;
    std::uint64_t bytes = 0;
    std::uint64_t writable = 0; // bytes of them
    std::uint64_t executable = 0;
    bool operator==(const RegionSummary &) const = default;
    IPCLENS_FIELDS(type, state, regions, bytes, writable, executable)
};
struct ProcessDescription {
    ProcessInfo process;
    std::int64_t exited = 0;              // nanoseconds since 1970 UTC; 0: it runs
    bool hasExited = false;               // also when nobody knows since when
    std::optional<ProcessInfo> successor; // the newest other process with the same path that began later
    ProcessDetails details;
    std::vector<ModuleDescription> modules;
    std::vector<RegionSummary> regions;
    std::vector<ObjectHandle> handles;
    std::vector<Window> windows;        // of this process: those receive our messages
    std::vector<SharedObject> shared;   // objects that it holds and other processes, too
    std::vector<SectionView> fileViews; // files mapped as data; `why` is the file's name
    std::vector<NamedPipe> pipes;
    std::vector<Error> failures; // parts that could not be had
    bool operator==(const ProcessDescription &) const = default;
    IPCLENS_FIELDS(process, exited, hasExited, successor, details, modules, regions, handles, windows, shared,
                   fileViews, pipes, failures)
};
// A process's page. A process that this session has described before is told of after its end, too.
struct DescribeProcess {
    using Reply = ProcessDescription;
    static constexpr std::string_view name = "process.describe";
    ProcessKey process;
    bool withSharing = true; // also `shared` and `pipes`, which take a walk through all processes
    IPCLENS_FIELDS(process, withSharing)
};

struct SharedVariable {
    Export symbol;
    std::optional<ValueType> type; // guessed from its size; none: bytes
    std::string text;              // its value where most processes agree, as far as it is in the bytes read
    bool operator==(const SharedVariable &) const = default;
    IPCLENS_FIELDS(symbol, type, text)
};
struct SharedDataUser {
    ProcessKey process;
    std::string processName;
    AddressRange range;   // of the section there
    MemoryImage image;    // its first bytes
    bool differs = false; // from what most processes have: it has gone private there, or was written meanwhile
    std::string note;     // why it could not be read
    bool operator==(const SharedDataUser &) const = default;
    IPCLENS_FIELDS(process, processName, range, image, differs, note)
};
struct SharedData {
    std::string module;
    std::string path;
    std::string section;
    std::uint64_t size = 0;
    std::uint32_t characteristics = 0;
    std::vector<SharedVariable> variables;
    std::vector<SharedDataUser> users;
    bool operator==(const SharedData &) const = default;
    IPCLENS_FIELDS(module, path, section, size, characteristics, variables, users)
};
struct SharedDataList {
    std::vector<SharedData> sections;
    std::vector<UnseenProcess> unseen;
    bool operator==(const SharedDataList &) const = default;
    IPCLENS_FIELDS(sections, unseen)
};
// Sections of DLLs that all processes share which load them.
struct ListSharedData {
    using Reply = SharedDataList;
    static constexpr std::string_view name = "sharing.data";
    std::string module;        // only DLLs of this name, in any case; empty: all
    std::uint32_t bytes = 256; // of contents from each process, at most 64 KiB
    IPCLENS_FIELDS(module, bytes)
};

struct Guarded {
    ObjectTarget section;
    std::string why; // "the names begin alike: \"Demo\"", "the same 2 processes hold both"
    bool operator==(const Guarded &) const = default;
    IPCLENS_FIELDS(section, why)
};
struct SyncObject {
    std::string type;
    std::string path;
    std::optional<SyncState> state; // none: `note` says why
    std::vector<ObjectHandle> holders;
    std::vector<Guarded> probablyGuards;
    std::string note;
    bool operator==(const SyncObject &) const = default;
    IPCLENS_FIELDS(type, path, state, holders, probablyGuards, note)
};
struct SyncList {
    std::vector<SyncObject> objects;
    std::vector<UnseenProcess> unseen;
    std::string note;
    bool operator==(const SyncList &) const = default;
    IPCLENS_FIELDS(objects, unseen, note)
};
// Named mutexes, events, semaphores, timers and jobs.
struct ListSyncObjects {
    using Reply = SyncList;
    static constexpr std::string_view name = "sharing.sync";
    bool includeWine = false;
    IPCLENS_FIELDS(includeWine)
};

struct ListPipes {
    using Reply = PipeList;
    static constexpr std::string_view name = "sharing.pipes";
    IPCLENS_FIELDS()
};

// Looks for a name in every directory where objects have names.
struct DiagnoseName {
    using Reply = NameReport;
    static constexpr std::string_view name = "name.diagnose";
    std::string text;             // as openSection takes it
    std::string type = "Section"; // what it was meant to be; empty: anything
    IPCLENS_FIELDS(text, type)
};

struct Explain {
    using Reply = Explanation;
    static constexpr std::string_view name = "access.explain";
    ExplainTarget target;
    IPCLENS_FIELDS(target)
};

// Without messages: who asks has seen them, and adds them with addTraffic() (core/session/sharing_map.h).
struct ReadSharingMap {
    using Reply = SharingMap;
    static constexpr std::string_view name = "sharing.map";
    bool withUnnamed = true; // objects without a name that several processes hold
    bool withPipes = true;
    bool withSharedData = true; // looks at every module of every process
    bool withViews = true;      // looks at the address space of every process
    IPCLENS_FIELDS(withUnnamed, withPipes, withSharedData, withViews)
};

} // namespace ipclens
