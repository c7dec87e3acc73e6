// Saving messages of a capture without keeping the window waiting.
#pragma once

#include "core/traffic/capture_file.h"
#include "core/traffic/cpp_sender.h"
#include "core/traffic/message_store.h"
#include "ui/file_writer.h"
#include "ui/idle_work.h"

namespace ipclens {

enum class SaveFormat { Capture, Csv, JsonLines, Sender };

// Writes messages to a file in pieces between events; the file appears when all are written. Lives on the GUI thread;
// destroying it before finished() leaves what was there.
class CaptureSaver : public QObject {
    Q_OBJECT
public:
    // `store` must outlive it; messages that are let go meanwhile are left out. `system` is where they were captured.
    CaptureSaver(const MessageStore &store, std::vector<MessageStore::Index> messages,
                 const std::map<std::uint64_t, std::string> &inboxNames, const std::string &system, SaveFormat format,
                 const QString &path);

    std::uint64_t done() const { return std::min<std::uint64_t>(m_next, total()); }
    std::uint64_t total() const { return m_messages.size(); }
    std::uint64_t missed() const { return m_missed; } // let go before they were written

signals:
    void progressed();
    void finished(const QString &error); // empty: all is written

private:
    bool writePiece();
    Result<void> putMessage(const MessageView &message);
    void fail(const Error &error);

    const MessageStore &m_store;
    const std::vector<MessageStore::Index> m_messages;
    const SaveFormat m_format;
    FileWriter m_file;
    Bytes m_block;
    CaptureWriter m_writer;
    IdleWork m_writing;
    std::size_t m_next = 0;
    std::uint64_t m_missed = 0;
    const std::map<std::uint64_t, std::string> m_inboxNames;
    CppSender m_sender;
};

} // namespace ipclens
