#include "ui/message_feed.h"

#include <QElapsedTimer>

namespace ipclens {

MessageFeed::MessageFeed(const MessageModel &model, Take take, QObject *parent)
    : QObject(parent), m_model(model), m_take(std::move(take)), m_giving([this] { return givePiece(); }, this),
      m_next(model.store().begin())
{
    m_missed = model.store().letGoCount();
    connect(&model, &MessageModel::progressed, this, &MessageFeed::look);
}

std::uint64_t MessageFeed::behind() const
{
    const auto end = m_model.store().end();
    return end > m_next ? end - m_next : 0;
}

void MessageFeed::setOn(bool on)
{
    m_on = on;
    if (on)
        look();
    else
        m_giving.stop();
}

void MessageFeed::restart()
{
    m_next = m_model.store().begin();
    m_missed = m_model.store().letGoCount();
    emit restarted();
    look();
}

void MessageFeed::look()
{
    const auto &store = m_model.store();
    if (store.end() < m_next) { // cleared
        m_next = store.begin();
        m_missed = 0;
        emit restarted();
        emit gave();
    }
    if (m_on && behind() > 0)
        m_giving.start();
}

bool MessageFeed::givePiece()
{
    const auto &store = m_model.store();
    if (store.begin() > m_next) {
        m_missed += store.begin() - m_next;
        m_next = store.begin();
    }
    QElapsedTimer timer;
    timer.start();
    for (int i = 1; m_next < store.end(); ++i) {
        const auto index = m_next++;
        m_take(index, store.at(index));
        if (i % 32 == 0 && timer.elapsed() >= IdleWork::pieceMilliseconds)
            break;
    }
    emit gave();
    return m_next < store.end();
}

} // namespace ipclens
