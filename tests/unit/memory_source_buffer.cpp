#include "tests/unit/memory_source_buffer.h"

#include <algorithm>

namespace ipclens::test {

BufferSource::BufferSource(std::vector<Piece> layout, Access access)
    : m_layout(std::move(layout)),
      m_extent{m_layout.front().range.begin, m_layout.back().range.end() - m_layout.front().range.begin}, m_access(access)
{
    m_bytes.resize(m_extent.size);
    for (std::size_t i = 0; i < m_bytes.size(); ++i)
        m_bytes[i] = patternAt(i);
}

const Piece *BufferSource::pieceAt(Address address) const
{
    const auto found = std::ranges::find_if(m_layout, [&](const Piece &piece) { return piece.range.contains(address); });
    return found == m_layout.end() ? nullptr : &*found;
}

std::byte BufferSource::peek(Address address) const
{
    const std::scoped_lock lock(m_mutex);
    return m_bytes.at(address - m_extent.begin);
}

Result<std::vector<Region>> BufferSource::regions(AddressRange range, std::stop_token)
{
    std::vector<Region> found;
    for (const Piece &piece : m_layout) {
        if (piece.kind == PieceKind::Hole || intersect(piece.range, range).size == 0)
            continue;
        found.push_back({.range = piece.range,
                         .state = piece.kind == PieceKind::Reserved ? RegionState::Reserved : RegionState::Committed,
                         .protection = {.read = piece.isReadable() || piece.kind == PieceKind::Guard,
                                        .write = piece.kind == PieceKind::ReadWrite,
                                        .guard = piece.kind == PieceKind::Guard},
                         .type = RegionType::Private,
                         .allocationBase = m_extent.begin});
    }
    return found;
}

ReadOutcome BufferSource::read(Address address, std::span<std::byte> into)
{
    const std::scoped_lock lock(m_mutex);
    ReadOutcome outcome;
    while (outcome.count < into.size()) {
        const Address at = address + outcome.count;
        const Piece *piece = at >= address ? pieceAt(at) : nullptr;
        const std::uint64_t rest = into.size() - outcome.count;
        if (!piece || !piece->isReadable()) {
            outcome.unreadable = piece ? std::min(piece->range.end() - at, rest) : 1;
            outcome.why = Error{.kind = piece ? ErrorKind::Unreadable : ErrorKind::OutOfRange, .operation = "read buffer", .object = "buffer"};
            return outcome;
        }
        const std::uint64_t count = std::min(piece->range.end() - at, rest);
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(at - m_extent.begin), count,
                    into.begin() + static_cast<std::ptrdiff_t>(outcome.count));
        outcome.count += count;
    }
    return outcome;
}

Result<void> BufferSource::write(Address address, std::span<const std::byte> bytes)
{
    const std::scoped_lock lock(m_mutex);
    if (m_access == Access::Read)
        return Failure(Error{.kind = ErrorKind::Refused, .operation = "write buffer", .object = "buffer"});
    if (address < m_extent.begin || address > m_extent.end() || bytes.size() > m_extent.end() - address)
        return Failure(Error{.kind = ErrorKind::OutOfRange, .operation = "write buffer", .object = "buffer"});
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (pieceAt(address + i)->kind != PieceKind::ReadWrite)
            return Failure(Error{.kind = ErrorKind::Unreadable, .operation = "write buffer", .object = "buffer"});
    }
    std::ranges::copy(bytes, m_bytes.begin() + static_cast<std::ptrdiff_t>(address - m_extent.begin));
    return {};
}

} // namespace ipclens::test
