// A memory source of any size that takes no memory: zeros, and what the test puts there.
#pragma once

#include "core/os/memory_source.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

namespace ipclens {

// One thread at a time. A test fails when memory is read that is not readable by the list of regions.
class SparseSource : public MemorySource {
public:
    static constexpr std::uint64_t page = 4096;

    void addRegion(AddressRange range, RegionType type = RegionType::Private,
                   Protection protection = {.read = true, .write = true})
    {
        m_regions.push_back({.range = range,
                             .state = RegionState::Committed,
                             .protection = protection,
                             .type = type,
                             .allocationBase = range.begin});
    }
    void addReserved(AddressRange range)
    {
        m_regions.push_back({.range = range, .state = RegionState::Reserved, .allocationBase = range.begin});
    }
    // Whole pages in a region that should be readable and are not.
    void setUnreadable(AddressRange range) { m_unreadable[range.begin] = range; }

    void set(Address address, std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) {
            auto &where = m_pages.try_emplace(address / page, page, std::byte{}).first->second;
            where[address % page] = byte;
            ++address;
        }
    }
    void set(Address address, std::string_view text)
    {
        set(address, std::as_bytes(std::span(text.data(), text.size())));
    }
    template <class T>
    void setValue(Address address, T value)
    {
        set(address, std::as_bytes(std::span(&value, 1)));
    }
    Bytes get(AddressRange range)
    {
        Bytes bytes(range.size);
        copy(range.begin, bytes);
        return bytes;
    }

    std::string name() const override { return "sparse"; }
    AddressRange extent() const override { return {0, ~std::uint64_t{0}}; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token) override
    {
        std::vector<Region> found;
        for (const Region &region : m_regions)
            if (intersect(region.range, range).size > 0)
                found.push_back(region);
        return found;
    }
    ReadOutcome read(Address address, std::span<std::byte> into) override
    {
        if (beforeRead)
            beforeRead({address, into.size()});
        const Error why{.kind = exited ? ErrorKind::Exited : ErrorKind::Unreadable, .operation = "read"};
        if (exited)
            return {0, into.size(), why};
        std::uint64_t end = address;
        for (const Region &region : m_regions) {
            if (intersect(region.range, {address, into.size()}).size > 0) {
                EXPECT_TRUE(region.isReadable())
                    << "read at " << std::hex << address << " touches " << region.range.begin;
            }
            if (region.range.contains(end))
                end = std::min(region.range.end(), address + into.size());
        }
        EXPECT_EQ(end, address + into.size()) << "read behind the end of a region";
        for (const auto &[begin, hole] : m_unreadable) {
            if (hole.contains(address))
                return {0, std::min<std::uint64_t>(hole.end() - address, into.size()), why};
            if (hole.begin > address && hole.begin < end)
                end = hole.begin;
        }
        copy(address, into.first(end - address));
        if (end == address + into.size())
            return {into.size(), 0, std::nullopt};
        return {end - address, page, why};
    }
    std::span<const std::byte> direct(AddressRange range) override
    {
        if (!isDirect)
            return {};
        Bytes &bytes = m_direct[{range.begin, range.size}];
        bytes.resize(range.size);
        copy(range.begin, bytes);
        return bytes;
    }
    Result<void> write(Address, std::span<const std::byte>) override
    {
        return Failure(Error{.kind = ErrorKind::Refused, .operation = "write"});
    }

    std::function<void(AddressRange)> beforeRead; // may change the memory
    bool isDirect = false; // gives memory directly; without holes only
    bool exited = false;

private:
    void copy(Address address, std::span<std::byte> into) const
    {
        std::memset(into.data(), 0, into.size());
        const Address end = address + into.size();
        for (auto at = m_pages.lower_bound(address / page); at != m_pages.end() && at->first * page < end; ++at) {
            const AddressRange part = intersect({at->first * page, page}, {address, into.size()});
            std::memcpy(into.data() + (part.begin - address), at->second.data() + part.begin % page, part.size);
        }
    }

    std::vector<Region> m_regions;
    std::map<Address, AddressRange> m_unreadable;
    std::map<std::uint64_t, std::vector<std::byte>> m_pages; // by number
    std::map<std::pair<Address, std::uint64_t>, Bytes>
        m_direct; // what was given of a range; good until it is asked for again
};

} // namespace ipclens
