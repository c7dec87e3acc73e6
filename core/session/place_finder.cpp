#include "core/session/place_finder.h"

#include "core/text/address_expression.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t mostAddresses = 10'000;
constexpr std::size_t askedOneByOne = 16; // more than these, and all regions are listed at once

Failure missing(std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = ErrorKind::Missing, .operation = "evaluate an address", .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

bool isSameName(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view lastPart(std::string_view path)
{
    return path.substr(path.find_last_of("\\/") + 1); // npos + 1 is 0
}

// "demo.exe", "demo", or the path up to any folder.
bool isNameOf(std::string_view name, std::string_view path)
{
    if (name.empty() || path.size() < name.size())
        return false;
    const auto end = path.substr(path.size() - name.size());
    const bool atPart = end.size() == path.size() || path[path.size() - end.size() - 1] == '\\' ||
                        path[path.size() - end.size() - 1] == '/';
    if (atPart && isSameName(name, end))
        return true;
    const auto file = lastPart(path);
    return isSameName(name, file.substr(0, file.find_last_of('.')));
}

// In the process whose addresses are stored in memory: the source's own plus its base.
bool hasProcess(const OpenSourceState &source)
{
    return source.process != nullptr;
}

MemorySource &wholeMemory(const OpenSourceState &source)
{
    return hasProcess(source) ? static_cast<MemorySource &>(*source.process) : *source.memory;
}

// An address of the process as one of the source; those that are the source's already stay as they are.
std::optional<Address> ofSource(const OpenSourceState &source, Address address)
{
    const AddressRange extent = source.memory->extent();
    if (address >= source.info.base && extent.contains(address - source.info.base))
        return address - source.info.base;
    if (extent.contains(address))
        return address;
    return std::nullopt;
}

// Modules of a source without a process, from its regions: those of an image lie one behind the other.
std::vector<Module> imagesIn(const std::vector<Region> &regions)
{
    std::vector<Module> modules;
    for (const Region &region : regions) {
        if (region.type != RegionType::Image || region.mapped.empty())
            continue;
        if (!modules.empty() && modules.back().path == region.mapped)
            modules.back().range.size = region.range.end() - modules.back().range.begin;
        else
            modules.push_back(
                {.name = std::string(lastPart(region.mapped)), .path = region.mapped, .range = region.range});
    }
    return modules;
}

// "...\MySharedMem" of a long path.
std::string shortened(const std::string &path)
{
    const auto name = lastPart(path);
    if (name.size() == path.size())
        return path;
    return fmt::format("{0}...{0}{1}", path[path.size() - name.size() - 1], name);
}

std::string_view wordFor(RegionType type)
{
    return type == RegionType::Image ? "image" : type == RegionType::Mapped ? "mapped" : "private";
}

} // namespace

// Answers what an expression asks, for one source.
class PlaceFinder::Resolver {
public:
    Resolver(PlaceFinder &finder, const OpenSourceState &source, std::stop_token stop)
        : m_finder(finder), m_source(source), m_stop(std::move(stop))
    {
    }

    AddressResolver resolver(Address here)
    {
        AddressResolver resolver{.here = here + m_source.info.base, .pointerSize = m_source.pointerSize};
        resolver.name = [this](const std::string &name) { return addressOf(name); };
        resolver.exported = [this](const std::string &module, const std::string &name) {
            return exported(module, name);
        };
        resolver.section = [this](const std::string &module, const std::string &name) { return section(module, name); };
        resolver.pointer = [this](Address address, std::uint32_t size) { return pointer(address, size); };
        return resolver;
    }

private:
    Result<Module> module(const std::string &name)
    {
        for (const bool isAnew : {false, true}) { // it may have been loaded since
            const auto modules = isAnew ? m_finder.listModules(m_source, m_stop) : m_finder.modulesOf(m_source, m_stop);
            if (!modules)
                return Failure(modules.error());
            for (const Module &module : (*modules)->modules) {
                if (isNameOf(name, module.path) || isNameOf(name, module.name))
                    return module;
            }
        }
        return missing(fmt::format("there is no module \"{}\"", name), "The list of modules has their names");
    }

    Result<Address> addressOf(const std::string &name)
    {
        // A module of a process that cannot list them may still be found among its regions.
        const auto found = module(name);
        if (found)
            return found->range.begin;
        if (found.error().kind == ErrorKind::Cancelled || found.error().kind == ErrorKind::Exited)
            return Failure(found.error());
        const auto &section = m_source.info.section;
        if (section && isNameOf(name, section->name))
            return Address{0};
        MemorySource &memory = wholeMemory(m_source);
        const auto regions = memory.regions(memory.extent(), m_stop);
        if (!regions)
            return Failure(regions.error());
        const auto region =
            std::ranges::find_if(*regions, [&](const Region &one) { return isNameOf(name, one.mapped); });
        if (region != regions->end())
            return region->allocationBase != 0 ? region->allocationBase : region->range.begin;
        if (found.error().kind != ErrorKind::Missing)
            return Failure(found.error());
        return missing(
            fmt::format("nothing here is called \"{}\": no module, no mapped file and no mapping", name),
            "A mapping without a file behind it has no name inside a process: look for it in the list of regions");
    }

    Result<Address> section(const std::string &moduleName, const std::string &name)
    {
        const auto owner = module(moduleName);
        if (!owner)
            return Failure(owner.error());
        const auto image = readPeImage(wholeMemory(m_source), owner->range);
        if (!image)
            return Failure(image.error());
        for (const PeSection &section : image->sections) {
            if (isSameName(section.name, name))
                return section.range.begin;
        }
        std::string names;
        for (const PeSection &section : image->sections)
            names += (names.empty() ? "" : ", ") + section.name;
        return missing(fmt::format("{} has no section \"{}\"", owner->name, name),
                       names.empty() ? "" : "It has " + names);
    }

    Result<Address> exported(const std::string &moduleName, const std::string &name)
    {
        const auto owner = module(moduleName);
        if (!owner)
            return Failure(owner.error());
        MemorySource &memory = wholeMemory(m_source);
        const auto image = readPeImage(memory, owner->range);
        if (!image)
            return Failure(image.error());
        for (const PeSection &section : image->sections) {
            if (m_stop.stop_requested())
                return Failure(Error{
                    .kind = ErrorKind::Cancelled, .operation = "evaluate an address", .meaning = "was cancelled"});
            const auto exports = exportsIn(memory, *image, section);
            if (!exports)
                return Failure(exports.error());
            const auto found = std::ranges::find(*exports, name, &Export::name);
            if (found != exports->end())
                return section.range.begin + found->offset;
        }
        return missing(fmt::format("{} exports no \"{}\", or hands it on to another module", owner->name, name),
                       "Upper and lower case differ");
    }

    // Pointers are addresses of the process. Where there is none they count from the source's start.
    Result<std::uint64_t> pointer(Address address, std::uint32_t size)
    {
        const auto here = ofSource(m_source, address);
        MemorySource &memory = here ? *m_source.memory : wholeMemory(m_source);
        const MemoryImage image = readImage(memory, {here.value_or(address), size});
        if (!image.unreadable.empty())
            return Failure(image.why.value_or(Error{.kind = ErrorKind::Unreadable, .meaning = "it cannot be read"}));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value |= std::to_integer<std::uint64_t>(image.bytes[i]) << 8 * i;
        return value;
    }

    PlaceFinder &m_finder;
    const OpenSourceState &m_source;
    const std::stop_token m_stop;
};

Result<std::shared_ptr<const PlaceFinder::Modules>> PlaceFinder::modulesOf(const OpenSourceState &source,
                                                                           std::stop_token stop)
{
    const auto now = std::chrono::steady_clock::now();
    {
        const std::scoped_lock lock(m_mutex);
        const auto known = m_modules.find(source.info.source);
        if (known != m_modules.end() && now - known->second->time < std::chrono::seconds(5))
            return known->second;
    }
    return listModules(source, std::move(stop));
}

Result<std::shared_ptr<const PlaceFinder::Modules>> PlaceFinder::listModules(const OpenSourceState &source,
                                                                             std::stop_token stop)
{
    auto modules = std::make_shared<Modules>();
    modules->time = std::chrono::steady_clock::now();
    if (hasProcess(source)) {
        auto listed = m_system.modules(source.process->key());
        if (!listed)
            return Failure(listed.error());
        modules->modules = std::move(*listed);
        if (auto shared = m_system.sharedSections(source.process->key(), stop)) // not every system has them
            modules->shared = std::move(*shared);
    } else {
        const auto regions = source.memory->regions(source.memory->extent(), stop);
        if (!regions)
            return Failure(regions.error());
        modules->modules = imagesIn(*regions);
    }
    const std::scoped_lock lock(m_mutex);
    m_modules[source.info.source] = modules;
    return modules;
}

void PlaceFinder::forget(SourceId source)
{
    const std::scoped_lock lock(m_mutex);
    m_modules.erase(source);
}

Result<EvaluatedAddress> PlaceFinder::evaluate(const OpenSourceState &source, const std::string &text, Address here,
                                               std::stop_token stop)
{
    constexpr const char *operation = "evaluate an address";
    const auto expression = parseAddressExpression(text);
    if (!expression)
        return Failure(toError(expression.error(), operation, text));
    Resolver resolver(*this, source, stop);
    auto value = evaluateAddress(*expression, resolver.resolver(here));
    if (!value)
        return Failure(std::move(value.error()));
    const auto address = ofSource(source, value->address);
    if (address)
        return EvaluatedAddress{*address, std::move(value->steps)};
    const AddressRange extent = source.memory->extent();
    const auto shown = [&](Address at) { return at + source.info.base; };
    return Failure(
        Error{.kind = ErrorKind::OutOfRange,
              .operation = operation,
              .object = fmt::format("0x{:x}", value->address),
              .meaning = extent.size == 0 ? "there are no bytes here"
                                          : fmt::format("{} reaches from 0x{:x} to 0x{:x}", source.info.name,
                                                        shown(extent.begin), shown(extent.end() - 1)),
              .hint = value->steps.empty() ? "" : fmt::format("It came from {}", fmt::join(value->steps, ", "))});
}

Result<AddressPlaces> PlaceFinder::locate(const OpenSourceState &source, const std::vector<Address> &addresses,
                                          std::stop_token stop)
{
    constexpr const char *operation = "locate addresses";
    if (addresses.size() > mostAddresses)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = operation,
                             .object = fmt::format("{} addresses", addresses.size()),
                             .meaning = fmt::format("at most {} can be located at once", mostAddresses)});
    MemorySource &memory = wholeMemory(source);
    const Address base = hasProcess(source) ? source.info.base : 0;
    std::vector<Region> regions;
    const auto list = [&](AddressRange range) -> Result<void> {
        auto listed = memory.regions(range, stop);
        if (!listed)
            return Failure(listed.error());
        regions = std::move(*listed);
        return {};
    };
    const bool oneByOne = addresses.size() <= askedOneByOne;
    if (!oneByOne) {
        if (auto listed = list(memory.extent()); !listed)
            return Failure(listed.error());
    }
    const auto modules = modulesOf(source, stop); // without them the regions tell, if less

    AddressPlaces places;
    for (const Address asked : addresses) {
        AddressPlace place{.address = asked};
        const Address address = asked <= ~std::uint64_t{0} - base ? asked + base : asked;
        if (oneByOne && memory.extent().contains(address)) {
            if (auto listed = list({address, 1}); !listed)
                return Failure(listed.error());
        }
        const auto behind =
            std::ranges::upper_bound(regions, address, {}, [](const Region &region) { return region.range.begin; });
        const bool isFound = behind != regions.begin() && std::prev(behind)->range.contains(address);
        if (isFound) {
            const Region &region = *std::prev(behind);
            const auto contains = [&](const auto &one) { return one.range.contains(address); };
            place.isReadable = region.isReadable();
            const Address begin = region.allocationBase != 0 && region.allocationBase <= address ? region.allocationBase
                                                                                                  : region.range.begin;
            if (modules) {
                const auto shared = std::ranges::find_if((*modules)->shared, contains);
                const auto module = std::ranges::find_if((*modules)->modules, contains);
                if (shared != (*modules)->shared.end())
                    place.text = fmt::format("section {} of {}+0x{:x}", shared->section, shared->module,
                                             address - shared->range.begin);
                else if (module != (*modules)->modules.end())
                    place.text = fmt::format("{}+0x{:x}", module->name, address - module->range.begin);
            }
            if (place.text.empty() && source.info.section && !source.info.section->name.empty())
                place.text = fmt::format("{}+0x{:x}", source.info.section->name, address);
            if (place.text.empty() && !region.mapped.empty())
                place.text = fmt::format("{}+0x{:x}", shortened(region.mapped), address - begin);
            if (place.text.empty())
                place.text = fmt::format("{} 0x{:x}+0x{:x}", wordFor(region.type), begin, address - begin);
        }
        places.places.push_back(std::move(place));
    }
    return places;
}

} // namespace ipclens
