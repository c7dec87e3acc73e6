// What an inbox is called in a capture.
#pragma once

#include "core/os/system.h"

#include <optional>
#include <string_view>

namespace ipclens {

// The class and title in "CLASS / TITLE", "relay to CLASS / TITLE" or "tap of CLASS / TITLE": of the window that an
// inbox stood for, or that a relay or a tap saw. None where the name does not tell, or where it can be read in two
// ways.
std::optional<WindowTarget> targetOfInbox(std::string_view name);

} // namespace ipclens
