// How far something long has come, with an estimate and a button that ends it.
#pragma once

#include "ui/client.h"

#include <QElapsedTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace ipclens {

// Hidden while nothing runs, and for the first moments of what soon ends. GUI thread.
class JobLine : public QWidget {
    Q_OBJECT
public:
    explicit JobLine(Client &client, QWidget *parent = nullptr);
    ~JobLine() override; // cancels what still runs: nobody would see what comes of it

    // Sends a command that has a `job`. The callback gets its Result when it ends; a Cancelled error at once when it is
    // cancelled, which sessions do not answer. It is not called once `context` is gone.
    template <class Command, class Callback>
    void run(const QString &what, Command command, QObject *context, Callback callback)
    {
        command.job = begin(what);
        const auto job = command.job;
        const auto shared = std::make_shared<Callback>(std::move(callback));
        m_whenCancelled = [context = QPointer<QObject>(context), shared] {
            if (context)
                (*shared)(Result<typename Command::Reply>(Failure(Error{.kind = ErrorKind::Cancelled,
                                                                        .operation = std::string(Command::name),
                                                                        .meaning = "was cancelled"})));
        };
        m_call = m_client.call(std::move(command), context,
                               [line = QPointer(this), job, shared](Result<typename Command::Reply> reply) {
                                   if (line)
                                       line->end(job);
                                   (*shared)(std::move(reply));
                               });
    }
    bool isRunning() const { return m_job != 0; }
    void cancel();
    // For work that is done in pieces from here, and what show() counts.
    enum class Unit { Bytes, Messages };
    std::uint64_t begin(const QString &what, Unit unit = Unit::Bytes);
    void show(std::uint64_t done, std::uint64_t total, std::uint64_t found = 0);
    void end(std::uint64_t job);

signals:
    void cancelled(); // only of work that is done in pieces
    void runningChanged();

private:
    Client &m_client;
    QLabel *m_text;
    QProgressBar *m_bar;
    QToolButton *m_cancel;
    QTimer m_appear;
    QElapsedTimer m_since;
    QString m_what;
    Unit m_unit = Unit::Bytes;
    std::uint64_t m_job = 0; // 0: nothing runs
    CallId m_call = 0;
    std::function<void()> m_whenCancelled;
};

} // namespace ipclens
