// Windows that receive WM_COPYDATA and registered messages.
#include "core/os/windows/message_window.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>

namespace ipclens {
namespace {

// A hidden window that answers by rules.
class WindowsInbox final : public Inbox, private Answering {
public:
    static Result<std::unique_ptr<Inbox>> open(const InboxRequest &request);

    std::uint64_t window() const override { return m_window->window(); }
    std::vector<RegisteredMessage> registered() const override { return m_window->registered(); }
    void setCapturing(bool on) override { m_window->setCapturing(on); }
    void close() override { m_window->close(); }
    Arrivals take() override { return m_window->take(); }

private:
    // A ReplyRule with the message's number for its name.
    struct Rule {
        ReplyRule asked;
        UINT message = 0; // 0: any registered one
    };

    Answer answer(MessageWindow &window, const Incoming &message) override;

    std::vector<Rule> m_rules;
    std::unique_ptr<MessageWindow> m_window; // last: its thread uses what is above
};

Result<std::unique_ptr<Inbox>> WindowsInbox::open(const InboxRequest &request)
{
    constexpr std::size_t longestClassName = 255;
    const auto className = toUtf16(request.className, "open inbox");
    if (!className)
        return Failure(className.error());
    if (className->empty())
        return invalidInput("open inbox", request.className, "the window's class needs a name");
    if (className->size() > longestClassName)
        return invalidInput(
            "open inbox", request.className.substr(0, 40) + "...",
            fmt::format("the class's name has {} characters, Windows takes {}", className->size(), longestClassName));
    const auto title = toUtf16(request.title, "open inbox");
    if (!title)
        return Failure(title.error());
    auto registered = registerMessages(request.messages);
    if (!registered)
        return Failure(std::move(registered.error()));
    auto places = placesOf(request.pointers);
    if (!places)
        return Failure(std::move(places.error()));

    auto inbox = std::make_unique<WindowsInbox>();
    for (const ReplyRule &rule : request.replies) {
        const auto message = std::ranges::find(*registered, rule.message, &RegisteredMessage::name);
        inbox->m_rules.push_back({rule, message != registered->end() ? message->id : 0});
    }
    MessageWindowSettings settings{.what = "inbox " + request.className,
                                   .takenHint = "Choose another class name",
                                   .className = *className,
                                   .title = *title,
                                   .registered = std::move(*registered),
                                   .maxPayload = request.maxPayload,
                                   .queueBytes = request.queueBytes,
                                   .referenceBytes = request.referenceBytes,
                                   .pointers = std::move(*places),
                                   .acceptLowerIntegrity = request.acceptLowerIntegrity};
    auto window = MessageWindow::open(std::move(settings), *inbox);
    if (!window)
        return Failure(std::move(window.error()));
    inbox->m_window = std::move(*window);
    return inbox;
}

Answer WindowsInbox::answer(MessageWindow &window, const Incoming &message)
{
    const bool isCopyData = message.message == WM_COPYDATA;
    const auto rule = std::ranges::find_if(m_rules, [&](const Rule &one) {
        if ((one.asked.kind == MessageKind::CopyData) != isCopyData)
            return false;
        return isCopyData ? !one.asked.id || *one.asked.id == message.id : one.message == 0 || one.message == message.message;
    });
    // By default a registered message gets 0, as from a window that does not know it: an onlooker must not answer for the receiver.
    if (rule == m_rules.end())
        return {.result = isCopyData ? TRUE : 0};
    if (rule->asked.delay > 0 && message.isWaitedFor)
        window.waitTaking(rule->asked.delay);
    return {.result = static_cast<LRESULT>(rule->asked.result)};
}

} // namespace

Result<std::unique_ptr<Inbox>> WindowsSystem::openInbox(const InboxRequest &request)
{
    return WindowsInbox::open(request);
}

} // namespace ipclens
