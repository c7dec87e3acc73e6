// Windows that receive WM_COPYDATA and registered messages.
#include "core/os/windows/arrivals.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/sender_names.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

namespace ipclens {
namespace {

// Whether `size` bytes can be read without a fault. The system copies what comes from other processes; within one
// process a message carries the sender's own pointer, whatever it is.
bool canRead(const void *data, std::size_t size)
{
    auto at = reinterpret_cast<std::uintptr_t>(data);
    if (size > UINTPTR_MAX - at)
        return false;
    const auto end = at + size;
    // Wine puts the system's copy on our own stack, above the handler's frame: nothing to ask.
    ULONG_PTR stackBegin = 0;
    ULONG_PTR stackEnd = 0;
    GetCurrentThreadStackLimits(&stackBegin, &stackEnd);
    if (at > reinterpret_cast<std::uintptr_t>(&stackBegin) && end <= stackEnd)
        return true;
    while (at < end) {
        MEMORY_BASIC_INFORMATION info;
        if (VirtualQuery(reinterpret_cast<const void *>(at), &info, sizeof info) == 0 || info.State != MEM_COMMIT ||
            (info.Protect & (PAGE_NOACCESS | PAGE_GUARD)) != 0)
            return false;
        at = reinterpret_cast<std::uintptr_t>(info.BaseAddress) + info.RegionSize;
    }
    return true;
}

// A hidden top-level window on its own thread. The pump thread owns the window and everything that the handler touches
// but the queue; take() belongs to whoever calls it.
class WindowsInbox final : public Inbox {
public:
    static Result<std::unique_ptr<Inbox>> open(const InboxRequest &request);

    WindowsInbox(std::wstring className, std::wstring title, std::vector<RegisteredMessage> registered,
                 const InboxRequest &request)
        : m_className(std::move(className)), m_title(std::move(title)), m_registered(std::move(registered)),
          m_maxPayload(request.maxPayload), m_queue(request.queueBytes)
    {
    }
    ~WindowsInbox() override;

    std::uint64_t window() const override { return reinterpret_cast<std::uintptr_t>(m_window); }
    std::vector<RegisteredMessage> registered() const override { return m_registered; }
    void setCapturing(bool on) override { m_queue.setCapturing(on); }
    Arrivals take() override;

private:
    Result<void> start();
    static DWORD WINAPI threadBegin(void *self);
    void pump();
    Result<HWND> createWindow();
    static LRESULT CALLBACK windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept;
    void copyDataArrived(WPARAM wParam, LPARAM lParam) noexcept;
    bool registeredArrived(UINT message, WPARAM wParam, LPARAM lParam) noexcept;

    std::wstring m_className;
    std::wstring m_title;
    std::vector<RegisteredMessage> m_registered;
    std::uint64_t m_maxPayload;
    ArrivalQueue m_queue;
    ArrivalClock m_clock;
    WindowOwners m_owners;
    SenderNames m_senders;
    std::promise<Result<HWND>> m_started;
    HWND m_window = nullptr;
    KernelHandle m_thread;
    DWORD m_threadId = 0;
    std::atomic<bool> m_stop = false;
};

// Inboxes of the same class share it: a window may be made between another's end and the class's removal.
std::mutex &classMutex()
{
    static std::mutex mutex;
    return mutex;
}

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
    std::vector<RegisteredMessage> registered;
    for (const std::string &name : request.messages) {
        auto message = registerMessage(name);
        if (!message)
            return Failure(std::move(message.error()));
        if (std::ranges::find(registered, message->id, &RegisteredMessage::id) == registered.end())
            registered.push_back(std::move(*message));
    }
    auto inbox = std::make_unique<WindowsInbox>(*className, *title, std::move(registered), request);
    if (auto started = inbox->start(); !started)
        return Failure(std::move(started.error()));
    return inbox;
}

Result<void> WindowsInbox::start()
{
    // Under Wine a payload arrives on the receiving thread's stack, and what does not fit hangs its sender. Only
    // addresses are reserved, not memory.
    constexpr SIZE_T stackReserve = sizeof(void *) == 8 ? SIZE_T{512} << 20 : SIZE_T{64} << 20;
    auto started = m_started.get_future();
    m_thread = KernelHandle(
        CreateThread(nullptr, stackReserve, threadBegin, this, STACK_SIZE_PARAM_IS_A_RESERVATION, &m_threadId));
    const DWORD code = GetLastError();
    if (!m_thread)
        return systemFailure(code, "CreateThread", "inbox " + toUtf8(m_className));
    auto window = started.get();
    if (!window)
        return Failure(std::move(window.error()));
    m_window = *window;
    return {};
}

WindowsInbox::~WindowsInbox()
{
    if (!m_thread)
        return;
    m_stop = true;
    PostThreadMessageW(m_threadId, WM_QUIT, 0, 0); // fails only when the thread has ended already
    WaitForSingleObject(m_thread.get(), INFINITE);
}

DWORD WINAPI WindowsInbox::threadBegin(void *self)
{
    static_cast<WindowsInbox *>(self)->pump();
    return 0;
}

void WindowsInbox::pump()
{
    const auto window = createWindow();
    const bool made = window.has_value();
    const HWND handle = made ? *window : nullptr;
    m_started.set_value(window);
    if (!made)
        return;
    // Anybody may post WM_QUIT to this thread: only our own ends it.
    while (!m_stop) {
        MSG message;
        const BOOL got = GetMessageW(&message, nullptr, 0, 0);
        if (got > 0)
            DispatchMessageW(&message);
    }
    const std::scoped_lock lock(classMutex());
    DestroyWindow(handle);
    UnregisterClassW(m_className.c_str(), GetModuleHandleW(nullptr)); // fails while another inbox has a window of it
}

Result<HWND> WindowsInbox::createWindow()
{
    const std::scoped_lock lock(classMutex());
    const HINSTANCE instance = GetModuleHandleW(nullptr);
    const std::string object = "inbox " + toUtf8(m_className);
    WNDCLASSEXW windowClass{};
    windowClass.cbSize = sizeof windowClass;
    windowClass.lpfnWndProc = windowProcedure;
    windowClass.hInstance = instance;
    windowClass.lpszClassName = m_className.c_str();
    const ATOM registered = RegisterClassExW(&windowClass);
    DWORD code = GetLastError();
    if (registered == 0) {
        WNDCLASSEXW existing{};
        existing.cbSize = sizeof existing;
        const bool ours = code == ERROR_CLASS_ALREADY_EXISTS &&
                          GetClassInfoExW(instance, m_className.c_str(), &existing) &&
                          existing.lpfnWndProc == windowProcedure;
        if (!ours)
            return systemFailure(code, "RegisterClassEx", object, "Choose another class name");
    }
    const HWND window = CreateWindowExW(0, m_className.c_str(), m_title.c_str(), WS_POPUP, 0, 0, 0, 0, nullptr, nullptr,
                                        instance, this);
    code = GetLastError();
    if (!window) {
        UnregisterClassW(m_className.c_str(), instance);
        return systemFailure(code, "CreateWindowEx", object,
                             "A window needs a desktop; under Wine without a display set Graphics=null in "
                             "HKCU\\Software\\Wine\\Drivers and start its server again");
    }
    return window;
}

LRESULT CALLBACK WindowsInbox::windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept
{
    if (message == WM_NCCREATE) {
        const auto *create = reinterpret_cast<const CREATESTRUCTW *>(lParam);
        SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(create->lpCreateParams));
        return DefWindowProcW(window, message, wParam, lParam);
    }
    auto *const self = reinterpret_cast<WindowsInbox *>(GetWindowLongPtrW(window, GWLP_USERDATA));
    if (self && message == WM_COPYDATA) {
        self->copyDataArrived(wParam, lParam);
        return TRUE;
    }
    // 0, as from a window that does not know the message: an onlooker must not answer for the receiver.
    if (self && message >= 0xC000 && self->registeredArrived(message, wParam, lParam))
        return 0;
    if (message == WM_CLOSE) // from outside; by default it would destroy the window
        return 0;
    return DefWindowProcW(window, message, wParam, lParam);
}

void WindowsInbox::copyDataArrived(WPARAM wParam, LPARAM lParam) noexcept
{
    const std::int64_t ticks = ArrivalClock::ticks();
    Message message{.time = m_clock.timeOf(ticks), .kind = MessageKind::CopyData, .senderWindow = wParam};
    message.sender.pid = m_owners.of(wParam, ticks, m_clock);
    std::span<const std::byte> data;
    const auto *copy = reinterpret_cast<const COPYDATASTRUCT *>(lParam);
    message.nullData = true;
    if (copy && canRead(copy, sizeof *copy)) {
        message.id = copy->dwData;
        message.size = copy->cbData;
        message.nullData = copy->lpData == nullptr;
        if (copy->lpData && canRead(copy->lpData, copy->cbData))
            data = {static_cast<const std::byte *>(copy->lpData), copy->cbData};
    }
    if (data.size() > m_maxPayload)
        data = data.first(static_cast<std::size_t>(m_maxPayload));
    const bool cut = !message.nullData && data.size() < message.size;
    m_queue.add(std::move(message), data, cut);
}

bool WindowsInbox::registeredArrived(UINT number, WPARAM wParam, LPARAM lParam) noexcept
{
    const auto known = std::ranges::find(m_registered, number, &RegisteredMessage::id);
    if (known == m_registered.end())
        return false;
    m_queue.add({.time = m_clock.timeOf(ArrivalClock::ticks()),
                 .kind = MessageKind::Registered,
                 .id = number,
                 .wParam = static_cast<std::uint64_t>(wParam),
                 .lParam = static_cast<std::uint64_t>(static_cast<ULONG_PTR>(lParam))},
                {}, false);
    return true;
}

Arrivals WindowsInbox::take()
{
    m_senders.sweep();
    Arrivals arrivals = m_queue.take();
    for (Message &message : arrivals.messages) {
        if (message.kind == MessageKind::Registered) {
            const auto known = std::ranges::find(m_registered, message.id, &RegisteredMessage::id);
            message.name = known->name;
        }
        if (message.sender.pid != 0) {
            const Sender &sender = m_senders.of(message.sender.pid);
            message.sender = sender.key;
            message.senderName = sender.name;
        }
    }
    return arrivals;
}

} // namespace

Result<std::unique_ptr<Inbox>> WindowsSystem::openInbox(const InboxRequest &request)
{
    return WindowsInbox::open(request);
}

} // namespace ipclens
