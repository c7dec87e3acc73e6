#include "core/os/windows/windows_system.h"

#include "core/os/windows/unique_handle.h"

namespace ipclens {
namespace {

// Lets an elevated session open the processes of services and other users. Whoever is not elevated does not have the
// privilege, and the calls then change nothing.
void enableDebugPrivilege()
{
    KernelHandle token;
    TOKEN_PRIVILEGES privileges{.PrivilegeCount = 1, .Privileges = {{.Luid = {}, .Attributes = SE_PRIVILEGE_ENABLED}}};
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, token.receive()) &&
        LookupPrivilegeValueW(nullptr, L"SeDebugPrivilege", &privileges.Privileges[0].Luid))
        AdjustTokenPrivileges(token.get(), FALSE, &privileges, 0, nullptr, nullptr);
}

} // namespace

std::unique_ptr<System> makeSystem()
{
    enableDebugPrivilege();
    return std::make_unique<WindowsSystem>();
}

} // namespace ipclens
