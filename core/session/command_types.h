// What the commands of a session speak of.
#pragma once

#include "core/os/system.h"

namespace ipclens {

using SourceId = std::uint64_t; // given by the session, never reused within it; 0 is none
using WatchId = std::uint64_t;
using InboxId = std::uint64_t;

// Handle: the section behind a handle of some process, which needs no name.
IPCLENS_ENUM(SourceKind, Process, Section, SharedSection, File, Snapshot, Handle)

// Which memory to open. The text form, as the command line and bookmarks write it, is in core/text/source_spec.h.
struct SourceSpec {
    SourceKind kind = SourceKind::Section;
    std::string name;     // section: its name; file, snapshot: its path on the session's side
    ProcessKey process;   // process, shared section, handle
    std::string module;   // shared section: module file name, any case
    std::string section;  // shared section: ".MYSEC"
    std::uint64_t handle = 0; // handle: its value in that process

    bool operator==(const SourceSpec &) const = default;
    IPCLENS_FIELDS(kind, name, process, module, section, handle)
};

struct Done {
    IPCLENS_FIELDS()
};

// An opened source. `base` is where address 0 of the source is in its process (shared section), else 0.
struct SourceInfo {
    SourceId source = 0;
    SourceSpec spec;
    std::string name; // its text form
    Access access = Access::Read;
    AddressRange extent;
    Address base = 0;
    std::uint32_t pageSize = 4096;
    std::vector<std::string> granted;
    std::vector<std::string> refused;
    std::optional<SectionInfo> section;
    std::optional<ProcessInfo> process; // process and shared section: name and key of the process; other fields may be empty

    IPCLENS_FIELDS(source, spec, name, access, extent, base, pageSize, granted, refused, section, process)
};

// How far a long command has come; given a few times a second while it runs, if the command named a job.
struct Progress {
    static constexpr std::string_view name = "job.progress";
    std::uint64_t job = 0; // as the command said
    std::uint64_t done = 0;
    std::uint64_t total = 0; // 0: not known
    std::uint64_t found = 0;
    IPCLENS_FIELDS(job, done, total, found)
};

} // namespace ipclens
