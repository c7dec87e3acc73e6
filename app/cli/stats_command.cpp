// stats: what a capture consists of, and how that changed over time.
#include "app/cli/arguments.h"
#include "app/cli/capture_input.h"
#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "app/cli/statistics_text.h"
#include "app/cli/table.h"
#include "core/traffic/traffic_curves.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

struct StatsArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    std::int64_t every = 0; // nanoseconds; 0: all together
    std::string value = "messages";
    Plotted plotted;
    std::vector<std::string> curves;
    bool isCsv = false;
};

// "1s", "100ms", "5m", "2h", or seconds.
std::int64_t readInterval(const std::string &text)
{
    constexpr std::int64_t least = 1'000'000; // a millisecond
    const auto unit = text.find_first_not_of("0123456789.");
    const std::map<std::string, double> units{{"", 1e9}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    const auto found = units.find(unit == text.npos ? "" : text.substr(unit));
    char *end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const double nanoseconds = found == units.end() ? 0 : number * found->second;
    if (text.empty() || unit == 0 || end != text.c_str() + std::min(unit, text.size()) ||
        !(nanoseconds >= static_cast<double>(least)) || nanoseconds > 1e18)
        refuse("--every", fmt::format("\"{}\" is no time of a millisecond or more, as 1s, 100ms, 5m or 2h", text));
    return static_cast<std::int64_t>(nanoseconds);
}

void settlePlotted(StatsArguments &arguments)
{
    auto &plotted = arguments.plotted;
    const std::map<std::string, PlottedValue> values{{"messages", PlottedValue::Messages},
                                                     {"bytes", PlottedValue::Bytes},
                                                     {"size", PlottedValue::Size},
                                                     {"duration", PlottedValue::HandlerTime}};
    const auto value = values.find(arguments.value);
    plotted.value = value == values.end() ? PlottedValue::Field : value->second;
    plotted.field = value == values.end() ? arguments.value : "";
    for (const auto &curve : arguments.curves)
        plotted.filters.push_back({.text = curve});
    if (!arguments.curves.empty())
        plotted.split = CurveSplit::Filter;
    if (const auto problem = TrafficCurves::problemOf(plotted)) {
        const auto &text = problem->filter ? arguments.curves[*problem->filter] : arguments.value;
        refuse(problem->filter ? "--curve" : "--value", toText(toError(problem->problem, "read a value", text)));
    }
}

CaptureRead readAll(const StatsArguments &arguments, const std::function<void(const MessageView &, bool matches)> &take)
{
    CaptureTakers takers;
    takers.message = [&](const MessageView &message, const CaptureReader &) {
        take(message, arguments.filter.matches(message));
        return Result<void>();
    };
    takers.patience = std::chrono::hours(1000); // nobody sees anything before the end
    auto read = readCapture(arguments.file, {}, takers);
    noteLosses(read);
    return read;
}

Result<void> showStatistics(Run &run, const StatsArguments &arguments)
{
    TrafficStatistics statistics;
    const auto read = readAll(arguments, [&](const MessageView &message, bool matches) {
        if (matches)
            statistics.add(message);
        else
            statistics.pass(message); // it is not missing
    });
    for (const auto &[inbox, name] : read.inboxNames)
        statistics.tellInbox(inbox, name, std::nullopt);
    for (const auto &[inbox, counts] : read.inboxCounts) {
        const auto name = read.inboxNames.find(inbox);
        statistics.tellInbox(inbox, name == read.inboxNames.end() ? std::string() : name->second, counts);
    }
    run.print(run.json ? jsonOf(statistics) + '\n' : textOf(statistics));
    return read.outcome;
}

// One stretch of time of one curve.
struct Stretch {
    std::int64_t begin = 0;
    std::string curve;
    TrafficBuckets::Bucket bucket;
};

std::string nameOf(const TrafficCurves::Shown &curve)
{
    if (curve.others > 0)
        return fmt::format("{} others", curve.others);
    return curve.name.empty() ? "all" : printable(curve.name, 60);
}

// The graph's number: so many a second, or the mean.
std::string graphed(const TrafficBuckets::Bucket &bucket, const StatsArguments &arguments)
{
    const double seconds = static_cast<double>(arguments.every) / 1e9;
    switch (arguments.plotted.value) {
    case PlottedValue::Messages:
        return fmt::format("{:.6g}", static_cast<double>(bucket.count) / seconds);
    case PlottedValue::Bytes:
        return fmt::format("{:.6g}", bucket.sum / seconds);
    default:
        return bucket.count == 0 ? "-" : fmt::format("{:.6g}", bucket.mean());
    }
}

void printTable(Run &run, const StatsArguments &arguments, const std::vector<TrafficCurves::Shown> &curves,
                const std::vector<TrafficBuckets::Columns> &columns)
{
    std::vector<Table::Column> titles{{"TIME"}};
    for (const auto &curve : curves)
        titles.push_back({nameOf(curve), true});
    Table table(titles);
    for (std::size_t i = 0; i < columns.front().buckets.size(); ++i) {
        std::vector<std::string> cells{
            timeText(columns.front().begin + static_cast<std::int64_t>(i) * arguments.every)};
        for (const auto &curve : columns)
            cells.push_back(graphed(curve.buckets[i], arguments));
        table.add(std::move(cells));
    }
    run.print(table.text());
}

// Rows for programs: those without messages are left out.
void printRows(Run &run, const StatsArguments &arguments, const std::vector<TrafficCurves::Shown> &curves,
               const std::vector<TrafficBuckets::Columns> &columns)
{
    if (!run.json)
        run.print("time,curve,count,sum,mean,least,most,graph\n");
    for (std::size_t i = 0; i < columns.front().buckets.size(); ++i) {
        const auto time = columns.front().begin + static_cast<std::int64_t>(i) * arguments.every;
        for (std::size_t curve = 0; curve < curves.size(); ++curve) {
            const auto &bucket = columns[curve].buckets[i];
            if (bucket.count == 0)
                continue;
            if (run.json)
                run.print(nlohmann::ordered_json{{"time", time},
                                                 {"curve", nameOf(curves[curve])},
                                                 {"count", bucket.count},
                                                 {"sum", bucket.sum},
                                                 {"mean", bucket.mean()},
                                                 {"least", bucket.least},
                                                 {"most", bucket.most}}
                              .dump() +
                          '\n');
            else
                run.print(fmt::format("{}.{:09},\"{}\",{},{},{},{},{},{}\n", time / 1'000'000'000, time % 1'000'000'000,
                                      nameOf(curves[curve]), bucket.count, bucket.sum, bucket.mean(), bucket.least,
                                      bucket.most, graphed(bucket, arguments)));
        }
    }
}

Result<void> showCurves(Run &run, const StatsArguments &arguments)
{
    constexpr std::int64_t mostStretches = 100'000;
    TrafficCurves graph(arguments.every);
    graph.plot(arguments.plotted);
    const auto read = readAll(arguments, [&](const MessageView &message, bool matches) {
        if (matches)
            graph.add(message);
    });
    if (graph.isEmpty())
        return read.outcome;
    const auto extent = graph.extent();
    const auto count = extent.length() / arguments.every + 2;
    if (count > mostStretches)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = "stats",
                             .object = fmt::format("{} stretches of time", count),
                             .meaning = fmt::format("at most {} are counted", mostStretches),
                             .hint = "Choose a longer --every"});
    const auto curves = graph.shown();
    std::vector<const TrafficBuckets *> all;
    for (const auto &curve : curves)
        all.insert(all.end(), curve.parts.begin(), curve.parts.end());
    std::vector<TrafficBuckets::Columns> columns;
    for (const auto &curve : curves)
        columns.push_back(TrafficBuckets::columns(curve.parts, extent, static_cast<int>(count), all));
    if (run.json || arguments.isCsv)
        printRows(run, arguments, curves, columns);
    else
        printTable(run, arguments, curves, columns);
    return read.outcome;
}

} // namespace

void addStats(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("stats", "Tells who sent what to whom in a capture, how much and how fast");
    command->footer("Examples:\n"
                    "  ipclens-cli stats traffic.pcapng --filter \"data.id == 4\"\n"
                    "  ipclens-cli stats traffic.pcapng --every 1s --by sender\n"
                    "  ipclens-cli stats traffic.pcapng --every 100ms --value \"u32(payload, 4)\" --csv");
    const auto arguments = std::make_shared<StatsArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    auto *const every =
        command
            ->add_option_function<std::string>(
                "--every", [arguments](const std::string &text) { arguments->every = readInterval(text); },
                "Counts stretches of time instead, as the graph does: 1s, 100ms, 5m, 2h")
            ->type_name("TIME");
    auto *const by = command->add_option("--by", arguments->plotted.split, "A curve for each sender or id")
                         ->transform(CLI::CheckedTransformer(
                             std::map<std::string, CurveSplit>{{"sender", CurveSplit::Sender}, {"id", CurveSplit::Id}}))
                         ->type_name("WHAT")
                         ->needs(every);
    command->add_option("--curve", arguments->curves, "A curve for what matches; several are possible")
        ->type_name("FILTER")
        ->allow_extra_args(false)
        ->needs(every)
        ->excludes(by);
    command
        ->add_option(
            "--value", arguments->value,
            "What is counted: messages or bytes (a second), size or duration (the mean), or a number as in a filter")
        ->type_name("VALUE")
        ->capture_default_str()
        ->needs(every);
    command
        ->add_flag("--csv", arguments->isCsv,
                   "Rows for programs: time, curve, count, sum, mean, least, most, and what the graph shows")
        ->needs(every);
    command->callback([&run, arguments] {
        arguments->filter = readFilter("--filter", arguments->filterText);
        settlePlotted(*arguments);
        run.action = [&run, arguments] {
            return arguments->every != 0 ? showCurves(run, *arguments) : showStatistics(run, *arguments);
        };
    });
}

} // namespace ipclens
