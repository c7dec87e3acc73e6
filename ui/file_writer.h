// Writing a file without keeping the window waiting.
#pragma once

#include "core/model/bytes.h"

#include <QObject>
#include <QString>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ipclens {

// Appends blocks to a file on a thread of its own, in order. Each block is handed to the system as soon as it can be,
// so that it outlives a crash of this program. Lives on the GUI thread.
class FileWriter : public QObject {
    Q_OBJECT
public:
    // Whole: the file appears, in place of the one that is there, when all of it is written. Growing: at once.
    enum class Kind { Whole, Growing };

    FileWriter(QString path, Kind kind);
    ~FileWriter()
        override; // Growing: waits until what was given is written; Whole: leaves what was there unless it finished

    void write(Bytes block);
    // Of Growing: closes the file behind what was given so far, and goes on in another one.
    void goOnIn(QString path);
    void remove(QString path);                        // a file that it has closed
    std::size_t pending() const { return m_pending; } // bytes given and not yet written
    void finish();                                    // after the blocks given so far; finished() follows

signals:
    void written();                      // pending() is less
    void finished(const QString &error); // empty: all was written. Once; with an error also without finish()

private:
    struct Task {
        Bytes block;
        QString next;
        QString removed;
    };

    void add(Task task);
    void run();
    template <class File>
    void writeTo(File &file);
    template <class File>
    static bool doTask(File &file, const Task &task);

    const QString m_path;
    const Kind m_kind;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Task> m_tasks;
    bool m_finishing = false;
    bool m_abandoned = false;
    std::atomic<std::size_t> m_pending = 0;
    std::thread m_thread;
};

} // namespace ipclens
