// The file of a snapshot: the readable memory of a source, and what was known of the rest.
//
// All numbers are little-endian; texts are a u32 length and UTF-8.
//
//   0   16 bytes  "ipclens snapshot"
//   16  u32       version, 1
//   20  u32       bytes a page
//   24  u32       bytes a pointer of the source's process, 4 or 8
//   28  u32       what the source was: a SourceKind
//   32  i64       when it was begun, nanoseconds since 1970 UTC
//   40  u64       where the table is; 0: the file was never finished
//   48  u64       size of the table
//   56  u32       CRC-32 of the table
//   60  u32       CRC-32 of the 60 bytes before
//   64            the pieces of memory, one behind the other
//   ...           the table:
//                   text name; u64 begin and size of the source's addresses; u64 base (SourceInfo::base)
//                   u64 count of regions: u64 begin, u64 size, u8 state, u8 type, u8 protection (1 read, 2 write, 4
//                   execute,
//                       8 copy-on-write, 16 guard), u8 0, u32 native protection, u64 allocation base, text mapped
//                   u64 count of pieces: u64 begin, u64 size (at most 4 MiB), u64 where it is in the file, u32 CRC-32
//                   u64 count of unreadable ranges, which should have been readable and were not: u64 begin, u64 size
//                   u64 count of ranges that were asked for, 0 where all were: u64 begin, u64 size
//
// Regions, pieces and ranges ascend and do not overlap. The header is written last, so that a file that was cut is
// known as such; pieces are checked against their CRC when they are first read.
#pragma once

#include "core/os/temporary_file.h"
#include "core/session/command_types.h"

#include <filesystem>

namespace ipclens {

// A piece of memory in the file.
struct SnapshotPiece {
    AddressRange range;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
};

// What a snapshot says of its source.
struct SnapshotTable {
    std::string name; // of the source: "process:1234"
    SourceKind kind = SourceKind::Section;
    std::int64_t time = 0;
    std::uint32_t pageSize = 4096;
    std::uint32_t pointerSize = 8;
    AddressRange extent;
    Address base = 0;
    std::vector<Region> regions; // no Free ones
    std::vector<SnapshotPiece> pieces;
    std::vector<AddressRange> unreadable;
    std::vector<AddressRange> parts; // that were asked for; empty: all
};

inline constexpr std::uint64_t largestSnapshotPiece = std::uint64_t{4} << 20;
inline constexpr std::uint64_t snapshotHeaderSize = 64;

// Bytes that are kept: in a file with a name, or in one that nobody sees. Thread-safe.
class SnapshotStorage {
public:
    virtual ~SnapshotStorage() = default;
    virtual std::string name() const = 0; // for errors
    virtual Result<std::uint64_t> size() = 0;
    virtual Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    virtual Result<void> read(std::uint64_t offset, std::span<std::byte> into) = 0; // all, or an error
};

Result<std::unique_ptr<SnapshotStorage>> openSnapshotStorage(const std::filesystem::path &path);
// A file of that name must not exist.
Result<std::unique_ptr<SnapshotStorage>> createSnapshotStorage(const std::filesystem::path &path);
std::unique_ptr<SnapshotStorage> temporarySnapshotStorage(std::unique_ptr<TemporaryFile> file);

// Writes table and header behind the pieces, which end at `tableOffset`.
Result<void> finishSnapshot(SnapshotStorage &storage, const SnapshotTable &table, std::uint64_t tableOffset);

// Reads and checks header and table. Errors say what is wrong, and where in the file.
Result<SnapshotTable> readSnapshotTable(SnapshotStorage &storage);

} // namespace ipclens
