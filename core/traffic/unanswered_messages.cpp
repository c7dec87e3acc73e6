#include "core/traffic/unanswered_messages.h"

#include <tuple>
#include <unordered_set>

namespace ipclens {

void UnansweredMessages::add(const MessageView &message, std::uint32_t interface, Place place)
{
    m_waiting.emplace(Key{message.inbox, message.sequence},
                      Waiting{.place = place, .time = message.time, .interface = interface});
}

std::optional<UnansweredMessages::Place> UnansweredMessages::take(const LateAnswer &answer, std::uint32_t interface)
{
    const auto [begin, end] = m_waiting.equal_range({answer.inbox, answer.outcome.sequence});
    auto best = end;
    const auto rank = [&](const Waiting &waiting) {
        return std::tuple(answer.messageTime == waiting.time, waiting.interface == interface, waiting.place);
    };
    for (auto waiting = begin; waiting != end; ++waiting)
        if (best == end || rank(waiting->second) > rank(best->second))
            best = waiting;
    if (best == end)
        return {};
    const auto place = best->second.place;
    m_waiting.erase(best);
    return place;
}

void UnansweredMessages::forgetBefore(Place place)
{
    std::erase_if(m_waiting, [&](const auto &entry) { return entry.second.place < place; });
}

LateAnswers findLateAnswers(const std::function<void(const std::function<void(const CaptureItem &)> &)> &readAll)
{
    // Only what is answered is remembered: in a long capture few are, or nearly all.
    std::unordered_set<UnansweredMessages::Key, UnansweredMessages::Hash> answered;
    readAll([&](const CaptureItem &item) {
        if (item.answer)
            answered.insert({item.answer->inbox, item.answer->outcome.sequence});
    });
    LateAnswers late;
    UnansweredMessages unanswered;
    readAll([&, number = std::uint64_t{0}](const CaptureItem &item) mutable {
        if (const auto &message = item.message) {
            if (!message->isAnswered && answered.contains({message->inbox, message->sequence}))
                unanswered.add(*message, item.interface, number);
            ++number;
        } else if (const auto place = unanswered.take(*item.answer, item.interface)) {
            late.answers.insert_or_assign(*place, item.answer->outcome);
        } else {
            ++late.unmatched;
        }
    });
    return late;
}

} // namespace ipclens
