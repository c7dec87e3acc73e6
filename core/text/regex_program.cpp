// From what a regular expression says to the program of an automaton.
#include "core/text/regex_syntax.h"

namespace ipclens {
namespace {

// From the tree to a program, optionally for reading the bytes from right to left.
class ProgramWriter {
public:
    explicit ProgramWriter(bool isReversed) : m_isReversed(isReversed) {}

    Parsed<AutomatonProgram> write(const RegexNode &node)
    {
        add(node);
        m_program.steps.push_back({.kind = AutomatonStep::Kind::Match});
        if (m_program.steps.size() > mostSteps)
            return std::unexpected(TextProblem{.meaning = "it is too large once its repetitions are written out"});
        return std::move(m_program);
    }

private:
    static constexpr std::size_t mostSteps = 20'000;

    std::uint32_t here() const { return static_cast<std::uint32_t>(m_program.steps.size()); }

    // A choice whose two ways are set later; the greedy one prefers the first.
    std::uint32_t addChoice()
    {
        m_program.steps.push_back({.kind = AutomatonStep::Kind::Choice});
        return here() - 1;
    }
    void setChoice(std::uint32_t at, std::uint32_t into, std::uint32_t past, bool isGreedy)
    {
        m_program.steps[at].next = isGreedy ? into : past;
        m_program.steps[at].other = isGreedy ? past : into;
    }

    void add(const RegexNode &node)
    {
        if (m_program.steps.size() > mostSteps)
            return;
        switch (node.kind) {
        case RegexNode::Kind::Nothing:
            break;
        case RegexNode::Kind::Set:
            m_program.sets.push_back(node.set);
            m_program.steps.push_back({.kind = AutomatonStep::Kind::Byte,
                                       .next = here() + 1,
                                       .set = static_cast<std::uint32_t>(m_program.sets.size() - 1)});
            break;
        case RegexNode::Kind::Assertion:
            m_program.steps.push_back(
                {.kind = AutomatonStep::Kind::Assertion, .assertion = node.assertion, .next = here() + 1});
            break;
        case RegexNode::Kind::Sequence:
            for (std::size_t i = 0; i < node.parts.size(); ++i)
                add(node.parts[m_isReversed ? node.parts.size() - 1 - i : i]);
            break;
        case RegexNode::Kind::Alternatives:
            addAlternatives(node);
            break;
        case RegexNode::Kind::Repeat:
            addRepeat(node);
            break;
        }
    }

    void addAlternatives(const RegexNode &node)
    {
        std::vector<std::uint32_t> ends;
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            const bool isLast = i + 1 == node.parts.size();
            const std::uint32_t choice = isLast ? 0 : addChoice();
            add(node.parts[i]);
            if (isLast)
                break;
            ends.push_back(addChoice()); // a jump: both ways are the same
            setChoice(choice, choice + 1, here(), true);
        }
        for (const std::uint32_t end : ends)
            setChoice(end, here(), here(), true);
    }

    void addRepeat(const RegexNode &node)
    {
        const RegexNode &part = node.parts.front();
        for (std::uint32_t i = 0; i < node.least; ++i)
            add(part);
        if (node.most == unlimitedRepeats) {
            const std::uint32_t choice = addChoice();
            add(part);
            const std::uint32_t back = addChoice();
            setChoice(back, choice, choice, true);
            setChoice(choice, choice + 1, here(), node.isGreedy);
            return;
        }
        std::vector<std::uint32_t> choices;
        for (std::uint32_t i = node.least; i < node.most && m_program.steps.size() <= mostSteps; ++i) {
            choices.push_back(addChoice());
            add(part);
        }
        for (const std::uint32_t choice : choices)
            setChoice(choice, choice + 1, here(), node.isGreedy);
    }

    bool m_isReversed;
    AutomatonProgram m_program;
};

} // namespace

Parsed<AutomatonProgram> writeProgram(const RegexNode &node, bool isReversed)
{
    return ProgramWriter(isReversed).write(node);
}

} // namespace ipclens
