// What a section holds, made ready to be compared with views that may show it.
#pragma once

#include "core/model/sharing.h"
#include "core/os/memory_source.h"

#include <unordered_map>

namespace ipclens {

// The pages of a section that are not all zeros, as far as they were looked at. For one walk, on one thread.
class SectionContents {
public:
    static constexpr std::uint64_t mostScanned = 64 << 20; // bytes
    static constexpr std::size_t mostCompared = 16;        // pages of one view

    // Reads the section once. Cancelled when stopped.
    static Result<SectionContents> read(MemorySource &section, std::stop_token stop);

    struct Match {
        Certainty certainty = Certainty::Possible;
        std::uint64_t offset = 0; // in the section
        std::string why;
    };
    // Whether `range` of `process` may show the section; none: it does not.
    std::optional<Match> compare(MemorySource &process, AddressRange range) const;

    bool wasScannedWhole() const { return m_isWhole; }

private:
    enum class Comparison { Equal, Different, Changing };

    explicit SectionContents(MemorySource &section) : m_section(&section) {}
    Comparison comparePages(MemorySource &process, Address view, std::uint64_t offset) const;
    std::optional<Match> compareWhole(MemorySource &process, AddressRange range) const;
    std::optional<Match> comparePart(MemorySource &process, AddressRange range) const;
    std::optional<Match> compareAt(MemorySource &process, AddressRange range, const std::vector<std::uint64_t> &pages,
                                   std::uint64_t offset) const;

    MemorySource *m_section;
    std::uint64_t m_size = 0;                       // whole pages
    std::vector<std::uint64_t> m_pages;             // offsets of pages that are not all zeros, ascending
    std::unordered_multimap<std::size_t, std::uint64_t> m_byHash;
    bool m_isWhole = true;
};

} // namespace ipclens
