// Addresses, regions and pieces of memory as read.
#pragma once

#include "core/model/bytes.h"
#include "core/model/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ipclens {

// An address in the source it belongs to: in a process a virtual address, in a section the offset from its start.
using Address = std::uint64_t;

// `size` bytes from `begin`. A range never wraps: begin + size <= 2^64 - 1.
struct AddressRange {
    Address begin = 0;
    std::uint64_t size = 0;

    Address end() const { return begin + size; }
    bool contains(Address address) const { return address >= begin && address - begin < size; }
    bool contains(const AddressRange &other) const
    {
        return other.begin >= begin && other.begin - begin <= size && other.size <= size - (other.begin - begin);
    }
    bool operator==(const AddressRange &) const = default;
    IPCLENS_FIELDS(begin, size)
};

// What both have in common; size 0 where they do not meet.
AddressRange intersect(const AddressRange &a, const AddressRange &b);

// What a page allows. `native` is the system's own number (PAGE_* on Windows, 0 on Linux).
struct Protection {
    bool read = false;
    bool write = false;
    bool execute = false;
    bool copyOnWrite = false; // the first write makes the page private
    bool guard = false;       // touching it once disarms it: never touched by us
    std::uint32_t native = 0;

    bool operator==(const Protection &) const = default;
    IPCLENS_FIELDS(read, write, execute, copyOnWrite, guard, native)
};

// "rw-", "r-x", "rc-" (copy-on-write), "---", with "+g" appended for a guard page.
std::string toText(const Protection &protection);

IPCLENS_ENUM(RegionState, Free, Reserved, Committed)
IPCLENS_ENUM(RegionType, None, Private, Mapped, Image)

// A run of pages alike in state, protection and type.
struct Region {
    AddressRange range;
    RegionState state = RegionState::Free;
    Protection protection;
    RegionType type = RegionType::None;
    Address allocationBase = 0;
    std::string mapped; // the mapped file or image, where the system tells

    bool isReadable() const
    {
        return state == RegionState::Committed && protection.read && !protection.guard;
    }
    bool operator==(const Region &) const = default;
    IPCLENS_FIELDS(range, state, protection, type, allocationBase, mapped)
};

// The bytes of one range at one moment. `bytes` has the range's size; those in `unreadable` are zero and mean nothing.
struct MemoryImage {
    Address address = 0;
    Bytes bytes;
    std::vector<AddressRange> unreadable; // ascending, disjoint, not touching, inside the range
    std::optional<Error> why;             // the reason of the first unreadable range
    std::int64_t time = 0;                // when it was read, nanoseconds since 1970 UTC

    AddressRange range() const { return {address, bytes.size()}; }
    bool isReadable(Address at) const;
    bool operator==(const MemoryImage &) const = default;
    IPCLENS_FIELDS(address, bytes, unreadable, why, time)
};

// Nanoseconds since 1970 UTC, now. Later than all it gave before, on any thread, so that what was read can be ordered.
std::int64_t wallClock();

} // namespace ipclens
