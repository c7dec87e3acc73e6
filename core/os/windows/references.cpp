#include "core/os/windows/references.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/unique_handle.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr Address lowestAddress = 0x10000; // no process has memory below
constexpr std::size_t mostProcesses = 64;

// Empty when the payload is anything but a name.
std::string sectionName(std::span<const std::byte> data)
{
    constexpr std::size_t shortest = 2, longest = 128;
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(data[index]); };
    const bool isWide = data.size() >= 2 * shortest && data.size() % 2 == 0 && at(1) == 0;
    const std::size_t unit = isWide ? 2 : 1;
    std::size_t length = data.size() / unit;
    if (length < shortest || length > longest + 1)
        return {};
    if (at((length - 1) * unit) == 0)
        --length; // its terminator
    std::string name;
    for (std::size_t i = 0; i < length; ++i) {
        const unsigned char c = at(i * unit);
        if (c < ' ' || c > '~' || (isWide && at(i * unit + 1) != 0) ||
            std::string_view("\"*?<>|,;=[]").find(static_cast<char>(c)) != std::string_view::npos)
            return {};
        name += static_cast<char>(c);
    }
    return name.size() < shortest || name.size() > longest || name.front() == '\\' ? std::string() : name;
}

void readInto(MessageReference &reference, MemorySource &memory, std::uint64_t size)
{
    reference.bytes.resize(static_cast<std::size_t>(size));
    ReadOutcome outcome = memory.read(reference.address, reference.bytes);
    reference.bytes.resize(static_cast<std::size_t>(outcome.count));
    if (outcome.count == 0 && size > 0)
        reference.failure = outcome.why ? std::move(*outcome.why)
                                        : Error{.kind = ErrorKind::Unreadable,
                                                .operation = "read memory",
                                                .object = fmt::format("{} at 0x{:X}", memory.name(), reference.address),
                                                .meaning = "nothing can be read there"};
}

} // namespace

Result<std::map<UINT, PointerPlace>> placesOf(const std::vector<PointerRule> &rules)
{
    std::map<UINT, PointerPlace> places;
    for (const PointerRule &rule : rules) {
        const auto message = registerMessage(rule.message);
        if (!message)
            return Failure(message.error());
        places.try_emplace(message->id, rule.place);
    }
    return places;
}

std::vector<MessageReference> ReferenceReader::ofCopyData(std::span<const std::byte> data)
{
    const std::string name = m_mostBytes > 0 ? sectionName(data) : std::string();
    if (name.empty())
        return {};
    const KernelHandle there(OpenFileMappingW(FILE_MAP_READ, FALSE, std::wstring(name.begin(), name.end()).c_str()));
    const DWORD code = GetLastError();
    if (!there && code != ERROR_ACCESS_DENIED)
        return {}; // no section has that name
    MessageReference reference{.kind = ReferenceKind::Section, .section = name};
    if (const auto section = WindowsSystem().openSection(name, Access::Read); section)
        readInto(reference, **section, std::min<std::uint64_t>(m_mostBytes, (*section)->extent().size));
    else
        reference.failure = section.error();
    return {std::move(reference)};
}

std::vector<MessageReference> ReferenceReader::ofRegistered(UINT message, WPARAM wParam, LPARAM lParam)
{
    const auto rule = m_places.find(message);
    const bool isSure = rule != m_places.end();
    const PointerPlace place = isSure ? rule->second : PointerPlace::PidInWParam;
    if (m_mostBytes == 0 || place == PointerPlace::None)
        return {};
    std::uint64_t pid = wParam;
    Address address = static_cast<ULONG_PTR>(lParam);
    if (place == PointerPlace::PidInLParam)
        std::swap(pid, address);
    if (!isSure && (address < lowestAddress || pid == 0 || pid % 4 != 0 || pid > UINT32_MAX))
        return {};
    MessageReference reference{.kind = ReferenceKind::Pointer, .address = address};
    reference.process.pid = static_cast<std::uint32_t>(std::min<std::uint64_t>(pid, UINT32_MAX));
    const auto process = open(reference.process.pid);
    if (process) {
        reference.process = (*process)->key();
        readInto(reference, **process, m_mostBytes);
        if (reference.failure)
            m_processes.erase(reference.process.pid); // it may have ended
    } else {
        reference.failure = process.error();
    }
    if (reference.failure && !isSure)
        return {}; // two numbers that are something else
    return {std::move(reference)};
}

Result<std::shared_ptr<Process>> ReferenceReader::open(std::uint32_t pid)
{
    if (const auto found = m_processes.find(pid); found != m_processes.end()) {
        found->second.used = GetTickCount64();
        return found->second.process;
    }
    auto process = WindowsSystem().openProcess({.pid = pid}, Access::Read);
    if (!process)
        return process;
    if (m_processes.size() >= mostProcesses)
        m_processes.erase(std::ranges::min_element(m_processes, {}, [](const auto &item) { return item.second.used; }));
    m_processes[pid] = {*process, GetTickCount64()};
    return process;
}

} // namespace ipclens
