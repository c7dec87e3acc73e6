// ps, modules, shared, objects, sections, windows, host: what there is.
#include "app/cli/arguments.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/text/source_spec.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipclens {
namespace {

// Asks, and prints the reply's only list: as JSON, or as the table that `tabulate` makes of the reply.
template <class Command, class Tabulate>
Result<void> printList(Run &run, Command command, Tabulate tabulate)
{
    auto reply = run.ask(std::move(command));
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json)
        run.printJsonList(std::move(*reply));
    else
        run.print(tabulate(*reply).text());
    return {};
}

Table tableOf(const ProcessList &list)
{
    Table table({{"PID", true},
                 {"PARENT", true},
                 {"ARCH"},
                 {"SESSION", true},
                 {"WINDOWS", true},
                 {"MEMORY", true},
                 {"NAME"},
                 {"PATH"}});
    for (const auto &process : list.processes)
        table.add({fmt::to_string(process.key.pid), fmt::to_string(process.parent), process.architecture,
                   fmt::to_string(process.session), fmt::to_string(process.windows), sizeText(process.memory),
                   process.name + (process.isSelf ? " (this session)" : ""), process.path});
    return table;
}

Table tableOf(const ModuleList &list)
{
    Table table({{"BASE"}, {"SIZE", true}, {"NAME"}, {"PATH"}});
    for (const auto &module : list.modules)
        table.add({hexNumber(module.range.begin), sizeText(module.range.size), module.name, module.path});
    return table;
}

Table tableOf(const SharedSectionList &list, ProcessKey process)
{
    Table table({{"SOURCE"}, {"BASE"}, {"SIZE", true}, {"FLAGS"}, {"EXPORTS"}});
    for (const auto &shared : list.sections) {
        const SourceSpec source{
            .kind = SourceKind::SharedSection, .process = process, .module = shared.module, .section = shared.section};
        std::vector<std::string> exports;
        for (const auto &exported : shared.exports)
            exports.push_back(fmt::format("{}+0x{:x}",
                                          exported.name.empty() ? fmt::format("#{}", exported.ordinal) : exported.name,
                                          exported.offset));
        table.add({toText(source), hexNumber(shared.range.begin), sizeText(shared.range.size),
                   hexNumber(shared.characteristics), fmt::format("{}", fmt::join(exports, ", "))});
    }
    return table;
}

Table tableOfSections(const ObjectList &list)
{
    Table table({{"NAME"}, {"SIZE", true}, {"ATTRIBUTES"}, {"PATH"}, {"NOTE"}});
    for (const auto &object : list.objects) {
        const auto &section = object.section;
        table.add({object.name, section ? sizeText(section->size) : "?",
                   section ? fmt::format("{}", fmt::join(section->attributeNames, " ")) : "", object.path,
                   object.note});
    }
    return table;
}

Table tableOf(const ObjectList &list)
{
    Table table({{"TYPE"}, {"PATH"}, {"DETAILS"}});
    for (const auto &object : list.objects) {
        std::string details = object.note;
        if (!object.target.empty())
            details = "-> " + object.target;
        else if (object.section)
            details = sizeText(object.section->size);
        table.add({object.type, object.path, details});
    }
    return table;
}

Table tableOf(const WindowList &list)
{
    Table table({{"WINDOW"}, {"PID", true}, {"PROCESS"}, {"THREAD", true}, {"STATE"}, {"CLASS"}, {"TITLE"}});
    for (const auto &window : list.windows)
        table.add({hexNumber(window.handle), fmt::to_string(window.process.pid), window.processName,
                   fmt::to_string(window.thread),
                   window.messageOnly ? "message-only"
                   : window.visible   ? "visible"
                                      : "hidden",
                   window.className, window.title});
    return table;
}

void addProcessLists(CLI::App &app, Run &run)
{
    auto *const ps = app.add_subcommand("ps", "Processes");
    ps->footer("Example:\n  ipclens-cli ps --json");
    ps->callback([&run] {
        run.action = [&run] { return printList(run, ListProcesses{}, [](auto &list) { return tableOf(list); }); };
    });

    auto *const modules = app.add_subcommand("modules", "Modules loaded in a process");
    modules->footer("Example:\n  ipclens-cli modules 1234");
    const auto process = std::make_shared<ProcessKey>();
    addPid(*modules, *process);
    modules->callback([&run, process] {
        run.action = [&run, process] {
            return printList(run, ListModules{*process}, [](auto &list) { return tableOf(list); });
        };
    });

    auto *const shared =
        app.add_subcommand("shared", "Sections of a process's modules that all processes share which load them");
    shared->footer(
        "The SOURCE column is what read, write, watch and regions take.\n\nExample:\n  ipclens-cli shared 1234");
    addPid(*shared, *process);
    shared->callback([&run, process] {
        run.action = [&run, process] {
            return printList(run, ListSharedSections{*process}, [&](auto &list) { return tableOf(list, *process); });
        };
    });
}

void addObjectLists(CLI::App &app, Run &run)
{
    const auto command = std::make_shared<ListObjects>();
    auto *const objects = app.add_subcommand("objects", "Named kernel objects, from the root of the namespace");
    objects->add_option("--type", command->type, "Only this type: Section, Mutant, Event, ...");
    auto *const sections = app.add_subcommand("sections", "Named sections (file mappings)");
    for (auto *const list : {objects, sections})
        list->add_flag("--wine", command->includeWine, "Wine's own objects, too");
    objects->footer("Example:\n  ipclens-cli objects --type Mutant");
    sections->footer("Example:\n  ipclens-cli sections --json");
    objects->callback([&run, command] {
        run.action = [&run, command] { return printList(run, *command, [](auto &list) { return tableOf(list); }); };
    });
    sections->callback([&run, command] {
        command->type = "Section";
        run.action = [&run, command] {
            return printList(run, *command, [](auto &list) { return tableOfSections(list); });
        };
    });
}

} // namespace

void addListCommands(CLI::App &app, Run &run)
{
    addProcessLists(app, run);
    addObjectLists(app, run);

    auto *const windows = app.add_subcommand("windows", "Top-level and message-only windows");
    windows->footer("Examples:\n  ipclens-cli windows\n  ipclens-cli windows --at 640 400");
    const auto point = std::make_shared<std::vector<std::int32_t>>();
    const auto innermost = std::make_shared<bool>(false);
    auto *const at = windows->add_option("--at", *point, "Only the window in front at that point of the screen, in physical pixels")
                         ->type_name("X Y")
                         ->expected(2);
    windows->add_flag("--innermost", *innermost, "The child window there, not the top-level window it is in")->needs(at);
    windows->callback([&run, point, innermost] {
        run.action = [&run, point, innermost]() -> Result<void> {
            if (point->empty())
                return printList(run, ListWindows{}, [](auto &list) { return tableOf(list); });
            auto window = run.ask(FindWindowAt{.x = (*point)[0], .y = (*point)[1], .innermost = *innermost});
            if (!window)
                return Failure(std::move(window.error()));
            WindowList list{{std::move(*window)}};
            if (run.json)
                run.printJsonList(std::move(list));
            else
                run.print(tableOf(list).text());
            return {};
        };
    });

    auto *const regions =
        app.add_subcommand("regions", "Regions of a source: state, protection, type, what is mapped there");
    regions->footer("PROT: r read, w write, c copy-on-write, x execute, +g guard page.\n\nExample:\n  ipclens-cli "
                    "regions process:1234");
    const auto source = std::make_shared<SourceSpec>();
    addSource(*regions, *source);
    regions->callback([&run, source] {
        run.action = [&run, source]() -> Result<void> {
            const auto opened = run.ask(OpenSource{.spec = *source});
            if (!opened)
                return Failure(opened.error());
            return printList(run, ListRegions{opened->source}, [](const RegionList &list) {
                Table table({{"BEGIN"}, {"END"}, {"SIZE", true}, {"STATE"}, {"PROT"}, {"TYPE"}, {"MAPPED"}});
                for (const auto &region : list.regions)
                    table.add({hexNumber(region.range.begin), hexNumber(region.range.end()),
                               sizeText(region.range.size), std::string(nameOf(region.state)),
                               toText(region.protection), std::string(nameOf(region.type)), region.mapped});
                return table;
            });
        };
    });
}

} // namespace ipclens
