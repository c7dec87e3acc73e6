// send: WM_COPYDATA and registered messages.
#include "app/cli/arguments.h"
#include "app/cli/byte_input.h"
#include "app/cli/run.h"
#include "app/cli/sending_series.h"
#include "core/os/window_target.h"
#include "core/text/character_text.h"
#include "core/text/typed_value.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

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
    std::vector<std::string> fields;
    bool terminate = false;
    std::string message; // registered; empty: WM_COPYDATA
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint32_t timeout = 5000;
    bool isSeries = false;
    std::uint64_t repeat = 1;
    double rate = 0; // 0: as fast as they are answered
};

Bytes toUtf16(const std::string &option, const std::string &text)
{
    auto bytes = encodeText(text, TextEncoding::Utf16, ByteOrder::Little);
    if (!bytes)
        refuse(option, bytes.error().meaning);
    return std::move(*bytes);
}

// The inspector's "UTF-8", "pointer 32" and "GUID" as words that need no quotes: "utf8", "pointer32", "guid".
std::string wordOf(std::string_view name)
{
    std::string word;
    for (const char c : name)
        if (c != ' ' && c != '-')
            word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return word;
}

// "u32=7", "f64be=1.5", "utf16=hello": a type of the inspector, with be for the most significant byte first.
Bytes readField(const std::string &text)
{
    const auto equals = text.find('=');
    std::string name = wordOf(text.substr(0, equals));
    ByteOrder order = ByteOrder::Little;
    const auto find = [&] {
        return std::ranges::find_if(typedTypes(), [&](const TypedType &known) { return wordOf(known.name) == name; });
    };
    auto type = find();
    if (type == typedTypes().end() && name.ends_with("be")) {
        name.resize(name.size() - 2);
        order = ByteOrder::Big;
        type = find();
    }
    if (equals == std::string::npos || type == typedTypes().end() || (order == ByteOrder::Big && !type->hasByteOrder)) {
        std::string all;
        for (const auto &known : typedTypes())
            all += (all.empty() ? "" : ", ") + wordOf(known.name);
        refuse("--field", fmt::format("\"{}\" is not TYPE=VALUE or, with the most significant byte first, "
                                      "TYPEbe=VALUE, where TYPE is one of {}",
                                      text, all));
    }
    const auto value = text.substr(equals + 1);
    auto bytes = parseTyped(type->kind, order, value);
    if (!bytes)
        refuse("--field", toText(toError(bytes.error(), "read a field", value)));
    return std::move(*bytes);
}

constexpr std::size_t mostContent = std::size_t{256} << 20; // what a receiving thread can take

Result<Bytes> readFile(const std::string &path)
{
    return ByteInput::readAll(path, "read what to send", mostContent);
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
    SendingSeries sending(run, std::move(series), run.json ? SeriesPrint::All : SeriesPrint::Failures);
    return sending.send([&] { return sending.bring(std::move(item)); });
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
                          command.count("--file") + command.count("--null") + (arguments.fields.empty() ? 0 : 1);
    if (!arguments.message.empty()) {
        if (contents + command.count("--id") + command.count("--sender") > 0)
            refuse("--message", "a registered message carries only --wparam and --lparam");
        return;
    }
    if (contents != 1)
        refuse("send", "exactly one of --data, --text, --utf16, --field, --file, --null, or else --message is needed");
    if (command.count("--wparam") + command.count("--lparam") > 0)
        refuse("send", "--wparam and --lparam belong to --message");
    if (command.count("--text") > 0)
        arguments.data = toBytes(arguments.text);
    else if (command.count("--utf16") > 0)
        arguments.data = toUtf16("--utf16", arguments.wide);
    else if (arguments.terminate)
        refuse("--terminate", "belongs to --text or --utf16");
    for (const std::string &field : arguments.fields) {
        const Bytes bytes = readField(field);
        arguments.data = arguments.data.value_or(Bytes());
        arguments.data->insert(arguments.data->end(), bytes.begin(), bytes.end());
    }
    if (arguments.terminate)
        arguments.data->insert(arguments.data->end(), command.count("--utf16") > 0 ? 2 : 1, std::byte{0});
}

} // namespace

void addSend(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("send", "Sends WM_COPYDATA or a registered message to a window and waits for its handler");
    command->footer("Examples:\n"
                    "  ipclens-cli send --title Receive --id 42 --text hello\n"
                    "  ipclens-cli send --window 0x10042 --data \"01 02 03\" --sender 0x20022\n"
                    "  ipclens-cli send --title Receive --field u32=7 --field f32=0.5 --field \"utf8=name\\0\"\n"
                    "  ipclens-cli send --title Receive --message Handle --wparam 1234 --lparam 0x7ff61000\n"
                    "  ipclens-cli send --title Receive --text \"message {n} at {time}\" --repeat 100 --rate 10");
    const auto arguments = std::make_shared<SendArguments>();
    addTarget(*command, arguments->target);
    addNumber(*command, "--id", arguments->id, "dwData");
    addHex(*command, "--data", arguments->data, "Content as hex");
    command->add_option("--text", arguments->text, "Content as UTF-8 text");
    command->add_option("--utf16", arguments->wide, "Content as UTF-16 text");
    command
        ->add_option("--field", arguments->fields,
                     "Content field by field: u32=7, f64be=1.5, utf16=\"hi\\0\", guid=...; as often as there are "
                     "fields, one behind the other")
        ->type_name("TYPE=VALUE")
        ->allow_extra_args(false);
    command->add_option("--file", arguments->file, "Content of a file on this side; - is standard input");
    command->add_flag("--null")->description("No content: lpData is NULL");
    command->add_flag("--terminate", arguments->terminate, "Ends --text or --utf16 with a zero");
    addNumber(*command, "--sender", arguments->sender, "The window to claim as sender");
    command->add_option("--message", arguments->message, "A registered message instead of WM_COPYDATA");
    addNumber(*command, "--wparam", arguments->wParam, "wParam of a registered message");
    addNumber(*command, "--lparam", arguments->lParam, "lParam of a registered message");
    command->add_option("--timeout", arguments->timeout, "Milliseconds to wait for the handler")->capture_default_str();
    command->add_option(
        "--repeat", arguments->repeat,
        "Sends it so many times, 0: until Ctrl+C; {n} and {time} in --text and --utf16 become number and time");
    command->add_option("--rate", arguments->rate, "So many a second; else each when the one before was answered")
        ->check(CLI::Range(0.001, 1e6));
    command->callback([&run, arguments, command] {
        settleContent(*arguments, *command);
        run.action = [&run, arguments] { return send(run, *arguments); };
    });
}

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

} // namespace ipclens
