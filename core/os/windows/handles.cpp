// Who holds what: walks through the handles of all processes, or of one.
#include "core/os/windows/file_questions.h"
#include "core/os/windows/handle_walk.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/section_query.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::array<std::string_view, 6> sharedTypes{"Section", "Mutant", "Event", "Semaphore", "Timer", "Job"};
// Objects without a name are told apart by comparing each with each.
constexpr std::size_t mostComparisons = 100'000;

bool hasGone(const Error &error)
{
    return error.kind == ErrorKind::Exited || error.kind == ErrorKind::Missing;
}

// What a handle to a process or thread is to.
std::string ownerText(HANDLE process, const nt::HandleEntry &entry, std::string_view type)
{
    const bool isProcess = type == "Process";
    const auto copy = duplicateHandle(
        process, entry.handle, isProcess ? PROCESS_QUERY_LIMITED_INFORMATION : THREAD_QUERY_LIMITED_INFORMATION, {});
    if (!copy)
        return {};
    if (isProcess)
        return processText(GetProcessId(copy->get()));
    return fmt::format("thread {} of process {}", GetThreadId(copy->get()), GetProcessIdOfThread(copy->get()));
}

// The handles of one process that may lead to an object, and those that do.
struct LookedInto {
    std::uint32_t pid = 0;
    std::vector<nt::HandleEntry> alike; // of the object's type
    std::vector<nt::HandleEntry> same;
    std::optional<Error> why; // it could not be looked into

    // Each of one walk on one thread, different ones on several.
    void find(const HandleWalk &walk, HANDLE object)
    {
        const auto process = walk.open(pid);
        if (!process) {
            why = process.error();
            return;
        }
        for (const nt::HandleEntry &entry : alike)
            if (const auto copy = duplicateHandle(process->get(), entry.handle, 0, {}); // else gone since it was listed
                copy && isSame(copy->get(), object))
                same.push_back(entry);
    }
};

// Threads beside the one that asks.
std::size_t helpersFor(std::size_t handles)
{
    constexpr std::size_t fewHandles = 500; // not worth a thread
    constexpr std::size_t mostHelpers = 3;
    const std::size_t processors = std::thread::hardware_concurrency();
    return handles < fewHandles || processors < 2 ? 0 : std::min(mostHelpers, processors - 1);
}

// Collects the objects that handles lead to. For one walk.
class Gathering {
public:
    Gathering(HandleWalk &walk, SharedObjectList &into) : m_walk(walk), m_into(into) {}

    void add(HANDLE process, const nt::HandleEntry &entry, const std::string &type)
    {
        const bool isSection = type == "Section";
        auto copy = duplicateHandle(process, entry.handle, isSection ? SECTION_QUERY : 0, {});
        if (!copy && isSection && copy.error().kind == ErrorKind::Refused)
            copy = duplicateHandle(process, entry.handle, 0, {});
        if (!copy)
            return; // closed since it was listed
        const std::string path = nameOf(copy->get());
        if (path.empty()) {
            addUnnamed(std::move(*copy), entry, type);
            return;
        }
        if (isWinesOwn(std::string_view(path).substr(path.find_last_of('\\') + 1)))
            return;
        const auto [known, isNew] = m_named.emplace(std::pair(type, path), m_into.objects.size());
        if (isNew)
            m_into.objects.push_back(objectOf(copy->get(), type, path));
        m_into.objects[known->second].holders.push_back(m_walk.describe(entry, type));
    }

    // Unnamed objects stay that at least two handles lead to.
    void finish()
    {
        std::erase_if(m_into.objects,
                      [](const SharedObject &object) { return object.path.empty() && object.holders.size() < 2; });
        for (SharedObject &object : m_into.objects)
            for (ObjectHandle &holder : object.holders)
                holder.path = object.path;
        if (m_comparisons >= mostComparisons)
            m_into.note = fmt::format(
                "Not all objects without a name were compared: there are more than {} pairs of them.", mostComparisons);
    }

private:
    struct Unnamed {
        KernelHandle copy; // keeps the object from being replaced by another while it is compared
        std::size_t object;
    };

    SharedObject objectOf(HANDLE copy, const std::string &type, const std::string &path)
    {
        SharedObject object{.type = type, .path = path};
        if (type == "Section")
            if (auto info = querySection(copy, path))
                object.section = std::move(*info);
        return object;
    }

    void addUnnamed(KernelHandle copy, const nt::HandleEntry &entry, const std::string &type)
    {
        constexpr std::uint32_t theirsAndOurs = 2;
        if (handleCount(copy.get()) <= theirsAndOurs)
            return; // nobody else has it
        SharedObject object = objectOf(copy.get(), type, {});
        auto &candidates = m_unnamed[{type, object.section ? object.section->size : 0}];
        for (const Unnamed &candidate : candidates) {
            if (m_comparisons >= mostComparisons)
                return;
            ++m_comparisons;
            if (isSame(candidate.copy.get(), copy.get())) {
                m_into.objects[candidate.object].holders.push_back(m_walk.describe(entry, type));
                return;
            }
        }
        object.holders.push_back(m_walk.describe(entry, type));
        candidates.push_back({std::move(copy), m_into.objects.size()});
        m_into.objects.push_back(std::move(object));
    }

    HandleWalk &m_walk;
    SharedObjectList &m_into;
    std::map<std::pair<std::string, std::string>, std::size_t> m_named;              // by type and path
    std::map<std::pair<std::string, std::uint64_t>, std::vector<Unnamed>> m_unnamed; // by type and size
    std::size_t m_comparisons = 0;
};

} // namespace

Result<HolderList> WindowsSystem::holders(const ObjectTarget &target, std::stop_token stop)
{
    const auto object = openTarget(target);
    if (!object)
        return Failure(object.error());
    const HANDLE ours = object->opened.handle.get();
    auto walk = HandleWalk::start();
    if (!walk)
        return Failure(walk.error());
    const auto number = walk->typeNumberOf(ours);
    if (!number)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "list holders",
                             .object = toText(target),
                             .meaning = "the system's list of handles does not show this session's own"});
    const std::string path = object->type == "File" ? std::string() : nameOf(ours);
    // Each handle takes several calls, and under Wine each call is a round trip to another process.
    std::vector<LookedInto> looked;
    std::size_t handles = 0;
    for (const auto entries : walk->byProcess()) {
        LookedInto one{.pid = pidOf(entries.front())};
        for (const nt::HandleEntry &entry : entries)
            if (entry.type == *number &&
                (one.pid != GetCurrentProcessId() || entry.handle != reinterpret_cast<std::uintptr_t>(ours)))
                one.alike.push_back(entry);
        handles += one.alike.size();
        if (!one.alike.empty())
            looked.push_back(std::move(one));
    }
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t at = next++; at < looked.size() && !stop.stop_requested(); at = next++)
            looked[at].find(*walk, ours);
    };
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 0; i < helpersFor(handles); ++i)
            helpers.emplace_back(work);
        work();
    }
    if (stop.stop_requested())
        return cancelled("list holders");
    HolderList list;
    for (LookedInto &one : looked) {
        for (const nt::HandleEntry &entry : one.same) {
            list.handles.push_back(walk->describe(entry, object->type));
            list.handles.back().path = path;
        }
        if (one.why && !hasGone(*one.why))
            list.unseen.push_back(
                walk->unseen(one.pid, static_cast<std::uint32_t>(one.alike.size()), std::move(*one.why)));
    }
    return list;
}

Result<std::vector<ObjectHandle>> WindowsSystem::handles(ProcessKey key, std::stop_token stop)
{
    const auto process = openProcessHandle(key, PROCESS_DUP_HANDLE);
    if (!process)
        return Failure(process.error());
    auto walk = HandleWalk::start();
    if (!walk)
        return Failure(walk.error());
    std::vector<ObjectHandle> found;
    FileQuestions files;
    std::vector<std::size_t> asked; // which of `found` each question is for
    for (const nt::HandleEntry &entry : walk->entries()) {
        if (pidOf(entry) != key.pid)
            continue;
        if (stop.stop_requested())
            return cancelled("list handles");
        auto copy = duplicateHandle(process->get(), entry.handle, 0, {});
        if (!copy && hasGone(copy.error()))
            continue; // closed since it was listed
        if (copy && walk->typeName(entry.type).empty())
            walk->learn(entry.type, typeOf(copy->get()));
        const std::string type(walk->typeName(entry.type));
        found.push_back(walk->describe(entry, type));
        if (!copy) {
            found.back().note = toText(copy.error());
        } else if (type.empty()) {
            found.back().note = "the system has no name for its type"; // Wine's message queues, for one
        } else if (type == "File") {
            asked.push_back(found.size() - 1);
            files.add(std::move(*copy));
        } else if (type == "Process" || type == "Thread") {
            found.back().path = ownerText(process->get(), entry, type);
        } else {
            found.back().path = nameOf(copy->get());
        }
    }
    const auto answers = files.ask(false);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i])
            found[asked[i]].path = answers[i]->path;
        else
            found[asked[i]].note = "its name was not told in time: somebody is waiting in a read or write of it";
    }
    return found;
}

Result<SharedObjectList> WindowsSystem::sharedObjects(std::stop_token stop)
{
    auto walk = HandleWalk::start();
    if (!walk)
        return Failure(walk.error());
    SharedObjectList list;
    Gathering gathering(*walk, list);
    for (const auto entries : walk->byProcess()) {
        if (stop.stop_requested())
            return cancelled("list shared objects");
        const std::uint32_t pid = pidOf(entries.front());
        std::uint32_t wanted = 0;
        for (const nt::HandleEntry &entry : entries) {
            const std::string type(walk->typeName(entry.type));
            if (std::ranges::find(sharedTypes, type) == sharedTypes.end())
                continue;
            ++wanted;
            if (const auto process = walk->opened(pid))
                gathering.add(*process, entry, type);
        }
        if (wanted == 0)
            continue;
        if (const auto process = walk->opened(pid); !process && !hasGone(process.error()))
            list.unseen.push_back(walk->unseen(pid, wanted, process.error()));
    }
    gathering.finish();
    return list;
}

// The number of a closed handle is given to the next object at once: what it leads to is looked at before, and compared
// after.
Result<void> WindowsSystem::closeHandle(ProcessKey key, std::uint64_t value, const std::string &type,
                                        const std::string &path)
{
    constexpr const char *operation = "close handle";
    const std::string text = toText(ObjectTarget{.process = key, .handle = value});
    if (key.pid == GetCurrentProcessId())
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = operation,
                             .object = text,
                             .meaning = "it is this session's own",
                             .hint = "Close the tab or the command that has it open"});
    const auto process = openProcessHandle(key, PROCESS_DUP_HANDLE);
    if (!process)
        return Failure(process.error());
    const auto before = duplicateHandle(process->get(), value, 0, text);
    if (!before)
        return Failure(before.error());
    const std::string foundType = typeOf(before->get());
    const std::string foundPath = foundType == "File" || foundType != type ? std::string() : nameOf(before->get());
    if (foundType != type ||
        (foundType != "File" && foundType != "Process" && foundType != "Thread" && foundPath != path))
        return Failure(Error{.kind = ErrorKind::Changed,
                             .operation = operation,
                             .object = text,
                             .meaning = fmt::format("it is to {} \"{}\", not to {} \"{}\": nothing was closed",
                                                    foundType, foundPath, type, path),
                             .hint = "List the handles again"});
    KernelHandle closed;
    const BOOL done = DuplicateHandle(process->get(), reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(value)),
                                      GetCurrentProcess(), closed.receive(), 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    const DWORD code = GetLastError();
    if (!done)
        return systemFailure(code, "DuplicateHandle", text, "A handle that is protected from being closed stays open");
    if (!isSame(closed.get(), before->get()))
        return Failure(
            Error{.kind = ErrorKind::Changed,
                  .operation = operation,
                  .object = text,
                  .meaning = "the process closed it itself in this very moment and opened another one under the same "
                             "number, which was closed instead"});
    return {};
}

} // namespace ipclens
