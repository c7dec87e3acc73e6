// Messages of a running capture on their way to where they are shown.
#pragma once

#include "core/traffic/message_filter.h"
#include "core/traffic/unanswered_messages.h"

#include <chrono>
#include <deque>
#include <functional>
#include <map>

namespace ipclens {

// Shows what passes a filter, in the order it came. A message that waits for its answer is held back, with all behind
// it, for as long as `patience` at most; an answer that comes later is shown on its own. Where the filter asks about
// answers, messages that do not pass without one are kept until theirs comes, and shown then. All of that is bounded.
// One thread.
class HeldMessages {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds patience{1};
    static constexpr std::uint64_t mostBytes = std::uint64_t{64} << 20; // held back, and kept
    static constexpr std::uint64_t mostUnanswered = 1'000'000;          // that an answer is still known for

    // Both end the showing with an error.
    struct Sink {
        std::function<Result<void>(const MessageView &)> show;
        std::function<Result<void>(const LateAnswer &)> showAnswer; // of a message that was shown without it
    };

    HeldMessages(MessageFilter filter, Sink sink, Clock::duration patience = HeldMessages::patience);

    // `interface`: see CaptureItem.
    void add(Message message, Annotation said, Clock::time_point now, std::uint32_t interface = 0);
    Result<void> add(LateAnswer answer, std::uint32_t interface = 0);
    // Shows what was answered, and what has waited long enough.
    Result<void> pass(Clock::time_point now);
    // Shows all that passes the filter as it is.
    Result<void> passAll();
    // When pass() is due; none: not before something comes.
    std::optional<Clock::time_point> due() const;

    std::uint64_t unmatched() const { return m_unmatched; } // answers whose messages are not known
    std::uint64_t letGo() const
    {
        return m_letGo;
    } // messages that an answer might have made pass, of which too many were kept

private:
    struct Held {
        Message message;
        Annotation said;
        Clock::time_point until;
        std::optional<std::int64_t> sinceFirst; // as in MessageView
        std::optional<std::int64_t> sincePrevious;
        std::uint64_t cost() const;
        MessageView view() const;
    };
    using Place = UnansweredMessages::Place; // 0, 1, 2, ... as they came

    Result<void> passFirst();
    void keep(Place place, Held held);

    const MessageFilter m_filter;
    const bool m_readsAnswers;
    const Sink m_sink;
    const Clock::duration m_patience;
    MessageClock m_clock;
    std::deque<Held> m_held;
    Place m_firstHeld = 0;
    std::uint64_t m_heldBytes = 0;
    UnansweredMessages m_unanswered;
    std::map<Place, std::int64_t> m_shown; // of those unanswered, with their times
    std::map<Place, Held> m_kept;          // of those unanswered
    std::uint64_t m_keptBytes = 0;
    std::uint64_t m_unmatched = 0;
    std::uint64_t m_letGo = 0;
};

} // namespace ipclens
