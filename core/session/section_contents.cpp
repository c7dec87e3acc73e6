#include "core/session/section_contents.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::uint64_t pageBytes = 4096;
constexpr std::uint64_t pieceBytes = 1 << 20;
constexpr std::uint64_t granularity = 64 << 10; // views begin at multiples of it
constexpr std::uint64_t mostSearched = 4 << 20;  // bytes of a view, for pages that are not all zeros
constexpr int looks = 3;

using Page = std::array<std::byte, pageBytes>;

bool isBlank(std::span<const std::byte> page)
{
    return page[0] == std::byte{} && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

std::size_t hashOf(std::span<const std::byte> page)
{
    return std::hash<std::string_view>()({reinterpret_cast<const char *>(page.data()), page.size()});
}

bool readPage(MemorySource &memory, Address at, Page &page)
{
    page.fill(std::byte{}); // a section's last page may be cut by its size
    const std::uint64_t size = std::min(pageBytes, memory.extent().end() - std::min(memory.extent().end(), at));
    return size > 0 && memory.read(at, std::span(page).first(size)).count == size;
}

// At most `most` of them, evenly chosen.
std::vector<std::uint64_t> sample(const std::vector<std::uint64_t> &pages, std::size_t most)
{
    if (pages.size() <= most)
        return pages;
    std::vector<std::uint64_t> chosen;
    for (std::size_t i = 0; i < most; ++i)
        chosen.push_back(pages[i * (pages.size() - 1) / (most - 1)]);
    return chosen;
}

} // namespace

Result<SectionContents> SectionContents::read(MemorySource &section, std::stop_token stop)
{
    SectionContents contents(section);
    const std::uint64_t size = section.extent().size;
    contents.m_size = (size + pageBytes - 1) / pageBytes * pageBytes;
    const auto regions = section.regions(section.extent(), stop);
    if (!regions)
        return Failure(regions.error());
    std::uint64_t scanned = 0;
    Bytes piece(pieceBytes, std::byte{});
    for (const Region &region : *regions) {
        if (!region.isReadable())
            continue;
        for (Address at = region.range.begin; at < region.range.end(); at += pieceBytes) {
            if (stop.stop_requested())
                return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "read section", .meaning = "was cancelled"});
            if (scanned >= mostScanned) {
                contents.m_isWhole = false;
                return contents;
            }
            const auto part = std::span(piece).first(std::min(pieceBytes, region.range.end() - at));
            const std::uint64_t count = section.read(at, part).count;
            std::fill(part.begin() + static_cast<std::ptrdiff_t>(count), part.end(), std::byte{});
            for (std::uint64_t offset = 0; offset < count; offset += pageBytes) {
                Page page{};
                std::memcpy(page.data(), part.data() + offset, std::min<std::uint64_t>(pageBytes, part.size() - offset));
                if (isBlank(page))
                    continue;
                contents.m_pages.push_back(at + offset);
                contents.m_byHash.emplace(hashOf(page), at + offset);
            }
            scanned += part.size();
        }
    }
    return contents;
}

std::optional<SectionContents::Match> SectionContents::compare(MemorySource &process, AddressRange range) const
{
    if (range.size == m_size)
        return compareWhole(process, range);
    return range.size < m_size ? comparePart(process, range) : std::nullopt;
}

// Both sides are being written to meanwhile: what differs is looked at again, and the section's page between two looks, too.
SectionContents::Comparison SectionContents::comparePages(MemorySource &process, Address view, std::uint64_t offset) const
{
    bool isChanging = false;
    Page before, there, after;
    for (int look = 0; look < looks; ++look) {
        if (!readPage(*m_section, offset, before) || !readPage(process, view + offset, there) ||
            !readPage(*m_section, offset, after))
            return Comparison::Different;
        if (there == before || there == after)
            return Comparison::Equal;
        isChanging = isChanging || before != after;
    }
    return isChanging ? Comparison::Changing : Comparison::Different;
}

// `pages` are offsets in the section; the view's first byte is at `offset` of it.
std::optional<SectionContents::Match> SectionContents::compareAt(MemorySource &process, AddressRange range,
                                                                 const std::vector<std::uint64_t> &pages,
                                                                 std::uint64_t offset) const
{
    std::size_t equal = 0;
    for (const std::uint64_t page : pages) {
        const auto comparison = comparePages(process, range.begin - offset, page);
        if (comparison == Comparison::Different)
            return std::nullopt;
        equal += comparison == Comparison::Equal;
    }
    if (equal == 0)
        return Match{Certainty::Possible, offset, "same size; the contents change too fast to be compared"};
    return Match{Certainty::Probable, offset,
                 fmt::format("same {} ({} page{} compared)", offset == 0 && range.size == m_size ? "size and contents" : "contents",
                             equal, equal == 1 ? "" : "s")};
}

std::optional<SectionContents::Match> SectionContents::compareWhole(MemorySource &process, AddressRange range) const
{
    if (!m_pages.empty())
        return compareAt(process, range, sample(m_pages, mostCompared), 0);
    Page page;
    for (const std::uint64_t offset : {std::uint64_t{0}, m_size / 2 / pageBytes * pageBytes, m_size - pageBytes})
        if (readPage(process, range.begin + offset, page) && !isBlank(page))
            return std::nullopt;
    return Match{Certainty::Possible, 0, "same size; both hold nothing but zeros, as far as they were read"};
}

// A view of a part begins at a multiple of 64 KiB: where, its own pages tell.
std::optional<SectionContents::Match> SectionContents::comparePart(MemorySource &process, AddressRange range) const
{
    if (m_pages.empty())
        return std::nullopt;
    Page page;
    for (std::uint64_t in = 0; in < std::min(range.size, mostSearched); in += pageBytes) {
        if (!readPage(process, range.begin + in, page) || isBlank(page))
            continue;
        std::vector<std::uint64_t> offsets; // where the view may begin in the section
        const auto [first, last] = m_byHash.equal_range(hashOf(page));
        for (auto at = first; at != last; ++at)
            if (at->second >= in && (at->second - in) % granularity == 0 && at->second - in + range.size <= m_size)
                offsets.push_back(at->second - in);
        std::ranges::sort(offsets);
        for (const std::uint64_t offset : offsets) {
            std::vector<std::uint64_t> inside;
            for (const std::uint64_t candidate : m_pages)
                if (candidate >= offset && candidate - offset < range.size)
                    inside.push_back(candidate);
            if (auto match = compareAt(process, range, sample(inside, mostCompared), offset);
                match && match->certainty == Certainty::Probable)
                return match;
        }
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace ipclens
