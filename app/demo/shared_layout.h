// What the demo programs share, byte by byte: with each other and with whoever looks at them through ipclens.
// All numbers are little-endian. Free of <windows.h>, so that tests can read what they captured with it.
//
// Each of the three memories is 4,096 bytes: the mapping, the DLL's shared section, and the block that `Handle` points
// to. In each, bytes 0x800 to 0xFFF are left alone by both programs. They are there to be edited: the other program
// prints what changed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ipclens::demo {

inline constexpr std::size_t memorySize = 0x1000;
inline constexpr std::size_t freeAreaOffset = 0x800;
inline constexpr std::uint32_t layoutVersion = 1;

// The mapping `MySharedMem`. Both programs hold the mutex `MySharedMemMutex` while they touch it or the DLL's section.
struct MappingLayout {
    static constexpr std::uint32_t expectedMagic = 0x4D435049; // "IPCM"

    std::uint32_t magic;             // 0x000
    std::uint32_t version;           // 0x004  layoutVersion
    std::uint64_t sequence;          // 0x008  updates, 50 a second; goes on where a former producer stopped
    std::uint64_t counter;           // 0x010  incremented in place: an edit here is counted on from
    std::int64_t time;               // 0x018  of the last update, nanoseconds since 1970 UTC
    float wave;                      // 0x020  sine of one period in four seconds, -1 to 1
    std::uint32_t writerPid;         // 0x024
    std::array<char, 0x58> text;     // 0x028  ASCII, zero-terminated
    std::array<char, 0x80> greeting; // 0x080  set once, then yours to edit
    std::array<std::uint8_t, 0x700> unused;
    std::array<std::uint8_t, 0x800> freeArea; // 0x800
};
static_assert(sizeof(MappingLayout) == memorySize);
static_assert(offsetof(MappingLayout, wave) == 0x20 && offsetof(MappingLayout, greeting) == 0x80);
static_assert(offsetof(MappingLayout, freeArea) == freeAreaOffset);

// `MySharedData` in the section .MYSEC of ipclens-demo-shared.dll, written by `produce`.
struct SharedDataLayout {
    static constexpr std::uint32_t expectedMagic = 0x53435049; // "IPCS"

    std::uint32_t magic;         // 0x000
    std::uint32_t version;       // 0x004
    std::uint64_t sequence;      // 0x008  updates
    std::uint32_t writerPid;     // 0x010
    std::uint32_t loads;         // 0x014  how many programs have started with this section in memory
    std::array<char, 0x68> text; // 0x018
    std::array<std::uint8_t, 0x780> unused;
    std::array<std::uint8_t, 0x800> freeArea; // 0x800
};
static_assert(sizeof(SharedDataLayout) == memorySize);
static_assert(offsetof(SharedDataLayout, freeArea) == freeAreaOffset);

// The block the registered message `Handle` points to: VirtualAlloc memory of the producer. The receiver reads the
// question with ReadProcessMemory and writes the answer behind it with WriteProcessMemory.
struct BlockLayout {
    static constexpr std::uint32_t expectedMagic = 0x42435049; // "IPCB"

    std::uint32_t magic;               // 0x000
    std::uint32_t checksum;            // 0x004  crc32 of bytes 0x008 to 0x0FF
    std::uint64_t sequence;            // 0x008
    std::uint32_t pid;                 // 0x010  of the producer
    std::uint32_t reserved;            // 0x014
    std::array<char, 0xE8> text;       // 0x018
    std::uint64_t answerSequence;      // 0x100  the answer: the sequence that is answered
    std::uint32_t answerPid;           // 0x108  of who answers
    std::uint32_t answerChecksum;      // 0x10C  crc32 of bytes 0x000 to 0x0FF, as the answerer read them
    std::array<char, 0xF0> answerText; // 0x110
    std::array<std::uint8_t, 0x600> unused;
    std::array<std::uint8_t, 0x800> freeArea; // 0x800
};
static_assert(sizeof(BlockLayout) == memorySize);
static_assert(offsetof(BlockLayout, answerSequence) == 0x100 && offsetof(BlockLayout, freeArea) == freeAreaOffset);

inline constexpr std::size_t blockChecksumBegin = 0x008;
inline constexpr std::size_t answerOffset = 0x100;
inline constexpr std::size_t answerSize = 0x100;

// WM_COPYDATA payloads, told apart by dwData. Every one holds a sequence number, counting a producer's messages from 1,
// and a checksum: the crc32 of the bytes named here.
enum class PayloadKind : std::uint64_t {
    Ascii = 1,  // "#SEQUENCE some text *CHECKSUM", crc32 as 8 hex digits over all before " *"
    Utf16 = 2,  // the same in UTF-16, with a terminator that is not part of the sum; the crc32 is over the UTF-16 bytes
                // before " *"
    Sample = 3, // a SamplePayload
    Json = 4,   // {"sequence":N,...,"checksum":"8 hex digits"}, crc32 over all before ,"checksum"
    Binary = 5, // a BinaryPayload followed by `size` bytes
};

struct SamplePayload {
    static constexpr std::uint32_t expectedMagic = 0x4C504D53; // "SMPL"

    std::uint32_t magic;
    std::uint32_t checksum; // of everything behind this field
    std::uint64_t sequence;
    std::uint32_t pid;
    std::uint32_t flags; // bit 0: the wave is rising
    std::int64_t time;   // nanoseconds since 1970 UTC
    std::array<float, 4> values;
};
static_assert(sizeof(SamplePayload) == 48);

struct BinaryPayload {
    static constexpr std::uint32_t expectedMagic = 0x59524E42; // "BNRY"

    std::uint32_t magic;
    std::uint32_t checksum; // of everything behind this field, the bytes included
    std::uint64_t sequence;
    std::uint32_t pid;
    std::uint32_t size; // random bytes that follow
};
static_assert(sizeof(BinaryPayload) == 24);

// Registered messages. Pointers are addresses in the sender.
inline constexpr const wchar_t *mappedMessage = L"Mapped"; // wParam: pid, lParam: where the sender maps MySharedMem
inline constexpr const wchar_t *sharedMessage = L"Shared"; // wParam: pid, lParam: sequence of MySharedData
inline constexpr const wchar_t *handleMessage = L"Handle"; // wParam: pid, lParam: address of a BlockLayout

inline constexpr const wchar_t *mappingName = L"MySharedMem";
inline constexpr const wchar_t *mutexName = L"MySharedMemMutex";
inline constexpr const wchar_t *receiverTitle = L"Receive";

// CRC-32 as in zlib, PNG and Ethernet.
inline std::uint32_t crc32(std::span<const std::byte> bytes)
{
    static constexpr auto table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t i = 0; i < entries.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
            entries[i] = value;
        }
        return entries;
    }();
    std::uint32_t sum = ~0u;
    for (const std::byte byte : bytes)
        sum = table[(sum ^ static_cast<std::uint32_t>(byte)) & 0xFF] ^ (sum >> 8);
    return ~sum;
}

} // namespace ipclens::demo
