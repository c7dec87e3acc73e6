// host, journal, serve: the session itself.
#include "app/cli/arguments.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/os/elevation.h"
#include "core/text/hex.h"
#include "core/wire/wire.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ipclens {
namespace {

Result<void> printHost(Run &run)
{
    auto reply = run.ask(GetHost{});
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJson(std::move(*reply));
        return {};
    }
    const Host &host = *reply;
    Table table({{"PROPERTY"}, {"VALUE"}});
    table.add({"system", host.system});
    table.add({"wine", host.wine.empty() ? "no" : host.wine});
    table.add({"machine", host.machine});
    table.add({"architecture", host.architecture});
    table.add({"elevated", host.elevated ? "yes" : "no"});
    table.add({"process", fmt::to_string(host.pid)});
    table.add({"logon session", fmt::to_string(host.session)});
    table.add({"ipclens", host.version});
    table.add({"page size", fmt::to_string(host.pageSize)});
    for (const auto &limit : host.limits)
        table.add({"limit", limit});
    run.print(table.text());
    return {};
}

// At most the first 16 bytes.
std::string beginningOf(const Bytes &bytes)
{
    constexpr std::size_t most = 16;
    return toHex(std::span(bytes).first(std::min(bytes.size(), most)), " ") + (bytes.size() > most ? " ..." : "");
}

Result<void> printJournal(Run &run, std::uint32_t limit)
{
    auto reply = run.ask(ReadJournal{limit});
    if (!reply)
        return Failure(std::move(reply.error()));
    for (const auto &damage : reply->damaged)
        Run::note("damaged: " + damage);
    if (run.json) {
        run.printJson(std::move(*reply));
        return {};
    }
    Table table({{"RUN"},
                 {"ENTRY", true},
                 {"TIME"},
                 {"SOURCE"},
                 {"ADDRESS"},
                 {"SIZE", true},
                 {"BEFORE"},
                 {"WRITTEN"},
                 {"STATE"},
                 {"NOTE"}});
    for (const auto &entry : reply->entries) {
        std::string note = entry.note;
        if (entry.undoes != 0)
            note = fmt::format("takes back entry {}{}{}", entry.undoes, note.empty() ? "" : "; ", note);
        table.add({entry.run, fmt::to_string(entry.entry), timeText(entry.time), entry.source, hexNumber(entry.address),
                   fmt::to_string(entry.bytes.size()), beginningOf(entry.before), beginningOf(entry.bytes),
                   std::string(nameOf(entry.state)), note});
    }
    run.print(table.text());
    return {};
}

} // namespace

void addSessionCommands(CLI::App &app, Run &run)
{
    app.add_subcommand("host", "The system the session runs on, and what cannot be done there")->callback([&run] {
        run.action = [&run] { return printHost(run); };
    });

    auto *const journal = app.add_subcommand("journal", "Writes that ipclens made, oldest first");
    journal->footer("Example:\n  ipclens-cli journal --limit 20");
    const auto limit = std::make_shared<std::uint32_t>(1000);
    journal->add_option("--limit", *limit, "Newest entries at most")->capture_default_str();
    journal->callback([&run, limit] { run.action = [&run, limit] { return printJournal(run, *limit); }; });

    auto *const serving =
        app.add_subcommand("serve", "Serves a session on standard input and output, for --connect and the window");
    serving->footer("Example:\n  ipclens --connect \"ssh host ipclens-cli serve\"");
    const auto pipe = std::make_shared<std::string>();
    const auto server = std::make_shared<std::uint32_t>();
    auto *const named =
        serving->add_option("--pipe", *pipe, "Serves on the private pipe NAME instead, as the window asks for")
            ->type_name("NAME");
    named->needs(serving->add_option("--for", *server, "The process that made the pipe; of another it is not taken")
                     ->type_name("PID")
                     ->needs(named));
    serving->callback([&run, pipe, server] {
        run.action = [&run, pipe, server]() -> Result<void> {
            if (pipe->empty())
                return serve(*standardStreams(), makeSystem(), run.sessionOptions());
            const auto stream = openPrivatePipe(*pipe, *server);
            if (!stream)
                return Failure(stream.error());
            return serve(**stream, makeSystem(), run.sessionOptions());
        };
    });
}

} // namespace ipclens
