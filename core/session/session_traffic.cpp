// What a session does with messages: windows that take them, sending.
#include "core/session/session_core.h"

#include "core/model/transform.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::uint64_t mostPayload = std::uint64_t{64} << 20;
constexpr std::uint32_t longestTimeout = 60'000;
constexpr std::uint32_t mostReferenceBytes = 65'536;

Failure refuse(ErrorKind kind, std::string operation, std::string object, std::string meaning)
{
    return Failure(Error{
        .kind = kind, .operation = std::move(operation), .object = std::move(object), .meaning = std::move(meaning)});
}

Failure noInbox(std::string operation, InboxId inbox)
{
    return refuse(ErrorKind::Missing, std::move(operation), fmt::format("inbox {}", inbox), "there is no inbox of that number");
}

Result<void> checkPayload(const char *operation, std::uint64_t maxPayload)
{
    if (maxPayload > mostPayload)
        return refuse(ErrorKind::OutOfRange, operation, fmt::format("{} bytes of a payload", maxPayload),
                      fmt::format("at most {} bytes of a payload can be kept", mostPayload));
    return {};
}

Result<void> checkReferences(const char *operation, std::uint32_t bytes)
{
    if (bytes > mostReferenceBytes)
        return refuse(ErrorKind::OutOfRange, operation, fmt::format("{} bytes of what a message leads to", bytes),
                      fmt::format("at most {} can be kept", mostReferenceBytes));
    return {};
}

Result<void> check(const InboxRequest &request)
{
    constexpr const char *operation = "open inbox";
    if (request.className.empty())
        return refuse(ErrorKind::Invalid, operation, "window class \"\"", "an inbox's window needs a class name");
    for (const ReplyRule &rule : request.replies) {
        if (rule.delay > longestTimeout)
            return refuse(ErrorKind::OutOfRange, operation, fmt::format("an answer after {} ms", rule.delay),
                          fmt::format("it is at most {} ms", longestTimeout));
        const bool isRegistered = rule.kind == MessageKind::Registered;
        if (isRegistered ? rule.id.has_value() : !rule.message.empty())
            return refuse(ErrorKind::Invalid, operation, "a rule for answers",
                          "WM_COPYDATA is told apart by its number, registered messages by their names");
        if (isRegistered && !rule.message.empty() && std::ranges::find(request.messages, rule.message) == request.messages.end())
            return refuse(ErrorKind::Invalid, operation, fmt::format("an answer to \"{}\"", rule.message),
                          "the inbox does not take that message");
    }
    for (const PointerRule &rule : request.pointers)
        if (std::ranges::find(request.messages, rule.message) == request.messages.end())
            return refuse(ErrorKind::Invalid, operation, fmt::format("a pointer in \"{}\"", rule.message),
                          "the inbox does not take that message");
    if (auto checked = checkReferences(operation, request.referenceBytes); !checked)
        return checked;
    return checkPayload(operation, request.maxPayload);
}

Result<void> check(const RelayRequest &request)
{
    if (auto checked = checkReferences("open relay", request.referenceBytes); !checked)
        return checked;
    return checkPayload("open relay", request.maxPayload);
}

Result<void> check(const TapRequest &request)
{
    if (!request.loadCode)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "open tap",
                             .meaning = "it loads code of ours into the other program, and nobody has agreed to that",
                             .hint = "A relay sees messages without it"});
    constexpr std::uint32_t least = 64 << 10, most = 256 << 20;
    if (request.ringBytes < least || request.ringBytes > most)
        return refuse(ErrorKind::OutOfRange, "open tap", fmt::format("a ring of {} bytes", request.ringBytes),
                      fmt::format("it has {} to {} bytes", least, most));
    if (auto checked = checkReferences("open tap", request.referenceBytes); !checked)
        return checked;
    return checkPayload("open tap", request.maxPayload);
}

Result<void> checkTimeout(std::uint32_t timeout)
{
    if (timeout > longestTimeout)
        return refuse(ErrorKind::OutOfRange, "send", fmt::format("time-out of {} ms", timeout),
                      fmt::format("it is at most {} ms", longestTimeout));
    return {};
}

} // namespace

// Opens with a function of the system, after the request's check.
template <class Request>
Outcome<InboxOpened> Session::openWith(Result<std::unique_ptr<Inbox>> (System::*open)(const Request &), const Request &request)
{
    if (auto checked = check(request); !checked)
        return Result<InboxOpened>(Failure(std::move(checked.error())));
    return Job<InboxOpened>{LaneName::Walk,
                            [this, open, request](std::stop_token) {
                                return transform(((*m_system).*open)(request), [this](std::unique_ptr<Inbox> inbox) {
                                    InboxOpened opened{.window = inbox->window(),
                                                       .registered = inbox->registered(),
                                                       .receiver = inbox->receiver(),
                                                       .note = inbox->note()};
                                    opened.inbox = m_delivery.add(std::move(inbox));
                                    return opened;
                                });
                            },
                            [this](const InboxOpened &opened) { m_delivery.close(opened.inbox); }};
}

Outcome<InboxOpened> Session::handle(const OpenInbox &command)
{
    return openWith(&System::openInbox, command.request);
}

Outcome<InboxOpened> Session::handle(const OpenRelay &command)
{
    return openWith(&System::openRelay, command.request);
}

Outcome<InboxOpened> Session::handle(const OpenTap &command)
{
    return openWith(&System::openTap, command.request);
}

Result<Done> Session::handle(const SetInboxCapturing &command)
{
    if (m_delivery.setCapturing(command.inbox, command.on))
        return Done{};
    return noInbox(command.on ? "start capturing" : "stop capturing", command.inbox);
}

Job<Done> Session::handle(const CloseInbox &command)
{
    return {LaneName::Walk, [this, inbox = command.inbox](std::stop_token) -> Result<Done> {
                if (m_delivery.close(inbox))
                    return Done{};
                return noInbox("close inbox", inbox);
            }};
}

Outcome<SendOutcome> Session::handle(SendCopyData &command)
{
    if (const auto checked = checkTimeout(command.timeout); !checked)
        return Result<SendOutcome>(Failure(checked.error()));
    return Job<SendOutcome>{LaneName::Send, [this, command = std::move(command)](std::stop_token) {
                                return m_system->sendCopyData(command.window, command.sender, command.id, command.data,
                                                              command.timeout);
                            }};
}

Outcome<SendOutcome> Session::handle(const SendRegistered &command)
{
    if (const auto checked = checkTimeout(command.timeout); !checked)
        return Result<SendOutcome>(Failure(checked.error()));
    return Job<SendOutcome>{LaneName::Send, [this, command](std::stop_token) {
                                return m_system->sendRegistered(command.window, command.message, command.wParam,
                                                                command.lParam, command.timeout);
                            }};
}

Job<SeriesStarted> Session::handle(StartSeries &command)
{
    return {LaneName::Walk,
            [this, command = std::move(command)](std::stop_token stop) mutable { return m_series.add(std::move(command), stop); },
            [this](const SeriesStarted &started) { m_series.discard(started.series); }};
}

Later<Done> Session::handle(AddToSeries &command)
{
    return {[this, command = std::move(command)](Replier<Done> reply) mutable {
        m_series.append(std::move(command), std::move(reply));
    }};
}

Result<Done> Session::handle(const StopSeries &command)
{
    return m_series.end(command.series);
}

} // namespace ipclens
