// Windows that stand before a receiver and pass its messages on.
#include "core/os/window_target.h"
#include "core/os/windows/broadcast_witness.h"
#include "core/os/windows/couriers.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/message_window.h"
#include "core/os/windows/send_error.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/window_handle.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ipclens {
namespace {

// A property of every relay's window, so that no relay is ever put before another one.
constexpr const wchar_t *relayProperty = L"ipclens relay";

constexpr DWORD patience = 10;            // milliseconds in which most receivers have answered
constexpr DWORD lookInterval = 250;       // milliseconds
constexpr std::uint64_t hungAfter = 5000; // milliseconds without a look for messages: what Windows itself takes for hung [doc]
constexpr std::size_t mostUnderWay = 16;  // messages inside of each other
constexpr DWORD loopPatience = 2000;      // milliseconds in which one of them ends, unless each waits for the next
static_assert(mostUnderWay <= MessageWindow::mostEvents);

std::wstring titleOf(HWND window)
{
    wchar_t text[1024];
    const int length = InternalGetWindowText(window, text, 1024);
    return {text, static_cast<std::size_t>(std::max(length, 0))};
}

// What programs send each other on purpose. The rest the system sends, to the receiver as well, or it carries pointers.
bool isPassedOn(UINT message)
{
    switch (message) {
    case WM_NULL: // whether it is alive
    case WM_CLOSE:
    case WM_QUIT:
    case WM_COMMAND:
    case WM_SYSCOMMAND:
    case WM_APPCOMMAND:
        return true;
    default:
        // A hidden window gets no input but what others make up for it.
        return (message >= WM_KEYFIRST && message <= WM_KEYLAST) ||
               (message >= WM_MOUSEFIRST && message <= WM_MOUSELAST) || (message >= WM_USER && message <= 0xFFFF);
    }
}

// Keeps an event among others for as long as it lives.
class UnderWay {
public:
    UnderWay(std::vector<HANDLE> &all, HANDLE done) : m_all(all) { m_all.push_back(done); }
    ~UnderWay() { m_all.pop_back(); }
    UnderWay(const UnderWay &) = delete;
    UnderWay &operator=(const UnderWay &) = delete;

private:
    std::vector<HANDLE> &m_all;
};

class WindowsRelay final : public Inbox, private Answering {
public:
    static Result<std::unique_ptr<Inbox>> open(WindowsSystem &system, const RelayRequest &request);
    explicit WindowsRelay(Window receiver) : m_receiver(std::move(receiver)) {}

    std::uint64_t window() const override { return m_window->window(); }
    std::vector<RegisteredMessage> registered() const override { return m_window->registered(); }
    Window receiver() const override { return m_receiver; }
    std::string note() const override { return m_note; }
    void setCapturing(bool on) override { m_window->setCapturing(on); }
    void close() override { m_window->close(); }
    Arrivals take() override { return m_window->take(); }

private:
    void began(HWND window) override;
    void ended() override { m_witness.reset(); }
    Answer answer(MessageWindow &window, const Incoming &message) override;
    std::optional<LRESULT> answerOther(MessageWindow &window, UINT message, WPARAM wParam, LPARAM lParam) override;

    HWND target() const { return toHandle(m_receiver.handle); }
    std::string receiverText() const { return fmt::format("window 0x{:X}", m_receiver.handle); }
    bool isFoundFirst() const;
    void stayInFront();
    void look(MessageWindow &window);
    void lookForOthers(MessageWindow &window);
    void showReceiverInstead(WINDOWPOS &change);
    bool isLoop(MessageWindow &window) const;
    Answer passOn(MessageWindow &window, const Incoming &message);
    Answer passOnUnanswered(const Incoming &message, bool isPosted);
    Answer waitForAnswer(MessageWindow &window, const std::shared_ptr<Couriers::Courier> &courier);
    bool waitUntilDone(MessageWindow &window, HANDLE done);

    const Window m_receiver;
    std::string m_note;
    // The pump thread's.
    HWND m_own = nullptr;
    std::wstring m_className;
    std::wstring m_title;
    bool m_isGone = false;
    int m_looksBehind = 0; // in a row
    std::optional<BroadcastWitness> m_witness;
    std::vector<HANDLE> m_underWay; // set when they are done; innermost last
    Couriers m_couriers;
    std::unique_ptr<MessageWindow> m_window; // last: its thread uses what is above
};

Result<Window> findReceiver(WindowsSystem &system, const WindowTarget &target)
{
    const auto windows = system.windows({});
    if (!windows)
        return Failure(windows.error());
    std::vector<Window> others = *windows;
    std::erase_if(others, [](const Window &window) {
        return window.process.pid == GetCurrentProcessId() || GetPropW(toHandle(window.handle), relayProperty) != nullptr;
    });
    auto found = onlyWindow(others, target);
    if (!found && found.error().kind == ErrorKind::Missing && onlyWindow(*windows, target)) {
        Error error = found.error();
        error.kind = ErrorKind::Refused;
        error.operation = "open relay";
        error.meaning = "it is a relay already, or a window of this session's own";
        error.hint = "A relay is put before a window of another program";
        return Failure(std::move(error));
    }
    return found;
}

Result<std::unique_ptr<Inbox>> WindowsRelay::open(WindowsSystem &system, const RelayRequest &request)
{
    auto receiver = findReceiver(system, request.receiver);
    if (!receiver)
        return Failure(std::move(receiver.error()));
    auto registered = registerMessages(request.messages);
    if (!registered)
        return Failure(std::move(registered.error()));
    auto places = placesOf(request.pointers);
    if (!places)
        return Failure(std::move(places.error()));
    wchar_t className[257]; // a class name has at most 256 characters
    const int length = GetClassNameW(toHandle(receiver->handle), className, 257);
    DWORD code = GetLastError();
    if (length == 0)
        return systemFailure(code, "GetClassName", fmt::format("window 0x{:X}", receiver->handle));

    auto relay = std::make_unique<WindowsRelay>(*receiver);
    relay->m_className.assign(className, static_cast<std::size_t>(length));
    relay->m_title = titleOf(relay->target());
    MessageWindowSettings settings{
        .what = "relay " + receiver->className,
        .takenHint = "A relay has the class of its receiver, but this program uses it itself: tap that window, or run "
                     "a relay of ipclens-cli",
        .className = relay->m_className,
        .title = relay->m_title,
        .extendedStyle = static_cast<DWORD>(GetWindowLongPtrW(relay->target(), GWL_EXSTYLE)) & WS_EX_TOPMOST,
        .registered = std::move(*registered),
        .notesAll = request.messages.empty(),
        .maxPayload = request.maxPayload,
        .queueBytes = request.queueBytes,
        .referenceBytes = request.referenceBytes,
        .pointers = std::move(*places),
        .acceptLowerIntegrity = request.acceptLowerIntegrity,
        .receiver = *receiver};
    auto window = MessageWindow::open(std::move(settings), *relay);
    if (!window)
        return Failure(std::move(window.error()));
    relay->m_window = std::move(*window);
    return relay;
}

void WindowsRelay::began(HWND window)
{
    m_own = window;
    m_witness.emplace();
    SetPropW(window, relayProperty, reinterpret_cast<HANDLE>(1));
    SetTimer(window, 1, 500, nullptr);
    stayInFront();
    if (!isFoundFirst())
        m_note = "Programs that look for this class and title find the receiver, or another window, before the relay. Its own title is "
                 "never changed: start the receiver, then the relay, then the senders; or tap it.";
}

// Windows are found from the top of the Z order down, hidden ones too.
bool WindowsRelay::isFoundFirst() const
{
    return FindWindowW(m_className.c_str(), m_title.c_str()) == m_own;
}

void WindowsRelay::stayInFront()
{
    const bool isTopmost = (GetWindowLongPtrW(target(), GWL_EXSTYLE) & WS_EX_TOPMOST) != 0;
    // Windows does not let everybody put a window before those of the program in front, but it lets everybody keep one
    // topmost.
    for (const HWND place : {HWND_TOP, HWND_TOPMOST}) {
        if (isFoundFirst())
            return;
        if (place == HWND_TOPMOST || !isTopmost)
            SetWindowPos(m_own, place, 0, 0, 0, 0,
                         SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOOWNERZORDER | SWP_NOSENDCHANGING);
        m_witness->goToFront();
    }
}

// Twice a second: whether the receiver is there and as it was.
void WindowsRelay::look(MessageWindow &window)
{
    if (m_isGone)
        return;
    DWORD pid = 0;
    if (GetWindowThreadProcessId(target(), &pid) == 0 || pid != m_receiver.process.pid) {
        m_isGone = true;
        // Who looks for the receiver shall find nothing, as without a relay.
        window.end({.kind = ErrorKind::Missing,
                    .operation = "relay",
                    .object = receiverText(),
                    .meaning = "the receiver's window is gone, and the relay's with it",
                    .hint = "Open the relay anew when the receiver is back"});
        return;
    }
    if (auto title = titleOf(target()); title != m_title) {
        m_title = std::move(title);
        SetWindowTextW(m_own, m_title.c_str());
    }
    lookForOthers(window);
    stayInFront();
    if (GetForegroundWindow() == m_own)
        SetForegroundWindow(target());
}

// Told once each time that it is found behind twice in a row: the receiver may come to the front for a moment.
void WindowsRelay::lookForOthers(MessageWindow &window)
{
    const HWND other = FindWindowW(m_className.c_str(), m_title.c_str());
    m_looksBehind = other == m_own ? 0 : m_looksBehind + 1;
    if (m_looksBehind != 2)
        return;
    DWORD pid = 0;
    GetWindowThreadProcessId(other, &pid);
    window.tell({.operation = "relay",
                 .object = receiverText(),
                 .meaning = fmt::format(
                     "programs that look for it find window 0x{:X} of process {} before the relay: what they send "
                     "there is not seen",
                     reinterpret_cast<std::uintptr_t>(other), pid),
                 .hint = "Open the relay anew, or tap the receiver"});
}

// Programs show and activate the window that they have found before they send it something.
void WindowsRelay::showReceiverInstead(WINDOWPOS &change)
{
    if ((change.flags & SWP_SHOWWINDOW) == 0)
        return;
    change.flags &= ~UINT{SWP_SHOWWINDOW};
    ShowWindowAsync(target(), IsIconic(target()) ? SW_RESTORE : SW_SHOW);
}

std::optional<LRESULT> WindowsRelay::answerOther(MessageWindow &window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_TIMER) {
        look(window);
        return 0;
    }
    if (message == WM_ACTIVATE)
        PostMessageW(m_own, WM_TIMER, 0, 0); // in the middle of it another activation may be lost
    if (message == WM_WINDOWPOSCHANGING)
        showReceiverInstead(*reinterpret_cast<WINDOWPOS *>(lParam));
    if (!isPassedOn(message))
        return {};
    return passOn(window, {.message = message, .wParam = wParam, .lParam = lParam}).result;
}

Answer WindowsRelay::answer(MessageWindow &window, const Incoming &message)
{
    return passOn(window, message);
}

// Receivers that look for messages inside of a handler have handlers inside of each other, and so has the relay. In a
// loop, where the receiver sends to the relay again and again, none of them can end.
bool WindowsRelay::isLoop(MessageWindow &window) const
{
    std::vector<HANDLE> pending;
    std::ranges::copy_if(m_underWay, std::back_inserter(pending),
                         [](HANDLE done) { return WaitForSingleObject(done, 0) != WAIT_OBJECT_0; });
    return pending.size() >= mostUnderWay && window.wait(std::span(pending).last(mostUnderWay), loopPatience,
                                                         MessageWindow::Waiting::Alive) == MessageWindow::Wake::Time;
}

Answer WindowsRelay::passOn(MessageWindow &window, const Incoming &message)
{
    if (m_witness->saw(message.message, message.wParam, message.lParam))
        return {};                                    // the receiver has got it as all windows have
    AllowSetForegroundWindow(m_receiver.process.pid); // senders allow it to whom they found
    const DWORD how = InSendMessageEx(nullptr);
    if (message.message != WM_COPYDATA && (how == ISMEX_NOSEND || (how & ISMEX_NOTIFY) != 0))
        return passOnUnanswered(message, how == ISMEX_NOSEND);
    if (isLoop(window))
        return {.failure = Error{.kind = ErrorKind::Refused,
                                 .operation = "relay",
                                 .object = receiverText(),
                                 .meaning = fmt::format(
                                     "{} messages are inside of each other, and none ends: the receiver sends them to "
                                     "the relay again",
                                     m_underWay.size())}};
    Errand errand{.receiver = target(),
                  .message = message.message,
                  .wParam = message.wParam,
                  .lParam = message.lParam,
                  .nullData = message.nullData,
                  .data = toBytes(message.data)};
    if (message.message == WM_COPYDATA)
        errand.copy = COPYDATASTRUCT{.dwData = static_cast<ULONG_PTR>(message.id),
                                     .cbData = static_cast<DWORD>(message.nullData ? message.size : message.data.size()),
                                     .lpData = nullptr};
    const auto courier = m_couriers.send(std::move(errand));
    if (!courier)
        return {.failure = Error{
                    .operation = "relay", .object = receiverText(), .meaning = "the system gives no more threads"}};
    const UnderWay underWay(m_underWay, Couriers::done(*courier));
    return waitForAnswer(window, courier);
}

// Nobody waits for an answer.
Answer WindowsRelay::passOnUnanswered(const Incoming &message, bool isPosted)
{
    const BOOL given = isPosted ? PostMessageW(target(), message.message, message.wParam, message.lParam)
                                : SendNotifyMessageW(target(), message.message, message.wParam, message.lParam);
    const DWORD code = GetLastError();
    return given ? Answer{}
                 : Answer{.failure = systemError(code, isPosted ? "PostMessage" : "SendNotifyMessage", receiverText())};
}

Answer WindowsRelay::waitForAnswer(MessageWindow &window, const std::shared_ptr<Couriers::Courier> &courier)
{
    if (!waitUntilDone(window, Couriers::done(*courier)))
        return {.failure = Error{.kind = ErrorKind::Cancelled,
                                 .operation = "relay",
                                 .object = receiverText(),
                                 .meaning = "the relay was closed before the receiver answered"}};
    const Errand came = m_couriers.finish(courier);
    if (came.sent != 0)
        return {.result = static_cast<LRESULT>(came.result), .duration = came.duration};
    PostMessageW(m_own, WM_TIMER, 0, 0); // it may be gone: look at once
    return {.failure = sendError(came.code, m_receiver.handle, 0), .duration = came.duration};
}

// Others wait their turn meanwhile, as they would for the receiver itself: taken inside of this one, they would have to
// be answered before it. Unless the receiver looks for messages inside of its handler, or sends one itself: it may wait
// for one of theirs. It is asked, with a message that says nothing, when somebody waits. Twice: an answer may be that
// of a receiver which has just finished, and be known before the other one; by the second it is known as well.
bool WindowsRelay::waitUntilDone(MessageWindow &window, HANDLE done)
{
    using Wake = MessageWindow::Wake;
    using Waiting = MessageWindow::Waiting;
    const std::uint64_t begin = GetTickCount64();
    std::shared_ptr<Couriers::Courier> question;
    int answers = 0;
    bool asks = true;
    const auto ask = [&] {
        question = m_couriers.send({.receiver = target(), .message = WM_NULL});
        asks = question != nullptr; // else there are no more threads
    };
    Wake woken = window.wait({&done, 1}, patience, Waiting::Deaf);
    while (woken != Wake::Closing && WaitForSingleObject(done, 0) != WAIT_OBJECT_0) {
        if (woken == Wake::Sent) {
            answers = 0;
            ask();
        } else if (woken == Wake::Event) {
            m_couriers.finish(std::exchange(question, nullptr));
            if (++answers < 2)
                ask();
            else
                window.takeSent();
        } else if (woken == Wake::Time) {
            look(window);
        }
        // Where the receiver hangs, so must the relay: senders that give up on hung windows (SMTO_ABORTIFHUNG) shall do
        // so here, too.
        const bool isHung = GetTickCount64() - begin >= hungAfter && IsHungAppWindow(target());
        const std::array<HANDLE, 2> events{done, question ? Couriers::done(*question) : nullptr};
        woken = window.wait(std::span(events).first(question ? 2 : 1), lookInterval,
                            isHung              ? Waiting::Deaf
                            : question || !asks ? Waiting::Alive
                                                : Waiting::Noticing);
    }
    if (question)
        m_couriers.forget(std::move(question));
    return woken != Wake::Closing;
}

} // namespace

Result<std::unique_ptr<Inbox>> WindowsSystem::openRelay(const RelayRequest &request)
{
    return WindowsRelay::open(*this, request);
}

} // namespace ipclens
