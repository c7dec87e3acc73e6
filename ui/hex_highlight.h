// Ranges that stand out in a hex view for a reason of their own: bookmarks, search hits, frozen values.
#pragma once

#include "core/model/memory.h"

#include <QString>

#include <vector>

namespace ipclens {

enum class HighlightRole { Bookmark, SearchHit, CurrentHit, Frozen };

struct Highlight {
    AddressRange range;
    HighlightRole role = HighlightRole::Bookmark;
    QString tip; // shown when the mouse rests on it
};

// Finds those that meet a row without looking at all of them. A plain value.
class HexHighlights {
public:
    HexHighlights() = default;
    explicit HexHighlights(std::vector<Highlight> highlights);

    // Ascending by where they begin.
    const std::vector<Highlight> &all() const { return m_all; }
    bool isEmpty() const { return m_all.empty(); }

    // Calls `found` for each that meets `range`.
    template <class Found>
    void meeting(AddressRange range, Found found) const
    {
        for (std::size_t i = firstThatReaches(range.begin); i < m_all.size() && m_all[i].range.begin < range.end();
             ++i) {
            if (m_all[i].range.end() > range.begin)
                found(m_all[i]);
        }
    }

private:
    std::size_t firstThatReaches(Address address) const;

    std::vector<Highlight> m_all;
    std::vector<Address> m_reach; // the largest end of the first so many
};

} // namespace ipclens
