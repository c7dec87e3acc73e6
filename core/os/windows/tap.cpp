// Copies of what windows of other programs get, by a DLL loaded into them.
#include "core/os/window_target.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/security.h"
#include "core/os/windows/tap_reader.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/window_handle.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <bit>
#include <random>

namespace ipclens {
namespace {

constexpr std::uint64_t attachTimeout = 5000; // milliseconds
constexpr std::uint64_t detachTimeout = 2000;

struct HookTraits {
    using Value = HHOOK;
    static void close(HHOOK hook) { UnhookWindowsHookEx(hook); }
};
using Hook = UniqueHandle<HookTraits>;

std::string textOf(const Window &window)
{
    return fmt::format("window 0x{:X} of {}", window.handle, processText(window.process.pid));
}

// Our DLL, loaded for its hook procedure. Stays loaded.
struct Library {
    HMODULE module = nullptr;
    HOOKPROC hook = nullptr;
};

Result<Library> loadLibrary()
{
    std::wstring path(32768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    path.resize(path.find_last_of(L"\\/") + 1);
    path += L"ipclens-tap.dll";
    const HMODULE module = LoadLibraryW(path.c_str());
    const DWORD code = GetLastError();
    if (!module)
        return systemFailure(code, "LoadLibrary", toUtf8(path), "It belongs beside the program: unpack it there again");
    const auto hook = reinterpret_cast<HOOKPROC>(reinterpret_cast<void *>(GetProcAddress(module, tap::hookName)));
    if (!hook)
        return Failure(Error{.operation = "GetProcAddress",
                             .object = toUtf8(path),
                             .meaning = "it is not the DLL that belongs to this program"});
    return Library{module, hook};
}

class WindowsTap final : public Inbox {
public:
    static Result<std::unique_ptr<Inbox>> open(WindowsSystem &system, const TapRequest &request);
    WindowsTap(Window target, Library library, std::vector<RegisteredMessage> registered)
        : m_target(std::move(target)), m_library(library), m_registered(std::move(registered))
    {
    }
    ~WindowsTap() override { close(); }

    std::uint64_t window() const override { return m_target.handle; }
    std::vector<RegisteredMessage> registered() const override { return m_registered; }
    Window receiver() const override { return m_target; }
    void setCapturing(bool on) override { m_ring->isCapturing = on; }
    void close() override;
    Arrivals take() override;

private:
    Result<void> share(const TapRequest &request);
    Result<void> attach();
    Result<Hook> hook();
    Result<void> request(std::intptr_t what) const;
    std::uint32_t state() const { return m_ring->state.load(std::memory_order_acquire); }
    bool isThere() const { return !hasHostEnded() && IsWindow(toHandle(m_target.handle)); }
    bool hasHostEnded() const { return m_process && hasExited(m_process.get()); }
    void waitForDetached(bool isHooked);
    void noteEnd(Arrivals &arrivals);

    const Window m_target;
    const Library m_library;
    const std::vector<RegisteredMessage> m_registered;
    std::uint64_t m_number = 0;
    KernelHandle m_process; // none: the system refuses it
    KernelHandle m_owner;
    KernelHandle m_section;
    MappedView m_view;
    tap::Header *m_ring = nullptr;
    std::optional<TapReader> m_reader;
    bool m_isAttached = false;
    std::optional<Error> m_ended; // to be told
    bool m_isEndTold = false;
};

// Child windows are in no list, but can be tapped.
Result<Window> findTarget(WindowsSystem &system, const WindowTarget &target)
{
    const HWND handle = toHandle(target.window);
    if (handle && IsWindow(handle)) {
        Window window{.handle = target.window};
        wchar_t text[512];
        window.className = toUtf8({text, static_cast<std::size_t>(std::max(GetClassNameW(handle, text, 512), 0))});
        window.title = toUtf8({text, static_cast<std::size_t>(std::max(InternalGetWindowText(handle, text, 512), 0))});
        DWORD pid = 0;
        window.thread = GetWindowThreadProcessId(handle, &pid);
        if (window.thread == 0)
            return systemFailure(ERROR_INVALID_WINDOW_HANDLE, "open tap", textOf(window));
        const Sender owner = SenderNames().of(pid);
        window.process = owner.key;
        window.processName = owner.name;
        return window;
    }
    auto windows = system.windows({});
    if (!windows)
        return Failure(windows.error());
    std::erase_if(*windows, [](const Window &window) { return window.process.pid == GetCurrentProcessId(); });
    return onlyWindow(*windows, target);
}

Result<void> checkTarget(const Window &target, HANDLE process)
{
    if (target.process.pid == GetCurrentProcessId())
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "open tap",
                             .object = textOf(target),
                             .meaning = "it is a window of this session's own"});
    const std::string theirs = process ? architectureOf(process) : std::string();
    const std::string ours = architectureOf(GetCurrentProcess());
    if (!theirs.empty() && theirs != ours)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "open tap",
                             .object = textOf(target),
                             .meaning = fmt::format("the program is {}, this session {}: a DLL can only be loaded into its own kind",
                                                    theirs, ours),
                             .hint = "A relay works with any kind"});
    return {};
}

Result<std::unique_ptr<Inbox>> WindowsTap::open(WindowsSystem &system, const TapRequest &request)
{
    if (request.messages.size() > tap::mostMessages)
        return invalidInput("open tap", fmt::format("{} messages", request.messages.size()),
                            fmt::format("at most {} can be chosen", tap::mostMessages));
    auto target = findTarget(system, request.window);
    if (!target)
        return Failure(std::move(target.error()));
    KernelHandle process(
        OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, target->process.pid)); // only for more to tell
    if (auto checked = checkTarget(*target, process.get()); !checked)
        return Failure(std::move(checked.error()));
    auto registered = registerMessages(request.messages);
    if (!registered)
        return Failure(std::move(registered.error()));
    const auto library = loadLibrary();
    if (!library)
        return Failure(library.error());
    auto tap = std::make_unique<WindowsTap>(std::move(*target), *library, std::move(*registered));
    tap->m_process = std::move(process);
    if (auto shared = tap->share(request); !shared)
        return Failure(std::move(shared.error()));
    if (auto attached = tap->attach(); !attached)
        return Failure(std::move(attached.error()));
    return tap;
}

// The host's user may be another than ours, and have fewer rights.
Result<LocalMemory> securityFor(HANDLE host, const std::string &object)
{
    const auto user = userOf(host ? host : GetCurrentProcess(), object);
    if (!user)
        return Failure(user.error());
    return securityFrom(L"D:P(A;;GA;;;" + *user + L")S:(ML;;NW;;;LW)");
}

Result<void> WindowsTap::share(const TapRequest &request)
{
    const auto security = securityFor(m_process.get(), textOf(m_target));
    if (!security)
        return Failure(security.error());
    SECURITY_ATTRIBUTES attributes{sizeof attributes, security->get(), FALSE};
    std::random_device random; // whoever can guess the name could write there
    m_number = std::uint64_t{random()} << 32 | random();
    const std::uint32_t capacity = std::bit_ceil(request.ringBytes);
    const auto size = static_cast<DWORD>(sizeof(tap::Header) + capacity);
    wchar_t name[64];
    wsprintfW(name, tap::ownerFormat, static_cast<UINT>(m_number >> 32), static_cast<UINT>(m_number));
    m_owner = KernelHandle(CreateMutexW(&attributes, FALSE, name));
    DWORD code = GetLastError();
    if (!m_owner)
        return systemFailure(code, "CreateMutex", toUtf8(name));
    wsprintfW(name, tap::sectionFormat, static_cast<UINT>(m_number >> 32), static_cast<UINT>(m_number));
    m_section = KernelHandle(CreateFileMappingW(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, size, name));
    code = GetLastError();
    if (!m_section || code == ERROR_ALREADY_EXISTS)
        return systemFailure(code, "CreateFileMapping", toUtf8(name));
    m_view = MappedView(MapViewOfFile(m_section.get(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0));
    code = GetLastError();
    if (!m_view)
        return systemFailure(code, "MapViewOfFile", toUtf8(name));
    auto places = placesOf(request.pointers);
    if (!places)
        return Failure(std::move(places.error()));

    m_ring = new (m_view.get()) tap::Header{};
    m_ring->magic = tap::expectedMagic;
    m_ring->version = tap::currentVersion;
    m_ring->window = m_target.handle;
    m_ring->capacity = capacity;
    m_ring->maxPayload = static_cast<std::uint32_t>(std::min<std::uint64_t>(request.maxPayload, capacity / 4));
    m_ring->messageCount = static_cast<std::uint32_t>(m_registered.size());
    for (std::size_t i = 0; i < m_registered.size(); ++i)
        m_ring->messages[i] = m_registered[i].id;
    m_ring->isCapturing = 1;
    m_ring->aliveAt = GetTickCount64();
    m_reader.emplace(*m_ring, capacity, m_target, m_registered,
                     ReferenceReader(request.referenceBytes, std::move(*places)));
    return {};
}

Result<Hook> WindowsTap::hook()
{
    // A hook of thread 0 would be one of all threads on the desktop.
    const DWORD thread = GetWindowThreadProcessId(toHandle(m_target.handle), nullptr);
    if (thread == 0 || thread != m_target.thread)
        return systemFailure(ERROR_INVALID_WINDOW_HANDLE, "SetWindowsHookEx", textOf(m_target));
    Hook hook(SetWindowsHookExW(WH_GETMESSAGE, m_library.hook, m_library.module, thread));
    const DWORD code = GetLastError();
    if (!hook)
        return systemFailure(code, "SetWindowsHookEx", textOf(m_target),
                             code == ERROR_ACCESS_DENIED ? "Its program has more rights than this session" : "");
    return hook;
}

Result<void> WindowsTap::request(std::intptr_t what) const
{
    const BOOL posted =
        PostMessageW(toHandle(m_target.handle), RegisterWindowMessageW(tap::requestName), m_number, what);
    const DWORD code = GetLastError();
    return posted ? Result<void>() : systemFailure(code, "PostMessage", textOf(m_target));
}

std::string hintFor(DWORD error)
{
    switch (error) {
    case ERROR_BUSY:
        return "Another ipclens has tapped it";
    case ERROR_INVALID_OPERATION:
        return "Another program stands before the procedure that was left there, and keeps it from being found";
    default:
        return {};
    }
}

Result<void> WindowsTap::attach()
{
    const auto hooked = hook();
    if (!hooked)
        return Failure(hooked.error());
    const HWND window = toHandle(m_target.handle);
    RemovePropW(window, tap::refusalName);
    if (auto posted = request(tap::attachRequest); !posted)
        return posted;
    const std::uint64_t end = GetTickCount64() + attachTimeout;
    while (state() == tap::Waiting) {
        if (!IsWindow(window))
            return systemFailure(ERROR_INVALID_WINDOW_HANDLE, "open tap", textOf(m_target));
        if (const auto refusal = reinterpret_cast<std::uintptr_t>(RemovePropW(window, tap::refusalName)); refusal != 0)
            return systemFailure(
                static_cast<DWORD>(refusal), "open the tap's ring", textOf(m_target),
                "Our DLL is in the program, but the program may not write to what this session shares with it");
        if (GetTickCount64() > end)
            return Failure(Error{.kind = ErrorKind::TimedOut,
                                 .operation = "open tap",
                                 .object = textOf(m_target),
                                 .meaning = fmt::format("its thread did not look for messages within {} ms", attachTimeout),
                                 .hint = "It is busy or stopped, or the system keeps our DLL out of it"});
        Sleep(1); // the other program's thread has no way to wake ours before it is attached
    }
    if (state() == tap::Failed)
        return systemFailure(m_ring->error, "open tap", textOf(m_target), hintFor(m_ring->error));
    m_isAttached = true;
    return {};
}

void WindowsTap::waitForDetached(bool isHooked)
{
    const std::uint64_t end = GetTickCount64() + detachTimeout;
    std::uint64_t nextRequest = 0;
    while (isThere() && GetTickCount64() < end) {
        const std::uint32_t now = state();
        if (now != tap::Detaching && (now != tap::Attached || !isHooked))
            return;
        if (now == tap::Attached && GetTickCount64() >= nextRequest) {
            std::ignore = request(tap::detachRequest); // its queue may be full: once more
            nextRequest = GetTickCount64() + 100;
        }
        Sleep(1);
    }
}

void WindowsTap::close()
{
    if (!std::exchange(m_isAttached, false) || hasHostEnded())
        return;
    const auto hooked = hook();
    waitForDetached(hooked.has_value());
    const auto left = [this](std::string why, std::string hint) {
        m_ended = Error{
            .operation = "close tap", .object = textOf(m_target), .meaning = std::move(why), .hint = std::move(hint)};
    };
    constexpr const char *stays =
        "The window works as before; our DLL stays in its program and does no more than pass on";
    if (state() == tap::PassingOn)
        left("another program stands before our procedure, which therefore cannot be taken out", stays);
    else if (state() == tap::Detaching && isThere())
        left("a handler that began before is still running, as with a dialog or a menu open",
             "The window's procedure is its own again; our DLL ends what it does when that handler returns");
    else if (state() == tap::Attached && isThere())
        left(hooked ? fmt::format("its thread did not look for messages within {} ms", detachTimeout)
                    : toText(hooked.error()),
             stays);
    m_owner = {}; // whoever is still there notices
}

void WindowsTap::noteEnd(Arrivals &arrivals)
{
    if (!m_ended && hasHostEnded())
        m_ended = exitedError("tap", textOf(m_target));
    else if (!m_ended && state() == tap::WindowGone)
        m_ended = Error{.kind = ErrorKind::Missing, .operation = "tap", .object = textOf(m_target), .meaning = "the window is gone"};
    if (m_ended && !std::exchange(m_isEndTold, true))
        arrivals.ended = m_ended;
}

Arrivals WindowsTap::take()
{
    Arrivals arrivals;
    m_ring->aliveAt.store(GetTickCount64(), std::memory_order_relaxed);
    const bool hadEnded = hasHostEnded(); // what it wrote before is there by now
    if (!m_reader->read(arrivals))
        m_ended =
            Error{.kind = ErrorKind::Protocol,
                  .operation = "tap",
                  .object = textOf(m_target),
                  .meaning = "the program wrote over the ring that our DLL in it writes to; what was there is lost"};
    if (hadEnded || state() != tap::Attached || m_ended)
        noteEnd(arrivals);
    return arrivals;
}

} // namespace

Result<std::unique_ptr<Inbox>> WindowsSystem::openTap(const TapRequest &request)
{
    return WindowsTap::open(*this, request);
}

} // namespace ipclens
