// watch: what changes in a source.
#include "app/cli/arguments.h"
#include "app/cli/piece_reader.h"
#include "app/cli/run.h"
#include "core/text/hex.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstring>

namespace ipclens {
namespace {

struct WatchArguments {
    SourceSpec source;
    Address address = 0;
    std::uint64_t length = 0;
    double rate = 10;
    std::uint64_t count = 0;
    double duration = 0;
};

// Keeps what was last seen, and prints of each update the rows of 16 bytes that are not as they were.
class RowPrinter {
public:
    RowPrinter(Run &run, AddressRange range) : m_run(run)
    {
        m_last.address = range.begin;
        m_last.bytes.resize(range.size);
        m_known.resize(range.size);
    }

    void print(const WatchUpdate &update)
    {
        m_run.print(fmt::format("{} sample {}{}\n", timeText(update.time), update.tick,
                                update.missed > 0 ? fmt::format(" ({} missed so far)", update.missed) : ""));
        for (const auto &image : update.changed)
            printRows(image);
    }

private:
    enum : std::uint8_t { Never, Unreadable, Readable };

    void printRows(const MemoryImage &image)
    {
        constexpr std::uint64_t columns = 16;
        const Address end = image.range().end();
        for (Address row = image.address; row < end;) {
            const Address next = std::min(end, (row | (columns - 1)) + 1);
            const MemoryImage piece = slice(image, {row, next - row});
            if (remember(piece))
                m_run.print(hexDump(piece));
            row = next;
        }
    }

    // Whether anything is different from what was known.
    bool remember(const MemoryImage &piece)
    {
        bool isNew = false;
        for (std::size_t i = 0; i < piece.bytes.size(); ++i) {
            const Address address = piece.address + i;
            if (!m_last.range().contains(address))
                continue;
            const std::size_t at = address - m_last.address;
            const std::uint8_t known = piece.isReadable(address) ? Readable : Unreadable;
            isNew = isNew || m_known[at] != known || m_last.bytes[at] != piece.bytes[i];
            m_known[at] = known;
            m_last.bytes[at] = piece.bytes[i];
        }
        return isNew;
    }

    Run &m_run;
    MemoryImage m_last;
    std::vector<std::uint8_t> m_known;
};

Result<void> watch(Run &run, const WatchArguments &arguments)
{
    const auto opened = run.ask(OpenSource{.spec = arguments.source});
    if (!opened)
        return Failure(opened.error());
    run.endOnInterrupt();
    const AddressRange range{arguments.address, arguments.length};
    const auto started = run.ask(StartWatch{.source = opened->source, .ranges = {range}, .rate = arguments.rate});
    if (!started)
        return Failure(started.error());

    std::optional<EventQueue::Time> deadline;
    if (arguments.duration > 0)
        deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                          std::chrono::duration<double>(arguments.duration));
    RowPrinter rows(run, range);
    std::uint64_t count = 0;
    std::uint64_t missed = 0;
    Event event;
    while (arguments.count == 0 || count < arguments.count) {
        const auto wake = run.events().next(event, deadline);
        if (wake == EventQueue::Wake::Lost)
            return Failure(run.events().lostError());
        if (wake != EventQueue::Wake::Event)
            break;
        const auto *const update = std::get_if<WatchUpdate>(&event);
        if (update == nullptr || update->watch != started->watch)
            continue;
        ++count;
        missed = update->missed;
        if (run.json)
            run.print(toJson(event) + '\n');
        else if (update->failure && update->failure->kind != ErrorKind::Exited) // that is told once, at the end
            Run::note("cannot be read: " + toText(*update->failure));
        else if (!update->failure)
            rows.print(*update);
        if (const auto flushed = run.flush(); !flushed)
            return flushed;
        if (update->failure && update->failure->kind == ErrorKind::Exited)
            return Failure(*update->failure); // it will not come back
    }
    if (missed > 0)
        Run::note(fmt::format("{} samples were missed: reading or printing took too long", missed));
    return {};
}

} // namespace

void addWatchCommand(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("watch", "Shows what changes in memory, until Ctrl+C");
    command->footer("First everything, then only rows in which something changed.\n\n"
                    "Example:\n  ipclens-cli watch section:MySharedMem 0 256 --hz 4");
    const auto arguments = std::make_shared<WatchArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->address);
    addSize(*command, "LENGTH", arguments->length, "Bytes");
    command->add_option("--hz", arguments->rate, "Samples a second")
        ->check(CLI::Range(0.1, 1000.0))
        ->capture_default_str();
    command->add_option("--count", arguments->count, "Ends after so many changes");
    command->add_option("--duration", arguments->duration, "Ends after so many seconds")->check(CLI::NonNegativeNumber);
    command->callback([&run, arguments] {
        constexpr std::uint64_t most = 64 << 20;
        if (arguments->length > most)
            refuse("LENGTH", "at most 64M can be watched");
        if (arguments->length > ~std::uint64_t{0} - arguments->address)
            refuse("LENGTH", "goes beyond the last address");
        run.action = [&run, arguments] { return watch(run, *arguments); };
    });
}

} // namespace ipclens
