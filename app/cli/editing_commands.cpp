// eval, locate, snapshot, diff, freeze: around looking at and editing memory.
#include "app/cli/arguments.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/text/hex.h"
#include "core/text/typed_value.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>


namespace ipclens {
namespace {

// eval and locate. ----------------------------------------------------------------------------------------------------

struct AddressArguments {
    SourceSpec source;
    std::string text;
};

Result<void> evaluate(Run &run, const SourceSpec &source, const std::string &text)
{
    const auto opened = run.ask(OpenSource{.spec = source});
    if (!opened)
        return Failure(opened.error());
    auto reply = run.ask(EvaluateAddress{.source = opened->source, .text = text});
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJson(std::move(*reply));
        return {};
    }
    for (const auto &step : reply->steps)
        Run::note(step);
    run.print(fmt::format("0x{:x}\n", reply->address));
    return {};
}

Result<void> locate(Run &run, const SourceSpec &source, const std::string &text)
{
    const auto opened = run.ask(OpenSource{.spec = source});
    if (!opened)
        return Failure(opened.error());
    const auto address = addressIn(run, opened->source, text);
    if (!address)
        return Failure(address.error());
    auto reply = run.ask(LocateAddresses{opened->source, {*address}});
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJsonList(std::move(*reply));
        return {};
    }
    Table table({{"ADDRESS"}, {"READABLE"}, {"PLACE"}});
    for (const auto &place : reply->places)
        table.add({hexNumber(place.address), place.isReadable ? "yes" : "no",
                   place.text.empty() ? "nothing is there" : place.text});
    run.print(table.text());
    return {};
}

void addEval(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("eval", "Evaluates an address expression");
    command->footer(
        "Numbers are hex, 0n10 is decimal. Names are modules, module!export, module/section and mapped files;\n"
        "[ADDRESS] is the pointer stored there, u32[ADDRESS] a number of 32 bits.\n\n"
        "Examples:\n"
        "  ipclens-cli eval process:1234 \"[[demo.exe+10]+8]+4\"\n"
        "  ipclens-cli eval process:1234 demo.dll/.MYSEC");
    const auto arguments = std::make_shared<AddressArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->text);
    command->callback([&run, arguments] {
        run.action = [&run, arguments] { return evaluate(run, arguments->source, arguments->text); };
    });
}

void addLocate(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("locate", "Tells what lies at an address: module, section, mapped file");
    command->footer("Example:\n  ipclens-cli locate process:1234 \"[7ff61010]\"");
    const auto arguments = std::make_shared<AddressArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->text);
    command->callback([&run, arguments] {
        run.action = [&run, arguments] { return locate(run, arguments->source, arguments->text); };
    });
}

// snapshot and diff. --------------------------------------------------------------------------------------------------

struct SnapshotArguments {
    SourceSpec source;
    std::string path;
    bool replace = false;
};

Result<void> saveSnapshot(Run &run, const SnapshotArguments &arguments)
{
    const auto opened = run.ask(OpenSource{.spec = arguments.source});
    if (!opened)
        return Failure(opened.error());
    auto reply = run.ask(SaveSnapshot{.source = opened->source, .path = arguments.path, .replace = arguments.replace});
    if (!reply)
        return Failure(std::move(reply.error()));
    if (run.json) {
        run.printJson(std::move(*reply));
        return {};
    }
    for (const auto &range : reply->unreadable)
        Run::note(
            fmt::format("could not be read: 0x{:x}..0x{:x} ({} bytes)", range.begin, range.end() - 1, range.size));
    run.print(fmt::format("{}: {} in {} regions\n", reply->path, sizeText(reply->bytes), reply->regions));
    return {};
}

void addSnapshot(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("snapshot", "Saves the readable memory of a source, to be opened as snapshot:FILE");
    command->footer("FILE is on the session's side. Never over an existing file without --replace.\n\n"
                    "Example:\n  ipclens-cli snapshot process:1234 before.ipclens");
    const auto arguments = std::make_shared<SnapshotArguments>();
    addSource(*command, arguments->source);
    command->add_option("FILE", arguments->path, "The file to write")->required()->type_name("");
    command->add_flag("--replace", arguments->replace, "Over an existing file");
    command->callback([&run, arguments] { run.action = [&run, arguments] { return saveSnapshot(run, *arguments); }; });
}

struct DiffArguments {
    SourceSpec left;
    SourceSpec right;
    bool all = false;
    std::uint64_t limit = 100;
};

// The bytes of one side; "?" marks what cannot be read. At most the first 16.
std::string sideOf(const Result<MemoryImages> &reply)
{
    if (!reply || reply->images.empty())
        return "?";
    std::string text;
    const MemoryImage &image = reply->images.front();
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
        text += i > 0 ? " " : "";
        text += image.isReadable(image.address + i) ? toHex(std::span(image.bytes).subspan(i, 1)) : "??";
    }
    return text;
}

Result<void> diff(Run &run, const DiffArguments &arguments)
{
    const auto left = run.ask(OpenSource{.spec = arguments.left});
    if (!left)
        return Failure(left.error());
    const auto right = run.ask(OpenSource{.spec = arguments.right});
    if (!right)
        return Failure(right.error());
    Table table({{"ADDRESS"}, {"SIZE", true}, {"LEFT"}, {"RIGHT"}});
    std::uint64_t count = 0;
    Address from = 0;
    bool isMore = false;
    if (run.json)
        run.print("[");
    for (;;) {
        const auto next = run.ask(FindDifference{.left = left->source, .right = right->source, .from = from});
        if (!next)
            return Failure(next.error());
        if (!next->range)
            break;
        if (!arguments.all && count == arguments.limit) {
            isMore = true;
            break;
        }
        const AddressRange &range = *next->range;
        from = range.end();
        ++count;
        if (run.json) {
            run.print(fmt::format(R"({}{{"begin":{},"size":{}}})", count > 1 ? "," : "", range.begin, range.size));
            continue;
        }
        constexpr std::uint64_t shown = 16;
        const AddressRange beginning{range.begin, std::min(range.size, shown)};
        const std::string more = range.size > shown ? " ..." : "";
        const auto side = [&](SourceId source) { return sideOf(run.ask(ReadMemory{source, {beginning}})) + more; };
        table.add({hexNumber(range.begin), fmt::to_string(range.size), side(left->source), side(right->source)});
    }
    run.print(run.json ? "]\n" : count > 0 ? table.text() : "no difference\n");
    if (isMore)
        Run::note(fmt::format("there are more than {}: --limit N or --all shows them", arguments.limit));
    return {};
}

void addDiff(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("diff", "Shows where two sources differ, or can be read in one only");
    command->footer("A run of more than 4,096 different bytes is shown in parts.\n\n"
                    "Example:\n  ipclens-cli diff snapshot:before.ipclens process:1234 --limit 20");
    const auto arguments = std::make_shared<DiffArguments>();
    addSource(*command, arguments->left, "LEFT");
    addSource(*command, arguments->right, "RIGHT");
    command->add_option("--limit", arguments->limit, "Differences at most")->capture_default_str();
    command->add_flag("--all", arguments->all, "All of them");
    command->callback([&run, arguments] { run.action = [&run, arguments] { return diff(run, *arguments); }; });
}

// freeze. -------------------------------------------------------------------------------------------------------------

IPCLENS_ENUM(RuleName, hold, rise, fall)

struct FreezeArguments {
    SourceSpec source;
    std::string address;
    std::string value;
    std::optional<ValueType> type;
    bool bigEndian = false;
    FreezeRule rule = FreezeRule::Hold;
    Bytes bytes;
    double rate = 10;
    double duration = 0;
};

Result<void> freeze(Run &run, const FreezeArguments &arguments)
{
    const auto opened = run.ask(OpenSource{arguments.source, Access::ReadWrite});
    if (!opened)
        return Failure(opened.error());
    const auto address = addressIn(run, opened->source, arguments.address);
    if (!address)
        return Failure(address.error());
    run.endOnInterrupt();
    const auto item = run.ask(Freeze{{.source = opened->source,
                                      .address = *address,
                                      .bytes = arguments.bytes,
                                      .type = arguments.type,
                                      .order = arguments.bigEndian ? ByteOrder::Big : ByteOrder::Little,
                                      .rule = arguments.rule,
                                      .rate = arguments.rate}});
    if (!item)
        return Failure(item.error());
    if (!run.json)
        Run::note(fmt::format("holding {} at 0x{:x} until Ctrl+C", arguments.value, *address));
    std::optional<EventQueue::Time> deadline;
    if (arguments.duration > 0)
        deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                          std::chrono::duration<double>(arguments.duration));
    Event event;
    for (;;) {
        const auto wake = run.events().next(event, deadline);
        if (wake == EventQueue::Wake::Lost)
            return Failure(run.events().lostError());
        if (wake != EventQueue::Wake::Event)
            break;
        const auto *const changed = std::get_if<FrozenChanged>(&event);
        if (changed == nullptr || changed->item.id != item->id)
            continue;
        if (changed->item.failure && changed->item.failure->kind == ErrorKind::Exited)
            return Failure(*changed->item.failure); // it will not come back
        Run::note(changed->item.failure ? "cannot be held: " + toText(*changed->item.failure) : "held again");
    }
    const auto list = run.ask(ListFrozen{});
    if (!list)
        return Failure(list.error());
    const auto found = std::ranges::find(list->items, item->id, &FrozenItem::id);
    const FrozenItem held = found == list->items.end() ? *item : *found;
    if (run.json) {
        run.printJson(held);
        return {};
    }
    const auto text = held.type ? formatTyped(kindOf(*held.type), held.order, held.bytes) : toHex(held.bytes, " ");
    run.print(fmt::format("held {}, written again {} times\n", text, held.rewrites));
    if (held.failure)
        return Failure(*held.failure);
    return {};
}

// What VALUE means, now that its type is known.
void readValue(FreezeArguments &arguments)
{
    if (!arguments.type) {
        auto bytes = fromHex(arguments.value);
        if (!bytes)
            refuse("VALUE", toText(bytes.error()) + ". Without --type it is hex bytes");
        arguments.bytes = std::move(*bytes);
    } else {
        auto bytes = parseTyped(kindOf(*arguments.type), arguments.bigEndian ? ByteOrder::Big : ByteOrder::Little,
                                arguments.value);
        if (!bytes)
            refuse("VALUE", toText(toError(bytes.error(), "read a value", arguments.value)));
        arguments.bytes = std::move(*bytes);
    }
    if (arguments.bytes.empty())
        refuse("VALUE", "no bytes");
    if (!arguments.type && arguments.rule != FreezeRule::Hold)
        refuse("--rule", "only a number may rise or fall: name its --type");
}

void addFreeze(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("freeze", "Holds a value by writing it again and again, until Ctrl+C");
    command->footer(
        "Journalled once, when it begins, with the old bytes.\n\n"
        "Examples:\n"
        "  ipclens-cli freeze section:MySharedMem 810 100 --type i32\n"
        "  ipclens-cli freeze process:1234 \"[demo.exe+10]+8\" 1.5 --type f32 --rule rise --hz 60 --duration 10");
    const auto arguments = std::make_shared<FreezeArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->address);
    command->add_option("VALUE", arguments->value, "Hex bytes, or a number of --type")->required()->type_name("");
    const auto takeType = [arguments](const std::string &text) {
        for (const TypedType &type : typedTypes()) {
            for (int i = 0; i <= static_cast<int>(ValueType::F64); ++i) {
                if (type.name == text && kindOf(static_cast<ValueType>(i)) == type.kind)
                    arguments->type = static_cast<ValueType>(i);
            }
        }
        if (!arguments->type)
            refuse("--type", fmt::format("\"{}\" is none of u8, i8, u16, i16, u32, i32, u64, i64, f32, f64", text));
    };
    command->add_option_function<std::string>("--type", takeType, "Type of the value")
        ->type_name("u8..u64|i8..i64|f32|f64");
    command->add_flag("--big-endian", arguments->bigEndian, "Most significant byte first");
    const auto takeRule = [arguments](const std::string &text) {
        const auto rule = enumFromName<RuleName>(text);
        if (!rule)
            refuse("--rule", fmt::format("\"{}\" is none of {}", text, enumeratorNames(RuleName{})));
        arguments->rule = static_cast<FreezeRule>(*rule);
    };
    command
        ->add_option_function<std::string>("--rule", takeRule,
                                           "rise, fall: a larger or smaller value becomes the one held")
        ->type_name("hold|rise|fall");
    command->add_option("--hz", arguments->rate, "Looks a second")
        ->check(CLI::Range(0.1, 1000.0))
        ->capture_default_str();
    command->add_option("--duration", arguments->duration, "Ends after so many seconds")->check(CLI::NonNegativeNumber);
    command->callback([&run, arguments] {
        readValue(*arguments);
        run.action = [&run, arguments] { return freeze(run, *arguments); };
    });
}

} // namespace

void addEditingCommands(CLI::App &app, Run &run)
{
    addEval(app, run);
    addLocate(app, run);
    addSnapshot(app, run);
    addDiff(app, run);
    addFreeze(app, run);
}

} // namespace ipclens
