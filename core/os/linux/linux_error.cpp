#include "core/os/linux/linux_error.h"

#include <cerrno>
#include <system_error>

namespace ipclens {
namespace {

ErrorKind kindOf(int code)
{
    switch (code) {
    case ENOENT:
        return ErrorKind::Missing;
    case ESRCH:
        return ErrorKind::Exited;
    case EPERM:
    case EACCES:
        return ErrorKind::Refused;
    case EFAULT:
        return ErrorKind::Unreadable;
    case ENOSYS:
        return ErrorKind::Unsupported;
    default:
        return ErrorKind::Failed;
    }
}

} // namespace

Failure linuxFailure(int code, std::string operation, std::string object, std::string hint)
{
    return Failure(Error{.kind = kindOf(code),
                         .code = static_cast<std::uint32_t>(code),
                         .operation = std::move(operation),
                         .object = std::move(object),
                         .meaning = std::generic_category().message(code),
                         .hint = std::move(hint)});
}

Failure windowsOnly(std::string operation, std::string object, std::string meaning)
{
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = std::move(operation),
                         .object = std::move(object),
                         .meaning = std::move(meaning),
                         .hint = "Connect to a session on Windows or under Wine, for example with --connect \"wine "
                                 "ipclens-cli.exe serve\""});
}

} // namespace ipclens
