#include "core/session/scan_store.h"

#include <utility>

namespace ipclens {

StoredBytes::StoredBytes(ScanStore &store, Bytes bytes)
    : m_store(store), m_size(bytes.size()), m_bytes(std::make_shared<const Bytes>(std::move(bytes)))
{
    m_store.count(m_size);
}

StoredBytes::~StoredBytes()
{
    m_store.forget(*this);
}

void ScanStore::count(std::uint64_t size)
{
    m_memory += size;
    m_budget->used += size;
}

void ScanStore::discount(std::uint64_t size)
{
    m_memory -= size;
    m_budget->used -= size;
}

Result<std::shared_ptr<StoredBytes>> ScanStore::keep(Bytes bytes)
{
    auto stored = std::make_shared<StoredBytes>(*this, std::move(bytes));
    if (m_budget->used > m_budget->limit)
        if (auto moved = moveToFile(*stored); !moved)
            return Failure(std::move(moved.error()));
    return stored;
}

Result<std::shared_ptr<const Bytes>> ScanStore::load(const StoredBytes &bytes)
{
    const std::scoped_lock lock(m_mutex);
    if (bytes.m_bytes)
        return bytes.m_bytes;
    Bytes read(bytes.m_size);
    if (auto done = m_file->read(bytes.m_offset, read); !done)
        return Failure(std::move(done.error()));
    return std::make_shared<const Bytes>(std::move(read));
}

Result<void> ScanStore::moveToFile(StoredBytes &bytes)
{
    const std::scoped_lock lock(m_mutex);
    if (!bytes.m_bytes || bytes.m_size == 0)
        return {};
    const auto offset = append(*bytes.m_bytes);
    if (!offset)
        return Failure(offset.error());
    bytes.m_offset = *offset;
    bytes.m_bytes = nullptr;
    discount(bytes.m_size);
    m_disk += bytes.m_size;
    return {};
}

Result<std::uint64_t> ScanStore::append(std::span<const std::byte> bytes)
{
    if (!m_file) {
        auto file = makeTemporaryFile();
        if (!file)
            return Failure(std::move(file.error()));
        m_file = std::move(*file);
    }
    auto room = m_free.begin();
    while (room != m_free.end() && room->second < bytes.size())
        ++room;
    const std::uint64_t offset = room == m_free.end() ? m_end : room->first;
    if (auto written = m_file->write(offset, bytes); !written)
        return Failure(std::move(written.error()));
    if (room == m_free.end()) {
        m_end += bytes.size();
    } else {
        const std::uint64_t rest = room->second - bytes.size();
        m_free.erase(room);
        if (rest > 0)
            m_free.emplace(offset + bytes.size(), rest);
    }
    return offset;
}

void ScanStore::forget(const StoredBytes &bytes)
{
    const std::scoped_lock lock(m_mutex);
    if (bytes.m_bytes) {
        discount(bytes.m_size);
        return;
    }
    m_disk -= bytes.m_size;
    auto [entry, isNew] = m_free.emplace(bytes.m_offset, bytes.m_size);
    if (const auto next = std::next(entry); next != m_free.end() && entry->first + entry->second == next->first) {
        entry->second += next->second;
        m_free.erase(next);
    }
    if (entry != m_free.begin()) {
        if (const auto before = std::prev(entry); before->first + before->second == entry->first) {
            before->second += entry->second;
            m_free.erase(entry);
        }
    }
}

} // namespace ipclens
