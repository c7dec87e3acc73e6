#include "core/os/windows/object_query.h"

#include "core/model/transform.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/utf16.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr Right standardRights[] = {{DELETE, "DELETE"},
                                    {READ_CONTROL, "READ_CONTROL"},
                                    {WRITE_DAC, "WRITE_DAC"},
                                    {WRITE_OWNER, "WRITE_OWNER"},
                                    {SYNCHRONIZE, "SYNCHRONIZE"}};
constexpr Right sectionRights[] = {{SECTION_QUERY, "SECTION_QUERY"},
                                   {SECTION_MAP_WRITE, "SECTION_MAP_WRITE"},
                                   {SECTION_MAP_READ, "SECTION_MAP_READ"},
                                   {SECTION_MAP_EXECUTE, "SECTION_MAP_EXECUTE"},
                                   {SECTION_EXTEND_SIZE, "SECTION_EXTEND_SIZE"},
                                   {SECTION_MAP_EXECUTE_EXPLICIT, "SECTION_MAP_EXECUTE_EXPLICIT"}};
constexpr Right mutantRights[] = {{MUTANT_QUERY_STATE, "MUTANT_QUERY_STATE"}};
constexpr Right eventRights[] = {{1, "EVENT_QUERY_STATE"}, {EVENT_MODIFY_STATE, "EVENT_MODIFY_STATE"}};
constexpr Right semaphoreRights[] = {{1, "SEMAPHORE_QUERY_STATE"}, {SEMAPHORE_MODIFY_STATE, "SEMAPHORE_MODIFY_STATE"}};
constexpr Right timerRights[] = {{TIMER_QUERY_STATE, "TIMER_QUERY_STATE"}, {TIMER_MODIFY_STATE, "TIMER_MODIFY_STATE"}};
constexpr Right jobRights[] = {{JOB_OBJECT_ASSIGN_PROCESS, "JOB_OBJECT_ASSIGN_PROCESS"},
                               {JOB_OBJECT_SET_ATTRIBUTES, "JOB_OBJECT_SET_ATTRIBUTES"},
                               {JOB_OBJECT_QUERY, "JOB_OBJECT_QUERY"},
                               {JOB_OBJECT_TERMINATE, "JOB_OBJECT_TERMINATE"}};
constexpr Right processRights[] = {{PROCESS_TERMINATE, "PROCESS_TERMINATE"},
                                   {PROCESS_CREATE_THREAD, "PROCESS_CREATE_THREAD"},
                                   {PROCESS_VM_OPERATION, "PROCESS_VM_OPERATION"},
                                   {PROCESS_VM_READ, "PROCESS_VM_READ"},
                                   {PROCESS_VM_WRITE, "PROCESS_VM_WRITE"},
                                   {PROCESS_DUP_HANDLE, "PROCESS_DUP_HANDLE"},
                                   {PROCESS_CREATE_PROCESS, "PROCESS_CREATE_PROCESS"},
                                   {PROCESS_SET_QUOTA, "PROCESS_SET_QUOTA"},
                                   {PROCESS_SET_INFORMATION, "PROCESS_SET_INFORMATION"},
                                   {PROCESS_QUERY_INFORMATION, "PROCESS_QUERY_INFORMATION"},
                                   {PROCESS_SUSPEND_RESUME, "PROCESS_SUSPEND_RESUME"},
                                   {PROCESS_QUERY_LIMITED_INFORMATION, "PROCESS_QUERY_LIMITED_INFORMATION"}};
constexpr Right threadRights[] = {{THREAD_TERMINATE, "THREAD_TERMINATE"},
                                  {THREAD_SUSPEND_RESUME, "THREAD_SUSPEND_RESUME"},
                                  {THREAD_GET_CONTEXT, "THREAD_GET_CONTEXT"},
                                  {THREAD_SET_CONTEXT, "THREAD_SET_CONTEXT"},
                                  {THREAD_QUERY_INFORMATION, "THREAD_QUERY_INFORMATION"},
                                  {THREAD_QUERY_LIMITED_INFORMATION, "THREAD_QUERY_LIMITED_INFORMATION"}};
constexpr Right fileRights[] = {{FILE_READ_DATA, "FILE_READ_DATA"},
                                {FILE_WRITE_DATA, "FILE_WRITE_DATA"},
                                {FILE_APPEND_DATA, "FILE_APPEND_DATA"},
                                {FILE_READ_EA, "FILE_READ_EA"},
                                {FILE_WRITE_EA, "FILE_WRITE_EA"},
                                {FILE_EXECUTE, "FILE_EXECUTE"},
                                {FILE_READ_ATTRIBUTES, "FILE_READ_ATTRIBUTES"},
                                {FILE_WRITE_ATTRIBUTES, "FILE_WRITE_ATTRIBUTES"}};
constexpr Right keyRights[] = {{KEY_QUERY_VALUE, "KEY_QUERY_VALUE"},
                               {KEY_SET_VALUE, "KEY_SET_VALUE"},
                               {KEY_CREATE_SUB_KEY, "KEY_CREATE_SUB_KEY"},
                               {KEY_ENUMERATE_SUB_KEYS, "KEY_ENUMERATE_SUB_KEYS"},
                               {KEY_NOTIFY, "KEY_NOTIFY"}};

// Those that only look.
constexpr Right sectionQueryRights[] = {
    {SECTION_QUERY, "SECTION_QUERY"}, {SECTION_MAP_READ, "SECTION_MAP_READ"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right mutantQueryRights[] = {{MUTANT_QUERY_STATE, "MUTANT_QUERY_STATE"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right eventQueryRights[] = {{1, "EVENT_QUERY_STATE"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right semaphoreQueryRights[] = {{1, "SEMAPHORE_QUERY_STATE"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right timerQueryRights[] = {{TIMER_QUERY_STATE, "TIMER_QUERY_STATE"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right jobQueryRights[] = {{JOB_OBJECT_QUERY, "JOB_OBJECT_QUERY"}, {READ_CONTROL, "READ_CONTROL"}};
constexpr Right otherQueryRights[] = {{READ_CONTROL, "READ_CONTROL"}};

struct TypeRights {
    std::string_view type;
    std::span<const Right> rights;
};
constexpr TypeRights typeRights[] = {
    {"Section", sectionRights}, {"Mutant", mutantRights}, {"Event", eventRights},     {"Semaphore", semaphoreRights},
    {"Timer", timerRights},     {"Job", jobRights},       {"Process", processRights}, {"Thread", threadRights},
    {"File", fileRights},       {"Key", keyRights}};

constexpr TypeRights typeQueryRights[] = {{"Section", sectionQueryRights}, {"Mutant", mutantQueryRights},
                                          {"Event", eventQueryRights},     {"Semaphore", semaphoreQueryRights},
                                          {"Timer", timerQueryRights},     {"Job", jobQueryRights}};

std::span<const Right> queryRightsOf(std::string_view type)
{
    for (const TypeRights &known : typeQueryRights)
        if (known.type == type)
            return known.rights;
    return otherQueryRights;
}

using Open = NTSTATUS(NTAPI *)(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES);
struct TypeOpen {
    std::string_view type;
    Open open;
    const char *operation;
};
constexpr TypeOpen typeOpens[] = {{"Section", NtOpenSection, "NtOpenSection"},
                                  {"Mutant", NtOpenMutant, "NtOpenMutant"},
                                  {"Event", NtOpenEvent, "NtOpenEvent"},
                                  {"Semaphore", NtOpenSemaphore, "NtOpenSemaphore"},
                                  {"Timer", NtOpenTimer, "NtOpenTimer"},
                                  {"Job", NtOpenJobObject, "NtOpenJobObject"},
                                  {"SymbolicLink", NtOpenSymbolicLinkObject, "NtOpenSymbolicLinkObject"},
                                  {"Directory", NtOpenDirectoryObject, "NtOpenDirectoryObject"}};

HANDLE handleOf(std::uint64_t value)
{
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(value));
}

std::optional<PUBLIC_OBJECT_BASIC_INFORMATION> basicInformation(HANDLE object)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic{};
    const NTSTATUS status = NtQueryObject(object, ObjectBasicInformation, &basic, sizeof basic, nullptr);
    return nt::succeeded(status) ? std::optional(basic) : std::nullopt;
}

// Class 1 (a name) or 2 (a type): both begin with a UNICODE_STRING.
std::string textOf(HANDLE object, int what)
{
    alignas(UNICODE_STRING) std::array<std::byte, 1024> small;
    ULONG needed = 0;
    const auto which = static_cast<OBJECT_INFORMATION_CLASS>(what);
    NTSTATUS status = NtQueryObject(object, which, small.data(), static_cast<ULONG>(small.size()), &needed);
    if (nt::succeeded(status))
        return toUtf8(nt::view(*reinterpret_cast<const UNICODE_STRING *>(small.data())));
    std::vector<std::uint64_t> large(68 * 1024 / sizeof(std::uint64_t)); // a name has at most 64 KiB
    status =
        NtQueryObject(object, which, large.data(), static_cast<ULONG>(large.size() * sizeof(std::uint64_t)), &needed);
    if (!nt::succeeded(status))
        return {};
    return toUtf8(nt::view(*reinterpret_cast<const UNICODE_STRING *>(large.data())));
}

std::string ownDirectory()
{
    DWORD session = 0;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    return session == 0 ? "\\BaseNamedObjects\\" : fmt::format("\\Sessions\\{}\\BaseNamedObjects\\", session);
}

} // namespace

Result<std::wstring> nativePath(const std::string &name)
{
    if (name.empty())
        return invalidInput("open object", name, "a name has at least one character");
    std::string path = name;
    if (name.starts_with("Global\\"))
        path = "\\BaseNamedObjects\\" + name.substr(7);
    else if (name.starts_with("Local\\"))
        path = ownDirectory() + name.substr(6);
    else if (!name.starts_with('\\'))
        path = ownDirectory() + name;
    auto wide = toUtf16WithNuls(path, "open object");
    if (wide && wide->size() > nt::mostNameLength)
        return invalidInput("open object", name.substr(0, 40) + "...",
                            fmt::format("it has {} characters, Windows takes {}", wide->size(), nt::mostNameLength));
    return wide;
}

std::span<const Right> rightsOf(std::string_view type)
{
    for (const TypeRights &known : typeRights)
        if (known.type == type)
            return known.rights;
    return {};
}

std::vector<std::string> rightNames(std::string_view type, DWORD access)
{
    std::vector<std::string> names;
    const auto take = [&](std::span<const Right> rights) {
        for (const Right &right : rights)
            if ((access & right.mask) == right.mask) {
                names.emplace_back(right.name);
                access &= ~right.mask;
            }
    };
    take(rightsOf(type));
    take(standardRights);
    if (access != 0)
        names.push_back(fmt::format("0x{:X}", access));
    return names;
}

Result<KernelHandle> openNamed(const std::wstring &path, std::string_view type, DWORD access, const std::string &text)
{
    for (const TypeOpen &known : typeOpens) {
        if (known.type != type)
            continue;
        KernelHandle object;
        nt::ObjectName name(path);
        const NTSTATUS status = known.open(object.receive(), access, name.attributes());
        if (nt::succeeded(status))
            return object;
        Error error = nativeError(status, known.operation, text);
        if (status == nt::typeMismatch)
            error.kind = ErrorKind::WrongType;
        return Failure(std::move(error));
    }
    return Failure(Error{.kind = ErrorKind::Unsupported,
                         .operation = "open object",
                         .object = text,
                         .meaning = fmt::format("objects of type {} cannot be opened by name", type)});
}

Result<std::string> typeAt(const std::wstring &path, const std::string &text)
{
    Error error;
    for (const TypeOpen &known : typeOpens) {
        const auto opened = openNamed(path, known.type, 0, text);
        // Refused tells the type, too: a wrong one is found out before rights are looked at.
        if (opened || opened.error().kind == ErrorKind::Refused)
            return std::string(known.type);
        error = opened.error();
        if (error.kind != ErrorKind::WrongType)
            return Failure(std::move(error));
    }
    error.meaning = "it is of a type that cannot be opened by name";
    return Failure(std::move(error));
}

Result<KernelHandle> duplicateHandle(HANDLE process, std::uint64_t value, DWORD access, const std::string &text)
{
    KernelHandle copy;
    const BOOL copied =
        DuplicateHandle(process, handleOf(value), GetCurrentProcess(), copy.receive(), access, FALSE, 0);
    const DWORD code = GetLastError();
    if (copied)
        return copy;
    Error error = systemError(code, "DuplicateHandle", text);
    if (code == ERROR_INVALID_HANDLE) {
        error.kind = ErrorKind::Missing;
        error.meaning = "the process has no such handle";
        error.hint = "List its handles again";
    }
    return Failure(std::move(error));
}

Result<OpenedObject> openTarget(const ObjectTarget &target)
{
    const std::string text = toText(target);
    const auto openWith = [&](const std::string &type, const std::function<Result<KernelHandle>(DWORD)> &open) {
        return transform(openWithMost(queryRightsOf(type), 0, open), [&](OpenedWithRights opened) {
            return OpenedObject{std::move(opened), type};
        });
    };
    if (target.name.empty()) {
        const auto process = openProcessHandle(target.process, PROCESS_DUP_HANDLE);
        if (!process)
            return Failure(process.error());
        const auto copy = duplicateHandle(process->get(), target.handle, 0, text);
        if (!copy)
            return Failure(copy.error());
        return openWith(typeOf(copy->get()),
                        [&](DWORD mask) { return duplicateHandle(process->get(), target.handle, mask, text); });
    }
    const auto path = nativePath(target.name);
    if (!path)
        return Failure(path.error());
    const auto type = target.type.empty() ? typeAt(*path, text) : Result<std::string>(target.type);
    if (!type)
        return Failure(type.error());
    return openWith(*type, [&](DWORD mask) { return openNamed(*path, *type, mask, text); });
}

std::string typeOf(HANDLE object)
{
    return textOf(object, 2);
}

std::string nameOf(HANDLE object)
{
    return textOf(object, 1);
}

std::uint32_t handleCount(HANDLE object)
{
    const auto basic = basicInformation(object);
    return basic ? basic->HandleCount : 0;
}

bool isPermanent(HANDLE object)
{
    constexpr ULONG permanent = 0x10; // OBJ_PERMANENT
    const auto basic = basicInformation(object);
    return basic && (basic->Attributes & permanent) != 0;
}

bool isWinesOwn(std::string_view name)
{
    constexpr std::string_view mark = "__wine";
    return std::ranges::equal(name.substr(0, mark.size()), mark, [](char letter, char marks) {
        return (letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter) == marks;
    });
}

bool isSame(HANDLE one, HANDLE other)
{
    return NtCompareObjects(one, other) == 0;
}

} // namespace ipclens
