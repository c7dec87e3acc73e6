#include "core/os/windows/message_window.h"

#include "core/os/windows/arrival_clock.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/sent_message.h"
#include "core/os/windows/utf16.h"

#include <fmt/format.h>

#include <array>
#include <mutex>

namespace ipclens {
namespace {

// Windows of the same class share it: one may be made between another's end and the class's removal.
std::mutex &classMutex()
{
    static std::mutex mutex;
    return mutex;
}

// By the performance counter: GetTickCount64 may be 16 ms behind.
class Deadline {
public:
    explicit Deadline(DWORD milliseconds) : m_begin(ArrivalClock::ticks()), m_milliseconds(milliseconds) {}
    DWORD millisecondsLeft() const // rounded up
    {
        const std::int64_t gone = ArrivalClock::nanoseconds(ArrivalClock::ticks() - m_begin) / 1'000'000;
        return gone >= m_milliseconds ? 0 : m_milliseconds - static_cast<DWORD>(gone);
    }

private:
    std::int64_t m_begin;
    DWORD m_milliseconds;
};

Window ownWindow(HWND window)
{
    Window own{.handle = reinterpret_cast<std::uintptr_t>(window)};
    own.process = {.pid = GetCurrentProcessId(), .created = creationTime(GetCurrentProcess())};
    own.processName = fileNameOf(programPath(GetCurrentProcess()));
    return own;
}

} // namespace

MessageWindow::MessageWindow(MessageWindowSettings settings, Answering &answering)
    : m_settings(std::move(settings)), m_answering(answering), m_queue(m_settings.queueBytes),
      m_references(m_settings.referenceBytes, m_settings.pointers), m_names(m_settings.registered)
{
}

Result<std::unique_ptr<MessageWindow>> MessageWindow::open(MessageWindowSettings settings, Answering &answering)
{
    auto window = std::make_unique<MessageWindow>(std::move(settings), answering);
    if (auto started = window->start(); !started)
        return Failure(std::move(started.error()));
    return window;
}

Result<void> MessageWindow::start()
{
    m_closing = KernelHandle(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    const DWORD noEvent = GetLastError();
    if (!m_closing)
        return systemFailure(noEvent, "CreateEvent", m_settings.what);
    // Under Wine a payload arrives on the receiving thread's stack, and what does not fit hangs its sender. Only
    // addresses are reserved, not memory.
    constexpr SIZE_T stackReserve = sizeof(void *) == 8 ? SIZE_T{512} << 20 : SIZE_T{64} << 20;
    auto started = m_started.get_future();
    m_thread = KernelHandle(
        CreateThread(nullptr, stackReserve, threadBegin, this, STACK_SIZE_PARAM_IS_A_RESERVATION, &m_threadId));
    const DWORD code = GetLastError();
    if (!m_thread)
        return systemFailure(code, "CreateThread", m_settings.what);
    auto window = started.get();
    if (!window)
        return Failure(std::move(window.error()));
    m_window = *window;
    m_receiver = m_settings.receiver.handle != 0 ? m_settings.receiver : ownWindow(m_window);
    return {};
}

void MessageWindow::close()
{
    if (!m_thread)
        return;
    m_stop = true;
    SetEvent(m_closing.get());
    PostThreadMessageW(m_threadId, WM_QUIT, 0, 0); // fails only when the thread has ended already
    WaitForSingleObject(m_thread.get(), INFINITE);
    m_thread = {};
}

DWORD WINAPI MessageWindow::threadBegin(void *self)
{
    static_cast<MessageWindow *>(self)->pump();
    return 0;
}

void MessageWindow::pump()
{
    auto window = createWindow();
    const bool made = window.has_value();
    const HWND handle = made ? *window : nullptr;
    if (made)
        m_answering.began(handle);
    m_started.set_value(std::move(window));
    if (!made)
        return;
    // Anybody may post WM_QUIT to this thread: only our own ends it. Posted to the window it is a message like others.
    while (!m_stop) {
        MSG message{};
        if (GetMessageW(&message, nullptr, 0, 0) > 0 || message.hwnd)
            DispatchMessageW(&message);
    }
    m_answering.ended();
    const std::scoped_lock lock(classMutex());
    DestroyWindow(handle);
    // Fails while another of our windows is of it.
    UnregisterClassW(m_settings.className.c_str(), GetModuleHandleW(nullptr));
}

Result<void> MessageWindow::acceptFromLower(HWND window)
{
    std::vector<UINT> messages{WM_COPYDATA};
    for (const RegisteredMessage &message : m_settings.registered)
        messages.push_back(message.id);
    for (const UINT message : messages) {
        const BOOL allowed = ChangeWindowMessageFilterEx(window, message, MSGFLT_ALLOW, nullptr);
        const DWORD code = GetLastError();
        if (!allowed)
            return systemFailure(code, "ChangeWindowMessageFilterEx", m_settings.what);
    }
    return {};
}

Result<HWND> MessageWindow::createWindow()
{
    const std::scoped_lock lock(classMutex());
    const HINSTANCE instance = GetModuleHandleW(nullptr);
    const wchar_t *const className = m_settings.className.c_str();
    WNDCLASSEXW windowClass{};
    windowClass.cbSize = sizeof windowClass;
    windowClass.lpfnWndProc = windowProcedure;
    windowClass.hInstance = instance;
    windowClass.lpszClassName = className;
    const ATOM registered = RegisterClassExW(&windowClass);
    DWORD code = GetLastError();
    if (registered == 0) {
        WNDCLASSEXW existing{};
        existing.cbSize = sizeof existing;
        const bool ours = code == ERROR_CLASS_ALREADY_EXISTS && GetClassInfoExW(instance, className, &existing) &&
                          existing.lpfnWndProc == windowProcedure;
        if (!ours)
            return systemFailure(code, "RegisterClassEx", m_settings.what, m_settings.takenHint);
    }
    const HWND window = CreateWindowExW(m_settings.extendedStyle, className, m_settings.title.c_str(), WS_POPUP, 0, 0, 0, 0,
                                        nullptr, nullptr, instance, this);
    code = GetLastError();
    if (!window) {
        UnregisterClassW(className, instance);
        return systemFailure(code, "CreateWindowEx", m_settings.what,
                             "A window needs a desktop; under Wine without a display set Graphics=null in "
                             "HKCU\\Software\\Wine\\Drivers and start its server again");
    }
    if (m_settings.acceptLowerIntegrity) {
        if (auto accepted = acceptFromLower(window); !accepted) {
            DestroyWindow(window);
            UnregisterClassW(className, instance);
            return Failure(std::move(accepted.error()));
        }
    }
    return window;
}

LRESULT CALLBACK MessageWindow::windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept
{
    if (message == WM_NCCREATE) {
        const auto *create = reinterpret_cast<const CREATESTRUCTW *>(lParam);
        SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(create->lpCreateParams));
        return DefWindowProcW(window, message, wParam, lParam);
    }
    auto *const self = reinterpret_cast<MessageWindow *>(GetWindowLongPtrW(window, GWLP_USERDATA));
    if (self && message == WM_COPYDATA)
        return self->copyDataArrived(wParam, lParam);
    if (self && self->notes(message))
        return self->registeredArrived(message, wParam, lParam);
    try {
        if (const auto answer = self ? self->m_answering.answerOther(*self, message, wParam, lParam) : std::nullopt)
            return *answer;
    } catch (const std::exception &) {
        return 0; // there is no memory to pass it on or to tell of that
    }
    if (message == WM_CLOSE) // from outside; by default it would destroy the window
        return 0;
    return DefWindowProcW(window, message, wParam, lParam);
}

bool MessageWindow::notes(UINT message) const
{
    constexpr UINT firstRegistered = 0xC000, lastRegistered = 0xFFFF;
    if (message < firstRegistered || message > lastRegistered)
        return false;
    return m_settings.notesAll ||
           std::ranges::find(m_settings.registered, message, &RegisteredMessage::id) != m_settings.registered.end();
}

LRESULT MessageWindow::copyDataArrived(WPARAM wParam, LPARAM lParam) noexcept
{
    const std::int64_t ticks = ArrivalClock::ticks();
    Incoming incoming{.message = WM_COPYDATA, .wParam = wParam, .lParam = lParam, .nullData = true};
    const auto *copy = reinterpret_cast<const COPYDATASTRUCT *>(lParam);
    if (copy && canRead(copy, sizeof *copy)) {
        incoming.id = copy->dwData;
        incoming.size = copy->cbData;
        incoming.nullData = copy->lpData == nullptr;
        if (copy->lpData && canRead(copy->lpData, copy->cbData))
            incoming.data = {static_cast<const std::byte *>(copy->lpData), copy->cbData};
    }
    return arrived({.kind = MessageKind::CopyData,
                    .nullData = incoming.nullData,
                    .senderWindow = wParam,
                    .id = incoming.id,
                    .size = incoming.size},
                   incoming, ticks);
}

LRESULT MessageWindow::registeredArrived(UINT number, WPARAM wParam, LPARAM lParam) noexcept
{
    const std::int64_t ticks = ArrivalClock::ticks();
    return arrived({.kind = MessageKind::Registered,
                    .id = number,
                    .wParam = static_cast<std::uint64_t>(wParam),
                    .lParam = static_cast<std::uint64_t>(static_cast<ULONG_PTR>(lParam))},
                   {.message = number, .wParam = wParam, .lParam = lParam}, ticks);
}

LRESULT MessageWindow::arrived(NotedMessage message, Incoming incoming, std::int64_t ticks) noexcept
{
    incoming.isWaitedFor = isSenderWaiting(incoming.message);
    message.time = ArrivalClock::timeOf(ticks);
    message.senderWaits = incoming.isWaitedFor;
    message.depth = m_depth++;
    std::uint64_t sequence = 0;
    Answer answer;
    try {
        sequence = note(std::move(message), incoming);
        answer = m_answering.answer(*this, incoming);
    } catch (const std::exception &problem) {
        answer.failure = Error{.operation = "answer a message", .object = m_settings.what, .meaning = problem.what()};
    }
    --m_depth;
    if (sequence != 0)
        m_queue.finish({.sequence = sequence,
                        .result = answer.result,
                        .duration = answer.duration.value_or(ArrivalClock::nanoseconds(ArrivalClock::ticks() - ticks)),
                        .failure = std::move(answer.failure)});
    return answer.result;
}

// While the sender waits: once it has its answer it may end at once.
std::uint64_t MessageWindow::note(NotedMessage message, const Incoming &incoming)
{
    if (message.kind == MessageKind::CopyData) {
        message.sender = m_owners.of(message.senderWindow);
        message.references = m_references.ofCopyData(incoming.data);
    } else {
        message.references = m_references.ofRegistered(incoming.message, incoming.wParam, incoming.lParam);
    }
    message.data = incoming.data.first(std::min<std::size_t>(incoming.data.size(), m_settings.maxPayload));
    const bool cut = !message.nullData && message.data.size() < message.size;
    return m_queue.add(std::move(message), cut);
}

void MessageWindow::end(Error error)
{
    m_queue.end(std::move(error));
    m_stop = true;
    PostQuitMessage(0);
}

MessageWindow::Wake MessageWindow::wait(std::span<const HANDLE> events, DWORD milliseconds, Waiting how)
{
    std::array<HANDLE, mostEvents + 1> handles{m_closing.get()};
    std::ranges::copy(events, handles.begin() + 1);
    const auto count = static_cast<DWORD>(events.size() + 1);
    for (const Deadline end(milliseconds);;) {
        const DWORD left = end.millisecondsLeft();
        DWORD woken = WAIT_FAILED;
        if (how == Waiting::Deaf) {
            woken = WaitForMultipleObjects(count, handles.data(), FALSE, left);
        } else {
            const bool areOthersWaiting = (HIWORD(GetQueueStatus(QS_INPUT | QS_SENDMESSAGE)) & QS_SENDMESSAGE) != 0;
            if (areOthersWaiting && how == Waiting::Noticing)
                return Wake::Sent;
            // Who waits for input, which a hidden window never gets, does not look hung.
            const DWORD wakes = how == Waiting::Noticing ? QS_INPUT | QS_SENDMESSAGE : QS_INPUT;
            woken = MsgWaitForMultipleObjectsEx(count, handles.data(), left, wakes, 0);
        }
        if (woken == WAIT_OBJECT_0)
            return Wake::Closing;
        if (woken < WAIT_OBJECT_0 + count)
            return Wake::Event;
        if (woken == WAIT_FAILED || left == 0)
            return Wake::Time;
    }
}

void MessageWindow::takeSent()
{
    MSG message; // looking for posted messages runs the handlers of sent ones
    PeekMessageW(&message, nullptr, 0, 0, PM_NOREMOVE | PM_QS_SENDMESSAGE);
}

void MessageWindow::waitTaking(DWORD milliseconds)
{
    constexpr std::uint32_t mostNested = 32;
    for (const Deadline end(milliseconds); end.millisecondsLeft() > 0; takeSent()) {
        const bool takes = m_depth <= mostNested;
        if (wait({}, end.millisecondsLeft(), takes ? Waiting::Noticing : Waiting::Deaf) != Wake::Sent)
            return;
    }
}

Arrivals MessageWindow::take()
{
    m_senders.sweep();
    Arrivals arrivals = m_queue.take();
    for (Message &message : arrivals.messages) {
        if (message.kind == MessageKind::Registered)
            message.name = m_names.of(static_cast<std::uint32_t>(message.id));
        setReceiver(message, m_receiver);
    }
    return arrivals;
}

} // namespace ipclens
