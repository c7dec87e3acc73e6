#include "core/session/section_views.h"

#include "core/session/section_contents.h"
#include "core/text/any_case.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "list views";
constexpr std::uint32_t fileFlag = 0x0080'0000;  // SEC_FILE
constexpr std::uint32_t imageFlag = 0x0100'0000; // SEC_IMAGE

Failure cancelled()
{
    return Failure(Error{.kind = ErrorKind::Cancelled, .operation = operation, .meaning = "was cancelled"});
}

// What one process has mapped at one place.
struct Mapping {
    AddressRange range;
    RegionType type = RegionType::None;
    std::string file;
    Protection protection; // of the first committed page
    bool isCommitted = false;
};

std::vector<Mapping> mappingsIn(const std::vector<Region> &regions)
{
    std::vector<Mapping> mappings;
    Address base = 0;
    for (const Region &region : regions) {
        if (region.type != RegionType::Mapped && region.type != RegionType::Image)
            continue;
        if (mappings.empty() || region.allocationBase != base) {
            base = region.allocationBase;
            mappings.push_back({.range = {region.range.begin, 0}, .type = region.type, .file = region.mapped});
        }
        Mapping &mapping = mappings.back();
        mapping.range.size = region.range.end() - mapping.range.begin;
        if (!mapping.isCommitted && region.state == RegionState::Committed) {
            mapping.isCommitted = true;
            mapping.protection = region.protection;
        }
    }
    return mappings;
}

// Looks at all that a process has mapped; one that can't be looked at is added to `unseen`, unless it has ended.
Result<void> eachMapping(System &system, const ProcessInfo &info, std::vector<UnseenProcess> &unseen, std::stop_token stop,
                         const std::function<Result<void>(const Mapping &, Process &)> &look)
{
    const auto miss = [&](const Error &why) -> Result<void> {
        if (why.kind == ErrorKind::Cancelled)
            return cancelled();
        if (why.kind != ErrorKind::Exited && why.kind != ErrorKind::Missing)
            unseen.push_back({.process = info.key, .processName = info.name, .why = why});
        return {};
    };
    const auto process = system.openProcess(info.key, Access::Read);
    if (!process)
        return miss(process.error());
    const auto regions = (*process)->regions((*process)->extent(), stop);
    if (!regions)
        return miss(regions.error());
    for (const Mapping &mapping : mappingsIn(*regions)) {
        if (stop.stop_requested())
            return cancelled();
        if (auto looked = look(mapping, **process); !looked)
            return looked;
    }
    return {};
}

// One search for the views of one section.
class Search {
public:
    Search(System &system, const ObjectDetails &details) : m_system(system), m_file(inAnyCase(details.file))
    {
        if (details.section) {
            m_size = details.section->size;
            m_isImage = (details.section->attributes & imageFlag) != 0;
        }
    }

    Result<void> prepare(const ObjectTarget &target, const ObjectDetails &details, std::stop_token stop);
    Result<void> lookAt(const ProcessInfo &info, std::stop_token stop);
    ViewList take() { return std::move(m_list); }

private:
    std::optional<SectionContents::Match> match(const Mapping &mapping, MemorySource &memory) const;

    System &m_system;
    std::string m_file;
    std::uint64_t m_size = 0;
    bool m_isImage = false;
    std::shared_ptr<Section> m_section;
    std::optional<SectionContents> m_contents; // refers to m_section
    std::set<std::uint32_t> m_holders;
    ViewList m_list;
};

Result<void> Search::prepare(const ObjectTarget &target, const ObjectDetails &details, std::stop_token stop)
{
    if (auto holders = m_system.holders(target, stop)) {
        for (const ObjectHandle &handle : holders->handles)
            m_holders.insert(handle.process.pid);
    } else if (holders.error().kind == ErrorKind::Cancelled) {
        return cancelled();
    } else {
        m_list.note = "Which of these processes hold a handle, too, is unknown: " + toText(holders.error());
    }
    if (!m_file.empty())
        return {};
    if (details.section && (details.section->attributes & (fileFlag | imageFlag)) != 0) {
        m_list.note += std::string(m_list.note.empty() ? "" : " ") +
                       "Its file is unknown, and so are views of it: " + details.note;
        return {};
    }
    auto opened = target.name.empty()
                      ? m_system.openSectionOf(target.process, target.handle, Access::Read)
                      : m_system.openSection(details.path.empty() ? target.name : details.path, Access::Read);
    if (!opened) {
        m_list.note += (m_list.note.empty() ? "" : " ") + ("Only sizes were compared: " + toText(opened.error()));
        return {};
    }
    m_section = std::move(*opened);
    auto contents = SectionContents::read(*m_section, stop);
    if (!contents)
        return Failure(std::move(contents.error()));
    m_contents = std::move(*contents);
    if (!m_contents->wasScannedWhole())
        m_list.note += fmt::format("{}Of the section, the first {} MiB of its committed pages were compared.",
                                   m_list.note.empty() ? "" : " ", SectionContents::mostScanned >> 20);
    return {};
}

std::optional<SectionContents::Match> Search::match(const Mapping &mapping, MemorySource &memory) const
{
    using Match = SectionContents::Match;
    if (!m_file.empty()) {
        if (m_isImage != (mapping.type == RegionType::Image) || inAnyCase(mapping.file) != m_file)
            return std::nullopt;
        return Match{Certainty::Exact, 0,
                     m_isImage ? "the system names the same image"
                               : "the system names the same file; at which offset it begins, it does not tell"};
    }
    if (mapping.type != RegionType::Mapped || !mapping.file.empty())
        return std::nullopt;
    if (m_contents)
        return m_contents->compare(memory, mapping.range);
    if (m_size != 0 && (m_size + 4095) / 4096 * 4096 == mapping.range.size)
        return Match{Certainty::Possible, 0, "same size; the section's contents could not be read"};
    return std::nullopt;
}

Result<void> Search::lookAt(const ProcessInfo &info, std::stop_token stop)
{
    return eachMapping(m_system, info, m_list.unseen, stop, [&](const Mapping &mapping, Process &process) -> Result<void> {
        if (auto found = match(mapping, process))
            m_list.views.push_back({.process = process.key(),
                                    .processName = info.name,
                                    .range = mapping.range,
                                    .offset = found->offset,
                                    .protection = mapping.protection,
                                    .certainty = found->certainty,
                                    .why = std::move(found->why),
                                    .holdsHandle = m_holders.contains(info.key.pid)});
        return {};
    });
}

// One search for the views of many sections in processes that have no handle to them.
class LooseSearch {
public:
    LooseSearch(System &system, const std::vector<SharedObject> &objects);

    Result<void> lookAt(const ProcessInfo &info, std::stop_token stop);
    LooseViews take() { return std::move(m_found); }

private:
    struct Sought {
        std::size_t index;
        ObjectTarget target;
        std::set<std::uint32_t> holders;
        bool wasRead = false; // once there is something to compare it with
        std::shared_ptr<Section> section;
        std::optional<SectionContents> contents; // refers to `section`
    };

    Result<void> compare(Sought &sought, const Mapping &mapping, Process &process, const std::string &name,
                         std::stop_token stop);
    void add(const Sought &sought, const Mapping &mapping, const Process &process, const std::string &name,
             SectionContents::Match match);

    System &m_system;
    std::multimap<std::uint64_t, Sought> m_bySize; // in whole pages
    std::multimap<std::string, Sought> m_byFile;
    LooseViews m_found;
};

LooseSearch::LooseSearch(System &system, const std::vector<SharedObject> &objects) : m_system(system)
{
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const SharedObject &object = objects[i];
        if (object.type != "Section" || !object.section || (object.section->attributes & imageFlag) != 0 ||
            std::ranges::all_of(object.holders, &ObjectHandle::isOurs)) // nobody else has it
            continue;
        Sought sought{.index = i, .target = object.target()};
        for (const ObjectHandle &holder : object.holders)
            sought.holders.insert(holder.process.pid);
        if ((object.section->attributes & fileFlag) == 0)
            m_bySize.emplace((object.section->size + 4095) / 4096 * 4096, std::move(sought));
        else if (const auto details = m_system.describeObject(sought.target); details && !details->file.empty())
            m_byFile.emplace(inAnyCase(details->file), std::move(sought));
    }
}

void LooseSearch::add(const Sought &sought, const Mapping &mapping, const Process &process, const std::string &name,
                      SectionContents::Match match)
{
    if (match.certainty == Certainty::Possible) {
        ++m_found.possible;
        return;
    }
    m_found.views.push_back({sought.index,
                             {.process = process.key(),
                              .processName = name,
                              .range = mapping.range,
                              .offset = match.offset,
                              .protection = mapping.protection,
                              .certainty = match.certainty,
                              .why = std::move(match.why)}});
}

Result<void> LooseSearch::compare(Sought &sought, const Mapping &mapping, Process &process, const std::string &name,
                                  std::stop_token stop)
{
    if (!std::exchange(sought.wasRead, true)) {
        auto opened = sought.target.name.empty()
                          ? m_system.openSectionOf(sought.target.process, sought.target.handle, Access::Read)
                          : m_system.openSection(sought.target.name, Access::Read);
        if (opened) {
            sought.section = std::move(*opened);
            auto contents = SectionContents::read(*sought.section, stop);
            if (!contents && contents.error().kind == ErrorKind::Cancelled)
                return cancelled();
            if (contents)
                sought.contents = std::move(*contents);
        }
    }
    if (!sought.contents) {
        ++m_found.possible;
        return {};
    }
    if (auto match = sought.contents->compare(process, mapping.range))
        add(sought, mapping, process, name, std::move(*match));
    return {};
}

Result<void> LooseSearch::lookAt(const ProcessInfo &info, std::stop_token stop)
{
    return eachMapping(m_system, info, m_found.unseen, stop, [&](const Mapping &mapping, Process &process) -> Result<void> {
        if (mapping.type != RegionType::Mapped)
            return {};
        if (!mapping.file.empty()) {
            const auto [first, last] = m_byFile.equal_range(inAnyCase(mapping.file));
            for (auto at = first; at != last; ++at)
                if (!at->second.holders.contains(info.key.pid))
                    add(at->second, mapping, process, info.name,
                        {Certainty::Exact, 0, "the system names the same file"});
            return {};
        }
        const auto [first, last] = m_bySize.equal_range(mapping.range.size);
        for (auto at = first; at != last; ++at)
            if (!at->second.holders.contains(info.key.pid))
                if (auto compared = compare(at->second, mapping, process, info.name, stop); !compared)
                    return compared;
        return {};
    });
}

} // namespace

Result<LooseViews> findLooseViews(System &system, const std::vector<SharedObject> &objects, std::stop_token stop)
{
    const auto processes = system.processes(stop);
    if (!processes)
        return Failure(processes.error());
    LooseSearch search(system, objects);
    for (const ProcessInfo &info : *processes) {
        if (info.isSelf || info.key.pid == 0 || info.key.pid == 4) // those two have no memory of their own
            continue;
        if (auto looked = search.lookAt(info, stop); !looked)
            return Failure(std::move(looked.error()));
    }
    return search.take();
}

Result<ViewList> findViews(System &system, const ListViews &command, std::stop_token stop)
{
    const auto details = system.describeObject(command.target);
    if (!details)
        return Failure(details.error());
    if (details->type != "Section")
        return Failure(Error{.kind = ErrorKind::WrongType,
                             .operation = operation,
                             .object = toText(command.target),
                             .meaning = fmt::format("it is a {}: only sections are mapped", details->type)});
    auto target = command.target;
    if (!target.name.empty())
        target.type = details->type;
    Search search(system, *details);
    if (auto prepared = search.prepare(target, *details, stop); !prepared)
        return Failure(std::move(prepared.error()));
    const auto processes = system.processes(stop);
    if (!processes)
        return Failure(processes.error());
    for (const ProcessInfo &info : *processes) {
        if (info.isSelf || info.key.pid == 0 || info.key.pid == 4) // those two have no memory of their own
            continue;
        if (command.process.pid != 0 && info.key.pid != command.process.pid)
            continue;
        if (auto looked = search.lookAt(info, stop); !looked)
            return Failure(std::move(looked.error()));
    }
    return search.take();
}

} // namespace ipclens
