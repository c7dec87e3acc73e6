// What ntdll offers and the SDK's headers leave out. Linked through ntdll's import library.
#pragma once

#include <string_view>

#include <windows.h>
#include <winternl.h>

extern "C" {
NTSTATUS NTAPI NtOpenSection(PHANDLE section, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtCreateSection(PHANDLE section, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes, PLARGE_INTEGER size,
                               ULONG protection, ULONG allocation, HANDLE file);
NTSTATUS NTAPI NtQuerySection(HANDLE section, int what, PVOID into, SIZE_T size, PSIZE_T needed);
NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE directory, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE directory, PVOID into, ULONG size, BOOLEAN single, BOOLEAN restart,
                                      PULONG context, PULONG needed);
NTSTATUS NTAPI NtOpenSymbolicLinkObject(PHANDLE link, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtQuerySymbolicLinkObject(HANDLE link, PUNICODE_STRING target, PULONG needed);
NTSTATUS NTAPI NtWriteVirtualMemory(HANDLE process, PVOID address, const void *from, SIZE_T size, PSIZE_T written);
NTSTATUS NTAPI NtOpenMutant(PHANDLE mutant, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenEvent(PHANDLE event, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenSemaphore(PHANDLE semaphore, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenTimer(PHANDLE timer, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtOpenJobObject(PHANDLE job, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes);
NTSTATUS NTAPI NtQueryMutant(HANDLE mutant, int what, PVOID into, ULONG size, PULONG needed);
NTSTATUS NTAPI NtQueryEvent(HANDLE event, int what, PVOID into, ULONG size, PULONG needed);
NTSTATUS NTAPI NtQuerySemaphore(HANDLE semaphore, int what, PVOID into, ULONG size, PULONG needed);
NTSTATUS NTAPI NtQueryTimer(HANDLE timer, int what, PVOID into, ULONG size, PULONG needed);
NTSTATUS NTAPI NtCompareObjects(HANDLE first, HANDLE second);
NTSTATUS NTAPI NtMapViewOfSection(HANDLE section, HANDLE process, PVOID *base, ULONG_PTR zeroBits, SIZE_T commit,
                                  PLARGE_INTEGER offset, PSIZE_T size, int inherit, ULONG type, ULONG protection);
NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE routine, PVOID context, PIO_STATUS_BLOCK status,
                                    PVOID into, ULONG size, FILE_INFORMATION_CLASS what, BOOLEAN single,
                                    PUNICODE_STRING pattern, BOOLEAN restart);
LONG NTAPI RtlGetVersion(OSVERSIONINFOW *version);
}

namespace ipclens::nt {

inline constexpr NTSTATUS noMoreEntries = static_cast<NTSTATUS>(0x8000001A);
inline constexpr NTSTATUS infoLengthMismatch = static_cast<NTSTATUS>(0xC0000004);
inline constexpr NTSTATUS bufferTooSmall = static_cast<NTSTATUS>(0xC0000023);
inline constexpr NTSTATUS nameNotFound = static_cast<NTSTATUS>(0xC0000034);
inline constexpr NTSTATUS typeMismatch = static_cast<NTSTATUS>(0xC0000024);

inline constexpr NTSTATUS accessDenied = static_cast<NTSTATUS>(0xC0000022);
inline constexpr NTSTATUS sectionProtection = static_cast<NTSTATUS>(0xC000004E);
inline constexpr NTSTATUS noMoreFiles = static_cast<NTSTATUS>(0x80000006);
inline constexpr NTSTATUS noSuchFile = static_cast<NTSTATUS>(0xC000000F);

inline constexpr ACCESS_MASK directoryQuery = 1;    // DIRECTORY_QUERY
inline constexpr ACCESS_MASK symbolicLinkQuery = 1; // SYMBOLIC_LINK_QUERY

inline bool succeeded(NTSTATUS status)
{
    return status >= 0;
}

// NtQuerySection's class 0.
struct SectionBasicInformation {
    PVOID base;
    ULONG attributes;
    LARGE_INTEGER size;
};

// One entry of NtQueryDirectoryObject.
struct DirectoryEntry {
    UNICODE_STRING name;
    UNICODE_STRING type;
};

// One record of NtQuerySystemInformation(SystemProcessInformation); the SDK declares it with most fields left nameless.
struct ProcessRecord {
    ULONG nextOffset;
    ULONG threads;
    LARGE_INTEGER reserved[3];
    LARGE_INTEGER created;
    LARGE_INTEGER userTime;
    LARGE_INTEGER kernelTime;
    UNICODE_STRING name;
    LONG basePriority;
    HANDLE pid;
    HANDLE parent;
    ULONG handles;
    ULONG session;
    ULONG_PTR uniqueKey;
    SIZE_T peakVirtualSize;
    SIZE_T virtualSize;
    ULONG pageFaults;
    SIZE_T peakWorkingSet;
    SIZE_T workingSet;
};

// What NtQuerySystemInformation's class 64 gives: every handle of every process. [doc, "System Informer" ntexapi.h]
inline constexpr int extendedHandleInformation = 64;
struct HandleEntry {
    PVOID object; // 0 on Wine, and on Windows 11 24H2 for those without SeDebugPrivilege: never compared
    ULONG_PTR pid;
    ULONG_PTR handle;
    ULONG access;
    USHORT creatorTrace;
    USHORT type; // a number that this boot gave to the type
    ULONG attributes;
    ULONG reserved;
};
struct HandleTable {
    ULONG_PTR count;
    ULONG_PTR reserved;
    HandleEntry entries[1];
};
inline constexpr ULONG handleProtected = 1; // OBJ_PROTECT_CLOSE
inline constexpr ULONG handleInherited = 2; // OBJ_INHERIT

struct MutantBasicInformation {
    LONG count; // 1 free; 0, -1, ...: its owner has it once, twice, ...
    BOOLEAN ownedByCaller;
    BOOLEAN abandoned;
};
struct MutantOwnerInformation {
    HANDLE process;
    HANDLE thread;
};
struct EventBasicInformation {
    LONG type; // 0: manual reset
    LONG state;
};
struct SemaphoreBasicInformation {
    ULONG count;
    ULONG maximum;
};
struct TimerBasicInformation {
    LARGE_INTEGER remaining; // 100 ns
    BOOLEAN signaled;
};

inline std::wstring_view view(const UNICODE_STRING &text)
{
    return {text.Buffer, text.Buffer ? text.Length / sizeof(wchar_t) : 0};
}

// An object's name as native calls take it, relative to `root` unless that is NULL. `name` must outlive it and have at
// most mostNameLength characters.
class ObjectName {
public:
    explicit ObjectName(std::wstring_view name, HANDLE root = nullptr)
    {
        m_text.Buffer = const_cast<wchar_t *>(name.data());
        m_text.Length = m_text.MaximumLength = static_cast<USHORT>(name.size() * sizeof(wchar_t));
        m_attributes = {};
        m_attributes.Length = sizeof m_attributes;
        m_attributes.RootDirectory = root;
        m_attributes.ObjectName = &m_text;
    }
    ObjectName(const ObjectName &) = delete;
    ObjectName &operator=(const ObjectName &) = delete;

    POBJECT_ATTRIBUTES attributes() { return &m_attributes; }

private:
    UNICODE_STRING m_text;
    OBJECT_ATTRIBUTES m_attributes;
};

inline constexpr std::size_t mostNameLength = 32766;

} // namespace ipclens::nt
