#include "core/traffic/sequence_diagram.h"

#include "core/text/input_text.h"
#include "core/traffic/message_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t timeWidth = 16;
constexpr std::size_t spacing = 30; // columns from one lifeline to the next
constexpr std::size_t mostInName = 24;

std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// At most so many characters, with spaces or what else fills up the rest.
std::string fitted(std::string_view text, std::size_t width, char fill = ' ')
{
    auto shown = printable(text, width);
    if (characters(shown) > width)
        shown = printable(text, width - 3); // with its dots
    return shown + std::string(width - std::min(width, characters(shown)), fill);
}

std::string messageLabel(const MessageView &message)
{
    constexpr std::size_t mostOfSummary = 40;
    const auto said = summary(message, mostOfSummary);
    if (!message.isCopied())
        return fmt::format("{} 0x{:x} 0x{:x}", printable(message.name, 60), message.wParam, message.lParam);
    const bool isEmpty = message.size == 0 && message.references.empty(); // the summary says so as well
    return fmt::format("id {}, {} bytes{}", message.id, message.size, isEmpty ? "" : ": " + said);
}

std::string answerLabel(const MessageView &message)
{
    const auto duration = fmt::format("{:.3f} ms", static_cast<double>(message.duration) / 1e6);
    return message.failure ? fmt::format("failed after {}: {}", duration, printable(message.failure->meaning, 40))
                           : fmt::format("{} after {}", message.result, duration);
}

// What would end a line of Mermaid, or begin an entity.
std::string forMermaid(std::string_view text)
{
    std::string escaped;
    for (const char c : text)
        escaped += c == '#'   ? "#35;"
                   : c == ';' ? "#59;"
                   : c == '"' ? "#quot;"
                   : c == '<' ? "#lt;"
                   : c == '>' ? "#gt;"
                              : std::string(1, c);
    return escaped;
}

// PlantUML has escapes with \ and tags, and marks text by doubled signs.
std::string forPlantUml(std::string_view text)
{
    std::string escaped;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const bool isMarkup = at + 1 < text.size() && text[at + 1] == c && std::string_view("*/_-~").contains(c);
        if (c == '\\' || c == '"' || c == '<')
            escaped += fmt::format("<U+{:04X}>", static_cast<unsigned>(c));
        else
            escaped += isMarkup ? std::string{'~', c} : std::string(1, c);
    }
    return escaped;
}

} // namespace

std::string SequenceDiagram::begin() const
{
    return m_form == Form::Mermaid ? "sequenceDiagram\n" : m_form == Form::PlantUml ? "@startuml\n" : "";
}

std::string SequenceDiagram::end() const
{
    return m_form == Form::PlantUml ? "@enduml\n" : "";
}

std::string SequenceDiagram::add(const MessageView &message, std::string_view time)
{
    std::string text;
    const auto from = lifelineOf(message.sender, message.senderName, true, text);
    const auto to = lifelineOf(message.receiver, message.receiverName, false, text);
    text += arrow(from, to, messageLabel(message), false, time);
    if (message.isAnswered)
        text += arrow(to, from, answerLabel(message), true, "");
    return text;
}

std::size_t SequenceDiagram::lifelineOf(const ProcessKey &process, std::string_view name, bool isSender,
                                        std::string &added)
{
    const auto key = process.pid == 0 ? std::string(isSender ? "sender" : "receiver")
                                      : fmt::format("{} {}", process.pid, process.created);
    if (const auto known = m_places.find(key); known != m_places.end())
        return known->second;
    if (m_names.size() >= mostLifelines) {
        if (m_names.size() == mostLifelines) {
            m_names.emplace_back("others");
            added += introduced(mostLifelines);
        }
        return mostLifelines;
    }
    const auto place = m_names.size();
    m_places.emplace(key, place);
    m_names.push_back(process.pid == 0
                          ? isSender ? "unknown sender" : "unknown receiver"
                          : fmt::format("{} {}", name.empty() ? "process" : printable(name, 60), process.pid));
    added += introduced(place);
    return place;
}

std::string SequenceDiagram::introduced(std::size_t lifeline) const
{
    const auto &name = m_names[lifeline];
    switch (m_form) {
    case Form::Mermaid:
        return fmt::format("    participant p{} as {}\n", lifeline + 1, forMermaid(name));
    case Form::PlantUml:
        return fmt::format("participant \"{}\" as p{}\n", forPlantUml(name), lifeline + 1);
    case Form::Text:
        break;
    }
    std::string line(timeWidth, ' ');
    for (const auto &each : m_names)
        line += fitted(fitted(each, mostInName), spacing);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string SequenceDiagram::arrow(std::size_t from, std::size_t to, std::string_view label, bool isAnswer,
                                   std::string_view time) const
{
    switch (m_form) {
    case Form::Mermaid:
        return fmt::format("    p{}{}p{}: {}\n", from + 1, isAnswer ? "-->>" : "->>", to + 1, forMermaid(label));
    case Form::PlantUml:
        return fmt::format("p{} {} p{}: {}\n", from + 1, isAnswer ? "-->" : "->", to + 1, forPlantUml(label));
    case Form::Text:
        break;
    }
    return textArrow(from, to, label, isAnswer, time);
}

std::string SequenceDiagram::textArrow(std::size_t from, std::size_t to, std::string_view label, bool isAnswer,
                                       std::string_view time) const
{
    const char dash = isAnswer ? '.' : '-';
    const auto left = std::min(from, to), right = std::max(from, to);
    const auto lifelines = [](std::size_t count) {
        std::string line;
        for (; count > 0; --count)
            line += '|' + std::string(spacing - 1, ' ');
        return line;
    };
    std::string line = fitted(time, timeWidth) + lifelines(left) + '|';
    if (left == right) { // to itself
        line += fmt::format("{}{} {}", isAnswer ? "<" : "", std::string(2, dash), label);
    } else {
        const auto room = (right - left) * spacing - 1; // with the head and two dashes on each side
        const auto shown = fitted(fmt::format(" {} ", label), room - 5, dash);
        line += (from > to ? std::string("<") : std::string()) + std::string(2, dash) + shown + std::string(2, dash) +
                (from < to ? ">" : "");
        line += lifelines(m_names.size() - right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

} // namespace ipclens
