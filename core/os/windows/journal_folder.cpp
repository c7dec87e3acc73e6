#include "core/session/session.h"

#include <cstdlib>

namespace ipclens {

std::filesystem::path defaultJournalFolder()
{
    if (const wchar_t *folder = ::_wgetenv(L"LOCALAPPDATA"); folder && *folder)
        return std::filesystem::path(folder) / "ipclens" / "journal";
    return std::filesystem::temp_directory_path() / "ipclens" / "journal";
}

} // namespace ipclens
