// Reading a capture file without keeping the window waiting.
#pragma once

#include "core/traffic/capture_file.h"
#include "core/traffic/message_store.h"
#include "ui/idle_work.h"

#include <QFile>
#include <QObject>
#include <QString>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ipclens {

// Reads on a thread and gives the messages in pieces between events. Lives on the GUI thread; destroying it ends the
// reading.
class CaptureLoader : public QObject {
    Q_OBJECT
public:
    struct Piece {
        MessageStore messages;
        // Of messages of earlier pieces, with their places in the capture: 0, 1, 2, ...
        std::vector<std::pair<std::uint64_t, MessageOutcome>> outcomes;
        std::uint64_t unmatched = 0; // answers without a message that they belong to
        std::uint64_t offset = 0;    // in the files, behind this piece
        std::uint64_t size = 0;      // of the files
    };

    // Of a capture in several files, their name without the numbers: see captureFiles().
    explicit CaptureLoader(QString path);
    ~CaptureLoader() override;

signals:
    void loaded(ipclens::CaptureLoader::Piece &piece); // take the messages from it
    // Behind the last piece. The error says what is wrong and where; what was before it was given.
    void finished(const std::optional<ipclens::Error> &error, const std::map<std::uint64_t, std::string> &inboxNames);

private:
    void run();
    // `take` gives false when no more is wanted.
    std::optional<Error> read(CaptureReader &reader, const std::function<bool(const CaptureItem &)> &take) const;
    static std::optional<Error> readFile(QFile &file, CaptureReader &reader,
                                         const std::function<bool(const CaptureItem &)> &take);
    bool give(Piece piece); // false: nobody wants it any more
    bool take();

    const QString m_path;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Piece> m_pieces;
    bool m_stopped = false;
    bool m_done = false;
    std::optional<Error> m_error;
    std::map<std::uint64_t, std::string> m_names;
    IdleWork m_taking;
    std::thread m_thread;
};

} // namespace ipclens
