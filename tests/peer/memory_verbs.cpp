// What a child can do with memory, sections, other named objects and DLLs.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_peer.h"

#include <fmt/format.h>

namespace ipclens::test {
namespace {

std::string addressText(const void *address)
{
    return std::to_string(reinterpret_cast<Address>(address));
}

void *place(Address address)
{
    return reinterpret_cast<void *>(address);
}

// A security descriptor that lets nobody in.
SECURITY_ATTRIBUTES *nobody()
{
    static ACL empty;
    static SECURITY_DESCRIPTOR descriptor;
    static SECURITY_ATTRIBUTES attributes{sizeof attributes, &descriptor, FALSE};
    InitializeAcl(&empty, sizeof empty, ACL_REVISION);
    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, &empty, FALSE);
    return &attributes;
}

DWORD protectionOf(const std::string &word)
{
    if (word == "rw")
        return PAGE_READWRITE;
    if (word == "ro")
        return PAGE_READONLY;
    if (word == "wc")
        return PAGE_WRITECOPY;
    throw std::runtime_error("no such protection: " + word);
}

void checkedAlloc(Address address, std::uint64_t size, DWORD type, DWORD protection)
{
    if (!VirtualAlloc(place(address), size, type, protection))
        throwLastError("VirtualAlloc");
}

Address guardPage = 0;

const PeerVerb pidVerb("pid", [](const Words &) { return std::to_string(GetCurrentProcessId()); });

// Three blocks of 64 KiB, the middle one free.
const PeerVerb layoutVerb("layout", [](const Words &) {
    void *where = VirtualAlloc(nullptr, 0x30000, MEM_RESERVE, PAGE_NOACCESS);
    if (!where || !VirtualFree(where, 0, MEM_RELEASE))
        throwLastError("VirtualAlloc");
    const auto begin = reinterpret_cast<Address>(where);
    checkedAlloc(begin, 0x10000, MEM_RESERVE, PAGE_READWRITE);
    checkedAlloc(begin + 0x20000, 0x10000, MEM_RESERVE, PAGE_READWRITE);
    const std::vector<Piece> layout{
        {{begin, 0x3000}, PieceKind::ReadWrite},          {{begin + 0x3000, 0x1000}, PieceKind::Guard},
        {{begin + 0x4000, 0x1000}, PieceKind::NoAccess},  {{begin + 0x5000, 0x1000}, PieceKind::ReadOnly},
        {{begin + 0x6000, 0x2000}, PieceKind::ReadWrite}, {{begin + 0x8000, 0x8000}, PieceKind::Reserved},
        {{begin + 0x10000, 0x10000}, PieceKind::Hole},    {{begin + 0x20000, 0x4000}, PieceKind::ReadWrite}};
    for (const auto &[range, kind] : layout) {
        if (kind == PieceKind::Hole || kind == PieceKind::Reserved)
            continue;
        checkedAlloc(range.begin, range.size, MEM_COMMIT, PAGE_READWRITE);
        fillWithPattern(range, begin);
        DWORD before = 0;
        const DWORD protection = kind == PieceKind::Guard      ? PAGE_READWRITE | PAGE_GUARD
                                 : kind == PieceKind::NoAccess ? PAGE_NOACCESS
                                 : kind == PieceKind::ReadOnly ? PAGE_READONLY
                                                               : PAGE_READWRITE;
        if (!VirtualProtect(place(range.begin), range.size, protection, &before))
            throwLastError("VirtualProtect");
        if (kind == PieceKind::Guard)
            guardPage = range.begin;
    }
    return layoutWords(layout);
});

const PeerVerb armedVerb("armed", [](const Words &) {
    MEMORY_BASIC_INFORMATION page{};
    if (!VirtualQuery(place(guardPage), &page, sizeof page))
        throwLastError("VirtualQuery");
    return std::string((page.Protect & PAGE_GUARD) != 0 ? "yes" : "no");
});

// fill ADDRESS SIZE BEGIN: the pattern of a layout starting at BEGIN.
const PeerVerb fillVerb("fill", [](const Words &words) {
    fillWithPattern({toNumber(words.at(0)), toNumber(words.at(1))}, toNumber(words.at(2)));
    return std::string();
});

// alloc SIZE
const PeerVerb allocVerb("alloc", [](const Words &words) {
    void *block = VirtualAlloc(nullptr, toNumber(words.at(0)), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!block)
        throwLastError("VirtualAlloc");
    return addressText(block);
});

// commit ADDRESS SIZE, also in a view of a reserved section
const PeerVerb commitVerb("commit", [](const Words &words) {
    checkedAlloc(toNumber(words.at(0)), toNumber(words.at(1)), MEM_COMMIT, PAGE_READWRITE);
    return std::string();
});

// query ADDRESS: state, protection, type of the page
const PeerVerb queryVerb("query", [](const Words &words) {
    MEMORY_BASIC_INFORMATION page{};
    if (!VirtualQuery(place(toNumber(words.at(0))), &page, sizeof page))
        throwLastError("VirtualQuery");
    return fmt::format("{} {} {}", page.State, page.Protect, page.Type);
});

std::string mapWhole(HANDLE section, DWORD access)
{
    void *view = MapViewOfFile(section, access, 0, 0, 0);
    if (!view)
        throwLastError("MapViewOfFile");
    return addressText(view);
}

// section.create NAME SIZE rw|ro|wc commit|reserve: creates and maps it; the view's address
const PeerVerb createVerb("section.create", [](const Words &words) {
    const std::uint64_t size = toNumber(words.at(1));
    const DWORD protection = protectionOf(words.at(2));
    const HANDLE section = CreateFileMappingW(
        INVALID_HANDLE_VALUE, nullptr, protection | (words.at(3) == "reserve" ? SEC_RESERVE : SEC_COMMIT),
        static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), wide(fromWord(words.at(0))).c_str());
    if (!section || GetLastError() == ERROR_ALREADY_EXISTS)
        throwLastError("CreateFileMapping");
    return mapWhole(section, protection == PAGE_READWRITE ? FILE_MAP_WRITE : FILE_MAP_READ);
});

// section.open NAME r|w
const PeerVerb openVerb("section.open", [](const Words &words) {
    const DWORD access = words.at(1) == "w" ? FILE_MAP_WRITE : FILE_MAP_READ;
    const HANDLE section = OpenFileMappingW(access, FALSE, wide(fromWord(words.at(0))).c_str());
    if (!section)
        throwLastError("OpenFileMapping");
    return mapWhole(section, access);
});

// section.closed NAME SIZE: one that nobody may open
const PeerVerb closedSectionVerb("section.closed", [](const Words &words) {
    if (!CreateFileMappingW(INVALID_HANDLE_VALUE, nobody(), PAGE_READWRITE, 0, static_cast<DWORD>(toNumber(words.at(1))),
                            wide(fromWord(words.at(0))).c_str()))
        throwLastError("CreateFileMapping");
    return std::string();
});

const PeerVerb eventVerb("event.create", [](const Words &words) {
    if (!CreateEventW(nullptr, TRUE, FALSE, wide(fromWord(words.at(0))).c_str()))
        throwLastError("CreateEvent");
    return std::string();
});

const PeerVerb mutexVerb("mutex.create", [](const Words &words) {
    if (!CreateMutexW(nullptr, FALSE, wide(fromWord(words.at(0))).c_str()))
        throwLastError("CreateMutex");
    return std::string();
});

// process.closed: a process that nobody may open; it waits until this one has ended. Its number.
const PeerVerb closedProcessVerb("process.closed", [](const Words &) {
    HANDLE ourEnd = nullptr;
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
    if (!CreatePipe(&startup.hStdInput, &ourEnd, &inherit, 0) || !SetHandleInformation(ourEnd, HANDLE_FLAG_INHERIT, 0))
        throwLastError("CreatePipe");
    startup.hStdOutput = CreateFileW(L"NUL", GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, nullptr);
    std::wstring command = wide(selfCommand("--child"));
    PROCESS_INFORMATION info{};
    if (!CreateProcessW(nullptr, command.data(), nobody(), nullptr, TRUE, 0, nullptr, nullptr, &startup, &info))
        throwLastError("CreateProcess");
    CloseHandle(startup.hStdInput);
    CloseHandle(startup.hStdOutput);
    return std::to_string(info.dwProcessId);
});

// dll.load [PATH]: base of the DLL with shared sections, addresses of PeerBytes and PrivateBytes
const PeerVerb dllVerb("dll.load", [](const Words &words) {
    const auto path = words.empty() ? (selfFolder() / "ipclens-peer-shared.dll").wstring() : wide(fromWord(words[0]));
    const HMODULE module = LoadLibraryW(path.c_str());
    if (!module)
        throwLastError("LoadLibrary");
    return fmt::format("{} {} {}", reinterpret_cast<Address>(module),
                       reinterpret_cast<Address>(GetProcAddress(module, "PeerBytes")),
                       reinterpret_cast<Address>(GetProcAddress(module, "PrivateBytes")));
});

} // namespace
} // namespace ipclens::test
