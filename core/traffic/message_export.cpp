#include "core/traffic/message_export.h"

#include "core/text/hex.h"
#include "core/traffic/message_search.h"
#include "core/wire/json.h"

#include <algorithm>

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

std::string jsonText(std::string_view text)
{
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            json += fmt::format("\\{}", c);
        else if (static_cast<unsigned char>(c) < 0x20)
            json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            json += c;
    }
    return json + '"';
}

// A C++ literal. Numbers in octal take three digits at most, so that what follows is not taken for a part of them.
std::string cLiteral(std::string_view text)
{
    std::string literal = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\' || c == '?')
            literal += fmt::format("\\{}", c);
        else if (byte < 0x20 || byte >= 0x7F)
            literal += fmt::format("\\{:03o}", byte);
        else
            literal += c;
    }
    return literal + '"';
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

// One line for a comment: what a program's name says must not end it.
std::string comment(const MessageView &message)
{
    std::string text = fmt::format("No. {}", message.sequence);
    if (!message.senderName.empty())
        text += fmt::format(", from {} {}", message.senderName, message.sender.pid);
    if (message.isTruncated())
        text += fmt::format(", cut: {} of {} bytes were kept", message.payload.size(), message.size);
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == '?'; }, '_');
    return text;
}

} // namespace

std::string csvTitles()
{
    return "number,time,kind,sender pid,sender exe,sender window,id,name,wParam,lParam,size,null,inbox,receiver "
           "pid,receiver exe,"
           "receiver window,depth,posted,result,duration,failure,marked,comment,payload\n";
}

std::string csvOf(const MessageView &message)
{
    return fmt::format("{},{}.{:09},{},{},{},0x{:08x},{},{},{},{},{},{},{},{},{},0x{:08x},{},{},{},{},{},{},{},{}\n",
                       message.sequence, message.time / 1'000'000'000, message.time % 1'000'000'000,
                       toText(message.kind), message.sender.pid, csvCell(message.senderName), message.senderWindow,
                       message.id, csvCell(message.name), message.wParam, message.lParam, message.size,
                       message.nullData ? 1 : 0, message.inbox, message.receiver.pid, csvCell(message.receiverName),
                       message.receiverWindow, message.depth, message.senderWaits ? 0 : 1,
                       message.isAnswered ? fmt::to_string(message.result) : "",
                       message.isAnswered ? fmt::to_string(message.duration) : "",
                       csvCell(message.failure ? toText(*message.failure) : ""), message.isMarked() ? 1 : 0,
                       csvCell(message.comment()), toHex(message.payload));
}

std::string jsonOf(const MessageView &message)
{
    MessageBatch batch;
    batch.messages.push_back(message.toMessage());
    const std::string document = toJson(Event(std::move(batch)));
    // The array of the batch's messages has one; what stands around it has no brackets before it.
    const auto begin = document.find('[') + 1;
    auto json = document.substr(begin, document.rfind("],\"received\"") - begin);
    if (message.annotation && !message.annotation->isEmpty()) {
        json.pop_back();
        json += fmt::format(",\"marked\":{},\"pinned\":{},\"comment\":{}}}", message.isMarked(), message.isPinned(),
                            jsonText(message.comment()));
    }
    return json;
}

std::string cStructOf(const MessageView &message)
{
    if (!message.isCopied())
        return fmt::format(
            "// {}\nstatic const UINT message = RegisterWindowMessageA({});\nstatic const WPARAM wParam = 0x{:x};\n"
            "static const LPARAM lParam = 0x{:x};\n",
            comment(message), cLiteral(message.name), message.wParam, message.lParam);
    const auto array = message.payload.empty() ? std::string()
                                               : fmt::format("static const unsigned char payload[{}] = {{{}\n}};\n",
                                                             message.payload.size(), arrayOf(message.payload, "    "));
    return fmt::format("// {}\n{}static const COPYDATASTRUCT message = {{ 0x{:x}, {}, {} }};\n", comment(message),
                       array, message.id, message.nullData ? message.size : message.payload.size(),
                       message.payload.empty() ? "NULL" : "(void *)payload");
}

std::string commandOf(const MessageView &message)
{
    std::string command = "ipclens-cli send";
    if (message.receiverWindow != 0)
        command += fmt::format(" --window 0x{:x}", message.receiverWindow);
    else
        command += " --title TITLE";
    if (!message.isCopied()) {
        std::string name(message.name); // in single quotes a shell takes everything but these as it is
        for (std::size_t at = 0; (at = name.find('\'', at)) != name.npos; at += 4)
            name.replace(at, 1, "'\\''");
        return command + fmt::format(" --message '{}' --wparam {} --lparam {}", name, message.wParam, message.lParam);
    }
    command += fmt::format(" --id {}", message.id);
    if (message.nullData)
        return command + " --null";
    return command +
           (message.payload.empty() ? std::string(" --text ''") : fmt::format(" --data {}", toHex(message.payload)));
}

} // namespace ipclens
