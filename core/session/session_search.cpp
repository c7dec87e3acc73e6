// Finding and scanning: each has a thread of its own, so that reads and walks never wait behind them.
#include "core/session/byte_search.h"
#include "core/session/session_core.h"

namespace ipclens {

ProgressTeller::Tell Session::progressOf(std::uint64_t job)
{
    if (job == 0)
        return {};
    return [this, job](std::uint64_t done, std::uint64_t total, std::uint64_t found) {
        giveEvent(Progress{.job = job, .done = done, .total = total, .found = found});
    };
}

Job<FindReply> Session::handle(FindBytes &command)
{
    return {LaneName::Find, [this, command = std::move(command)](std::stop_token stop) -> Result<FindReply> {
                const auto state = m_sources.find(command.source, "find bytes");
                if (!state)
                    return Failure(state.error());
                return findBytes(*(*state)->memory, command, progressOf(command.job), std::move(stop));
            }};
}

Job<ScanStatus> Session::handle(StartScan &command)
{
    const auto work = [this, command = std::move(command)](std::stop_token stop) -> Result<ScanStatus> {
        const auto state = m_sources.find(command.source, "scan");
        if (!state)
            return Failure(state.error());
        const auto scan =
            Scan::start(*(*state)->memory, command, m_scans.budget(), progressOf(command.job), std::move(stop));
        if (!scan)
            return Failure(scan.error());
        ScanStatus status = (*scan)->status();
        status.scan = m_scans.add(command.source, *scan);
        if (const auto still = m_sources.find(command.source, "scan"); !still) { // closed meanwhile
            m_scans.remove(status.scan);
            return Failure(still.error());
        }
        return status;
    };
    return {LaneName::Scan, work, [this](const ScanStatus &status) { m_scans.remove(status.scan); }};
}

Job<ScanStatus> Session::handle(NarrowScan &command)
{
    const auto work = [this, command = std::move(command)](std::stop_token stop) -> Result<ScanStatus> {
        const auto found = m_scans.find(command.scan, "narrow a scan");
        if (!found)
            return Failure(found.error());
        const auto state = m_sources.find(found->source, "narrow a scan");
        if (!state)
            return Failure(state.error());
        auto status =
            found->scan->narrow(*(*state)->memory, command.terms, progressOf(command.job), std::move(stop));
        if (status)
            status->scan = command.scan;
        return status;
    };
    return {LaneName::Scan, work, [this](const ScanStatus &status) {
                if (const auto found = m_scans.find(status.scan, "narrow a scan"))
                    (void)found->scan->undo(); // it has been narrowed just now: there is something to undo
            }};
}

Job<ScanStatus> Session::handle(const UndoScan &command)
{
    return {LaneName::Scan, [this, scan = command.scan](std::stop_token) -> Result<ScanStatus> {
                const auto found = m_scans.find(scan, "undo a scan");
                if (!found)
                    return Failure(found.error());
                auto status = found->scan->undo();
                if (status)
                    status->scan = scan;
                return status;
            }};
}

// Among the reads: a list of matches stays live while the next scan runs.
Job<ScanRows> Session::handle(const ReadScan &command)
{
    return {LaneName::Memory, [this, command](std::stop_token stop) -> Result<ScanRows> {
                const auto found = m_scans.find(command.scan, "read a scan");
                if (!found)
                    return Failure(found.error());
                const auto state = m_sources.find(found->source, "read a scan");
                if (!state)
                    return Failure(state.error());
                return found->scan->read(*(*state)->memory, command.first, command.count, std::move(stop));
            }};
}

// Not among the scans: it ends one that is under way.
Job<Done> Session::handle(const CloseScan &command)
{
    return {LaneName::Memory, [this, scan = command.scan](std::stop_token) -> Result<Done> {
                const auto found = m_scans.find(scan, "close a scan");
                if (!found)
                    return Failure(found.error());
                m_scanning.add([removed = m_scans.remove(scan)] {}); // freeing gigabytes takes a while
                return Done{};
            }};
}

} // namespace ipclens
