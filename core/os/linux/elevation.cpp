#include "core/os/elevation.h"

namespace ipclens {
namespace {

Failure onlyOnWindows(std::string operation)
{
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = std::move(operation),
                         .meaning = "only Windows elevates a program on request",
                         .hint = "Connect through a command, such as: pkexec ipclens-cli serve"});
}

} // namespace

Elevation elevation()
{
    return Elevation::Unknown;
}

Result<std::unique_ptr<ByteStream>> startElevatedSession(std::stop_token)
{
    return onlyOnWindows("start an elevated session");
}

Result<std::unique_ptr<ByteStream>> openPrivatePipe(const std::string &, std::uint32_t)
{
    return onlyOnWindows("open a private pipe");
}

Result<void> startElevated(const std::filesystem::path &)
{
    return onlyOnWindows("start elevated");
}

} // namespace ipclens
