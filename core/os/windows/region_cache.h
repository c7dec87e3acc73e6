// What VirtualQueryEx says of a process, remembered for a short time, because asking costs up to 0.9 ms under Wine.
#pragma once

#include "core/model/memory.h"

#include <map>
#include <mutex>

#include <windows.h>

namespace ipclens {

// A run of alike pages by the process's own addresses.
struct NativeRegion {
    Address begin = 0;
    Address end = 0;
    DWORD state = MEM_FREE;
    DWORD protection = 0;
    DWORD type = 0;
    Address allocationBase = 0;

    bool isReadable() const;
    bool isWritable() const; // also where the first write makes the page private
};

Protection protectionOf(DWORD native);

// Thread-safe. Errors carry code and operation; the caller adds the object.
class RegionCache {
public:
    // `process` must outlive this.
    explicit RegionCache(HANDLE process) : m_process(process) {}

    // The region from the page of `address` on. Above the highest address that programs have: one free run to the end.
    // Only what can be read is remembered, for a second: memory that a program has just allocated or committed is seen
    // at once, and reading memory that is gone fails and is asked about anew.
    Result<NativeRegion> at(Address address);
    // The same, always asked anew.
    Result<NativeRegion> ask(Address address);
    // Drops what is remembered of [begin, end).
    void forget(Address begin, Address end);

private:
    struct Entry {
        NativeRegion region;
        std::uint64_t asked; // GetTickCount64()
    };

    void remember(const NativeRegion &region);
    void forgetLocked(Address begin, Address end);

    HANDLE m_process;
    std::mutex m_mutex;
    std::map<Address, Entry> m_entries; // by begin; disjoint
};

} // namespace ipclens
