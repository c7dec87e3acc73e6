// Where one was in a source, to go back there and forth again.
#pragma once

#include "core/model/memory.h"

#include <deque>

namespace ipclens {

class VisitedPlaces {
public:
    // Called before a jump away from `here`. What lay ahead is forgotten.
    void leave(Address here)
    {
        m_ahead.clear();
        if (m_behind.empty() || m_behind.back() != here)
            m_behind.push_back(here);
        if (m_behind.size() > limit)
            m_behind.pop_front();
    }
    bool canGoBack() const { return !m_behind.empty(); }
    bool canGoForward() const { return !m_ahead.empty(); }
    // Both are only called when they can be; the answer is where to go.
    Address back(Address here) { return move(m_behind, m_ahead, here); }
    Address forward(Address here) { return move(m_ahead, m_behind, here); }

private:
    static constexpr std::size_t limit = 200;

    static Address move(std::deque<Address> &from, std::deque<Address> &to, Address here)
    {
        const Address there = from.back();
        from.pop_back();
        to.push_back(here);
        return there;
    }

    std::deque<Address> m_behind; // the last one is the nearest
    std::deque<Address> m_ahead;
};

} // namespace ipclens
