#include "core/session/file_path.h"

#include "core/text/input_text.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace ipclens {
namespace {

ErrorKind kindOf(int code)
{
    switch (code) {
    case ENOENT:
        return ErrorKind::Missing;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::Refused;
    case EEXIST:
        return ErrorKind::Exists;
    case EISDIR:
        return ErrorKind::WrongType;
    default:
        return ErrorKind::Failed;
    }
}

} // namespace

Result<std::filesystem::path> pathOf(const std::string &utf8, std::string operation)
{
    const auto refuse = [&](std::string meaning) {
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = std::move(operation),
                             .object = "file " + printable(utf8),
                             .meaning = std::move(meaning)});
    };
    if (utf8.empty())
        return refuse("the file has no name");
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0 || utf8[at] == '\0')
            return refuse(fmt::format("{} of a path must be UTF-8 and not zero", position(utf8, at)));
        at += length;
    }
    return std::filesystem::path(std::u8string(utf8.begin(), utf8.end()));
}

Failure fileFailure(std::string operation, const std::string &path, int code)
{
    return Failure(Error{.kind = kindOf(code),
                         .code = static_cast<std::uint32_t>(code),
                         .operation = std::move(operation),
                         .object = "file " + path,
                         .meaning = std::generic_category().message(code)});
}

} // namespace ipclens
