// A stretch of another source as a source of its own.
#pragma once

#include "core/os/system.h"

namespace ipclens {

// Address 0 is the byte at `range.begin` of the other source. For the shared section of a module, seen through a process.
class WindowSource : public MemorySource {
public:
    WindowSource(std::shared_ptr<MemorySource> whole, AddressRange range, std::string name)
        : m_whole(std::move(whole)), m_range(range), m_name(std::move(name))
    {
    }

    std::string name() const override { return m_name; }
    AddressRange extent() const override { return {0, m_range.size}; }
    std::uint32_t pageSize() const override { return m_whole->pageSize(); }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override;
    ReadOutcome read(Address address, std::span<std::byte> into) override;
    Result<void> write(Address address, std::span<const std::byte> bytes) override;

private:
    Error outside(std::string operation) const;

    const std::shared_ptr<MemorySource> m_whole;
    const AddressRange m_range; // in m_whole
    const std::string m_name;
};

} // namespace ipclens
