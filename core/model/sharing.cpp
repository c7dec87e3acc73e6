#include "core/model/sharing.h"

#include <fmt/format.h>

namespace ipclens {

std::string toText(const ObjectTarget &target)
{
    return target.name.empty() ? fmt::format("handle:{}/0x{:x}", target.process.pid, target.handle) : target.name;
}

} // namespace ipclens
