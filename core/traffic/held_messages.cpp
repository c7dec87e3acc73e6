#include "core/traffic/held_messages.h"

#include "core/traffic/filter_program.h"

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

bool readsAnswers(const filter::Operand &operand)
{
    using filter::Field;
    if (operand.kind == filter::Operand::Kind::Field)
        return operand.field == Field::Result || operand.field == Field::Duration || operand.field == Field::Answered ||
               operand.field == Field::Failed;
    return std::ranges::any_of(operand.arguments, [](const auto &argument) { return readsAnswers(argument); });
}

// Whether an answer can change what the filter says of a message.
bool readsAnswers(const MessageFilter &filter)
{
    if (!filter.expression())
        return false;
    return std::ranges::any_of(filter.expression()->program().tests, [](const filter::Test &test) {
        return readsAnswers(test.left) || std::ranges::any_of(test.right, [](const auto &item) {
                   return readsAnswers(item.first) || (item.last && readsAnswers(*item.last));
               });
    });
}

} // namespace

std::uint64_t HeldMessages::Held::cost() const
{
    std::uint64_t bytes = sizeof(Held) + message.payload.size() + said.comment.size();
    for (const auto &reference : message.references)
        bytes += sizeof reference + reference.bytes.size();
    return bytes;
}

MessageView HeldMessages::Held::view() const
{
    MessageView view(message, &said);
    view.sinceFirst = sinceFirst;
    view.sincePrevious = sincePrevious;
    return view;
}

HeldMessages::HeldMessages(MessageFilter filter, Sink sink, Clock::duration patience)
    : m_filter(std::move(filter)), m_readsAnswers(readsAnswers(m_filter)), m_sink(std::move(sink)), m_patience(patience)
{
}

void HeldMessages::add(Message message, Annotation said, Clock::time_point now, std::uint32_t interface)
{
    if (!message.outcome)
        m_unanswered.add(message, interface, m_firstHeld + m_held.size());
    MessageView placed(message);
    m_clock.place(placed);
    m_held.push_back({std::move(message), std::move(said), now + m_patience, placed.sinceFirst, placed.sincePrevious});
    m_heldBytes += m_held.back().cost();
    if (m_unanswered.size() > 2 * mostUnanswered) {
        const auto first = m_firstHeld + m_held.size() - mostUnanswered;
        m_unanswered.forgetBefore(first);
        m_shown.erase(m_shown.begin(), m_shown.lower_bound(first));
    }
}

Result<void> HeldMessages::add(LateAnswer answer, std::uint32_t interface)
{
    const auto place = m_unanswered.take(answer, interface);
    if (!place) {
        ++m_unmatched;
        return {};
    }
    if (*place >= m_firstHeld) {
        m_held[*place - m_firstHeld].message.outcome = std::move(answer.outcome);
        return {};
    }
    if (const auto shown = m_shown.extract(*place)) {
        answer.messageTime = shown.mapped();
        answer.time = shown.mapped() + answer.outcome.duration;
        return m_sink.showAnswer(answer);
    }
    auto kept = m_kept.extract(*place);
    if (!kept)
        return {};
    m_keptBytes -= kept.mapped().cost();
    kept.mapped().message.outcome = std::move(answer.outcome);
    const auto message = kept.mapped().view();
    return m_filter.matches(message) ? m_sink.show(message) : Result<void>();
}

Result<void> HeldMessages::pass(Clock::time_point now)
{
    while (!m_held.empty()) {
        const Held &first = m_held.front();
        if (!first.message.outcome && first.message.senderWaits && first.until > now && m_heldBytes <= mostBytes)
            break;
        if (auto passed = passFirst(); !passed)
            return passed;
    }
    return {};
}

Result<void> HeldMessages::passAll()
{
    while (!m_held.empty())
        if (auto passed = passFirst(); !passed)
            return passed;
    return {};
}

Result<void> HeldMessages::passFirst()
{
    Held held = std::move(m_held.front());
    m_held.pop_front();
    m_heldBytes -= held.cost();
    const Place place = m_firstHeld++;
    const auto message = held.view();
    if (m_filter.matches(message)) {
        if (!message.isAnswered)
            m_shown.emplace_hint(m_shown.end(), place, message.time);
        return m_sink.show(message);
    }
    if (m_readsAnswers && !message.isAnswered)
        keep(place, std::move(held));
    return {};
}

void HeldMessages::keep(Place place, Held held)
{
    m_keptBytes += held.cost();
    m_kept.emplace_hint(m_kept.end(), place, std::move(held));
    for (; m_keptBytes > mostBytes && !m_kept.empty(); ++m_letGo) {
        m_keptBytes -= m_kept.begin()->second.cost();
        m_kept.erase(m_kept.begin());
    }
}

std::optional<HeldMessages::Clock::time_point> HeldMessages::due() const
{
    return m_held.empty() ? std::nullopt : std::optional(m_held.front().until);
}

} // namespace ipclens
