// sequence: a capture as a diagram.
#include "app/cli/arguments.h"
#include "app/cli/capture_input.h"
#include "app/cli/run.h"
#include "core/traffic/sequence_diagram.h"

#include <CLI/CLI.hpp>

namespace ipclens {
namespace {

struct SequenceArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    SequenceDiagram::Form form = SequenceDiagram::Form::Text;
};

Result<void> showSequence(Run &run, const SequenceArguments &arguments)
{
    SequenceDiagram diagram(arguments.form);
    run.print(diagram.begin());
    CaptureTakers takers;
    takers.message = [&](const MessageView &message, const CaptureReader &) {
        run.print(diagram.add(message, timeText(message.time)));
        return Result<void>();
    };
    takers.pause = [&] { return run.flush(); };
    const auto read = readCapture(arguments.file, arguments.filter, takers);
    run.print(diagram.end());
    noteLosses(read);
    return read.outcome;
}

} // namespace

void addSequence(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("sequence", "Draws the messages of a capture as arrows between processes");
    command->footer("Examples:\n"
                    "  ipclens-cli sequence traffic.pcapng --filter \"data.id == 4\"\n"
                    "  ipclens-cli sequence traffic.pcapng --format mermaid > traffic.mmd");
    const auto arguments = std::make_shared<SequenceArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command->add_option("--filter", arguments->filterText, "Only what matches")->type_name("FILTER");
    command->add_option("--format", arguments->form, "text, mermaid or plantuml")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, SequenceDiagram::Form>{{"text", SequenceDiagram::Form::Text},
                                                         {"mermaid", SequenceDiagram::Form::Mermaid},
                                                         {"plantuml", SequenceDiagram::Form::PlantUml}}))
        ->default_str("text");
    command->callback([&run, arguments] {
        if (run.json)
            refuse("--json", "a diagram is text; \"export --format json\" gives the messages");
        arguments->filter = readFilter("--filter", arguments->filterText);
        run.action = [&run, arguments] { return showSequence(run, *arguments); };
    });
}

} // namespace ipclens
