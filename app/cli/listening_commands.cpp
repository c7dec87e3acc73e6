// listen, relay and tap: windows that take WM_COPYDATA and registered messages.
#include "app/cli/arguments.h"
#include "app/cli/listening.h"
#include "core/text/number.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sstream>

namespace ipclens {
namespace {

struct ListenArguments {
    InboxRequest inbox{.className = "ipclens", .title = "ipclens"}; // what all have in common
    std::vector<std::string> several;
    std::vector<InboxRequest> inboxes;
    std::vector<std::string> replies;
    std::vector<std::string> pointers;
    std::uint64_t referenceBytes = 4096;
    ListeningOptions listening;
};

struct RelayArguments {
    RelayRequest relay;
    std::vector<std::string> pointers;
    std::uint64_t referenceBytes = 4096;
    ListeningOptions listening;
};

struct TapArguments {
    TapRequest tap;
    std::uint64_t ringBytes = 4 << 20;
    std::vector<std::string> pointers;
    std::uint64_t referenceBytes = 4096;
    ListeningOptions listening;
};

// "7=42@500": WM_COPYDATA of number 7 gets 42 after 500 ms; "*=0" all WM_COPYDATA; "Mapped=1" a registered message.
ReplyRule readReply(const std::string &text)
{
    const auto equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0)
        refuse("--reply", fmt::format("\"{}\" is not WHAT=RESULT or WHAT=RESULT@MILLISECONDS", text));
    const std::string what = text.substr(0, equals);
    std::string result = text.substr(equals + 1), delay = "0";
    if (const auto at = result.find('@'); at != std::string::npos) {
        delay = result.substr(at + 1);
        result.resize(at);
    }
    ReplyRule rule;
    const bool isNegative = result.starts_with('-');
    const auto number = parseSize(result.substr(isNegative ? 1 : 0));
    const auto milliseconds = parseSize(delay);
    if (!number || !milliseconds || *milliseconds > 60'000)
        refuse("--reply", fmt::format("\"{}\": the result is a number, and the time at most 60000 milliseconds", text));
    rule.result = static_cast<std::int64_t>(isNegative ? 0 - *number : *number);
    rule.delay = static_cast<std::uint32_t>(*milliseconds);
    if (what == "*")
        return rule;
    if (const auto id = parseSize(what)) {
        rule.id = *id;
    } else {
        rule.kind = MessageKind::Registered;
        rule.message = what;
    }
    return rule;
}

// "Handle=lparam": the process id is in lParam, the address in wParam.
PointerRule readPointer(const std::string &text)
{
    const auto equals = text.rfind('=');
    const std::string place = equals == std::string::npos ? std::string() : text.substr(equals + 1);
    const std::map<std::string, PointerPlace> places{
        {"wparam", PointerPlace::PidInWParam}, {"lparam", PointerPlace::PidInLParam}, {"none", PointerPlace::None}};
    const auto found = places.find(place);
    if (found == places.end())
        refuse("--pointer", fmt::format("\"{}\" is not NAME=wparam, NAME=lparam or NAME=none", text));
    return {.message = text.substr(0, equals), .place = found->second};
}

// `pointers` as typed.
void addReferences(CLI::App &command, std::uint64_t &referenceBytes, std::vector<std::string> &pointers)
{
    addNumber(command, "--capture-references", referenceBytes,
              "Bytes kept of what messages lead to (4096; 0: none): a block of the sender's memory, a section that a "
              "payload names")
        ->type_name("SIZE");
    command
        .add_option("--pointer", pointers,
                    "Where a registered message has its process id: NAME=wparam, NAME=lparam or NAME=none; the address "
                    "is in the other")
        ->type_name("RULE")
        ->allow_extra_args(false);
}

template <class Request>
void addLowerIntegrity(CLI::App &command, Request &request)
{
    command.add_flag(
        "--accept-lower-integrity", request.acceptLowerIntegrity,
        "Windows keeps messages of programs with fewer rights from elevated ones; this lets WM_COPYDATA and those of "
        "--register through, from any program of this desktop");
}

template <class Request>
void settleReferences(Request &request, std::uint64_t referenceBytes, const std::vector<std::string> &pointers)
{
    if (referenceBytes > 65'536)
        refuse("--capture-references", "at most 65536 bytes are kept");
    request.referenceBytes = static_cast<std::uint32_t>(referenceBytes);
    for (const std::string &text : pointers)
        request.pointers.push_back(readPointer(text));
}

// "CLASS;TITLE;NAME;max=64K": title, registered messages and cap may be missing.
InboxRequest readInbox(const std::string &text, const InboxRequest &common)
{
    InboxRequest inbox = common;
    inbox.title.clear();
    std::istringstream parts(text);
    std::getline(parts, inbox.className, ';');
    std::getline(parts, inbox.title, ';');
    for (std::string part; std::getline(parts, part, ';');) {
        if (!part.starts_with("max=")) {
            inbox.messages.push_back(part);
            continue;
        }
        const auto size = parseSize(std::string_view(part).substr(4));
        if (!size || *size == 0)
            refuse("--inbox", size ? "0 bytes is nothing" : toText(size.error()));
        inbox.maxPayload = *size;
    }
    if (inbox.className.empty())
        refuse("--inbox", fmt::format("\"{}\": a window needs a class", text));
    return inbox;
}

// An inbox gets those rules that are about messages it takes; what is about none of them is wrong usage.
void settleInboxes(ListenArguments &arguments, const CLI::App &command)
{
    InboxRequest &common = arguments.inbox;
    if (!arguments.several.empty() && command.count("--class") + command.count("--title") > 0)
        refuse("--inbox", "it has class and title in itself: leave out --class and --title");
    if (common.className.empty())
        refuse("--class", "a window needs a class");
    std::vector<ReplyRule> replies;
    for (const std::string &text : arguments.replies)
        replies.push_back(readReply(text));
    settleReferences(common, arguments.referenceBytes, arguments.pointers);
    const auto pointers = std::exchange(common.pointers, {});
    for (const std::string &text : arguments.several)
        arguments.inboxes.push_back(readInbox(text, common));
    if (arguments.inboxes.empty())
        arguments.inboxes.push_back(common);
    const auto give = [&](const std::string &message, auto rule, auto list) {
        bool isTaken = false;
        for (InboxRequest &inbox : arguments.inboxes)
            if (message.empty() || std::ranges::find(inbox.messages, message) != inbox.messages.end()) {
                (inbox.*list).push_back(rule);
                isTaken = true;
            }
        if (!isTaken)
            refuse("listen",
                   fmt::format("there is a rule for the message \"{}\", which no inbox takes: --register it", message));
    };
    for (const ReplyRule &rule : replies)
        give(rule.message, rule, &InboxRequest::replies);
    for (const PointerRule &rule : pointers)
        give(rule.message, rule, &InboxRequest::pointers);
}

void addListen(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("listen", "Opens a hidden window and prints the messages it gets, until Ctrl+C");
    command->footer(
        "Where it listens is told on standard error, and at the end what was received, dropped and truncated.\n\n"
        "Examples:\n"
        "  ipclens-cli listen --title Receive --register Mapped --register Handle\n"
        "  ipclens-cli listen --class MyClass --count 10 --json\n"
        "  ipclens-cli listen --title Receive --reply 7=42 --reply \"*=0@500\"\n"
        "  ipclens-cli listen --inbox \"MyClass;Receive\" --inbox \"Other;;Mapped;max=64K\" --write traffic.pcapng\n"
        "  ipclens-cli listen --title Receive --filter \"data.id in {1, 2} && payload contains 4d:79\"");
    const auto arguments = std::make_shared<ListenArguments>();
    auto &inbox = arguments->inbox;
    command->add_option("--class", inbox.className, "Class of the window")->capture_default_str();
    command->add_option("--title", inbox.title, "Title of the window")->capture_default_str();
    command
        ->add_option("--inbox", arguments->several,
                     "Several windows at once, each as CLASS;TITLE or CLASS;TITLE;NAME;max=SIZE with registered "
                     "messages and a cap of its "
                     "own; the other options are for all of them")
        ->type_name("INBOX")
        ->allow_extra_args(false);
    command->add_option("--register", inbox.messages, "Registered messages to take beside WM_COPYDATA")
        ->type_name("NAME")
        ->allow_extra_args(false);
    addSize(*command, "--max-payload", inbox.maxPayload, "Bytes kept of one message (64M); the rest is cut")
        ->type_name("SIZE");
    command
        ->add_option("--reply", arguments->replies,
                     "WHAT=RESULT or WHAT=RESULT@MILLISECONDS: answers instead of 1 (WM_COPYDATA) or 0 (registered); "
                     "WHAT is a number "
                     "of WM_COPYDATA, * for all of them, or a name of --register")
        ->type_name("RULE")
        ->allow_extra_args(false);
    addReferences(*command, arguments->referenceBytes, arguments->pointers);
    addLowerIntegrity(*command, inbox);
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments, command] {
        settleInboxes(*arguments, *command);
        settleListening(arguments->listening);
        run.action = [&run, arguments] {
            std::vector<Listening::Opening> openings;
            for (const InboxRequest &inbox : arguments->inboxes)
                openings.push_back({OpenInbox{inbox}, "listening", fmt::format("{} / {}", inbox.className, inbox.title),
                                    fmt::format("class \"{}\" title \"{}\"", inbox.className, inbox.title)});
            return Listening(run, arguments->listening).listen(std::move(openings));
        };
    });
}

void addRelay(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand(
        "relay",
        "Stands before a window: takes its class and title, passes on what comes and prints it with the real answer");
    command->footer("Senders find the relay's hidden window first and get what the real window answers, when it "
                    "answers. They can tell by the "
                    "window's handle and process. The real window is left as it is. When senders have looked for it "
                    "before, start them anew.\n\n"
                    "Examples:\n"
                    "  ipclens-cli relay --title Receive\n"
                    "  ipclens-cli relay --class MyClass --write traffic.pcapng");
    const auto arguments = std::make_shared<RelayArguments>();
    RelayRequest &relay = arguments->relay;
    addTarget(*command, relay.receiver);
    command->add_option("--register", relay.messages, "Registered messages to print; all are, unless some are named")
        ->type_name("NAME")
        ->allow_extra_args(false);
    addSize(*command, "--max-payload", relay.maxPayload, "Bytes kept of one message (64M); all of it is passed on")
        ->type_name("SIZE");
    addReferences(*command, arguments->referenceBytes, arguments->pointers);
    addLowerIntegrity(*command, relay);
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments, command] {
        settleTarget(arguments->relay.receiver, *command);
        settleReferences(arguments->relay, arguments->referenceBytes, arguments->pointers);
        settleListening(arguments->listening);
        run.action = [&run, arguments] {
            return Listening(run, arguments->listening).listen({{OpenRelay{arguments->relay}, "relaying", "relay to"}});
        };
    });
}

void addTap(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand(
        "tap", "Prints what a window of another program gets, by a DLL of ours loaded into that program");
    command->footer("This runs our code inside the other program: ipclens-tap.dll stands before the window's "
                    "procedure, copies messages and passes "
                    "them on. It never waits there; what does not fit its ring is counted as dropped. At the end, also "
                    "when ipclens is killed, it "
                    "takes itself out. Only programs of the same bitness. \"relay\" needs none of this.\n\n"
                    "Example:\n"
                    "  ipclens-cli tap --title Receive --yes-load-code");
    const auto arguments = std::make_shared<TapArguments>();
    TapRequest &tap = arguments->tap;
    addTarget(*command, tap.window);
    command->add_flag("--yes-load-code", tap.loadCode, "Agrees to a DLL of ours being loaded into the other program");
    command->add_option("--register", tap.messages, "Registered messages to print; all are, unless some are named")
        ->type_name("NAME")
        ->allow_extra_args(false);
    addSize(*command, "--max-payload", tap.maxPayload, "Bytes kept of one message (64K); the rest is cut")
        ->type_name("SIZE");
    addSize(*command, "--ring", arguments->ringBytes, "Bytes between the program and us (4M), 64K to 256M")
        ->type_name("SIZE");
    addReferences(*command, arguments->referenceBytes, arguments->pointers);
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments, command] {
        TapRequest &request = arguments->tap;
        settleTarget(request.window, *command);
        if (!request.loadCode)
            refuse("tap", "it loads a DLL of ours into the other program and runs code there: say --yes-load-code if "
                          "that may be");
        if (arguments->ringBytes > UINT32_MAX)
            refuse("--ring", "it has at most 256M");
        request.ringBytes = static_cast<std::uint32_t>(arguments->ringBytes);
        settleReferences(request, arguments->referenceBytes, arguments->pointers);
        settleListening(arguments->listening);
        run.action = [&run, arguments] {
            return Listening(run, arguments->listening).listen({{OpenTap{arguments->tap}, "tapping", "tap of"}});
        };
    });
}

} // namespace

void addListeningCommands(CLI::App &app, Run &run)
{
    addListen(app, run);
    addRelay(app, run);
    addTap(app, run);
}

} // namespace ipclens
