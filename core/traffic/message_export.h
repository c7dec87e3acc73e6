// Messages as text for other programs.
#pragma once

#include "core/traffic/message_view.h"

#include <string>

namespace ipclens {

// Comma-separated values under csvTitles(), times in seconds since 1970, the payload in hex; both end with a newline.
std::string csvTitles();
std::string csvOf(const MessageView &message);

// A JSON object on one line, without a newline: the fields of Message, then what the user said of it, if anything.
std::string jsonOf(const MessageView &message);

// The message as C declarations: its payload as an array, and a COPYDATASTRUCT around it.
std::string cStructOf(const MessageView &message);

// "ipclens-cli send ...", which sends it to the same window again.
std::string commandOf(const MessageView &message);

} // namespace ipclens
