#include "ui/range_saver.h"

#include "ui/job_line.h"
#include "ui/number_text.h"

namespace ipclens {

namespace {

constexpr std::uint64_t pieceSize = 4 << 20; // bytes

} // namespace

RangeSaver::RangeSaver(Client &client, const SourceInfo &source, AddressRange range, const QString &path, JobLine &line,
                       QObject *parent)
    : QObject(parent), m_client(client), m_source(source), m_range(range), m_line(line), m_file(path)
{
    m_job = m_line.begin(tr("Saving"));
    connect(&m_line, &JobLine::cancelled, this, [this] { m_isCancelled = true; });
    if (m_file.open(QIODevice::WriteOnly))
        readNext();
    else // nobody listens before the constructor is done
        QMetaObject::invokeMethod(this, [this] { end(m_file.errorString()); }, Qt::QueuedConnection);
}

void RangeSaver::readNext()
{
    if (m_isCancelled) {
        end(tr("it was cancelled"));
        return;
    }
    if (m_done == m_range.size) {
        end(m_file.commit() ? QString() : m_file.errorString());
        return;
    }
    m_line.show(m_done, m_range.size);
    const AddressRange piece{m_range.begin + m_done, std::min(pieceSize, m_range.size - m_done)};
    m_client.call(ReadMemory{m_source.source, {piece}}, this,
                  [this](Result<MemoryImages> reply) { take(std::move(reply)); });
}

void RangeSaver::take(Result<MemoryImages> reply)
{
    if (!reply || reply->images.empty()) {
        end(reply ? tr("the session answered with nothing") : fromUtf8(toText(reply.error())));
        return;
    }
    MemoryImage &image = reply->images.front();
    for (const auto &hole : image.unreadable) {
        std::fill_n(image.bytes.begin() + static_cast<std::ptrdiff_t>(hole.begin - image.address), hole.size,
                    std::byte{});
        if (!m_unreadable.empty() && m_unreadable.back().end() == hole.begin)
            m_unreadable.back().size += hole.size;
        else
            m_unreadable.push_back(hole);
    }
    const auto size = static_cast<qint64>(image.bytes.size());
    if (m_file.write(reinterpret_cast<const char *>(image.bytes.data()), size) != size) {
        end(m_file.errorString());
        return;
    }
    m_done += image.bytes.size();
    readNext();
}

void RangeSaver::end(const QString &failure)
{
    m_line.end(m_job);
    if (!failure.isEmpty())
        m_file.cancelWriting();
    emit finished(failure, m_file.fileName(), m_unreadable);
    deleteLater();
}

} // namespace ipclens
