#include "core/os/windows/virtual_memory.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/mapped_file_names.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ipclens {
namespace {

constexpr std::uint64_t pageBytes = 4096;
constexpr std::uint64_t pieceBytes = 1 << 20; // one call's worth: under Wine smaller and much larger ones are slower

void *pointer(Address native)
{
    return reinterpret_cast<void *>(static_cast<std::uintptr_t>(native));
}

Region toRegion(const NativeRegion &native, Address base)
{
    return {.range = {native.begin - base, native.end - native.begin},
            .state = native.state == MEM_COMMIT ? RegionState::Committed : RegionState::Reserved,
            .protection = protectionOf(native.protection),
            .type = native.type == MEM_IMAGE    ? RegionType::Image
                    : native.type == MEM_MAPPED ? RegionType::Mapped
                                                : RegionType::Private,
            .allocationBase = native.allocationBase - base};
}

} // namespace

VirtualMemory::VirtualMemory(MemoryWindow window) : m_window(std::move(window)), m_regions(m_window.process)
{
}

std::string VirtualMemory::at(Address address) const
{
    return fmt::format("{} at 0x{:X}", m_window.name, address);
}

// Whatever a system call says of a process that has ended, that is the reason.
Error VirtualMemory::refine(Error error, Address address, const char *operation) const
{
    if (hasExited(m_window.process))
        return exitedError(operation, at(address));
    error.object = at(address);
    return error;
}

Error VirtualMemory::outside(Address address, const char *operation) const
{
    return {.kind = ErrorKind::OutOfRange,
            .operation = operation,
            .object = at(address),
            .meaning = fmt::format("it reaches from 0x{:X} up to 0x{:X}", m_window.extent.begin, m_window.extent.end()),
            .hint = "Choose an address inside"};
}

Error VirtualMemory::whyUnreadable(Address address, const NativeRegion &region) const
{
    Error error{.kind = ErrorKind::Unreadable, .operation = "read memory"};
    const Address end = std::min(region.end - m_window.base, m_window.extent.end());
    if (region.state == MEM_FREE) {
        error.meaning = fmt::format("nothing is allocated here, up to 0x{:X}", end);
        error.hint = "See the list of regions for what is";
    } else if (region.state == MEM_RESERVE) {
        error.meaning = fmt::format("the pages up to 0x{:X} are reserved but not committed", end);
        error.hint = "They can be read once the program that owns them has committed them";
    } else if (region.protection & PAGE_GUARD) {
        error.meaning = fmt::format("guard pages up to 0x{:X}: touching one would disarm it", end);
        error.hint = "They are never read; the program that set them can remove them";
    } else {
        error.meaning =
            fmt::format("the pages up to 0x{:X} allow no access (protection 0x{:X})", end, region.protection);
        error.hint = "Only the program that owns them can allow it";
    }
    return refine(std::move(error), address, "read memory");
}

VirtualMemory::Run VirtualMemory::runAt(Address address, std::uint64_t most)
{
    Run run;
    bool readable = false;
    std::uint64_t limit = most;
    while (run.size < limit) {
        const Address native = m_window.base + address + run.size;
        const auto region = m_regions.at(native);
        if (!region) {
            if (run.size > 0) // let the next read report it
                break;
            return {most, refine(region.error(), address, "read memory")};
        }
        if (run.size == 0) {
            readable = region->isReadable();
            if (!readable)
                run.unreadable = whyUnreadable(address, *region);
            else if (!m_window.direct)
                limit = std::min(most, pieceBytes);
        } else if (region->isReadable() != readable) {
            break;
        }
        run.size += std::min(region->end - native, limit - run.size);
    }
    return run;
}

// Copies without looking; the system's error code, 0 when all is well.
DWORD VirtualMemory::copyOut(Address address, std::span<std::byte> into) const
{
    const void *from = pointer(m_window.base + address);
    if (m_window.direct) {
        std::memcpy(into.data(), from, into.size());
        return 0;
    }
    SIZE_T count = 0;
    if (ReadProcessMemory(m_window.process, from, into.data(), into.size(), &count))
        return count == into.size() ? 0 : ERROR_PARTIAL_COPY;
    return GetLastError();
}

ReadOutcome VirtualMemory::read(Address address, std::span<std::byte> into)
{
    if (into.empty())
        return {};
    const AddressRange &extent = m_window.extent;
    if (!extent.contains(address)) {
        const std::uint64_t gap = address < extent.begin ? extent.begin - address : UINT64_MAX;
        return {0, std::min<std::uint64_t>(gap, into.size()), outside(address, "read memory")};
    }
    const std::uint64_t inside = std::min<std::uint64_t>(into.size(), extent.end() - address);
    std::uint64_t done = 0;
    std::uint64_t askedAgainAt = UINT64_MAX;
    while (done < inside) {
        const Address here = address + done;
        Run run = runAt(here, inside - done);
        if (run.unreadable) {
            const bool toTheEnd = done + run.size == inside || run.unreadable->kind == ErrorKind::Exited;
            return {done, toTheEnd ? into.size() - done : run.size, std::move(run.unreadable)};
        }
        const auto piece = into.subspan(done, run.size);
        const DWORD code = copyOut(here, piece);
        if (code == 0) {
            done += run.size;
            continue;
        }
        if (code == ERROR_ACCESS_DENIED || hasExited(m_window.process)) // no page will do better
            return {done, into.size() - done, refine(systemError(code, "ReadProcessMemory", {}), here, "read memory")};
        if (askedAgainAt != here) { // perhaps the regions have changed
            askedAgainAt = here;
            m_regions.forget(m_window.base + here, m_window.base + here + run.size);
            continue;
        }
        ReadOutcome pages = readPages(here, piece);
        done += pages.count;
        if (pages.unreadable > 0)
            return {done, pages.unreadable, std::move(pages.why)};
    }
    if (done < into.size())
        return {done, into.size() - done, outside(address + done, "read memory")};
    return {done, 0, std::nullopt};
}

// Pages of such a view are committed for as long as it lasts once they are, so that they may be touched later, too.
std::span<const std::byte> VirtualMemory::direct(AddressRange range)
{
    if (!m_window.direct || range.size == 0 || !m_window.extent.contains(range))
        return {};
    const Run run = runAt(range.begin, range.size);
    if (run.unreadable || run.size < range.size)
        return {};
    return {static_cast<const std::byte *>(pointer(m_window.base + range.begin)), static_cast<std::size_t>(range.size)};
}

// Reads up to the first bad page and looks how far the bad ones reach.
ReadOutcome VirtualMemory::readPages(Address address, std::span<std::byte> into) const
{
    ReadOutcome outcome;
    std::uint64_t done = 0;
    while (done < into.size()) {
        const Address native = m_window.base + address + done;
        const std::uint64_t size = std::min<std::uint64_t>(pageBytes - native % pageBytes, into.size() - done);
        const DWORD code = copyOut(address + done, into.subspan(done, size));
        if (code == 0 && outcome.unreadable > 0)
            break;
        if (code == 0) {
            outcome.count += size;
        } else {
            if (outcome.unreadable == 0)
                outcome.why =
                    refine(systemError(code, "ReadProcessMemory", {},
                                       "The system lists the page as readable and cannot read it: the file behind it "
                                       "may have been shortened, or the program changed it meanwhile"),
                           address + done, "read memory");
            outcome.unreadable += size;
        }
        done += size;
    }
    return outcome;
}

// Asked anew, not remembered: Wine writes to read-only pages by force, so that only the query protects them.
Result<void> VirtualMemory::checkWritable(Address address, std::uint64_t size, bool &executable)
{
    for (Address native = m_window.base + address, end = native + size; native < end;) {
        const auto region = m_regions.ask(native);
        const Address here = native - m_window.base;
        if (!region)
            return Failure(refine(region.error(), here, "write memory"));
        if (!region->isWritable()) {
            Error error = whyUnreadable(here, *region);
            if (region->isReadable()) {
                error.meaning = fmt::format("the page is read-only (protection 0x{:X})", region->protection);
                error.hint = "ipclens never changes protection; only the program that owns the page can";
            }
            error.operation = "write memory";
            return Failure(std::move(error));
        }
        executable |= protectionOf(region->protection).execute;
        native = region->end;
    }
    return {};
}

// One store of that size where there is one; false when it must go through the system.
bool VirtualMemory::store(Address address, std::span<const std::byte> bytes) const
{
    if (!m_window.direct)
        return false;
    const auto whole = [&]<class T>(T value) {
        std::memcpy(&value, bytes.data(), sizeof value);
        *static_cast<volatile T *>(pointer(m_window.base + address)) = value;
    };
    const bool aligned = address % bytes.size() == 0;
    if (aligned && bytes.size() == 8)
        whole(std::uint64_t{});
    else if (aligned && bytes.size() == 4)
        whole(std::uint32_t{});
    else if (aligned && bytes.size() == 2)
        whole(std::uint16_t{});
    else
        std::memcpy(pointer(m_window.base + address), bytes.data(), bytes.size());
    return true;
}

Result<void> VirtualMemory::write(Address address, std::span<const std::byte> bytes)
{
    if (!m_window.writable)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "write memory",
                             .object = at(address),
                             .meaning = "it is not open for writing",
                             .hint = m_window.whyReadOnly});
    if (bytes.empty())
        return {};
    if (!m_window.extent.contains(AddressRange{address, bytes.size()}))
        return Failure(outside(address, "write memory"));
    bool executable = false;
    if (auto checked = checkWritable(address, bytes.size(), executable); !checked)
        return checked;
    if (store(address, bytes))
        return {};

    // Not WriteProcessMemory: on Windows it makes the pages PAGE_EXECUTE_READWRITE for a moment, which on a shared view
    // has broken both its users. The native call leaves protection alone.
    SIZE_T written = 0;
    void *target = pointer(m_window.base + address);
    const NTSTATUS status = NtWriteVirtualMemory(m_window.process, target, bytes.data(), bytes.size(), &written);
    if (!nt::succeeded(status) || written != bytes.size()) {
        m_regions.forget(m_window.base + address, m_window.base + address + bytes.size());
        Error error = nativeError(status, "NtWriteVirtualMemory", {});
        error.hint =
            fmt::format("The system lists the pages as writable and wrote {} of {} bytes: the file behind them may "
                        "have been shortened, or the program changed them meanwhile",
                        written, bytes.size());
        return Failure(refine(std::move(error), address, "write memory"));
    }
    if (executable)
        FlushInstructionCache(m_window.process, target, bytes.size());
    return {};
}

Result<std::vector<Region>> VirtualMemory::regions(AddressRange range, std::stop_token stop)
{
    const AddressRange wanted = intersect(range, m_window.extent);
    std::vector<Region> found;
    if (wanted.size == 0)
        return found;
    MappedFileNames files(m_window.process);
    const Address end = m_window.base + wanted.end();
    Address native = m_window.base + wanted.begin;
    // The query starts its runs at the page asked for: the run that `range` begins in is found from its allocation's
    // start.
    if (const auto first = m_regions.ask(native); first && first->state != MEM_FREE)
        native = std::max(first->allocationBase, m_window.base + m_window.extent.begin);
    while (native < end) {
        if (stop.stop_requested())
            return cancelled("list regions");
        const auto region = m_regions.ask(native);
        if (!region)
            return Failure(refine(region.error(), native - m_window.base, "list regions"));
        native = region->end;
        if (region->state == MEM_FREE || region->end <= m_window.base + wanted.begin)
            continue;
        Region entry = toRegion(*region, m_window.base);
        entry.range = intersect(entry.range, m_window.extent); // a section's size need not be whole pages
        if (entry.type != RegionType::Private)
            entry.mapped = files.at(region->allocationBase);
        found.push_back(std::move(entry));
    }
    if (hasExited(m_window.process)) // what was listed is an address space being taken down
        return Failure(exitedError("list regions", m_window.name));
    return found;
}

void VirtualMemory::forget(AddressRange range)
{
    m_regions.forget(m_window.base + range.begin, m_window.base + range.end());
}

} // namespace ipclens
