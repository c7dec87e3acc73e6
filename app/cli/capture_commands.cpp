// filter, export and mark: captures in files and pipes.
#include "app/cli/arguments.h"
#include "app/cli/capture_input.h"
#include "app/cli/capture_output.h"
#include "app/cli/console.h"
#include "app/cli/layout_reading.h"
#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/session/file_path.h"
#include "core/traffic/cpp_sender.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

enum class Format { Text, Json, Csv, Cpp, C, Command };

struct CaptureArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    std::string write;
    bool replace = false;
    Format format = Format::Text;
    RowFormat rows;
    LayoutReading layout;
    Annotation said; // of mark
};

// Where matches are saved. The file is opened with the first of them: an input that cannot be read leaves what is there
// alone.
class SavedMatches {
public:
    explicit SavedMatches(const CaptureArguments &arguments) : m_arguments(arguments) {}

    Result<void> write(const MessageView &message, const CaptureReader &reader)
    {
        if (auto opened = open(reader.system()); !opened)
            return opened;
        if (const auto name = reader.inboxNames().find(message.inbox);
            name != reader.inboxNames().end() && !name->second.empty())
            m_output->nameInbox(message.inbox, name->second);
        return m_output->write(message);
    }
    Result<void> write(const LateAnswer &answer) { return m_output->write(answer); }
    bool isOpen() const { return m_output.has_value(); }
    Result<void> flush() { return m_output ? m_output->flush() : Result<void>(); }

    // Gives what was read of a damaged capture its file, but never in the place of the capture itself.
    Result<void> finish(const CaptureRead &read)
    {
        if (!read.outcome && (!read.isCapture || isInput()))
            return Failure(read.outcome.error());
        if (auto opened = open(read.system); !opened)
            return opened;
        auto closed = m_output->close();
        return read.outcome ? closed : read.outcome;
    }

private:
    Result<void> open(const std::string &system)
    {
        if (m_output)
            return {};
        // What comes through a pipe may do so for long: it is to be there meanwhile.
        const auto kind = isPipe(m_arguments.file) ? CaptureOutput::Kind::Growing : CaptureOutput::Kind::Whole;
        auto output = CaptureOutput::open(m_arguments.write, kind, m_arguments.replace, system);
        if (!output)
            return Failure(std::move(output.error()));
        m_output.emplace(std::move(*output));
        return {};
    }
    bool isInput() const
    {
        const auto input = pathOf(m_arguments.file, "read a capture"),
                   output = pathOf(m_arguments.write, "write a capture");
        std::error_code ignored;
        return input && output && std::filesystem::equivalent(*input, *output, ignored);
    }

    const CaptureArguments &m_arguments;
    std::optional<CaptureOutput> m_output;
};

// Ctrl+C in a terminal ends whoever writes into a pipe as well; what was on its way is still shown then.
void waitForEndOfPipe(const std::string &file)
{
    if (isPipe(file))
        onInterrupt([] {});
}

Result<void> saveMatches(const CaptureArguments &arguments)
{
    waitForEndOfPipe(arguments.file);
    SavedMatches saved(arguments);
    std::uint64_t matched = 0;
    const auto read = readCapture(arguments.file, arguments.filter,
                                  {.message =
                                       [&](const MessageView &message, const CaptureReader &reader) {
                                           ++matched;
                                           return saved.write(message, reader);
                                       },
                                   .answer = [&](const LateAnswer &answer) { return saved.write(answer); },
                                   .pause = [&] { return saved.flush(); }});
    noteLosses(read);
    auto finished = saved.finish(read);
    if (saved.isOpen())
        Run::note(fmt::format("{} of {} messages", matched, read.messages));
    return finished;
}

// Prints messages in one of the formats.
class PrintedMatches {
public:
    PrintedMatches(Run &run, const CaptureArguments &arguments)
        : m_run(run), m_arguments(arguments), m_format(run.json ? Format::Json : arguments.format),
          m_rows(arguments.rows)
    {
        if (m_format == Format::Text)
            run.print(m_rows.titles());
        if (m_format == Format::Csv)
            run.print(csvTitles());
    }

    Result<void> print(const MessageView &message, const CaptureReader &reader)
    {
        ++m_count;
        switch (m_format) {
        case Format::Text:
            printRow(message);
            break;
        case Format::Json:
            printJson(message);
            break;
        case Format::Csv:
            m_run.print(csvOf(message));
            break;
        case Format::C:
            m_run.print(cStructOf(message, m_count));
            break;
        case Format::Command:
            printCommand(message, reader);
            break;
        case Format::Cpp: {
            auto added = m_sender.add(message);
            m_run.print(m_sender.take());
            return added;
        }
        }
        return {};
    }
    void print(const LateAnswer &answer)
    {
        if (m_format == Format::Text)
            m_run.print(m_rows.row(answer));
        else if (m_format == Format::Json)
            m_run.print(jsonOf(answer) + '\n');
        else
            ++m_late;
    }
    Result<void> finish(const CaptureRead &read)
    {
        if (m_late > 0)
            Run::note(
                fmt::format("answers left out, because they came over a second after their messages: {}", m_late));
        if (m_refused > 0)
            Run::note(fmt::format("messages left out, of which there is no command: {}", m_refused));
        if (!read.outcome || m_format != Format::Cpp)
            return read.outcome;
        auto finished = m_sender.finish(read.inboxNames);
        m_run.print(m_sender.take());
        return finished;
    }
    std::uint64_t count() const { return m_count; }

private:
    void printRow(const MessageView &message)
    {
        auto row = m_rows.row(message);
        if (m_arguments.layout.isGiven() && message.isCopied())
            row += fmt::format("          {}\n", m_arguments.layout.line(message.payload));
        m_run.print(row);
    }
    void printJson(const MessageView &message)
    {
        auto json = jsonOf(message);
        if (m_arguments.layout.isGiven() && message.isCopied()) {
            auto whole = nlohmann::ordered_json::parse(json);
            for (const auto &row : m_arguments.layout.rows(message.payload))
                whole["fields"][row.name] = row.value;
            json = whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        }
        m_run.print(json + '\n');
    }
    void printCommand(const MessageView &message, const CaptureReader &reader)
    {
        const auto name = reader.inboxNames().find(message.inbox);
        const auto command =
            commandOf(message, {.connectTo = m_run.connectTo,
                                .inboxName = name == reader.inboxNames().end() ? std::string() : name->second,
                                .captureFile = isPipe(m_arguments.file) ? std::string() : m_arguments.file});
        if (command) {
            m_run.print(*command + '\n');
            return;
        }
        if (m_refused++ == 0)
            Run::note(toText(command.error()));
    }

    Run &m_run;
    const CaptureArguments &m_arguments;
    const Format m_format;
    MessageRows m_rows;
    std::uint64_t m_count = 0;
    std::uint64_t m_late = 0;
    std::uint64_t m_refused = 0;
    CppSender m_sender;
};

Result<void> showMatches(Run &run, const CaptureArguments &arguments)
{
    if (!arguments.write.empty())
        return saveMatches(arguments);
    waitForEndOfPipe(arguments.file);
    PrintedMatches printed(run, arguments);
    CaptureTakers takers;
    takers.message = [&](const MessageView &message, const CaptureReader &reader) {
        return printed.print(message, reader);
    };
    takers.answer = [&](const LateAnswer &answer) {
        printed.print(answer);
        return Result<void>();
    };
    takers.pause = [&] { return run.flush(); };
    const auto read = readCapture(arguments.file, arguments.filter, takers);
    noteLosses(read);
    Run::note(fmt::format("{} of {} messages", printed.count(), read.messages));
    return printed.finish(read);
}

// Saves all messages; of those that match, what the user says now.
Result<void> mark(const CaptureArguments &arguments)
{
    SavedMatches saved(arguments);
    std::uint64_t matched = 0;
    CaptureTakers takers;
    takers.message = [&](const MessageView &message, const CaptureReader &reader) {
        MessageView marked = message;
        Annotation said = message.annotation ? *message.annotation : Annotation();
        if (arguments.filter.matches(message)) {
            ++matched;
            said.marked = said.marked || arguments.said.marked;
            said.pinned = said.pinned || arguments.said.pinned;
            if (!arguments.said.comment.empty())
                said.comment = arguments.said.comment;
        }
        marked.annotation = &said;
        return saved.write(marked, reader);
    };
    takers.answer = [&](const LateAnswer &answer) { return saved.write(answer); };
    const auto read = readCapture(arguments.file, {}, takers);
    noteLosses(read);
    Run::note(fmt::format("{} of {} messages", matched, read.messages));
    if (read.outcome && matched == 0)
        return Failure(Error{.kind = ErrorKind::Missing,
                             .operation = "mark",
                             .object = arguments.file,
                             .meaning = "no message of it matches"});
    return saved.finish(read);
}

void addFile(CLI::App &command, CaptureArguments &arguments)
{
    command.add_option("FILE", arguments.file, "A capture (pcapng), or - for standard input")->required();
}

CLI::Option *addWrite(CLI::App &command, CaptureArguments &arguments, const std::string &description)
{
    auto *const write = command.add_option("--write", arguments.write, description)->type_name("FILE");
    command.add_flag("--replace", arguments.replace, "Writes over an existing file");
    return write;
}

// What a filter can be made of, a line each.
void printFilterNames(Run &run)
{
    Table names({{"NAME"}, {"MEANING"}});
    for (const auto &name : filterReference())
        names.add(std::vector{std::string(name.name), std::string(name.meaning)});
    run.print(names.text());
    (void)run.flush();
}

void addFilter(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("filter", "Shows or saves those messages of a capture that match");
    command->footer(
        "A capture that is damaged or cut is read up to the damage, and what is wrong is told; the exit code is 1.\n\n"
        "Examples:\n"
        "  ipclens-cli filter traffic.pcapng \"data.id == 4 && payload contains \\\"sequence\\\"\"\n"
        "  ipclens-cli filter traffic.pcapng \"\" --columns number,delta,sender,receiver,content --time utc\n"
        "  ipclens-cli filter - \"size > 64K\" --write large.pcapng");
    const auto arguments = std::make_shared<CaptureArguments>();
    addFile(*command, *arguments);
    command->add_option("FILTER", arguments->filterText, "What to show, as in sender.pid == 42; empty: all")
        ->required();
    command->add_flag_callback(
        "--fields",
        [&run] {
            printFilterNames(run);
            throw CLI::Success();
        },
        "Prints what a filter can be made of, and ends");
    addWrite(*command, *arguments,
             "Saves what matches as a capture instead, also over FILE itself; - is standard output");
    addRowOptions(*command, arguments->rows);
    arguments->layout.addOptions(*command);
    command->callback([&run, arguments] {
        arguments->filter = readFilter("FILTER", arguments->filterText);
        arguments->layout.settle();
        run.action = [&run, arguments] { return showMatches(run, *arguments); };
    });
}

void addExport(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("export", "Prints a capture for other programs: CSV, JSON lines, C, commands");
    const auto arguments = std::make_shared<CaptureArguments>();
    addFile(*command, *arguments);
    command
        ->add_option("--format", arguments->format,
                     "text, json (also jsonl), csv, c (declarations of each message), command (that sends each again), "
                     "or cpp (the source of a "
                     "program that sends them all)")
        ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{{"text", Format::Text},
                                                                          {"json", Format::Json},
                                                                          {"jsonl", Format::Json},
                                                                          {"csv", Format::Csv},
                                                                          {"c", Format::C},
                                                                          {"command", Format::Command},
                                                                          {"cpp", Format::Cpp}}))
        ->default_str("text");
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    addRowOptions(*command, arguments->rows);
    arguments->layout.addOptions(*command);
    command->callback([&run, arguments] {
        arguments->filter = readFilter("--filter", arguments->filterText);
        arguments->layout.settle();
        run.action = [&run, arguments] { return showMatches(run, *arguments); };
    });
}

void addMark(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("mark", "Marks messages of a capture, or comments on them");
    command->footer("Examples:\n"
                    "  ipclens-cli mark traffic.pcapng \"number == 12\" --comment \"begins here\" --write "
                    "traffic.pcapng --replace");
    const auto arguments = std::make_shared<CaptureArguments>();
    addFile(*command, *arguments);
    command->add_option("FILTER", arguments->filterText, "Which messages, as in number == 12")->required();
    command->add_option("--comment", arguments->said.comment, "What to say of them, instead of what was said before");
    command->add_flag("--pin", arguments->said.pinned, "Shows them whatever the filter");
    addWrite(*command, *arguments, "The capture with the marks; may be FILE itself; - is standard output")->required();
    command->callback([&run, arguments, command] {
        arguments->filter = readFilter("FILTER", arguments->filterText);
        arguments->said.marked = command->count("--comment") + command->count("--pin") == 0;
        run.action = [arguments] { return mark(*arguments); };
    });
}

} // namespace

void addCaptureCommands(CLI::App &app, Run &run)
{
    addFilter(app, run);
    addExport(app, run);
    addMark(app, run);
}

} // namespace ipclens
