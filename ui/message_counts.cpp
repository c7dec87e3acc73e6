#include "ui/message_counts.h"

namespace ipclens {

MessageCounts::MessageCounts(Client &client, QObject *parent) : QObject(parent)
{
    connect(&client, &Client::messagesArrived, this, &MessageCounts::count);
}

void MessageCounts::count(const MessageBatch &batch)
{
    for (const auto &message : batch.messages) {
        if (message.sender.pid == 0 || message.receiverWindow == 0) {
            ++m_unknown;
            continue;
        }
        auto &one = m_traffic[{message.sender.pid, message.sender.created, message.receiverWindow}];
        if (one.messages++ > 0)
            continue;
        one.sender = message.sender;
        one.senderName = message.senderName;
        one.window = message.receiverWindow;
        one.receiver = message.receiver;
        one.receiverName = message.receiverName;
    }
    if (!batch.messages.empty())
        emit changed();
}

std::vector<WindowTraffic> MessageCounts::traffic() const
{
    std::vector<WindowTraffic> list;
    for (const auto &[key, one] : m_traffic)
        list.push_back(one);
    return list;
}

} // namespace ipclens
