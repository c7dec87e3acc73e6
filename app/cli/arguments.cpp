#include "app/cli/arguments.h"

#include "app/cli/run.h"
#include "core/text/address_expression.h"
#include "core/text/hex.h"
#include "core/text/number.h"
#include "core/text/source_spec.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace ipclens {
namespace {

template <class T>
CLI::Option *addParsed(CLI::App &command, const std::string &name, T &value, Result<T> (*parse)(std::string_view),
                       const std::string &description)
{
    const auto take = [&value, parse, name](const std::string &text) {
        auto parsed = parse(text);
        if (!parsed)
            refuse(name, toText(parsed.error()));
        value = std::move(*parsed);
    };
    auto *const option = command.add_option_function<std::string>(name, take, description)->type_name("");
    return name.starts_with('-') ? option : option->required();
}

Result<std::optional<Bytes>> parseHex(std::string_view text)
{
    auto bytes = fromHex(text);
    if (!bytes)
        return Failure(std::move(bytes.error()));
    return std::optional(std::move(*bytes));
}

Result<ProcessKey> parsePid(std::string_view text)
{
    const auto number = parseSize(text);
    if (!number)
        return Failure(number.error());
    if (*number > 0xFFFF'FFFF)
        return invalidInput("read a process id", std::string(text), "it is larger than any process id");
    return ProcessKey{.pid = static_cast<std::uint32_t>(*number)};
}

} // namespace

CLI::Option *addSource(CLI::App &command, SourceSpec &source, std::string name)
{
    return addParsed(command, name, source, parseSourceSpec,
                     "section:NAME, process:PID, module:PID/DLL/SECTION, handle:PID/HANDLE, file:PATH or snapshot:PATH");
}

CLI::Option *addPid(CLI::App &command, ProcessKey &process)
{
    return addParsed(command, "PID", process, parsePid, "Process id");
}

CLI::Option *addAddress(CLI::App &command, Address &address)
{
    return addParsed(command, "ADDRESS", address, parseAddress,
                     "Hex with or without 0x, sums allowed; counts from the start of a section or file");
}

CLI::Option *addAddress(CLI::App &command, std::string &expression)
{
    const auto take = [&expression](const std::string &text) {
        if (const auto parsed = parseAddressExpression(text); !parsed)
            refuse("ADDRESS", toText(toError(parsed.error(), "read an address", text)));
        expression = text;
    };
    return command
        .add_option_function<std::string>(
            "ADDRESS", take, "Hex with or without 0x, or an expression: demo.exe+10, [demo.exe+10]+8, demo.dll/.MYSEC")
        ->type_name("")
        ->required();
}

Result<Address> addressIn(Run &run, SourceId source, const std::string &expression)
{
    const auto parsed = parseAddressExpression(expression);
    if (!parsed)
        return Failure(toError(parsed.error(), "read an address", expression));
    using Kind = AddressExpression::Kind;
    const bool isNumber = std::ranges::all_of(parsed->nodes, [](const auto &node) {
        return node.kind == Kind::Number || node.kind == Kind::Add || node.kind == Kind::Subtract ||
               node.kind == Kind::Multiply;
    });
    if (isNumber) {
        const auto value = evaluateAddress(*parsed, {});
        return value ? Result<Address>(value->address) : Failure(value.error());
    }
    const auto reply = run.ask(EvaluateAddress{.source = source, .text = expression});
    return reply ? Result<Address>(reply->address) : Failure(reply.error());
}

CLI::Option *addSize(CLI::App &command, std::string name, std::uint64_t &size, std::string description)
{
    return addParsed(command, name, size, parseSize, description + ": decimal, 0x hex, or with K, M, G, T")
        ->check([](const std::string &text) {
            return parseSize(text).value_or(1) == 0 ? "0 bytes is nothing" : std::string();
        });
}

CLI::Option *addNumber(CLI::App &command, std::string name, std::uint64_t &number, std::string description)
{
    return addParsed(command, name, number, parseSize, description)->type_name("NUMBER");
}

CLI::Option *addHex(CLI::App &command, std::string name, std::optional<Bytes> &bytes, std::string description)
{
    auto *const option = addParsed(command, name, bytes, parseHex, description);
    return name.starts_with('-') ? option->type_name("HEX") : option;
}

MessageFilter readFilter(const std::string &option, const std::string &text)
{
    auto filter = MessageFilter::parse(text);
    if (!filter)
        refuse(option, toText(toError(filter.error(), "read a filter", text)));
    return std::move(*filter);
}

void refuse(const std::string &name, const std::string &problem)
{
    throw CLI::ValidationError(name, problem);
}

std::string hexNumber(std::uint64_t number)
{
    return fmt::format("0x{:08x}", number);
}

std::string sizeText(std::uint64_t bytes)
{
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes);
    std::string_view unit;
    for (const std::string_view next : {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) {
        value /= 1024;
        unit = next;
        if (value < 1024)
            break;
    }
    return fmt::format("{:.1f} {}", value, unit);
}

std::string timeText(std::int64_t nanoseconds)
{
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t rest = ((nanoseconds % second) + second) % second;
    const auto whole = static_cast<std::time_t>((nanoseconds - rest) / second);
    const std::tm *const local = std::localtime(&whole); // one thread only uses it
    if (local == nullptr)
        return "-";
    return fmt::format("{:02}:{:02}:{:02}.{:03}", local->tm_hour, local->tm_min, local->tm_sec, rest / 1'000'000);
}

} // namespace ipclens
