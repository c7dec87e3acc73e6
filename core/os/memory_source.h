// The one interface to memory: process memory, a mapped section, a shared PE section, a file, a test buffer.
#pragma once

#include "core/model/memory.h"

#include <span>
#include <stop_token>

namespace ipclens {

// `count` leading bytes were read. Where that is less than asked, at least `unreadable` bytes after them cannot be read
// (never 0 then, and never beyond what was asked), and `why` says why.
struct ReadOutcome {
    std::uint64_t count = 0;
    std::uint64_t unreadable = 0;
    std::optional<Error> why;
};

// Memory that can be read and perhaps written. Implementations are thread-safe: the session, job and sampler threads
// read the same source at once. Reading has no side effect on the target: guard pages are never touched.
class MemorySource {
public:
    virtual ~MemorySource() = default;

    // As users name it: "section:MySharedMem", "process:1234".
    virtual std::string name() const = 0;

    // Everything outside is unreadable.
    virtual AddressRange extent() const = 0;

    // Bytes a page; reads fail and writes are tracked page by page.
    virtual std::uint32_t pageSize() const { return 4096; }

    // The regions that meet `range`, ascending, clipped to nothing; Free ones are left out. May walk for seconds in a
    // large process: called on the job thread. Cancelled when stopped.
    virtual Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) = 0;

    // Reads into.size() bytes from `address`.
    virtual ReadOutcome read(Address address, std::span<std::byte> into) = 0;

    // The bytes of `range` themselves, where they lie in this process and touching them is safe, else none. They change
    // under the reader's eyes, and go with the source.
    virtual std::span<const std::byte> direct(AddressRange) { return {}; }

    // Writes all `bytes` or fails; never changes protection. An aligned write of 2, 4 or 8 bytes is one access of that
    // size. Fails with Unreadable on pages that are not writable, with OutOfRange outside the extent.
    virtual Result<void> write(Address address, std::span<const std::byte> bytes) = 0;
};

// Reads `range`, going on behind what cannot be read. Never fails: what could not be read is marked.
MemoryImage readImage(MemorySource &source, AddressRange range);

} // namespace ipclens
