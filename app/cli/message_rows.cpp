#include "app/cli/message_rows.h"

#include "app/cli/arguments.h"
#include "core/text/hex.h"
#include "core/text/input_text.h"
#include "core/traffic/message_search.h"
#include "core/traffic/message_text.h"
#include "core/wire/json.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

// As RFC 4180 wants it.
std::string csvCell(std::string_view text)
{
    std::string cell = "\"";
    for (const char c : text)
        cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return cell + '"';
}

} // namespace

std::string rowTitles()
{
    return fmt::format("{:>8}  {:<12}  {:<28}  {:<10}  {:<14}  {:>9}      {}\n", "SEQUENCE", "TIME", "SENDER (CLAIMED)", "KIND",
                       "ID OR NAME", "SIZE", "CONTENT");
}

std::string rowOf(const Message &message)
{
    std::string sender = "-";
    if (message.sender.pid != 0)
        sender = fmt::format("{} {}", message.sender.pid, printable(message.senderName, 32));
    else if (message.senderWindow != 0)
        sender = "no window " + hexNumber(message.senderWindow);
    const bool isCopyData = message.kind == MessageKind::CopyData;
    return fmt::format("{:>8}  {}  {:<28}  {:<10}  {:<14}  {:>9}{}  {}\n", message.sequence, timeText(message.time),
                       sender, nameOf(message.kind),
                       isCopyData ? fmt::to_string(message.id) : printable(message.name, 32), message.size,
                       message.isTruncated() ? " cut" : "    ", summary(message, 100));
}

std::string jsonOf(Message message)
{
    static_assert(MessageBatch::fieldNames ==
                  "inbox, messages, received, dropped, droppedBytes, truncated, outcomes, skipped, ended");
    MessageBatch batch;
    batch.messages.push_back(std::move(message));
    const std::string document = toJson(Event(std::move(batch)));
    const auto begin = document.find('[') + 1;
    return document.substr(begin, document.rfind("],\"received\"") - begin);
}

std::string csvTitles()
{
    return "number,time,kind,sender pid,sender exe,sender window,id,name,wParam,lParam,size,null,payload\n";
}

std::string csvOf(const Message &message)
{
    return fmt::format("{},{}.{:09},{},{},{},{},{},{},{},{},{},{},{}\n", message.sequence, message.time / 1'000'000'000,
                       message.time % 1'000'000'000, toText(message.kind), message.sender.pid, csvCell(message.senderName),
                       hexNumber(message.senderWindow), message.id, csvCell(message.name), message.wParam, message.lParam,
                       message.size, message.nullData ? 1 : 0, toHex(message.payload));
}

} // namespace ipclens
