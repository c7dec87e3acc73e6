#include "core/session/difference.h"

#include <algorithm>
#include <cstring>
#include <ranges>

namespace ipclens {
namespace {

constexpr std::uint64_t pieceSize = std::uint64_t{4} << 20;
constexpr std::uint64_t longestRun = 4096;

// What is readable in one of the two, ascending and apart.
Result<std::vector<AddressRange>> readableInEither(MemorySource &left, MemorySource &right, std::stop_token stop)
{
    std::vector<AddressRange> ranges;
    for (MemorySource *memory : {&left, &right}) {
        const auto regions = memory->regions(memory->extent(), stop);
        if (!regions)
            return Failure(regions.error());
        for (const Region &region : *regions) {
            if (region.isReadable())
                ranges.push_back(intersect(region.range, memory->extent()));
        }
    }
    std::ranges::sort(ranges, {}, &AddressRange::begin);
    std::vector<AddressRange> merged;
    for (const AddressRange &range : ranges) {
        if (range.size == 0)
            continue;
        if (!merged.empty() && range.begin <= merged.back().end())
            merged.back().size = std::max(merged.back().end(), range.end()) - merged.back().begin;
        else
            merged.push_back(range);
    }
    return merged;
}

// What lies in both; all ascending and apart.
std::vector<AddressRange> common(const std::vector<AddressRange> &left, const std::vector<AddressRange> &right)
{
    std::vector<AddressRange> found;
    for (auto l = left.begin(), r = right.begin(); l != left.end() && r != right.end();) {
        if (const AddressRange both = intersect(*l, *r); both.size > 0)
            found.push_back(both);
        if (l->end() < r->end())
            ++l;
        else
            ++r;
    }
    return found;
}

// The same range of both.
class Pair {
public:
    Pair(MemorySource &left, MemorySource &right, AddressRange range)
        : m_range(range), m_left(readImage(left, range)), m_right(readImage(right, range))
    {
    }

    bool isEqual() const
    {
        return m_left.unreadable == m_right.unreadable &&
               std::memcmp(m_left.bytes.data(), m_right.bytes.data(), m_range.size) == 0;
    }

    // The first run of different bytes; size 0: there is none.
    AddressRange firstRun() const
    {
        return m_left.unreadable.empty() && m_right.unreadable.empty() ? firstRunOfReadable() : firstRunFrom(0);
    }

    AddressRange lastRun() const
    {
        std::uint64_t end = m_range.size;
        while (end > 0 && !differs(end - 1))
            --end;
        std::uint64_t begin = end;
        while (begin > 0 && end - begin < longestRun && differs(begin - 1))
            --begin;
        return {m_range.begin + begin, end - begin};
    }

private:
    AddressRange firstRunOfReadable() const
    {
        constexpr std::uint64_t block = 256;
        std::uint64_t at = 0;
        while (m_range.size - at >= block &&
               std::memcmp(m_left.bytes.data() + at, m_right.bytes.data() + at, block) == 0)
            at += block;
        return firstRunFrom(at);
    }

    AddressRange firstRunFrom(std::uint64_t begin) const
    {
        while (begin < m_range.size && !differs(begin))
            ++begin;
        std::uint64_t end = begin;
        while (end < m_range.size && end - begin < longestRun && differs(end))
            ++end;
        return {m_range.begin + begin, end - begin};
    }

    // Unreadable bytes are zero in both images.
    bool differs(std::uint64_t offset) const
    {
        if (m_left.bytes[offset] != m_right.bytes[offset])
            return true;
        const Address at = m_range.begin + offset;
        return m_left.unreadable != m_right.unreadable && m_left.isReadable(at) != m_right.isReadable(at);
    }

    const AddressRange m_range;
    const MemoryImage m_left;
    const MemoryImage m_right;
};

// Goes through the ranges in one direction until a run is found.
class DifferenceSearch {
public:
    DifferenceSearch(MemorySource &left, MemorySource &right, ProgressTeller progress)
        : m_left(left), m_right(right), m_progress(std::move(progress))
    {
    }

    Result<Difference> forwards(const std::vector<AddressRange> &ranges, std::stop_token stop)
    {
        for (const AddressRange &range : ranges) {
            for (Address at = range.begin; at < range.end(); at += pieceSize) {
                if (stop.stop_requested())
                    return cancelled();
                const AddressRange piece{at, std::min(pieceSize, range.end() - at)};
                if (auto run = look(piece, &Pair::firstRun); run.size > 0) {
                    if (run.end() == piece.end() && run.size < longestRun) { // it may go on behind the piece
                        const AddressRange more{run.end(), std::min(longestRun - run.size, range.end() - run.end())};
                        const auto rest = more.size > 0 ? Pair(m_left, m_right, more).firstRun() : AddressRange{};
                        run.size += rest.begin == more.begin ? rest.size : 0;
                    }
                    return Difference{run, m_compared};
                }
            }
        }
        return Difference{std::nullopt, m_compared};
    }

    Result<Difference> backwards(const std::vector<AddressRange> &ranges, std::stop_token stop)
    {
        for (const AddressRange &range : std::views::reverse(ranges)) {
            for (Address end = range.end(); end > range.begin;) {
                if (stop.stop_requested())
                    return cancelled();
                const std::uint64_t size = std::min(pieceSize, end - range.begin);
                end -= size;
                if (auto run = look({end, size}, &Pair::lastRun); run.size > 0) {
                    if (run.begin == end && run.size < longestRun) {
                        const std::uint64_t more = std::min(longestRun - run.size, end - range.begin);
                        const auto rest =
                            more > 0 ? Pair(m_left, m_right, {end - more, more}).lastRun() : AddressRange{};
                        if (rest.size > 0 && rest.end() == run.begin)
                            run = {rest.begin, rest.size + run.size};
                    }
                    return Difference{run, m_compared};
                }
            }
        }
        return Difference{std::nullopt, m_compared};
    }

private:
    static Failure cancelled()
    {
        return Failure(
            Error{.kind = ErrorKind::Cancelled, .operation = "find a difference", .meaning = "was cancelled"});
    }

    AddressRange look(AddressRange piece, AddressRange (Pair::*find)() const)
    {
        const Pair pair(m_left, m_right, piece);
        m_compared += piece.size;
        m_progress.add(piece.size, 0);
        return pair.isEqual() ? AddressRange{} : (pair.*find)();
    }

    MemorySource &m_left;
    MemorySource &m_right;
    ProgressTeller m_progress;
    std::uint64_t m_compared = 0;
};

} // namespace

Result<Difference> findDifference(MemorySource &left, MemorySource &right,
                                  const std::array<std::vector<AddressRange>, 2> &parts, const FindDifference &command,
                                  const ProgressTeller::Tell &tell, std::stop_token stop)
{
    auto all = readableInEither(left, right, stop);
    if (!all)
        return Failure(all.error());
    for (const auto &some : parts) {
        if (!some.empty())
            all = common(*all, some);
    }
    const AddressRange asked = command.backwards ? AddressRange{0, command.from}
                                                 : AddressRange{command.from, ~std::uint64_t{0} - command.from};
    const auto ranges = common(*all, {asked});
    std::uint64_t total = 0;
    for (const AddressRange &range : ranges)
        total += range.size;
    DifferenceSearch search(left, right, ProgressTeller(tell, total));
    return command.backwards ? search.backwards(ranges, stop) : search.forwards(ranges, stop);
}

} // namespace ipclens
