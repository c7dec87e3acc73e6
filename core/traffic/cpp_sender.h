// Messages as the source of a program that sends them again.
#pragma once

#include "core/model/message.h"

#include <span>

namespace ipclens {

// A C++11 program for Windows that needs nothing but the system. It finds its receiver by class and title (its arguments, or those
// given here), sends the messages with their recorded pauses, prints the answers and says which differ from the recorded ones.
// Invalid: a payload was cut when it was captured; OutOfRange: over 16 MiB of payloads, or no messages.
Result<std::string> cppSender(std::span<const Message> messages, const std::string &className = {}, const std::string &title = {});

} // namespace ipclens
