// Which memory a search goes through, and reading it piece by piece.
#pragma once

#include "core/session/search_commands.h"

#include <functional>

namespace ipclens {

// Places closer than this many bytes are read together: a call costs as much as some of the bytes between.
inline constexpr std::uint64_t worthSkipping = 32 << 10;

// Readable memory without a hole in it: one region, or several that touch.
struct SearchRuns {
    std::vector<AddressRange> runs;   // ascending, none touching the next
    std::vector<AddressRange>
        barred; // committed memory of the kinds chosen that is guarded or allows no reading, ascending
};

// What of `range` is chosen and readable. A region of a kind that the system does not tell is always chosen.
Result<SearchRuns> findRuns(MemorySource &memory, AddressRange range, const RegionChoice &choice, std::stop_token stop);

std::uint64_t totalSize(std::span<const AddressRange> ranges);

// The range that a command names: size 0 is all of the source. An error where it wraps or lies outside.
Result<AddressRange> searchedRange(const MemorySource &memory, AddressRange range, const char *operation);

// Bytes at one place: the memory itself where it is at hand, else a copy. Reused from piece to piece. One thread at a
// time.
class PieceReader {
public:
    explicit PieceReader(MemorySource &memory) : m_memory(memory) {}

    // The bytes of `range`, zeros where they cannot be read. Good until the next read.
    std::span<const std::byte> read(AddressRange range);
    // The same, but reads of it only `parts`: ascending, disjoint, inside.
    std::span<const std::byte> read(AddressRange range, std::span<const AddressRange> parts);
    // A copy that does not change any more: of what read() gave.
    std::span<const std::byte> still();

    bool isLive() const { return m_isLive; } // read() gave memory that changes under the reader's eyes
    bool isUnreadable() const { return m_unreadable.size() == 1 && m_unreadable.front().size == m_last.size(); }
    // What of the last read() could not be read: ascending, not touching.
    const std::vector<AddressRange> &unreadable() const { return m_unreadable; }
    // Why not; told for the first time it happened.
    const std::optional<Error> &why() const { return m_why; }

private:
    void copy(AddressRange part, std::byte *into);

    MemorySource &m_memory;
    Bytes m_bytes;
    std::span<const std::byte> m_last;
    bool m_isLive = false;
    std::vector<AddressRange> m_unreadable;
    std::optional<Error> m_why;
};

// Tells how far a search is, not more often than a few times a second. Its thread only.
class ProgressTeller {
public:
    using Tell = std::function<void(std::uint64_t done, std::uint64_t total, std::uint64_t found)>;

    ProgressTeller(Tell tell, std::uint64_t total) : m_tell(std::move(tell)), m_total(total) {}

    void add(std::uint64_t done, std::uint64_t found);

private:
    Tell m_tell; // may be empty
    std::uint64_t m_total;
    std::uint64_t m_done = 0;
    std::int64_t m_next = 0;
};

Failure searchCancelled(const char *operation);

} // namespace ipclens
