#include "app/cli/run.h"

#include "app/cli/console.h"
#include "core/os/elevation.h"
#include "core/wire/json.h"
#include "core/wire/wire.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace ipclens {
namespace {

bool isShowingProgress = false; // on standard error; main thread only

} // namespace

Run::Run() : m_events(std::make_shared<EventQueue>())
{
}

Run::~Run()
{
    m_events->close(); // the connection's thread may wait for room in it
}

SessionOptions Run::sessionOptions() const
{
    return {.journalFolder = journalFolder.empty()
                                 ? defaultJournalFolder()
                                 : std::filesystem::path(std::u8string(journalFolder.begin(), journalFolder.end()))};
}

Result<Connection *> Run::connect()
{
    if (m_connection)
        return m_connection.get();
    ConnectionSinks sinks{.event = [events = m_events](Event event) { events->push(std::move(event)); },
                          .closed = [events = m_events](Error error) { events->lose(std::move(error)); }};
    if (connectTo.empty()) {
        m_connection = startSession(makeSystem(), sessionOptions(), std::move(sinks));
        return m_connection.get();
    }
    auto stream = connectTo == elevatedSession ? startElevatedSession({}) : startChild(connectTo);
    if (!stream)
        return Failure(std::move(stream.error()));
    auto connection = connectStream(std::move(*stream), std::move(sinks));
    if (!connection)
        return Failure(std::move(connection.error()));
    m_connection = std::move(*connection);
    return m_connection.get();
}

void Run::endOnInterrupt()
{
    onInterrupt([events = m_events] { events->interrupt(); });
}

void Run::endOnInput()
{
    onInputEnd([events = m_events] { events->interrupt(); });
}

Result<void> Run::hold()
{
    Event ignored;
    for (;;) {
        const auto wake = m_events->next(ignored);
        if (wake == EventQueue::Wake::Interrupted)
            return {};
        if (wake == EventQueue::Wake::Lost)
            return Failure(m_events->lostError());
    }
}

void Run::print(std::string_view text)
{
    if (m_outputError || std::fwrite(text.data(), 1, text.size(), stdout) == text.size())
        return;
    const int code = errno;
    m_outputError = Error{
        .code = static_cast<std::uint32_t>(code), .operation = "write standard output", .meaning = std::strerror(code)};
}

void Run::printJson(const AnyReply &reply)
{
    print(toJson(reply) + '\n');
}

void Run::printJsonList(const AnyReply &reply)
{
    const std::string document = toJson(reply); // {"name":[...]}
    const auto begin = document.find('[');
    print(std::string_view(document).substr(begin, document.size() - 1 - begin));
    print("\n");
}

Result<void> Run::flush()
{
    if (!m_outputError && std::fflush(stdout) != 0) {
        const int code = errno;
        m_outputError = Error{.code = static_cast<std::uint32_t>(code),
                              .operation = "write standard output",
                              .meaning = std::strerror(code)};
    }
    if (m_outputError)
        return Failure(*m_outputError);
    return {};
}

void Run::note(std::string_view line)
{
    const bool afterProgress = std::exchange(isShowingProgress, false);
    std::fprintf(stderr, "%s%.*s\n", afterProgress ? "\r\x1b[K" : "", static_cast<int>(line.size()), line.data());
}

void Run::noteProgress(std::string_view line)
{
    isShowingProgress = true;
    std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(line.size()), line.data());
    std::fflush(stderr);
}

void Run::complain(const Error &error) const
{
    note(json ? toJson(error) : "ipclens-cli: " + toText(error));
}

} // namespace ipclens
