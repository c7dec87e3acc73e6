#include "core/os/windows/rights.h"

namespace ipclens {

Result<OpenedWithRights> openWithMost(std::span<const Right> rights, DWORD needed,
                                      const std::function<Result<KernelHandle>(DWORD)> &open)
{
    DWORD all = 0;
    for (const Right &right : rights)
        all |= right.mask;

    OpenedWithRights opened{.mask = all};
    auto handle = open(all);
    if (!handle && handle.error().kind == ErrorKind::Refused) {
        Error refusal = handle.error();
        opened.mask = 0;
        std::string missing;
        for (const Right &right : rights) {
            if (open(right.mask))
                opened.mask |= right.mask;
            else if (needed & right.mask)
                missing += (missing.empty() ? "" : ", ") + std::string(right.name);
        }
        if (!missing.empty()) {
            refusal.hint = "It does not grant " + missing + (refusal.hint.empty() ? "" : ". ") + refusal.hint;
            return Failure(std::move(refusal));
        }
        handle = open(opened.mask);
    }
    if (!handle)
        return Failure(std::move(handle.error()));

    opened.handle = std::move(*handle);
    for (const Right &right : rights)
        (opened.has(right.mask) ? opened.granted : opened.refused).emplace_back(right.name);
    return opened;
}

} // namespace ipclens
