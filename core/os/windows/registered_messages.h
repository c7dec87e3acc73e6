// Registered window messages.
#pragma once

#include "core/os/system.h"

namespace ipclens {

// The number that all programs of this logon session use for the name; the first to ask makes it.
Result<RegisteredMessage> registerMessage(const std::string &name);

} // namespace ipclens
