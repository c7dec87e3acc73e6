// Replies, events and what they consist of as JSON documents, made from what travels over the wire: bytes as hex
// strings, enums as names.
#pragma once

#include "core/session/commands.h"

#include <string>

namespace ipclens {

// One line without a newline.
std::string toJson(const AnyReply &reply);
std::string toJson(const Event &event);
std::string toJson(const Error &error);
std::string toJson(const Message &message);
std::string toJson(const MessageOutcome &outcome);
std::string toJson(const SeriesOutcome &outcome);

} // namespace ipclens
