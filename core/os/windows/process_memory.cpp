// Opening processes for reading and writing.
#include "core/os/windows/last_error.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/virtual_memory.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

namespace ipclens {
namespace {

constexpr DWORD forReading = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;
constexpr DWORD forWriting = PROCESS_VM_WRITE | PROCESS_VM_OPERATION;

constexpr Right rights[] = {{PROCESS_QUERY_INFORMATION, "PROCESS_QUERY_INFORMATION"},
                            {PROCESS_VM_READ, "PROCESS_VM_READ"},
                            {SYNCHRONIZE, "SYNCHRONIZE"},
                            {PROCESS_VM_WRITE, "PROCESS_VM_WRITE"},
                            {PROCESS_VM_OPERATION, "PROCESS_VM_OPERATION"}};
constexpr std::size_t readRights = 3; // the first of them

// All addresses that a program may have.
AddressRange userAddresses()
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return {0, reinterpret_cast<std::uintptr_t>(info.lpMaximumApplicationAddress) + std::uint64_t{1}};
}

MemoryWindow windowOf(const OpenedWithRights &opened, ProcessKey key, Access access)
{
    MemoryWindow window{.process = opened.handle.get(), .extent = userAddresses(), .name = processText(key.pid)};
    window.writable = opened.has(forWriting);
    if (access == Access::Read)
        window.whyReadOnly = "Open it read-write";
    else if (!window.writable)
        window.whyReadOnly = fmt::format("Windows refused {}: run ipclens as the process's user, or elevated",
                                         fmt::join(opened.refused, ", "));
    return window;
}

// Process memory by handle. Blocks that it allocated stay in the target when it goes: the target may be using them.
class WindowsProcess final : public Process {
public:
    WindowsProcess(OpenedWithRights opened, ProcessKey key, Access access)
        : m_opened(std::move(opened)), m_key(key), m_window(windowOf(m_opened, key, access)), m_memory(m_window)
    {
    }

    std::string name() const override { return fmt::format("process:{}", m_key.pid); }
    AddressRange extent() const override { return m_memory.extent(); }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override
    {
        return m_memory.regions(range, std::move(stop));
    }
    ReadOutcome read(Address address, std::span<std::byte> into) override { return m_memory.read(address, into); }
    Result<void> write(Address address, std::span<const std::byte> bytes) override
    {
        return m_memory.write(address, bytes);
    }

    ProcessKey key() const override { return m_key; }
    std::vector<std::string> granted() const override { return m_opened.granted; }
    std::vector<std::string> refused() const override { return m_opened.refused; }
    bool hasExited() const override { return ipclens::hasExited(m_opened.handle.get()); }
    std::optional<std::int64_t> exitTime() const override
    {
        return hasExited() ? std::optional(ipclens::exitTime(m_opened.handle.get())) : std::nullopt;
    }

    Result<Address> allocate(std::uint64_t size) override;
    Result<void> release(Address address) override;

private:
    OpenedWithRights m_opened;
    ProcessKey m_key;
    MemoryWindow m_window;
    VirtualMemory m_memory;
    std::mutex m_mutex;
    std::map<Address, std::uint64_t> m_blocks; // allocated and not yet released, with their sizes
};

Result<Address> WindowsProcess::allocate(std::uint64_t size)
{
    const std::string object = fmt::format("{} bytes in {}", size, m_window.name);
    if (size == 0)
        return invalidInput("allocate memory", "0", "a block has at least one byte");
    if (!m_window.writable)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "allocate memory",
                             .object = object,
                             .meaning = "the process is not open for writing",
                             .hint = m_window.whyReadOnly});
    if (size > m_window.extent.size)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = "allocate memory",
                             .object = object,
                             .meaning = "the process has fewer addresses than that",
                             .hint = "Ask for less"});
    void *block = VirtualAllocEx(m_opened.handle.get(), nullptr, static_cast<SIZE_T>(size), MEM_COMMIT | MEM_RESERVE,
                                 PAGE_READWRITE);
    const DWORD code = GetLastError();
    if (!block)
        return Failure(hasExited() ? exitedError("allocate memory", object)
                                   : systemError(code, "VirtualAllocEx", object));
    const Address address = reinterpret_cast<std::uintptr_t>(block);
    m_memory.forget({address, size});
    const std::scoped_lock lock(m_mutex);
    m_blocks[address] = size;
    return address;
}

Result<void> WindowsProcess::release(Address address)
{
    const std::string object = fmt::format("{} at 0x{:X}", m_window.name, address);
    const std::scoped_lock lock(m_mutex);
    const auto block = m_blocks.find(address);
    if (block == m_blocks.end())
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = "free memory",
                             .object = object,
                             .meaning = "no block that was allocated here through ipclens begins at this address",
                             .hint = "Only blocks that ipclens allocated itself can be freed, by their first address"});
    const BOOL freed = VirtualFreeEx(m_opened.handle.get(),
                                     reinterpret_cast<void *>(static_cast<std::uintptr_t>(address)), 0, MEM_RELEASE);
    const DWORD code = GetLastError();
    if (!freed)
        return Failure(hasExited() ? exitedError("free memory", object) : systemError(code, "VirtualFreeEx", object));
    m_memory.forget({address, block->second});
    m_blocks.erase(block);
    return {};
}

} // namespace

Result<std::shared_ptr<Process>> WindowsSystem::openProcess(ProcessKey key, Access access)
{
    if (access == Access::Copy)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "open process",
                             .object = processText(key.pid),
                             .meaning = "a process has no copy-on-write view: only sections have",
                             .hint = "Open it read-only or read-write"});
    const std::span<const Right> wanted =
        access == Access::Read ? std::span(rights).first(readRights) : std::span(rights);
    auto opened = openProcessHandle(key, wanted, forReading);
    if (!opened)
        return Failure(std::move(opened.error()));
    if (key.created == 0)
        key.created = creationTime(opened->handle.get());
    if (sizeof(void *) == 4 && architectureOf(opened->handle.get()) != "x86")
        return Failure(Error{
            .kind = ErrorKind::Unsupported,
            .operation = "open process",
            .object = processText(key.pid),
            .meaning = "it is a 64-bit process, and this session is a 32-bit one, which cannot reach its addresses",
            .hint = "Use the 64-bit ipclens"});
    return std::make_shared<WindowsProcess>(std::move(*opened), key, access);
}

} // namespace ipclens
