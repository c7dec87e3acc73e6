// Taking snapshots of sources.
#pragma once

#include "core/session/search_runs.h"
#include "core/session/snapshot_source.h"
#include "core/session/sources.h"

namespace ipclens {

// Reads in pieces, each at its own moment: the target runs on meanwhile. Only readable regions are read; what of them
// cannot be read is marked. `ranges` empty: all. `tell` is told of progress.
Result<SnapshotSaved> saveSnapshot(const OpenSourceState &source, const SaveSnapshot &command,
                                   const ProgressTeller::Tell &tell, std::stop_token stop);

// The same into a file that nobody sees and that is gone with the source it becomes.
Result<OpenSourceState> takeFrame(const OpenSourceState &source, const TakeFrame &command,
                                  const ProgressTeller::Tell &tell, std::stop_token stop);

// A snapshot, opened as a source.
OpenSourceState snapshotState(std::shared_ptr<SnapshotSource> snapshot, SourceSpec spec);

} // namespace ipclens
