// ipclens-tap.dll: stands before the procedure of a window in another program and puts copies of its messages into a ring. It is a guest
// there: it waits for nobody, allocates nothing, needs no library but the system's, and never lets itself be unloaded while the
// window's procedure leads through it.
#include "core/os/windows/sent_message.h"
#include "core/os/windows/tap_library/tapped.h"

namespace ipclens::tap {
namespace {

constexpr std::uint64_t lookInterval = 1000; // milliseconds

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

// A call of our procedure comes back. The last one for a window that is out, or gone, ends what there is of it. The DLL
// stays loaded: it cannot give itself back while this is its own code running.
void leave(Tapped &one)
{
    if (--one.frames > 0 || !one.isOut)
        return;
    letGoOfRing(one, Detached);
    release(one);
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

// The session that ended without a word gets no more copies.
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

std::uint32_t ownerOf(WPARAM window)
{
    DWORD pid = 0;
    return GetWindowThreadProcessId(reinterpret_cast<HWND>(window), &pid) != 0 ? pid : 0;
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
        record.sender = ownerOf(wParam); // it may be gone before the session looks
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

LRESULT passOnNoted(Tapped &one, HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    const std::uint64_t tap = one.tap;
    const std::uint64_t sequence = note(one, message, wParam, lParam);
    ++one.depth;
    const LRESULT result = passOn(one, window, message, wParam, lParam);
    --one.depth;
    if (sequence != 0 && one.ring && one.tap == tap) { // the handler may have taken us out, or destroyed the window
        Record record{};
        record.kind = Outcome;
        record.sequence = sequence;
        record.ticks = ticks();
        record.result = result;
        put(one.ring, record, &record, 0);
    }
    return result;
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
        letGoOfRing(*one, WindowGone);
        one->isOut = true;
        forgetWindow(*one); // its handle may soon be another window's
    } else if (one->ring) {
        lookForOwner(*one);
    }
    ++one->frames;
    const LRESULT result = one->ring && isNoted(*one->ring, message)
                               ? passOnNoted(*one, window, message, wParam, lParam)
                               : passOn(*one, window, message, wParam, lParam);
    leave(*one);
    return result;
}

// Says why a request could not even be answered in its ring.
void sayRefusal(HWND window, DWORD error)
{
    SetPropW(window, refusalName, reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(error)));
}

bool isValid(const Header &ring, std::size_t size, HWND window)
{
    return size >= sizeof(Header) && ring.magic == expectedMagic && ring.version == currentVersion &&
           ring.window == reinterpret_cast<std::uintptr_t>(window) && ring.capacity != 0 &&
           (ring.capacity & (ring.capacity - 1)) == 0 && size >= sizeof(Header) + ring.capacity;
}

Header *openRing(std::uint64_t tap, HWND window)
{
    wchar_t name[64];
    wsprintfW(name, sectionFormat, static_cast<UINT>(tap >> 32), static_cast<UINT>(tap));
    const HANDLE section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
    if (!section) {
        sayRefusal(window, GetLastError());
        return nullptr;
    }
    auto *const ring = static_cast<Header *>(MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0));
    const DWORD code = GetLastError();
    CloseHandle(section); // the view keeps it
    if (!ring) {
        sayRefusal(window, code);
        return nullptr;
    }
    MEMORY_BASIC_INFORMATION info{};
    VirtualQuery(ring, &info, sizeof info);
    if (isValid(*ring, info.RegionSize, window))
        return ring;
    UnmapViewOfFile(ring);
    sayRefusal(window, ERROR_REVISION_MISMATCH);
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

// Puts our procedure before the window's own. 0, or a GetLastError().
DWORD standBefore(Tapped &one)
{
    one.isUnicode = IsWindowUnicode(one.window) != FALSE;
    one.previous = reinterpret_cast<WNDPROC>(procedureOf(one));
    SetLastError(0);
    one.isOut = !one.previous || !setProcedure(one, tapProcedure);
    if (!one.isOut)
        return 0;
    const DWORD code = GetLastError();
    return code != 0 ? code : ERROR_INVALID_WINDOW_HANDLE;
}

// A place of ours for the window that we are not in the way of yet. 0, or a GetLastError().
DWORD beginAt(HWND window, Tapped *&one)
{
    one = claim(window);
    if (!one)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!pin()) {
        release(*one);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    const DWORD error = standBefore(*one);
    if (error != 0) {
        release(*one);
        unpin();
    }
    return error;
}

// The window has been tapped before. 0, or a GetLastError().
DWORD goOnAt(Tapped &one)
{
    if (one.ring && !one.isOut && isOwnerThere(one.tap))
        return ERROR_BUSY;
    letGoOfRing(one,
                one.isOut ? Detached : PassingOn); // of a session that is done with it, or has ended without a word
    if (!one.isOut && isInTheWay(one))
        return 0;
    // Whoever stands before ours and keeps the probe to himself may lead through it all the same: twice in one chain it
    // has no end.
    if (!one.isOut && procedureOf(one) != reinterpret_cast<LONG_PTR>(one.previous))
        return ERROR_INVALID_OPERATION;
    const DWORD error = standBefore(one);
    if (error != 0 && one.frames == 0) {
        release(one);
        unpin();
    }
    return error;
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
    if (const DWORD error = one ? goOnAt(*one) : beginAt(window, one); error != 0) {
        refuse(ring, error);
        return;
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
    } else if (one->frames > 0) { // a handler that looks for messages itself, as dialogs and menus do
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
