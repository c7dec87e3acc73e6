// Who may open what this program makes.
#pragma once

#include "core/model/error.h"
#include "core/os/windows/unique_handle.h"

#include <string>

namespace ipclens {

struct LocalMemoryTraits {
    using Value = void *;
    static void close(void *memory) { LocalFree(memory); }
};
using LocalMemory = UniqueHandle<LocalMemoryTraits>;

// The user that a process runs as, "S-1-5-21-..."; its handle allows PROCESS_QUERY_LIMITED_INFORMATION. `object` names
// it in errors.
Result<std::wstring> userOf(HANDLE process, const std::string &object);

// A security descriptor from Windows' text for them (SDDL).
Result<LocalMemory> securityFrom(const std::wstring &rules);

} // namespace ipclens
