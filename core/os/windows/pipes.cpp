// Named pipes and mailslots: those whose names the system lists, and those that handles lead to.
#include "core/os/windows/file_questions.h"
#include "core/os/windows/handle_walk.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::string_view pipeFolder = "\\Device\\NamedPipe";
constexpr std::string_view mailslotFolder = "\\Device\\Mailslot"; // "MailSlot" on Wine

using Key = std::pair<PipeKind, std::string>;
using Found = std::map<Key, NamedPipe>;

NamedPipe &pipeAt(Found &found, PipeKind kind, const std::string &name)
{
    NamedPipe &pipe = found[{kind, name}];
    pipe.kind = kind;
    pipe.name = name;
    return pipe;
}

// FILE_DIRECTORY_INFORMATION: for a pipe, EndOfFile counts its instances and AllocationSize how many there may be.
// [belief: what the file system \Device\NamedPipe does; Sysinternals PipeList reads the same]
struct DirectoryRecord {
    ULONG next;
    ULONG index;
    LARGE_INTEGER times[4];
    LARGE_INTEGER endOfFile;
    LARGE_INTEGER allocationSize;
    ULONG attributes;
    ULONG nameBytes;
    wchar_t name[1];
};

std::optional<Error> listNames(PipeKind kind, Found &found, const std::stop_token &stop)
{
    const bool isPipe = kind == PipeKind::Pipe;
    const std::wstring folder = isPipe ? L"\\Device\\NamedPipe\\" : L"\\Device\\Mailslot\\";
    const std::string text = isPipe ? "\\Device\\NamedPipe\\" : "\\Device\\Mailslot\\";
    KernelHandle directory;
    nt::ObjectName name(folder);
    IO_STATUS_BLOCK block{};
    NTSTATUS status = NtOpenFile(directory.receive(), FILE_LIST_DIRECTORY | SYNCHRONIZE, name.attributes(), &block,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
    if (!nt::succeeded(status))
        return nativeError(status, "NtOpenFile", text, "This system does not list their names");
    std::vector<std::uint64_t> buffer(64 * 1024 / sizeof(std::uint64_t));
    for (bool first = true; !stop.stop_requested(); first = false) {
        status = NtQueryDirectoryFile(directory.get(), nullptr, nullptr, nullptr, &block, buffer.data(),
                                      static_cast<ULONG>(buffer.size() * sizeof(std::uint64_t)), FileDirectoryInformation, FALSE,
                                      nullptr, first);
        if (status == nt::noMoreFiles || (first && status == nt::noSuchFile))
            return std::nullopt;
        if (!nt::succeeded(status))
            return nativeError(status, "NtQueryDirectoryFile", text, "This system does not list their names");
        for (const auto *at = reinterpret_cast<const std::byte *>(buffer.data());;) {
            const auto &record = *reinterpret_cast<const DirectoryRecord *>(at);
            NamedPipe &pipe = pipeAt(found, kind, toUtf8({record.name, record.nameBytes / sizeof(wchar_t)}));
            if (isPipe) {
                pipe.instances = static_cast<std::uint32_t>(record.endOfFile.QuadPart);
                const LONG maximum = static_cast<LONG>(record.allocationSize.LowPart); // -1: any number
                pipe.maximum = maximum > 0 ? static_cast<std::uint32_t>(maximum) : 0;
            }
            if (record.next == 0)
                break;
            at += record.next;
        }
    }
    return std::nullopt;
}

// "\Device\NamedPipe\x" -> Pipe, "x"; none for other files and for pipes without a name.
std::optional<Key> pipeOf(const std::string &path)
{
    const auto below = [&](std::string_view folder) {
        const bool isBelow = path.size() > folder.size() + 1 && path[folder.size()] == '\\' &&
                             std::ranges::equal(std::string_view(path).substr(0, folder.size()), folder,
                                                [](char a, char b) { return (a | 0x20) == (b | 0x20); });
        return isBelow ? path.substr(folder.size() + 1) : std::string();
    };
    if (std::string name = below(pipeFolder); !name.empty())
        return Key(PipeKind::Pipe, std::move(name));
    if (std::string name = below(mailslotFolder); !name.empty())
        return Key(PipeKind::Mailslot, std::move(name));
    return std::nullopt;
}

// What the answers for one process's files tell.
void addEnds(const HandleWalk &walk, std::span<const nt::HandleEntry> asked, const std::vector<std::optional<FileAnswer>> &answers,
             Found &found, PipeList &list)
{
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) {
            ++list.unanswered;
            continue;
        }
        const FileAnswer &answer = *answers[i];
        const auto key = pipeOf(answer.path);
        if (!key)
            continue;
        NamedPipe &pipe = pipeAt(found, key->first, key->second);
        const std::uint32_t pid = pidOf(asked[i]);
        const ListedProcess &owner = walk.process(pid);
        const bool isMailslot = key->first == PipeKind::Mailslot;
        pipe.ends.push_back({.process = {pid, owner.key.created},
                             .processName = owner.name,
                             .handle = asked[i].handle,
                             .isServer = isMailslot ? (asked[i].access & FILE_READ_DATA) != 0 : answer.isServer,
                             .state = answer.state,
                             .isOurs = pid == GetCurrentProcessId()});
        pipe.instances = std::max(pipe.instances, answer.instances);
        pipe.maximum = std::max(pipe.maximum, answer.maximum);
        const std::uint32_t server = answer.serverPid != 0 ? answer.serverPid : pipe.ends.back().isServer ? pid : 0;
        if (server != 0 && pipe.server.pid == 0) {
            pipe.server = {server, walk.process(server).key.created};
            pipe.serverName = walk.process(server).name;
        }
    }
}

} // namespace

Result<PipeList> WindowsSystem::pipes(std::stop_token stop)
{
    PipeList list;
    Found found;
    list.notListed = listNames(PipeKind::Pipe, found, stop);
    if (auto failure = listNames(PipeKind::Mailslot, found, stop); failure && !list.notListed)
        list.notListed = std::move(failure);
    auto walk = HandleWalk::start();
    if (!walk)
        return Failure(walk.error());
    const auto number = walk->typeNumber("File");
    if (!number)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "list pipes",
                             .object = "handles of all processes",
                             .meaning = "the system's list of handles does not show this session's own"});
    for (const auto entries : walk->byProcess()) {
        if (stop.stop_requested())
            return cancelled("list pipes");
        std::vector<nt::HandleEntry> asked;
        FileQuestions questions;
        std::uint32_t files = 0;
        for (const nt::HandleEntry &entry : entries) {
            if (entry.type != *number)
                continue;
            ++files;
            const auto process = walk->opened(pidOf(entry));
            if (!process)
                continue;
            KernelHandle copy;
            if (!DuplicateHandle(*process, reinterpret_cast<HANDLE>(entry.handle), GetCurrentProcess(), copy.receive(), 0, FALSE,
                                 DUPLICATE_SAME_ACCESS))
                continue; // closed since it was listed
            asked.push_back(entry);
            questions.add(std::move(copy));
        }
        if (files == 0)
            continue;
        const std::uint32_t pid = pidOf(entries.front());
        if (const auto process = walk->opened(pid);
            !process && process.error().kind != ErrorKind::Exited && process.error().kind != ErrorKind::Missing)
            list.unseen.push_back(walk->unseen(pid, files, process.error()));
        addEnds(*walk, asked, questions.ask(true), found, list);
    }
    for (auto &[key, pipe] : found)
        list.pipes.push_back(std::move(pipe));
    return list;
}

} // namespace ipclens
