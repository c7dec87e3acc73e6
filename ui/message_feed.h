// Hands on the messages of a capture, one after another.
#pragma once

#include "ui/idle_work.h"
#include "ui/message_model.h"

#include <functional>

namespace ipclens {

// For whoever counts messages: gives each message of a model's store once, also those that its filter hides, in pieces
// of a few milliseconds between events. GUI thread.
class MessageFeed : public QObject {
    Q_OBJECT
public:
    using Index = MessageStore::Index;
    using Take = std::function<void(Index index, const MessageView &message)>;

    // `model` must outlive it.
    MessageFeed(const MessageModel &model, Take take, QObject *parent);

    // Off: does nothing. What comes meanwhile is given when it is on again.
    void setOn(bool on);
    void restart(); // from the oldest message that is kept

    Index next() const { return m_next; }             // was not given yet
    std::uint64_t behind() const;                     // messages still to be given
    std::uint64_t missed() const { return m_missed; } // let go before they were given

signals:
    void restarted(); // forget what was given
    void gave();      // a piece; behind() has changed

private:
    void look();
    bool givePiece();

    const MessageModel &m_model;
    const Take m_take;
    IdleWork m_giving;
    bool m_on = true;
    Index m_next = 0;
    std::uint64_t m_missed = 0;
};

} // namespace ipclens
