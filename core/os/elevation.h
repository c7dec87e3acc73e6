// Sessions and programs with more rights than this process has. On Windows the user is asked for that, each time.
#pragma once

#include "core/wire/byte_stream.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace ipclens {

// The command that stands for an elevated session on this machine wherever a session's command is expected.
inline constexpr std::string_view elevatedSession = "elevated";

enum class Elevation {
    Unknown,  // this system elevates programs in other ways, such as pkexec in a session's command
    Possible,
    Present,  // this process is elevated
};
Elevation elevation();

// Starts `ipclens-cli serve` from this program's folder, elevated, and gives the stream to it. Blocks until the user
// has decided and the session has opened its end; `stop` ends the second wait.
Result<std::unique_ptr<ByteStream>> startElevatedSession(std::stop_token stop);

// The serving end of that: opens the pipe `name`, when it was made by the process `server`.
Result<std::unique_ptr<ByteStream>> openPrivatePipe(const std::string &name, std::uint32_t server);

// Starts a program elevated and leaves it alone. Blocks until the user has decided.
Result<void> startElevated(const std::filesystem::path &program);

} // namespace ipclens
