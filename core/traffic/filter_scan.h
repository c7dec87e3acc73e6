// Finding the messages of a store that pass a filter, many at a time.
#pragma once

#include "core/traffic/message_filter.h"
#include "core/traffic/message_store.h"

#include <vector>

namespace ipclens {

namespace filter {
struct Node;
}

// Finds what MessageFilter::matches() finds, and pinned messages. A test of numbers goes through the records side by
// side, one of what messages have in common is made once for all of them, and only the others look at messages one by
// one. For one filter and one store until that is cleared: it remembers what it found out about the store. One thread
// at a time.
class FilterScan {
public:
    using Index = MessageStore::Index;

    explicit FilterScan(MessageFilter filter);
    ~FilterScan();

    // Looks at messages from `begin` on and appends those that pass, ascending, each as the low 32 bits of its index.
    // Stops after a piece of work of at most about a millisecond, or at `end`; returns where.
    Index find(const MessageStore &store, Index begin, Index end, std::vector<std::uint32_t> &found);

private:
    struct Plan;
    struct Block;
    using Rows = std::uint16_t; // within a block

    std::size_t select(const Block &block, std::size_t node, const Rows *from, std::size_t count, Rows *to);
    std::size_t join(const Block &block, const filter::Node &node, const Rows *from, std::size_t count, Rows *to,
                     Rows *scratch);
    std::size_t selectByPlan(const Block &block, Plan &plan, const Rows *from, std::size_t count, Rows *to);
    bool verdict(const MessageStore &store, Plan &plan, std::uint32_t context) const;

    MessageFilter m_filter;
    std::vector<Plan> m_plans; // one a test of the expression; then those of the searched text and of the time
    bool m_looksAtPayloads = false;
    std::vector<Rows> m_all;                  // 0, 1, 2, ...
    std::vector<std::vector<Rows>> m_scratch; // two a level of nesting
    std::size_t m_depth = 0;
};

} // namespace ipclens
