// What a session and the DLL of its tap share: a named section with a header and a ring of records. Free of the library's larger parts,
// because the DLL runs inside other people's programs.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

namespace ipclens::tap {

inline constexpr std::uint32_t expectedMagic = 0x54504C49; // "ILPT"
inline constexpr std::uint32_t currentVersion = 2;
inline constexpr std::uint32_t mostMessages = 64;

// The registered message that goes to the tapped window, in which the hook sees it. wParam: the tap's number; lParam: what to do.
inline constexpr wchar_t requestName[] = L"ipclens tap request";
// Sent by the DLL to see whether its own procedure still gets the window's messages.
inline constexpr wchar_t probeName[] = L"ipclens tap probe";
inline constexpr std::intptr_t attachRequest = 1;
inline constexpr std::intptr_t detachRequest = 2;
// With the tap's number in 16 hex digits. The mutex is there for as long as the session has it open: who can no longer open it knows that
// the session has ended.
inline constexpr wchar_t sectionFormat[] = L"Local\\ipclens-tap-%08X%08X";
inline constexpr wchar_t ownerFormat[] = L"Local\\ipclens-tap-%08X%08X-owner";
// A property that the DLL gives the window when it cannot answer in the ring: a GetLastError().
inline constexpr wchar_t refusalName[] = L"ipclens tap refusal";
inline constexpr char hookName[] = "ipclensTapHook";

enum State : std::uint32_t {
    Waiting, // for the hook to see the request
    Attached,
    Detaching, // the procedure is out, but calls of it that began before have not returned; Detached follows by itself
    Detached,  // nothing of ours is left in the way
    PassingOn, // somebody stands before our procedure: it stays and passes on
    WindowGone,
    Failed, // see `error`
};

// Written by the session before the DLL sees it, but for what is said. Every counter is written by one side alone.
struct Header {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint64_t window;
    std::uint32_t capacity;   // bytes of the ring behind the header, a power of two
    std::uint32_t maxPayload; // bytes copied of one payload
    std::uint32_t messageCount; // 0: all registered messages are noted
    std::uint32_t messages[mostMessages];
    std::atomic<std::uint32_t> isCapturing;
    std::atomic<std::uint64_t> aliveAt; // GetTickCount64() when the session read last
    std::atomic<std::uint64_t> tail;    // bytes read since the beginning

    alignas(64) std::atomic<std::uint64_t> head; // by the DLL: bytes written
    std::atomic<std::uint32_t> state;            // from here on by the DLL
    std::atomic<std::uint32_t> error;            // a GetLastError()
    std::atomic<std::uint64_t> received;
    std::atomic<std::uint64_t> dropped;
    std::atomic<std::uint64_t> droppedBytes;
    std::atomic<std::uint64_t> truncated;
    std::atomic<std::uint64_t> skipped;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

enum RecordKind : std::uint32_t { Arrival = 1, Outcome = 2 };
enum RecordFlag : std::uint32_t { NullData = 1, SenderWaits = 2 };

// A multiple of 8 bytes with the payload behind it. An outcome has kind, sequence, ticks and result.
struct Record {
    std::uint32_t bytes;   // of the record with its payload, rounded up
    std::uint32_t kind;
    std::uint64_t sequence;
    std::int64_t ticks;    // QueryPerformanceCounter
    std::int64_t result;
    std::uint32_t message;
    std::uint32_t flags;
    std::uint32_t depth;
    std::uint32_t payload; // bytes of it that are here
    std::uint32_t sender;  // process of the window in wParam of WM_COPYDATA; 0: there is no such window
    std::uint32_t unused;
    std::uint64_t size;    // true cbData
    std::uint64_t id;      // dwData
    std::uint64_t wParam;
    std::uint64_t lParam;
};
static_assert(sizeof(Record) % 8 == 0);

inline std::uint8_t *ringOf(Header *header)
{
    return reinterpret_cast<std::uint8_t *>(header) + sizeof(Header);
}

inline void copyIn(Header *header, std::uint64_t at, const void *from, std::uint32_t size)
{
    const std::uint32_t begin = static_cast<std::uint32_t>(at) & (header->capacity - 1);
    const std::uint32_t untilEnd = header->capacity - begin;
    const std::uint32_t first = size < untilEnd ? size : untilEnd;
    std::memcpy(ringOf(header) + begin, from, first);
    std::memcpy(ringOf(header), static_cast<const std::uint8_t *>(from) + first, size - first);
}

// Puts a record with `record.payload` bytes of `data` into the ring, and keeps `reserve` bytes free. False: there is no room, and nothing
// is written. Only the DLL calls it, on the window's thread.
inline bool put(Header *header, Record &record, const void *data, std::uint32_t reserve)
{
    record.bytes = (static_cast<std::uint32_t>(sizeof(Record)) + record.payload + 7) & ~7U;
    const std::uint64_t head = header->head.load(std::memory_order_relaxed);
    const std::uint64_t used = head - header->tail.load(std::memory_order_acquire);
    if (used > header->capacity || header->capacity - used < std::uint64_t{record.bytes} + reserve)
        return false;
    copyIn(header, head, &record, sizeof record);
    if (record.payload > 0)
        copyIn(header, head + sizeof record, data, record.payload);
    header->head.store(head + record.bytes, std::memory_order_release);
    return true;
}

} // namespace ipclens::tap
