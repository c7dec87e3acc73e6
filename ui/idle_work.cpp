#include "ui/idle_work.h"

#include <QList>
#include <QPointer>

#include <utility>

namespace ipclens {

// Whose turn it is. A turn is a posted event: what is posted in one turn of the event loop is delivered in the next.
class IdleWork::Turns : public QObject {
public:
    static Turns &instance()
    {
        static Turns turns;
        return turns;
    }
    void add(IdleWork *work)
    {
        m_waiting.append(work);
        post();
    }
    void remove(IdleWork *work) { m_waiting.removeOne(work); }

private:
    void post()
    {
        if (!std::exchange(m_isPosted, true))
            QMetaObject::invokeMethod(
                this, [this] { next(); }, Qt::QueuedConnection);
    }
    void next()
    {
        m_isPosted = false;
        if (m_waiting.isEmpty())
            return;
        const QPointer<IdleWork> work = m_waiting.takeFirst();
        work->m_isActive = false; // what it does may start it anew, or destroy it
        if (work->m_piece() && work)
            work->start();
        if (!m_waiting.isEmpty())
            post();
    }

    QList<IdleWork *> m_waiting;
    bool m_isPosted = false;
};

IdleWork::IdleWork(std::function<bool()> piece, QObject *parent) : QObject(parent), m_piece(std::move(piece))
{
}

IdleWork::~IdleWork()
{
    stop();
}

void IdleWork::start()
{
    if (std::exchange(m_isActive, true))
        return;
    Turns::instance().add(this);
}

void IdleWork::stop()
{
    if (std::exchange(m_isActive, false))
        Turns::instance().remove(this);
}

} // namespace ipclens
