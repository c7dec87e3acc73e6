#include "core/traffic/message_store.h"

#include <algorithm>
#include <cassert>

namespace ipclens {
namespace {

// Short strings live inside the string object.
std::uint64_t heapBytes(const std::string &text)
{
    return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

} // namespace

std::uint64_t MessageStore::cost(const Message &message)
{
    return sizeof(Message) + message.payload.capacity() + heapBytes(message.senderName) + heapBytes(message.name);
}

void MessageStore::append(std::vector<Message> messages)
{
    for (auto &message : messages) {
        if (m_chunks.empty() || m_chunks.back().size() == chunkSize)
            m_chunks.emplace_back().reserve(chunkSize);
        m_chunks.back().push_back(std::move(message));
        m_bytes += cost(m_chunks.back().back());
        ++m_end;
    }
}

Message &MessageStore::slot(Index index)
{
    const auto offset = index - m_chunksBegin;
    return m_chunks[offset / chunkSize][offset % chunkSize];
}

const Message &MessageStore::at(Index index) const
{
    assert(index >= m_begin && index < m_end);
    const auto offset = index - m_chunksBegin;
    return m_chunks[offset / chunkSize][offset % chunkSize];
}

std::uint64_t MessageStore::excess() const
{
    if (m_limit == 0)
        return 0;
    auto held = m_bytes;
    auto index = m_begin;
    while (held > m_limit && index + 1 < m_end)
        held -= cost(at(index++));
    return index - m_begin;
}

void MessageStore::letGo(std::uint64_t count)
{
    count = std::min(count, size());
    for (; count > 0; --count) {
        Message &message = slot(m_begin);
        m_bytes -= cost(message);
        m_letGoBytes += message.payload.size();
        ++m_letGoCount;
        message = Message{}; // frees the payload now; the record goes with its chunk
        if (++m_begin - m_chunksBegin == chunkSize) {
            m_chunks.pop_front();
            m_chunksBegin = m_begin;
        }
    }
}

void MessageStore::clear()
{
    m_chunks.clear();
    m_chunksBegin = m_begin = m_end = 0;
    m_bytes = m_letGoCount = m_letGoBytes = 0;
}

} // namespace ipclens
