#include "core/session/file_path.h"

#include <cerrno>
#include <system_error>

namespace ipclens {
namespace {

ErrorKind kindOf(int code)
{
    switch (code) {
    case ENOENT: return ErrorKind::Missing;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorKind::Refused;
    case EEXIST: return ErrorKind::Exists;
    case EISDIR: return ErrorKind::WrongType;
    default: return ErrorKind::Failed;
    }
}

} // namespace

Failure fileFailure(std::string operation, const std::string &path, int code)
{
    return Failure(Error{.kind = kindOf(code),
                         .code = static_cast<std::uint32_t>(code),
                         .operation = std::move(operation),
                         .object = "file " + path,
                         .meaning = std::generic_category().message(code)});
}

} // namespace ipclens
