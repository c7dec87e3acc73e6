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
        std::uint16_t changes = 0; // stays at mostChanges

        bool isSame(const Cell &other) const { return state == other.state && value == other.value; }
    };
    static constexpr std::uint16_t mostChanges = 0xFFFF;
    // Changes are remembered for so many pages, then forgotten for the page whose last change is the oldest.
    static constexpr std::size_t mostChangedPages = 1024;

    // Takes over what the image says. Bytes that were known before and differ now get the stamp `now` and count as
    // changed, unless it is 0. Returns whether any did.
    bool merge(const MemoryImage &image, Stamp now) { return merge(image, image.range(), now); }
    // The same for a part of the image alone.
    bool merge(const MemoryImage &image, AddressRange part, Stamp now);
    // Forgets bytes outside of these ascending ranges, but not that they changed.
    void forgetOutside(std::span<const AddressRange> keep);
    void clear();
    void clearChanges() { m_changes.clear(); }

    Cell at(Address address) const;
    // Copies `into.size()` cells from `address` on; faster than one by one.
    void read(Address address, std::span<Cell> into) const;
    // The part of `range` that is known, readable or not, from its start on.
    std::uint64_t knownPrefix(AddressRange range) const;
    // Gives `range` as an image. All of it must be known.
    MemoryImage image(AddressRange range) const;

    // Pages in which something changed, and when last.
    static constexpr std::size_t pageBytes = 4096;
    template <class Found>
    void changedPages(Found found) const
    {
        for (const auto &[begin, changes] : m_changes)
            found(begin, changes->last);
    }

private:
    struct Page {
        std::array<std::byte, pageBytes> bytes;
        std::bitset<pageBytes> known;
        std::bitset<pageBytes> readable;
    };
    struct Changes {
        std::array<Stamp, pageBytes> when{};
        std::array<std::uint16_t, pageBytes> counts{};
        Stamp last = 0;
    };

    void noteChange(Address page, std::size_t offset, Stamp now);
    bool mergeReadable(Address begin, std::span<const std::byte> bytes, Stamp now);
    bool mergeUnreadable(AddressRange range, Stamp now);

    std::map<Address, std::unique_ptr<Page>> m_pages; // by address of their first byte
    std::map<Address, std::unique_ptr<Changes>> m_changes;
};

} // namespace ipclens
