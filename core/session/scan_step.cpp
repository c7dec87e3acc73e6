#include "core/session/scan_step.h"

namespace ipclens {

Result<LoadedScanBlock> LoadedScanBlock::load(ScanStore &store, const ScanBlock &block)
{
    LoadedScanBlock loaded{block, nullptr, nullptr};
    const auto values = store.load(*block.values);
    if (!values)
        return Failure(values.error());
    loaded.values = *values;
    if (block.positions) {
        const auto positions = store.load(*block.positions);
        if (!positions)
            return Failure(positions.error());
        loaded.positions = *positions;
    }
    return loaded;
}

} // namespace ipclens
