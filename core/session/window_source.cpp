#include "core/session/window_source.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {

Error WindowSource::outside(std::string operation) const
{
    return Error{.kind = ErrorKind::OutOfRange,
                 .operation = std::move(operation),
                 .object = m_name,
                 .meaning = fmt::format("it ends at 0x{:x}", m_range.size)};
}

Result<std::vector<Region>> WindowSource::regions(AddressRange range, std::stop_token stop)
{
    const AddressRange inside = intersect(range, extent());
    if (inside.size == 0)
        return std::vector<Region>{};
    auto regions = m_whole->regions({m_range.begin + inside.begin, inside.size}, stop);
    if (!regions)
        return regions;
    for (Region &region : *regions) { // the whole's regions may reach beyond the window
        region.range = intersect(region.range, m_range);
        region.range.begin -= m_range.begin;
        region.allocationBase = 0;
    }
    return regions;
}

ReadOutcome WindowSource::read(Address address, std::span<std::byte> into)
{
    if (into.empty())
        return {};
    if (address >= m_range.size)
        return {.unreadable = into.size(), .why = outside("read")};
    const auto inside = std::min<std::uint64_t>(into.size(), m_range.size - address);
    auto outcome = m_whole->read(m_range.begin + address, into.first(inside));
    if (outcome.count == inside && inside < into.size())
        return {.count = inside, .unreadable = into.size() - inside, .why = outside("read")};
    return outcome;
}

Result<void> WindowSource::write(Address address, std::span<const std::byte> bytes)
{
    if (address > m_range.size || bytes.size() > m_range.size - address)
        return Failure(outside("write"));
    return m_whole->write(m_range.begin + address, bytes);
}

} // namespace ipclens
