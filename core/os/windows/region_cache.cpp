#include "core/os/windows/region_cache.h"

#include "core/os/windows/last_error.h"

namespace ipclens {
namespace {

constexpr std::size_t mostEntries = 1 << 16;
constexpr std::uint64_t freshFor = 1000; // milliseconds

} // namespace

Protection protectionOf(DWORD native)
{
    Protection protection{.guard = (native & PAGE_GUARD) != 0, .native = native};
    switch (native & 0xFF) {
    case PAGE_EXECUTE_WRITECOPY:
        protection.execute = true;
        [[fallthrough]];
    case PAGE_WRITECOPY:
        protection.read = protection.write = protection.copyOnWrite = true;
        break;
    case PAGE_EXECUTE_READWRITE:
        protection.execute = true;
        [[fallthrough]];
    case PAGE_READWRITE:
        protection.read = protection.write = true;
        break;
    case PAGE_EXECUTE: // "an attempt to write results in an access violation": reading does not [doc, Memory Protection
                       // Constants]
    case PAGE_EXECUTE_READ:
        protection.execute = true;
        [[fallthrough]];
    case PAGE_READONLY:
        protection.read = true;
        break;
    default: // PAGE_NOACCESS, and 0 where nothing is committed
        break;
    }
    return protection;
}

bool NativeRegion::isReadable() const
{
    const Protection allowed = protectionOf(protection);
    return state == MEM_COMMIT && allowed.read && !allowed.guard;
}

bool NativeRegion::isWritable() const
{
    const Protection allowed = protectionOf(protection);
    return state == MEM_COMMIT && allowed.write && !allowed.guard;
}

Result<NativeRegion> RegionCache::at(Address address)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (auto next = m_entries.upper_bound(address); next != m_entries.begin()) {
            const Entry &entry = std::prev(next)->second;
            if (address < entry.region.end && GetTickCount64() - entry.asked < freshFor)
                return entry.region;
        }
    }
    return ask(address);
}

Result<NativeRegion> RegionCache::ask(Address address)
{
    MEMORY_BASIC_INFORMATION info;
    const SIZE_T size = VirtualQueryEx(m_process, reinterpret_cast<const void *>(static_cast<std::uintptr_t>(address)),
                                       &info, sizeof info);
    const DWORD code = GetLastError();
    NativeRegion region;
    if (size == 0) {
        if (code != ERROR_INVALID_PARAMETER)
            return systemFailure(code, "VirtualQueryEx", {});
        region = {.begin = address, .end = UINT64_MAX};
    } else {
        const auto begin = reinterpret_cast<std::uintptr_t>(info.BaseAddress);
        region = {.begin = begin,
                  .end = begin + info.RegionSize,
                  .state = info.State,
                  .protection = info.State == MEM_COMMIT ? info.Protect : 0,
                  .type = info.State == MEM_FREE ? 0 : info.Type,
                  .allocationBase = info.State == MEM_FREE ? 0 : reinterpret_cast<std::uintptr_t>(info.AllocationBase)};
        if (region.end <= address) // never seen; a run that does not reach the address asked for would loop its readers
            return Failure(
                Error{.operation = "VirtualQueryEx", .meaning = "the system gave a run that ends before its address"});
    }
    remember(region);
    return region;
}

void RegionCache::remember(const NativeRegion &region)
{
    const std::scoped_lock lock(m_mutex);
    if (m_entries.size() >= mostEntries)
        m_entries.clear();
    forgetLocked(region.begin, region.end);
    if (region.isReadable())
        m_entries.insert_or_assign(region.begin, Entry{region, GetTickCount64()});
}

void RegionCache::forget(Address begin, Address end)
{
    const std::scoped_lock lock(m_mutex);
    forgetLocked(begin, end);
}

void RegionCache::forgetLocked(Address begin, Address end)
{
    auto entry = m_entries.lower_bound(begin);
    if (entry != m_entries.begin() && std::prev(entry)->second.region.end > begin)
        --entry;
    while (entry != m_entries.end() && entry->first < end)
        entry = m_entries.erase(entry);
}

} // namespace ipclens
