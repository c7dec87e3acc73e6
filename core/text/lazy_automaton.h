// The machine behind ByteRegex: a program of choices and bytes, run as a deterministic automaton that is made as it is
// needed.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace ipclens {

struct AutomatonStep {
    enum class Kind : std::uint8_t { Byte, Choice, Match } kind = Kind::Match;
    std::uint32_t next = 0;
    std::uint32_t other = 0; // Choice: taken if `next` leads nowhere
    std::uint32_t set = 0;   // Byte
};

struct AutomatonProgram {
    std::vector<AutomatonStep> steps; // begins with the first
    std::vector<std::bitset<256>> sets;
};

// Anchored: matches begin with the first byte stepped over, and of several the preferred one counts. Anywhere: they
// begin with any byte, and all count. A state is an ordered list of steps that wait for a byte; states are kept until
// there are too many, then all are forgotten. One thread at a time.
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
    bool isDead(State state) const { return m_states[state].isDead; }

private:
    static constexpr State unknown = ~State{0};

    struct Waiting {
        std::vector<std::uint32_t> steps;
        bool isMatch = false;
        auto operator<=>(const Waiting &) const = default;
    };
    struct Flags {
        bool isMatch = false;
        bool isDead = false;
    };

    void findClasses();
    // Adds what is reached from `step` without a byte. True: the preferred match is reached, nothing after it counts.
    bool reach(std::uint32_t step, Waiting &into);
    void beginReaching();
    State stateOf(Waiting waiting);
    State makeStep(State state, std::byte byte);

    const AutomatonProgram m_program;
    const Kind m_kind;
    std::array<std::uint8_t, 256> m_classes{}; // bytes that every set treats alike
    std::size_t m_classCount = 1;
    std::map<Waiting, State> m_known;
    std::vector<const Waiting *> m_waiting; // by state; keys of m_known
    std::vector<Flags> m_states;
    std::vector<State> m_next; // by state and class
    std::vector<std::uint32_t> m_reached; // by step: in which round
    std::uint32_t m_round = 0;
    std::vector<std::uint32_t> m_stack;
};

} // namespace ipclens
