// What can be said of a process beside the list, and of the files it was made from.
#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/standing.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr NTSTATUS invalidInfoClass = static_cast<NTSTATUS>(0xC0000003);

// Where a process itself finds it. Only a process of our own width has the layout that we know.
Result<std::string> commandLineInMemory(ProcessKey key, const std::string &text)
{
    const auto process = openProcessHandle(key, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ);
    if (!process)
        return Failure(process.error());
    PROCESS_BASIC_INFORMATION basic{};
    const NTSTATUS status =
        NtQueryInformationProcess(process->get(), ProcessBasicInformation, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQueryInformationProcess", text);
    const auto read = [&](const void *from, void *into, std::size_t size) -> Result<void> {
        SIZE_T count = 0;
        const BOOL done = ReadProcessMemory(process->get(), from, into, size, &count);
        const DWORD code = GetLastError();
        if (!done || count != size)
            return systemFailure(code, "ReadProcessMemory", text);
        return {};
    };
    PEB peb;
    RTL_USER_PROCESS_PARAMETERS parameters;
    if (auto done = read(basic.PebBaseAddress, &peb, sizeof peb); !done)
        return Failure(std::move(done.error()));
    if (auto done = read(peb.ProcessParameters, &parameters, sizeof parameters); !done)
        return Failure(std::move(done.error()));
    std::wstring line(parameters.CommandLine.Length / sizeof(wchar_t), L'\0');
    if (auto done = read(parameters.CommandLine.Buffer, line.data(), line.size() * sizeof(wchar_t)); !done)
        return Failure(std::move(done.error()));
    return toUtf8(line);
}

Result<std::string> commandLineOf(HANDLE process, ProcessKey key, const std::string &text)
{
    constexpr int commandLineInformation = 60; // since Windows 8.1, not on Wine 8; a UNICODE_STRING, then its text
    std::vector<std::uint64_t> buffer(68 * 1024 / sizeof(std::uint64_t)); // it has at most 32,767 characters
    ULONG needed = 0;
    const NTSTATUS status =
        NtQueryInformationProcess(process, static_cast<PROCESSINFOCLASS>(commandLineInformation), buffer.data(),
                                  static_cast<ULONG>(buffer.size() * sizeof(std::uint64_t)), &needed);
    if (status == invalidInfoClass)
        return commandLineInMemory(key, text);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQueryInformationProcess", text);
    return toUtf8(nt::view(*reinterpret_cast<const UNICODE_STRING *>(buffer.data())));
}

} // namespace

Result<ProcessDetails> WindowsSystem::processDetails(ProcessKey key)
{
    const auto process = openProcessHandle(key, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!process)
        return Failure(process.error());
    const std::string text = processText(key.pid);
    ProcessDetails details;
    if (auto line = commandLineOf(process->get(), key, text))
        details.commandLine = std::move(*line);
    else
        details.unknown.push_back("command line: " + toText(line.error()));
    if (const auto standing = standingOf(process->get(), text)) {
        details.user = standing->user;
        details.integrity = standing->integrity;
        details.isElevated = standing->isElevated;
    } else {
        details.unknown.push_back("user, integrity and elevation: " + toText(standing.error()));
    }
    details.isProtected = isProtectedProcess(process->get());
    return details;
}

Result<std::string> WindowsSystem::fileVersion(const std::string &path)
{
    const auto wide = toUtf16(path, "read the version");
    if (!wide)
        return Failure(wide.error());
    DWORD ignored = 0;
    const DWORD size = GetFileVersionInfoSizeW(wide->c_str(), &ignored);
    const DWORD code = GetLastError();
    if (size == 0) {
        if (code == ERROR_RESOURCE_TYPE_NOT_FOUND || code == ERROR_RESOURCE_DATA_NOT_FOUND ||
            code == ERROR_RESOURCE_NAME_NOT_FOUND)
            return std::string();
        return systemFailure(code, "GetFileVersionInfoSize", path);
    }
    std::vector<std::uint64_t> buffer(size / sizeof(std::uint64_t) + 1);
    const BOOL read = GetFileVersionInfoW(wide->c_str(), 0, size, buffer.data());
    const DWORD why = GetLastError();
    if (!read)
        return systemFailure(why, "GetFileVersionInfo", path);
    void *fixed = nullptr;
    UINT length = 0;
    if (!VerQueryValueW(buffer.data(), L"\\", &fixed, &length) || length < sizeof(VS_FIXEDFILEINFO))
        return std::string();
    const auto &info = *static_cast<const VS_FIXEDFILEINFO *>(fixed);
    return fmt::format("{}.{}.{}.{}", HIWORD(info.dwFileVersionMS), LOWORD(info.dwFileVersionMS),
                       HIWORD(info.dwFileVersionLS), LOWORD(info.dwFileVersionLS));
}

} // namespace ipclens
