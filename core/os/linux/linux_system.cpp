// The native session on Linux: processes, their modules and their memory. The Win32 mechanisms are not here and say so.
#include "core/os/linux/linux_error.h"
#include "core/os/linux/linux_process.h"
#include "core/os/linux/proc_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace ipclens {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t second = 1'000'000'000;

// When the system started, nanoseconds since 1970 UTC. Asked once: it moves when the clock is set, and identities must not.
Result<std::int64_t> bootTime()
{
    auto text = readProcFile("/proc/stat", "the system");
    if (!text)
        return std::unexpected(std::move(text.error()));
    constexpr std::string_view label = "\nbtime ";
    std::int64_t seconds = 0;
    const auto at = text->find(label);
    if (at == std::string::npos ||
        std::from_chars(text->data() + at + label.size(), text->data() + text->size(), seconds).ec != std::errc())
        return Failure(Error{.operation = "read /proc/stat", .object = "btime", .meaning = "unknown format"});
    return seconds * second;
}

// From the first bytes of an ELF file; empty when it cannot be read or is none.
std::string architectureOf(const fs::path &program)
{
    std::array<unsigned char, 20> header{};
    const int file = ::open(program.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return {};
    const bool whole = ::read(file, header.data(), header.size()) == static_cast<ssize_t>(header.size());
    ::close(file);
    if (!whole || header[0] != 0x7F || header[1] != 'E' || header[2] != 'L' || header[3] != 'F')
        return {};
    switch (header[18] | header[19] << 8) { // e_machine
    case 3:
        return "x86";
    case 62:
        return "x64";
    case 183:
        return "arm64";
    default:
        return {};
    }
}

// The kernel keeps 15 characters of a program's name; the file's name has the rest, unless another program runs it, as Wine does.
std::string programName(const std::string &command, const std::string &path)
{
    const std::string file = fs::path(path).filename().string();
    return file.starts_with(command) ? file : command;
}

std::uint64_t workingSet(const fs::path &folder, std::uint64_t pageSize)
{
    const auto text = readProcFile(folder / "statm", {});
    if (!text)
        return 0; // it ended meanwhile
    std::uint64_t pages = 0;
    const auto at = text->find(' ');
    if (at != std::string::npos)
        std::from_chars(text->data() + at + 1, text->data() + text->size(), pages);
    return pages * pageSize;
}

std::vector<std::string> limitsHere()
{
    std::vector<std::string> limits{
        "Linux has no named file mappings and no kernel object namespace: connect to a Windows or Wine session to see them.",
        "Linux has no WM_COPYDATA and no registered window messages: connect to a Windows or Wine session to list windows, "
        "listen and send.",
        "Sections of a DLL shared between processes exist on Windows only: connect to a Windows or Wine session to open them.",
        "Memory cannot be allocated in another process on Linux."};
    const auto scope = readProcFile("/proc/sys/kernel/yama/ptrace_scope", {});
    if (scope && !scope->starts_with('0') && ::geteuid() != 0)
        limits.push_back("The memory of processes that this one did not start is closed to it (kernel.yama.ptrace_scope is " +
                         scope->substr(0, scope->find('\n')) + "): run as root, or set it to 0.");
    return limits;
}

class LinuxSystem : public System {
public:
    Result<Host> host() override;
    Result<std::vector<ProcessInfo>> processes(std::stop_token stop) override;
    Result<std::vector<Module>> modules(ProcessKey process) override;
    Result<std::shared_ptr<Process>> openProcess(ProcessKey process, Access access) override;

    Result<std::vector<SharedSection>> sharedSections(ProcessKey process, std::stop_token) override
    {
        return windowsOnly("list shared sections", fmt::format("process {}", process.pid), noSharedSections);
    }
    Result<std::vector<NamedObject>> namedObjects(bool, std::stop_token) override
    {
        return windowsOnly("list named objects", "this system", "Linux has no kernel object namespace");
    }
    Result<std::shared_ptr<Section>> openSection(const std::string &name, Access) override
    {
        return windowsOnly("open section", "section " + name, noSections);
    }
    Result<std::shared_ptr<Section>> createSection(const SectionRequest &request) override
    {
        return windowsOnly("create section", "section " + request.name, noSections);
    }
    Result<std::vector<Window>> windows(std::stop_token) override
    {
        return windowsOnly("list windows", "this system", noMessages);
    }
    Result<Window> windowAt(std::int32_t x, std::int32_t y, bool) override
    {
        return windowsOnly("find window", fmt::format("point {}, {} of the screen", x, y), noMessages);
    }
    Result<std::unique_ptr<Inbox>> openInbox(const InboxRequest &request) override
    {
        return windowsOnly("open inbox", "window class " + request.className, noMessages);
    }
    Result<std::unique_ptr<Inbox>> openRelay(const RelayRequest &) override
    {
        return windowsOnly("open relay", "this system", noMessages);
    }
    Result<std::unique_ptr<Inbox>> openTap(const TapRequest &) override
    {
        return windowsOnly("open tap", "this system", noMessages);
    }
    Result<SendOutcome> sendCopyData(std::uint64_t window, std::uint64_t, std::uint64_t, const std::optional<Bytes> &,
                                     std::uint32_t) override
    {
        return windowsOnly("send WM_COPYDATA", fmt::format("window 0x{:x}", window), noMessages);
    }
    Result<SendOutcome> sendRegistered(std::uint64_t window, const std::string &name, std::uint64_t, std::uint64_t,
                                       std::uint32_t) override
    {
        return windowsOnly("send " + name, fmt::format("window 0x{:x}", window), noMessages);
    }

    Result<ObjectDetails> describeObject(const ObjectTarget &target) override
    {
        return windowsOnly("describe object", toText(target), noObjects);
    }
    Result<HolderList> holders(const ObjectTarget &target, std::stop_token) override
    {
        return windowsOnly("list holders", toText(target), noObjects);
    }
    Result<std::vector<ObjectHandle>> handles(ProcessKey process, std::stop_token) override
    {
        return windowsOnly("list handles", fmt::format("process {}", process.pid), noHandles);
    }
    Result<SharedObjectList> sharedObjects(std::stop_token) override
    {
        return windowsOnly("list shared objects", "this system", noObjects);
    }
    Result<void> closeHandle(ProcessKey process, std::uint64_t handle, const std::string &, const std::string &) override
    {
        return windowsOnly("close handle", fmt::format("handle 0x{:x} of process {}", handle, process.pid), noHandles);
    }
    Result<std::shared_ptr<Section>> openSectionOf(ProcessKey process, std::uint64_t handle, Access) override
    {
        return windowsOnly("open section", fmt::format("handle 0x{:x} of process {}", handle, process.pid), noHandles);
    }
    Result<ProcessDetails> processDetails(ProcessKey process) override;
    Result<std::string> fileVersion(const std::string &path) override
    {
        return windowsOnly("read the version", path, "programs on Linux carry no version in their files");
    }
    Result<PipeList> pipes(std::stop_token) override
    {
        return windowsOnly("list pipes", "this system", "Linux has no named pipes of Windows' kind");
    }
    Result<AccessFacts> accessFacts(const ExplainTarget &target) override
    {
        return windowsOnly("explain", toText(target), "objects on Linux have no Windows access lists");
    }

private:
    static constexpr auto noObjects = "Linux has no kernel object namespace";
    static constexpr auto noHandles = "processes on Linux have no handles to kernel objects";
    static constexpr auto noSections = "Linux has no named file mappings";
    static constexpr auto noSharedSections = "sections of a DLL shared between processes exist on Windows only";
    static constexpr auto noMessages = "Linux has no WM_COPYDATA and no registered window messages";

    Result<ProcessKey> identify(ProcessKey process) const;
    std::int64_t createdAt(const ProcStat &stat) const
    {
        return *m_bootTime + stat.startTicks * (second / m_ticksPerSecond);
    }

    const Result<std::int64_t> m_bootTime = bootTime();
    const long m_ticksPerSecond = ::sysconf(_SC_CLK_TCK);
    const std::uint32_t m_pageSize = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
};

Result<Host> LinuxSystem::host()
{
    utsname names{};
    if (::uname(&names) != 0)
        return linuxFailure(errno, "uname", "the system");
    const std::string_view machine = names.machine;
    return Host{.system = fmt::format("{} {}", names.sysname, names.release),
                .machine = names.nodename,
                .architecture = machine == "x86_64" ? "x64" : machine == "aarch64" ? "arm64" : std::string(machine),
                .elevated = ::geteuid() == 0,
                .pid = static_cast<std::uint32_t>(::getpid()),
                .version = IPCLENS_VERSION,
                .pageSize = m_pageSize,
                .limits = limitsHere()};
}

// Kernel threads have no memory of their own and are left out, and so is what has ended and waits for its parent.
Result<std::vector<ProcessInfo>> LinuxSystem::processes(std::stop_token stop)
{
    if (!m_bootTime)
        return std::unexpected(m_bootTime.error());
    std::error_code problem;
    fs::directory_iterator entries("/proc", problem);
    if (problem)
        return linuxFailure(problem.value(), "list processes", "/proc");

    std::vector<ProcessInfo> found;
    for (; entries != fs::directory_iterator(); entries.increment(problem)) {
        if (stop.stop_requested())
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "list processes"});
        const std::string name = entries->path().filename().string();
        std::uint32_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
            continue;
        const auto stat = readProcStat(pid);
        if (!stat || stat->kernelThread || stat->state == 'Z' || stat->state == 'X')
            continue; // unreadable means that it ended meanwhile
        std::error_code refused;
        const std::string path = fs::read_symlink(entries->path() / "exe", refused).string();
        found.push_back({.key = {pid, createdAt(*stat)},
                         .parent = stat->parent,
                         .name = programName(stat->command, path),
                         .path = path,
                         .architecture = architectureOf(entries->path() / "exe"),
                         .memory = workingSet(entries->path(), m_pageSize),
                         .isSelf = pid == static_cast<std::uint32_t>(::getpid())});
    }
    if (problem)
        return linuxFailure(problem.value(), "list processes", "/proc");
    std::ranges::sort(found, {}, [](const ProcessInfo &process) { return process.key.pid; });
    return found;
}

// Arguments with a space between them; who holds spaces is not told apart.
Result<ProcessDetails> LinuxSystem::processDetails(ProcessKey process)
{
    const auto key = identify(process);
    if (!key)
        return std::unexpected(key.error());
    const std::string object = fmt::format("process {}", key->pid);
    ProcessDetails details;
    if (auto arguments = readProcFile(fmt::format("/proc/{}/cmdline", key->pid), object)) {
        std::ranges::replace(*arguments, '\0', ' ');
        arguments->erase(arguments->find_last_not_of(' ') + 1);
        details.commandLine = std::move(*arguments);
    } else {
        details.unknown.push_back("command line: " + toText(arguments.error()));
    }
    return details;
}

// The process's full identity, unless its number belongs to another one by now.
Result<ProcessKey> LinuxSystem::identify(ProcessKey process) const
{
    if (!m_bootTime)
        return std::unexpected(m_bootTime.error());
    const std::string object = fmt::format("process {}", process.pid);
    const auto stat = readProcStat(process.pid);
    if (!stat && stat.error().kind == ErrorKind::Missing) {
        const bool wasSeen = process.created != 0;
        return Failure(Error{.kind = wasSeen ? ErrorKind::Exited : ErrorKind::Missing,
                             .code = ESRCH,
                             .operation = "open process",
                             .object = object,
                             .meaning = wasSeen ? "the process has ended" : "there is no process with this number"});
    }
    if (!stat)
        return std::unexpected(stat.error());
    const ProcessKey now{process.pid, createdAt(*stat)};
    if (process.created != 0 && process.created != now.created)
        return Failure(Error{.kind = ErrorKind::Exited,
                             .operation = "open process",
                             .object = object,
                             .meaning = "the process has ended and its number was given to another one",
                             .hint = "List the processes again"});
    return now;
}

Result<std::shared_ptr<Process>> LinuxSystem::openProcess(ProcessKey process, Access access)
{
    const auto key = identify(process);
    if (!key)
        return std::unexpected(key.error());
    auto opened = LinuxProcess::open(*key, access);
    // Between the two looks the number may have been given away: the process that is open now is the one to compare.
    if (opened) {
        if (const auto again = identify(*key); !again)
            return std::unexpected(again.error());
    }
    return opened;
}

// One module for each run of mappings of a file of which one may be executed. What lies between them, as zero-filled data does,
// belongs to it.
Result<std::vector<Module>> LinuxSystem::modules(ProcessKey process)
{
    const auto opened = openProcess(process, Access::Read);
    if (!opened)
        return std::unexpected(opened.error());
    const auto regions = (*opened)->regions((*opened)->extent(), {});
    if (!regions)
        return std::unexpected(regions.error());

    std::vector<Module> found;
    const Region *previous = nullptr;
    bool isExecutable = false;
    for (const Region &region : *regions) {
        if (region.type != RegionType::Image)
            continue;
        if (!previous || previous->mapped != region.mapped) {
            if (previous && !isExecutable)
                found.pop_back(); // a mapping of an image's file as plain data
            found.push_back({.name = fs::path(region.mapped).filename().string(),
                             .path = region.mapped,
                             .range = region.range});
            isExecutable = false;
        }
        found.back().range.size = region.range.end() - found.back().range.begin;
        isExecutable = isExecutable || region.protection.execute;
        previous = &region;
    }
    if (previous && !isExecutable)
        found.pop_back();
    return found;
}

} // namespace

std::unique_ptr<System> makeSystem()
{
    return std::make_unique<LinuxSystem>();
}

} // namespace ipclens
