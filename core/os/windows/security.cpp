#include "core/os/windows/security.h"

#include "core/os/windows/last_error.h"

#include <array>

#include <sddl.h>

namespace ipclens {

Result<std::wstring> userOf(HANDLE process, const std::string &object)
{
    KernelHandle token;
    const BOOL opened = OpenProcessToken(process, TOKEN_QUERY, token.receive());
    DWORD code = GetLastError();
    if (!opened)
        return systemFailure(code, "OpenProcessToken", object);
    alignas(TOKEN_USER) std::array<std::byte, sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> buffer;
    DWORD size = 0;
    const BOOL told =
        GetTokenInformation(token.get(), TokenUser, buffer.data(), static_cast<DWORD>(buffer.size()), &size);
    code = GetLastError();
    if (!told)
        return systemFailure(code, "GetTokenInformation", object);
    wchar_t *text = nullptr;
    const BOOL spelled = ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER *>(buffer.data())->User.Sid, &text);
    code = GetLastError();
    if (!spelled)
        return systemFailure(code, "ConvertSidToStringSid", object);
    const LocalMemory owner(text);
    return std::wstring(text);
}

Result<LocalMemory> securityFrom(const std::wstring &rules)
{
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    const BOOL made =
        ConvertStringSecurityDescriptorToSecurityDescriptorW(rules.c_str(), SDDL_REVISION_1, &descriptor, nullptr);
    const DWORD code = GetLastError();
    if (!made)
        return systemFailure(code, "ConvertStringSecurityDescriptorToSecurityDescriptor", "this user");
    return LocalMemory(descriptor);
}

} // namespace ipclens
