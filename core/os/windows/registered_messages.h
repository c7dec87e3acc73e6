// Registered window messages.
#pragma once

#include "core/os/system.h"

#include <map>

namespace ipclens {

// The number that all programs of this logon session use for the name; the first to ask makes it.
Result<RegisteredMessage> registerMessage(const std::string &name);

// The same for all names, each once.
Result<std::vector<RegisteredMessage>> registerMessages(const std::vector<std::string> &names);

// Names of registered messages by their numbers, also of those that others registered. For one thread.
class MessageNames {
public:
    explicit MessageNames(const std::vector<RegisteredMessage> &known);
    // "#49200" for a number that nobody registered.
    const std::string &of(std::uint32_t message);

private:
    std::map<std::uint32_t, std::string> m_names;
};

} // namespace ipclens
