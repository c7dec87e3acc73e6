// A scan's way through memory.
#pragma once

#include "core/session/scan_criterion.h"
#include "core/session/scan_step.h"
#include "core/session/search_runs.h"

namespace ipclens {

// One pass over memory that makes a step: its buffers, and what it has found so far.
class ScanPass {
public:
    // `store`, `memory` and `criterion` outlive it.
    ScanPass(ScanStore &store, const ScanShape &shape, MemorySource &memory, const ScanCriterion &criterion,
             ProgressTeller progress, std::function<bool()> isStopped)
        : m_store(store), m_shape(shape), m_criterion(criterion), m_reader(memory), m_progress(std::move(progress)),
          m_isStopped(std::move(isStopped))
    {
    }

    // All candidates of the run, block by block.
    Result<void> scanRun(AddressRange run);
    // The block's matches that pass now.
    Result<void> narrowBlock(const std::shared_ptr<const ScanBlock> &block);

    std::shared_ptr<const ScanStep> step() && { return std::move(m_step); }

private:
    Result<void> scanBlock(Address begin, std::uint32_t slots);
    Result<void> afterReading(Address begin, std::uint64_t size);
    void dropUnreadable(Address begin, std::uint32_t slots);
    void findParts(const LoadedScanBlock &old);
    void markMatches(const LoadedScanBlock &old, std::span<const std::byte> now);
    Result<void> addBlock(Address begin, std::uint32_t slots, std::span<const std::byte> now,
                          const LoadedScanBlock *old);
    Result<void> addUnchanged(const std::shared_ptr<const ScanBlock> &block, const LoadedScanBlock &old);
    Result<void> finish(std::shared_ptr<ScanBlock> block, std::uint64_t matches, Bytes values);
    Result<void> storePositions(ScanBlock &block);
    bool isDense(std::uint64_t matches, std::uint32_t slots) const
    {
        return matches * m_shape.size >= m_shape.bytesOf(slots);
    }
    // Calls visit(number of the match in the old block, slot) for the bits.
    template <class Visit>
    void forEachMarked(const LoadedScanBlock *old, Visit visit);

    ScanStore &m_store;
    const ScanShape m_shape;
    const ScanCriterion &m_criterion;
    PieceReader m_reader;
    ProgressTeller m_progress;
    std::function<bool()> m_isStopped;
    std::vector<std::uint64_t> m_bits; // the block's candidates that pass
    std::vector<AddressRange> m_parts;
    std::shared_ptr<ScanStep> m_step = std::make_shared<ScanStep>();
};

} // namespace ipclens
