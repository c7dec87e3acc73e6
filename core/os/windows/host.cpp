#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

// Empty on real Windows.
std::string wineVersion()
{
    using WineGetVersion = const char *(*)();
    const FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");
    const auto version = reinterpret_cast<WineGetVersion>(reinterpret_cast<void *>(found));
    return version ? version() : std::string();
}

Result<bool> isElevated()
{
    KernelHandle token;
    const BOOL opened = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token.receive());
    DWORD code = GetLastError();
    if (!opened)
        return systemFailure(code, "OpenProcessToken", "this session");
    TOKEN_ELEVATION elevation{};
    DWORD size = 0;
    const BOOL told = GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof elevation, &size);
    code = GetLastError();
    if (!told)
        return systemFailure(code, "GetTokenInformation", "this session");
    return elevation.TokenIsElevated != 0;
}

Result<std::string> machineName()
{
    std::wstring name(256, L'\0');
    DWORD length = static_cast<DWORD>(name.size());
    const BOOL told = GetComputerNameExW(ComputerNamePhysicalDnsHostname, name.data(), &length);
    const DWORD code = GetLastError();
    if (!told)
        return systemFailure(code, "GetComputerNameEx", "this machine");
    return toUtf8(std::wstring_view(name).substr(0, length));
}

std::vector<std::string> limitsOf(const Host &host)
{
    std::vector<std::string> limits;
    if (!host.elevated)
        limits.emplace_back(
            "Not elevated: processes and sections of services, of other users and of elevated programs stay closed.");
    if (sizeof(void *) == 4)
        limits.emplace_back("A 32-bit session: 64-bit processes and sections over 1 GiB stay closed.");
    if (host.wine.empty()) {
        limits.emplace_back("Protected processes stay closed to everybody, and private namespaces cannot be listed.");
        return limits;
    }
    limits.emplace_back("Only programs of this Wine prefix are seen; Linux's own processes are not.");
    limits.emplace_back(
        "Wine does not enforce integrity levels and message filters: what is allowed here may be refused on Windows.");
    limits.emplace_back("Wine would write to read-only pages: ipclens refuses that itself, as Windows does.");
    limits.emplace_back("32-bit programs run only where Wine's 32-bit part is installed.");
    limits.emplace_back("A window can be created without a display only when Wine's graphics driver is set to null.");
    return limits;
}

} // namespace

Result<Host> WindowsSystem::host()
{
    OSVERSIONINFOW version{};
    version.dwOSVersionInfoSize = sizeof version;
    if (const NTSTATUS status = RtlGetVersion(&version); !nt::succeeded(status))
        return nativeFailure(status, "RtlGetVersion", "this system");
    const auto elevated = isElevated();
    if (!elevated)
        return Failure(elevated.error());
    auto machine = machineName();
    if (!machine)
        return Failure(std::move(machine.error()));
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    DWORD session = 0;
    const BOOL told = ProcessIdToSessionId(GetCurrentProcessId(), &session);
    const DWORD code = GetLastError();
    if (!told)
        return systemFailure(code, "ProcessIdToSessionId", "this session");

    Host host{.system = fmt::format("Windows {}.{}.{}", version.dwMajorVersion, version.dwMinorVersion,
                                    version.dwBuildNumber),
              .machine = std::move(*machine),
              .wine = wineVersion(),
              .architecture = architectureOf(GetCurrentProcess()),
              .elevated = *elevated,
              .pid = GetCurrentProcessId(),
              .session = session,
              .version = IPCLENS_VERSION,
              .pageSize = info.dwPageSize};
    host.limits = limitsOf(host);
    return host;
}

} // namespace ipclens
