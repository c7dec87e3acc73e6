#include "core/session/shared_data.h"

#include "core/os/pe_image.h"
#include "core/text/any_case.h"
#include "core/text/hex.h"
#include "core/text/typed_value.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::uint32_t sharedFlag = 0x1000'0000; // IMAGE_SCN_MEM_SHARED [doc, PE Format, Section Flags]
constexpr std::uint32_t mostBytes = 64 << 10;
constexpr std::size_t mostBytesShown = 16; // of a variable that is no number
constexpr int looks = 3;                   // at contents that differ: they may have been written between two reads

// A shared section as the file has it; offsets are from the module's base.
struct InFile {
    std::string name;
    AddressRange offset;
    std::uint32_t characteristics = 0;
    std::vector<Export> exports;
};

Result<std::vector<InFile>> sharedSectionsOf(MemorySource &memory, const Module &module)
{
    const auto image = readPeImage(memory, module.range);
    if (!image)
        return Failure(image.error());
    std::vector<InFile> found;
    for (const PeSection &section : image->sections) {
        if (!(section.characteristics & sharedFlag))
            continue;
        auto exports = exportsIn(memory, *image, section);
        if (!exports)
            return Failure(std::move(exports.error()));
        found.push_back({section.name,
                         {section.range.begin - module.range.begin, section.range.size},
                         section.characteristics,
                         std::move(*exports)});
    }
    return found;
}

std::optional<ValueType> guessedType(std::uint64_t size)
{
    switch (size) {
    case 1: return ValueType::U8;
    case 2: return ValueType::U16;
    case 4: return ValueType::U32;
    case 8: return ValueType::U64;
    default: return std::nullopt;
    }
}

std::string valueText(const SharedVariable &variable, const MemoryImage &image)
{
    const Address begin = image.address + variable.symbol.offset;
    const std::uint64_t size = variable.type ? sizeOf(*variable.type) : std::min<std::uint64_t>(variable.symbol.size, mostBytesShown);
    if (!image.range().contains(AddressRange{begin, size}) || !image.isReadable(begin))
        return {};
    const auto bytes = std::span(image.bytes).subspan(variable.symbol.offset, size);
    if (variable.type)
        return formatTyped(kindOf(*variable.type), ByteOrder::Little, bytes);
    return toHex(bytes) + (size < variable.symbol.size ? "..." : "");
}

bool isWhole(const SharedDataUser &user)
{
    return user.note.empty() && user.image.unreadable.empty();
}

// The contents that more than half of the processes have; none when there are no such.
const SharedDataUser *mostCommon(const std::vector<SharedDataUser> &users)
{
    const SharedDataUser *common = nullptr;
    std::size_t whole = 0;
    std::size_t most = 0;
    for (const SharedDataUser &one : users) {
        if (!isWhole(one))
            continue;
        ++whole;
        const auto alike = static_cast<std::size_t>(std::ranges::count_if(
            users, [&](const SharedDataUser &other) { return isWhole(other) && other.image.bytes == one.image.bytes; }));
        if (alike > most) {
            most = alike;
            common = &one;
        }
    }
    return most * 2 > whole ? common : nullptr;
}

// One walk through all processes.
class Walk {
public:
    Walk(System &system, const ListSharedData &command, std::stop_token stop)
        : m_system(system), m_stop(std::move(stop)), m_wanted(inAnyCase(command.module)), m_bytes(command.bytes)
    {
    }

    bool process(const ProcessInfo &info)
    {
        const auto modules = m_system.modules(info.key);
        if (!modules) {
            if (modules.error().kind != ErrorKind::Exited && modules.error().kind != ErrorKind::Missing)
                m_list.unseen.push_back({.process = info.key, .processName = info.name, .why = modules.error()});
            return !m_stop.stop_requested();
        }
        std::shared_ptr<Process> memory;
        for (const Module &one : *modules) {
            if (m_stop.stop_requested())
                return false;
            if (m_wanted.empty() || inAnyCase(one.name) == m_wanted)
                module(info, one, memory);
        }
        return true;
    }

    SharedDataList take()
    {
        for (auto &[key, data] : m_found) {
            flag(data);
            m_list.sections.push_back(std::move(data));
        }
        return std::move(m_list);
    }

private:
    void module(const ProcessInfo &info, const Module &one, std::shared_ptr<Process> &memory)
    {
        const auto key = std::pair(inAnyCase(one.path), one.range.size);
        auto known = m_files.find(key);
        if (known != m_files.end() && known->second.empty())
            return;
        if (!memory) {
            auto opened = m_system.openProcess(info.key, Access::Read);
            if (!opened)
                return; // it ended since its modules were listed, which takes more rights
            memory = std::move(*opened);
            m_processes[info.key.pid] = memory;
        }
        if (known == m_files.end()) {
            auto sections = sharedSectionsOf(*memory, one);
            if (!sections)
                return; // its headers are unreadable here; another process may have them
            known = m_files.emplace(key, std::move(*sections)).first;
        }
        for (const InFile &section : known->second)
            add(info, one, section, *memory);
    }

    void add(const ProcessInfo &info, const Module &module, const InFile &section, MemorySource &memory)
    {
        auto &data = m_found[{inAnyCase(module.path), section.name, section.offset.size}];
        if (data.users.empty()) {
            data = {.module = module.name,
                    .path = module.path,
                    .section = section.name,
                    .size = section.offset.size,
                    .characteristics = section.characteristics};
            for (const Export &symbol : section.exports)
                data.variables.push_back({.symbol = symbol, .type = guessedType(symbol.size)});
        }
        SharedDataUser user{.process = info.key,
                            .processName = info.name,
                            .range = {module.range.begin + section.offset.begin, section.offset.size}};
        user.image = readImage(memory, {user.range.begin, std::min<std::uint64_t>(m_bytes, user.range.size)});
        if (user.image.why)
            user.note = toText(*user.image.why);
        data.users.push_back(std::move(user));
    }

    // A difference counts when it is still there after looking again.
    void flag(SharedData &data)
    {
        const SharedDataUser *common = nullptr;
        for (int look = 1;; ++look) {
            common = mostCommon(data.users);
            bool differ = false;
            for (SharedDataUser &user : data.users) {
                user.differs = isWhole(user) && (!common || user.image.bytes != common->image.bytes);
                differ = differ || user.differs;
            }
            if (!differ || look == looks)
                break;
            for (SharedDataUser &user : data.users)
                if (const auto memory = m_processes.find(user.process.pid); isWhole(user) && memory != m_processes.end())
                    user.image = readImage(*memory->second, user.image.range());
        }
        if (common)
            for (SharedVariable &variable : data.variables)
                variable.text = valueText(variable, common->image);
    }

    System &m_system;
    std::stop_token m_stop;
    std::string m_wanted;
    std::uint32_t m_bytes;
    std::map<std::pair<std::string, std::uint64_t>, std::vector<InFile>> m_files; // by path and size
    std::map<std::uint32_t, std::shared_ptr<Process>> m_processes;                // that have some
    std::map<std::tuple<std::string, std::string, std::uint64_t>, SharedData> m_found;
    SharedDataList m_list;
};

} // namespace

Result<SharedDataList> listSharedData(System &system, const ListSharedData &command, std::stop_token stop)
{
    constexpr const char *operation = "list shared data";
    if (command.bytes > mostBytes)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = operation,
                             .object = fmt::format("{} bytes", command.bytes),
                             .meaning = fmt::format("at most {} bytes of each section can be read", mostBytes)});
    const auto processes = system.processes(stop);
    if (!processes)
        return Failure(processes.error());
    Walk walk(system, command, stop);
    for (const ProcessInfo &info : *processes)
        if (!info.isSelf && info.key.pid != 0 && info.key.pid != 4 && !walk.process(info)) // those two have no memory
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = operation, .meaning = "was cancelled"});
    return walk.take();
}

} // namespace ipclens
