// replay: a capture is sent again.
#include "app/cli/arguments.h"
#include "app/cli/capture_input.h"
#include "app/cli/run.h"
#include "app/cli/sending_series.h"
#include "core/traffic/replay_item.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ipclens {
namespace {

struct ReplayArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    StartSeries series{.timing = SeriesTiming::Recorded};
    bool fast = false;
    bool keepSender = false;
};

Result<void> replay(Run &run, const ReplayArguments &arguments)
{
    std::uint64_t cut = 0, brought = 0;
    CaptureRead read;
    SendingSeries sending(run, arguments.series, run.json ? SeriesPrint::All : SeriesPrint::Failures);
    auto sent = sending.send([&]() -> Result<void> {
        CaptureTakers takers;
        takers.message = [&](const MessageView &message, const CaptureReader &) -> Result<void> {
            auto item = replayItem(message, arguments.keepSender);
            if (!item) {
                ++cut;
                return {};
            }
            ++brought;
            return sending.bring(std::move(*item));
        };
        takers.pause = [&] { return sending.flush(); };
        takers.isStopped = [&] { return sending.isStopped(); };
        read = readCapture(arguments.file, arguments.filter, takers);
        return read.outcome;
    });
    noteLosses(read);
    if (cut > 0)
        Run::note(fmt::format("left out, because their payloads were cut when they were captured: {}", cut));
    if (sent && brought == 0)
        return Failure(Error{.kind = ErrorKind::Missing,
                             .operation = "replay",
                             .object = arguments.file,
                             .meaning = "no message of it is to be sent"});
    if (sent && cut > 0)
        return Failure(Error{.operation = "replay",
                             .object = arguments.file,
                             .meaning = fmt::format("{} messages could not be sent again", cut)});
    return sent;
}

} // namespace

void addReplay(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("replay", "Sends the messages of a capture to a window, and compares its answers");
    command->footer("Prints what failed or was answered otherwise than recorded (with --json everything); then the "
                    "exit code is 1. Messages whose "
                    "payloads were cut are left out.\n\n"
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
    command->add_flag("--stop-at-failure", series.stopAtFailure, "Ends with the first message that fails");
    command->add_option("--repeat", series.repeat, "So many times, 0: until Ctrl+C")->capture_default_str();
    command->add_option("--timeout", series.timeout, "Milliseconds to wait for each handler")->capture_default_str();
    command->callback([&run, arguments, command] {
        settleTarget(arguments->series.target, *command);
        if (arguments->fast)
            arguments->series.timing = SeriesTiming::None;
        arguments->filter = readFilter("--filter", arguments->filterText);
        run.action = [&run, arguments] { return replay(run, *arguments); };
    });
}

} // namespace ipclens
