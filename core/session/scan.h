// A scan: candidates in memory, narrowed step by step.
#pragma once

#include "core/session/scan_step.h"
#include "core/session/search_runs.h"

namespace ipclens {

// The matches of one scan and what they held, for each step that can still be gone back to.
//
// Memory is divided into blocks of at most 1 MiB. Of each are kept: which of its candidates match, as a bitmap, as a
// list of numbers or, when all do, not at all; and what they held, as one copy of the block or value by value: whatever
// is smaller. So no step takes more than 1 1/8 of the bytes looked through. Steps share what they have in common.
// Former steps beyond a quarter of these bytes, and everything beyond the session's budget, go to a temporary file.
//
// start(), narrow() and undo() on one thread; read(), status() and close() on any.
class Scan {
public:
    static constexpr std::size_t mostSteps = 17; // the newest: 16 narrowings can be undone
    static constexpr std::uint32_t mostRows = 10'000;

    // Does what StartScan says; `source` and `job` do not count.
    static Result<std::shared_ptr<Scan>> start(MemorySource &memory, const StartScan &command,
                                               std::shared_ptr<ScanBudget> budget, const ProgressTeller::Tell &tell,
                                               std::stop_token stop);

    Scan(std::optional<ValueType> type, ByteOrder order, ScanShape shape, std::shared_ptr<ScanBudget> budget);

    // When it fails the scan is as before.
    Result<ScanStatus> narrow(MemorySource &memory, const ScanTerms &terms, const ProgressTeller::Tell &tell,
                              std::stop_token stop);
    Result<ScanStatus> undo();
    Result<ScanRows> read(MemorySource &memory, std::uint64_t first, std::uint32_t count, std::stop_token stop);

    ScanStatus status() const; // without the scan's number
    // A narrow() under way ends soon.
    void close() { m_closed.request_stop(); }

private:
    void readNow(MemorySource &memory, std::span<ScanRow> rows) const;
    std::shared_ptr<const ScanStep> latest() const;
    void add(std::shared_ptr<const ScanStep> step);
    ScanStatus statusOf(const ScanStep &step, std::size_t steps) const;

    const std::optional<ValueType> m_type;
    const ByteOrder m_order;
    const ScanShape m_shape;
    ScanStore m_store; // outlives the steps
    std::uint64_t m_mostMemory = 0; // for all steps together: what former ones take beyond it goes to the file
    std::stop_source m_closed;
    mutable std::mutex m_mutex;                       // guards what follows
    std::vector<std::shared_ptr<const ScanStep>> m_steps; // oldest first
};

} // namespace ipclens
