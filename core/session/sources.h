// The memory sources a session has open.
#pragma once

#include "core/session/commands.h"

#include <map>
#include <mutex>
#include <unordered_map>

namespace ipclens {

// One open source as it is at a moment; never changed, only replaced.
struct OpenSourceState {
    SourceInfo info;
    std::shared_ptr<MemorySource> memory;
    std::shared_ptr<Process> process; // the process it is in; none for sections, files and snapshots
    std::uint32_t pointerSize = 8;
};

// Opens what `spec` names. Long only for processes and shared sections, whose names and modules are looked up.
Result<OpenSourceState> openSource(System &system, const SourceSpec &spec, Access access, std::stop_token stop);
// The same object again with other access.
Result<OpenSourceState> reopenSource(System &system, const OpenSourceState &current, Access access);
OpenSourceState createdSection(std::shared_ptr<Section> section, const SectionRequest &request);

// Thread-safe. Errors about unknown numbers are of kind Missing and name `operation`.
class Sources {
public:
    SourceInfo add(OpenSourceState state);
    Result<std::shared_ptr<const OpenSourceState>> find(SourceId source, const char *operation) const;
    Result<SourceInfo> replace(SourceId source, OpenSourceState state, const char *operation);
    Result<void> remove(SourceId source, const char *operation);

    // Blocks are freed through the object that allocated them, also after the process was opened again.
    void rememberBlock(SourceId source, Address block, std::shared_ptr<Process> owner);
    std::shared_ptr<Process> ownerOf(SourceId source, Address block) const;
    void forgetBlock(SourceId source, Address block);

private:
    mutable std::mutex m_mutex; // guards what follows
    std::unordered_map<SourceId, std::shared_ptr<const OpenSourceState>> m_open;
    std::map<std::pair<SourceId, Address>, std::shared_ptr<Process>> m_blocks;
    SourceId m_last = 0;
};

} // namespace ipclens
