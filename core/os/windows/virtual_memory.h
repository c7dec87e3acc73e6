// Memory of a process, ours or another's, as reading, writing and walking code needs it.
#pragma once

#include "core/os/memory_source.h"
#include "core/os/windows/region_cache.h"

namespace ipclens {

// Which part of which process's memory, and how to speak of it.
struct MemoryWindow {
    HANDLE process = nullptr; // outlives the VirtualMemory
    Address base = 0;         // where address 0 is in the process
    AddressRange extent;      // of addresses, before `base` is added
    std::string name;         // in errors: "process 1234", "section Local\\X"
    bool writable = false;    // opened for writing
    std::string whyReadOnly;  // hint of the error when it is not

    // The memory is a view in this very process of a section without a file behind it: nothing but lack of commitment
    // can make touching it fail, so that it may be copied through a pointer. With a file behind it, touching it may
    // raise EXCEPTION_IN_PAGE_ERROR, which only a system call turns into an error code.
    bool direct = false;
};

// The one implementation of MemorySource's functions on Windows, used by processes and sections. Thread-safe.
//
// ReadProcessMemory reads all or nothing on Wine and may disarm guard pages on Windows. So it is only asked for what
// VirtualQueryEx says is readable, and page by page only where it disagrees.
class VirtualMemory {
public:
    explicit VirtualMemory(MemoryWindow window);

    AddressRange extent() const { return m_window.extent; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop);
    ReadOutcome read(Address address, std::span<std::byte> into);
    std::span<const std::byte> direct(AddressRange range);
    Result<void> write(Address address, std::span<const std::byte> bytes);

    // Regions there have changed by our own doing.
    void forget(AddressRange range);

private:
    // Bytes from one address on that are alike: readable, or not and why.
    struct Run {
        std::uint64_t size = 0;
        std::optional<Error> unreadable;
    };

    std::string at(Address address) const;
    Error refine(Error error, Address address, const char *operation) const;
    Error whyUnreadable(Address address, const NativeRegion &region) const;
    Error outside(Address address, const char *operation) const;
    Run runAt(Address address, std::uint64_t most);
    DWORD copyOut(Address address, std::span<std::byte> into) const;
    ReadOutcome readPages(Address address, std::span<std::byte> into) const;
    Result<void> checkWritable(Address address, std::uint64_t size, bool &executable);
    bool store(Address address, std::span<const std::byte> bytes) const;

    MemoryWindow m_window;
    RegionCache m_regions;
};

} // namespace ipclens
