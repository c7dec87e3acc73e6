#include "core/session/process_descriptions.h"

#include "core/os/pe_image.h"
#include "core/text/any_case.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "describe process";
constexpr std::uint32_t sharedFlag = 0x1000'0000; // IMAGE_SCN_MEM_SHARED [doc, PE Format, Section Flags]

bool isSame(ProcessKey listed, ProcessKey asked)
{
    return listed.pid == asked.pid && (asked.created == 0 || listed.created == 0 || listed.created == asked.created);
}

std::vector<RegionSummary> summaryOf(const std::vector<Region> &regions)
{
    std::map<std::pair<RegionType, RegionState>, RegionSummary> kinds;
    for (const Region &region : regions) {
        RegionSummary &kind = kinds[{region.type, region.state}];
        kind.type = region.type;
        kind.state = region.state;
        ++kind.regions;
        kind.bytes += region.range.size;
        if (region.state == RegionState::Committed) {
            kind.writable += region.protection.write || region.protection.copyOnWrite ? region.range.size : 0;
            kind.executable += region.protection.execute ? region.range.size : 0;
        }
    }
    std::vector<RegionSummary> summary;
    for (auto &[key, kind] : kinds)
        summary.push_back(kind);
    return summary;
}

std::vector<SectionView> fileViewsIn(const std::vector<Region> &regions, const ProcessInfo &info)
{
    std::vector<SectionView> views;
    Address base = 0;
    for (const Region &region : regions) {
        if (region.type != RegionType::Mapped || region.mapped.empty())
            continue;
        if (views.empty() || region.allocationBase != base) {
            base = region.allocationBase;
            views.push_back({.process = info.key,
                             .processName = info.name,
                             .range = {region.range.begin, 0},
                             .protection = region.protection,
                             .certainty = Certainty::Exact,
                             .why = region.mapped});
        }
        views.back().range.size = region.range.end() - views.back().range.begin;
    }
    return views;
}

bool isIn(const std::vector<ObjectHandle> &holders, std::uint32_t pid)
{
    return std::ranges::any_of(holders, [&](const ObjectHandle &one) { return one.process.pid == pid; });
}

// Gathers the parts of one running process; a part that fails is noted, and does not keep the others away.
class Gathering {
public:
    Gathering(System &system, ProcessDescription &into, std::stop_token stop)
        : m_system(system), m_into(into), m_stop(std::move(stop))
    {
    }

    // False when stopped.
    bool gather(bool withSharing)
    {
        take(m_system.processDetails(m_into.process.key), m_into.details);
        memoryParts();
        if (m_stop.stop_requested())
            return false;
        take(m_system.handles(m_into.process.key, m_stop), m_into.handles);
        windows();
        if (withSharing && !m_stop.stop_requested()) {
            shared();
            pipes();
        }
        return !m_stop.stop_requested();
    }

private:
    template <class T>
    bool take(Result<T> part, T &into)
    {
        if (part)
            into = std::move(*part);
        else
            m_into.failures.push_back(std::move(part.error()));
        return part.has_value();
    }

    void memoryParts()
    {
        std::shared_ptr<Process> memory;
        if (!take(m_system.openProcess(m_into.process.key, Access::Read), memory))
            return;
        std::vector<Region> regions;
        if (take(memory->regions(memory->extent(), m_stop), regions)) {
            m_into.regions = summaryOf(regions);
            m_into.fileViews = fileViewsIn(regions, m_into.process);
        }
        std::vector<Module> modules;
        if (take(m_system.modules(m_into.process.key), modules))
            for (Module &module : modules)
                m_into.modules.push_back(described(std::move(module), *memory));
    }

    ModuleDescription described(Module module, MemorySource &memory)
    {
        ModuleDescription description{.module = std::move(module)};
        const Module &one = description.module;
        if (const auto version = m_system.fileVersion(one.path))
            description.version = *version;
        const auto image = readPeImage(memory, one.range);
        if (!image) {
            description.note = "sections unknown: " + toText(image.error());
            return description;
        }
        for (const PeSection &section : image->sections)
            description.sections.push_back(
                {section.name, section.range, section.characteristics, (section.characteristics & sharedFlag) != 0});
        return description;
    }

    void windows()
    {
        std::vector<Window> all;
        if (!take(m_system.windows(m_stop), all))
            return;
        for (Window &window : all)
            if (window.process.pid == m_into.process.key.pid)
                m_into.windows.push_back(std::move(window));
    }

    void shared()
    {
        SharedObjectList all;
        if (!take(m_system.sharedObjects(m_stop), all))
            return;
        const std::uint32_t pid = m_into.process.key.pid;
        for (SharedObject &object : all.objects) {
            const bool byOthers = std::ranges::any_of(
                object.holders, [&](const ObjectHandle &one) { return one.process.pid != pid && !one.isOurs; });
            if (byOthers && isIn(object.holders, pid))
                m_into.shared.push_back(std::move(object));
        }
    }

    void pipes()
    {
        PipeList all;
        if (!take(m_system.pipes(m_stop), all))
            return;
        const std::uint32_t pid = m_into.process.key.pid;
        for (NamedPipe &pipe : all.pipes)
            if (pipe.server.pid == pid ||
                std::ranges::any_of(pipe.ends, [&](const PipeEnd &end) { return end.process.pid == pid; }))
                m_into.pipes.push_back(std::move(pipe));
    }

    System &m_system;
    ProcessDescription &m_into;
    std::stop_token m_stop;
};

std::optional<ProcessInfo> successorOf(const ProcessInfo &info, const std::vector<ProcessInfo> &all)
{
    if (info.path.empty())
        return std::nullopt;
    const std::string path = inAnyCase(info.path);
    std::optional<ProcessInfo> newest;
    for (const ProcessInfo &other : all)
        if (other.key.created > info.key.created && inAnyCase(other.path) == path &&
            (!newest || other.key.created > newest->key.created))
            newest = other;
    return newest;
}

} // namespace

ProcessDescriptions::Remembered *ProcessDescriptions::find(ProcessKey key)
{
    const auto found = std::ranges::find_if(m_remembered, [&](const Remembered &one) { return isSame(one.info.key, key); });
    return found == m_remembered.end() ? nullptr : &*found;
}

void ProcessDescriptions::remember(System &system, const ProcessInfo &info)
{
    std::erase_if(m_remembered, [&](const Remembered &one) { return one.info.key.pid == info.key.pid; });
    if (m_remembered.size() == mostRemembered)
        m_remembered.pop_front();
    auto process = system.openProcess(info.key, Access::Read);
    m_remembered.push_back({info, process ? std::move(*process) : nullptr});
}

Result<ProcessDescription> ProcessDescriptions::describe(System &system, const DescribeProcess &command, std::stop_token stop)
{
    auto processes = system.processes(stop);
    if (!processes)
        return Failure(std::move(processes.error()));
    ProcessDescription description;
    const auto listed =
        std::ranges::find_if(*processes, [&](const ProcessInfo &one) { return isSame(one.key, command.process); });
    Remembered *known = find(command.process);
    // A process that has ended may be listed for as long as somebody has a handle to it, as we do.
    const bool hasEnded = known && known->process && known->process->hasExited() &&
                          (listed == processes->end() || listed->key == known->info.key);
    if (listed != processes->end() && !hasEnded) {
        description.process = *listed;
        if (!known || known->info.key != listed->key || !known->process)
            remember(system, *listed);
        if (!Gathering(system, description, stop).gather(command.withSharing))
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = operation, .meaning = "was cancelled"});
    } else if (known) {
        description.process = known->info;
        description.hasExited = true;
        if (known->process)
            description.exited = known->process->exitTime().value_or(0);
    } else {
        return Failure(Error{.kind = command.process.created == 0 ? ErrorKind::Missing : ErrorKind::Exited,
                             .operation = operation,
                             .object = fmt::format("process {}", command.process.pid),
                             .meaning = command.process.created == 0 ? "there is no process of this number"
                                                                     : "the process has ended",
                             .hint = "Refresh the list of processes"});
    }
    description.successor = successorOf(description.process, *processes);
    return description;
}

} // namespace ipclens
