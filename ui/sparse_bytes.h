// The bytes a hex view knows: where they are known, whether they were readable, and when they last changed.
#pragma once

#include "core/model/memory.h"

#include <array>
#include <bitset>
#include <map>
#include <memory>

namespace ipclens {

enum class ByteState { Unknown, Unreadable, Known };

// Kept in pages, so that cost follows what was merged and never the size of the source. Lives on one thread.
class SparseBytes {
public:
    // Time of a change, in milliseconds of the owner's clock; 0 means never.
    using Stamp = std::uint32_t;

    struct Cell {
        ByteState state = ByteState::Unknown;
        std::byte value{};
        Stamp changed = 0;
    };

    // Takes over what the image says. Bytes that were known before and differ now get the stamp `now`, unless it is 0.
    // Returns whether any did.
    bool merge(const MemoryImage &image, Stamp now);
    void forgetOutside(AddressRange keep);
    void clear() { m_pages.clear(); }

    Cell at(Address address) const;
    // Copies `into.size()` cells from `address` on; faster than one by one.
    void read(Address address, std::span<Cell> into) const;
    // The part of `range` that is known, readable or not, from its start on.
    std::uint64_t knownPrefix(AddressRange range) const;
    // Gives `range` as an image. All of it must be known.
    MemoryImage image(AddressRange range) const;

private:
    static constexpr std::size_t pageBytes = 4096;
    struct Page {
        std::array<std::byte, pageBytes> bytes;
        std::bitset<pageBytes> known;
        std::bitset<pageBytes> readable;
        std::unique_ptr<std::array<Stamp, pageBytes>> changed; // made with the first change
    };

    bool mergeReadable(Address begin, std::span<const std::byte> bytes, Stamp now);
    bool mergeUnreadable(AddressRange range, Stamp now);

    std::map<Address, std::unique_ptr<Page>> m_pages; // by address of their first byte
};

} // namespace ipclens
