// find and scan: looking through the memory of a source.
#include "app/cli/arguments.h"
#include "app/cli/run.h"
#include "app/cli/scan_instruction.h"
#include "app/cli/table.h"
#include "core/text/hex.h"
#include "core/text/number.h"
#include "core/text/typed_value.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace ipclens {
namespace {

struct FindArguments {
    SourceSpec source;
    FindBytes command;
    bool isText = false;
    bool isRegex = false;
    bool isNumber = false;
    bool all = false;
    bool big = false;
    std::optional<Address> from;
};

struct ScanArguments {
    SourceSpec source;
    StartScan command;
    bool big = false;
    std::vector<std::string> steps;
};

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return result;
}

// An enumerator by its name in any case.
template <class E>
E parseName(const std::string &option, const std::string &text)
{
    for (std::size_t i = 0;; ++i) {
        const auto name = nthName(enumeratorNames(E{}), i);
        if (name.empty())
            refuse(option, fmt::format("\"{}\" is none of {}", text, lower(enumeratorNames(E{}))));
        if (lower(name) == lower(text))
            return static_cast<E>(i);
    }
}

void addRegionOptions(CLI::App &command, RegionChoice &regions, AddressRange &range)
{
    command.add_flag_callback(
        "--no-private", [&regions] { regions.privateMemory = false; }, "Leaves out private memory");
    command.add_flag_callback(
        "--no-mapped", [&regions] { regions.mapped = false; }, "Leaves out mapped files and sections");
    command.add_flag_callback("--no-image", [&regions] { regions.image = false; }, "Leaves out programs and DLLs");
    command.add_flag("--writable", regions.writableOnly, "Only what the target can write");
    command
        .add_option_function<std::vector<std::string>>(
            "--range",
            [&range](const std::vector<std::string> &texts) {
                const auto begin = parseAddress(texts.at(0));
                if (!begin)
                    refuse("--range", toText(begin.error()));
                const auto size = parseSize(texts.at(1));
                if (!size)
                    refuse("--range", toText(size.error()));
                if (*size == 0 || *size > ~std::uint64_t{0} - *begin)
                    refuse("--range", *size == 0 ? "0 bytes is nothing" : "it goes beyond the last address");
                range = {*begin, *size};
            },
            "Only there")
        ->expected(2)
        ->allow_extra_args(false) // else "[x]" is taken apart
        ->type_name("ADDRESS SIZE");
}

void addType(CLI::App &command, std::function<void(ValueType)> take, const std::string &description)
{
    command
        .add_option_function<std::string>(
            "--type", [take](const std::string &text) { take(parseName<ValueType>("--type", text)); }, description)
        ->type_name("TYPE");
}

// The first bytes of each match, as they are now. Empty where they cannot be read.
std::vector<MemoryImage> readBeginnings(Run &run, SourceId source, std::span<const AddressRange> matches)
{
    constexpr std::uint64_t most = 16;
    constexpr std::size_t atOnce = 1000;
    std::vector<MemoryImage> images;
    for (std::size_t done = 0; done < matches.size(); done += atOnce) {
        ReadMemory command{.source = source};
        for (const AddressRange &match : matches.subspan(done, std::min(atOnce, matches.size() - done)))
            command.ranges.push_back({match.begin, std::min(match.size, most)});
        auto reply = run.ask(std::move(command));
        if (!reply)
            break; // it is only for show
        std::ranges::move(reply->images, std::back_inserter(images));
    }
    images.resize(matches.size());
    return images;
}

Result<void> find(Run &run, FindArguments &arguments)
{
    const auto opened = run.ask(OpenSource{.spec = arguments.source});
    if (!opened)
        return Failure(opened.error());
    FindBytes &command = arguments.command;
    command.source = opened->source;
    command.from = arguments.from.value_or(command.backwards ? ~Address{0} : 0);
    auto reply = run.ask(command);
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJson(std::move(*reply));
        return {};
    }
    const auto images = readBeginnings(run, opened->source, reply->matches);
    for (std::size_t i = 0; i < images.size(); ++i) {
        const AddressRange &match = reply->matches[i];
        run.print(fmt::format("{:08x}  {}{}\n", match.begin,
                              images[i].unreadable.empty() ? toHex(images[i].bytes, " ") : "??",
                              match.size > images[i].bytes.size() ? fmt::format(" ... ({} bytes)", match.size) : ""));
    }
    Run::note(fmt::format(
        "{}{} found in {}{}{}", reply->more ? "the first " : "", reply->matches.size(), sizeText(reply->searched),
        reply->unreadable > 0 ? fmt::format(", {} could not be read", sizeText(reply->unreadable)) : "",
        reply->more ? "; --limit or --all for more" : ""));
    return {};
}

void addFind(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("find", "Finds bytes, text, numbers or a regular expression in memory");
    command->footer(
        "PATTERN is hex, where ? stands for any half byte, unless an option says otherwise.\n"
        "Regular expressions are over bytes: . [] | () * + ? {} \\xNN \\d \\w \\s; no ^ $ and look-around.\n\n"
        "Examples:\n"
        "  ipclens-cli find process:1234 \"4d 5a ?? 00\"\n"
        "  ipclens-cli find section:MySharedMem hello --text --encoding utf16 --ignore-case --all\n"
        "  ipclens-cli find process:1234 3.14 --type f32 --tolerance 0.01\n"
        "  ipclens-cli find process:1234 \"https?://[\\\\x21-\\\\x7e]+\" --regex --limit 20");
    const auto arguments = std::make_shared<FindArguments>();
    FindBytes &find = arguments->command;
    addSource(*command, arguments->source);
    command->add_option("PATTERN", find.pattern.text, "What to look for")->required()->type_name("");
    command->add_flag("--text", arguments->isText, "PATTERN is text");
    command->add_flag("--regex", arguments->isRegex, "PATTERN is a regular expression");
    addType(
        *command,
        [arguments](ValueType type) {
            arguments->isNumber = true;
            arguments->command.pattern.type = type;
        },
        "PATTERN is a number: u8, i8, u16, i16, u32, i32, u64, i64, f32 or f64");
    command
        ->add_option_function<std::string>(
            "--encoding",
            [arguments](const std::string &text) {
                arguments->command.pattern.encoding = parseName<TextEncoding>("--encoding", text);
            },
            "Of text: ascii, latin1, utf8, utf16 or utf32")
        ->type_name("ENCODING");
    command->add_flag("--ignore-case", find.pattern.foldCase, "Upper and lower case are the same");
    command->add_flag("--big-endian", arguments->big, "Of numbers, UTF-16 and UTF-32");
    command->add_option("--tolerance", find.pattern.tolerance, "Numbers this far away are found, too")
        ->type_name("NUMBER");
    command->add_option("--alignment", find.alignment, "Of the addresses: 1, 2, 4 or 8")->type_name("BYTES");
    command->add_flag("--all", arguments->all, "Every match, at most 100,000; without it the first");
    command->add_option("--limit", find.limit, "So many matches at most")->type_name("NUMBER");
    command
        ->add_option_function<std::string>(
            "--from",
            [arguments](const std::string &text) {
                const auto address = parseAddress(text);
                if (!address)
                    refuse("--from", toText(address.error()));
                arguments->from = *address;
            },
            "Matches that begin there or behind (backwards: before)")
        ->type_name("ADDRESS");
    command->add_flag("--backwards", find.backwards, "From the end, or from --from");
    addRegionOptions(*command, find.regions, find.range);
    command->callback([&run, arguments] {
        FindBytes &find = arguments->command;
        if (arguments->isText + arguments->isRegex + arguments->isNumber > 1)
            refuse("PATTERN", "it is one of --text, --regex and --type");
        find.pattern.kind = arguments->isText     ? PatternKind::Text
                            : arguments->isRegex  ? PatternKind::Regex
                            : arguments->isNumber ? PatternKind::Number
                                                  : PatternKind::Hex;
        find.pattern.order = arguments->big ? ByteOrder::Big : ByteOrder::Little;
        if (arguments->all)
            find.limit = 100'000;
        run.action = [&run, arguments] { return ipclens::find(run, *arguments); };
    });
}

// One scan, step by step.
class ScanRun {
public:
    ScanRun(Run &run, const ScanArguments &arguments) : m_run(run), m_command(arguments.command) {}

    Result<void> start(const SourceSpec &source)
    {
        const auto opened = m_run.ask(OpenSource{.spec = source});
        if (!opened)
            return Failure(opened.error());
        m_command.source = opened->source;
        return take(m_run.ask(m_command));
    }

    // False: the user wants no more.
    Result<bool> step(std::string_view line)
    {
        const auto parsed = parseScanInstruction(line);
        if (!parsed)
            return Failure(parsed.error());
        switch (parsed->kind) {
        case ScanInstruction::Kind::Nothing: return true;
        case ScanInstruction::Kind::Quit: return false;
        case ScanInstruction::Kind::Pause: return pause(parsed->seconds);
        case ScanInstruction::Kind::List: return then(list(parsed->count));
        case ScanInstruction::Kind::Undo: return then(take(m_run.ask(UndoScan{m_status.scan})));
        case ScanInstruction::Kind::Narrow: break;
        }
        ScanTerms terms = parsed->terms;
        terms.tolerance = m_command.terms.tolerance;
        return then(take(m_run.ask(NarrowScan{.scan = m_status.scan, .terms = std::move(terms)})));
    }

    Result<void> list(std::uint64_t count)
    {
        constexpr std::uint32_t atOnce = 1000;
        Table table({{"Address"}, {"Before", true}, {"Now", true}});
        for (std::uint64_t done = 0; done < count;) {
            auto reply = m_run.ask(ReadScan{
                m_status.scan, done, static_cast<std::uint32_t>(std::min<std::uint64_t>(atOnce, count - done))});
            if (!reply)
                return Failure(std::move(reply.error()));
            const std::size_t rows = reply->rows.size();
            for (const ScanRow &row : reply->rows)
                table.add({fmt::format("{:08x}", row.address), valueText(row.before),
                           row.now ? valueText(*row.now) : "cannot be read"});
            if (m_run.json)
                m_run.printJson(std::move(*reply));
            done += rows;
            if (rows < atOnce)
                break;
        }
        if (!m_run.json)
            m_run.print(table.text());
        return m_run.flush();
    }

private:
    static Result<bool> then(Result<void> done)
    {
        if (!done)
            return Failure(std::move(done.error()));
        return true;
    }

    Result<void> take(Result<ScanStatus> status)
    {
        if (!status)
            return Failure(std::move(status.error()));
        m_status = *status;
        if (m_run.json)
            m_run.printJson(*status);
        else
            m_run.print(fmt::format("{} {} in {}{}\n", m_status.matches, m_status.matches == 1 ? "match" : "matches",
                                    sizeText(m_status.scanned),
                                    m_status.unreadable > 0
                                        ? fmt::format(", {} could not be read", sizeText(m_status.unreadable))
                                        : ""));
        return m_run.flush();
    }

    // Ends early with the session.
    Result<bool> pause(double seconds)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                                std::chrono::duration<double>(seconds));
        Event event;
        for (;;) {
            switch (m_run.events().next(event, end)) {
            case EventQueue::Wake::Deadline: return true;
            case EventQueue::Wake::Poked:
            case EventQueue::Wake::Event: break;
            case EventQueue::Wake::Lost: return Failure(m_run.events().lostError());
            case EventQueue::Wake::Interrupted:
            case EventQueue::Wake::Finished: return false;
            }
        }
    }

    std::string valueText(const Bytes &bytes) const
    {
        return m_command.type ? formatTyped(kindOf(*m_command.type), m_command.order, bytes) : toHex(bytes, " ");
    }

    Run &m_run;
    StartScan m_command;
    ScanStatus m_status;
};

Result<void> scan(Run &run, const ScanArguments &arguments)
{
    constexpr std::uint64_t shown = 20;
    ScanRun scan(run, arguments);
    if (auto started = scan.start(arguments.source); !started)
        return started;
    if (!arguments.steps.empty()) {
        bool isListed = false;
        for (const std::string &step : arguments.steps) {
            isListed = step.starts_with("list");
            const auto goesOn = scan.step(step);
            if (!goesOn)
                return Failure(goesOn.error());
            if (!*goesOn)
                return {};
        }
        return isListed ? Result<void>() : scan.list(shown);
    }
    for (std::string line; std::getline(std::cin, line);) {
        const auto goesOn = scan.step(line);
        if (!goesOn && goesOn.error().kind == ErrorKind::Disconnected)
            return Failure(goesOn.error());
        if (!goesOn)
            run.complain(goesOn.error()); // the next line may be right
        else if (!*goesOn)
            break;
    }
    return {};
}

void addScan(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("scan", "Looks for values, then keeps those that changed as one knows they did");
    command->footer("STEPs are taken one after another; without any they are read from standard input, a line each:\n"
                    "  changed, unchanged, increased, decreased, increased N, decreased N,\n"
                    "  = N, != N, > N, < N, N .. M, undo, list [COUNT], pause SECONDS, quit\n\n"
                    "Examples:\n"
                    "  ipclens-cli scan process:1234 --type u32 --value 42\n"
                    "  ipclens-cli scan process:1234 --type f32 --unknown \"pause 2\" decreased \"pause 2\" unchanged\n"
                    "  ipclens-cli scan section:MySharedMem --bytes \"4d 5a ?? 00\" list");
    const auto arguments = std::make_shared<ScanArguments>();
    StartScan &scan = arguments->command;
    addSource(*command, arguments->source);
    command->add_option("STEP", arguments->steps, "What to do next")->type_name("");
    addType(*command, [arguments](ValueType type) { arguments->command.type = type; },
            "u8, i8, u16, i16, u32, i32, u64, i64, f32 or f64");
    auto *const terms = command->add_option_group("First scan", "One of");
    const auto add = [terms, arguments](const std::string &name, ScanComparison comparison,
                                        const std::string &description) {
        terms
            ->add_option_function<std::string>(
                name,
                [arguments, comparison](const std::string &text) {
                    arguments->command.terms.comparison = comparison;
                    arguments->command.terms.value = text;
                },
                description)
            ->type_name("VALUE");
    };
    add("--value", ScanComparison::Exact, "Equal to it");
    add("--not", ScanComparison::NotEqual, "Not equal to it");
    add("--greater", ScanComparison::Greater, "Greater");
    add("--less", ScanComparison::Less, "Less");
    terms
        ->add_option_function<std::vector<std::string>>(
            "--between",
            [arguments](const std::vector<std::string> &texts) {
                arguments->command.terms.comparison = ScanComparison::Between;
                arguments->command.terms.value = texts.at(0);
                arguments->command.terms.upper = texts.at(1);
            },
            "From one to the other, both included")
        ->expected(2)
        ->allow_extra_args(false)
        ->type_name("VALUE VALUE");
    terms->add_flag_callback(
        "--unknown", [arguments] { arguments->command.terms.comparison = ScanComparison::Unknown; },
        "Everything, to be narrowed by how it changes");
    auto *const bytes =
        terms
            ->add_option_function<std::string>(
                "--bytes", [arguments](const std::string &text) { arguments->command.terms.value = text; },
                "These bytes, in place of a type: hex, ? for any half byte")
            ->type_name("HEX");
    terms->require_option(1);
    command->add_option("--tolerance", scan.terms.tolerance, "Of floats: this far away is still equal")
        ->type_name("NUMBER");
    command->add_option("--alignment", scan.alignment, "Of the addresses: 1, 2, 4 or 8; else the type's size")
        ->type_name("BYTES");
    command->add_flag("--big-endian", arguments->big, "Most significant byte first");
    addRegionOptions(*command, scan.regions, scan.range);
    command->callback([&run, arguments, bytes] {
        if (bytes->count() > 0 && arguments->command.type)
            refuse("--bytes", "bytes have no --type");
        if (bytes->count() == 0 && !arguments->command.type)
            refuse("--type", "values have a type, as u32 or f32");
        arguments->command.order = arguments->big ? ByteOrder::Big : ByteOrder::Little;
        for (const std::string &step : arguments->steps)
            if (const auto parsed = parseScanInstruction(step); !parsed)
                refuse("STEP", toText(parsed.error()));
        run.action = [&run, arguments] { return ipclens::scan(run, *arguments); };
    });
}

} // namespace

void addSearchCommands(CLI::App &app, Run &run)
{
    addFind(app, run);
    addScan(app, run);
}

} // namespace ipclens
