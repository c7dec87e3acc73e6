#include "ui/capture_saver.h"

#include "core/traffic/message_export.h"
#include "ui/number_text.h"

#include <QElapsedTimer>

#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t blockSize = 1 << 20;
constexpr std::size_t mostPending = 32 << 20; // then the disk is waited for

void put(Bytes &block, std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    block.insert(block.end(), bytes.begin(), bytes.end());
}

} // namespace

CaptureSaver::CaptureSaver(const MessageStore &store, std::vector<MessageStore::Index> messages,
                           const std::map<std::uint64_t, std::string> &inboxNames, const std::string &system,
                           SaveFormat format, const QString &path)
    : m_store(store), m_messages(std::move(messages)), m_format(format), m_file(path, FileWriter::Kind::Whole),
      m_writer(m_block, system), m_writing([this] { return writePiece(); }, this), m_inboxNames(inboxNames)
{
    for (const auto &[inbox, name] : inboxNames)
        m_writer.nameInbox(inbox, name);
    if (format != SaveFormat::Capture)
        m_block.clear();
    if (format == SaveFormat::Csv)
        put(m_block, csvTitles());
    connect(&m_file, &FileWriter::finished, this, [this](const QString &error) {
        m_writing.stop();
        emit finished(error);
    });
    connect(&m_file, &FileWriter::written, this, [this] {
        if (m_next <= m_messages.size())
            m_writing.start();
    });
    m_writing.start();
}

Result<void> CaptureSaver::putMessage(const MessageView &message)
{
    switch (m_format) {
    case SaveFormat::Capture:
        m_writer.append(m_block, message);
        break;
    case SaveFormat::Csv:
        put(m_block, csvOf(message));
        break;
    case SaveFormat::JsonLines:
        put(m_block, jsonOf(message) + '\n');
        break;
    case SaveFormat::Sender:
        if (auto added = m_sender.add(message); !added)
            return added;
        put(m_block, m_sender.take());
        break;
    }
    return {};
}

void CaptureSaver::fail(const Error &error)
{
    m_next = m_messages.size() + 1; // no more is to be written
    emit finished(fromUtf8(toText(error)));
}

// True: there is more to write.
bool CaptureSaver::writePiece()
{
    if (m_file.pending() > mostPending)
        return false; // goes on when some of it was written
    QElapsedTimer timer;
    timer.start();
    while (m_next < m_messages.size() && timer.elapsed() < IdleWork::pieceMilliseconds && m_block.size() < blockSize) {
        const auto index = m_messages[m_next++];
        if (index < m_store.begin() || index >= m_store.end()) {
            ++m_missed;
            continue;
        }
        if (const auto written = putMessage(m_store.at(index)); !written) {
            fail(written.error());
            return false;
        }
    }
    const bool isLast = m_next == m_messages.size();
    if (isLast && m_format == SaveFormat::Sender) {
        if (const auto ended = m_sender.finish(m_inboxNames); !ended) {
            fail(ended.error());
            return false;
        }
        put(m_block, m_sender.take());
    }
    if (m_block.size() >= blockSize || isLast)
        m_file.write(std::exchange(m_block, {}));
    emit progressed();
    if (isLast) {
        m_next = m_messages.size() + 1; // no more is to be written
        m_file.finish();
    }
    return !isLast;
}

} // namespace ipclens
