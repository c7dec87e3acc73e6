// The system a session runs on.
#pragma once

#include "core/model/error.h"

#include <vector>

namespace ipclens {

struct Host {
    std::string system;        // "Windows 10.0.19045", "Linux 6.1.0"
    std::string machine;       // host name
    std::string wine;          // Wine's version; empty on real Windows and on Linux
    std::string architecture;  // of the session's process: "x64"
    bool elevated = false;
    std::uint32_t pid = 0;     // of the session's process
    std::uint32_t session = 0; // Windows logon session
    std::string version;       // ipclens' own
    std::uint32_t pageSize = 4096;
    std::vector<std::string> limits; // what cannot be done on this system and why, one sentence each

    bool operator==(const Host &) const = default;
    IPCLENS_FIELDS(system, machine, wine, architecture, elevated, pid, session, version, pageSize, limits)
};

} // namespace ipclens
