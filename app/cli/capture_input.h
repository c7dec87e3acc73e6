// Captures read from files and pipes.
#pragma once

#include "core/traffic/held_messages.h"

#include <functional>

namespace ipclens {

// What becomes of what is read; an error ends the reading. Views are good during the call.
struct CaptureTakers {
    std::function<Result<void>(const MessageView &, const CaptureReader &)> message;
    // Of a message of a pipe that was given without it.
    std::function<Result<void>(const LateAnswer &)> answer = [](const LateAnswer &) { return Result<void>(); };
    // A pipe has no more for now: what was printed is to be seen.
    std::function<Result<void>()> pause = [] { return Result<void>(); };
    // Asked while a pipe has nothing: whether what it may bring is not wanted any more. None: it always is.
    std::function<bool()> isStopped;
    // How long a pipe's messages may wait for their answers.
    HeldMessages::Clock::duration patience = HeldMessages::patience;
};

struct CaptureRead {
    Result<void> outcome;        // what could be read of a damaged capture was given before
    std::uint64_t messages = 0;  // also those that do not pass the filter
    std::uint64_t unmatched = 0; // answers without a message that they belong to
    std::uint64_t letGo = 0;     // see HeldMessages
    bool isCapture = false;      // something of one was read
    std::string system;          // where it was captured
    std::map<std::uint64_t, std::string> inboxNames;
    std::map<std::uint64_t, InboxCounts> inboxCounts;
};

// Gives the messages of a capture in a file, or in standard input for "-", that pass a filter. Each comes with its
// answer, also when that stands behind it: a file is read twice then, and a pipe's messages wait for it as HeldMessages
// tells.
CaptureRead readCapture(const std::string &path, const MessageFilter &filter, const CaptureTakers &takers);
// What of that a user should know, on standard error.
void noteLosses(const CaptureRead &read);

bool isPipe(const std::string &path); // or anything else that is no ordinary file

} // namespace ipclens
