#include "core/os/linux/linux_process.h"

#include "core/os/linux/linux_error.h"
#include "core/os/linux/proc_files.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ipclens {
namespace {

// Four-level page tables: user space ends below 2^47. The kernel gives out higher addresses only to programs that ask for them.
constexpr AddressRange userSpace{0, 0x0000'7FFF'FFFF'F000};

// Pieces of this size are copied fastest.
constexpr std::size_t pieceSize = std::size_t{1} << 20;

constexpr std::string_view permissionHint =
    "Run as the same user as the process; with kernel.yama.ptrace_scope above 0 also as root or with CAP_SYS_PTRACE";

} // namespace

LinuxProcess::LinuxProcess(int pidfd, ProcessKey key, Access access)
    : m_pidfd(pidfd), m_key(key), m_access(access), m_pageSize(static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)))
{
}

LinuxProcess::~LinuxProcess()
{
    ::close(m_pidfd);
}

Result<std::shared_ptr<Process>> LinuxProcess::open(ProcessKey key, Access access)
{
    const std::string object = fmt::format("process {}", key.pid);
    if (access == Access::Copy)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "open process",
                             .object = object,
                             .meaning = "copy-on-write access exists for sections only",
                             .hint = "Open it to read, or to read and write"});
    // Through syscall(): the header of glibc 2.36 (Debian 12) forgets that pidfd_open is a C function.
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(key.pid), 0));
    if (pidfd < 0)
        return linuxFailure(errno, "pidfd_open", object,
                            errno == EINVAL ? "This is the number of a thread: use its process's" : "");
    std::shared_ptr<LinuxProcess> process(new LinuxProcess(pidfd, key, access));
    if (auto readable = process->checkReadable(); !readable)
        return std::unexpected(std::move(readable.error()));
    return process;
}

Result<void> LinuxProcess::checkReadable()
{
    auto regions = allRegions();
    if (!regions) {
        if (regions.error().kind == ErrorKind::Refused)
            regions.error().hint = permissionHint;
        return std::unexpected(std::move(regions.error()));
    }
    const auto first = std::ranges::find_if(*regions, &Region::isReadable);
    if (first == regions->end())
        return Failure(Error{.kind = ErrorKind::Unreadable,
                             .operation = "open process",
                             .object = object(),
                             .meaning = "it has no memory that could be read",
                             .hint = "A kernel thread, or a process that is ending"});
    std::byte probe{};
    const auto outcome = read(first->range.begin, std::span(&probe, 1));
    if (outcome.count == 0 && outcome.why && outcome.why->kind != ErrorKind::Unreadable)
        return std::unexpected(*outcome.why);
    return {};
}

std::string LinuxProcess::object() const
{
    return fmt::format("process {}", m_key.pid);
}

std::string LinuxProcess::name() const
{
    return fmt::format("process:{}", m_key.pid);
}

AddressRange LinuxProcess::extent() const
{
    return userSpace;
}

std::vector<std::string> LinuxProcess::granted() const
{
    if (m_access == Access::ReadWrite)
        return {"process_vm_readv", "process_vm_writev"};
    return {"process_vm_readv"};
}

bool LinuxProcess::hasExited() const
{
    pollfd ended{.fd = m_pidfd, .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) > 0;
}

Error LinuxProcess::exited(std::string operation) const
{
    return {.kind = ErrorKind::Exited,
            .code = ESRCH,
            .operation = std::move(operation),
            .object = object(),
            .meaning = "the process has ended"};
}

Result<std::vector<Region>> LinuxProcess::allRegions() const
{
    auto regions = readProcMaps(m_key.pid);
    if (hasExited())
        return std::unexpected(exited("read /proc/PID/maps"));
    if (regions)
        std::erase_if(*regions, [](const Region &region) { return !userSpace.contains(region.range); });
    return regions;
}

Result<std::vector<Region>> LinuxProcess::regions(AddressRange range, std::stop_token)
{
    auto regions = allRegions();
    if (regions)
        std::erase_if(*regions, [&](const Region &region) { return intersect(region.range, range).size == 0; });
    return regions;
}

bool LinuxProcess::canRead(Address address) const
{
    std::byte probe{};
    const iovec local{&probe, 1};
    const iovec remote{reinterpret_cast<void *>(address), 1};
    return ::process_vm_readv(static_cast<pid_t>(m_key.pid), &local, 1, &remote, 1, 0) == 1;
}

// How many of the next `atMost` bytes are known to be unreadable, given that the byte at `address` is. The list of regions is
// asked for only when the next page is unreadable too: it takes long in processes of many mappings.
std::uint64_t LinuxProcess::unreadableFrom(Address address, std::uint64_t atMost) const
{
    const std::uint64_t page = m_pageSize - address % m_pageSize;
    if (page >= atMost || canRead(address + page))
        return std::min(page, atMost);
    const auto regions = allRegions();
    if (!regions)
        return page;
    const auto next = std::ranges::find_if(
        *regions, [&](const Region &region) { return region.isReadable() && region.range.end() > address; });
    if (next == regions->end())
        return atMost;
    // Inside a region that should be readable (a file that was cut, memory gone meanwhile) only this page is known.
    return std::clamp(next->range.begin > address ? next->range.begin - address : 0, page, atMost);
}

ReadOutcome LinuxProcess::read(Address address, std::span<std::byte> into)
{
    ReadOutcome outcome;
    const std::uint64_t inside = intersect(userSpace, {address, std::min<std::uint64_t>(into.size(), ~address)}).size;
    int code = 0;
    while (outcome.count < inside) {
        const auto piece = into.subspan(outcome.count, std::min<std::uint64_t>(pieceSize, inside - outcome.count));
        const iovec local{piece.data(), piece.size()};
        const iovec remote{reinterpret_cast<void *>(address + outcome.count), piece.size()};
        const ssize_t count = ::process_vm_readv(static_cast<pid_t>(m_key.pid), &local, 1, &remote, 1, 0);
        code = count < 0 ? errno : EFAULT;
        if (count <= 0)
            break;
        outcome.count += static_cast<std::uint64_t>(count);
    }
    // Asked after reading: if it still is the same process now, then it was while its memory was read.
    if (!into.empty() && hasExited())
        return {.count = 0, .unreadable = into.size(), .why = exited("read memory")};
    if (outcome.count == into.size())
        return outcome;
    const Address at = address + outcome.count;
    const std::uint64_t rest = into.size() - outcome.count;
    if (outcome.count == inside) {
        outcome.unreadable = rest;
        outcome.why = Error{.kind = ErrorKind::OutOfRange,
                            .operation = "read memory",
                            .object = object(),
                            .meaning = fmt::format("0x{:x} is outside user space", at)};
        return outcome;
    }
    outcome.unreadable = code == EFAULT ? unreadableFrom(at, rest) : rest;
    outcome.why = linuxFailure(code, "process_vm_readv", fmt::format("{} at 0x{:x}", object(), at),
                               code == EPERM ? std::string(permissionHint) : std::string())
                      .error();
    return outcome;
}

// The kernel copies without promising the width of its accesses; an aligned word is moved as one by every kernel today.
Result<void> LinuxProcess::write(Address address, std::span<const std::byte> bytes)
{
    const auto where = [&](Address at) { return fmt::format("{} at 0x{:x}", object(), at); };
    if (m_access != Access::ReadWrite)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "write memory",
                             .object = where(address),
                             .meaning = "the process was opened to read only",
                             .hint = "Open it again with write access"});
    if (address > userSpace.end() || bytes.size() > userSpace.end() - address)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = "write memory",
                             .object = where(address),
                             .meaning = fmt::format("{} bytes reach outside user space", bytes.size())});
    if (bytes.empty())
        return {};

    // All or nothing: the first page that cannot be written is found before anything is.
    const auto regions = allRegions();
    if (!regions)
        return std::unexpected(regions.error());
    Address writable = address;
    for (const Region &region : *regions) {
        if (region.range.contains(writable) && region.protection.write)
            writable = region.range.end();
    }
    if (writable < address + bytes.size())
        return Failure(Error{.kind = ErrorKind::Unreadable,
                             .code = EFAULT,
                             .operation = "write memory",
                             .object = where(writable),
                             .meaning = "the page is not writable; nothing was written"});

    std::size_t done = 0;
    while (done < bytes.size()) {
        const iovec local{const_cast<std::byte *>(bytes.data() + done), bytes.size() - done};
        const iovec remote{reinterpret_cast<void *>(address + done), bytes.size() - done};
        const ssize_t count = ::process_vm_writev(static_cast<pid_t>(m_key.pid), &local, 1, &remote, 1, 0);
        const int code = count < 0 ? errno : EFAULT;
        if (hasExited())
            return std::unexpected(exited("write memory"));
        if (count <= 0)
            return linuxFailure(code, "process_vm_writev", where(address + done),
                                fmt::format("{} of {} bytes were written", done, bytes.size()));
        done += static_cast<std::size_t>(count);
    }
    return {};
}

Result<Address> LinuxProcess::allocate(std::uint64_t)
{
    return windowsOnly("allocate memory", object(), "Linux has no way to allocate memory in another process");
}

Result<void> LinuxProcess::release(Address)
{
    return windowsOnly("free memory", object(), "Linux has no way to free memory in another process");
}

} // namespace ipclens
