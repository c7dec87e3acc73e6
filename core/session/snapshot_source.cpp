#include "core/session/snapshot_source.h"

#include "core/text/checksum.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {

Result<std::shared_ptr<SnapshotSource>> SnapshotSource::open(std::unique_ptr<SnapshotStorage> storage, std::string name)
{
    auto table = readSnapshotTable(*storage);
    if (!table)
        return Failure(table.error());
    return std::make_shared<SnapshotSource>(std::move(storage), std::move(*table), std::move(name));
}

SnapshotSource::SnapshotSource(std::unique_ptr<SnapshotStorage> storage, SnapshotTable table, std::string name)
    : m_storage(std::move(storage)), m_table(std::move(table)), m_name(std::move(name)), m_checks(m_table.pieces.size())
{
}

Result<std::vector<Region>> SnapshotSource::regions(AddressRange range, std::stop_token)
{
    std::vector<Region> found;
    for (const Region &region : m_table.regions) {
        if (intersect(region.range, range).size > 0)
            found.push_back(region);
    }
    return found;
}

Error SnapshotSource::whyMissing(Address address) const
{
    Error error{.kind = ErrorKind::Unreadable,
                .operation = "read snapshot",
                .object = fmt::format("{} at 0x{:x}", m_name, address)};
    const auto holds = [&](const auto &range) { return range.contains(address); };
    const auto region = std::ranges::find_if(m_table.regions, holds, &Region::range);
    if (!m_table.extent.contains(address)) {
        error.kind = ErrorKind::OutOfRange;
        error.meaning = fmt::format("it reaches from 0x{:x} up to 0x{:x}", m_table.extent.begin, m_table.extent.end());
    } else if (std::ranges::any_of(m_table.unreadable, holds)) {
        error.meaning = "it could not be read when the snapshot was taken";
    } else if (!m_table.parts.empty() && std::ranges::none_of(m_table.parts, holds)) {
        error.meaning = "the snapshot was taken of other addresses";
    } else if (region == m_table.regions.end()) {
        error.meaning = "nothing was there when the snapshot was taken";
    } else {
        error.meaning = fmt::format("it was {} ({}) when the snapshot was taken",
                                    region->state == RegionState::Committed ? "not readable" : "not committed",
                                    toText(region->protection));
    }
    return error;
}

// The first reading of a piece checks all of it.
Result<void> SnapshotSource::readPiece(std::size_t index, std::uint64_t skip, std::span<std::byte> into)
{
    const SnapshotPiece &piece = m_table.pieces[index];
    const auto check = [&] {
        const std::scoped_lock lock(m_mutex);
        return m_checks[index];
    }();
    if (check == Check::Good)
        return m_storage->read(piece.offset + skip, into);
    Bytes whole(piece.range.size);
    bool isGood = false;
    if (check == Check::Never) {
        if (auto read = m_storage->read(piece.offset, whole); !read)
            return read;
        isGood = crc32(whole) == piece.crc;
        const std::scoped_lock lock(m_mutex);
        m_checks[index] = isGood ? Check::Good : Check::Bad;
    }
    if (!isGood)
        return Failure(
            Error{.kind = ErrorKind::Failed,
                  .operation = "read snapshot",
                  .object = fmt::format("{} at 0x{:x}", m_name, piece.range.begin),
                  .meaning = fmt::format("it is damaged: {} bytes at 0x{:x} of the file do not match their checksum",
                                         piece.range.size, piece.offset)});
    std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(skip), into.size(), into.begin());
    return {};
}

ReadOutcome SnapshotSource::read(Address address, std::span<std::byte> into)
{
    ReadOutcome outcome;
    const auto behind =
        std::ranges::upper_bound(m_table.pieces, address, {}, [](const auto &piece) { return piece.range.begin; });
    auto index = static_cast<std::size_t>(behind - m_table.pieces.begin());
    if (index > 0 && m_table.pieces[index - 1].range.contains(address))
        --index;
    while (outcome.count < into.size()) {
        const Address at = address + outcome.count;
        const std::uint64_t rest = into.size() - outcome.count;
        const bool isSaved = at >= address && index < m_table.pieces.size() && m_table.pieces[index].range.contains(at);
        if (!isSaved) {
            const bool hasNext = index < m_table.pieces.size() && m_table.pieces[index].range.begin > at;
            outcome.unreadable = hasNext ? std::min(m_table.pieces[index].range.begin - at, rest) : rest;
            outcome.why = whyMissing(at);
            return outcome;
        }
        const AddressRange &range = m_table.pieces[index].range;
        const std::uint64_t count = std::min(range.end() - at, rest);
        if (auto read = readPiece(index, at - range.begin, into.subspan(outcome.count, count)); !read) {
            outcome.unreadable = count;
            outcome.why = std::move(read.error());
            return outcome;
        }
        outcome.count += count;
        ++index;
    }
    return outcome;
}

Result<void> SnapshotSource::write(Address address, std::span<const std::byte>)
{
    return Failure(Error{.kind = ErrorKind::Refused,
                         .operation = "write memory",
                         .object = fmt::format("{} at 0x{:x}", m_name, address),
                         .meaning = "a snapshot is never changed"});
}

} // namespace ipclens
