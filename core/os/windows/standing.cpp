#include "core/os/windows/standing.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/unique_handle.h"
#include "core/os/windows/utf16.h"

#include <vector>

#include <sddl.h>

namespace ipclens {
namespace {

std::vector<std::uint64_t> tokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what)
{
    DWORD size = 0;
    GetTokenInformation(token, what, nullptr, 0, &size);
    std::vector<std::uint64_t> buffer(size / sizeof(std::uint64_t) + 1);
    if (size == 0 || !GetTokenInformation(token, what, buffer.data(), size, &size))
        return {};
    return buffer;
}

// [doc, Well-known SIDs: the last number of S-1-16-...]
std::string integrityText(DWORD level)
{
    if (level >= SECURITY_MANDATORY_PROTECTED_PROCESS_RID)
        return "Protected";
    if (level >= SECURITY_MANDATORY_SYSTEM_RID)
        return "System";
    if (level >= SECURITY_MANDATORY_HIGH_RID)
        return "High";
    if (level > SECURITY_MANDATORY_MEDIUM_RID)
        return "Medium Plus";
    if (level == SECURITY_MANDATORY_MEDIUM_RID)
        return "Medium";
    return level >= SECURITY_MANDATORY_LOW_RID ? "Low" : "Untrusted";
}

} // namespace

std::string accountName(PSID sid)
{
    wchar_t name[256];
    wchar_t domain[256];
    DWORD nameSize = 256;
    DWORD domainSize = 256;
    SID_NAME_USE use;
    if (LookupAccountSidW(nullptr, sid, name, &nameSize, domain, &domainSize, &use)) {
        const std::string account = toUtf8(name);
        return domain[0] == L'\0' ? account : toUtf8(domain) + "\\" + account;
    }
    wchar_t *text = nullptr;
    if (!ConvertSidToStringSidW(sid, &text))
        return "an unknown account";
    const std::string bare = toUtf8(text);
    LocalFree(text);
    return bare;
}

Result<Standing> standingOf(HANDLE process, const std::string &text)
{
    KernelHandle token;
    const BOOL opened = OpenProcessToken(process, TOKEN_QUERY, token.receive());
    const DWORD code = GetLastError();
    if (!opened)
        return systemFailure(code, "OpenProcessToken", text);
    Standing standing{.architecture = architectureOf(process)};
    if (const auto user = tokenInformation(token.get(), TokenUser); !user.empty())
        standing.user = accountName(reinterpret_cast<const TOKEN_USER *>(user.data())->User.Sid);
    if (const auto label = tokenInformation(token.get(), TokenIntegrityLevel); !label.empty()) {
        const PSID sid = reinterpret_cast<const TOKEN_MANDATORY_LABEL *>(label.data())->Label.Sid;
        const DWORD last = *GetSidSubAuthorityCount(sid) - DWORD{1};
        standing.integrity = integrityText(*GetSidSubAuthority(sid, last));
    }
    if (const auto elevation = tokenInformation(token.get(), TokenElevation); !elevation.empty())
        standing.isElevated = reinterpret_cast<const TOKEN_ELEVATION *>(elevation.data())->TokenIsElevated != 0;
    if (const auto session = tokenInformation(token.get(), TokenSessionId); !session.empty())
        standing.session = *reinterpret_cast<const DWORD *>(session.data());
    return standing;
}

bool isProtectedProcess(HANDLE process)
{
    constexpr int protectionInformation = 61; // since Windows 8.1: a byte, 0 for ordinary processes
    UCHAR level = 0;
    const NTSTATUS status = NtQueryInformationProcess(process, static_cast<PROCESSINFOCLASS>(protectionInformation), &level,
                                                      sizeof level, nullptr);
    return nt::succeeded(status) && level != 0;
}

} // namespace ipclens
