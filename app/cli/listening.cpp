#include "app/cli/listening.h"

#include "app/cli/arguments.h"
#include "app/cli/message_rows.h"
#include "core/model/memory.h"
#include "core/wire/json.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace ipclens {

void addListeningOptions(CLI::App &command, ListeningOptions &options)
{
    command.add_option("--filter", options.filterText, "Prints, and counts for --count, only what matches")->type_name("FILTER");
    command.add_option("--write", options.write, "Saves them as a capture (pcapng) as well; - is standard output, alone")
        ->type_name("FILE");
    addRowOptions(command, options.rows);
    command.add_flag("--replace", options.replace, "Lets --write write over an existing file");
    addSize(command, "--keep-size", options.limits.bytes,
            "Limits what --write keeps: it goes on in numbered files, NAME-000001.pcapng and so on, and the oldest are "
            "removed")
        ->type_name("SIZE");
    command.add_option("--keep-count", options.limits.messages, "The same by number of messages")
        ->check(CLI::PositiveNumber);
    command.add_option("--keep-time", options.keepSeconds, "The same by age, in seconds")
        ->check(CLI::Range(0.001, 1e9));
    command.add_option("--count", options.count, "Ends after so many messages");
    command.add_option("--duration", options.duration, "Ends after so many seconds")->check(CLI::NonNegativeNumber);
}

void settleListening(ListeningOptions &options)
{
    options.filter = readFilter("--filter", options.filterText);
    options.limits.age = static_cast<std::int64_t>(options.keepSeconds * 1e9);
    if (options.limits != MessageStore::Limits{} && (options.write.empty() || options.write == "-"))
        refuse("--keep-size", "it limits the files of --write: name them");
}

Listening::Listening(Run &run, const ListeningOptions &options)
    : m_run(run), m_options(options), m_rows(options.rows),
      m_held(options.filter, {.show = [this](const MessageView &message) { return print(message); },
                              .showAnswer = [this](const LateAnswer &answer) { return print(answer); }})
{
}

Result<void> Listening::prepare()
{
    m_run.endOnInterrupt();
    if (m_options.write.empty())
        return {};
    const auto host = m_run.ask(GetHost{});
    if (!host)
        return Failure(host.error());
    auto output = SegmentedOutput::open(m_options.write, m_options.replace, host->system, m_options.limits);
    if (!output)
        return Failure(std::move(output.error()));
    m_output.emplace(std::move(*output));
    return {};
}

Result<void> Listening::listen(std::vector<Opening> openings)
{
    if (auto prepared = prepare(); !prepared)
        return prepared;
    for (Opening &opening : openings)
        if (auto opened = open(std::move(opening)); !opened)
            return opened;
    if (!m_run.json && isPrinting())
        m_run.print(m_rows.titles());
    return listenToAll();
}

// Takes events while it waits: those of an inbox that is open already would keep the reply from coming.
Result<void> Listening::open(Opening opening)
{
    const auto connection = m_run.connect();
    if (!connection)
        return Failure(connection.error());
    struct Waiting {
        std::mutex mutex;
        std::optional<Result<AnyReply>> reply;
    };
    const auto waiting = std::make_shared<Waiting>();
    (*connection)->submit(std::move(opening.command), [waiting, &events = m_run.events()](Result<AnyReply> reply) {
        {
            const std::scoped_lock lock(waiting->mutex);
            waiting->reply = std::move(reply);
        }
        events.poke();
    });
    for (;;) {
        const auto wake = m_run.events().next(m_event);
        if (wake == EventQueue::Wake::Event) {
            if (auto taken = takeBatch(); !taken)
                return taken;
        } else if (wake == EventQueue::Wake::Lost) {
            return Failure(m_run.events().lostError());
        }
        const std::scoped_lock lock(waiting->mutex);
        if (!waiting->reply)
            continue;
        if (!*waiting->reply)
            return Failure(waiting->reply->error());
        announce(std::get<InboxOpened>(**waiting->reply), opening);
        return {};
    }
}

void Listening::announce(const InboxOpened &opened, const Opening &opening)
{
    const Window &receiver = opened.receiver;
    Open &one = m_open.emplace_back(Open{.inbox = opened.inbox, .name = opening.name, .since = wallClock()});
    std::string line = fmt::format("{}: window {} {}", opening.what, hexNumber(opened.window), opening.about);
    if (receiver.handle != 0) {
        one.name += fmt::format(" {} / {}", receiver.className, receiver.title);
        line += fmt::format("for window {} class \"{}\" title \"{}\" of process {} {}", hexNumber(receiver.handle),
                            receiver.className, receiver.title, receiver.process.pid, receiver.processName);
    }
    if (m_output) {
        m_output->nameInbox(opened.inbox, one.name);
        m_output->count(opened.inbox, {.since = one.since});
    }
    Run::note(m_run.json ? toJson(AnyReply(opened)) : line);
    if (!m_run.json && !opened.note.empty())
        Run::note(opened.note);
}

Result<void> Listening::listenToAll()
{
    auto outcome = printArrivals();
    if (outcome)
        outcome = close();
    if (auto printed = m_held.passAll(); !printed && outcome)
        outcome = printed;
    if (m_output) {
        if (auto closed = m_output->close(); !closed && outcome)
            outcome = closed;
    }
    m_run.print(std::exchange(m_toShow, {}));
    tellCounts();
    if (outcome && m_ended)
        return Failure(*m_ended);
    return outcome;
}

void Listening::tellCounts() const
{
    for (const auto &[inbox, name, since, counts] : m_open)
        Run::note(fmt::format("{}received {} dropped {} ({} bytes) truncated {}", m_open.size() > 1 ? name + ": " : "",
                              counts.received, counts.dropped, counts.droppedBytes, counts.truncated));
    if (m_output && m_output->letGo().number > 0)
        Run::note(fmt::format("let go from {}: {} messages, {} bytes in {} files", m_options.write,
                              m_output->letGo().messages, m_output->letGo().bytes, m_output->letGo().number));
    if (m_held.letGo() > 0)
        Run::note(
            fmt::format("not looked at again, because too many waited for an answer that the filter asks about: {}",
                        m_held.letGo()));
}

Result<void> Listening::printArrivals()
{
    std::optional<EventQueue::Time> end;
    if (m_options.duration > 0)
        end = std::chrono::steady_clock::now() +
              std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(m_options.duration));
    auto outcome = m_run.flush();
    while (outcome && !isEnough() && !m_ended) {
        const auto due = m_held.due();
        const auto deadline = end && due ? std::min(end, due) : end ? end : due;
        const auto wake = m_run.events().next(m_event, deadline);
        if (wake == EventQueue::Wake::Lost)
            return Failure(m_run.events().lostError());
        if (wake == EventQueue::Wake::Event)
            outcome = takeBatch();
        else if (wake == EventQueue::Wake::Poked ||
                 (wake == EventQueue::Wake::Deadline && !(end && std::chrono::steady_clock::now() >= *end)))
            outcome = printHeld();
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
    const auto left = std::make_shared<std::atomic<std::size_t>>(m_open.size());
    for (const Open &open : m_open)
        (*connection)->call(CloseInbox{open.inbox}, [left, &events = m_run.events()](const Result<Done> &) {
            if (--*left == 0)
                events.finish();
        });
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
    const auto open = batch ? std::ranges::find(m_open, batch->inbox, &Open::inbox) : m_open.end();
    if (open == m_open.end())
        return {};
    for (MessageOutcome &outcome : batch->outcomes)
        if (auto taken =
                m_held.add(LateAnswer{.inbox = batch->inbox, .outcome = std::move(outcome), .messageTime = {}});
            !taken)
            return taken;
    const auto now = HeldMessages::Clock::now();
    for (Message &message : batch->messages)
        m_held.add(std::move(message), {}, now);
    batch->messages.clear();
    batch->outcomes.clear();
    if (batch->notice)
        Run::note(toText(*batch->notice));
    if (batch->ended)
        m_ended = std::move(batch->ended);
    open->counts = std::move(*batch);
    if (m_output)
        m_output->count(open->inbox,
                        {.since = open->since, .received = open->counts.received, .dropped = open->counts.dropped});
    return printHeld();
}

Result<void> Listening::printHeld()
{
    if (auto passed = m_held.pass(HeldMessages::Clock::now()); !passed)
        return passed;
    return flush();
}

// What is shown is in the file before: who kills this program finds there all that it has seen.
Result<void> Listening::flush()
{
    if (m_output) {
        if (auto flushed = m_output->flush(); !flushed)
            return flushed;
    }
    m_run.print(std::exchange(m_toShow, {}));
    return m_run.flush();
}

Result<void> Listening::show(const std::string &text)
{
    constexpr std::size_t most = 1 << 20;
    m_toShow += text;
    return m_toShow.size() > most ? flush() : Result<void>();
}

Result<void> Listening::print(const MessageView &message)
{
    if (isEnough())
        return {};
    ++m_printed;
    m_lastTime = std::max(m_lastTime, message.time);
    if (m_output) {
        if (auto written = m_output->write(message); !written)
            return written;
    }
    return isPrinting() ? show(m_run.json ? jsonOf(message) + '\n' : m_rows.row(message)) : Result<void>();
}

Result<void> Listening::print(const LateAnswer &answer)
{
    if (isEnough() && answer.messageTime > m_lastTime)
        return {}; // of one that came when it was enough
    if (m_output) {
        if (auto written = m_output->write(answer); !written)
            return written;
    }
    return isPrinting() ? show(m_run.json ? jsonOf(answer) + '\n' : m_rows.row(answer)) : Result<void>();
}

} // namespace ipclens
