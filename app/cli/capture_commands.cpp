// filter, export and stats: captures in files.
#include "app/cli/arguments.h"
#include "app/cli/capture_streams.h"
#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "app/cli/statistics_text.h"
#include "core/traffic/cpp_sender.h"
#include "core/traffic/message_filter.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ipclens {
namespace {

enum class Format { Text, Json, Csv, Cpp };

struct CaptureArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    std::string write;
    bool replace = false;
    Format format = Format::Text;
};

void noteUnmatched(std::uint64_t answers)
{
    if (answers > 0)
        Run::note(fmt::format("answers left out, because their messages are not in the capture, or in a pipe not close before: {}",
                              answers));
}

Result<void> showMatches(Run &run, const CaptureArguments &arguments)
{
    std::optional<CaptureOutput> output;
    if (!arguments.write.empty()) {
        auto opened = CaptureOutput::open(arguments.write, arguments.replace, "as filtered");
        if (!opened)
            return Failure(std::move(opened.error()));
        output = std::move(*opened);
    }
    const Format format = run.json ? Format::Json : arguments.format;
    if (!output && (format == Format::Text || format == Format::Csv))
        run.print(format == Format::Csv ? csvTitles() : rowTitles());
    std::uint64_t read = 0, matched = 0;
    std::vector<Message> forCpp;
    const auto show = [&](const MessageView &message) -> Result<void> {
        ++matched;
        if (output)
            return output->write(message);
        switch (format) {
        case Format::Text: run.print(rowOf(message)); break;
        case Format::Json: run.print(jsonOf(message) + '\n'); break;
        case Format::Csv: run.print(csvOf(message)); break;
        case Format::Cpp: forCpp.push_back(message.toMessage()); break;
        }
        return {};
    };
    std::uint64_t unmatched = 0;
    const auto outcome = readCapture(arguments.file, [&](const MessageView &message, const std::string &inboxName) -> Result<void> {
        ++read;
        if (!arguments.filter.matches(message))
            return {};
        if (output && !inboxName.empty())
            output->nameInbox(message.inbox, inboxName);
        return show(message);
    }, &unmatched);
    noteUnmatched(unmatched);
    Run::note(fmt::format("{} of {} messages", matched, read));
    if (outcome && format == Format::Cpp) {
        const auto source = cppSender(forCpp);
        if (!source)
            return Failure(source.error());
        run.print(*source);
    }
    if (output) {
        if (auto closed = output->close(); !closed)
            return closed;
    }
    return outcome;
}

void settle(CaptureArguments &arguments)
{
    auto filter = MessageFilter::parse(arguments.filterText);
    if (!filter)
        refuse("FILTER", toText(toError(filter.error(), "read a filter", arguments.filterText)));
    arguments.filter = std::move(*filter);
}

void addFilter(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("filter", "Shows or saves those messages of a capture that match");
    command->footer(
        "A capture that is damaged or cut is read up to the damage, and what is wrong is told; the exit code is 1.\n\n"
        "Examples:\n"
        "  ipclens-cli filter traffic.pcapng \"data.id == 4 && payload contains \\\"sequence\\\"\"\n"
        "  ipclens-cli filter - \"size > 64K\" --write large.pcapng");
    const auto arguments = std::make_shared<CaptureArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command->add_option("FILTER", arguments->filterText, "What to show, as in sender.pid == 42; empty: all")
        ->required();
    command->add_option("--write", arguments->write, "Saves what matches as a capture instead; - is standard output")
        ->type_name("FILE");
    command->add_flag("--replace", arguments->replace, "Writes over an existing file");
    command->callback([&run, arguments] {
        settle(*arguments);
        run.action = [&run, arguments] { return showMatches(run, *arguments); };
    });
}

void addExport(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("export", "Prints a capture as CSV, JSON lines, text or C++");
    const auto arguments = std::make_shared<CaptureArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command->add_option("--format", arguments->format, "text, json (also jsonl), csv, or cpp (also c): the source of a program that sends them again")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Format>{{"text", Format::Text}, {"json", Format::Json}, {"jsonl", Format::Json}, {"csv", Format::Csv}, {"cpp", Format::Cpp}, {"c", Format::Cpp}}))
        ->default_str("text");
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    command->callback([&run, arguments] {
        settle(*arguments);
        run.action = [&run, arguments] { return showMatches(run, *arguments); };
    });
}

Result<void> showStatistics(Run &run, const CaptureArguments &arguments)
{
    TrafficStatistics statistics;
    std::uint64_t unmatched = 0;
    auto outcome = readCapture(arguments.file, [&](const MessageView &message, const std::string &) -> Result<void> {
        if (arguments.filter.matches(message))
            statistics.add(message);
        return {};
    }, &unmatched);
    noteUnmatched(unmatched);
    run.print(run.json ? jsonOf(statistics) + '\n' : textOf(statistics));
    return outcome;
}

void addStats(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("stats", "Tells who sent what to whom in a capture, how much and how fast");
    const auto arguments = std::make_shared<CaptureArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    command->callback([&run, arguments] {
        settle(*arguments);
        run.action = [&run, arguments] { return showStatistics(run, *arguments); };
    });
}

} // namespace

void addCaptureCommands(CLI::App &app, Run &run)
{
    addFilter(app, run);
    addExport(app, run);
    addStats(app, run);
}

} // namespace ipclens
