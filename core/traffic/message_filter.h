// Which messages of a capture are shown.
#pragma once

#include "core/traffic/filter_expression.h"
#include "core/traffic/message_search.h"
#include "core/traffic/traffic_buckets.h"

namespace ipclens {

// What is typed into a filter line, and a time range the messages must lie in. The line is a filter expression; one
// that has nothing of that language is a text to be found anywhere in a message. One thread at a time.
class MessageFilter {
public:
    MessageFilter() = default; // matches everything

    // An empty text matches everything.
    static Parsed<MessageFilter> parse(std::string_view text, std::optional<TimeRange> time = std::nullopt);

    bool isEmpty() const { return !m_expression && m_search.isEmpty() && !m_time; }
    bool isExpression() const { return m_expression.has_value(); }
    const std::optional<FilterExpression> &expression() const { return m_expression; }
    const MessageSearch &search() const { return m_search; }
    const std::optional<TimeRange> &time() const { return m_time; }

    bool matches(const MessageView &message) const
    {
        if (m_time && !m_time->contains(message.time))
            return false;
        return m_expression ? m_expression->matches(message) : m_search.matches(message);
    }

private:
    std::optional<FilterExpression> m_expression;
    MessageSearch m_search;
    std::optional<TimeRange> m_time;
};

} // namespace ipclens
