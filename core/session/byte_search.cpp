#include "core/session/byte_search.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "find bytes";
constexpr std::uint64_t pieceSize =
    1 << 20; // of places where a match may begin; larger ones are read more slowly under Wine

Result<void> check(const FindBytes &command)
{
    const auto refuse = [](std::string object, std::string meaning) {
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = operation,
                             .object = std::move(object),
                             .meaning = std::move(meaning)});
    };
    if (command.limit == 0 || command.limit > mostMatches)
        return refuse(fmt::format("limit {}", command.limit), fmt::format("it is from 1 to {}", mostMatches));
    if (!std::has_single_bit(command.alignment) || command.alignment > 8)
        return refuse(fmt::format("alignment {}", command.alignment), "it is 1, 2, 4 or 8");
    return {};
}

// One search under way.
class Search {
public:
    Search(MemorySource &memory, const FindBytes &command, ByteMatcher &matcher, std::stop_token stop)
        : m_reader(memory), m_command(command), m_matcher(matcher), m_stop(std::move(stop))
    {
    }

    Result<FindReply> run(MemorySource &memory, const ProgressTeller::Tell &tell)
    {
        const auto range = searchedRange(memory, m_command.range, operation);
        if (!range)
            return Failure(range.error());
        const bool isBackwards = m_command.backwards;
        // Where matches may begin, and the memory that they may lie in.
        const Address from = std::clamp(m_command.from, range->begin, range->end());
        m_begins =
            isBackwards ? AddressRange{range->begin, from - range->begin} : AddressRange{from, range->end() - from};
        AddressRange read = m_begins;
        if (isBackwards)
            read.size += std::min<std::uint64_t>(range->end() - m_begins.end(), m_matcher.longest() - 1);
        auto runs = findRuns(memory, read, m_command.regions, m_stop);
        if (!runs)
            return Failure(std::move(runs.error()));
        m_progress = ProgressTeller(tell, totalSize(runs->runs));
        if (isBackwards)
            std::ranges::reverse(runs->runs);
        for (const AddressRange &one : runs->runs)
            if (isBackwards ? !searchBackwards(one) : !searchForwards(one))
                break;
        if (m_stop.stop_requested())
            return searchCancelled(operation);
        const bool all = m_reply.matches.size() <= m_command.limit;
        const AddressRange seen = isBackwards ? AddressRange{m_reached, read.end() - m_reached}
                                              : AddressRange{read.begin, m_reached - read.begin};
        for (const AddressRange &barred : runs->barred)
            m_reply.unreadable += intersect(barred, all ? read : seen).size;
        if (!all) {
            m_reply.more = true;
            m_reply.matches.resize(m_command.limit);
        }
        return std::move(m_reply);
    }

private:
    bool isFull() const { return m_reply.matches.size() > m_command.limit; }

    bool searchForwards(AddressRange run)
    {
        const Address end = std::min(run.end(), m_begins.end());
        for (Address at = run.begin; at < end;) {
            at = std::max(at, m_next);
            const Address pieceEnd = at < end ? at + std::min(pieceSize, end - at) : end;
            if (at >= end)
                break;
            const bool goesOn = searchPiece({at, pieceEnd - at}, at, run, [&](AddressRange match) {
                m_reply.matches.push_back(match);
                if (!m_matcher.overlaps())
                    m_next = match.end();
                return !isFull();
            });
            m_reached = pieceEnd;
            if (!goesOn || isFull())
                return false;
            at = pieceEnd;
        }
        return true;
    }

    // Matches that exclude each other are those of a search from left to right, which finds its step within a
    // distance.
    bool searchBackwards(AddressRange run)
    {
        const std::uint64_t before = m_matcher.overlaps() ? 0 : m_matcher.longest();
        std::vector<AddressRange> found;
        const std::size_t wanted = m_command.limit + std::size_t{1};
        for (Address end = std::min(run.end(), m_begins.end()); end > run.begin;) {
            const Address begin = end - std::min(pieceSize, end - run.begin);
            const Address readFrom = begin - std::min(before, begin - run.begin);
            found.clear();
            const bool goesOn = searchPiece({begin, end - begin}, readFrom, run, [&](AddressRange match) {
                if (match.begin >= begin)
                    found.push_back(match);
                if (found.size() >= 2 * wanted) // only the last ones count
                    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(wanted));
                return true;
            });
            m_reached = begin;
            for (auto match = found.rbegin(); match != found.rend() && !isFull(); ++match)
                m_reply.matches.push_back(*match);
            if (!goesOn || isFull())
                return false;
            end = begin;
        }
        return true;
    }

    // Gives the matches that begin in `begins` or, before it, from `readFrom` on. False: the search is over.
    template <class Take>
    bool searchPiece(AddressRange begins, Address readFrom, AddressRange run, Take take)
    {
        if (m_stop.stop_requested())
            return false;
        const std::uint64_t behind = std::min(m_matcher.longest() - 1, run.end() - begins.end());
        const AddressRange range{readFrom, begins.end() + behind - readFrom};
        const auto bytes = m_reader.read(range);
        m_reply.searched += begins.size;
        // What could not be read divides the piece.
        std::vector<AddressRange> parts;
        Address at = range.begin;
        for (const AddressRange &hole : m_reader.unreadable()) {
            m_reply.unreadable += intersect(hole, begins).size;
            m_reply.searched -= intersect(hole, begins).size;
            parts.push_back({at, hole.begin - at});
            at = hole.end();
        }
        parts.push_back({at, range.end() - at});
        for (const AddressRange &part : parts) {
            const Address end = std::min(part.end(), begins.end());
            if (part.size < m_matcher.shortest() || part.begin >= end)
                continue;
            bool goesOn = true;
            m_matcher.search(bytes.subspan(part.begin - range.begin, part.size), 0, end - part.begin, m_stop,
                             [&](std::size_t offset, std::size_t length) {
                                 const AddressRange match{part.begin + offset, length};
                                 goesOn = match.begin % m_command.alignment != 0 || take(match);
                                 return goesOn;
                             });
            if (!goesOn)
                return false;
        }
        m_progress.add(begins.size, m_reply.matches.size());
        return true;
    }

    PieceReader m_reader;
    const FindBytes &m_command;
    ByteMatcher &m_matcher;
    const std::stop_token m_stop;
    AddressRange m_begins;
    Address m_next = 0; // the next match begins here or behind
    Address m_reached = 0;
    ProgressTeller m_progress{{}, 0};
    FindReply m_reply;
};

} // namespace

Result<FindReply> findBytes(MemorySource &memory, const FindBytes &command, const ProgressTeller::Tell &tell,
                            std::stop_token stop)
{
    if (auto checked = check(command); !checked)
        return Failure(checked.error());
    const auto matcher = makeMatcher(command.pattern);
    if (!matcher)
        return Failure(matcher.error());
    return Search(memory, command, **matcher, std::move(stop)).run(memory, tell);
}

} // namespace ipclens
