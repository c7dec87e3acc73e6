// Long work on the GUI thread, done between events.
#pragma once

#include <QObject>

#include <functional>

namespace ipclens {

// Work in pieces of a few milliseconds. Of all that is under way one piece is done in each turn of the event loop,
// whoever it belongs to, and none in a turn that was long already: however much there is to do, input and painting wait
// for one piece at the most. GUI thread.
class IdleWork : public QObject {
    Q_OBJECT
public:
    static constexpr qint64 pieceMilliseconds = 5;

    // `piece` works for about pieceMilliseconds; true: there is more to do.
    IdleWork(std::function<bool()> piece, QObject *parent);
    ~IdleWork() override;

    void start(); // the first piece is done in the next turn
    void stop();
    bool isActive() const { return m_isActive; }

private:
    class Turns;

    const std::function<bool()> m_piece;
    bool m_isActive = false;
};

} // namespace ipclens
