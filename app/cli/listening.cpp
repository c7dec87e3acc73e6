#include "app/cli/listening.h"

#include "app/cli/arguments.h"
#include "app/cli/message_rows.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ipclens {

void addListeningOptions(CLI::App &command, ListeningOptions &options)
{
    command.add_option("--filter", options.filterText, "Prints, and counts for --count, only what matches")->type_name("FILTER");
    command.add_option("--write", options.write, "Saves them as a capture (pcapng) as well; - is standard output, alone")
        ->type_name("FILE");
    command.add_flag("--replace", options.replace, "Lets --write write over an existing file");
    command.add_option("--count", options.count, "Ends after so many messages");
    command.add_option("--duration", options.duration, "Ends after so many seconds")->check(CLI::NonNegativeNumber);
}

void settleListening(ListeningOptions &options)
{
    auto filter = MessageFilter::parse(options.filterText);
    if (!filter)
        refuse("--filter", toText(toError(filter.error(), "read a filter", options.filterText)));
    options.filter = std::move(*filter);
}

Result<void> Listening::prepare()
{
    m_run.endOnInterrupt();
    if (m_options.write.empty())
        return {};
    const auto host = m_run.ask(GetHost{});
    if (!host)
        return Failure(host.error());
    auto output = CaptureOutput::open(m_options.write, m_options.replace, host->system);
    if (!output)
        return Failure(std::move(output.error()));
    m_output = std::move(*output);
    return {};
}

Result<void> Listening::listenTo(const InboxOpened &opened, const std::string &what, const std::string &name, const std::string &about)
{
    m_inbox = opened.inbox;
    if (m_output)
        m_output->nameInbox(opened.inbox, opened.receiver.handle == 0 ? name
                                                                      : fmt::format("{} {} / {}", name, opened.receiver.className,
                                                                                    opened.receiver.title));
    announce(opened, what, about);
    auto outcome = printArrivals();
    if (outcome)
        outcome = close();
    if (auto printed = printHeld(true); !printed && outcome)
        outcome = printed;
    Run::note(fmt::format("received {} dropped {} ({} bytes) truncated {}", m_counts.received, m_counts.dropped,
                          m_counts.droppedBytes, m_counts.truncated));
    if (m_output) {
        if (auto closed = m_output->close(); !closed && outcome)
            outcome = closed;
    }
    if (outcome && m_ended)
        return Failure(*m_ended);
    return outcome;
}

void Listening::announce(const InboxOpened &opened, const std::string &what, const std::string &about)
{
    std::string line = fmt::format("{}: window {} {}", what, hexNumber(opened.window), about);
    if (const Window &receiver = opened.receiver; receiver.handle != 0)
        line += fmt::format("for window {} class \"{}\" title \"{}\" of process {} {}", hexNumber(receiver.handle), receiver.className,
                            receiver.title, receiver.process.pid, receiver.processName);
    Run::note(m_run.json ? toJson(AnyReply(opened)) : line);
    if (!m_run.json && !opened.note.empty())
        Run::note(opened.note);
    if (!m_run.json && m_options.write != "-")
        m_run.print(rowTitles());
}

Result<void> Listening::printArrivals()
{
    std::optional<EventQueue::Time> end;
    if (m_options.duration > 0)
        end = std::chrono::steady_clock::now() +
              std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(m_options.duration));
    auto outcome = m_run.flush();
    while (outcome && !isEnough() && !m_ended) {
        auto deadline = end;
        if (!m_held.empty())
            deadline = std::min(end.value_or(m_held.front().until), m_held.front().until);
        const auto wake = m_run.events().next(m_event, deadline);
        if (wake == EventQueue::Wake::Lost)
            return Failure(m_run.events().lostError());
        if (wake == EventQueue::Wake::Event)
            outcome = takeBatch();
        else if (wake == EventQueue::Wake::Deadline && !(end && std::chrono::steady_clock::now() >= *end))
            outcome = printHeld(false);
        else {
            m_interrupted = wake == EventQueue::Wake::Interrupted;
            break;
        }
    }
    return outcome;
}

// The last batch comes before the reply; this thread has to go on taking so that it can.
Result<void> Listening::close()
{
    const auto connection = m_run.connect();
    if (!connection)
        return Failure(connection.error());
    (*connection)->call(CloseInbox{m_inbox}, [&events = m_run.events()](const Result<Done> &) { events.finish(); });
    for (;;) {
        switch (m_run.events().next(m_event)) {
        case EventQueue::Wake::Event:
            if (auto taken = takeBatch(); !taken)
                return taken;
            break;
        case EventQueue::Wake::Lost:
            // Ctrl+C in a terminal also reaches the far end.
            return m_interrupted ? Result<void>() : Failure(m_run.events().lostError());
        case EventQueue::Wake::Finished:
            return {};
        default:
            break;
        }
    }
}

Result<void> Listening::takeBatch()
{
    auto *const batch = std::get_if<MessageBatch>(&m_event);
    if (batch == nullptr || batch->inbox != m_inbox)
        return {};
    for (MessageOutcome &outcome : batch->outcomes) {
        const auto held = std::ranges::find(m_held, outcome.sequence, [](const Held &one) { return one.message.sequence; });
        if (held != m_held.end())
            held->message.outcome = std::move(outcome);
        else if (m_unanswered.erase(outcome.sequence) > 0) {
            if (auto written = m_output->write(m_inbox, m_lastTime, outcome); !written)
                return written;
        }
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    for (Message &message : batch->messages)
        m_held.push_back({std::move(message), until});
    batch->messages.clear();
    if (batch->ended)
        m_ended = std::move(batch->ended);
    m_counts = std::move(*batch);
    return printHeld(false);
}

// From the first on: those that have their outcome, or need not have one, or have waited long enough.
Result<void> Listening::printHeld(bool all)
{
    const auto now = std::chrono::steady_clock::now();
    while (!m_held.empty()) {
        Held &first = m_held.front();
        if (!all && !first.message.outcome && first.message.senderWaits && first.until > now)
            break;
        if (auto printed = print(std::move(first.message)); !printed)
            return printed;
        m_held.pop_front();
    }
    if (m_output) {
        if (auto flushed = m_output->flush(); !flushed)
            return flushed;
    }
    return m_run.flush();
}

Result<void> Listening::print(Message message)
{
    MessageView placed(message);
    m_clock.place(placed);
    if (isEnough() || !m_options.filter.matches(placed))
        return {};
    ++m_printed;
    if (m_output) {
        if (auto written = m_output->write(message); !written)
            return written;
        m_lastTime = message.time;
        if (!message.outcome && message.senderWaits)
            m_unanswered.insert(message.sequence);
    }
    if (m_options.write != "-")
        m_run.print(m_run.json ? jsonOf(std::move(message)) + '\n' : rowOf(message));
    return {};
}

} // namespace ipclens
