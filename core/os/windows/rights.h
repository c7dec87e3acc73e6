// Opening an object with as many rights as its owner allows.
#pragma once

#include "core/model/error.h"
#include "core/os/windows/unique_handle.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ipclens {

struct Right {
    DWORD mask;
    const char *name;
};

// A handle with the rights it got, by name, and those that were asked for in vain.
struct OpenedWithRights {
    KernelHandle handle;
    DWORD mask = 0;
    std::vector<std::string> granted;
    std::vector<std::string> refused;

    bool has(DWORD right) const { return (mask & right) == right; }
};

// Asks `open` for all rights, and when that is refused for each alone, then for those together that were given. Fails
// when one of `needed` is not among them; the error's hint names them.
Result<OpenedWithRights> openWithMost(std::span<const Right> rights, DWORD needed,
                                      const std::function<Result<KernelHandle>(DWORD)> &open);

} // namespace ipclens
