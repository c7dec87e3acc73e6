#include "core/os/windows/handle_walk.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/process_handle.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::size_t mostBytes = std::size_t{1} << 30;

// One of each, closed when the walk has begun.
struct OwnObjects {
    std::vector<std::pair<KernelHandle, const char *>> objects;

    OwnObjects()
    {
        add("Section", CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 1, nullptr));
        add("Mutant", CreateMutexW(nullptr, FALSE, nullptr));
        add("Event", CreateEventW(nullptr, TRUE, FALSE, nullptr));
        add("Semaphore", CreateSemaphoreW(nullptr, 0, 1, nullptr));
        add("Timer", CreateWaitableTimerW(nullptr, TRUE, nullptr));
        add("Job", CreateJobObjectW(nullptr, nullptr));
        const HANDLE file = CreateFileW(L"NUL", FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                        OPEN_EXISTING, 0, nullptr);
        add("File", file == INVALID_HANDLE_VALUE ? nullptr : file);
    }
    void add(const char *type, HANDLE object)
    {
        if (object)
            objects.emplace_back(KernelHandle(object), type);
    }
};

std::uint64_t numberOf(HANDLE handle)
{
    return reinterpret_cast<std::uintptr_t>(handle);
}

Result<std::vector<nt::HandleEntry>> listHandles()
{
    std::vector<std::uint64_t> buffer(1 << 17); // 1 MiB: some 26,000 handles
    for (;;) {
        const auto size = buffer.size() * sizeof(std::uint64_t);
        ULONG needed = 0;
        const NTSTATUS status =
            NtQuerySystemInformation(static_cast<SYSTEM_INFORMATION_CLASS>(nt::extendedHandleInformation),
                                     buffer.data(), static_cast<ULONG>(size), &needed);
        if (nt::succeeded(status))
            break;
        if (status != nt::infoLengthMismatch || size >= mostBytes)
            return nativeFailure(status, "NtQuerySystemInformation", "handles of all processes");
        // `needed` is of this moment, and others go on opening.
        buffer.resize(std::max(size * 2, std::min(mostBytes, std::size_t{needed} + needed / 8)) /
                      sizeof(std::uint64_t));
    }
    const auto &table = *reinterpret_cast<const nt::HandleTable *>(buffer.data());
    std::vector<nt::HandleEntry> entries(table.entries, table.entries + table.count);
    std::ranges::stable_sort(entries, {},
                             [](const nt::HandleEntry &entry) { return std::pair(entry.pid, entry.handle); });
    return entries;
}

} // namespace

Result<HandleWalk> HandleWalk::start()
{
    const OwnObjects own;
    auto entries = listHandles();
    if (!entries)
        return Failure(std::move(entries.error()));
    auto processes = listProcesses();
    if (!processes)
        return Failure(std::move(processes.error()));
    HandleWalk walk;
    walk.m_entries = std::move(*entries);
    for (ListedProcess &process : *processes)
        walk.m_processes.emplace(process.key.pid, std::move(process));
    for (const auto &[object, type] : own.objects)
        if (const auto number = walk.typeNumberOf(object.get()))
            walk.m_types.emplace(*number, type);
    // What these were is closed by now: whoever looks at our handles is not to meet them.
    std::erase_if(walk.m_entries, [&](const nt::HandleEntry &entry) {
        return entry.pid == GetCurrentProcessId() && std::ranges::any_of(own.objects, [&](const auto &object) {
                   return numberOf(object.first.get()) == entry.handle;
               });
    });
    return walk;
}

std::vector<std::span<const nt::HandleEntry>> HandleWalk::byProcess() const
{
    std::vector<std::span<const nt::HandleEntry>> all;
    for (std::size_t begin = 0; begin < m_entries.size();) {
        std::size_t end = begin + 1;
        while (end < m_entries.size() && m_entries[end].pid == m_entries[begin].pid)
            ++end;
        all.push_back(std::span(m_entries).subspan(begin, end - begin));
        begin = end;
    }
    return all;
}

std::string_view HandleWalk::typeName(USHORT type) const
{
    const auto found = m_types.find(type);
    return found == m_types.end() ? std::string_view() : found->second;
}

std::optional<USHORT> HandleWalk::typeNumber(std::string_view type) const
{
    for (const auto &[number, name] : m_types)
        if (name == type)
            return number;
    return std::nullopt;
}

std::optional<USHORT> HandleWalk::typeNumberOf(HANDLE object) const
{
    const auto found = std::ranges::find_if(m_entries, [&](const nt::HandleEntry &entry) {
        return entry.pid == GetCurrentProcessId() && entry.handle == numberOf(object);
    });
    return found == m_entries.end() ? std::nullopt : std::optional(found->type);
}

const ListedProcess &HandleWalk::process(std::uint32_t pid) const
{
    static const ListedProcess unknown;
    const auto found = m_processes.find(pid);
    return found == m_processes.end() ? unknown : found->second;
}

Result<KernelHandle> HandleWalk::open(std::uint32_t pid) const
{
    ProcessKey key = process(pid).key;
    key.pid = pid;
    return openProcessHandle(key, PROCESS_DUP_HANDLE);
}

Result<HANDLE> HandleWalk::opened(std::uint32_t pid)
{
    auto known = m_opened.find(pid);
    if (known == m_opened.end())
        known = m_opened.emplace(pid, open(pid)).first;
    if (!known->second)
        return Failure(known->second.error());
    return known->second->get();
}

ObjectHandle HandleWalk::describe(const nt::HandleEntry &entry, std::string type) const
{
    const ListedProcess &owner = process(pidOf(entry));
    ObjectHandle handle{.process = {pidOf(entry), owner.key.created},
                        .processName = owner.name,
                        .handle = entry.handle,
                        .access = entry.access};
    handle.rights = rightNames(type, entry.access);
    handle.type = std::move(type);
    handle.inherited = (entry.attributes & nt::handleInherited) != 0;
    handle.isProtected = (entry.attributes & nt::handleProtected) != 0;
    handle.isOurs = entry.pid == GetCurrentProcessId();
    return handle;
}

UnseenProcess HandleWalk::unseen(std::uint32_t pid, std::uint32_t handles, Error why) const
{
    const ListedProcess &owner = process(pid);
    return {.process = {pid, owner.key.created}, .processName = owner.name, .handles = handles, .why = std::move(why)};
}

} // namespace ipclens
