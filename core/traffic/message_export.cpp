#include "core/traffic/message_export.h"

#include "core/text/c_literal.h"
#include "core/text/hex.h"
#include "core/traffic/inbox_name.h"
#include "core/traffic/message_search.h"
#include "core/wire/json.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

std::string jsonText(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string arrayOf(std::span<const std::byte> bytes, std::string_view indent)
{
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += i % 16 == 0 ? fmt::format("\n{}", indent) : " ";
        text += fmt::format("0x{:02x},", std::to_integer<unsigned>(bytes[i]));
    }
    return text;
}

std::string comment(const MessageView &message)
{
    std::string text = fmt::format("No. {}", message.sequence);
    if (!message.senderName.empty())
        text += fmt::format(", from {} {}", message.senderName, message.sender.pid);
    if (message.isCopied() && message.isTruncated())
        text += fmt::format(", cut: {} of {} bytes were kept", message.payload.size(), message.size);
    return commentText(text);
}

std::string referenceText(const MessageReference &reference)
{
    auto text = reference.kind == ReferenceKind::Section
                    ? "section " + reference.section
                    : fmt::format("{} 0x{:x}", reference.process.pid, reference.address);
    return text + (reference.failure ? fmt::format(": {}", toText(*reference.failure)) : ": " + toHex(reference.bytes));
}

// Whether cmd.exe, PowerShell and sh all take it as it is between double quotes.
bool isPlain(std::string_view text)
{
    return text.find_first_of("\"$`%!\n\r") == text.npos && !text.ends_with('\\') && text.find("\\\\") == text.npos;
}

std::string shellWord(std::string_view text)
{
    if (isPlain(text))
        return fmt::format("\"{}\"", text);
    std::string inner(text); // in single quotes sh takes everything but these as it is
    for (std::size_t at = 0; (at = inner.find('\'', at)) != inner.npos; at += 4)
        inner.replace(at, 1, "'\\''");
    return '\'' + inner + '\'';
}

// --class and --title of the window that the inbox stood for; empty where its name does not tell.
std::string targetOf(std::string_view inboxName)
{
    const auto target = targetOfInbox(inboxName);
    if (!target)
        return {};
    return fmt::format(" --class {}{}", shellWord(target->className),
                       target->title.empty() ? "" : " --title " + shellWord(target->title));
}

} // namespace

std::string csvTitles()
{
    return "number,time,kind,sender pid,sender created,sender exe,sender title,sender "
           "window,id,name,wParam,lParam,size,null,inbox,"
           "receiver pid,receiver created,receiver exe,receiver "
           "window,depth,posted,result,duration,failure,references,marked,pinned,"
           "comment,payload\n";
}

std::string csvOf(const MessageView &message)
{
    std::string references;
    for (const auto &reference : message.references)
        references += (references.empty() ? "" : "; ") + referenceText(reference);
    const auto senders = fmt::format("{},{},{},{},0x{:08x}", message.sender.pid, message.sender.created,
                                     csvCell(message.senderName), csvCell(message.senderTitle), message.senderWindow);
    const auto receivers = fmt::format("{},{},{},0x{:08x}", message.receiver.pid, message.receiver.created,
                                       csvCell(message.receiverName), message.receiverWindow);
    const auto outcome = fmt::format("{},{},{}", message.isAnswered ? fmt::to_string(message.result) : "",
                                     message.isAnswered ? fmt::to_string(message.duration) : "",
                                     csvCell(message.failure ? toText(*message.failure) : ""));
    return fmt::format("{},{}.{:09},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", message.sequence,
                       message.time / 1'000'000'000, message.time % 1'000'000'000, toText(message.kind), senders,
                       message.id, csvCell(message.name), message.wParam, message.lParam, message.size,
                       message.nullData ? 1 : 0, message.inbox, receivers, message.depth, message.senderWaits ? 0 : 1,
                       outcome, csvCell(references), message.isMarked() ? 1 : 0, message.isPinned() ? 1 : 0,
                       csvCell(message.comment()), toHex(message.payload));
}

std::string jsonOf(const MessageView &message)
{
    auto json = toJson(message.toMessage());
    if (message.annotation && !message.annotation->isEmpty()) {
        json.pop_back();
        json += fmt::format(",\"marked\":{},\"pinned\":{},\"comment\":{}}}", message.isMarked(), message.isPinned(),
                            jsonText(message.comment()));
    }
    return json;
}

std::string jsonOf(const LateAnswer &answer)
{
    return fmt::format("{{\"answer\":{{\"inbox\":{},\"time\":{},\"messageTime\":{},\"outcome\":{}}}}}", answer.inbox,
                       answer.time, answer.messageTime ? fmt::to_string(*answer.messageTime) : "null",
                       toJson(answer.outcome));
}

std::string cStructOf(const MessageView &message, std::uint64_t number)
{
    const auto end = number == 0 ? std::string() : fmt::to_string(number);
    const auto title = fmt::format("// {}\n", comment(message));
    if (!message.isCopied())
        return title +
               fmt::format(
                   "// SendMessageW(window, RegisterWindowMessageW(name{0}), wParam{0}, lParam{0})\n"
                   "static const wchar_t name{0}[] = {1};\nstatic const WPARAM wParam{0} = (WPARAM)0x{2:x}ULL;\n"
                   "static const LPARAM lParam{0} = (LPARAM)0x{3:x}ULL;\n",
                   end, wideLiteral(message.name), message.wParam, message.lParam);
    const auto array = message.payload.empty()
                           ? std::string()
                           : fmt::format("static const unsigned char payload{}[{}] = {{{}\n}};\n", end,
                                         message.payload.size(), arrayOf(message.payload, "    "));
    // cbData has 32 bits, whatever a damaged capture says.
    const auto size = static_cast<std::uint32_t>(message.nullData ? message.size : message.payload.size());
    return title + array +
           fmt::format("static const COPYDATASTRUCT message{} = {{ (ULONG_PTR)0x{:x}ULL, {}, {} }};\n", end, message.id,
                       size, message.payload.empty() ? "NULL" : fmt::format("(void *)payload{}", end));
}

Result<std::string> commandOf(const MessageView &message, const SendContext &context)
{
    constexpr std::size_t mostOnALine = 1024; // bytes, twice as many digits: cmd.exe takes 8,191 characters
    const auto refuse = [&](ErrorKind kind, std::string meaning, std::string hint) {
        return Failure(Error{.kind = kind,
                             .operation = "write a command that sends it again",
                             .object = fmt::format("message {}", message.sequence),
                             .meaning = std::move(meaning),
                             .hint = std::move(hint)});
    };
    if (message.isCopied() && message.isTruncated())
        return refuse(ErrorKind::Invalid, "its payload was cut when it was captured", "");
    std::string command = "ipclens-cli";
    if (!context.connectTo.empty())
        command += " --connect " + shellWord(context.connectTo);
    auto target = targetOf(context.inboxName);
    if (target.empty())
        target =
            message.receiverWindow != 0 ? fmt::format(" --window 0x{:x}", message.receiverWindow) : " --title TITLE";
    if (!message.isCopied() && message.name.empty())
        return refuse(ErrorKind::Invalid, "nobody knows the name of its registered message", "");
    if (!message.isCopied())
        return command + fmt::format(" send{} --message {} --wparam {} --lparam {}", target, shellWord(message.name),
                                     message.wParam, message.lParam);
    if (message.payload.size() > mostOnALine) {
        if (context.captureFile.empty())
            return refuse(ErrorKind::OutOfRange,
                          fmt::format("its {} bytes are too many for a command line", message.payload.size()),
                          "Save the capture, and replay the message from its file");
        return command +
               fmt::format(" replay {} --filter {}{}", shellWord(context.captureFile),
                           shellWord(fmt::format("number == {} && inbox == {}", message.sequence, message.inbox)),
                           target);
    }
    command += fmt::format(" send{} --id {}", target, message.id);
    if (message.nullData)
        return command + " --null";
    return command + (message.payload.empty() ? std::string(" --text \"\"") : " --data " + toHex(message.payload));
}

} // namespace ipclens
