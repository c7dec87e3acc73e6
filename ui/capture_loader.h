// Reading a capture file without keeping the window waiting.
#pragma once

#include "core/traffic/message_store.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ipclens {

// Reads on a thread and gives the messages in pieces, one piece each time through the event loop. Lives on the GUI
// thread; destroying it ends the reading.
class CaptureLoader : public QObject {
    Q_OBJECT
public:
    struct Piece {
        MessageStore messages;
        std::vector<std::pair<std::uint64_t, MessageOutcome>>
            outcomes;             // of messages of earlier pieces, with their inbox
        std::uint64_t offset = 0; // in the file, behind this piece
        std::uint64_t size = 0;   // of the file
    };

    explicit CaptureLoader(QString path);
    ~CaptureLoader() override;

signals:
    void loaded(ipclens::CaptureLoader::Piece &piece); // take the messages from it
    // Behind the last piece. The error says what is wrong and where; what was before it was given.
    void finished(const std::optional<ipclens::Error> &error, const std::map<std::uint64_t, std::string> &inboxNames);

private:
    void run();
    bool give(Piece piece); // false: nobody wants it any more
    void take();

    const QString m_path;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Piece> m_pieces;
    bool m_stopped = false;
    bool m_done = false;
    std::optional<Error> m_error;
    std::map<std::uint64_t, std::string> m_names;
    std::thread m_thread;
};

} // namespace ipclens
