// send and listen: WM_COPYDATA and registered messages.
#include "app/cli/arguments.h"
#include "app/cli/capture_streams.h"
#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "core/text/input_text.h"
#include "core/traffic/message_filter.h"
#include "core/traffic/message_text.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>

namespace ipclens {
namespace {

struct SendArguments {
    std::uint64_t window = 0;
    std::string title;
    std::string className;
    std::uint64_t id = 0;
    std::uint64_t sender = 0;
    std::optional<Bytes> data; // no value: lpData = NULL
    std::string text;
    std::string wide;
    std::string file;
    bool terminate = false;
    std::string message; // registered; empty: WM_COPYDATA
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint32_t timeout = 5000;
};

struct ListenArguments {
    InboxRequest inbox{.className = "ipclens", .title = "ipclens"};
    std::uint64_t count = 0;
    double duration = 0;
    std::string filterText;
    MessageFilter filter;
    std::string write;
    bool replace = false;
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
Result<std::uint64_t> findWindow(Run &run, const SendArguments &arguments)
{
    if (arguments.window != 0)
        return arguments.window;
    const auto list = run.ask(ListWindows{});
    if (!list)
        return Failure(list.error());
    std::vector<std::uint64_t> found;
    for (const auto &window : list->windows) {
        if ((arguments.title.empty() || window.title == arguments.title) &&
            (arguments.className.empty() || window.className == arguments.className))
            found.push_back(window.handle);
    }
    if (found.size() == 1)
        return found.front();
    Error error{.kind = ErrorKind::Missing, .operation = "find window"};
    if (!arguments.title.empty())
        error.object = fmt::format("title \"{}\"", arguments.title);
    if (!arguments.className.empty())
        error.object += fmt::format("{}class \"{}\"", error.object.empty() ? "" : ", ", arguments.className);
    error.meaning = "there is none";
    error.hint = "ipclens-cli windows lists them";
    if (!found.empty()) {
        error.kind = ErrorKind::Invalid;
        error.meaning = fmt::format("{} windows match:", found.size());
        for (const auto handle : found)
            error.meaning += " " + hexNumber(handle);
        error.hint = "choose one with --window";
    }
    return Failure(std::move(error));
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

Result<void> send(Run &run, const SendArguments &arguments)
{
    const auto window = findWindow(run, arguments);
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

// Prints what arrives until it is enough, then closes the inbox and prints what was still on its way.
class Listening {
public:
    Listening(Run &run, const ListenArguments &arguments) : m_run(run), m_arguments(arguments) {}

    Result<void> listen()
    {
        m_run.endOnInterrupt();
        if (!m_arguments.write.empty()) {
            const auto host = m_run.ask(GetHost{});
            if (!host)
                return Failure(host.error());
            auto output = CaptureOutput::open(m_arguments.write, m_arguments.replace, host->system);
            if (!output)
                return Failure(std::move(output.error()));
            m_output = std::move(*output);
        }
        const auto opened = m_run.ask(OpenInbox{m_arguments.inbox});
        if (!opened)
            return Failure(opened.error());
        m_inbox = opened->inbox;
        announce(*opened);
        auto outcome = printArrivals();
        if (outcome)
            outcome = close();
        Run::note(fmt::format("received {} dropped {} ({} bytes) truncated {}", m_counts.received, m_counts.dropped,
                              m_counts.droppedBytes, m_counts.truncated));
        if (m_output) {
            if (auto closed = m_output->close(); !closed && outcome)
                outcome = closed;
        }
        return outcome;
    }

private:
    void announce(const InboxOpened &opened)
    {
        Run::note(m_run.json ? toJson(AnyReply(opened))
                             : fmt::format("listening: window {} class \"{}\" title \"{}\"", hexNumber(opened.window),
                                           m_arguments.inbox.className, m_arguments.inbox.title));
        if (!m_run.json && m_arguments.write != "-")
            m_run.print(rowTitles());
    }

    bool isEnough() const { return m_arguments.count > 0 && m_printed >= m_arguments.count; }

    Result<void> printArrivals()
    {
        std::optional<EventQueue::Time> deadline;
        if (m_arguments.duration > 0)
            deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                              std::chrono::duration<double>(m_arguments.duration));
        auto outcome = m_run.flush();
        while (outcome && !isEnough()) {
            const auto wake = m_run.events().next(m_event, deadline);
            if (wake == EventQueue::Wake::Lost)
                return Failure(m_run.events().lostError());
            if (wake != EventQueue::Wake::Event) {
                m_interrupted = wake == EventQueue::Wake::Interrupted;
                break;
            }
            outcome = printBatch();
        }
        return outcome;
    }

    // The last batch comes before the reply; this thread has to go on taking so that it can.
    Result<void> close()
    {
        const auto connection = m_run.connect();
        if (!connection)
            return Failure(connection.error());
        (*connection)->call(CloseInbox{m_inbox}, [&events = m_run.events()](const Result<Done> &) { events.finish(); });
        for (;;) {
            switch (m_run.events().next(m_event)) {
            case EventQueue::Wake::Event:
                if (auto printed = printBatch(); !printed)
                    return printed;
                break;
            case EventQueue::Wake::Lost:
                // Ctrl+C in a terminal also reaches the far end.
                return m_interrupted ? Result<void>() : Failure(m_run.events().lostError());
            case EventQueue::Wake::Finished:
                return {};
            default:
                break;
            }
        }
    }

    Result<void> printBatch()
    {
        auto *const batch = std::get_if<MessageBatch>(&m_event);
        if (batch == nullptr || batch->inbox != m_inbox)
            return {};
        for (auto &message : batch->messages) {
            if (isEnough())
                break;
            if (!m_arguments.filter.matches(message))
                continue;
            ++m_printed;
            if (m_output) {
                if (auto written = m_output->write(message); !written)
                    return written;
            }
            if (m_arguments.write != "-")
                m_run.print(m_run.json ? jsonOf(std::move(message)) + '\n' : rowOf(message));
        }
        batch->messages.clear();
        m_counts = std::move(*batch);
        if (m_output) {
            if (auto flushed = m_output->flush(); !flushed)
                return flushed;
        }
        return m_run.flush();
    }

    Run &m_run;
    const ListenArguments &m_arguments;
    std::optional<CaptureOutput> m_output;
    InboxId m_inbox = 0;
    Event m_event;
    MessageBatch m_counts; // the last batch without its messages
    std::uint64_t m_printed = 0;
    bool m_interrupted = false;
};

// Turns what was given on the command line into the bytes to send; wrong usage where that is contradictory.
void settleContent(SendArguments &arguments, const CLI::App &command)
{
    const bool hasTarget = command.count("--window") + command.count("--title") + command.count("--class") > 0;
    if (!hasTarget || (arguments.window == 0 && command.count("--window") > 0))
        refuse("send", "one of --window, --title, --class is needed");
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
                    "  ipclens-cli send --title Receive --message Handle --wparam 1234 --lparam 0x7ff61000");
    const auto arguments = std::make_shared<SendArguments>();
    addNumber(*command, "--window", arguments->window, "The receiving window's handle");
    command->add_option("--title", arguments->title, "The only window with this title");
    command->add_option("--class", arguments->className, "The only window of this class");
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
    command->callback([&run, arguments, command] {
        settleContent(*arguments, *command);
        run.action = [&run, arguments] { return send(run, *arguments); };
    });
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
    command->add_option("--filter", arguments->filterText, "Prints, and counts for --count, only what matches")
        ->type_name("FILTER");
    command
        ->add_option("--write", arguments->write,
                     "Saves them as a capture (pcapng) as well; - is standard output, alone")
        ->type_name("FILE");
    command->add_flag("--replace", arguments->replace, "Lets --write write over an existing file");
    command->add_option("--count", arguments->count, "Ends after so many messages");
    command->add_option("--duration", arguments->duration, "Ends after so many seconds")->check(CLI::NonNegativeNumber);
    command->callback([&run, arguments] {
        if (arguments->inbox.className.empty())
            refuse("--class", "a window needs a class");
        auto filter = MessageFilter::parse(arguments->filterText);
        if (!filter)
            refuse("--filter", toText(toError(filter.error(), "read a filter", arguments->filterText)));
        arguments->filter = std::move(*filter);
        run.action = [&run, arguments] { return Listening(run, *arguments).listen(); };
    });
}

} // namespace

void addMessageCommands(CLI::App &app, Run &run)
{
    addSend(app, run);
    addListen(app, run);
}

} // namespace ipclens
