// Windows that stand before a receiver and pass its messages on.
#include "core/os/window_target.h"
#include "core/os/windows/couriers.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/message_window.h"
#include "core/os/windows/send_error.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/window_handle.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ipclens {
namespace {

// A property of every relay's window, so that no relay is ever put before another one.
constexpr const wchar_t *relayProperty = L"ipclens relay";

constexpr DWORD patience = 20;       // milliseconds in which senders wait their turn, as they would for the receiver itself
constexpr DWORD lookInterval = 250;  // milliseconds
constexpr std::uint64_t hungAfter = 5000; // milliseconds without a look for messages: what Windows itself takes for hung [doc]
constexpr std::ptrdiff_t mostAlike = 16;  // equal messages inside of each other: they come back

std::wstring titleOf(HWND window)
{
    wchar_t text[1024];
    const int length = InternalGetWindowText(window, text, 1024);
    return {text, static_cast<std::size_t>(std::max(length, 0))};
}

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
    Answer answer(MessageWindow &window, const Incoming &message) override;
    std::optional<LRESULT> answerOther(MessageWindow &window, UINT message, WPARAM wParam, LPARAM lParam) override;

    HWND target() const { return toHandle(m_receiver.handle); }
    bool isFoundFirst() const;
    void stayInFront();
    void look(MessageWindow &window);
    bool comesBack(const Incoming &message) const;
    Answer passOn(MessageWindow &window, const Incoming &message);
    Answer waitForAnswer(MessageWindow &window, Errand errand);

    const Window m_receiver;
    std::string m_note;
    // The pump thread's.
    HWND m_own = nullptr;
    std::wstring m_className;
    std::wstring m_title;
    bool m_isGone = false;
    std::vector<const Incoming *> m_underWay; // innermost last
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
    if (isFoundFirst())
        return;
    const bool isTopmost = (GetWindowLongPtrW(target(), GWL_EXSTYLE) & WS_EX_TOPMOST) != 0;
    SetWindowPos(m_own, isTopmost ? HWND_TOPMOST : HWND_TOP, 0, 0, 0, 0,
                 SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOOWNERZORDER | SWP_NOSENDCHANGING);
}

// Twice a second: whether the receiver is there and as it was.
void WindowsRelay::look(MessageWindow &window)
{
    if (m_isGone)
        return;
    DWORD pid = 0;
    if (GetWindowThreadProcessId(target(), &pid) == 0 || pid != m_receiver.process.pid) {
        m_isGone = true;
        window.end({.kind = ErrorKind::Missing,
                    .operation = "relay",
                    .object = fmt::format("window 0x{:X}", m_receiver.handle),
                    .meaning = "the receiver's window is gone; senders get 0",
                    .hint = "Close the relay, and open it anew when the receiver is back"});
        return;
    }
    if (auto title = titleOf(target()); title != m_title) {
        m_title = std::move(title);
        SetWindowTextW(m_own, m_title.c_str());
    }
    stayInFront();
}

std::optional<LRESULT> WindowsRelay::answerOther(MessageWindow &window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_TIMER) {
        look(window);
        return 0;
    }
    // What programs send each other besides: whether it is alive, that it shall close, messages of their own.
    constexpr UINT lastRegistered = 0xFFFF;
    if (message != WM_NULL && message != WM_CLOSE && (message < WM_USER || message > lastRegistered))
        return {};
    return passOn(window, {.message = message, .wParam = wParam, .lParam = lParam}).result;
}

Answer WindowsRelay::answer(MessageWindow &window, const Incoming &message)
{
    return passOn(window, message);
}

// Who sends is not known for sure, but a message that comes back is the same as one that is being passed on. Other senders may send
// the same, too: therefore not the first time.
bool WindowsRelay::comesBack(const Incoming &message) const
{
    return std::ranges::count_if(m_underWay, [&](const Incoming *other) {
               return other->message == message.message && other->wParam == message.wParam &&
                      (message.message == WM_COPYDATA
                           ? other->id == message.id && other->data.size() == message.data.size() &&
                                 (message.data.empty() ||
                                  std::memcmp(other->data.data(), message.data.data(), message.data.size()) == 0)
                           : other->lParam == message.lParam);
           }) >= mostAlike;
}

Answer WindowsRelay::passOn(MessageWindow &window, const Incoming &message)
{
    const std::string object = fmt::format("window 0x{:X}", m_receiver.handle);
    if (m_isGone)
        return {.failure = systemError(ERROR_INVALID_WINDOW_HANDLE, "relay", object)};
    const DWORD how = InSendMessageEx(nullptr);
    if (message.message != WM_COPYDATA && (how == ISMEX_NOSEND || (how & ISMEX_NOTIFY) != 0)) { // nobody waits for an answer
        const BOOL given = how == ISMEX_NOSEND ? PostMessageW(target(), message.message, message.wParam, message.lParam)
                                               : SendNotifyMessageW(target(), message.message, message.wParam, message.lParam);
        const DWORD code = GetLastError();
        return given ? Answer{} : Answer{.failure = systemError(code, "PostMessage", object)};
    }
    if (comesBack(message))
        return {.failure = Error{.kind = ErrorKind::Refused,
                                 .operation = "relay",
                                 .object = object,
                                 .meaning = "the message comes back: the receiver sends it to the relay again"}};
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
    m_underWay.push_back(&message);
    Answer answer = waitForAnswer(window, std::move(errand));
    m_underWay.pop_back();
    return answer;
}

Answer WindowsRelay::waitForAnswer(MessageWindow &window, Errand errand)
{
    using Wake = MessageWindow::Wake;
    const auto courier = m_couriers.send(std::move(errand));
    if (!courier)
        return {.failure = Error{.operation = "relay", .meaning = "the system gives no more threads"}};
    const HANDLE done = Couriers::done(*courier);
    const std::uint64_t begin = GetTickCount64();
    // At first others wait their turn. Then they are let in, because the receiver may be waiting for one of them.
    Wake woken = window.wait(done, patience, false);
    while (woken == Wake::Time) {
        // A thread that waits for messages never looks hung. Where the receiver does, so must the relay: senders that give up on hung
        // windows (SMTO_ABORTIFHUNG) shall do so here, too.
        const bool isHung = GetTickCount64() - begin >= hungAfter && IsHungAppWindow(target()) &&
                            (GetQueueStatus(QS_SENDMESSAGE) & (QS_SENDMESSAGE << 16 | QS_SENDMESSAGE)) == 0;
        woken = window.wait(done, lookInterval, !isHung);
    }
    if (woken == Wake::Closing)
        return {.failure = Error{.kind = ErrorKind::Cancelled, .operation = "relay", .meaning = "the relay was closed before the receiver answered"}};
    const Errand came = m_couriers.finish(courier);
    if (came.sent == 0)
        return {.failure = sendError(came.code, m_receiver.handle, 0)};
    return {.result = static_cast<LRESULT>(came.result)};
}

} // namespace

Result<std::unique_ptr<Inbox>> WindowsSystem::openRelay(const RelayRequest &request)
{
    return WindowsRelay::open(*this, request);
}

} // namespace ipclens
