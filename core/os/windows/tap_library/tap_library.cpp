// ipclens-tap.dll: stands before the procedure of a window in another program and puts copies of its messages into a ring. It is a guest
// there: it waits for nobody, allocates nothing, needs no library but the system's, and never lets itself be unloaded while the
// window's procedure leads through it.
#include "core/os/windows/sent_message.h"
#include "core/os/windows/tap_ring.h"

namespace ipclens::tap {
namespace {

// A window whose procedure leads, or led, through ours. Only its own thread touches it, but for `window`.
struct Tapped {
    HWND window = nullptr; // none: free
    WNDPROC previous = nullptr;
    bool isUnicode = false;
    bool isOut = false;    // the window's procedure does not lead through ours any more
    bool wasProbed = false;
    Header *ring = nullptr; // none: messages are only passed on
    std::uint64_t tap = 0;
    std::uint64_t nextLook = 0; // GetTickCount64() from when on it is time to see whether the session is there
    std::uint32_t depth = 0;    // handlers that run
};

constexpr std::uint64_t lookInterval = 1000; // milliseconds
Tapped tapped[64];
SRWLOCK lock = SRWLOCK_INIT; // guards the `window`s

// Asked for once: every thread gets the same number. Not at loading, when a DLL should call nobody.
UINT requestNumber = 0;
UINT probeNumber = 0;

UINT requestMessage()
{
    if (requestNumber == 0)
        requestNumber = RegisterWindowMessageW(requestName);
    return requestNumber;
}

UINT probeMessage()
{
    if (probeNumber == 0)
        probeNumber = RegisterWindowMessageW(probeName);
    return probeNumber;
}

// Of a free one: window nullptr.
Tapped *find(HWND window)
{
    Tapped *found = nullptr;
    AcquireSRWLockShared(&lock);
    for (Tapped &one : tapped) {
        if (one.window == window) {
            found = &one;
            break;
        }
    }
    ReleaseSRWLockShared(&lock);
    return found;
}

Tapped *claim(HWND window)
{
    Tapped *found = nullptr;
    AcquireSRWLockExclusive(&lock);
    for (Tapped &one : tapped) {
        if (!one.window) {
            one = Tapped{};
            one.window = window;
            found = &one;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

void release(Tapped &one)
{
    AcquireSRWLockExclusive(&lock);
    one.window = nullptr;
    ReleaseSRWLockExclusive(&lock);
}

// One more reference to this DLL keeps it loaded.
HMODULE pin()
{
    HMODULE self = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, reinterpret_cast<const wchar_t *>(&pin), &self);
    return self;
}

// Gives it back. Whoever calls it runs inside the hook, for which the system keeps the DLL loaded.
void unpin()
{
    HMODULE self = nullptr;
    if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           reinterpret_cast<const wchar_t *>(&pin), &self))
        FreeLibrary(self);
}

LONG_PTR procedureOf(const Tapped &one)
{
    return one.isUnicode ? GetWindowLongPtrW(one.window, GWLP_WNDPROC) : GetWindowLongPtrA(one.window, GWLP_WNDPROC);
}

bool setProcedure(const Tapped &one, WNDPROC procedure)
{
    const auto value = reinterpret_cast<LONG_PTR>(procedure);
    return (one.isUnicode ? SetWindowLongPtrW(one.window, GWLP_WNDPROC, value)
                          : SetWindowLongPtrA(one.window, GWLP_WNDPROC, value)) != 0;
}

LRESULT passOn(const Tapped &one, HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    return one.isUnicode ? CallWindowProcW(one.previous, window, message, wParam, lParam)
                         : CallWindowProcA(one.previous, window, message, wParam, lParam);
}

void letGoOfRing(Tapped &one, State state)
{
    if (!one.ring)
        return;
    one.ring->state.store(state, std::memory_order_release);
    UnmapViewOfFile(one.ring);
    one.ring = nullptr;
}

LRESULT CALLBACK tapProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam);

// Puts the window's own procedure back where nobody stands before ours.
void takeOut(Tapped &one)
{
    if (!one.isOut && procedureOf(one) == reinterpret_cast<LONG_PTR>(&tapProcedure))
        one.isOut = setProcedure(one, one.previous);
}

bool isOwnerThere(std::uint64_t tap)
{
    wchar_t name[64];
    wsprintfW(name, ownerFormat, static_cast<UINT>(tap >> 32), static_cast<UINT>(tap));
    const HANDLE owner = OpenMutexW(SYNCHRONIZE, FALSE, name);
    if (!owner)
        return GetLastError() != ERROR_FILE_NOT_FOUND;
    CloseHandle(owner);
    return true;
}

// The session that ended without a word gets no more copies. The DLL stays loaded, because this is its own code running.
void lookForOwner(Tapped &one)
{
    const std::uint64_t now = GetTickCount64();
    if (now < one.nextLook)
        return;
    one.nextLook = now + lookInterval;
    if (now - one.ring->aliveAt.load(std::memory_order_relaxed) < lookInterval || isOwnerThere(one.tap))
        return;
    takeOut(one);
    letGoOfRing(one, one.isOut ? Detached : PassingOn);
}

bool isNoted(const Header &ring, UINT message)
{
    if (message == WM_COPYDATA)
        return true;
    if (message < 0xC000 || message > 0xFFFF || message == requestMessage())
        return false;
    for (std::uint32_t i = 0; i < ring.messageCount && i < mostMessages; ++i)
        if (ring.messages[i] == message)
            return true;
    return ring.messageCount == 0;
}

void count(std::atomic<std::uint64_t> &counter, std::uint64_t by = 1)
{
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed); // nobody else writes it
}

std::int64_t ticks()
{
    LARGE_INTEGER value;
    QueryPerformanceCounter(&value);
    return value.QuadPart;
}

// The message's number; 0 when it was not kept.
std::uint64_t note(Tapped &one, UINT message, WPARAM wParam, LPARAM lParam)
{
    Header &ring = *one.ring;
    count(ring.received);
    const std::uint64_t sequence = ring.received.load(std::memory_order_relaxed);
    if (ring.isCapturing.load(std::memory_order_relaxed) == 0) {
        count(ring.skipped);
        return 0;
    }
    Record record{};
    record.kind = Arrival;
    record.sequence = sequence;
    record.ticks = ticks();
    record.message = message;
    record.flags = isSenderWaiting(message) ? std::uint32_t{SenderWaits} : 0;
    record.depth = one.depth;
    record.wParam = wParam;
    const void *data = nullptr;
    if (message == WM_COPYDATA) {
        const auto *const copy = reinterpret_cast<const COPYDATASTRUCT *>(lParam);
        const bool isThere = copy && canRead(copy, sizeof *copy);
        if (isThere) {
            record.id = copy->dwData;
            record.size = copy->cbData;
            data = copy->lpData;
        }
        if (!data)
            record.flags |= NullData;
        else if (canRead(data, copy->cbData))
            record.payload = copy->cbData < ring.maxPayload ? copy->cbData : ring.maxPayload;
    } else {
        record.id = message;
        record.lParam = static_cast<ULONG_PTR>(lParam);
    }
    // The outcomes of all handlers that run have their place.
    if (!put(&ring, record, data, static_cast<std::uint32_t>(sizeof(Record)) * (one.depth + 1))) {
        count(ring.dropped);
        count(ring.droppedBytes, record.size);
        return 0;
    }
    if (data && record.payload < record.size)
        count(ring.truncated);
    return sequence;
}

LRESULT CALLBACK tapProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    Tapped *const one = find(window);
    if (!one)
        return DefWindowProcW(window, message, wParam, lParam); // cannot be: whoever is out of the list is out of the way
    if (message == probeMessage()) {
        one->wasProbed = true;
        return 0;
    }
    if (message == WM_NCDESTROY) {
        const Tapped last = *one;
        letGoOfRing(*one, WindowGone);
        release(*one); // the DLL stays loaded: it cannot give itself back while it runs
        return passOn(last, window, message, wParam, lParam);
    }
    if (one->ring)
        lookForOwner(*one);
    if (!one->ring || !isNoted(*one->ring, message))
        return passOn(*one, window, message, wParam, lParam);

    const Header *const before = one->ring;
    const std::uint64_t sequence = note(*one, message, wParam, lParam);
    ++one->depth;
    const LRESULT result = passOn(*one, window, message, wParam, lParam);
    if (one->window != window)
        return result; // the handler destroyed the window
    --one->depth;
    if (sequence != 0 && one->ring && one->ring == before) { // the handler may have taken us out
        Record record{};
        record.kind = Outcome;
        record.sequence = sequence;
        record.ticks = ticks();
        record.result = result;
        put(one->ring, record, &record, 0);
    }
    return result;
}

Header *openRing(std::uint64_t tap, HWND window)
{
    wchar_t name[64];
    wsprintfW(name, sectionFormat, static_cast<UINT>(tap >> 32), static_cast<UINT>(tap));
    const HANDLE section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
    if (!section)
        return nullptr;
    auto *const ring = static_cast<Header *>(MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0));
    CloseHandle(section); // the view keeps it
    if (!ring)
        return nullptr;
    MEMORY_BASIC_INFORMATION info{};
    VirtualQuery(ring, &info, sizeof info);
    const bool isOurs = info.RegionSize >= sizeof(Header) && ring->magic == expectedMagic && ring->version == currentVersion &&
                        ring->window == reinterpret_cast<std::uintptr_t>(window) && ring->capacity != 0 &&
                        (ring->capacity & (ring->capacity - 1)) == 0 && info.RegionSize >= sizeof(Header) + ring->capacity;
    if (isOurs)
        return ring;
    UnmapViewOfFile(ring);
    return nullptr;
}

void refuse(Header *ring, DWORD error)
{
    ring->error.store(error, std::memory_order_relaxed);
    ring->state.store(Failed, std::memory_order_release);
    UnmapViewOfFile(ring);
}

// Whether messages of the window come to our procedure. Handles of windows are used again: the one we know may be another's.
bool isInTheWay(Tapped &one)
{
    one.wasProbed = false;
    SendMessageW(one.window, probeMessage(), 0, 0);
    return one.wasProbed;
}

void attach(HWND window, std::uint64_t tap)
{
    Header *const ring = openRing(tap, window);
    if (!ring)
        return;
    if (ring->state.load(std::memory_order_acquire) != Waiting) { // PeekMessage shows a message twice
        UnmapViewOfFile(ring);
        return;
    }
    Tapped *one = find(window);
    if (one && one->ring) {
        refuse(ring, ERROR_BUSY);
        return;
    }
    if (one && (one->isOut || !isInTheWay(*one))) {
        if (one->depth > 0) { // it is out, but its handler still runs
            refuse(ring, ERROR_BUSY);
            return;
        }
        release(*one);
        one = nullptr;
    }
    if (!one) {
        one = claim(window);
        if (!one || !pin()) {
            if (one)
                release(*one);
            refuse(ring, ERROR_NOT_ENOUGH_MEMORY);
            return;
        }
        one->isUnicode = IsWindowUnicode(window) != FALSE;
        one->previous = reinterpret_cast<WNDPROC>(procedureOf(*one));
        SetLastError(0);
        if (!one->previous || !setProcedure(*one, tapProcedure)) {
            const DWORD code = GetLastError();
            release(*one);
            unpin();
            refuse(ring, code != 0 ? code : ERROR_INVALID_WINDOW_HANDLE);
            return;
        }
    }
    one->tap = tap;
    one->nextLook = GetTickCount64() + lookInterval;
    one->ring = ring;
    ring->state.store(Attached, std::memory_order_release);
}

void detach(HWND window, std::uint64_t tap)
{
    Tapped *const one = find(window);
    if (!one || one->tap != tap || (!one->ring && !one->isOut))
        return;
    takeOut(*one);
    if (!one->isOut) {
        letGoOfRing(*one, PassingOn);
    } else if (one->depth > 0) {
        if (one->ring)
            one->ring->state.store(Detaching, std::memory_order_release);
    } else {
        letGoOfRing(*one, Detached);
        release(*one);
        unpin();
    }
}

} // namespace
} // namespace ipclens::tap

// A WH_GETMESSAGE hook of the window's thread, set for as long as it takes to see the request.
extern "C" __declspec(dllexport) LRESULT CALLBACK ipclensTapHook(int code, WPARAM wParam, LPARAM lParam)
{
    using namespace ipclens::tap;
    auto *const message = reinterpret_cast<MSG *>(lParam);
    if (code == HC_ACTION && message->hwnd && message->message == requestMessage()) {
        if (message->lParam == attachRequest)
            attach(message->hwnd, message->wParam);
        else if (message->lParam == detachRequest)
            detach(message->hwnd, message->wParam);
        message->message = WM_NULL; // the program never sees it
    }
    return CallNextHookEx(nullptr, code, wParam, lParam);
}
