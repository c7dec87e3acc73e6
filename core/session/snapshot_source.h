// A snapshot as a memory source.
#pragma once

#include "core/os/memory_source.h"
#include "core/session/snapshot_file.h"

#include <mutex>

namespace ipclens {

// Addresses, regions and holes are those of the source that it was taken of. Never written to. Bytes that were not
// saved are unreadable, and so are those of a piece that does not match its checksum.
class SnapshotSource : public MemorySource {
public:
    // Errors say what is wrong with the file, and where.
    static Result<std::shared_ptr<SnapshotSource>> open(std::unique_ptr<SnapshotStorage> storage, std::string name);

    SnapshotSource(std::unique_ptr<SnapshotStorage> storage, SnapshotTable table, std::string name);

    const SnapshotTable &table() const { return m_table; }

    std::string name() const override { return m_name; }
    AddressRange extent() const override { return m_table.extent; }
    std::uint32_t pageSize() const override { return m_table.pageSize; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override;
    ReadOutcome read(Address address, std::span<std::byte> into) override;
    Result<void> write(Address address, std::span<const std::byte> bytes) override;

private:
    enum class Check : std::uint8_t { Never, Good, Bad };

    Result<void> readPiece(std::size_t index, std::uint64_t skip, std::span<std::byte> into);
    Error whyMissing(Address address) const;

    const std::unique_ptr<SnapshotStorage> m_storage;
    const SnapshotTable m_table;
    const std::string m_name;
    std::mutex m_mutex; // guards what follows
    std::vector<Check> m_checks; // one a piece
};

} // namespace ipclens
