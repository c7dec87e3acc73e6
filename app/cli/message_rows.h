// A message as a line of output.
#pragma once

#include "core/model/message.h"

namespace ipclens {

// For people, under rowTitles(); both end with a newline.
std::string rowTitles();
std::string rowOf(const Message &message);
// The message alone, as a JSON object without a newline.
std::string jsonOf(Message message);
// Comma-separated values under csvTitles(), times in seconds since 1970, the payload in hex; both end with a newline.
std::string csvTitles();
std::string csvOf(const Message &message);

} // namespace ipclens
