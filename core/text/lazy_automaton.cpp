#include "core/text/lazy_automaton.h"

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t mostTransitions = std::size_t{1} << 20; // 4 MiB
constexpr std::size_t mostWaiting = std::size_t{1} << 24;     // steps in all states, at worst

} // namespace

LazyAutomaton::LazyAutomaton(AutomatonProgram program, Kind kind)
    : m_program(std::move(program)), m_kind(kind), m_reached(m_program.steps.size(), 0)
{
    m_hasAssertions = std::ranges::any_of(
        m_program.steps, [](const AutomatonStep &step) { return step.kind == AutomatonStep::Kind::Assertion; });
    findClasses();
}

LazyAutomaton::Side LazyAutomaton::sideOf(std::byte byte)
{
    const auto c = std::to_integer<unsigned>(byte);
    if (c == '\n')
        return Side::LineFeed;
    const bool isWord = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    return isWord ? Side::Word : Side::Other;
}

bool LazyAutomaton::holds(TextAssertion assertion, Place place)
{
    const bool isWordEdge = (place.before == Side::Word) != (place.after == Side::Word);
    switch (assertion) {
    case TextAssertion::TextBegin:
        return place.before == Side::Nothing;
    case TextAssertion::TextEnd:
        return place.after == Side::Nothing;
    case TextAssertion::LineBegin:
        return place.before == Side::Nothing || place.before == Side::LineFeed;
    case TextAssertion::LineEnd:
        return place.after == Side::Nothing || place.after == Side::LineFeed;
    case TextAssertion::WordEdge:
        return isWordEdge;
    case TextAssertion::NoWordEdge:
        return !isWordEdge;
    }
    return false;
}

void LazyAutomaton::findClasses()
{
    auto sets = m_program.sets;
    if (m_hasAssertions) {
        for (const Side side : {Side::LineFeed, Side::Word}) {
            auto &set = sets.emplace_back();
            for (std::size_t byte = 0; byte < 256; ++byte)
                set[byte] = sideOf(static_cast<std::byte>(byte)) == side;
        }
    }
    std::map<std::pair<std::uint8_t, bool>, std::uint8_t> split;
    for (const auto &set : sets) {
        split.clear();
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const auto next = static_cast<std::uint8_t>(split.size());
            m_classes[byte] = split.try_emplace({m_classes[byte], set[byte]}, next).first->second;
        }
        m_classCount = split.size();
    }
}

void LazyAutomaton::beginReaching()
{
    if (++m_round == 0) { // after 2^32 rounds the numbers begin again
        m_reached.assign(m_reached.size(), 0);
        m_round = 1;
    }
}

bool LazyAutomaton::reach(std::uint32_t step, Waiting &into, const Place *place)
{
    m_stack.assign(1, step);
    while (!m_stack.empty()) {
        const std::uint32_t at = m_stack.back();
        m_stack.pop_back();
        if (std::exchange(m_reached[at], m_round) == m_round)
            continue;
        const AutomatonStep &reached = m_program.steps[at];
        switch (reached.kind) {
        case AutomatonStep::Kind::Byte:
            into.steps.push_back(at);
            break;
        case AutomatonStep::Kind::Choice:
            m_stack.push_back(reached.other);
            m_stack.push_back(reached.next); // on top: preferred
            break;
        case AutomatonStep::Kind::Assertion:
            if (!place)
                into.steps.push_back(at);
            else if (holds(reached.assertion, *place))
                m_stack.push_back(reached.next);
            break;
        case AutomatonStep::Kind::Match:
            into.isMatch = true;
            if (m_kind == Kind::Anchored)
                return true;
            break;
        }
    }
    return false;
}

LazyAutomaton::State LazyAutomaton::stateOf(Waiting waiting)
{
    const auto [entry, isNew] = m_known.try_emplace(std::move(waiting), static_cast<State>(m_states.size()));
    if (isNew) {
        m_waiting.push_back(&entry->first);
        m_states.push_back({entry->first.isMatch, entry->first.steps.empty()});
        m_next.resize(m_next.size() + m_classCount, unknown);
    }
    return entry->second;
}

LazyAutomaton::State LazyAutomaton::start()
{
    if (m_start != unknown)
        return m_start;
    beginReaching();
    Waiting waiting;
    reach(0, waiting);
    return m_start = stateOf(std::move(waiting));
}

LazyAutomaton::Waiting LazyAutomaton::passed(const Waiting &waiting, Side after)
{
    const Place place{waiting.before, after};
    beginReaching();
    Waiting all;
    for (const std::uint32_t at : waiting.steps)
        if (reach(at, all, &place))
            break;
    return all;
}

bool LazyAutomaton::isMatchAtEnd(State state)
{
    auto &known = m_states[state].atEnd;
    if (known < 0)
        known = m_states[state].isMatch || (m_hasAssertions && passed(*m_waiting[state], Side::Nothing).isMatch);
    return known != 0;
}

LazyAutomaton::State LazyAutomaton::makeStep(State state, std::byte byte)
{
    const auto value = std::to_integer<std::size_t>(byte);
    Waiting resolved;
    if (m_hasAssertions)
        resolved = passed(*m_waiting[state], sideOf(byte));
    const Waiting &waiting = m_hasAssertions ? resolved : *m_waiting[state];
    beginReaching();
    Waiting next;
    next.isMatch = m_hasAssertions && resolved.isMatch;
    if (m_hasAssertions)
        next.before = sideOf(byte);
    bool isDecided = false;
    for (const std::uint32_t at : waiting.steps) {
        const AutomatonStep &step = m_program.steps[at];
        if (m_program.sets[step.set][value] && reach(step.next, next)) {
            isDecided = true;
            break;
        }
    }
    if (m_kind == Kind::Anywhere && !isDecided)
        reach(0, next);
    if (m_next.size() > mostTransitions || m_states.size() * m_program.steps.size() > mostWaiting) {
        m_known.clear();
        m_waiting.clear();
        m_states.clear();
        m_next.clear();
        m_start = unknown;
        return stateOf(std::move(next));
    }
    const State made = stateOf(std::move(next));
    m_next[state * m_classCount + m_classes[value]] = made;
    return made;
}

} // namespace ipclens
