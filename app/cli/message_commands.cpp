// send, listen, relay and tap: WM_COPYDATA and registered messages.
#include "app/cli/arguments.h"
#include "app/cli/listening.h"
#include "app/cli/sending_series.h"
#include "core/os/window_target.h"
#include "core/text/input_text.h"
#include "core/text/number.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>

namespace ipclens {
namespace {

struct SendArguments {
    WindowTarget target;
    std::uint64_t id = 0;
    std::uint64_t sender = 0;
    std::optional<Bytes> data; // no value: lpData = NULL
    SeriesVariables variables = SeriesVariables::None;
    std::string text;
    std::string wide;
    std::string file;
    bool terminate = false;
    std::string message; // registered; empty: WM_COPYDATA
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint32_t timeout = 5000;
    bool isSeries = false;
    std::uint64_t repeat = 1;
    double rate = 0; // 0: as fast as they are answered
};

struct ListenArguments {
    InboxRequest inbox{.className = "ipclens", .title = "ipclens"};
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
    ListeningOptions listening;
};

// UTF-16, little-endian. Wrong usage where it is no UTF-8.
Bytes toUtf16(const std::string &text)
{
    Bytes bytes;
    const auto append = [&](std::uint32_t unit) {
        bytes.push_back(static_cast<std::byte>(unit & 0xFF));
        bytes.push_back(static_cast<std::byte>(unit >> 8));
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8Length(text, at);
        if (length == 0)
            refuse("--utf16", position(text, at) + " is not well-formed UTF-8");
        std::uint32_t code = static_cast<unsigned char>(text[at]) & (length == 1 ? 0x7Fu : 0xFFu >> (length + 1));
        for (std::size_t i = 1; i < length; ++i)
            code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
        if (code >= 0x10000) {
            append(0xD800 + ((code - 0x10000) >> 10));
            append(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            append(code);
        }
        at += length;
    }
    return bytes;
}

Result<Bytes> readFile(const std::string &path)
{
    std::ifstream file(std::filesystem::path(std::u8string(path.begin(), path.end())), std::ios::binary);
    std::string content;
    if (file)
        content.assign(std::istreambuf_iterator<char>(file), {});
    if (!file)
        return Failure(Error{.kind = ErrorKind::Failed,
                             .operation = "read file",
                             .object = path,
                             .meaning = "it cannot be opened or read"});
    return toBytes(content);
}

// The window that --window names, or the only one of a title or class.
Result<std::uint64_t> findWindow(Run &run, const WindowTarget &target)
{
    if (target.window != 0)
        return target.window;
    const auto list = run.ask(ListWindows{});
    if (!list)
        return Failure(list.error());
    const auto window = onlyWindow(list->windows, target);
    if (!window)
        return Failure(window.error());
    return window->handle;
}

Result<SendOutcome> sendTo(Run &run, std::uint64_t window, const SendArguments &arguments)
{
    if (!arguments.message.empty())
        return run.ask(SendRegistered{.window = window,
                                      .message = arguments.message,
                                      .wParam = arguments.wParam,
                                      .lParam = arguments.lParam,
                                      .timeout = arguments.timeout});
    SendCopyData command{.window = window,
                         .sender = arguments.sender,
                         .id = arguments.id,
                         .data = arguments.data,
                         .timeout = arguments.timeout};
    if (!arguments.file.empty()) {
        auto content = readFile(arguments.file);
        if (!content)
            return Failure(std::move(content.error()));
        command.data = std::move(*content);
    }
    return run.ask(std::move(command));
}

Result<void> sendMany(Run &run, const SendArguments &arguments)
{
    SeriesItem item{.id = arguments.id,
                    .sender = arguments.sender,
                    .data = arguments.data,
                    .variables = arguments.variables,
                    .message = arguments.message,
                    .wParam = arguments.wParam,
                    .lParam = arguments.lParam};
    if (!arguments.message.empty())
        item.kind = MessageKind::Registered;
    if (!arguments.file.empty()) {
        auto content = readFile(arguments.file);
        if (!content)
            return Failure(std::move(content.error()));
        item.data = std::move(*content);
    }
    StartSeries series{.target = arguments.target, .repeat = arguments.repeat, .timeout = arguments.timeout};
    if (arguments.rate > 0) {
        series.timing = SeriesTiming::Rate;
        series.rate = arguments.rate;
    }
    std::vector<SeriesItem> items;
    items.push_back(std::move(item));
    return sendSeries(run, std::move(series), std::move(items), run.json ? SeriesPrint::All : SeriesPrint::Failures);
}

Result<void> send(Run &run, const SendArguments &arguments)
{
    if (arguments.isSeries)
        return sendMany(run, arguments);
    const auto window = findWindow(run, arguments.target);
    if (!window)
        return Failure(window.error());
    const auto outcome = sendTo(run, *window, arguments);
    if (!outcome)
        return Failure(outcome.error());
    if (run.json)
        run.printJson(*outcome);
    else
        run.print(fmt::format("window {} returned {} after {:.3f} ms\n", hexNumber(*window), outcome->result,
                              static_cast<double>(outcome->duration) / 1e6));
    return {};
}

// Turns what was given on the command line into the bytes to send; wrong usage where that is contradictory.
void settleContent(SendArguments &arguments, const CLI::App &command)
{
    settleTarget(arguments.target, command);
    arguments.isSeries = command.count("--repeat") + command.count("--rate") > 0;
    if (arguments.isSeries && command.count("--text") > 0)
        arguments.variables = SeriesVariables::Utf8;
    if (arguments.isSeries && command.count("--utf16") > 0)
        arguments.variables = SeriesVariables::Utf16;
    const auto contents = command.count("--data") + command.count("--text") + command.count("--utf16") +
                          command.count("--file") + command.count("--null");
    if (!arguments.message.empty()) {
        if (contents + command.count("--id") + command.count("--sender") > 0)
            refuse("--message", "a registered message carries only --wparam and --lparam");
        return;
    }
    if (contents != 1)
        refuse("send", "exactly one of --data, --text, --utf16, --file, --null, or else --message is needed");
    if (command.count("--wparam") + command.count("--lparam") > 0)
        refuse("send", "--wparam and --lparam belong to --message");
    if (command.count("--text") > 0)
        arguments.data = toBytes(arguments.text);
    else if (command.count("--utf16") > 0)
        arguments.data = toUtf16(arguments.wide);
    else if (arguments.terminate)
        refuse("--terminate", "belongs to --text or --utf16");
    if (arguments.terminate)
        arguments.data->insert(arguments.data->end(), command.count("--utf16") > 0 ? 2 : 1, std::byte{0});
}

void addSend(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("send", "Sends WM_COPYDATA or a registered message to a window and waits for its handler");
    command->footer("Examples:\n"
                    "  ipclens-cli send --title Receive --id 42 --text hello\n"
                    "  ipclens-cli send --window 0x10042 --data \"01 02 03\" --sender 0x20022\n"
                    "  ipclens-cli send --title Receive --message Handle --wparam 1234 --lparam 0x7ff61000\n"
                    "  ipclens-cli send --title Receive --text \"message {n} at {time}\" --repeat 100 --rate 10");
    const auto arguments = std::make_shared<SendArguments>();
    addTarget(*command, arguments->target);
    addNumber(*command, "--id", arguments->id, "dwData");
    addHex(*command, "--data", arguments->data, "Content as hex");
    command->add_option("--text", arguments->text, "Content as UTF-8 text");
    command->add_option("--utf16", arguments->wide, "Content as UTF-16 text");
    command->add_option("--file", arguments->file, "Content of a file on this side");
    command->add_flag("--null")->description("No content: lpData is NULL");
    command->add_flag("--terminate", arguments->terminate, "Ends --text or --utf16 with a zero");
    addNumber(*command, "--sender", arguments->sender, "The window to claim as sender");
    command->add_option("--message", arguments->message, "A registered message instead of WM_COPYDATA");
    addNumber(*command, "--wparam", arguments->wParam, "wParam of a registered message");
    addNumber(*command, "--lparam", arguments->lParam, "lParam of a registered message");
    command->add_option("--timeout", arguments->timeout, "Milliseconds to wait for the handler")->capture_default_str();
    command->add_option("--repeat", arguments->repeat,
                        "Sends it so many times, 0: until Ctrl+C; {n} and {time} in --text and --utf16 become number and time");
    command->add_option("--rate", arguments->rate, "So many a second; else each when the one before was answered")
        ->check(CLI::Range(0.001, 1e6));
    command->callback([&run, arguments, command] {
        settleContent(*arguments, *command);
        run.action = [&run, arguments] { return send(run, *arguments); };
    });
}

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

// What listen and relay have in common: `pointers` as typed.
template <class Request>
void addReferences(CLI::App &command, Request &request, std::uint64_t &referenceBytes, std::vector<std::string> &pointers)
{
    addSize(command, "--capture-references", referenceBytes,
            "Bytes kept of what messages lead to (4096; 0: none): a block of the sender's memory, a section that a payload names")
        ->type_name("SIZE");
    command
        .add_option("--pointer", pointers,
                    "Where a registered message has its process id: NAME=wparam, NAME=lparam or NAME=none; the address is in the other")
        ->type_name("RULE")
        ->allow_extra_args(false);
    command.add_flag("--accept-lower-integrity", request.acceptLowerIntegrity,
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
        "  ipclens-cli listen --title Receive --filter \"data.id in {1, 2} && payload contains 4d:79\"");
    const auto arguments = std::make_shared<ListenArguments>();
    auto &inbox = arguments->inbox;
    command->add_option("--class", inbox.className, "Class of the window")->capture_default_str();
    command->add_option("--title", inbox.title, "Title of the window")->capture_default_str();
    command->add_option("--register", inbox.messages, "Registered messages to take beside WM_COPYDATA")
        ->type_name("NAME")
        ->allow_extra_args(false);
    addSize(*command, "--max-payload", inbox.maxPayload, "Bytes kept of one message (64M); the rest is cut")
        ->type_name("SIZE");
    command
        ->add_option("--reply", arguments->replies,
                     "WHAT=RESULT or WHAT=RESULT@MILLISECONDS: answers instead of 1 (WM_COPYDATA) or 0 (registered); WHAT is a number "
                     "of WM_COPYDATA, * for all of them, or a name of --register")
        ->type_name("RULE")
        ->allow_extra_args(false);
    addReferences(*command, inbox, arguments->referenceBytes, arguments->pointers);
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments] {
        InboxRequest &request = arguments->inbox;
        if (request.className.empty())
            refuse("--class", "a window needs a class");
        for (const std::string &text : arguments->replies)
            request.replies.push_back(readReply(text));
        settleReferences(request, arguments->referenceBytes, arguments->pointers);
        settleListening(arguments->listening);
        run.action = [&run, arguments] {
            const InboxRequest &asked = arguments->inbox;
            return Listening(run, arguments->listening)
                .listen(OpenInbox{asked}, "listening", fmt::format("{} / {}", asked.className, asked.title),
                        fmt::format("class \"{}\" title \"{}\"", asked.className, asked.title));
        };
    });
}

void addRelay(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand(
        "relay", "Stands before a window: takes its class and title, passes on what comes and prints it with the real answer");
    command->footer(
        "Senders find the relay's hidden window first and get what the real window answers, when it answers. They can tell by the "
        "window's handle and process. The real window is left as it is. When senders have looked for it before, start them anew.\n\n"
        "Examples:\n"
        "  ipclens-cli relay --title Receive\n"
        "  ipclens-cli relay --class MyClass --write traffic.pcapng");
    const auto arguments = std::make_shared<RelayArguments>();
    RelayRequest &relay = arguments->relay;
    addTarget(*command, relay.receiver);
    command->add_option("--register", relay.messages, "Registered messages to print; all are, unless some are named")
        ->type_name("NAME")
        ->allow_extra_args(false);
    addSize(*command, "--max-payload", relay.maxPayload, "Bytes kept of one message (64M); all of it is passed on")->type_name("SIZE");
    addReferences(*command, relay, arguments->referenceBytes, arguments->pointers);
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments, command] {
        settleTarget(arguments->relay.receiver, *command);
        settleReferences(arguments->relay, arguments->referenceBytes, arguments->pointers);
        settleListening(arguments->listening);
        run.action = [&run, arguments] {
            return Listening(run, arguments->listening).listen(OpenRelay{arguments->relay}, "relaying", "relay to");
        };
    });
}

void addTap(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("tap", "Prints what a window of another program gets, by a DLL of ours loaded into that program");
    command->footer(
        "This runs our code inside the other program: ipclens-tap.dll stands before the window's procedure, copies messages and passes "
        "them on. It never waits there; what does not fit its ring is counted as dropped. At the end, also when ipclens is killed, it "
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
    addSize(*command, "--max-payload", tap.maxPayload, "Bytes kept of one message (64K); the rest is cut")->type_name("SIZE");
    addSize(*command, "--ring", arguments->ringBytes, "Bytes between the program and us (4M), 64K to 256M")->type_name("SIZE");
    addListeningOptions(*command, arguments->listening);
    command->callback([&run, arguments, command] {
        TapRequest &request = arguments->tap;
        settleTarget(request.window, *command);
        if (!request.loadCode)
            refuse("tap", "it loads a DLL of ours into the other program and runs code there: say --yes-load-code if that may be");
        if (arguments->ringBytes > UINT32_MAX)
            refuse("--ring", "it has at most 256M");
        request.ringBytes = static_cast<std::uint32_t>(arguments->ringBytes);
        settleListening(arguments->listening);
        run.action = [&run, arguments] { return Listening(run, arguments->listening).listen(OpenTap{arguments->tap}, "tapping", "tap of"); };
    });
}

} // namespace

void addTarget(CLI::App &command, WindowTarget &target)
{
    addNumber(command, "--window", target.window, "The window's handle");
    command.add_option("--title", target.title, "The only window with this title");
    command.add_option("--class", target.className, "The only window of this class");
}

void settleTarget(const WindowTarget &target, const CLI::App &command)
{
    const bool isNamed = command.count("--window") + command.count("--title") + command.count("--class") > 0;
    if (!isNamed || (target.window == 0 && command.count("--window") > 0))
        refuse(command.get_name(), "one of --window, --title, --class is needed");
}

void addMessageCommands(CLI::App &app, Run &run)
{
    addSend(app, run);
    addListen(app, run);
    addRelay(app, run);
    addTap(app, run);
    addReplay(app, run);
}

} // namespace ipclens
