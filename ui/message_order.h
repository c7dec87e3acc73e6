// Messages in the order of a list that is not that of their arrival.
#pragma once

#include "core/traffic/message_store.h"

#include <limits>
#include <span>
#include <vector>

namespace ipclens {

// Which message stands in each row, and in which row each message stands. Messages are the low 32 bits of their index.
class MessageOrder {
public:
    using Index = MessageStore::Index;

    MessageOrder() = default;
    // `rows` are messages from `first` to before `end`.
    MessageOrder(std::vector<std::uint32_t> rows, Index first, Index end)
        : m_rows(std::move(rows)), m_first(first), m_places(static_cast<std::size_t>(end - first), nowhere)
    {
        number(0);
    }

    std::size_t size() const { return m_rows.size(); }
    const std::vector<std::uint32_t> &rows() const { return m_rows; }
    std::uint32_t operator[](std::size_t row) const { return m_rows[row]; }

    // -1: it is not among them.
    int rowOf(Index index) const
    {
        const auto offset = index - m_first;
        const auto place = index >= m_first && offset < m_places.size() ? m_places[offset] : nowhere;
        return place == nowhere ? -1 : static_cast<int>(place);
    }

    // At the end; not older than the first.
    void append(std::span<const std::uint32_t> messages)
    {
        const auto from = m_rows.size();
        m_rows.insert(m_rows.end(), messages.begin(), messages.end());
        number(from);
    }

    void erase(std::size_t first, std::size_t count)
    {
        const auto begin = m_rows.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = begin + static_cast<std::ptrdiff_t>(count);
        for (auto row = begin; row != end; ++row)
            m_places[offsetOf(*row)] = nowhere;
        m_rows.erase(begin, end);
        number(first);
    }

private:
    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t offsetOf(std::uint32_t message) const { return message - static_cast<std::uint32_t>(m_first); }
    void number(std::size_t from)
    {
        for (auto row = from; row < m_rows.size(); ++row) {
            const auto offset = offsetOf(m_rows[row]);
            if (offset >= m_places.size())
                m_places.resize(offset + 1, nowhere);
            m_places[offset] = static_cast<std::uint32_t>(row);
        }
    }

    std::vector<std::uint32_t> m_rows;
    Index m_first = 0;
    std::vector<std::uint32_t> m_places; // of messages from m_first on
};

} // namespace ipclens
