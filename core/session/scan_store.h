// Where scans keep what they found.
#pragma once

#include "core/os/temporary_file.h"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

namespace ipclens {

class ScanStore;

// Bytes that a scan keeps, in memory or in its file; they never change. Belongs to its store, which outlives it.
class StoredBytes {
public:
    StoredBytes(ScanStore &store, Bytes bytes);
    ~StoredBytes();
    StoredBytes(const StoredBytes &) = delete;
    StoredBytes &operator=(const StoredBytes &) = delete;

private:
    friend class ScanStore;

    ScanStore &m_store;
    const std::uint64_t m_size;
    std::shared_ptr<const Bytes> m_bytes; // none: in the file
    std::uint64_t m_offset = 0;
};

// The memory that all scans of a session may take together, and what they take.
struct ScanBudget {
    static constexpr std::uint64_t usualHistory = std::uint64_t{64} << 20;

    explicit ScanBudget(std::uint64_t most, std::uint64_t historyOfOne = usualHistory)
        : limit(most), history(historyOfOne)
    {
    }
    const std::uint64_t limit;
    const std::uint64_t
        history; // a scan's former steps stay in memory up to so many bytes, or a quarter of what it looks through
    std::atomic<std::uint64_t> used = 0;
};

// What one scan keeps: in memory as long as the session's budget allows, beyond that in a temporary file that the
// system removes whatever happens. Thread-safe.
class ScanStore {
public:
    explicit ScanStore(std::shared_ptr<ScanBudget> budget) : m_budget(std::move(budget)) {}

    Result<std::shared_ptr<StoredBytes>> keep(Bytes bytes);
    Result<std::shared_ptr<const Bytes>> load(const StoredBytes &bytes);
    // Frees their memory.
    Result<void> moveToFile(StoredBytes &bytes);

    std::uint64_t memory() const { return m_memory; }
    std::uint64_t disk() const { return m_disk; }

private:
    friend class StoredBytes;

    void count(std::uint64_t size);
    void discount(std::uint64_t size);
    Result<std::uint64_t> append(std::span<const std::byte> bytes); // m_mutex is held
    void forget(const StoredBytes &bytes);

    const std::shared_ptr<ScanBudget> m_budget;
    std::atomic<std::uint64_t> m_memory = 0;
    std::atomic<std::uint64_t> m_disk = 0;
    std::mutex m_mutex; // guards what follows, and where every StoredBytes is
    std::unique_ptr<TemporaryFile> m_file;
    std::map<std::uint64_t, std::uint64_t> m_free; // offset and size of what is unused in it, none touching the next
    std::uint64_t m_end = 0;
};

} // namespace ipclens
