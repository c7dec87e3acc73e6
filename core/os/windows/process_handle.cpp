#include "core/os/windows/process_handle.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/utf16.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

// OpenProcess rounds a pid down to a multiple of 4 and would silently open the neighbour.
Result<void> checkPid(std::uint32_t pid)
{
    if (pid == 0 || pid == 4)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "OpenProcess",
                             .object = processText(pid),
                             .meaning = pid == 0 ? "this is the idle process, which has no memory"
                                                 : "this is the kernel's own process, which Windows opens to nobody",
                             .hint = "Choose another process"});
    if (pid % 4 != 0)
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = "OpenProcess",
                             .object = processText(pid),
                             .meaning = "no process has this id: ids are multiples of 4",
                             .hint = fmt::format("Windows would open process {} instead", pid / 4 * 4)});
    return {};
}

Result<KernelHandle> openOnce(ProcessKey key, DWORD rights)
{
    KernelHandle process(OpenProcess(rights, FALSE, key.pid));
    const DWORD code = GetLastError();
    if (process)
        return process;
    Error error = systemError(code, "OpenProcess", processText(key.pid));
    if (code == ERROR_INVALID_PARAMETER) { // what it says for a pid that nobody has
        error.kind = key.created == 0 ? ErrorKind::Missing : ErrorKind::Exited;
        error.meaning = key.created == 0 ? "no process has this id" : "the process has ended";
        error.hint = "Refresh the list of processes";
    } else if (error.kind == ErrorKind::Refused) {
        error.hint = "Run ipclens as the process's user, or elevated; protected processes stay closed even then";
    }
    return Failure(std::move(error));
}

// A pid outlives its process while somebody holds a handle to it, and is reused when nobody does.
Result<void> checkIdentity(HANDLE process, ProcessKey key)
{
    if (hasExited(process))
        return Failure(exitedError("OpenProcess", processText(key.pid)));
    const std::int64_t created = creationTime(process);
    if (key.created != 0 && created != 0 && created != key.created) {
        Error error = exitedError("OpenProcess", processText(key.pid));
        error.meaning += ", and another one has its id now";
        return Failure(std::move(error));
    }
    return {};
}

} // namespace

std::string processText(std::uint32_t pid)
{
    return fmt::format("process {}", pid);
}

Result<OpenedWithRights> openProcessHandle(ProcessKey key, std::span<const Right> rights, DWORD needed)
{
    if (auto checked = checkPid(key.pid); !checked)
        return Failure(std::move(checked.error()));
    auto opened = openWithMost(rights, needed, [key](DWORD mask) { return openOnce(key, mask); });
    if (!opened)
        return opened;
    if (auto checked = checkIdentity(opened->handle.get(), key); !checked)
        return Failure(std::move(checked.error()));
    return opened;
}

Result<KernelHandle> openProcessHandle(ProcessKey key, DWORD rights)
{
    if (auto checked = checkPid(key.pid); !checked)
        return Failure(std::move(checked.error()));
    auto process = openOnce(key, rights);
    if (!process)
        return process;
    if (auto checked = checkIdentity(process->get(), key); !checked)
        return Failure(std::move(checked.error()));
    return process;
}

std::int64_t fromFileTime(std::uint64_t ticks)
{
    constexpr std::int64_t from1601To1970 = 116444736000000000;
    return ticks == 0 ? 0 : (static_cast<std::int64_t>(ticks) - from1601To1970) * 100;
}

std::int64_t creationTime(HANDLE process)
{
    FILETIME created, exited, kernel, user;
    if (!GetProcessTimes(process, &created, &exited, &kernel, &user))
        return 0;
    return fromFileTime(std::uint64_t{created.dwHighDateTime} << 32 | created.dwLowDateTime);
}

std::int64_t exitTime(HANDLE process)
{
    FILETIME created, exited, kernel, user;
    if (!GetProcessTimes(process, &created, &exited, &kernel, &user))
        return 0;
    return fromFileTime(std::uint64_t{exited.dwHighDateTime} << 32 | exited.dwLowDateTime);
}

bool hasExited(HANDLE process)
{
    const DWORD waited = WaitForSingleObject(process, 0);
    if (waited != WAIT_FAILED)
        return waited == WAIT_OBJECT_0;
    // Without SYNCHRONIZE. A program may exit with STILL_ACTIVE (259) as its code; then its memory reads fail without
    // saying why.
    DWORD exitCode = 0;
    return GetExitCodeProcess(process, &exitCode) && exitCode != STILL_ACTIVE;
}

Error exitedError(std::string operation, std::string object)
{
    return {.kind = ErrorKind::Exited,
            .operation = std::move(operation),
            .object = std::move(object),
            .meaning = "the process has ended",
            .hint = "Start it again and attach to the new process"};
}

std::string programPath(HANDLE process)
{
    std::wstring path(MAX_PATH, L'\0');
    for (;;) {
        DWORD length = static_cast<DWORD>(path.size());
        if (QueryFullProcessImageNameW(process, 0, path.data(), &length))
            return toUtf8(std::wstring_view(path).substr(0, length));
        if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || path.size() > 32768)
            return {};
        path.resize(path.size() * 2);
    }
}

std::string fileNameOf(std::string_view path)
{
    return std::string(path.substr(path.find_last_of("\\/") + 1));
}

std::string architectureOf(HANDLE process)
{
    USHORT machine = IMAGE_FILE_MACHINE_UNKNOWN;
    USHORT native = IMAGE_FILE_MACHINE_UNKNOWN;
    if (!IsWow64Process2(process, &machine, &native))
        return {};
    switch (machine == IMAGE_FILE_MACHINE_UNKNOWN ? native : machine) {
    case IMAGE_FILE_MACHINE_AMD64:
        return "x64";
    case IMAGE_FILE_MACHINE_I386:
        return "x86";
    case IMAGE_FILE_MACHINE_ARM64:
        return "arm64";
    case IMAGE_FILE_MACHINE_ARMNT:
        return "arm";
    default:
        return {};
    }
}

} // namespace ipclens
