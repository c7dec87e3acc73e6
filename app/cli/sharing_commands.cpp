// holders, views, handles, close-handle, process, shared-data, sync, pipes, doctor, explain, graph: who shares what.
#include "app/cli/arguments.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/session/explanation.h"
#include "core/session/sharing_map.h"
#include "core/text/source_spec.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace ipclens {
namespace {

// NAME, or handle:PID/HANDLE. A name that begins with "section:" is a section's, as everywhere else.
void addTarget(CLI::App &command, ObjectTarget &target)
{
    const auto take = [&target](const std::string &text) {
        target.name = text;
        if (!text.starts_with("handle:") && !text.starts_with("section:"))
            return;
        const auto spec = parseSourceSpec(text);
        if (!spec)
            refuse("NAME", toText(spec.error()));
        target.name = spec->name;
        target.process = spec->process;
        target.handle = spec->handle;
        if (spec->kind == SourceKind::Section)
            target.type = "Section";
    };
    command.add_option_function<std::string>("NAME", take, "Name of the object, or handle:PID/HANDLE")
        ->type_name("")
        ->required();
}

std::string joined(const std::vector<std::string> &words)
{
    return fmt::format("{}", fmt::join(words, " "));
}

// Names of other programs are in it: nothing of them reaches the terminal but printable text.
void printLines(Run &run, std::string_view text)
{
    while (!text.empty()) {
        const auto end = text.find('\n');
        run.print(printable(text.substr(0, end), std::string::npos) + "\n");
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
}

void printUnseen(Run &run, const std::vector<UnseenProcess> &unseen)
{
    for (const UnseenProcess &one : unseen)
        printLines(run, fmt::format("Not looked into: {} ({}){}: {}", one.processName, one.process.pid,
                                    one.handles > 0 ? fmt::format(", {} handles", one.handles) : "", toText(one.why)));
}

// Asks, and prints the reply: as JSON, or as `show` does.
template <class Command, class Show>
Result<void> printReply(Run &run, Command command, Show show)
{
    auto reply = run.ask(std::move(command));
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json)
        run.printJson(std::move(*reply));
    else
        show(*reply);
    return {};
}

Table tableOf(const std::vector<ObjectHandle> &handles)
{
    Table table(
        {{"PID", true}, {"PROCESS"}, {"HANDLE", true}, {"TYPE"}, {"ACCESS"}, {"INHERIT"}, {"RIGHTS"}, {"NAME"}});
    for (const ObjectHandle &handle : handles)
        table.add({fmt::to_string(handle.process.pid), handle.processName + (handle.isOurs ? " (this session)" : ""),
                   fmt::format("0x{:x}", handle.handle), handle.type, hexNumber(handle.access),
                   handle.inherited ? "yes" : "", joined(handle.rights),
                   handle.note.empty() ? handle.path : handle.note});
    return table;
}

std::string headOf(const ObjectDetails &details)
{
    std::string text = fmt::format("{} {}\n", details.type, details.path.empty() ? "without a name" : details.path);
    if (details.section)
        text += fmt::format("size {}, {}\n", sizeText(details.section->size), joined(details.section->attributeNames));
    if (!details.protection.empty())
        text += fmt::format("protection {}\n", details.protection);
    if (!details.file.empty())
        text += fmt::format("file {}\n", details.file);
    if (details.sync)
        text += fmt::format("state: {}\n", toText(*details.sync));
    if (!details.note.empty())
        text += fmt::format("note: {}\n", details.note);
    return text;
}

void addObjectCommands(CLI::App &app, Run &run)
{
    const auto target = std::make_shared<ObjectTarget>();
    auto *const holders = app.add_subcommand("holders", "Who holds an object: every handle to it in any process");
    addTarget(*holders, *target);
    holders->add_option("--type", target->type, "Section, Mutant, Event, ...: needed only where opening is refused");
    holders->footer("Example:\n  ipclens-cli holders MySharedMem\n  ipclens-cli holders handle:1234/0x50");
    holders->callback([&run, target] {
        run.action = [&run, target] {
            return printReply(run, DescribeObject{*target}, [&run](const ObjectDescription &description) {
                printLines(run, headOf(description.details));
                run.print(tableOf(description.holders.handles).text());
                printUnseen(run, description.holders.unseen);
            });
        };
    });

    auto *const views = app.add_subcommand("views", "Where a section is mapped, in all processes");
    const auto process = std::make_shared<std::uint64_t>(0);
    addTarget(*views, *target);
    addNumber(*views, "--pid", *process, "Only in this process");
    views->footer(
        "Exact: the system names the file. Probable: size and contents agree. Possible: only the size does.\n\n"
        "Example:\n  ipclens-cli views MySharedMem");
    views->callback([&run, target, process] {
        run.action = [&run, target, process] {
            const ProcessKey key{.pid = static_cast<std::uint32_t>(*process)};
            return printReply(run, ListViews{*target, key}, [&run](const ViewList &list) {
                Table table({{"PID", true},
                             {"PROCESS"},
                             {"ADDRESS"},
                             {"SIZE", true},
                             {"OFFSET"},
                             {"PROT"},
                             {"CERTAINTY"},
                             {"HANDLE"},
                             {"WHY"}});
                for (const SectionView &view : list.views)
                    table.add({fmt::to_string(view.process.pid), view.processName, hexNumber(view.range.begin),
                               sizeText(view.range.size), hexNumber(view.offset), toText(view.protection),
                               std::string(nameOf(view.certainty)), view.holdsHandle ? "yes" : "", view.why});
                run.print(table.text());
                if (!list.note.empty())
                    printLines(run, list.note);
                printUnseen(run, list.unseen);
            });
        };
    });
}

void addHandleCommands(CLI::App &app, Run &run)
{
    auto *const handles = app.add_subcommand("handles", "Handles of a process, with the names of what they are to");
    const auto process = std::make_shared<ProcessKey>();
    const auto type = std::make_shared<std::string>();
    addPid(*handles, *process);
    handles->add_option("--type", *type, "Only of this type: Section, Mutant, File, ...");
    handles->footer("Example:\n  ipclens-cli handles 1234 --type Section");
    handles->callback([&run, process, type] {
        run.action = [&run, process, type]() -> Result<void> {
            auto reply = run.ask(ListHandles{*process});
            if (!reply)
                return Failure(std::move(reply.error()));
            if (!type->empty())
                std::erase_if(reply->handles, [&](const ObjectHandle &handle) { return handle.type != *type; });
            if (run.json)
                run.printJsonList(std::move(*reply));
            else
                run.print(tableOf(reply->handles).text());
            return {};
        };
    });

    auto *const close =
        app.add_subcommand("close-handle", "Closes a handle in the process that has it, which may crash it");
    const auto target = std::make_shared<ObjectTarget>();
    const auto isSure = std::make_shared<bool>(false);
    addTarget(*close, *target);
    close->add_flag("--yes", *isSure, "Really does it; without, it only says what would be closed");
    close->footer("Example:\n  ipclens-cli close-handle handle:1234/0x50 --yes");
    close->callback([&run, target, isSure] {
        if (!target->name.empty())
            refuse("NAME", "expected handle:PID/HANDLE");
        run.action = [&run, target, isSure]() -> Result<void> {
            const auto object = run.ask(DescribeObject{*target});
            if (!object)
                return Failure(object.error());
            const std::string what =
                fmt::format("{} to {} {}", toText(*target), object->details.type,
                            object->details.path.empty() ? "without a name" : object->details.path);
            if (!*isSure)
                return Failure(
                    Error{.kind = ErrorKind::Invalid,
                          .operation = "close handle",
                          .object = what,
                          .meaning = "nothing was closed: a program that finds its handle gone may crash or lose data",
                          .hint = "Add --yes to close it"});
            return printReply(
                run, CloseHolderHandle{target->process, target->handle, object->details.type, object->details.path},
                [&](const Done &) { printLines(run, "closed " + what); });
        };
    });
}

void printProcess(Run &run, const ProcessDescription &page)
{
    const ProcessInfo &info = page.process;
    std::string text =
        fmt::format("{} ({}), {}, session {}\n", info.name, info.key.pid, info.architecture, info.session);
    if (page.hasExited)
        text += page.exited != 0 ? fmt::format("exited at {}\n", timeText(page.exited)) : "exited\n";
    if (page.successor)
        text += fmt::format("started again as process {}\n", page.successor->key.pid);
    text += fmt::format("path {}\ncommand {}\nuser {}, integrity {}{}{}\n", info.path, page.details.commandLine,
                        page.details.user, page.details.integrity, page.details.isElevated ? ", elevated" : "",
                        page.details.isProtected ? ", protected" : "");
    for (const RegionSummary &regions : page.regions)
        text += fmt::format("{} {} {}: {} in {} regions, {} writable, {} executable\n", "memory", nameOf(regions.type),
                            nameOf(regions.state), sizeText(regions.bytes), regions.regions, sizeText(regions.writable),
                            sizeText(regions.executable));
    printLines(run, text);
    Table modules({{"BASE"}, {"SIZE", true}, {"VERSION"}, {"SHARED"}, {"MODULE"}});
    for (const ModuleDescription &one : page.modules) {
        std::vector<std::string> shared;
        for (const ModuleSection &section : one.sections)
            if (section.isShared)
                shared.push_back(section.name);
        modules.add({hexNumber(one.module.range.begin), sizeText(one.module.range.size), one.version, joined(shared),
                     one.module.path});
    }
    run.print("\n" + modules.text());
    run.print("\n" + tableOf(page.handles).text());
    Table shared({{"TYPE"}, {"NAME"}, {"HELD BY"}});
    for (const SharedObject &object : page.shared) {
        std::vector<std::string> holders;
        for (const ObjectHandle &holder : object.holders)
            holders.push_back(fmt::format("{}({})", holder.processName, holder.process.pid));
        shared.add({object.type, object.path.empty() ? toText(object.target()) : object.path, joined(holders)});
    }
    run.print("\n" + shared.text());
    Table rest({{"WHAT"}, {"WHERE"}, {"DETAILS"}});
    for (const Window &window : page.windows)
        rest.add({"window", hexNumber(window.handle), window.className + " " + window.title});
    for (const SectionView &view : page.fileViews)
        rest.add({"mapped file", hexNumber(view.range.begin), view.why});
    for (const NamedPipe &pipe : page.pipes)
        rest.add({pipe.kind == PipeKind::Pipe ? "pipe" : "mailslot", pipe.name,
                  pipe.server.pid == info.key.pid
                      ? "server"
                      : fmt::format("served by {} ({})", pipe.serverName, pipe.server.pid)});
    run.print("\n" + rest.text());
    for (const Error &failure : page.failures)
        printLines(run, "Missing: " + toText(failure));
    for (const std::string &unknown : page.details.unknown)
        printLines(run, "Unknown: " + unknown);
}

void addProcessCommand(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("process", "All about a process: memory, modules, handles, what it shares with whom");
    const auto ask = std::make_shared<DescribeProcess>();
    addPid(*command, ask->process);
    command->add_flag("--no-sharing{false}", ask->withSharing,
                      "Leaves out what takes a walk through all other processes");
    command->footer("Example:\n  ipclens-cli process 1234");
    command->callback([&run, ask] {
        run.action = [&run, ask] {
            return printReply(run, *ask, [&run](const ProcessDescription &page) { printProcess(run, page); });
        };
    });
}

void addSharedDataCommand(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("shared-data", "Sections of DLLs that all processes share, with what is in them");
    const auto ask = std::make_shared<ListSharedData>();
    command->add_option("--module", ask->module, "Only of DLLs of this file name");
    command->footer("Types are guessed from sizes.\n\nExample:\n  ipclens-cli shared-data --module demo.dll");
    command->callback([&run, ask] {
        run.action = [&run, ask] {
            return printReply(run, *ask, [&run](const SharedDataList &list) {
                for (const SharedData &data : list.sections) {
                    printLines(run, fmt::format("{} {}, {}", data.path, data.section, sizeText(data.size)));
                    Table variables({{"  OFFSET"}, {"TYPE"}, {"VALUE"}, {"NAME"}});
                    for (const SharedVariable &one : data.variables)
                        variables.add(
                            {"  " + hexNumber(one.symbol.offset),
                             one.type ? std::string(nameOf(*one.type)) : fmt::format("{} bytes", one.symbol.size),
                             one.text,
                             one.symbol.name.empty() ? fmt::format("#{}", one.symbol.ordinal) : one.symbol.name});
                    Table users({{"  PID", true}, {"PROCESS"}, {"ADDRESS"}, {"CONTENTS"}});
                    for (const SharedDataUser &user : data.users)
                        users.add({fmt::to_string(user.process.pid), user.processName, hexNumber(user.range.begin),
                                   !user.note.empty() ? user.note
                                   : user.differs     ? "DIFFERS from the others'"
                                                      : "as the others"});
                    run.print(variables.text() + users.text());
                }
                printUnseen(run, list.unseen);
            });
        };
    });
}

void addSyncAndPipes(CLI::App &app, Run &run)
{
    auto *const sync = app.add_subcommand(
        "sync", "Named mutexes, events, semaphores, timers and jobs: state, holders, what they guard");
    const auto ask = std::make_shared<ListSyncObjects>();
    sync->add_flag("--wine", ask->includeWine, "Wine's own objects, too");
    sync->footer("States are read without waiting for anything. GUARDS is a guess.\n\nExample:\n  ipclens-cli sync");
    sync->callback([&run, ask] {
        run.action = [&run, ask] {
            return printReply(run, *ask, [&run](const SyncList &list) {
                Table table({{"TYPE"}, {"STATE"}, {"HELD BY"}, {"PATH"}, {"GUARDS"}});
                for (const SyncObject &object : list.objects) {
                    std::vector<std::string> holders;
                    for (const ObjectHandle &holder : object.holders)
                        if (!holder.isOurs)
                            holders.push_back(fmt::format("{}({})", holder.processName, holder.process.pid));
                    std::vector<std::string> guards;
                    for (const Guarded &guarded : object.probablyGuards)
                        guards.push_back(fmt::format("{} ({})", toText(guarded.section), guarded.why));
                    table.add({object.type, object.state ? toText(*object.state) : object.note, joined(holders),
                               object.path, fmt::format("{}", fmt::join(guards, "; "))});
                }
                run.print(table.text());
                if (!list.note.empty())
                    printLines(run, list.note);
                printUnseen(run, list.unseen);
            });
        };
    });

    auto *const pipes = app.add_subcommand("pipes", "Named pipes and mailslots: server, instances, clients");
    pipes->footer("Example:\n  ipclens-cli pipes");
    pipes->callback([&run] {
        run.action = [&run] {
            return printReply(run, ListPipes{}, [&run](const PipeList &list) {
                Table table({{"KIND"}, {"INSTANCES", true}, {"SERVER"}, {"CLIENTS"}, {"NAME"}});
                for (const NamedPipe &pipe : list.pipes) {
                    std::vector<std::string> clients;
                    for (const PipeEnd &end : pipe.ends)
                        if (!end.isServer)
                            clients.push_back(fmt::format("{}({})", end.processName, end.process.pid));
                    table.add({std::string(nameOf(pipe.kind)),
                               pipe.instances == 0 ? "?"
                               : pipe.maximum == 0 ? fmt::to_string(pipe.instances)
                                                   : fmt::format("{} of {}", pipe.instances, pipe.maximum),
                               pipe.server.pid == 0 ? "?" : fmt::format("{}({})", pipe.serverName, pipe.server.pid),
                               joined(clients), pipe.name});
                }
                run.print(table.text());
                if (list.unanswered > 0)
                    printLines(run, list.unanswered == 1
                                        ? "A file did not answer: somebody waits in a read or write of it"
                                        : fmt::format("{} files did not answer: somebody waits in a read or write of "
                                                      "them",
                                                      list.unanswered));
                if (list.notListed)
                    printLines(run, "Only pipes that a handle leads to: " + toText(*list.notListed));
                printUnseen(run, list.unseen);
            });
        };
    });
}

void addDoctorAndExplain(CLI::App &app, Run &run)
{
    auto *const doctor = app.add_subcommand("doctor", "What became of a name: looks in every session and directory");
    const auto ask = std::make_shared<DiagnoseName>();
    doctor->add_option("NAME", ask->text, "As the program gives it: plain, Local\\X, Global\\X or a full path")
        ->required()
        ->type_name("");
    doctor->add_option("--type", ask->type, "What it was meant to be (Section); \"\" for anything")
        ->capture_default_str();
    doctor->footer("Example:\n  ipclens-cli doctor MySharedMem");
    doctor->callback([&run, ask] {
        run.action = [&run, ask] {
            return printReply(run, *ask, [&run](const NameReport &report) {
                printLines(run, report.name + ": " + report.verdict);
                for (std::size_t i = 1; i < report.findings.size(); ++i)
                    printLines(run, "- " + report.findings[i].text);
                for (const NameFinding &finding : report.findings)
                    if (!finding.openAs.empty())
                        printLines(run, fmt::format("> open it as {}", finding.openAs));
                Table table({{"LOOKED"}, {"FOUND"}, {"PATH"}});
                for (const NameProbe &probe : report.probes)
                    table.add({probe.what, probe.found.empty() ? "-" : probe.found, probe.path});
                run.print(table.text());
                if (!report.note.empty())
                    printLines(run, report.note);
            });
        };
    });

    auto *const explaining = app.add_subcommand("explain", "Why something is refused, who may, and what would help");
    const auto target = std::make_shared<ExplainTarget>();
    explaining
        ->add_option_function<std::string>(
            "TARGET",
            [target](const std::string &text) {
                const auto parsed = parseExplainTarget(text);
                if (!parsed)
                    refuse("TARGET", toText(parsed.error()));
                *target = *parsed;
            },
            "process:PID, section:NAME, object:NAME, handle:PID/HANDLE or window:HANDLE")
        ->type_name("")
        ->required();
    explaining->footer("Example:\n  ipclens-cli explain process:1234");
    explaining->callback([&run, target] {
        run.action = [&run, target] {
            return printReply(run, Explain{*target},
                              [&run](const Explanation &explanation) { printLines(run, toText(explanation)); });
        };
    });
}

struct GraphRequest {
    ReadSharingMap command;
    MapFilter filter;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    bool dot = false;
    bool all = false;
};

void addGraph(CLI::App &app, Run &run)
{
    auto *const graph = app.add_subcommand("graph", "The map of who talks to whom: processes and what they share");
    const auto ask = std::make_shared<GraphRequest>();
    graph->add_flag("--dot", ask->dot, "As a Graphviz document");
    graph->add_flag("--all", ask->all, "Also what only one process uses");
    graph->add_option("--text", ask->filter.text, "Only nodes with this in their name, and their neighbours")
        ->type_name("TEXT");
    addNumber(*graph, "--most", ask->most, "Draws what is alike as one, until there are so many nodes");
    graph->footer("Example:\n  ipclens-cli graph --dot | dot -Tsvg > map.svg");
    graph->callback([&run, ask] {
        run.action = [&run, ask]() -> Result<void> {
            const auto whole = run.ask(ask->command);
            if (!whole)
                return Failure(whole.error());
            ask->filter.onlyShared = !ask->all;
            SharingMap map = grouped(filtered(*whole, ask->filter), ask->most);
            for (const std::string &note : map.notes)
                if (ask->dot)
                    Run::note(printable(note, std::string::npos));
            if (ask->dot) {
                run.print(toDot(map));
                return {};
            }
            if (run.json) {
                run.printJson(std::move(map));
                return {};
            }
            Table table({{"FROM"}, {"HOW"}, {"TO"}, {"DETAILS"}});
            for (const MapEdge &edge : map.edges) {
                const auto node = [&](const std::string &id) -> const MapNode & {
                    return *std::ranges::find(map.nodes, id, [](const MapNode &one) { return one.id; });
                };
                table.add({node(edge.from).label, std::string(nameOf(edge.kind)), node(edge.to).label,
                           edge.label.empty() ? node(edge.to).detail : edge.label});
            }
            run.print(table.text());
            for (const std::string &note : map.notes)
                printLines(run, note);
            return {};
        };
    });
}

} // namespace

void addSharingCommands(CLI::App &app, Run &run)
{
    addObjectCommands(app, run);
    addHandleCommands(app, run);
    addProcessCommand(app, run);
    addSharedDataCommand(app, run);
    addSyncAndPipes(app, run);
    addDoctorAndExplain(app, run);
    addGraph(app, run);
}

} // namespace ipclens
