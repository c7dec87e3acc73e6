// The messages of a capture, kept in order of arrival.
#pragma once

#include "core/model/message.h"

#include <deque>
#include <memory>
#include <vector>

namespace ipclens {

// Append-only, except that the oldest messages can be let go to stay within a limit; what was let go is counted. A
// message keeps its index for as long as the store is not cleared, and its place in memory for as long as it is kept.
// One thread.
class MessageStore {
public:
    using Index = std::uint64_t;

    void append(std::vector<Message> messages);

    // Indices of the kept messages: begin() <= index < end().
    Index begin() const { return m_begin; }
    Index end() const { return m_end; }
    std::uint64_t size() const { return m_end - m_begin; }
    bool isEmpty() const { return m_end == m_begin; }
    const Message &at(Index index) const;

    std::uint64_t bytes() const { return m_bytes; } // memory held: payloads, texts and records

    // Bytes it should hold at most; 0: no limit. Takes effect when the owner acts on excess().
    void setLimit(std::uint64_t bytes) { m_limit = bytes; }
    std::uint64_t limit() const { return m_limit; }
    // How many of the oldest messages have to go to get within the limit. The newest message always stays.
    std::uint64_t excess() const;
    // Lets the `count` oldest messages go; at most size().
    void letGo(std::uint64_t count);
    std::uint64_t letGoCount() const { return m_letGoCount; }
    std::uint64_t letGoBytes() const { return m_letGoBytes; } // of their payloads

    void clear(); // also the counts of what was let go; indices start at 0 again

    static std::uint64_t cost(const Message &message); // bytes that this message adds to bytes()

private:
    static constexpr std::uint64_t chunkSize = 2048;
    using Chunk = std::vector<Message>; // its capacity is chunkSize and never grows, so that messages stay in place

    Message &slot(Index index);

    std::deque<Chunk> m_chunks;
    Index m_chunksBegin = 0; // index of the first slot of the first chunk; a multiple of chunkSize
    Index m_begin = 0;
    Index m_end = 0;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_limit = 0;
    std::uint64_t m_letGoCount = 0;
    std::uint64_t m_letGoBytes = 0;
};

} // namespace ipclens
