// Synchronisation objects as they are at a moment, read without taking, waiting for or resetting anything.
#pragma once

#include "core/model/process.h"

namespace ipclens {

IPCLENS_ENUM(SyncKind, Mutex, Event, Semaphore, Timer, Job)

struct SyncState {
    SyncKind kind = SyncKind::Event;
    bool signaled = false;           // a wait would end at once
    bool manualReset = false;        // event: stays set until it is reset
    bool abandoned = false;          // mutex: its owner ended without releasing it
    std::int64_t count = 0;          // semaphore: how many may pass; mutex: how often its owner has it; job: living processes
    std::int64_t maximum = 0;        // semaphore
    std::int64_t remaining = 0;      // timer: nanoseconds until it is due; 0 or less: it was due that long ago
    ProcessKey owner;                // mutex: pid 0 when free or not told
    std::uint32_t ownerThread = 0;
    std::vector<std::uint32_t> processes; // job: pids
    std::string note;                // what the system does not tell, and why

    bool operator==(const SyncState &) const = default;
    IPCLENS_FIELDS(kind, signaled, manualReset, abandoned, count, maximum, remaining, owner, ownerThread, processes, note)
};

// "free", "owned by thread 12 of process 34, twice", "set, manual reset", "2 of 5", ...
std::string toText(const SyncState &state);

} // namespace ipclens
