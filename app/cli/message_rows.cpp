#include "app/cli/message_rows.h"

#include "app/cli/arguments.h"
#include "core/text/input_text.h"
#include "core/traffic/message_text.h"

#include <fmt/format.h>

namespace ipclens {

std::string rowTitles()
{
    return fmt::format("{:>8}  {:<12}  {:<28}  {:<10}  {:<14}  {:>9}      {:>8}  {:>10}  {}\n", "SEQUENCE", "TIME",
                       "SENDER (CLAIMED)", "KIND", "ID OR NAME", "SIZE", "RESULT", "MS", "CONTENT");
}

std::string rowOf(const MessageView &message)
{
    std::string sender = "-";
    if (message.sender.pid != 0)
        sender = fmt::format("{} {}", message.sender.pid, printable(message.senderName, 32));
    else if (message.senderWindow != 0)
        sender = "no window " + hexNumber(message.senderWindow);
    const bool isCopyData = message.kind == MessageKind::CopyData;
    const auto result = message.isAnswered ? fmt::to_string(message.result) : std::string("-");
    const auto duration =
        message.isAnswered ? fmt::format("{:.3f}", static_cast<double>(message.duration) / 1e6) : std::string("-");
    return fmt::format(
        "{:>8}  {}  {:<28}  {:<10}  {:<14}  {:>9}{}  {:>8}  {:>10}  {}{}\n", message.sequence, timeText(message.time),
        sender, nameOf(message.kind), isCopyData ? fmt::to_string(message.id) : printable(message.name, 32),
        message.size, message.isTruncated() ? " cut" : "    ", result, duration,
        message.failure ? fmt::format("[{}] ", printable(toText(*message.failure), 100)) : "", summary(message, 100));
}

} // namespace ipclens
