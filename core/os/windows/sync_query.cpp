#include "core/os/windows/sync_query.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"

#include <vector>

#include <fmt/format.h>

namespace ipclens {
namespace {

Result<SyncState> queryMutant(HANDLE object, const std::string &text)
{
    nt::MutantBasicInformation basic{};
    const NTSTATUS status = NtQueryMutant(object, 0, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQueryMutant", text);
    SyncState state{.kind = SyncKind::Mutex,
                    .signaled = basic.count > 0,
                    .abandoned = basic.abandoned != 0,
                    .count = basic.count > 0 ? 0 : 1 - std::int64_t{basic.count}};
    if (state.signaled)
        return state;
    nt::MutantOwnerInformation owner{};
    const NTSTATUS told = NtQueryMutant(object, 1, &owner, sizeof owner, nullptr);
    if (!nt::succeeded(told)) {
        state.note = fmt::format("by whom the system does not tell (0x{:08X})", static_cast<std::uint32_t>(told));
        return state;
    }
    state.owner.pid = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(owner.process));
    state.ownerThread = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(owner.thread));
    return state;
}

Result<SyncState> queryEvent(HANDLE object, const std::string &text)
{
    nt::EventBasicInformation basic{};
    const NTSTATUS status = NtQueryEvent(object, 0, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQueryEvent", text);
    return SyncState{.kind = SyncKind::Event, .signaled = basic.state != 0, .manualReset = basic.type == 0};
}

Result<SyncState> querySemaphore(HANDLE object, const std::string &text)
{
    nt::SemaphoreBasicInformation basic{};
    const NTSTATUS status = NtQuerySemaphore(object, 0, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQuerySemaphore", text);
    return SyncState{
        .kind = SyncKind::Semaphore, .signaled = basic.count > 0, .count = basic.count, .maximum = basic.maximum};
}

Result<SyncState> queryTimer(HANDLE object, const std::string &text)
{
    nt::TimerBasicInformation basic{};
    const NTSTATUS status = NtQueryTimer(object, 0, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQueryTimer", text);
    return SyncState{
        .kind = SyncKind::Timer, .signaled = basic.signaled != 0, .remaining = basic.remaining.QuadPart * 100};
}

Result<SyncState> queryJob(HANDLE object, const std::string &text)
{
    constexpr DWORD mostListed = 4096;
    std::vector<ULONG_PTR> buffer(2 + mostListed);
    auto &list = *reinterpret_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST *>(buffer.data());
    const BOOL told = QueryInformationJobObject(object, JobObjectBasicProcessIdList, &list,
                                                static_cast<DWORD>(buffer.size() * sizeof(ULONG_PTR)), nullptr);
    const DWORD code = GetLastError();
    if (!told && code != ERROR_MORE_DATA)
        return systemFailure(code, "QueryInformationJobObject", text);
    SyncState state{.kind = SyncKind::Job, .count = list.NumberOfAssignedProcesses};
    for (DWORD i = 0; i < list.NumberOfProcessIdsInList; ++i)
        state.processes.push_back(static_cast<std::uint32_t>(list.ProcessIdList[i]));
    return state;
}

} // namespace

Result<SyncState> querySync(HANDLE object, std::string_view type, const std::string &text)
{
    if (type == "Mutant")
        return queryMutant(object, text);
    if (type == "Event")
        return queryEvent(object, text);
    if (type == "Semaphore")
        return querySemaphore(object, text);
    if (type == "Timer")
        return queryTimer(object, text);
    if (type == "Job")
        return queryJob(object, text);
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = "query state",
                         .object = text,
                         .meaning = fmt::format("a {} has no state to wait for", type)});
}

} // namespace ipclens
