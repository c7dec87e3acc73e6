#include "core/os/elevation.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/private_pipe.h"
#include "core/os/windows/utf16.h"

#include <objbase.h>
#include <shellapi.h>

#include <fmt/format.h>

namespace ipclens {
namespace {

// The shell may hand its work to extensions, which need this.
class ComApartment {
public:
    ComApartment() : m_entered(SUCCEEDED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE))) {}
    ~ComApartment()
    {
        if (m_entered)
            CoUninitialize();
    }
    ComApartment(const ComApartment &) = delete;

private:
    const bool m_entered;
};

Result<KernelHandle> run(const std::filesystem::path &program, const std::wstring &arguments, int show)
{
    const ComApartment apartment;
    SHELLEXECUTEINFOW info{};
    info.cbSize = sizeof info;
    info.fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_NOASYNC | SEE_MASK_FLAG_NO_UI;
    info.lpVerb = L"runas";
    info.lpFile = program.c_str();
    info.lpParameters = arguments.c_str();
    info.nShow = show;
    const BOOL started = ShellExecuteExW(&info);
    const DWORD code = GetLastError();
    const auto object = "program " + toUtf8(program.native());
    if (!started && code == ERROR_CANCELLED)
        return Failure(Error{.kind = ErrorKind::Refused, .code = code, .operation = "start elevated", .object = object,
                             .meaning = "the user did not allow it", .hint = "Answer Yes when Windows asks"});
    if (!started)
        return systemFailure(code, "start elevated", object,
                             code == ERROR_FILE_NOT_FOUND ? "Keep ipclens-cli.exe in the folder of ipclens.exe" : "");
    if (!info.hProcess)
        return Failure(Error{.operation = "start elevated", .object = object, .meaning = "the system gave no process"});
    return KernelHandle(info.hProcess);
}

Result<std::filesystem::path> ownFolder()
{
    std::wstring path(32'768, L'\0'); // the longest there is
    const DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    const DWORD code = GetLastError();
    if (length == 0 || length == path.size())
        return systemFailure(code, "GetModuleFileName", "this program");
    path.resize(length);
    return std::filesystem::path(path).parent_path();
}

} // namespace

Elevation elevation()
{
    KernelHandle token;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token.receive()))
        return Elevation::Possible;
    TOKEN_ELEVATION told{};
    DWORD size = 0;
    const BOOL known = GetTokenInformation(token.get(), TokenElevation, &told, sizeof told, &size);
    return known && told.TokenIsElevated != 0 ? Elevation::Present : Elevation::Possible;
}

Result<std::unique_ptr<ByteStream>> startElevatedSession(std::stop_token stop)
{
    const auto folder = ownFolder();
    if (!folder)
        return Failure(folder.error());
    auto pipe = PrivatePipe::create();
    if (!pipe)
        return Failure(pipe.error());
    const auto arguments =
        toUtf16(fmt::format("serve --pipe {} --for {}", pipe->name(), GetCurrentProcessId()), "arguments");
    if (!arguments)
        return Failure(arguments.error());
    auto process = run(*folder / L"ipclens-cli.exe", *arguments, SW_HIDE);
    if (!process)
        return Failure(process.error());
    return std::move(*pipe).accept(std::move(*process), std::move(stop));
}

Result<void> startElevated(const std::filesystem::path &program)
{
    if (auto process = run(program, {}, SW_SHOWNORMAL); !process)
        return Failure(process.error());
    return {};
}

} // namespace ipclens
