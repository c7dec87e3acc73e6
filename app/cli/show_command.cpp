// show: a message of a capture in all the forms in which it can be read.
#include "app/cli/arguments.h"
#include "app/cli/capture_input.h"
#include "app/cli/layout_reading.h"
#include "app/cli/message_rows.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/text/hex.h"
#include "core/text/value_format.h"
#include "core/traffic/message_text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <deque>

namespace ipclens {
namespace {

using Json = nlohmann::ordered_json;

struct ShowArguments {
    std::string file;
    std::string filterText;
    MessageFilter filter;
    LayoutReading layout;
};

// Of messages of one kind and sender, what they last led to: that is compared with.
class EarlierReferences {
public:
    struct Earlier {
        std::uint64_t sequence = 0;
        std::vector<MessageReference> references;
    };

    // None: there was no such message, or it is too long ago.
    const Earlier *of(const MessageView &message) const
    {
        const auto found = std::ranges::find(m_earlier, keyOf(message), &std::pair<std::string, Earlier>::first);
        return found == m_earlier.end() ? nullptr : &found->second;
    }
    void note(const MessageView &message)
    {
        if (message.references.empty())
            return;
        constexpr std::size_t mostKept = 256;
        std::erase_if(m_earlier, [key = keyOf(message)](const auto &entry) { return entry.first == key; });
        m_earlier.emplace_back(keyOf(message),
                               Earlier{message.sequence, {message.references.begin(), message.references.end()}});
        if (m_earlier.size() > mostKept)
            m_earlier.pop_front();
    }

private:
    static std::string keyOf(const MessageView &message)
    {
        return fmt::format("{} {} {} {} {}", message.sender.pid, message.sender.created, message.isCopied(), message.id,
                           message.name);
    }

    std::deque<std::pair<std::string, Earlier>> m_earlier; // the oldest first
};

// Where two blocks differ, one range after another.
std::vector<std::pair<std::size_t, std::size_t>> differences(const Bytes &before, const Bytes &now)
{
    std::vector<std::pair<std::size_t, std::size_t>> ranges; // the first byte and the one behind the last
    for (std::size_t at = 0; at < std::max(before.size(), now.size()); ++at) {
        if (at < before.size() && at < now.size() && before[at] == now[at])
            continue;
        if (!ranges.empty() && ranges.back().second == at)
            ++ranges.back().second;
        else
            ranges.emplace_back(at, at + 1);
    }
    return ranges;
}

std::string differenceText(const std::vector<std::pair<std::size_t, std::size_t>> &ranges)
{
    constexpr std::size_t mostTold = 8;
    std::string text;
    for (const auto &[first, end] : std::span(ranges).first(std::min(ranges.size(), mostTold)))
        text += end == first + 1 ? fmt::format(" +0x{:x}", first) : fmt::format(" +0x{:x} to +0x{:x}", first, end - 1);
    return text + (ranges.size() > mostTold ? fmt::format(" and {} other places", ranges.size() - mostTold) : "");
}

std::string_view nameOf(TextForm form)
{
    switch (form) {
    case TextForm::Utf8:
        return "UTF-8";
    case TextForm::Utf16:
        return "UTF-16";
    case TextForm::Ansi:
        break;
    }
    return "ANSI";
}

std::string textIn(TextForm form, std::span<const std::byte> payload)
{
    switch (form) {
    case TextForm::Utf8:
        return std::string(reinterpret_cast<const char *>(payload.data()), payload.size());
    case TextForm::Utf16:
        return fromUtf16(payload);
    case TextForm::Ansi:
        break;
    }
    return fromAnsi(payload);
}

// Shows messages one after another; the references of each are compared with those before it.
class ShownMessages {
public:
    ShownMessages(Run &run, const ShowArguments &arguments) : m_run(run), m_arguments(arguments) {}

    void take(const MessageView &message, const CaptureReader &reader)
    {
        if (m_arguments.filter.matches(message)) {
            ++m_count;
            if (m_run.json)
                m_run.print(json(message).dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
            else
                m_run.print(text(message, reader));
        }
        m_earlier.note(message);
    }
    std::uint64_t count() const { return m_count; }

private:
    std::string head(const MessageView &message, const CaptureReader &reader) const
    {
        RowFormat format;
        format.columns = {RowColumn::Number, RowColumn::Time, RowColumn::Sender, RowColumn::Receiver, RowColumn::Kind,
                          RowColumn::Id,     RowColumn::Size, RowColumn::Result, RowColumn::Duration, RowColumn::Mark};
        format.time = RowTime::Utc;
        MessageRows rows(format);
        auto text = (m_count > 1 ? "\n" : "") + rows.titles() + rows.row(message);
        if (const auto name = reader.inboxNames().find(message.inbox); name != reader.inboxNames().end())
            text += fmt::format("inbox {}: {}\n", message.inbox, printable(name->second, 200));
        if (!message.senderTitle.empty())
            text +=
                fmt::format("sender's window 0x{:x}: {}\n", message.senderWindow, printable(message.senderTitle, 200));
        if (!message.comment().empty())
            text += fmt::format("comment: {}\n", printable(message.comment(), 1000));
        if (message.failure)
            text += fmt::format("no answer: {}\n", toText(*message.failure));
        return text;
    }

    std::string text(const MessageView &message, const CaptureReader &reader) const
    {
        auto text = head(message, reader);
        if (!message.isCopied())
            text += fmt::format("wParam 0x{:x} ({})  lParam 0x{:x} ({})\n", message.wParam, message.wParam,
                                message.lParam, message.lParam);
        if (!message.payload.empty())
            text += "\n" + payloadText(message);
        for (const auto &reference : message.references)
            text += "\n" + referenceText(message, reference);
        return text;
    }

    std::string payloadText(const MessageView &message) const
    {
        const MemoryImage image{.bytes = toBytes(message.payload)};
        auto text = hexDump(image);
        if (m_arguments.layout.isGiven())
            text += "\n" + layoutText(message.payload);
        const auto guess = guessText(message.payload, !message.isTruncated());
        text += "\n";
        for (const auto &[form, confidence] : textReadings(message.payload))
            text += fmt::format("{:<6} {:>3} %  {}\n", nameOf(form), confidence,
                                printable(textIn(form, message.payload), 200));
        if (guess.looksLikeJson)
            text += fmt::format("\nJSON\n{}\n", indentJson(guess.text));
        Table numbers({{"TYPE"}, {"LITTLE ENDIAN"}, {"BIG ENDIAN"}});
        for (const auto &value : decodeValues(image, 0))
            if (value.little != "-")
                numbers.add({value.type, value.little, value.big});
        return text + "\n" + numbers.text();
    }

    std::string layoutText(std::span<const std::byte> bytes) const
    {
        Table fields({{"FIELD"}, {"TYPE"}, {"OFFSET", true}, {"VALUE"}});
        for (const auto &row : m_arguments.layout.rows(bytes))
            fields.add({row.name, row.type, fmt::format("0x{:x}", row.offset), row.value});
        return fields.text();
    }

    // The reference in the same place of the message before it.
    const MessageReference *earlierOf(const MessageView &message, const MessageReference &reference) const
    {
        const auto *const earlier = m_earlier.of(message);
        const auto place = static_cast<std::size_t>(&reference - message.references.data());
        return earlier && place < earlier->references.size() ? &earlier->references[place] : nullptr;
    }

    std::string referenceText(const MessageView &message, const MessageReference &reference) const
    {
        auto text = reference.kind == ReferenceKind::Section
                        ? fmt::format("leads to section {}\n", printable(reference.section, 200))
                        : fmt::format("leads to 0x{:x} in process {}\n", reference.address, reference.process.pid);
        if (reference.failure)
            return text + toText(*reference.failure) + "\n";
        text += hexDump({.address = reference.address, .bytes = reference.bytes});
        if (m_arguments.layout.isGiven() && message.payload.empty())
            text += "\n" + layoutText(reference.bytes);
        if (const auto *const earlier = earlierOf(message, reference)) {
            const auto ranges = differences(earlier->bytes, reference.bytes);
            text += ranges.empty() ? fmt::format("the same as of number {}\n", m_earlier.of(message)->sequence)
                                   : fmt::format("differs from that of number {} at{}\n",
                                                 m_earlier.of(message)->sequence, differenceText(ranges));
        }
        return text;
    }

    Json json(const MessageView &message) const
    {
        Json json = Json::parse(jsonOf(message));
        if (message.isCopied()) {
            json["text"] = Json::array();
            for (const auto &[form, confidence] : textReadings(message.payload))
                json["text"].push_back(
                    {{"form", nameOf(form)}, {"confidence", confidence}, {"text", textIn(form, message.payload)}});
            json["numbers"] = Json::array();
            for (const auto &value : decodeValues({.bytes = toBytes(message.payload)}, 0))
                if (value.little != "-")
                    json["numbers"].push_back({{"type", value.type}, {"little", value.little}, {"big", value.big}});
            const auto guess = guessText(message.payload, !message.isTruncated());
            // As it stands there: parsed, its long numbers would be rounded.
            json["json"] = guess.looksLikeJson ? Json(guess.text) : Json();
        }
        if (m_arguments.layout.isGiven()) {
            const auto bytes = message.payload.empty() && !message.references.empty()
                                   ? std::span<const std::byte>(message.references[0].bytes)
                                   : message.payload;
            for (const auto &row : m_arguments.layout.rows(bytes))
                json["fields"].push_back(
                    {{"name", row.name}, {"type", row.type}, {"offset", row.offset}, {"value", row.value}});
        }
        for (std::size_t i = 0; i < message.references.size(); ++i) {
            const auto *const earlier = earlierOf(message, message.references[i]);
            if (!earlier)
                continue;
            auto &changed = json["references"][i]["changed"] = {{"since", m_earlier.of(message)->sequence},
                                                                {"ranges", Json::array()}};
            for (const auto &[first, end] : differences(earlier->bytes, message.references[i].bytes))
                changed["ranges"].push_back({{"begin", first}, {"size", end - first}});
        }
        return json;
    }

    Run &m_run;
    const ShowArguments &m_arguments;
    EarlierReferences m_earlier;
    std::uint64_t m_count = 0;
};

Result<void> show(Run &run, const ShowArguments &arguments)
{
    ShownMessages shown(run, arguments);
    CaptureTakers takers;
    takers.message = [&](const MessageView &message, const CaptureReader &reader) {
        shown.take(message, reader);
        return Result<void>();
    };
    takers.pause = [&] { return run.flush(); };
    const auto read = readCapture(arguments.file, {}, takers);
    noteLosses(read);
    if (read.outcome && shown.count() == 0)
        return Failure(Error{.kind = ErrorKind::Missing,
                             .operation = "show",
                             .object = arguments.file,
                             .meaning = "no message of it matches"});
    return read.outcome;
}

} // namespace

void addShow(CLI::App &app, Run &run)
{
    auto *const command =
        app.add_subcommand("show", "Shows messages of a capture in all the forms in which they can be read");
    command->footer("Bytes, text with how much speaks for each encoding, JSON, numbers, what the message leads to and "
                    "where that differs from "
                    "the message before it of the same sender and kind, and fields by a C struct.\n\n"
                    "Examples:\n"
                    "  ipclens-cli show traffic.pcapng 12\n"
                    "  ipclens-cli show traffic.pcapng \"message.name == \\\"Handle\\\"\" --layout \"struct Block { "
                    "DWORD id; char name[16]; }\"");
    const auto arguments = std::make_shared<ShowArguments>();
    command->add_option("FILE", arguments->file, "A capture (pcapng), or - for standard input")->required();
    command
        ->add_option("WHICH", arguments->filterText, "The number of a message (of each inbox that has it), or a filter")
        ->required();
    arguments->layout.addOptions(*command);
    command->callback([&run, arguments] {
        const bool isNumber = !arguments->filterText.empty() &&
                              arguments->filterText.find_first_not_of("0123456789") == std::string::npos;
        arguments->filter = readFilter("WHICH", (isNumber ? "number == " : "") + arguments->filterText);
        arguments->layout.settle();
        run.action = [&run, arguments] { return show(run, *arguments); };
    });
}

} // namespace ipclens
