// Replies and events as JSON documents, made from what travels over the wire: bytes as hex strings, enums as names.
#pragma once

#include "core/session/commands.h"

#include <string>

namespace ipclens {

// One line without a newline.
std::string toJson(const AnyReply &reply);
std::string toJson(const Event &event);
std::string toJson(const Error &error);

} // namespace ipclens
