#include "ui/sparse_bytes.h"

#include <algorithm>
#include <cstring>

namespace ipclens {

void SparseBytes::clear()
{
    m_pages.clear();
    m_changes.clear();
}

void SparseBytes::noteChange(Address page, std::size_t offset, Stamp now)
{
    auto found = m_changes.find(page);
    if (found == m_changes.end()) {
        if (m_changes.size() >= mostChangedPages)
            m_changes.erase(
                std::ranges::min_element(m_changes, {}, [](const auto &entry) { return entry.second->last; }));
        found = m_changes.emplace(page, std::make_unique<Changes>()).first;
    }
    Changes &changes = *found->second;
    changes.last = changes.when[offset] = now;
    if (changes.counts[offset] != mostChanges)
        ++changes.counts[offset];
}

bool SparseBytes::merge(const MemoryImage &image, AddressRange part, Stamp now)
{
    const AddressRange inside = intersect(part, image.range());
    const auto readable = [&](Address begin, Address end) {
        return mergeReadable(begin, std::span(image.bytes).subspan(begin - image.address, end - begin), now);
    };
    bool changed = false;
    Address at = inside.begin;
    for (const auto &each : image.unreadable) {
        const AddressRange hole = intersect(each, inside);
        if (hole.size == 0)
            continue;
        changed |= readable(at, hole.begin);
        changed |= mergeUnreadable(hole, now);
        at = hole.end();
    }
    changed |= readable(at, inside.end());
    return changed;
}

bool SparseBytes::mergeReadable(Address begin, std::span<const std::byte> bytes, Stamp now)
{
    bool changed = false;
    while (!bytes.empty()) {
        const std::size_t offset = begin % pageBytes;
        const std::size_t count = std::min(bytes.size(), pageBytes - offset);
        auto &slot = m_pages[begin - offset];
        const bool isNew = !slot;
        if (isNew)
            slot = std::make_unique<Page>();
        Page &page = *slot;
        if (now == 0 && count == pageBytes) { // nothing to compare: large payloads come this way
            page.known.set();
            page.readable.set();
            std::memcpy(page.bytes.data(), bytes.data(), count);
            begin += count;
            bytes = bytes.subspan(count);
            continue;
        }
        const bool isSame = !isNew && std::memcmp(page.bytes.data() + offset, bytes.data(), count) == 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = offset + i;
            if (now != 0 && page.known[at] && (!page.readable[at] || (!isSame && page.bytes[at] != bytes[i]))) {
                noteChange(begin - offset, at, now);
                changed = true;
            }
            page.known[at] = true;
            page.readable[at] = true;
        }
        std::memcpy(page.bytes.data() + offset, bytes.data(), count);
        begin += count;
        bytes = bytes.subspan(count);
    }
    return changed;
}

bool SparseBytes::mergeUnreadable(AddressRange range, Stamp now)
{
    bool changed = false;
    while (range.size != 0) {
        const std::size_t offset = range.begin % pageBytes;
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(range.size, pageBytes - offset));
        auto &slot = m_pages[range.begin - offset];
        if (!slot)
            slot = std::make_unique<Page>();
        Page &page = *slot;
        for (std::size_t at = offset; at < offset + count; ++at) {
            if (now != 0 && page.known[at] && page.readable[at]) {
                noteChange(range.begin - offset, at, now);
                changed = true;
            }
            page.known[at] = true;
            page.readable[at] = false;
            page.bytes[at] = std::byte{0};
        }
        range = {range.begin + count, range.size - count};
    }
    return changed;
}

void SparseBytes::forgetOutside(std::span<const AddressRange> keep)
{
    for (auto at = m_pages.begin(); at != m_pages.end();) {
        const Address begin = at->first;
        const Address last = begin + (pageBytes - 1);
        // The first that ends behind the page's begin.
        auto range = std::ranges::partition_point(
            keep, [&](const AddressRange &each) { return each.size == 0 || each.end() - 1 < begin; });
        if (range == keep.end() || range->begin > last) {
            at = m_pages.erase(at);
            continue;
        }
        const bool isWhole = range->begin <= begin && range->end() - 1 >= last;
        for (std::size_t i = 0; !isWhole && i < pageBytes; ++i) {
            while (range != keep.end() && range->end() <= begin + i)
                ++range;
            if (range == keep.end() || begin + i < range->begin)
                at->second->known[i] = false;
        }
        ++at;
    }
}

SparseBytes::Cell SparseBytes::at(Address address) const
{
    Cell cell;
    read(address, std::span(&cell, 1));
    return cell;
}

void SparseBytes::read(Address address, std::span<Cell> into) const
{
    while (!into.empty()) {
        const std::size_t offset = address % pageBytes;
        const std::size_t count = std::min(into.size(), pageBytes - offset);
        const auto found = m_pages.find(address - offset);
        const auto changes = m_changes.empty() ? m_changes.end() : m_changes.find(address - offset);
        for (std::size_t i = 0; i < count; ++i) {
            Cell &cell = into[i];
            cell = {};
            if (changes != m_changes.end()) {
                cell.changed = changes->second->when[offset + i];
                cell.changes = changes->second->counts[offset + i];
            }
            if (found == m_pages.end() || !found->second->known[offset + i])
                continue;
            const Page &page = *found->second;
            cell.state = page.readable[offset + i] ? ByteState::Known : ByteState::Unreadable;
            cell.value = page.bytes[offset + i];
        }
        address += count;
        into = into.subspan(count);
    }
}

std::uint64_t SparseBytes::knownPrefix(AddressRange range) const
{
    std::uint64_t count = 0;
    while (count < range.size) {
        const Address address = range.begin + count;
        const std::size_t offset = address % pageBytes;
        const auto found = m_pages.find(address - offset);
        if (found == m_pages.end())
            return count;
        const Page &page = *found->second;
        std::size_t at = offset;
        while (at < pageBytes && count < range.size && page.known[at]) {
            ++at;
            ++count;
        }
        if (at < pageBytes && count < range.size)
            return count;
    }
    return count;
}

MemoryImage SparseBytes::image(AddressRange range) const
{
    MemoryImage image{.address = range.begin};
    image.bytes.resize(range.size);
    std::array<Cell, 256> cells;
    for (std::uint64_t done = 0; done < range.size;) {
        const auto count = std::min<std::uint64_t>(cells.size(), range.size - done);
        read(range.begin + done, std::span(cells).first(count));
        for (std::uint64_t i = 0; i < count; ++i) {
            const Address at = range.begin + done + i;
            image.bytes[done + i] = cells[i].value;
            if (cells[i].state == ByteState::Known)
                continue;
            if (!image.unreadable.empty() && image.unreadable.back().end() == at)
                ++image.unreadable.back().size;
            else
                image.unreadable.push_back({at, 1});
        }
        done += count;
    }
    return image;
}

} // namespace ipclens
