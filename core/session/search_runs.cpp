#include "core/session/search_runs.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

bool isChosen(const Region &region, const RegionChoice &choice)
{
    if (choice.writableOnly && !region.protection.write)
        return false;
    switch (region.type) {
    case RegionType::Private: return choice.privateMemory;
    case RegionType::Mapped: return choice.mapped;
    case RegionType::Image: return choice.image;
    case RegionType::None: break;
    }
    return true;
}

void append(std::vector<AddressRange> &ranges, AddressRange range)
{
    if (!ranges.empty() && ranges.back().end() == range.begin)
        ranges.back().size += range.size;
    else
        ranges.push_back(range);
}

} // namespace

Result<SearchRuns> findRuns(MemorySource &memory, AddressRange range, const RegionChoice &choice, std::stop_token stop)
{
    auto regions = memory.regions(range, std::move(stop));
    if (!regions)
        return Failure(std::move(regions.error()));
    SearchRuns found;
    for (const Region &region : *regions) {
        const AddressRange part = intersect(region.range, range);
        if (part.size == 0 || !isChosen(region, choice))
            continue;
        if (region.isReadable())
            append(found.runs, part);
        else if (region.state == RegionState::Committed)
            append(found.barred, part);
    }
    return found;
}

std::uint64_t totalSize(std::span<const AddressRange> ranges)
{
    std::uint64_t size = 0;
    for (const AddressRange &range : ranges)
        size += range.size;
    return size;
}

Result<AddressRange> searchedRange(const MemorySource &memory, AddressRange range, const char *operation)
{
    const AddressRange extent = memory.extent();
    if (range.size == 0)
        return extent;
    const bool wraps = range.begin + range.size < range.begin;
    if (wraps || intersect(range, extent).size == 0)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = operation,
                             .object = fmt::format("{} bytes at 0x{:x} of {}", range.size, range.begin, memory.name()),
                             .meaning = wraps ? "the range ends behind 2^64 - 1"
                                              : fmt::format("the source reaches from 0x{:x} up to 0x{:x}", extent.begin,
                                                            extent.end())});
    return intersect(range, extent);
}

std::span<const std::byte> PieceReader::read(AddressRange range)
{
    return read(range, std::span(&range, 1));
}

std::span<const std::byte> PieceReader::read(AddressRange range, std::span<const AddressRange> parts)
{
    m_unreadable.clear();
    m_last = m_memory.direct(range);
    m_isLive = m_last.size() == range.size && range.size > 0;
    if (m_isLive)
        return m_last;
    if (m_bytes.size() < range.size)
        m_bytes.resize(range.size);
    for (const AddressRange &part : parts)
        copy(part, m_bytes.data() + (part.begin - range.begin));
    return m_last = std::span(m_bytes).first(range.size);
}

std::span<const std::byte> PieceReader::still()
{
    if (!m_isLive)
        return m_last;
    if (m_bytes.size() < m_last.size())
        m_bytes.resize(m_last.size());
    std::memcpy(m_bytes.data(), m_last.data(), m_last.size());
    m_isLive = false;
    return m_last = std::span(m_bytes).first(m_last.size());
}

void PieceReader::copy(AddressRange part, std::byte *into)
{
    for (std::uint64_t done = 0; done < part.size;) {
        const std::uint64_t rest = part.size - done;
        const ReadOutcome outcome = m_memory.read(part.begin + done, {into + done, rest});
        done += std::min(outcome.count, rest);
        if (done == part.size)
            break;
        const auto skip = std::clamp<std::uint64_t>(outcome.unreadable, 1, part.size - done);
        std::memset(into + done, 0, skip);
        append(m_unreadable, {part.begin + done, skip});
        if (!m_why)
            m_why = outcome.why;
        done += skip;
    }
}

void ProgressTeller::add(std::uint64_t done, std::uint64_t found)
{
    constexpr std::int64_t pause = 200'000'000; // nanoseconds
    m_done += done;
    if (!m_tell)
        return;
    const std::int64_t now = wallClock();
    if (now < m_next && now >= m_next - pause) // the clock may have been set back
        return;
    m_next = now + pause;
    m_tell(m_done, m_total, found);
}

Failure searchCancelled(const char *operation)
{
    return Failure(Error{.kind = ErrorKind::Cancelled, .operation = operation, .meaning = "was cancelled"});
}

} // namespace ipclens
