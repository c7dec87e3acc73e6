// What a child can do with windows, and how they answer.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include "core/text/hex.h"

#include <atomic>
#include <fmt/format.h>
#include <future>
#include <map>
#include <mutex>
#include <numeric>

namespace ipclens::test {
namespace {

// What the child's windows saw last; their threads write it.
std::mutex lastMutex;
std::string lastMessage;
std::atomic<std::uint64_t> messages = 0;
std::atomic<LRESULT> reply = 0;
enum class Hold { No, Wait, Pump };
std::atomic<Hold> hold =
    Hold::No; // handlers wait until window.release; pumping they look for messages meanwhile, as dialogs do
std::atomic<int> holding = 0;        // handlers that do
std::atomic<DWORD> handlingTime = 0; // milliseconds that handlers take
std::atomic<bool> asksBack = false; // handlers send to the claimed sender, and answer with what it gave
std::wstring bounceTo;              // handlers send what they got to the window of this class; guarded by lastMutex
std::atomic<bool> bouncesChanged = false; // one more each time
std::atomic<int> bounces = 0;
std::map<std::uint64_t, std::int64_t>
    ends; // when the handler of a WM_COPYDATA message ended, by dwData; guarded by lastMutex

std::int64_t counter()
{
    LARGE_INTEGER value;
    QueryPerformanceCounter(&value);
    return value.QuadPart;
}

std::int64_t frequency()
{
    LARGE_INTEGER value;
    QueryPerformanceFrequency(&value);
    return value.QuadPart;
}

HANDLE released()
{
    static const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    return event;
}

std::wstring bounceClass()
{
    const std::scoped_lock lock(lastMutex);
    return bounceTo;
}

void holdUntilReleased(Hold how)
{
    ++holding;
    const HANDLE event = released();
    while (how == Hold::Pump && MsgWaitForMultipleObjects(1, &event, FALSE, INFINITE, QS_ALLINPUT) != WAIT_OBJECT_0) {
        MSG message;
        while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE))
            DispatchMessageW(&message);
    }
    WaitForSingleObject(event, INFINITE);
    --holding;
}

void work(DWORD milliseconds)
{
    const std::int64_t begin = counter();
    for (std::int64_t gone = 0; gone < milliseconds; gone = (counter() - begin) * 1000 / frequency())
        Sleep(static_cast<DWORD>(milliseconds - gone));
}

LRESULT bounce(const std::wstring &to, UINT message, WPARAM wParam, LPARAM lParam)
{
    ++bounces;
    const HWND window = FindWindowW(to.c_str(), nullptr);
    if (message != WM_COPYDATA || !bouncesChanged)
        return SendMessageW(window, message, wParam + bouncesChanged, lParam);
    COPYDATASTRUCT changed = *reinterpret_cast<const COPYDATASTRUCT *>(lParam);
    ++changed.dwData;
    return SendMessageW(window, message, wParam, reinterpret_cast<LPARAM>(&changed));
}

std::uint64_t sumOf(std::span<const std::byte> bytes)
{
    return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0},
                           [](std::uint64_t sum, std::byte byte) { return sum * 31 + static_cast<std::uint64_t>(byte); });
}

void remember(std::string text)
{
    const std::scoped_lock lock(lastMutex);
    lastMessage = std::move(text);
    ++messages;
}

LRESULT CALLBACK handleMessage(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_COPYDATA) {
        const auto *data = reinterpret_cast<const COPYDATASTRUCT *>(lParam);
        if (!data)
            remember(fmt::format("copydata {} null", wParam));
        else
            remember(fmt::format("copydata {} {} {} {} {}", wParam, data->dwData, data->cbData, data->lpData ? "data" : "null",
                                 data->lpData ? sumOf(std::as_bytes(std::span(static_cast<char *>(data->lpData),
                                                                             data->cbData)))
                                              : 0));
        if (hold != Hold::No)
            holdUntilReleased(hold);
        work(handlingTime);
        if (const std::wstring to = bounceClass(); !to.empty())
            return bounce(to, message, wParam, lParam);
        if (asksBack)
            return SendMessageW(reinterpret_cast<HWND>(wParam), WM_APP, 20, 3);
        if (data) {
            const std::scoped_lock lock(lastMutex);
            ends[data->dwData] = counter();
        }
        return reply;
    }
    switch (message) {
    case WM_APP:
        return static_cast<LRESULT>(wParam) * 2 + lParam;
    case WM_APP + 1: // shows a dialog, so to say
        holdUntilReleased(Hold::Pump);
        return 0;
    case WM_APP + 2:
        return bounce(bounceClass(), message, wParam, lParam);
    case WM_APP + 3: {
        COPYDATASTRUCT own{.dwData = wParam, .cbData = 0, .lpData = nullptr};
        return SendMessageW(window, WM_COPYDATA, reinterpret_cast<WPARAM>(window), reinterpret_cast<LPARAM>(&own));
    }
    case WM_COMMAND:
    case WM_SYSCOMMAND:
    case WM_KEYDOWN:
        remember(fmt::format("message {} {} {}", message, wParam, static_cast<std::uint64_t>(lParam)));
        return reply;
    default:
        break;
    }
    if (message >= 0xC000 && message <= 0xFFFF) {
        remember(fmt::format("registered {} {} {}", message, wParam, static_cast<std::uint64_t>(lParam)));
        return reply;
    }
    if (message == WM_DESTROY)
        PostQuitMessage(0);
    return DefWindowProcW(window, message, wParam, lParam);
}

HWND windowOf(const std::string &word)
{
    return reinterpret_cast<HWND>(toNumber(word));
}

// window.create CLASS TITLE top|message pump|stuck: its handle. A stuck one never handles a message.
const PeerVerb createVerb("window.create", [](const Words &words) {
    std::promise<HWND> made;
    auto window = made.get_future();
    std::thread([&made, className = wide(fromWord(words.at(0))), title = wide(fromWord(words.at(1))),
                 isTop = words.at(2) == "top", pumps = words.at(3) == "pump"] {
        WNDCLASSEXW windowClass{};
        windowClass.cbSize = sizeof windowClass;
        windowClass.lpfnWndProc = handleMessage;
        windowClass.hInstance = GetModuleHandleW(nullptr);
        windowClass.lpszClassName = className.c_str();
        RegisterClassExW(&windowClass); // fails for the second window of a class: fine
        made.set_value(CreateWindowExW(0, className.c_str(), title.c_str(), 0, 0, 0, 0, 0, isTop ? nullptr : HWND_MESSAGE,
                                       nullptr, windowClass.hInstance, nullptr));
        MSG message;
        if (!pumps)
            WaitForSingleObject(GetCurrentProcess(), INFINITE);
        while (GetMessageW(&message, nullptr, 0, 0) > 0)
            DispatchMessageW(&message);
    }).detach();
    const HWND handle = window.get();
    if (!handle)
        throw std::runtime_error("CreateWindow");
    return std::to_string(reinterpret_cast<std::uint64_t>(handle));
});

// window.show WINDOW X Y WIDTH HEIGHT: before all others
const PeerVerb showVerb("window.show", [](const Words &words) {
    const auto number = [&](std::size_t at) { return static_cast<int>(std::stol(words.at(at))); };
    if (!SetWindowPos(windowOf(words.at(0)), HWND_TOPMOST, number(1), number(2), number(3), number(4),
                      SWP_SHOWWINDOW | SWP_NOACTIVATE))
        throw std::runtime_error("SetWindowPos");
    return std::string();
});

// window.button PARENT X Y WIDTH HEIGHT: a child window's handle
const PeerVerb buttonVerb("window.button", [](const Words &words) {
    const auto number = [&](std::size_t at) { return static_cast<int>(std::stol(words.at(at))); };
    const HWND button = CreateWindowExW(0, L"Button", L"Press", WS_CHILD | WS_VISIBLE, number(1), number(2), number(3), number(4),
                                        windowOf(words.at(0)), nullptr, nullptr, nullptr);
    if (!button)
        throw std::runtime_error("CreateWindow");
    return std::to_string(reinterpret_cast<std::uint64_t>(button));
});

const PeerVerb closeVerb("window.close", [](const Words &words) {
    SendMessageW(windowOf(words.at(0)), WM_CLOSE, 0, 0);
    return std::string();
});

const PeerVerb replyVerb("window.reply", [](const Words &words) {
    reply = static_cast<LRESULT>(std::stoll(words.at(0)));
    return std::string();
});

// window.hold [pump]
const PeerVerb holdVerb("window.hold", [](const Words &words) {
    ResetEvent(released());
    hold = words.empty() ? Hold::Wait : Hold::Pump;
    return std::string();
});

const PeerVerb releaseVerb("window.release", [](const Words &) {
    hold = Hold::No;
    SetEvent(released());
    return std::string();
});

// How many handlers wait for that.
const PeerVerb holdingVerb("window.holding", [](const Words &) { return std::to_string(holding); });

// window.work MILLISECONDS: what handlers of WM_COPYDATA take from now on
const PeerVerb workVerb("window.work", [](const Words &words) {
    handlingTime = static_cast<DWORD>(toNumber(words.at(0)));
    return std::string();
});

// window.ended ID: when the handler of that WM_COPYDATA message ended, by the performance counter; 0: it has not
const PeerVerb endedVerb("window.ended", [](const Words &words) {
    const std::scoped_lock lock(lastMutex);
    return std::to_string(ends[toNumber(words.at(0))]);
});

const PeerVerb askBackVerb("window.askback", [](const Words &) {
    asksBack = true;
    return std::string();
});

// window.bounce CLASS [changed]: handlers send it on to the first window of this class, the same or each time with
// other numbers
const PeerVerb bounceVerb("window.bounce", [](const Words &words) {
    const std::scoped_lock lock(lastMutex);
    bounceTo = wide(fromWord(words.at(0)));
    bouncesChanged = words.size() > 1;
    return std::string();
});

const PeerVerb bouncesVerb("window.bounces", [](const Words &) { return std::to_string(bounces); });

// window.find CLASS TITLE: as programs look for each other
const PeerVerb findVerb("window.find", [](const Words &words) {
    return std::to_string(reinterpret_cast<std::uint64_t>(
        FindWindowW(wide(fromWord(words.at(0))).c_str(), wide(fromWord(words.at(1))).c_str())));
});

const PeerVerb visibleVerb("window.visible", [](const Words &words) {
    return std::to_string(IsWindowVisible(windowOf(words.at(0))) != FALSE);
});

// window.activate WINDOW: as programs do with the one that runs already
const PeerVerb activateVerb("window.activate", [](const Words &words) {
    ShowWindow(windowOf(words.at(0)), SW_SHOW);
    SetForegroundWindow(windowOf(words.at(0)));
    return std::string();
});

// window.procedure WINDOW: the address of its procedure
const PeerVerb procedureVerb("window.procedure", [](const Words &words) {
    return std::to_string(static_cast<std::uint64_t>(GetWindowLongPtrW(windowOf(words.at(0)), GWLP_WNDPROC)));
});

WNDPROC stoodBefore = nullptr;
std::atomic<std::uint64_t> passedOn = 0;

// window.standbefore WINDOW: puts a procedure before its own, as other tools do; how often it was called so far
const PeerVerb standBeforeVerb("window.standbefore", [](const Words &words) {
    if (!stoodBefore)
        stoodBefore = reinterpret_cast<WNDPROC>(
            SetWindowLongPtrW(windowOf(words.at(0)), GWLP_WNDPROC,
                              reinterpret_cast<LONG_PTR>(+[](HWND window, UINT message, WPARAM wParam, LPARAM lParam) {
                                  ++passedOn;
                                  return CallWindowProcW(stoodBefore, window, message, wParam, lParam);
                              })));
    return std::to_string(passedOn);
});

const PeerVerb lastVerb("window.last", [](const Words &) {
    const std::scoped_lock lock(lastMutex);
    return lastMessage;
});

const PeerVerb countVerb("window.count", [](const Words &) { return std::to_string(messages); });

const PeerVerb registerVerb("window.register", [](const Words &words) {
    return std::to_string(RegisterWindowMessageW(wide(fromWord(words.at(0))).c_str()));
});

const PeerVerb sumVerb("sum", [](const Words &words) { return std::to_string(sumOf(fromHex(words.at(0)).value())); });

// copydata.asked WINDOW: sends from a window of this very thread, which is asked something before it gets its answer
const PeerVerb askedVerb("copydata.asked", [](const Words &words) {
    WNDCLASSW windowClass{};
    windowClass.lpfnWndProc = handleMessage;
    windowClass.hInstance = GetModuleHandleW(nullptr);
    windowClass.lpszClassName = L"ipclens-peer-asked";
    RegisterClassW(&windowClass);
    const HWND own = CreateWindowExW(0, L"ipclens-peer-asked", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, windowClass.hInstance, nullptr);
    COPYDATASTRUCT data{};
    const LRESULT result = SendMessageW(windowOf(words.at(0)), WM_COPYDATA, reinterpret_cast<WPARAM>(own), reinterpret_cast<LPARAM>(&data));
    DestroyWindow(own);
    return std::to_string(result);
});

} // namespace
} // namespace ipclens::test
