// ipclens-cli: the console program, and with `serve` the far end of a session over a byte stream.
#include "app/cli/arguments.h"
#include "app/cli/console.h"
#include "app/cli/run.h"
#include "core/session/explanation.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrongUsage = 2;

int main(std::vector<std::string> arguments)
{
    CLI::App app("Sees and touches what processes share: named mappings, shared DLL sections, window messages, memory.",
                 "ipclens-cli");
    Run run;
    app.require_subcommand(1);
    app.fallthrough();
    app.allow_windows_style_options(false); // "/folder/file" is a path, on Windows as well
    app.set_version_flag("--version", "ipclens-cli " IPCLENS_VERSION);
    app.get_formatter()->column_width(34);
    app.add_option(
           "--connect", run.connectTo,
           "Works through the session of COMMAND, speaking to it over its standard input and output; on Windows "
           "\"elevated\" asks for one with more rights")
        ->type_name("COMMAND");
    app.add_flag("--json", run.json, "Prints one JSON document (listen, watch: one object a line)");
    app.add_option("--journal", run.journalFolder, "Folder for the journal of writes")->type_name("FOLDER");
    app.footer("SOURCE is section:NAME, process:PID, module:PID/DLL/SECTION, handle:PID/HANDLE, file:PATH or\n"
               "snapshot:PATH.\n"
               "Exit code: 0 done, 1 refused or failed, 2 wrong usage.\n\n"
               "Examples:\n"
               "  ipclens-cli ps\n"
               "  ipclens-cli read section:MySharedMem 0 64\n"
               "  ipclens-cli --connect \"wine ipclens-cli.exe serve\" sections\n"
               "  ipclens-cli COMMAND --help");
    addListCommands(app, run);
    addMemoryCommands(app, run);
    addEditingCommands(app, run);
    addWatchCommand(app, run);
    addSearchCommands(app, run);
    addCreatingCommands(app, run);
    addSend(app, run);
    addListeningCommands(app, run);
    addReplay(app, run);
    addCaptureCommands(app, run);
    addShow(app, run);
    addStats(app, run);
    addSequence(app, run);
    addSharingCommands(app, run);
    addSessionCommands(app, run);

    run.json = std::ranges::find(arguments, "--json") != arguments.end(); // also for what is wrong before it
    std::ranges::reverse(arguments);                                      // as CLI11 wants them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::Success &help) {
        return app.exit(help);
    } catch (const CLI::ParseError &error) {
        std::string problem = error.what();
        if (const auto unknown = app.remaining(); app.get_subcommands().empty() && !unknown.empty())
            problem = fmt::format("there is no command \"{}\"", unknown.front());
        run.complain({.kind = ErrorKind::Invalid,
                      .operation = "read the command line",
                      .meaning = problem,
                      .hint = "--help tells what there is"});
        return wrongUsage;
    }

    Result<void> outcome = run.action();
    const Result<void> flushed = run.flush();
    if (outcome && !flushed)
        outcome = flushed;
    if (!outcome) {
        run.complain(outcome.error());
        if (const auto target = explainTargetOf(outcome.error()); target && !run.json)
            Run::note(fmt::format("Who may: ipclens-cli explain '{}'", toText(*target)));
    }
    return outcome ? done : failed;
}

} // namespace
} // namespace ipclens

int main(int argc, char **argv)
{
    ipclens::prepareConsole();
    return ipclens::main(ipclens::utf8Arguments(argc, argv));
}
