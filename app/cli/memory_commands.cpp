// read and write: the bytes of a source.
#include "app/cli/arguments.h"
#include "app/cli/piece_reader.h"
#include "app/cli/run.h"
#include "core/text/hex.h"
#include "core/text/source_spec.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ipclens {
namespace {

IPCLENS_ENUM(ReadFormat, hex, raw, c)

struct ReadArguments {
    SourceSpec source;
    std::string expression;
    Address address = 0; // what it is in the source
    std::uint64_t length = 0;
    ReadFormat format = ReadFormat::hex;
    bool pad = false;

    AddressRange range() const { return {address, length}; }
};

struct WriteArguments {
    SourceSpec source;
    std::string expression;
    Address address = 0; // what it is in the source
    std::optional<Bytes> bytes;
    std::optional<Bytes> expected;
    bool copy = false;
};

std::string placeText(const SourceSpec &source, Address address)
{
    return fmt::format("{} at 0x{:x}", toText(source), address);
}

std::string rangeText(const AddressRange &range)
{
    return fmt::format("0x{:x}..0x{:x} ({} bytes)", range.begin, range.end() - 1, range.size);
}

// Prints the pieces of one read as they come, in one of the forms.
class ImagePrinter {
public:
    ImagePrinter(Run &run, const ReadArguments &arguments) : m_run(run), m_arguments(arguments) {}

    Result<void> take(MemoryImage image)
    {
        m_readable = m_readable || !isHole(image);
        if (!m_why)
            m_why = image.why;
        if (!m_readable && image.range() == m_arguments.range())
            return {}; // the whole read: finish() says why there is nothing to print
        for (const auto &hole : image.unreadable)
            addHole(hole);
        if (m_run.json)
            printJson(image);
        else if (m_arguments.format == ReadFormat::c)
            printArray(image);
        else if (m_arguments.format == ReadFormat::hex)
            m_run.print(hexDump(image));
        else if (auto printed = printRaw(image); !printed)
            return printed;
        m_printed += image.bytes.size();
        return m_run.flush();
    }

    Result<void> finish()
    {
        if (m_run.json && m_printed > 0)
            endJson();
        if (m_arguments.format == ReadFormat::c && m_printed > 0)
            m_run.print("\n");
        if (m_arguments.format == ReadFormat::raw) {
            for (const auto &hole : m_holes)
                Run::note("unreadable, filled with zeros: " + rangeText(hole));
        }
        if (m_readable)
            return {};
        return Failure(m_why.value_or(Error{.kind = ErrorKind::Unreadable,
                                            .operation = "read memory",
                                            .object = placeText(m_arguments.source, m_arguments.address),
                                            .meaning = "none of it can be read"}));
    }

private:
    static bool isHole(const MemoryImage &image)
    {
        return image.unreadable.size() == 1 && image.unreadable.front() == image.range();
    }

    void addHole(const AddressRange &hole)
    {
        if (!m_holes.empty() && m_holes.back().end() == hole.begin)
            m_holes.back().size += hole.size;
        else
            m_holes.push_back(hole);
    }

    Result<void> printRaw(const MemoryImage &image)
    {
        if (!image.unreadable.empty() && !m_arguments.pad)
            return Failure(Error{.kind = ErrorKind::Unreadable,
                                 .operation = "read memory",
                                 .object = placeText(m_arguments.source, image.unreadable.front().begin),
                                 .meaning = fmt::format("{} cannot be read{}; {} bytes before were written",
                                                        rangeText(image.unreadable.front()),
                                                        image.why ? ": " + image.why->meaning : "", m_printed),
                                 .hint = "--pad puts zeros there"});
        m_run.print({reinterpret_cast<const char *>(image.bytes.data()), image.bytes.size()});
        return {};
    }

    void printArray(const MemoryImage &image)
    {
        constexpr std::uint64_t columns = 16;
        for (std::uint64_t done = 0; done < image.bytes.size(); done += columns) {
            if (m_printed + done > 0)
                m_run.print(",\n");
            m_run.print(cArray(slice(image, {image.address + done, columns})));
        }
    }

    // The fields of MemoryImage in their order; holes and what follows come last, so that the bytes need not be kept.
    void printJson(const MemoryImage &image)
    {
        if (m_printed == 0) {
            m_time = image.time;
            m_run.print(fmt::format(R"({{"address":{},"bytes":")", image.address));
        }
        m_run.print(toHex(image.bytes));
    }

    void endJson()
    {
        std::string holes;
        for (const auto &hole : m_holes)
            holes += fmt::format(R"({}{{"begin":{},"size":{}}})", holes.empty() ? "" : ",", hole.begin, hole.size);
        m_run.print(
            fmt::format(R"(","unreadable":[{}],"why":{},"time":{}}})", holes, m_why ? toJson(*m_why) : "null", m_time));
        m_run.print("\n");
    }

    Run &m_run;
    const ReadArguments &m_arguments;
    std::vector<AddressRange> m_holes;
    std::optional<Error> m_why;
    std::int64_t m_time = 0;
    std::uint64_t m_printed = 0; // bytes of the source
    bool m_readable = false;
};

Result<void> read(Run &run, ReadArguments &arguments)
{
    auto connection = run.connect();
    if (!connection)
        return Failure(std::move(connection.error()));
    const auto opened = run.ask(OpenSource{.spec = arguments.source});
    if (!opened)
        return Failure(opened.error());
    const auto address = addressIn(run, opened->source, arguments.expression);
    if (!address)
        return Failure(address.error());
    arguments.address = *address;
    if (arguments.length > ~std::uint64_t{0} - arguments.address)
        return Failure(
            Error{.kind = ErrorKind::OutOfRange,
                  .operation = "read memory",
                  .object = placeText(arguments.source, arguments.address),
                  .meaning = fmt::format("{} bytes from there go beyond the last address", arguments.length)});
    ImagePrinter printer(run, arguments);
    auto outcome = readInPieces(**connection, opened->source, arguments.range(),
                                [&](MemoryImage image) { return printer.take(std::move(image)); });
    return outcome ? printer.finish() : outcome;
}

// At most the first 32 bytes.
std::string beginningOf(const Bytes &bytes)
{
    constexpr std::size_t most = 32;
    return toHex(std::span(bytes).first(std::min(bytes.size(), most)), " ") + (bytes.size() > most ? " ..." : "");
}

Result<void> write(Run &run, WriteArguments &arguments)
{
    const auto opened = run.ask(OpenSource{arguments.source, arguments.copy ? Access::Copy : Access::ReadWrite});
    if (!opened)
        return Failure(opened.error());
    const auto address = addressIn(run, opened->source, arguments.expression);
    if (!address)
        return Failure(address.error());
    arguments.address = *address;
    auto reply = run.ask(WriteMemory{.source = opened->source,
                                     .address = arguments.address,
                                     .expected = arguments.expected,
                                     .bytes = *arguments.bytes});
    if (!reply)
        return Failure(std::move(reply.error()));
    const WriteReply outcome = *reply;
    if (run.json)
        run.printJson(std::move(*reply));
    if (outcome.outcome == WriteOutcome::Changed)
        return Failure(Error{.kind = ErrorKind::Changed,
                             .operation = "write memory",
                             .object = placeText(arguments.source, arguments.address),
                             .meaning = fmt::format("nothing was written: there is {} where {} was expected",
                                                    beginningOf(outcome.before), beginningOf(*arguments.expected))});
    if (!run.json)
        run.print(fmt::format("{}: {} -> {}, {}\n", placeText(arguments.source, arguments.address),
                              beginningOf(outcome.before), beginningOf(*arguments.bytes),
                              outcome.outcome == WriteOutcome::Verified
                                  ? "verified"
                                  : "but the target has written there meanwhile: now " + beginningOf(outcome.after)));
    if (arguments.copy)
        Run::note("written to a private copy that ends with this command: nobody else has seen it");
    if (!outcome.note.empty())
        Run::note(outcome.note);
    return {};
}

void addRead(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("read", "Reads memory; what cannot be read is shown as ??");
    command->footer("More than 1 MiB is read in pieces, each at its own moment.\n\n"
                    "Examples:\n"
                    "  ipclens-cli read section:MySharedMem 0 4K\n"
                    "  ipclens-cli read process:1234 7ff6`1000 64 --format c\n"
                    "  ipclens-cli read process:1234 \"[demo.exe+10]+8\" 64\n"
                    "  ipclens-cli read section:MySharedMem 0 4K --format raw > mapping.bin");
    const auto arguments = std::make_shared<ReadArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->expression);
    addSize(*command, "LENGTH", arguments->length, "Bytes");
    const auto takeFormat = [arguments](const std::string &text) {
        const auto format = enumFromName<ReadFormat>(text);
        if (!format)
            refuse("--format", fmt::format("\"{}\" is none of {}", text, enumeratorNames(ReadFormat{})));
        arguments->format = *format;
    };
    command
        ->add_option_function<std::string>(
            "--format", takeFormat, "hex: a dump; raw: the bytes themselves; c: the inside of an array initialiser")
        ->type_name("hex|raw|c");
    command->add_flag("--pad", arguments->pad, "With raw: zeros for what cannot be read, instead of an error");
    command->callback([&run, arguments] {
        if (run.json && arguments->format != ReadFormat::hex)
            refuse("--format", "--json has its own form for bytes");
        run.action = [&run, arguments] { return read(run, *arguments); };
    });
}

void addWrite(CLI::App &app, Run &run)
{
    auto *const command = app.add_subcommand("write", "Writes memory, reads it back, and journals the old bytes");
    command->footer("Examples:\n"
                    "  ipclens-cli write section:MySharedMem 810 \"de ad be ef\"\n"
                    "  ipclens-cli write process:1234 7ff6`1000 2b --expect 2a");
    const auto arguments = std::make_shared<WriteArguments>();
    addSource(*command, arguments->source);
    addAddress(*command, arguments->expression);
    addHex(*command, "HEX", arguments->bytes, "The bytes to write");
    addHex(*command, "--expect", arguments->expected, "Writes only if these bytes are there now; as many as HEX");
    command->add_flag("--copy", arguments->copy, "Writes to a private copy of a section, to see whether it would work");
    command->callback([&run, arguments] {
        if (arguments->bytes->empty())
            refuse("HEX", "no bytes");
        if (arguments->expected && arguments->expected->size() != arguments->bytes->size())
            refuse("--expect", fmt::format("{} bytes are expected where {} are to be written",
                                           arguments->expected->size(), arguments->bytes->size()));
        run.action = [&run, arguments] { return write(run, *arguments); };
    });
}

} // namespace

void addMemoryCommands(CLI::App &app, Run &run)
{
    addRead(app, run);
    addWrite(app, run);
}

} // namespace ipclens
