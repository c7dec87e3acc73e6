// The machine behind regular expressions: a program of choices and bytes, run as a deterministic automaton that is made
// as it is needed.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace ipclens {

// What is true between two bytes, or at an end.
enum class TextAssertion : std::uint8_t { TextBegin, TextEnd, LineBegin, LineEnd, WordEdge, NoWordEdge };

struct AutomatonStep {
    enum class Kind : std::uint8_t { Byte, Choice, Assertion, Match } kind = Kind::Match;
    TextAssertion assertion{};
    std::uint32_t next = 0;
    std::uint32_t other = 0; // Choice: taken if `next` leads nowhere
    std::uint32_t set = 0;   // Byte
};

struct AutomatonProgram {
    std::vector<AutomatonStep> steps; // begins with the first
    std::vector<std::bitset<256>> sets;
};

// Anchored: matches begin with the first byte stepped over, and of several the preferred one counts. Anywhere: they
// begin with any byte, and all count. A state is an ordered list of steps that wait for a byte, and with assertions the
// kind of byte before it; states are kept until there are too many, then all are forgotten. A match that an assertion
// ends is told one byte later, or by isMatchAtEnd(). One thread at a time.
class LazyAutomaton {
public:
    enum class Kind { Anchored, Anywhere };
    using State = std::uint32_t; // good until the next step()

    LazyAutomaton(AutomatonProgram program, Kind kind);

    State start();
    State step(State state, std::byte byte)
    {
        const std::size_t slot = state * m_classCount + m_classes[std::to_integer<std::size_t>(byte)];
        const State next = m_next[slot];
        return next != unknown ? next : makeStep(state, byte);
    }
    bool isMatch(State state) const { return m_states[state].isMatch; }
    bool isMatchAtEnd(State state); // when no byte follows
    bool isDead(State state) const { return m_states[state].isDead; }

private:
    static constexpr State unknown = ~State{0};

    // What stands on either side of a place.
    enum class Side : std::uint8_t { Nothing, LineFeed, Word, Other };
    struct Place {
        Side before;
        Side after;
    };

    struct Waiting {
        std::vector<std::uint32_t> steps;
        bool isMatch = false;
        Side before = Side::Nothing;
        auto operator<=>(const Waiting &) const = default;
    };
    struct Flags {
        bool isMatch = false;
        bool isDead = false;
        signed char atEnd = -1; // isMatchAtEnd(); -1: not known yet
    };

    void findClasses();
    static Side sideOf(std::byte byte);
    static bool holds(TextAssertion assertion, Place place);
    // Adds what is reached from `step` without a byte. True: the preferred match is reached, nothing after it counts.
    // At a place that is known, assertions are passed or not; else they wait.
    bool reach(std::uint32_t step, Waiting &into, const Place *place = nullptr);
    Waiting passed(const Waiting &waiting, Side after); // with the assertions behind it
    void beginReaching();
    State stateOf(Waiting waiting);
    State makeStep(State state, std::byte byte);

    const AutomatonProgram m_program;
    const Kind m_kind;
    bool m_hasAssertions = false;
    std::array<std::uint8_t, 256> m_classes{}; // bytes that every set treats alike
    std::size_t m_classCount = 1;
    std::map<Waiting, State> m_known;
    State m_start = unknown;
    std::vector<const Waiting *> m_waiting; // by state; keys of m_known
    std::vector<Flags> m_states;
    std::vector<State> m_next; // by state and class
    std::vector<std::uint32_t> m_reached; // by step: in which round
    std::uint32_t m_round = 0;
    std::vector<std::uint32_t> m_stack;
};

} // namespace ipclens
