#include "core/traffic/inbox_name.h"

namespace ipclens {

std::optional<WindowTarget> targetOfInbox(std::string_view name)
{
    for (const std::string_view what : {"relay to ", "tap of "})
        if (name.starts_with(what))
            name.remove_prefix(what.size());
    constexpr std::string_view between = " / ";
    const auto at = name.find(between);
    if (at == 0 || at == name.npos || name.find(between, at + 1) != name.npos)
        return {};
    return WindowTarget{.className = std::string(name.substr(0, at)),
                        .title = std::string(name.substr(at + between.size()))};
}

} // namespace ipclens
