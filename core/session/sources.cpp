#include "core/session/sources.h"

#include "core/model/transform.h"
#include "core/session/file_path.h"
#include "core/session/file_source.h"
#include "core/session/snapshot_taking.h"
#include "core/session/window_source.h"
#include "core/text/source_spec.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace {

bool isSameName(std::string_view a, std::string_view b) // of a module: in any case
{
    return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Failure noSource(SourceId source, const char *operation)
{
    return Failure(Error{.kind = ErrorKind::Missing,
                         .operation = operation,
                         .object = fmt::format("source {}", source),
                         .meaning = "no source of that number is open"});
}

// Every field but those of one kind of source alone.
OpenSourceState describedState(std::shared_ptr<MemorySource> memory, SourceSpec spec, Access access)
{
    OpenSourceState state{.memory = std::move(memory)};
    state.info.name = toText(spec);
    state.info.spec = std::move(spec);
    state.info.access = access;
    state.info.extent = state.memory->extent();
    state.info.pageSize = state.memory->pageSize();
    return state;
}

OpenSourceState sectionState(std::shared_ptr<Section> section, SourceSpec spec)
{
    auto state = describedState(section, std::move(spec), section->access());
    state.info.section = section->info();
    state.info.granted = section->granted();
    state.info.refused = section->refused();
    return state;
}

// The name is for display only: a process that cannot be listed is opened without.
ProcessInfo namedProcess(System &system, ProcessKey key, std::stop_token stop)
{
    if (auto all = system.processes(stop)) {
        const auto found = std::ranges::find(*all, key.pid, [](const ProcessInfo &info) { return info.key.pid; });
        if (found != all->end() &&
            (found->key.created == key.created || found->key.created == 0 || key.created == 0))
            return std::move(*found);
    }
    return ProcessInfo{.key = key};
}

OpenSourceState processState(std::shared_ptr<Process> process, SourceSpec spec, Access access)
{
    spec.process = process->key();
    auto state = describedState(process, std::move(spec), access);
    state.info.granted = process->granted();
    state.info.refused = process->refused();
    state.process = std::move(process);
    return state;
}

OpenSourceState sharedSectionState(std::shared_ptr<Process> process, SourceSpec spec, Access access, AddressRange range)
{
    spec.process = process->key();
    auto name = toText(spec);
    auto state = describedState(std::make_shared<WindowSource>(process, range, std::move(name)), std::move(spec), access);
    state.info.base = range.begin;
    state.info.granted = process->granted();
    state.info.refused = process->refused();
    state.process = std::move(process);
    return state;
}

Result<AddressRange> findSharedSection(System &system, const SourceSpec &spec, std::stop_token stop)
{
    const auto sections = system.sharedSections(spec.process, stop);
    if (!sections)
        return Failure(sections.error());
    for (const SharedSection &section : *sections)
        if (isSameName(section.module, spec.module) && section.section == spec.section)
            return section.range;
    return Failure(Error{.kind = ErrorKind::Missing,
                         .operation = "open shared section",
                         .object = toText(spec),
                         .meaning = "the process has no module with a shared section of that name",
                         .hint = "List the shared sections of its modules to see which there are"});
}

Failure neverChanged(const SourceSpec &spec)
{
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = "open",
                         .object = toText(spec),
                         .meaning = "a snapshot can only be read: it is never changed"});
}

Result<OpenSourceState> openSnapshot(const SourceSpec &spec, Access access)
{
    if (access != Access::Read)
        return neverChanged(spec);
    const auto path = pathOf(spec.name, "open snapshot");
    if (!path)
        return Failure(path.error());
    auto storage = openSnapshotStorage(*path);
    if (!storage)
        return Failure(storage.error());
    return transform(SnapshotSource::open(std::move(*storage), toText(spec)), [&](std::shared_ptr<SnapshotSource> snapshot) {
        return snapshotState(std::move(snapshot), spec);
    });
}

// Of a process whose pointers have 32 bits.
std::uint32_t pointerSizeOf(const ProcessInfo &process)
{
    return process.architecture == "x86" || process.architecture == "arm" ? 4 : 8;
}

Failure noPrivateCopy(const SourceSpec &spec)
{
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = "open",
                         .object = toText(spec),
                         .meaning = "only sections can be opened copy-on-write"});
}

} // namespace

Result<OpenSourceState> openSource(System &system, const SourceSpec &spec, Access access, std::stop_token stop)
{
    if (spec.kind == SourceKind::File)
        return transform(FileSource::open(spec.name, access), [&](std::shared_ptr<FileSource> file) {
            auto state = describedState(file, spec, access);
            state.info.granted = access == Access::ReadWrite ? std::vector<std::string>{"read", "write"}
                                                             : std::vector<std::string>{"read"};
            return state;
        });
    if (spec.kind == SourceKind::Snapshot)
        return openSnapshot(spec, access);
    if (spec.kind == SourceKind::Section)
        return transform(system.openSection(spec.name, access), [&](std::shared_ptr<Section> section) {
            return sectionState(std::move(section), spec);
        });
    if (spec.kind == SourceKind::Handle)
        return transform(system.openSectionOf(spec.process, spec.handle, access), [&](std::shared_ptr<Section> section) {
            auto state = sectionState(std::move(section), spec);
            state.info.process = namedProcess(system, spec.process, stop);
            state.info.spec.process = state.info.process->key;
            return state;
        });
    if (access == Access::Copy)
        return noPrivateCopy(spec);
    AddressRange range;
    if (spec.kind == SourceKind::SharedSection) {
        const auto found = findSharedSection(system, spec, stop);
        if (!found)
            return Failure(found.error());
        range = *found;
    }
    auto process = system.openProcess(spec.process, access);
    if (!process)
        return Failure(process.error());
    auto state = spec.kind == SourceKind::Process ? processState(*process, spec, access)
                                                  : sharedSectionState(*process, spec, access, range);
    state.info.process = namedProcess(system, (*process)->key(), stop);
    state.pointerSize = pointerSizeOf(*state.info.process);
    return state;
}

Result<OpenSourceState> reopenSource(System &system, const OpenSourceState &current, Access access)
{
    const SourceSpec &spec = current.info.spec;
    if (spec.kind == SourceKind::Section || spec.kind == SourceKind::File || spec.kind == SourceKind::Handle)
        return openSource(system, spec, access, {});
    if (spec.kind == SourceKind::Snapshot) // a frame has no file that could be opened again
        return access == Access::Read ? Result<OpenSourceState>(current) : neverChanged(spec);
    if (access == Access::Copy)
        return noPrivateCopy(spec);
    auto process = system.openProcess(spec.process, access);
    if (!process)
        return Failure(process.error());
    auto state = spec.kind == SourceKind::Process
                     ? processState(*process, spec, access)
                     : sharedSectionState(*process, spec, access, {current.info.base, current.info.extent.size});
    state.info.process = current.info.process;
    state.pointerSize = current.pointerSize;
    return state;
}

OpenSourceState createdSection(std::shared_ptr<Section> section, const SectionRequest &request)
{
    return sectionState(std::move(section), SourceSpec{.kind = SourceKind::Section, .name = request.name});
}

SourceInfo Sources::add(OpenSourceState state)
{
    const std::scoped_lock lock(m_mutex);
    state.info.source = ++m_last;
    const auto info = state.info;
    m_open.emplace(m_last, std::make_shared<const OpenSourceState>(std::move(state)));
    return info;
}

Result<std::shared_ptr<const OpenSourceState>> Sources::find(SourceId source, const char *operation) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_open.find(source);
    if (found == m_open.end())
        return noSource(source, operation);
    return found->second;
}

Result<SourceInfo> Sources::replace(SourceId source, OpenSourceState state, const char *operation)
{
    state.info.source = source;
    auto info = state.info;
    auto replacement = std::make_shared<const OpenSourceState>(std::move(state));
    const std::scoped_lock lock(m_mutex);
    const auto found = m_open.find(source);
    if (found == m_open.end())
        return noSource(source, operation);
    found->second.swap(replacement);
    return info;
}

Result<void> Sources::remove(SourceId source, const char *operation)
{
    decltype(m_open)::node_type entry; // closed after the lock is given back
    const std::scoped_lock lock(m_mutex);
    entry = m_open.extract(source);
    if (!entry)
        return noSource(source, operation);
    std::erase_if(m_blocks, [source](const auto &block) { return block.first.first == source; });
    return {};
}

void Sources::rememberBlock(SourceId source, Address block, std::shared_ptr<Process> owner)
{
    const std::scoped_lock lock(m_mutex);
    m_blocks[{source, block}] = std::move(owner);
}

std::shared_ptr<Process> Sources::ownerOf(SourceId source, Address block) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_blocks.find({source, block});
    return found == m_blocks.end() ? nullptr : found->second;
}

void Sources::forgetBlock(SourceId source, Address block)
{
    const std::scoped_lock lock(m_mutex);
    m_blocks.erase({source, block});
}

} // namespace ipclens
