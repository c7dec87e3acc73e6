// Who talks to whom, as a graph: on one side those who share (processes), on the other what they share.
#pragma once

#include "core/model/sharing.h"

namespace ipclens {

IPCLENS_ENUM(MapNodeKind, Process, Section, SharedData, Sync, Pipe, Window)
IPCLENS_ENUM(MapEdgeKind, Holds, Views, Loads, Serves, Connects, Owns, Sends)

struct MapNode {
    std::string id; // the same from one map to the next: "process:1234:132...", "object:\\Sessions\\1\\..."
    MapNodeKind kind = MapNodeKind::Process;
    std::string label;   // "demo.exe (1234)"
    std::string detail;  // "4 KiB, SEC_COMMIT"
    ProcessKey process;  // process; window: its owner; shared data: one that has it
    ObjectTarget object; // section, sync
    std::uint64_t window = 0;
    std::string module; // shared data: file name of the DLL, its section
    std::string section;
    std::uint32_t members = 0; // several nodes drawn as one: how many; else 0

    bool operator==(const MapNode &) const = default;
    IPCLENS_FIELDS(id, kind, label, detail, process, object, window, module, section, members)
};

// From a process to what it shares. Views: it has the section mapped, but no handle to it any more. Sends: from a
// process to a window.
struct MapEdge {
    std::string from;
    std::string to;
    MapEdgeKind kind = MapEdgeKind::Holds;
    std::string label;       // rights: "read, write"
    std::uint64_t count = 1; // handles; views; messages; over all members of a group
    Certainty certainty = Certainty::Exact; // of a view: the best of those that are counted

    bool operator==(const MapEdge &) const = default;
    IPCLENS_FIELDS(from, to, kind, label, count, certainty)
};

struct SharingMap {
    std::vector<MapNode> nodes;
    std::vector<MapEdge> edges;
    std::vector<std::string> notes; // what is missing, and why
    bool operator==(const SharingMap &) const = default;
    IPCLENS_FIELDS(nodes, edges, notes)
};

} // namespace ipclens
