#include "app/cli/sending_series.h"

#include "app/cli/arguments.h"
#include "app/cli/capture_streams.h"
#include "app/cli/run.h"
#include "core/traffic/message_filter.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace ipclens {
namespace {

// What one command brings to the session at most.
constexpr std::size_t mostItemsAtOnce = 4096;
constexpr std::uint64_t mostBytesAtOnce = 8 << 20;

struct ReplayArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    StartSeries series{.timing = SeriesTiming::Recorded};
    bool fast = false;
    bool keepSender = false;
};

// Removes the first of `items` that go into one command.
std::vector<SeriesItem> takePiece(std::vector<SeriesItem> &items, std::size_t &next)
{
    std::vector<SeriesItem> piece;
    for (std::uint64_t bytes = 0; next < items.size() && piece.size() < mostItemsAtOnce; ++next) {
        bytes += items[next].data ? items[next].data->size() : 0;
        if (!piece.empty() && bytes > mostBytesAtOnce)
            break;
        piece.push_back(std::move(items[next]));
    }
    return piece;
}

void printOutcome(Run &run, const SeriesOutcome &outcome, const std::vector<std::optional<std::int64_t>> &expected)
{
    if (run.json) {
        SeriesUpdate one;
        one.outcomes.push_back(outcome);
        const std::string document = toJson(Event(std::move(one)));
        const auto begin = document.find('[') + 1;
        run.print(document.substr(begin, document.rfind("],\"total\"") - begin) + '\n');
        return;
    }
    if (outcome.failure) {
        run.print(fmt::format("{:>8}  failed: {}\n", outcome.number, toText(*outcome.failure)));
        return;
    }
    std::string recorded;
    if (const auto &value = expected[outcome.item]; value && outcome.verdict == SeriesVerdict::Different)
        recorded = fmt::format(", recorded was {}", *value);
    run.print(fmt::format("{:>8}  returned {}{} after {:.3f} ms\n", outcome.number, outcome.result, recorded,
                          static_cast<double>(outcome.duration) / 1e6));
}

Result<void> replay(Run &run, const ReplayArguments &arguments)
{
    std::vector<SeriesItem> items;
    std::uint64_t cut = 0;
    const auto read = readCapture(arguments.file, [&](const MessageView &message, const std::string &) -> Result<void> {
        if (!arguments.filter.matches(message))
            return {};
        if (message.isTruncated()) {
            ++cut;
            return {};
        }
        SeriesItem item{.kind = message.kind,
                        .id = message.id,
                        .sender = arguments.keepSender ? message.senderWindow : 0,
                        .message = std::string(message.name),
                        .wParam = message.wParam,
                        .lParam = message.lParam,
                        .time = message.time};
        if (!message.nullData)
            item.data = toBytes(message.payload);
        if (message.isAnswered && !message.failure)
            item.expected = message.result;
        items.push_back(std::move(item));
        return {};
    });
    if (!read)
        return read;
    if (cut > 0)
        Run::note(fmt::format("{} messages are left out: their payloads were cut when they were captured", cut));
    if (items.empty())
        return Failure(Error{.kind = ErrorKind::Missing, .operation = "replay", .object = arguments.file, .meaning = "no message of it is to be sent"});
    auto sent = sendSeries(run, arguments.series, std::move(items), run.json ? SeriesPrint::All : SeriesPrint::Failures);
    if (sent && cut > 0)
        return Failure(Error{.operation = "replay", .object = arguments.file, .meaning = fmt::format("{} messages could not be sent again", cut)});
    return sent;
}

} // namespace

Result<void> sendSeries(Run &run, StartSeries series, std::vector<SeriesItem> items, SeriesPrint print)
{
    run.endOnInterrupt();
    std::vector<std::optional<std::int64_t>> expected;
    for (const SeriesItem &item : items)
        expected.push_back(item.expected);
    std::size_t next = 0;
    series.items = takePiece(items, next);
    series.more = next < items.size();
    const auto started = run.ask(std::move(series));
    if (!started)
        return Failure(started.error());
    const auto connection = run.connect();
    if (!connection)
        return Failure(connection.error());
    // Not waited for: events have to be taken meanwhile.
    struct Adding {
        std::mutex mutex;
        std::optional<Error> failure;
    };
    const auto adding = std::make_shared<Adding>();
    while (next < items.size()) {
        AddToSeries more{.series = started->series, .items = takePiece(items, next)};
        more.more = next < items.size();
        (*connection)->call(std::move(more), [adding](const Result<Done> &added) {
            const std::scoped_lock lock(adding->mutex);
            if (!added && !adding->failure)
                adding->failure = added.error();
        });
    }

    SeriesUpdate last;
    for (Event event; !last.finished;) {
        switch (run.events().next(event)) {
        case EventQueue::Wake::Lost:
            return Failure(run.events().lostError());
        case EventQueue::Wake::Interrupted:
            (*connection)->call(StopSeries{started->series}, [](const Result<Done> &) {}); // it may have ended just now
            continue;
        case EventQueue::Wake::Event:
            break;
        default:
            continue;
        }
        auto *const update = std::get_if<SeriesUpdate>(&event);
        if (!update || update->series != started->series)
            continue;
        for (const SeriesOutcome &outcome : update->outcomes)
            if (print == SeriesPrint::All || outcome.verdict == SeriesVerdict::Failed || outcome.verdict == SeriesVerdict::Different)
                printOutcome(run, outcome, expected);
        if (auto flushed = run.flush(); !flushed)
            return flushed;
        last = std::move(*update);
    }
    Run::note(fmt::format("sent {} failed {} equal {} different {}", last.sent, last.failed, last.equal, last.different));
    const std::scoped_lock lock(adding->mutex);
    if (adding->failure)
        return Failure(*adding->failure);
    if (last.failure)
        return Failure(*last.failure);
    if (last.failed + last.different > 0)
        return Failure(Error{.operation = "send series",
                             .meaning = fmt::format("{} messages failed, {} were answered otherwise than recorded", last.failed,
                                                    last.different)});
    return {};
}

void addReplay(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("replay", "Sends the messages of a capture to a window, and compares its answers");
    command->footer("Prints what failed or was answered otherwise than recorded (with --json everything); then the exit code is 1.\n\n"
                    "Examples:\n"
                    "  ipclens-cli replay traffic.pcapng --title Receive\n"
                    "  ipclens-cli replay traffic.pcapng --class MyClass --fast --filter \"data.id == 4\"");
    const auto arguments = std::make_shared<ReplayArguments>();
    StartSeries &series = arguments->series;
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    addTarget(*command, series.target);
    auto *const speed = command->add_option("--speed", series.speed, "Divides the recorded pauses: 2 is twice as fast")
                            ->check(CLI::Range(1e-6, 1e9));
    command->add_flag("--fast", arguments->fast, "Without pauses")->excludes(speed);
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    command->add_flag("--keep-sender", arguments->keepSender,
                      "Claims the recorded windows as senders, which may get answers; else none is claimed");
    command->add_option("--repeat", series.repeat, "So many times, 0: until Ctrl+C")->capture_default_str();
    command->add_option("--timeout", series.timeout, "Milliseconds to wait for each handler")->capture_default_str();
    command->callback([&run, arguments, command] {
        settleTarget(arguments->series.target, *command);
        if (arguments->fast)
            arguments->series.timing = SeriesTiming::None;
        auto filter = MessageFilter::parse(arguments->filterText);
        if (!filter)
            refuse("--filter", toText(toError(filter.error(), "read a filter", arguments->filterText)));
        arguments->filter = std::move(*filter);
        run.action = [&run, arguments] { return replay(run, *arguments); };
    });
}

} // namespace ipclens
