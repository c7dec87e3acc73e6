#include "ui/hex_highlight.h"

#include <algorithm>

namespace ipclens {

HexHighlights::HexHighlights(std::vector<Highlight> highlights) : m_all(std::move(highlights))
{
    std::ranges::stable_sort(m_all, {}, [](const Highlight &each) { return each.range.begin; });
    m_reach.reserve(m_all.size());
    for (const Highlight &each : m_all)
        m_reach.push_back(m_reach.empty() ? each.range.end() : std::max(m_reach.back(), each.range.end()));
}

std::size_t HexHighlights::firstThatReaches(Address address) const
{
    return static_cast<std::size_t>(std::ranges::upper_bound(m_reach, address) - m_reach.begin());
}

} // namespace ipclens
