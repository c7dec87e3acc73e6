// Messages as text for other programs.
#pragma once

#include "core/traffic/capture_file.h"

#include <string>

namespace ipclens {

// Comma-separated values under csvTitles(), times in seconds since 1970, bytes in hex; both end with a newline.
std::string csvTitles();
std::string csvOf(const MessageView &message);

// A JSON object on one line, without a newline: the fields of Message, then what the user said of it, if anything.
std::string jsonOf(const MessageView &message);
// An object with the field "answer", for what came of a message that was given before it.
std::string jsonOf(const LateAnswer &answer);

// The message as C declarations (C99, and C++): its payload as an array and a COPYDATASTRUCT around it, or a registered
// message's name and parameters. `number`, unless 0, ends their names, so that several can stand in one file.
std::string cStructOf(const MessageView &message, std::uint64_t number = 0);

// What is known beside a message that is to be sent again.
struct SendContext {
    std::string connectTo;   // as --connect has it; empty: none
    std::string inboxName;   // as captures have it: "CLASS / TITLE", "relay to CLASS / TITLE"
    std::string captureFile; // where the message is saved; empty: nowhere
};
// "ipclens-cli send ...", without a newline, which sends it again: to a window of the class and title that the inbox
// had, else to the same window. A large one is replayed from its capture. Its quotes are those of cmd.exe, PowerShell
// and sh alike, as long as no text has characters that these take differently ($ ` % ! " and \ at its end); then they
// are sh's. Invalid: a payload was cut when it was captured; OutOfRange: it is too large for a command line, and is
// saved nowhere.
Result<std::string> commandOf(const MessageView &message, const SendContext &context = {});

} // namespace ipclens
