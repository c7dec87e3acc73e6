// Another process's memory on Linux.
#pragma once

#include "core/os/system.h"

namespace ipclens {

// Reads and writes with process_vm_readv and process_vm_writev, which never touch what the target itself could not. A pidfd
// tells whether the process still is the one that was opened: its number alone may be given to another one.
class LinuxProcess : public Process {
public:
    // `key.created` must be known.
    static Result<std::shared_ptr<Process>> open(ProcessKey key, Access access);
    ~LinuxProcess() override;
    LinuxProcess(const LinuxProcess &) = delete;
    LinuxProcess &operator=(const LinuxProcess &) = delete;

    std::string name() const override;
    AddressRange extent() const override;
    std::uint32_t pageSize() const override { return m_pageSize; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override;
    ReadOutcome read(Address address, std::span<std::byte> into) override;
    Result<void> write(Address address, std::span<const std::byte> bytes) override;

    ProcessKey key() const override { return m_key; }
    std::vector<std::string> granted() const override;
    std::vector<std::string> refused() const override { return {}; }
    bool hasExited() const override;
    Result<Address> allocate(std::uint64_t size) override;
    Result<void> release(Address address) override;

private:
    LinuxProcess(int pidfd, ProcessKey key, Access access);
    Result<void> checkReadable();
    Result<std::vector<Region>> allRegions() const;
    bool canRead(Address address) const;
    std::uint64_t unreadableFrom(Address address, std::uint64_t atMost) const;
    Error exited(std::string operation) const;
    std::string object() const;

    const int m_pidfd;
    const ProcessKey m_key;
    const Access m_access;
    const std::uint32_t m_pageSize;
};

} // namespace ipclens
