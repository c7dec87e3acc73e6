#include "app/cli/message_rows.h"

#include "app/cli/arguments.h"
#include "app/cli/table.h"
#include "core/text/input_text.h"
#include "core/traffic/message_search.h"
#include "core/traffic/message_text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <sstream>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

struct ColumnInfo {
    RowColumn column;
    std::string_view name; // of --columns
    std::string_view title;
    int width; // least; negative: aligned to the right
};

constexpr std::array<ColumnInfo, 15> columnInfos{{
    {RowColumn::Number, "number", "NUMBER", -8},
    {RowColumn::Time, "time", "TIME", 12},
    {RowColumn::Delta, "delta", "DELTA", -11},
    {RowColumn::Inbox, "inbox", "INBOX", -5},
    {RowColumn::Sender, "sender", "SENDER (CLAIMED)", 28},
    {RowColumn::Receiver, "receiver", "RECEIVER", 28},
    {RowColumn::Kind, "kind", "KIND", 11},
    {RowColumn::Id, "id", "ID OR NAME", 14},
    {RowColumn::Size, "size", "SIZE", 13}, // with what says that it was cut
    {RowColumn::Result, "result", "RESULT", -8},
    {RowColumn::Duration, "duration", "MS", -10},
    {RowColumn::Depth, "depth", "DEPTH", -5},
    {RowColumn::Mark, "mark", "MARK", 4},
    {RowColumn::Comment, "comment", "COMMENT", 20},
    {RowColumn::Content, "content", "CONTENT", 0},
}};

const ColumnInfo &infoOf(RowColumn column)
{
    return columnInfos[static_cast<std::size_t>(column)];
}

std::string padded(const std::string &text, int width)
{
    const auto least = static_cast<std::size_t>(std::abs(width)), size = displayWidth(text);
    const std::string spaces(least - std::min(least, size), ' ');
    return width < 0 ? spaces + text : text + spaces;
}

std::string partyText(const ProcessKey &process, std::string_view name, std::uint64_t window)
{
    if (process.pid != 0)
        return fmt::format("{} {}", process.pid, printable(name, 32));
    return window != 0 ? "no window " + hexNumber(window) : "-";
}

std::string utcText(std::int64_t time)
{
    const auto rest = (time % second + second) % second;
    const auto whole = static_cast<std::time_t>((time - rest) / second);
    const std::tm *const utc = std::gmtime(&whole); // one thread only uses it
    if (utc == nullptr)
        return "-";
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc->tm_year + 1900, utc->tm_mon + 1, utc->tm_mday,
                       utc->tm_hour, utc->tm_min, utc->tm_sec, rest);
}

std::string secondsText(std::int64_t nanoseconds)
{
    const auto magnitude =
        nanoseconds < 0 ? 0 - static_cast<std::uint64_t>(nanoseconds) : static_cast<std::uint64_t>(nanoseconds);
    return fmt::format("{}{}.{:09}", nanoseconds < 0 ? "-" : "", magnitude / second, magnitude % second);
}

std::vector<RowColumn> readColumns(const std::string &text)
{
    std::vector<RowColumn> columns;
    std::istringstream names(text);
    for (std::string name; std::getline(names, name, ',');) {
        const auto *const info = std::ranges::find(columnInfos, name, &ColumnInfo::name);
        if (info == columnInfos.end()) {
            std::string all;
            for (const auto &known : columnInfos)
                all += (all.empty() ? "" : ", ") + std::string(known.name);
            refuse("--columns", fmt::format("there is no column \"{}\", but: {}", name, all));
        }
        columns.push_back(info->column);
    }
    if (columns.empty())
        refuse("--columns", "there is none");
    return columns;
}

} // namespace

void addRowOptions(CLI::App &command, RowFormat &format)
{
    command
        .add_option_function<std::string>(
            "--columns", [&format](const std::string &text) { format.columns = readColumns(text); },
            "Of rows of text: number, time, delta, inbox, sender, receiver, kind, id, size, result, duration, depth, "
            "mark, comment, "
            "content; separated by commas")
        ->type_name("NAMES");
    command
        .add_option("--time", format.time,
                    "How rows of text tell it: local, utc, first (seconds since the first row), previous (since the "
                    "one before), epoch "
                    "(since 1970)")
        ->transform(CLI::CheckedTransformer(std::map<std::string, RowTime>{{"local", RowTime::Local},
                                                                           {"utc", RowTime::Utc},
                                                                           {"first", RowTime::SinceFirst},
                                                                           {"previous", RowTime::SincePrevious},
                                                                           {"epoch", RowTime::Epoch}}))
        ->type_name("FORMAT");
}

std::string MessageRows::titles() const
{
    std::string line;
    for (const auto column : m_format.columns) {
        const auto &info = infoOf(column);
        line += (line.empty() ? "" : "  ") + padded(std::string(info.title), column == RowColumn::Time
                                                                                 ? static_cast<int>(timeCell(0).size())
                                                                                 : info.width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string MessageRows::row(const MessageView &message)
{
    m_first = m_first.value_or(message.time);
    std::string line;
    for (const auto column : m_format.columns)
        line += (line.empty() ? "" : "  ") + padded(cell(message, column), infoOf(column).width);
    line.erase(line.find_last_not_of(' ') + 1);
    m_previous = message.time;
    return line + '\n';
}

std::string MessageRows::row(const LateAnswer &answer) const
{
    const auto &outcome = answer.outcome;
    return fmt::format("{:>8}  {}  answered: {}{} after {:.3f} ms\n", outcome.sequence, timeCell(answer.time),
                       outcome.failure ? fmt::format("[{}] ", printable(toText(*outcome.failure), 100)) : "",
                       outcome.result, static_cast<double>(outcome.duration) / 1e6);
}

std::string MessageRows::timeCell(std::int64_t time) const
{
    switch (m_format.time) {
    case RowTime::Local:
        break;
    case RowTime::Utc:
        return utcText(time);
    case RowTime::SinceFirst:
        return secondsText(time - m_first.value_or(time));
    case RowTime::SincePrevious:
        return secondsText(time - m_previous.value_or(time));
    case RowTime::Epoch:
        return secondsText(time);
    }
    return timeText(time);
}

std::string MessageRows::cell(const MessageView &message, RowColumn column) const
{
    switch (column) {
    case RowColumn::Number:
        return fmt::to_string(message.sequence);
    case RowColumn::Time:
        return timeCell(message.time);
    case RowColumn::Delta:
        return secondsText(message.time - m_previous.value_or(message.time));
    case RowColumn::Inbox:
        return fmt::to_string(message.inbox);
    case RowColumn::Sender:
        return partyText(message.sender, message.senderName, message.senderWindow);
    case RowColumn::Receiver:
        return partyText(message.receiver, message.receiverName, message.receiverWindow);
    case RowColumn::Kind:
        return std::string(toText(message.kind));
    case RowColumn::Id:
        return message.isCopied() ? fmt::to_string(message.id) : printable(message.name, 32);
    case RowColumn::Size:
        return fmt::format("{:>9}{}", message.size, message.isTruncated() ? " cut" : "");
    case RowColumn::Result:
        return message.isAnswered ? fmt::to_string(message.result) : "-";
    case RowColumn::Duration:
        return message.isAnswered ? fmt::format("{:.3f}", static_cast<double>(message.duration) / 1e6) : "-";
    case RowColumn::Depth:
        return fmt::to_string(message.depth);
    case RowColumn::Mark:
        return std::string(message.isMarked() ? "M" : "") + (message.isPinned() ? "P" : "");
    case RowColumn::Comment:
        return printable(message.comment(), 100);
    case RowColumn::Content:
        break;
    }
    return (message.failure ? fmt::format("[{}] ", printable(toText(*message.failure), 100)) : "") +
           summary(message, 100);
}

} // namespace ipclens
