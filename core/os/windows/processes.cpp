#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/process_list.h"
#include "core/os/windows/top_level_windows.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>
#include <map>

namespace ipclens {
namespace {

ListedProcess toListed(const nt::ProcessRecord &record)
{
    ListedProcess process;
    process.key.pid = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(record.pid));
    process.key.created = fromFileTime(static_cast<std::uint64_t>(record.created.QuadPart));
    process.parent = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(record.parent));
    process.session = record.session;
    process.workingSet = record.workingSet;
    process.name = toUtf8(nt::view(record.name));
    if (process.name.empty() && process.key.pid == 0)
        process.name = "Idle";
    return process;
}

// What only the opened process tells. Both stay empty where opening is refused: the list is not the place to complain.
void fillFromHandle(ProcessInfo &info)
{
    if (info.key.pid == 0 || info.key.pid == 4)
        return;
    const KernelHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, info.key.pid));
    if (!process || creationTime(process.get()) != info.key.created) // it ended, and the pid may be another's
        return;
    info.path = programPath(process.get());
    info.architecture = architectureOf(process.get());
}

} // namespace

Result<std::vector<ListedProcess>> listProcesses()
{
    Bytes buffer;
    ULONG needed = 256 * 1024;
    NTSTATUS status = nt::infoLengthMismatch;
    while (status == nt::infoLengthMismatch && needed < 1u << 30) {
        buffer.resize(needed + 16 * 1024); // processes may start meanwhile
        status = NtQuerySystemInformation(SystemProcessInformation, buffer.data(), static_cast<ULONG>(buffer.size()),
                                          &needed);
        needed = std::max(needed, static_cast<ULONG>(buffer.size()));
    }
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQuerySystemInformation", "processes");

    std::vector<ListedProcess> processes;
    for (std::size_t offset = 0;;) {
        const auto &record = *reinterpret_cast<const nt::ProcessRecord *>(buffer.data() + offset);
        processes.push_back(toListed(record));
        if (record.nextOffset == 0)
            return processes;
        offset += record.nextOffset;
    }
}

Result<std::vector<ProcessInfo>> WindowsSystem::processes(std::stop_token stop)
{
    auto listed = listProcesses();
    if (!listed)
        return Failure(std::move(listed.error()));
    const auto handles = topLevelWindows();
    if (!handles)
        return Failure(handles.error());
    std::map<std::uint32_t, std::uint32_t> windows;
    for (const HWND window : *handles) {
        DWORD pid = 0;
        GetWindowThreadProcessId(window, &pid);
        ++windows[pid];
    }

    std::vector<ProcessInfo> processes;
    processes.reserve(listed->size());
    for (ListedProcess &process : *listed) {
        if (stop.stop_requested())
            return cancelled("list processes");
        ProcessInfo info{.key = process.key,
                         .parent = process.parent,
                         .name = std::move(process.name),
                         .session = process.session,
                         .memory = process.workingSet,
                         .isSelf = process.key.pid == GetCurrentProcessId()};
        if (const auto count = windows.find(info.key.pid); count != windows.end())
            info.windows = count->second;
        fillFromHandle(info);
        processes.push_back(std::move(info));
    }
    return processes;
}

} // namespace ipclens
