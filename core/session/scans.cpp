#include "core/session/scans.h"

#include <fmt/format.h>

namespace ipclens {

ScanId Scans::add(SourceId source, std::shared_ptr<Scan> scan)
{
    const std::scoped_lock lock(m_mutex);
    m_scans.emplace(++m_last, Found{source, std::move(scan)});
    return m_last;
}

Result<Scans::Found> Scans::find(ScanId scan, const char *operation) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_scans.find(scan);
    if (found == m_scans.end())
        return Failure(Error{.kind = ErrorKind::Missing,
                             .operation = operation,
                             .object = fmt::format("scan {}", scan),
                             .meaning = "there is no scan of that number: scans end with their source"});
    return found->second;
}

std::shared_ptr<Scan> Scans::remove(ScanId scan)
{
    const std::scoped_lock lock(m_mutex);
    auto entry = m_scans.extract(scan);
    if (!entry)
        return nullptr;
    entry.mapped().scan->close();
    return std::move(entry.mapped().scan);
}

std::vector<std::shared_ptr<Scan>> Scans::removeSource(SourceId source)
{
    std::vector<std::shared_ptr<Scan>> removed;
    const std::scoped_lock lock(m_mutex);
    for (auto scan = m_scans.begin(); scan != m_scans.end();) {
        if (scan->second.source != source) {
            ++scan;
            continue;
        }
        scan->second.scan->close();
        removed.push_back(std::move(scan->second.scan));
        scan = m_scans.erase(scan);
    }
    return removed;
}

} // namespace ipclens
