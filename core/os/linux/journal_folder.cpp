#include "core/session/session.h"

#include <cstdlib>

namespace ipclens {

std::filesystem::path defaultJournalFolder()
{
    if (const char *state = std::getenv("XDG_STATE_HOME"); state && *state)
        return std::filesystem::path(state) / "ipclens" / "journal";
    if (const char *home = std::getenv("HOME"); home && *home)
        return std::filesystem::path(home) / ".local" / "state" / "ipclens" / "journal";
    return std::filesystem::temp_directory_path() / "ipclens" / "journal";
}

} // namespace ipclens
