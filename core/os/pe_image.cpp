#include "core/os/pe_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

// Offsets are from the "PE Format" page of Microsoft's documentation.
namespace ipclens {
namespace {

constexpr std::uint64_t mostSections = 96;     // the loader's own limit
constexpr std::uint64_t mostExports = 1 << 16; // ordinals have 16 bits
constexpr std::uint64_t longestName = 4096;

Failure malformed(AddressRange image, std::string what)
{
    return Failure(Error{.kind = ErrorKind::Invalid,
                         .operation = "read image headers",
                         .object = fmt::format("module at 0x{:X}", image.begin),
                         .meaning = std::move(what),
                         .hint = "The program may have overwritten them"});
}

// Bytes of one stretch of the image, with checked access by offset.
class Stretch {
public:
    explicit Stretch(Bytes bytes) : m_bytes(std::move(bytes)) {}

    template <class T>
    T get(std::uint64_t offset) const // 0 outside
    {
        T value{};
        if (offset + sizeof value <= m_bytes.size())
            std::memcpy(&value, m_bytes.data() + offset, sizeof value);
        return value;
    }
    std::string text(std::uint64_t offset, std::size_t most) const
    {
        if (offset >= m_bytes.size())
            return {};
        const auto *begin = reinterpret_cast<const char *>(m_bytes.data() + offset);
        std::string_view view(begin, std::min<std::size_t>(most, m_bytes.size() - offset));
        view = view.substr(0, view.find('\0'));
        std::string printable;
        for (const char c : view)
            printable += c >= 0x20 && c < 0x7F ? c : '?';
        return printable;
    }

private:
    Bytes m_bytes;
};

// All of [image.begin + offset, + size), or why not.
Result<Stretch> readStretch(MemorySource &memory, AddressRange image, std::uint64_t offset, std::uint64_t size)
{
    if (offset > image.size || size > image.size - offset)
        return malformed(image, fmt::format("offset 0x{:X} with {} bytes is outside the image", offset, size));
    Bytes bytes(size);
    ReadOutcome outcome = memory.read(image.begin + offset, bytes);
    if (outcome.count < size)
        return outcome.why ? Failure(std::move(*outcome.why)) : malformed(image, "headers cannot be read");
    return Stretch(std::move(bytes));
}

PeSection toSection(const Stretch &table, std::uint64_t at, AddressRange image)
{
    PeSection section{.name = table.text(at, 8), .characteristics = table.get<std::uint32_t>(at + 36)};
    const auto virtualSize = table.get<std::uint32_t>(at + 8);
    const auto rawSize = table.get<std::uint32_t>(at + 16);
    const std::uint64_t offset = std::min<std::uint64_t>(table.get<std::uint32_t>(at + 12), image.size);
    const std::uint64_t size = virtualSize != 0 ? virtualSize : rawSize;
    section.range = {image.begin + offset, std::min(size, image.size - offset)};
    return section;
}

// The export tables, read whole: one read each instead of one for each export.
struct ExportTables {
    std::uint32_t ordinalBase = 0;
    std::uint64_t functions = 0;
    std::uint64_t names = 0;
    Stretch functionOffsets{Bytes()};
    Stretch nameOffsets{Bytes()};
    Stretch nameOrdinals{Bytes()};
};

Result<ExportTables> readExportTables(MemorySource &memory, const PeImage &image)
{
    const auto directory = readStretch(memory, image.range, image.exportDirectory.begin - image.range.begin, 40);
    if (!directory)
        return Failure(directory.error());
    ExportTables tables{.ordinalBase = directory->get<std::uint32_t>(16),
                        .functions = directory->get<std::uint32_t>(20),
                        .names = directory->get<std::uint32_t>(24)};
    if (tables.functions > mostExports || tables.names > mostExports)
        return malformed(image.range, fmt::format("the export directory claims {} exports with {} names",
                                                  tables.functions, tables.names));
    const auto load = [&](Stretch &into, std::uint64_t field, std::uint64_t size) -> Result<void> {
        if (size == 0)
            return {};
        auto read = readStretch(memory, image.range, directory->get<std::uint32_t>(field), size);
        if (!read)
            return Failure(std::move(read.error()));
        into = std::move(*read);
        return {};
    };
    if (auto done = load(tables.functionOffsets, 28, tables.functions * 4); !done)
        return Failure(std::move(done.error()));
    if (auto done = load(tables.nameOffsets, 32, tables.names * 4); !done)
        return Failure(std::move(done.error()));
    if (auto done = load(tables.nameOrdinals, 36, tables.names * 2); !done)
        return Failure(std::move(done.error()));
    return tables;
}

std::string readName(MemorySource &memory, AddressRange image, std::uint32_t offset)
{
    if (offset >= image.size)
        return {};
    Bytes bytes(std::min(longestName, image.size - offset));
    bytes.resize(memory.read(image.begin + offset, bytes).count); // a name may well end before what cannot be read
    return Stretch(std::move(bytes)).text(0, longestName);
}

} // namespace

Result<PeImage> readPeImage(MemorySource &memory, AddressRange range)
{
    const auto dos = readStretch(memory, range, 0, 64);
    if (!dos)
        return Failure(dos.error());
    if (dos->get<std::uint16_t>(0) != 0x5A4D)
        return malformed(range, "it does not begin with \"MZ\"");
    const std::uint64_t pe = dos->get<std::uint32_t>(60);
    const auto header = readStretch(memory, range, pe, 24);
    if (!header)
        return Failure(header.error());
    if (header->get<std::uint32_t>(0) != 0x4550)
        return malformed(range, fmt::format("there is no \"PE\" at 0x{:X}", pe));
    const std::uint64_t count = header->get<std::uint16_t>(6);
    const std::uint64_t optionalSize = header->get<std::uint16_t>(20);
    if (count > mostSections)
        return malformed(range, fmt::format("it claims {} sections, the loader takes {}", count, mostSections));
    const auto rest = readStretch(memory, range, pe + 24, optionalSize + count * 40);
    if (!rest)
        return Failure(rest.error());

    PeImage image{.range = range};
    const auto magic = rest->get<std::uint16_t>(0);
    if (magic != 0x10B && magic != 0x20B)
        return malformed(range, fmt::format("its kind is 0x{:X}, neither PE32 nor PE32+", magic));
    const std::uint64_t directories = magic == 0x20B ? 112 : 96;
    if (optionalSize >= directories + 8 && rest->get<std::uint32_t>(directories - 4) > 0) {
        const std::uint64_t offset = rest->get<std::uint32_t>(directories);
        const std::uint64_t size = rest->get<std::uint32_t>(directories + 4);
        if (offset != 0 && offset < range.size)
            image.exportDirectory = {range.begin + offset, std::min(size, range.size - offset)};
    }
    for (std::uint64_t i = 0; i < count; ++i)
        image.sections.push_back(toSection(*rest, optionalSize + i * 40, range));
    return image;
}

Result<std::vector<Export>> exportsIn(MemorySource &memory, const PeImage &image, const PeSection &section)
{
    std::vector<Export> exports;
    if (image.exportDirectory.size == 0)
        return exports;
    const auto tables = readExportTables(memory, image);
    if (!tables)
        return Failure(tables.error());

    std::map<std::uint32_t, std::vector<std::uint32_t>> namesOf; // index of function -> offsets of its names
    for (std::uint64_t i = 0; i < tables->names; ++i)
        namesOf[tables->nameOrdinals.get<std::uint16_t>(i * 2)].push_back(
            tables->nameOffsets.get<std::uint32_t>(i * 4));

    for (std::uint32_t i = 0; i < tables->functions; ++i) {
        const auto offset = tables->functionOffsets.get<std::uint32_t>(i * std::uint64_t{4});
        const Address address = image.range.begin + offset;
        // What points into the export directory is the text of a forwarder. [doc, PE Format, Export Address Table]
        if (offset == 0 || !section.range.contains(address) || image.exportDirectory.contains(address))
            continue;
        Export entry{.ordinal = tables->ordinalBase + i, .offset = address - section.range.begin};
        const auto names = namesOf.find(i);
        if (names == namesOf.end()) {
            exports.push_back(entry);
            continue;
        }
        for (const std::uint32_t name : names->second) {
            entry.name = readName(memory, image.range, name);
            exports.push_back(entry);
        }
    }
    std::ranges::sort(exports, {}, [](const Export &e) { return std::tuple(e.offset, e.ordinal, e.name); });
    std::uint64_t end = section.range.size;
    for (auto entry = exports.rbegin(); entry != exports.rend(); ++entry) {
        const auto before = entry + 1;
        entry->size = end - entry->offset;
        if (before != exports.rend() && before->offset != entry->offset)
            end = entry->offset;
    }
    return exports;
}

} // namespace ipclens
