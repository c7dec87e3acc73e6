// Who may do what with a process, an object or a window.
#include "core/os/windows/handle_walk.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/standing.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>

#include <aclapi.h>
#include <fmt/format.h>

namespace ipclens {
namespace {

struct Wanted {
    DWORD mask;
    const char *right;
    const char *purpose;
};

constexpr Wanted ofProcesses[] = {{PROCESS_VM_READ, "PROCESS_VM_READ", "read its memory"},
                                  {PROCESS_QUERY_INFORMATION, "PROCESS_QUERY_INFORMATION", "list its regions and modules"},
                                  {PROCESS_VM_WRITE | PROCESS_VM_OPERATION, "PROCESS_VM_WRITE", "write its memory"},
                                  {PROCESS_DUP_HANDLE, "PROCESS_DUP_HANDLE", "look at its handles"},
                                  {PROCESS_QUERY_LIMITED_INFORMATION, "PROCESS_QUERY_LIMITED_INFORMATION", "tell who it is"}};
constexpr Wanted ofSections[] = {{SECTION_MAP_READ, "SECTION_MAP_READ", "read it"},
                                 {SECTION_MAP_WRITE, "SECTION_MAP_WRITE", "write it"},
                                 {SECTION_QUERY, "SECTION_QUERY", "tell its size"}};
constexpr Wanted ofMutants[] = {{MUTANT_QUERY_STATE, "MUTANT_QUERY_STATE", "tell its state"},
                                {SYNCHRONIZE, "SYNCHRONIZE", "wait for it"}};
constexpr Wanted ofEvents[] = {{1, "EVENT_QUERY_STATE", "tell its state"},
                               {EVENT_MODIFY_STATE, "EVENT_MODIFY_STATE", "set it"},
                               {SYNCHRONIZE, "SYNCHRONIZE", "wait for it"}};
constexpr Wanted ofSemaphores[] = {{1, "SEMAPHORE_QUERY_STATE", "tell its count"},
                                   {SEMAPHORE_MODIFY_STATE, "SEMAPHORE_MODIFY_STATE", "release it"},
                                   {SYNCHRONIZE, "SYNCHRONIZE", "wait for it"}};
constexpr Wanted ofTimers[] = {{TIMER_QUERY_STATE, "TIMER_QUERY_STATE", "tell when it is due"},
                               {TIMER_MODIFY_STATE, "TIMER_MODIFY_STATE", "set it"},
                               {SYNCHRONIZE, "SYNCHRONIZE", "wait for it"}};
constexpr Wanted ofJobs[] = {{JOB_OBJECT_QUERY, "JOB_OBJECT_QUERY", "list its processes"}};
constexpr Wanted ofOthers[] = {{READ_CONTROL, "READ_CONTROL", "read its access list"}};

std::span<const Wanted> wantedOf(std::string_view type)
{
    if (type == "Process")
        return ofProcesses;
    if (type == "Section")
        return ofSections;
    if (type == "Mutant")
        return ofMutants;
    if (type == "Event")
        return ofEvents;
    if (type == "Semaphore")
        return ofSemaphores;
    if (type == "Timer")
        return ofTimers;
    return type == "Job" ? std::span<const Wanted>(ofJobs) : ofOthers;
}

// Memory that the security functions hand out.
struct LocalMemory {
    void *block = nullptr;
    LocalMemory() = default;
    LocalMemory(const LocalMemory &) = delete;
    LocalMemory &operator=(const LocalMemory &) = delete;
    ~LocalMemory() { LocalFree(block); }
};

void takeList(AccessFacts &facts, const ACL *list)
{
    if (!list) {
        facts.listKind = AccessListKind::Missing;
        return;
    }
    facts.listKind = AccessListKind::Listed;
    for (DWORD i = 0; i < list->AceCount; ++i) {
        void *ace = nullptr;
        if (!GetAce(const_cast<ACL *>(list), i, &ace))
            continue;
        const auto &header = *static_cast<const ACE_HEADER *>(ace);
        if (header.AceType != ACCESS_ALLOWED_ACE_TYPE && header.AceType != ACCESS_DENIED_ACE_TYPE)
            continue; // neither allows nor denies by itself
        const auto &entry = *static_cast<const ACCESS_ALLOWED_ACE *>(ace); // the other type has the same fields
        facts.list.push_back({.who = accountName(const_cast<DWORD *>(&entry.SidStart)),
                              .allows = header.AceType == ACCESS_ALLOWED_ACE_TYPE,
                              .access = entry.Mask,
                              .rights = rightNames(facts.type, entry.Mask)});
    }
}

// The owner may read the list whatever it says. [doc, Owner of a New Object]
void takeSecurity(AccessFacts &facts, const Result<KernelHandle> &object)
{
    if (!object) {
        facts.listFailure = object.error();
        return;
    }
    PSID owner = nullptr;
    PACL list = nullptr;
    LocalMemory descriptor;
    const DWORD code = GetSecurityInfo(object->get(), SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                       &owner, nullptr, &list, nullptr, &descriptor.block);
    if (code != ERROR_SUCCESS) {
        facts.listFailure = systemError(code, "GetSecurityInfo", facts.object);
        return;
    }
    if (owner)
        facts.owner = accountName(owner);
    takeList(facts, list);
}

// Tries each right alone.
void takeRights(AccessFacts &facts, const std::function<Result<KernelHandle>(DWORD)> &open)
{
    for (const Wanted &wanted : wantedOf(facts.type)) {
        const auto opened = open(wanted.mask);
        if (!opened && opened.error().kind != ErrorKind::Refused) {
            facts.refusal = opened.error();
            facts.rights.clear();
            return;
        }
        facts.rights.push_back({wanted.right, wanted.purpose, opened.has_value()});
        if (!opened && !facts.refusal)
            facts.refusal = opened.error();
    }
    takeSecurity(facts, open(READ_CONTROL));
}

Standing ourStanding()
{
    return standingOf(GetCurrentProcess(), "this session").value_or(Standing{});
}

Result<AccessFacts> ofProcess(ProcessKey key)
{
    auto listed = listProcesses();
    if (!listed)
        return Failure(std::move(listed.error()));
    const auto found = std::ranges::find(*listed, key.pid, [](const ListedProcess &process) { return process.key.pid; });
    AccessFacts facts{.object = processText(key.pid), .type = "Process"};
    if (found != listed->end() && (key.created == 0 || found->key.created == key.created))
        facts.object += fmt::format(" ({})", found->name);
    takeRights(facts, [&](DWORD mask) { return openProcessHandle(key, mask); });
    if (const auto process = openProcessHandle(key, PROCESS_QUERY_LIMITED_INFORMATION)) {
        if (auto standing = standingOf(process->get(), facts.object))
            facts.theirs = std::move(*standing);
        facts.isProtected = isProtectedProcess(process->get());
    }
    return facts;
}

Result<AccessFacts> ofObject(const ObjectTarget &target)
{
    const std::string text = toText(target);
    AccessFacts facts{.object = text};
    if (target.name.empty()) {
        const auto process = openProcessHandle(target.process, PROCESS_DUP_HANDLE);
        if (!process)
            return Failure(process.error());
        const auto copy = duplicateHandle(process->get(), target.handle, 0, text);
        if (!copy)
            return Failure(copy.error());
        facts.type = typeOf(copy->get());
        takeRights(facts, [&](DWORD mask) { return duplicateHandle(process->get(), target.handle, mask, text); });
        return facts;
    }
    const auto path = nativePath(target.name);
    if (!path)
        return Failure(path.error());
    const auto type = target.type.empty() ? typeAt(*path, text) : Result<std::string>(target.type);
    if (!type)
        return Failure(type.error());
    facts.type = *type;
    takeRights(facts, [&](DWORD mask) { return openNamed(*path, facts.type, mask, text); });
    return facts;
}

bool isMessageOnly(HWND window)
{
    return FindWindowExW(HWND_MESSAGE, nullptr, nullptr, nullptr) != nullptr &&
           GetAncestor(window, GA_PARENT) == GetAncestor(FindWindowExW(HWND_MESSAGE, nullptr, nullptr, nullptr), GA_PARENT);
}

int rank(std::string_view integrity)
{
    constexpr std::string_view ascending[] = {"Untrusted", "Low", "Medium", "Medium Plus", "High", "System", "Protected"};
    return static_cast<int>(std::ranges::find(ascending, integrity) - std::begin(ascending));
}

// Nothing is sent: that lower integrity may not send to higher is the rule of UIPI, which asks nobody.
Result<AccessFacts> ofWindow(std::uint64_t handle, const Standing &ours)
{
    AccessFacts facts{.object = fmt::format("window 0x{:X}", handle), .type = "Window"};
    const HWND window = reinterpret_cast<HWND>(static_cast<std::uintptr_t>(handle));
    DWORD pid = 0;
    if (!IsWindow(window) || GetWindowThreadProcessId(window, &pid) == 0) {
        facts.refusal = Error{.kind = ErrorKind::Missing,
                              .operation = "explain",
                              .object = facts.object,
                              .meaning = "there is no such window"};
        return facts;
    }
    facts.isHung = IsHungAppWindow(window) != FALSE;
    facts.isMessageOnly = isMessageOnly(window);
    if (const auto process = openProcessHandle({.pid = pid}, PROCESS_QUERY_LIMITED_INFORMATION)) {
        if (auto standing = standingOf(process->get(), facts.object))
            facts.theirs = std::move(*standing);
        facts.isProtected = isProtectedProcess(process->get());
    }
    const bool mayBeSent = !facts.theirs || rank(facts.theirs->integrity) <= rank(ours.integrity);
    facts.rights.push_back({"WM_COPYDATA", "send it messages", mayBeSent});
    if (!mayBeSent)
        facts.refusal = Error{.kind = ErrorKind::Refused,
                              .operation = "send",
                              .object = facts.object,
                              .meaning = "its process has a higher integrity than this session"};
    return facts;
}

} // namespace

Result<AccessFacts> WindowsSystem::accessFacts(const ExplainTarget &target)
{
    const Standing ours = ourStanding();
    auto facts = target.kind == ExplainKind::Process  ? ofProcess(target.process)
                 : target.kind == ExplainKind::Object ? ofObject(target.object)
                                                      : ofWindow(target.window, ours);
    if (facts)
        facts->ours = ours;
    return facts;
}

} // namespace ipclens
