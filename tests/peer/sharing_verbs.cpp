// What a child can do to share: sections by handle, synchronisation objects, pipes, objects at any path.
#include "tests/peer/windows_peer.h"

#include <fmt/format.h>
#include <future>
#include <sddl.h>
#include <winternl.h>

extern "C" {
NTSTATUS NTAPI NtCreateDirectoryObject(PHANDLE directory, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtCreateSection(PHANDLE section, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes, PLARGE_INTEGER size,
                               ULONG protection, ULONG allocation, HANDLE file);
}

namespace ipclens::test {
namespace {

std::string numberText(const void *value)
{
    return std::to_string(reinterpret_cast<std::uint64_t>(value));
}

HANDLE handleOf(const std::string &word)
{
    return reinterpret_cast<HANDLE>(toNumber(word));
}

// "-" is no name.
std::optional<std::wstring> nameOf(const std::string &word)
{
    return word == "-" ? std::nullopt : std::optional(wide(fromWord(word)));
}

HANDLE checked(HANDLE handle, const char *operation)
{
    if (!handle || handle == INVALID_HANDLE_VALUE || GetLastError() == ERROR_ALREADY_EXISTS)
        throwLastError(operation);
    return handle;
}

// Security that a text in SDDL describes; kept for the process's life.
SECURITY_ATTRIBUTES securityOf(const std::string &sddl, bool inherit)
{
    SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, inherit};
    if (!sddl.empty() && !ConvertStringSecurityDescriptorToSecurityDescriptorW(
                             wide(sddl).c_str(), SDDL_REVISION_1, &attributes.lpSecurityDescriptor, nullptr))
        throwLastError("ConvertStringSecurityDescriptorToSecurityDescriptor");
    return attributes;
}

// share.create NAME|- SIZE [SDDL [inherit]]: a section, not mapped; its handle
const PeerVerb createVerb("share.create", [](const Words &words) {
    const auto name = nameOf(words.at(0));
    SECURITY_ATTRIBUTES security = securityOf(words.size() > 2 ? fromWord(words[2]) : std::string(), words.size() > 3);
    SetLastError(0);
    return numberText(
        checked(CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0,
                                   static_cast<DWORD>(toNumber(words.at(1))), name ? name->c_str() : nullptr),
                "CreateFileMapping"));
});

// share.open NAME RIGHTS: its handle
const PeerVerb openVerb("share.open", [](const Words &words) {
    SetLastError(0);
    return numberText(
        checked(OpenFileMappingW(static_cast<DWORD>(toNumber(words.at(1))), FALSE, wide(fromWord(words.at(0))).c_str()),
                "OpenFileMapping"));
});

// share.file PATH: a section of a whole file; its handle
const PeerVerb fileVerb("share.file", [](const Words &words) {
    const HANDLE file = checked(CreateFileW(wide(fromWord(words.at(0))).c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                            OPEN_EXISTING, 0, nullptr),
                                "CreateFile");
    SetLastError(0);
    const HANDLE section =
        checked(CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr), "CreateFileMapping");
    CloseHandle(file);
    return numberText(section);
});

// share.map HANDLE r|w [OFFSET SIZE]: the view's address
const PeerVerb mapVerb("share.map", [](const Words &words) {
    const DWORD access = words.at(1) == "w" ? FILE_MAP_WRITE : FILE_MAP_READ;
    const auto offset = static_cast<DWORD>(words.size() > 2 ? toNumber(words[2]) : 0);
    const void *view =
        MapViewOfFile(handleOf(words.at(0)), access, 0, offset, words.size() > 3 ? toNumber(words[3]) : 0);
    if (!view)
        throwLastError("MapViewOfFile");
    return numberText(view);
});

// share.close HANDLE
const PeerVerb closeVerb("share.close", [](const Words &words) {
    if (!CloseHandle(handleOf(words.at(0))))
        throwLastError("CloseHandle");
    return std::string();
});

// share.give HANDLE PID RIGHTS: a copy of the handle in that process; its value there
const PeerVerb giveVerb("share.give", [](const Words &words) {
    const HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(toNumber(words.at(1))));
    HANDLE copy = nullptr;
    if (!process || !DuplicateHandle(GetCurrentProcess(), handleOf(words.at(0)), process, &copy,
                                     static_cast<DWORD>(toNumber(words.at(2))), FALSE, 0))
        throwLastError("DuplicateHandle");
    CloseHandle(process);
    return numberText(copy);
});

// share.isopen HANDLE
const PeerVerb isOpenVerb("share.isopen", [](const Words &words) {
    DWORD flags = 0;
    return std::string(GetHandleInformation(handleOf(words.at(0)), &flags) ? "yes" : "no");
});

// native.directory PATH
const PeerVerb directoryVerb("native.directory", [](const Words &words) {
    const std::wstring path = wide(fromWord(words.at(0)));
    UNICODE_STRING text{static_cast<USHORT>(path.size() * 2), static_cast<USHORT>(path.size() * 2),
                        const_cast<wchar_t *>(path.data())};
    OBJECT_ATTRIBUTES attributes{};
    attributes.Length = sizeof attributes;
    attributes.ObjectName = &text;
    HANDLE directory = nullptr;
    const NTSTATUS status = NtCreateDirectoryObject(&directory, 0xF, &attributes);
    if (status < 0)
        throw std::runtime_error(fmt::format("NtCreateDirectoryObject: {:08X}", static_cast<unsigned>(status)));
    return numberText(directory);
});

// native.section PATH SIZE
const PeerVerb sectionVerb("native.section", [](const Words &words) {
    const std::wstring path = wide(fromWord(words.at(0)));
    UNICODE_STRING text{static_cast<USHORT>(path.size() * 2), static_cast<USHORT>(path.size() * 2),
                        const_cast<wchar_t *>(path.data())};
    OBJECT_ATTRIBUTES attributes{};
    attributes.Length = sizeof attributes;
    attributes.ObjectName = &text;
    LARGE_INTEGER size;
    size.QuadPart = static_cast<LONGLONG>(toNumber(words.at(1)));
    HANDLE section = nullptr;
    const NTSTATUS status =
        NtCreateSection(&section, SECTION_ALL_ACCESS, &attributes, &size, PAGE_READWRITE, SEC_COMMIT, nullptr);
    if (status < 0)
        throw std::runtime_error(fmt::format("NtCreateSection: {:08X}", static_cast<unsigned>(status)));
    return numberText(section);
});

// mutex.take NAME TIMES: a mutex that the child's only thread has TIMES over; its thread
const PeerVerb takeVerb("mutex.take", [](const Words &words) {
    const HANDLE mutex = CreateMutexW(nullptr, FALSE, wide(fromWord(words.at(0))).c_str());
    if (!mutex)
        throwLastError("CreateMutex");
    for (std::uint64_t i = 0; i < toNumber(words.at(1)); ++i)
        if (WaitForSingleObject(mutex, 0) == WAIT_TIMEOUT)
            throw std::runtime_error("somebody else has the mutex");
    return std::to_string(GetCurrentThreadId());
});

// event.make NAME manual|auto set|unset
const PeerVerb eventVerb("event.make", [](const Words &words) {
    SetLastError(0);
    checked(CreateEventW(nullptr, words.at(1) == "manual", words.at(2) == "set", wide(fromWord(words.at(0))).c_str()),
            "CreateEvent");
    return std::string();
});

// semaphore.make NAME COUNT MAXIMUM
const PeerVerb semaphoreVerb("semaphore.make", [](const Words &words) {
    SetLastError(0);
    checked(CreateSemaphoreW(nullptr, static_cast<LONG>(toNumber(words.at(1))),
                             static_cast<LONG>(toNumber(words.at(2))), wide(fromWord(words.at(0))).c_str()),
            "CreateSemaphore");
    return std::string();
});

// timer.make NAME SECONDS
const PeerVerb timerVerb("timer.make", [](const Words &words) {
    SetLastError(0);
    const HANDLE timer =
        checked(CreateWaitableTimerW(nullptr, TRUE, wide(fromWord(words.at(0))).c_str()), "CreateWaitableTimer");
    LARGE_INTEGER due;
    due.QuadPart = -static_cast<LONGLONG>(toNumber(words.at(1))) * 10'000'000;
    if (!SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE))
        throwLastError("SetWaitableTimer");
    return std::string();
});

// job.make NAME: with this process in it
const PeerVerb jobVerb("job.make", [](const Words &words) {
    SetLastError(0);
    const HANDLE job = checked(CreateJobObjectW(nullptr, wide(fromWord(words.at(0))).c_str()), "CreateJobObject");
    if (!AssignProcessToJobObject(job, GetCurrentProcess()))
        throwLastError("AssignProcessToJobObject");
    return std::string();
});

// pipe.serve NAME MAXIMUM: one instance, opened for synchronous use; its handle
const PeerVerb serveVerb("pipe.serve", [](const Words &words) {
    SetLastError(0);
    return numberText(checked(CreateNamedPipeW(wide("\\\\.\\pipe\\" + fromWord(words.at(0))).c_str(),
                                               PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_WAIT,
                                               static_cast<DWORD>(toNumber(words.at(1))), 4096, 4096, 0, nullptr),
                              "CreateNamedPipe"));
});

// pipe.connect NAME
const PeerVerb connectVerb("pipe.connect", [](const Words &words) {
    SetLastError(0);
    return numberText(checked(CreateFileW(wide("\\\\.\\pipe\\" + fromWord(words.at(0))).c_str(),
                                          GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr),
                              "CreateFile"));
});

// pipe.wait HANDLE: a read on a thread of its own that nothing ends
const PeerVerb waitVerb("pipe.wait", [](const Words &words) {
    std::promise<void> begun;
    auto isBegun = begun.get_future();
    std::thread([&begun, pipe = handleOf(words.at(0))] {
        begun.set_value();
        char byte = 0;
        DWORD count = 0;
        ReadFile(pipe, &byte, 1, &count, nullptr);
    }).detach();
    isBegun.wait();
    return std::string();
});

// mailslot.make NAME
const PeerVerb mailslotVerb("mailslot.make", [](const Words &words) {
    SetLastError(0);
    return numberText(checked(
        CreateMailslotW(wide("\\\\.\\mailslot\\" + fromWord(words.at(0))).c_str(), 0, MAILSLOT_WAIT_FOREVER, nullptr),
        "CreateMailslot"));
});

} // namespace
} // namespace ipclens::test
