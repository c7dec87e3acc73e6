// Memory made of test pieces: readable, read-only, closed or missing ones.
#pragma once

#include "core/os/system.h"

#include <mutex>

namespace ipclens::test {

enum class PieceKind { ReadWrite, ReadOnly, NoAccess, Guard, Reserved, Hole };

// A run of bytes that are alike.
struct Piece {
    AddressRange range;
    PieceKind kind = PieceKind::ReadWrite;

    bool isReadable() const { return kind == PieceKind::ReadWrite || kind == PieceKind::ReadOnly; }
};

// What every readable byte of a test layout holds at first, by its offset from the layout's start.
inline std::byte patternAt(std::uint64_t offset)
{
    return static_cast<std::byte>((offset + 1) * 0x9E37'79B9'7F4A'7C15ULL >> 56);
}

// The simplest source that follows the interface's rules. Holds all bytes of its layout, readable or not.
class BufferSource : public MemorySource {
public:
    // `layout`: ascending pieces without gaps.
    explicit BufferSource(std::vector<Piece> layout, Access access = Access::ReadWrite);

    std::string name() const override { return "buffer"; }
    AddressRange extent() const override { return m_extent; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override;
    ReadOutcome read(Address address, std::span<std::byte> into) override;
    Result<void> write(Address address, std::span<const std::byte> bytes) override;

    // Behind the interface's back.
    std::byte peek(Address address) const;

private:
    const Piece *pieceAt(Address address) const;

    const std::vector<Piece> m_layout;
    const AddressRange m_extent;
    const Access m_access;
    mutable std::mutex m_mutex; // guards the bytes
    Bytes m_bytes;
};

} // namespace ipclens::test
