#include "ui/sparse_bytes.h"

#include <algorithm>
#include <cstring>

namespace ipclens {
namespace {

void stampChange(std::unique_ptr<std::array<SparseBytes::Stamp, 4096>> &changed, std::size_t at, SparseBytes::Stamp now)
{
    if (!changed)
        changed = std::make_unique<std::array<SparseBytes::Stamp, 4096>>();
    (*changed)[at] = now;
}

} // namespace

bool SparseBytes::merge(const MemoryImage &image, Stamp now)
{
    bool changed = false;
    Address at = image.address;
    const Address end = image.range().end();
    for (const auto &hole : image.unreadable) {
        changed |= mergeReadable(at, std::span(image.bytes).subspan(at - image.address, hole.begin - at), now);
        changed |= mergeUnreadable(hole, now);
        at = hole.end();
    }
    changed |= mergeReadable(at, std::span(image.bytes).subspan(at - image.address, end - at), now);
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
                stampChange(page.changed, at, now);
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
                stampChange(page.changed, at, now);
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

void SparseBytes::forgetOutside(AddressRange keep)
{
    std::erase_if(m_pages, [&](const auto &entry) {
        const Address begin = entry.first;
        return keep.size == 0 || begin >= keep.end() || begin + (pageBytes - 1) < keep.begin;
    });
    for (const auto &[begin, page] : m_pages) {
        for (std::size_t i = 0; i < pageBytes; ++i) {
            if (!keep.contains(begin + i))
                page->known[i] = false;
        }
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
        for (std::size_t i = 0; i < count; ++i) {
            Cell &cell = into[i];
            cell = {};
            if (found == m_pages.end() || !found->second->known[offset + i])
                continue;
            const Page &page = *found->second;
            cell.state = page.readable[offset + i] ? ByteState::Known : ByteState::Unreadable;
            cell.value = page.bytes[offset + i];
            cell.changed = page.changed ? (*page.changed)[offset + i] : 0;
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
