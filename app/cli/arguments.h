// Arguments that several commands take. What they refuse is wrong usage (exit code 2) and says what was wrong where.
#pragma once

#include "core/session/commands.h"
#include "core/traffic/message_filter.h"

#include <string>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace ipclens {

class Run;

// Required positional arguments.
CLI::Option *addSource(CLI::App &command, SourceSpec &source, std::string name = "SOURCE");
CLI::Option *addPid(CLI::App &command, ProcessKey &process);
CLI::Option *addAddress(CLI::App &command, Address &address);
// An expression, checked as far as that goes without the source. See core/text/address_expression.h.
CLI::Option *addAddress(CLI::App &command, std::string &expression);
// What it is in an open source. Plain numbers count from the start of a section or file, also of a section of a DLL.
Result<Address> addressIn(Run &run, SourceId source, const std::string &expression);
CLI::Option *addSize(CLI::App &command, std::string name, std::uint64_t &size, std::string description);

// An option that takes a number: decimal, 0x hex, or with K, M, G, T.
CLI::Option *addNumber(CLI::App &command, std::string name, std::uint64_t &number, std::string description);
// Bytes as hex text, as an option or, without dashes, a required positional.
CLI::Option *addHex(CLI::App &command, std::string name, std::optional<Bytes> &bytes, std::string description);

// --window, --title and --class; settled after the command line was read: wrong usage when none was given.
void addTarget(CLI::App &command, WindowTarget &target);
void settleTarget(const WindowTarget &target, const CLI::App &command);

// Wrong usage where the text is no filter.
MessageFilter readFilter(const std::string &option, const std::string &text);

// Ends reading the command line as wrong usage.
[[noreturn]] void refuse(const std::string &name, const std::string &problem);

// "0x00010042".
std::string hexNumber(std::uint64_t number);
// "4.0 KiB"; plain bytes below 1 KiB.
std::string sizeText(std::uint64_t bytes);
// Local time, "12:01:07.123".
std::string timeText(std::int64_t nanoseconds);

// One group of commands each; `run` outlives `app`.
void addListCommands(CLI::App &app, Run &run);
void addMemoryCommands(CLI::App &app, Run &run);
void addEditingCommands(CLI::App &app, Run &run);
void addWatchCommand(CLI::App &app, Run &run);
void addSearchCommands(CLI::App &app, Run &run);
void addCreatingCommands(CLI::App &app, Run &run);
void addSend(CLI::App &app, Run &run);
void addListeningCommands(CLI::App &app, Run &run);
void addReplay(CLI::App &app, Run &run);
void addCaptureCommands(CLI::App &app, Run &run);
void addShow(CLI::App &app, Run &run);
void addStats(CLI::App &app, Run &run);
void addSequence(CLI::App &app, Run &run);
void addSharingCommands(CLI::App &app, Run &run);
void addSessionCommands(CLI::App &app, Run &run);

} // namespace ipclens
