// A message as a line of output for people. core/traffic/message_export.h has those for programs.
#pragma once

#include "core/traffic/message_export.h"

namespace ipclens {

// For people, under rowTitles(); both end with a newline.
std::string rowTitles();
std::string rowOf(const MessageView &message);

} // namespace ipclens
