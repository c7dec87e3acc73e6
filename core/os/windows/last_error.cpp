#include "core/os/windows/last_error.h"

#include "core/os/windows/nt.h"
#include "core/os/windows/utf16.h"

#include <array>

namespace ipclens {
namespace {

ErrorKind kindOf(DWORD code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_NOT_FOUND:
    case ERROR_INVALID_WINDOW_HANDLE:
        return ErrorKind::Missing;
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
        return ErrorKind::Refused;
    case ERROR_ALREADY_EXISTS:
    case ERROR_FILE_EXISTS:
    case ERROR_CLASS_ALREADY_EXISTS:
        return ErrorKind::Exists;
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
        return ErrorKind::Invalid;
    case ERROR_PARTIAL_COPY:
    case ERROR_NOACCESS:
    case ERROR_READ_FAULT:
    case ERROR_SWAPERROR: // STATUS_IN_PAGE_ERROR, as RtlNtStatusToDosError gives it
        return ErrorKind::Unreadable;
    case ERROR_TIMEOUT:
    case WAIT_TIMEOUT:
        return ErrorKind::TimedOut;
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
        return ErrorKind::Unsupported;
    default:
        return ErrorKind::Failed;
    }
}

// The system's sentence for a number, without its full stop; empty when it has none.
std::string meaningOf(DWORD code, DWORD from, HMODULE module)
{
    std::array<wchar_t, 512> text;
    DWORD length = FormatMessageW(from | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, module, code, 0,
                                  text.data(), static_cast<DWORD>(text.size()), nullptr);
    while (length > 0 && (text[length - 1] == L' ' || text[length - 1] == L'.'))
        --length;
    return toUtf8({text.data(), length});
}

std::string usualHint(DWORD code)
{
    switch (code) {
    case ERROR_ACCESS_DENIED:
        return "Run ipclens as the user who owns it, or elevated";
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_COMMITMENT_LIMIT:
        return "The system has not enough memory or page file for it";
    default:
        return {};
    }
}

} // namespace

Error systemError(DWORD code, std::string operation, std::string object, std::string hint)
{
    std::string meaning = meaningOf(code, FORMAT_MESSAGE_FROM_SYSTEM, nullptr);
    return {.kind = kindOf(code),
            .code = code,
            .operation = std::move(operation),
            .object = std::move(object),
            .meaning = meaning.empty() ? "the system has no text for this code" : std::move(meaning),
            .hint = hint.empty() ? usualHint(code) : std::move(hint)};
}

Error nativeError(LONG status, std::string operation, std::string object, std::string hint)
{
    Error error = systemError(RtlNtStatusToDosError(status), std::move(operation), std::move(object), std::move(hint));
    error.code = static_cast<std::uint32_t>(status);
    if (std::string own = meaningOf(error.code, FORMAT_MESSAGE_FROM_HMODULE, GetModuleHandleW(L"ntdll.dll"));
        !own.empty())
        error.meaning = std::move(own);
    return error;
}

} // namespace ipclens
