// The scans that a session has under way.
#pragma once

#include "core/session/scan.h"

#include <unordered_map>

namespace ipclens {

// Thread-safe.
class Scans {
public:
    explicit Scans(std::uint64_t memory) : m_budget(std::make_shared<ScanBudget>(memory)) {}

    const std::shared_ptr<ScanBudget> &budget() const { return m_budget; }
    ScanId add(SourceId source, std::shared_ptr<Scan> scan);
    struct Found {
        SourceId source;
        std::shared_ptr<Scan> scan;
    };
    Result<Found> find(ScanId scan, const char *operation) const;
    // What is removed is closed; freeing it may take long.
    std::shared_ptr<Scan> remove(ScanId scan);
    std::vector<std::shared_ptr<Scan>> removeSource(SourceId source);

private:
    const std::shared_ptr<ScanBudget> m_budget;
    mutable std::mutex m_mutex; // guards what follows
    std::unordered_map<ScanId, Found> m_scans;
    ScanId m_last = 0;
};

} // namespace ipclens
