#include "ui/idle_work.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QList>
#include <QPointer>

#include <utility>

namespace ipclens {

// Whose turn it is. A turn is a posted event: what is posted in one turn of the event loop is delivered in the next,
// this one after all others, so that it knows how long they took.
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
        if (std::exchange(m_isPosted, true))
            return;
        m_sincePosted.start();
        constexpr int afterPainting = Qt::LowEventPriority - 1;
        QCoreApplication::postEvent(this, new QEvent(QEvent::User), afterPainting);
    }
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        next();
        return true;
    }
    void next()
    {
        m_isPosted = false;
        if (m_waiting.isEmpty())
            return;
        // What was painted counts as a piece: the next one is for the next turn, but no later.
        if (m_sincePosted.elapsed() >= paintMilliseconds && !std::exchange(m_hasWaited, true)) {
            post();
            return;
        }
        m_hasWaited = false;
        const QPointer<IdleWork> work = m_waiting.takeFirst();
        work->m_isActive = false; // what it does may start it anew, or destroy it
        if (work->m_piece() && work)
            work->start();
        if (!m_waiting.isEmpty())
            post();
    }

    static constexpr qint64 paintMilliseconds = 3;

    QList<IdleWork *> m_waiting;
    QElapsedTimer m_sincePosted;
    bool m_isPosted = false;
    bool m_hasWaited = false;
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
