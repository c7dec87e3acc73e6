// ipclens-demo: the textbook pair of programs that talk through shared memory, a shared DLL section, window messages
// and each other's memory. What they share is described in shared_layout.h.
#include "app/demo/platform.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace ipclens::demo {
namespace {

int run(int argc, char **argv)
{
    CLI::App app("The textbook pair of IPC programs, to try ipclens on. Ends on Ctrl+C and when a pipe as standard "
                 "input closes.",
                 "ipclens-demo");
    app.require_subcommand(1);
    Options options{.title = "Receive"};
    auto *const producing =
        app.add_subcommand("produce", "Updates the shared memories 50 times a second and sends messages");
    auto *const consuming =
        app.add_subcommand("consume", "Shows the shared memories and receives messages in a window");
    for (auto *const command : {producing, consuming}) {
        command->add_option("--duration", options.duration, "Seconds to run; 0: until told to end")
            ->check(CLI::NonNegativeNumber);
        command->add_option("--title", options.title, "Title of the receiving window")->capture_default_str();
        command->add_flag("--quiet", options.quiet, "Print only READY, DONE, what others changed, and warnings");
    }
    producing
        ->add_option("--rate", options.rate,
                     "WM_COPYDATA messages a second on average, in slow waves; 0: as fast as they go")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    producing->add_option("--seed", options.seed, "Of the random sizes and content")->capture_default_str();
    producing->add_option(
        "--count", options.count,
        "Ends after so many WM_COPYDATA messages (each to all receiving windows); exit code 1 when one failed");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        const Stop stop;
        return producing->parsed() ? produce(options, stop) : consume(options, stop);
    } catch (const std::exception &failure) {
        std::fprintf(stderr, "ipclens-demo: %s\n", failure.what());
        return 1;
    }
}

} // namespace
} // namespace ipclens::demo

int main(int argc, char **argv)
{
    return ipclens::demo::run(argc, argv);
}
