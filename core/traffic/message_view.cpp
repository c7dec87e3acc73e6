#include "core/traffic/message_view.h"

namespace ipclens {

Message MessageView::toMessage() const
{
    Message message{.sequence = sequence,
                    .time = time,
                    .kind = kind,
                    .senderWindow = senderWindow,
                    .sender = sender,
                    .senderName = std::string(senderName),
                    .senderTitle = std::string(senderTitle),
                    .name = std::string(name),
                    .id = id,
                    .wParam = wParam,
                    .lParam = lParam,
                    .size = size,
                    .nullData = nullData,
                    .payload = toBytes(payload),
                    .inbox = inbox,
                    .receiverWindow = receiverWindow,
                    .receiver = receiver,
                    .receiverName = std::string(receiverName),
                    .depth = depth,
                    .senderWaits = senderWaits,
                    .outcome = std::nullopt,
                    .references = {references.begin(), references.end()}};
    if (isAnswered)
        message.outcome = MessageOutcome{.sequence = sequence,
                                         .result = result,
                                         .duration = duration,
                                         .failure = failure ? std::optional(*failure) : std::nullopt};
    return message;
}

void MessageClock::place(MessageView &message)
{
    if (!m_first)
        m_first = message.time;
    else
        message.sincePrevious = timeBetween(m_previous, message.time);
    message.sinceFirst = timeBetween(*m_first, message.time);
    m_previous = message.time;
}

} // namespace ipclens
