#include "ui/file_writer.h"

#include <QFile>
#include <QSaveFile>

#include <utility>

namespace ipclens {

FileWriter::FileWriter(QString path, Kind kind) : m_path(std::move(path)), m_kind(kind), m_thread([this] { run(); })
{
}

FileWriter::~FileWriter()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_abandoned = m_kind == Kind::Whole;
        m_finishing = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void FileWriter::write(Bytes block)
{
    m_pending += block.size();
    {
        const std::scoped_lock lock(m_mutex);
        m_blocks.push_back(std::move(block));
    }
    m_changed.notify_one();
}

void FileWriter::finish()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_finishing = true;
    }
    m_changed.notify_one();
}

void FileWriter::run()
{
    if (m_kind == Kind::Whole) {
        QSaveFile file(m_path);
        writeTo(file);
    } else {
        QFile file(m_path);
        writeTo(file);
    }
}

template <class File>
void FileWriter::writeTo(File &file)
{
    const auto tell = [this](const QString &error) {
        QMetaObject::invokeMethod(
            this, [this, error] { emit finished(error); }, Qt::QueuedConnection);
    };
    if (!file.open(QIODevice::WriteOnly)) {
        tell(file.errorString());
        return;
    }
    for (;;) {
        std::deque<Bytes> blocks;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_finishing || !m_blocks.empty(); });
            if (m_abandoned)
                return; // a QSaveFile leaves nothing behind
            blocks.swap(m_blocks);
            if (blocks.empty())
                break;
        }
        for (const auto &block : blocks) {
            if (file.write(reinterpret_cast<const char *>(block.data()), static_cast<qint64>(block.size())) !=
                    static_cast<qint64>(block.size()) ||
                !file.flush()) {
                tell(file.errorString());
                return;
            }
            m_pending -= block.size();
        }
        QMetaObject::invokeMethod(this, &FileWriter::written, Qt::QueuedConnection);
    }
    bool done = true;
    if constexpr (std::is_same_v<File, QSaveFile>)
        done = file.commit();
    else
        file.close();
    tell(done ? QString() : file.errorString());
}

} // namespace ipclens
