// create and alloc: memory that was not there before.
#include "app/cli/arguments.h"
#include "app/cli/run.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipclens {
namespace {

constexpr std::string_view holdDescription = "Keeps it until standard input ends or Ctrl+C";

struct AllocateArguments {
    ProcessKey process;
    std::uint64_t size = 0;
    bool hold = false;
};

Result<void> create(Run &run, const SectionRequest &request, bool hold)
{
    if (hold)
        run.endOnInterrupt();
    auto reply = run.ask(CreateSection{request});
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJson(std::move(*reply));
    } else {
        const auto &section = reply->section;
        run.print(fmt::format("created {}: {} bytes{}\n", reply->name, section ? section->size : reply->extent.size,
                              section ? fmt::format(", {}", fmt::join(section->attributeNames, " ")) : ""));
    }
    if (const auto flushed = run.flush(); !flushed)
        return flushed;
    if (!hold) {
        Run::note("it ends with this command unless another process has opened it; --hold keeps it");
        return {};
    }
    run.endOnInput();
    return run.hold();
}

Result<void> allocate(Run &run, const AllocateArguments &arguments)
{
    if (arguments.hold)
        run.endOnInterrupt();
    const SourceSpec process{.kind = SourceKind::Process, .process = arguments.process};
    const auto opened = run.ask(OpenSource{process, Access::ReadWrite});
    if (!opened)
        return Failure(opened.error());
    const auto block = run.ask(AllocateMemory{opened->source, arguments.size});
    if (!block)
        return Failure(block.error());
    if (run.json)
        run.printJson(*block);
    else
        run.print(fmt::format("{}: {} bytes at 0x{:x}\n", opened->name, arguments.size, block->address));
    if (const auto flushed = run.flush(); !flushed)
        return flushed;
    if (!arguments.hold) {
        Run::note("it stays in that process until the process ends; --hold frees it at the end");
        return {};
    }
    run.endOnInput();
    if (const auto held = run.hold(); !held)
        return held;
    const auto freed = run.ask(FreeMemory{opened->source, block->address});
    return freed ? Result<void>() : Failure(freed.error());
}

// By name, whatever the case of its letters.
std::optional<SectionProtection> protectionOf(const std::string &text)
{
    const auto lower = [](std::string_view name) { return CLI::detail::to_lower(std::string(name)); };
    for (std::uint8_t i = 0; !nameOf(SectionProtection{i}).empty(); ++i) {
        if (lower(nameOf(SectionProtection{i})) == lower(text))
            return SectionProtection{i};
    }
    return std::nullopt;
}

void addCreate(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("create", "Creates a named section (file mapping); never opens an existing one");
    command->footer("Examples:\n"
                    "  ipclens-cli create Local\\Scratch 64K --hold\n"
                    "  ipclens-cli create Global\\Big 5G --reserve --protect ReadOnly");
    const auto request = std::make_shared<SectionRequest>();
    const auto hold = std::make_shared<bool>(false);
    command->add_option("NAME", request->name, "Plain, Local\\X, Global\\X, or a full path starting with a backslash")
        ->required()
        ->type_name("");
    addSize(*command, "SIZE", request->size, "Bytes");
    const auto takeProtection = [request](const std::string &text) {
        const auto protection = protectionOf(text);
        if (!protection)
            refuse("--protect", fmt::format("\"{}\" is none of {}", text, enumeratorNames(SectionProtection{})));
        request->protection = *protection;
    };
    command->add_option_function<std::string>("--protect", takeProtection, "Protection of its pages")
        ->type_name("ReadOnly|ReadWrite|WriteCopy|ExecuteRead|ExecuteReadWrite")
        ->default_str("ReadWrite");
    command->add_flag("--reserve", request->reserve, "Only reserved (SEC_RESERVE): pages are committed one by one");
    command->add_flag("--hold", *hold, std::string(holdDescription));
    command->callback([&run, request, hold] {
        if (request->name.empty())
            refuse("NAME", "a name is needed");
        run.action = [&run, request, hold] { return create(run, *request, *hold); };
    });
}

void addAlloc(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("alloc", "Commits read-write memory in a process");
    command->footer("Example:\n  ipclens-cli alloc 1234 4K --hold");
    const auto arguments = std::make_shared<AllocateArguments>();
    addPid(*command, arguments->process);
    addSize(*command, "SIZE", arguments->size, "Bytes, rounded up to pages");
    command->add_flag("--hold", arguments->hold, std::string(holdDescription) + ", then frees it");
    command->callback([&run, arguments] { run.action = [&run, arguments] { return allocate(run, *arguments); }; });
}

} // namespace

void addCreatingCommands(CLI::App &app, Run &run)
{
    addCreate(app, run);
    addAlloc(app, run);
}

} // namespace ipclens
