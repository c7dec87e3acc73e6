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

void FileWriter::add(Task task)
{
    m_pending += task.block.size();
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_one();
}

void FileWriter::write(Bytes block)
{
    add({.block = std::move(block), .next = {}, .removed = {}});
}

void FileWriter::goOnIn(QString path)
{
    add({.block = {}, .next = std::move(path), .removed = {}});
}

void FileWriter::remove(QString path)
{
    add({.block = {}, .next = {}, .removed = std::move(path)});
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
bool FileWriter::doTask(File &file, const Task &task)
{
    if (!task.removed.isEmpty())
        QFile::remove(task.removed); // what stays does no harm
    if constexpr (std::is_same_v<File, QFile>) {
        if (!task.next.isEmpty()) {
            file.close();
            file.setFileName(task.next);
            return file.open(QIODevice::WriteOnly);
        }
    }
    const auto size = static_cast<qint64>(task.block.size());
    return file.write(reinterpret_cast<const char *>(task.block.data()), size) == size && file.flush();
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
        std::deque<Task> tasks;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_finishing || !m_tasks.empty(); });
            if (m_abandoned)
                return; // a QSaveFile leaves nothing behind
            tasks.swap(m_tasks);
            if (tasks.empty())
                break;
        }
        for (const auto &task : tasks) {
            if (!doTask(file, task)) {
                tell(file.errorString());
                return;
            }
            m_pending -= task.block.size();
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
