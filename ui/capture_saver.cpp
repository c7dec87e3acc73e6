#include "ui/capture_saver.h"

#include "core/traffic/cpp_sender.h"
#include "core/traffic/message_export.h"
#include "ui/number_text.h"

#include <QElapsedTimer>

#include <utility>

namespace ipclens {
namespace {

constexpr qint64 pieceMilliseconds = 5;
constexpr std::size_t blockSize = 1 << 20;
constexpr std::size_t mostSenderBytes = 16 << 20; // it refuses more
constexpr std::size_t mostPending = 32 << 20;     // then the disk is waited for

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
      m_writer(m_block, system)
{
    for (const auto &[inbox, name] : inboxNames)
        m_writer.nameInbox(inbox, name);
    if (format != SaveFormat::Capture)
        m_block.clear();
    if (format == SaveFormat::Csv)
        put(m_block, csvTitles());
    connect(&m_file, &FileWriter::finished, this, [this](const QString &error) {
        m_timer.stop();
        emit finished(error);
    });
    connect(&m_timer, &QTimer::timeout, this, &CaptureSaver::writeMore);
    connect(&m_file, &FileWriter::written, this, [this] {
        if (!m_timer.isActive() && m_next <= m_messages.size())
            m_timer.start(0);
    });
    m_timer.start(0);
}

void CaptureSaver::writeMore()
{
    if (m_file.pending() > mostPending) {
        m_timer.stop(); // goes on when some of it was written
        return;
    }
    QElapsedTimer timer;
    timer.start();
    while (m_next < m_messages.size() && timer.elapsed() < pieceMilliseconds && m_block.size() < blockSize) {
        const auto index = m_messages[m_next++];
        if (index < m_store.begin() || index >= m_store.end()) {
            ++m_missed;
            continue;
        }
        const auto message = m_store.at(index);
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
        case SaveFormat::Sender: // one text, made at the end
            m_forSender.push_back(message.toMessage());
            m_senderBytes += message.payload.size();
            break;
        }
    }
    bool isLast = m_next == m_messages.size();
    if (m_format == SaveFormat::Sender && (isLast || m_senderBytes > mostSenderBytes)) {
        const auto source = cppSender(m_forSender);
        if (!source) {
            m_timer.stop();
            emit finished(fromUtf8(toText(source.error())));
            return;
        }
        put(m_block, *source);
        isLast = true;
    }
    if (m_block.size() >= blockSize || isLast)
        m_file.write(std::exchange(m_block, {}));
    emit progressed();
    if (isLast) {
        m_timer.stop();
        m_next = m_messages.size() + 1; // no more is to be written
        m_file.finish();
    }
}

} // namespace ipclens
