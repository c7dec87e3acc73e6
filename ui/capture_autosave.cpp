#include "ui/capture_autosave.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr int interval = 500;
constexpr qint64 pieceMilliseconds = 4;
constexpr std::size_t blockSize = 1 << 20;
constexpr std::size_t mostPending = 64 << 20;

QString lockOf(const QString &path)
{
    return path + QStringLiteral(".lock");
}

} // namespace

QString CaptureAutosave::folder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/captures");
}

CaptureAutosave::CaptureAutosave(const MessageStore &store, QObject *parent) : QObject(parent), m_store(store)
{
    m_timer.setInterval(interval);
    m_again.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &CaptureAutosave::writeMore);
    connect(&m_again, &QTimer::timeout, this, &CaptureAutosave::writeMore);
}

CaptureAutosave::~CaptureAutosave()
{
    // What came since the last time; the disk is waited for, as the program is about to end.
    while (m_file && !m_isBroken && (m_next < m_store.end() || !m_outcomes.empty()) && m_file->pending() <= mostPending)
        writeMore();
    m_file.reset();
    if (m_lock)
        m_lock->unlock();
}

void CaptureAutosave::setRunning(bool running)
{
    if (running) {
        if (!m_timer.isActive())
            m_next = std::max(m_next, m_path.isEmpty() ? m_store.end() : m_next);
        m_timer.start();
    } else if (m_timer.isActive()) {
        m_timer.stop();
        m_again.start();
    }
}

void CaptureAutosave::begin()
{
    const QDir dir(folder());
    const auto name = QStringLiteral("%1-%2.pcapng")
                          .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz")))
                          .arg(QCoreApplication::applicationPid());
    const auto path = dir.filePath(name);
    auto lock = std::make_unique<QLockFile>(lockOf(path));
    lock->setStaleLockTime(0); // it holds for as long as this program runs
    if (!dir.mkpath(QStringLiteral(".")) || !lock->tryLock(0)) {
        m_isBroken = true;
        m_timer.stop();
        m_again.stop();
        emit failed(tr("Cannot write in %1").arg(QDir::toNativeSeparators(dir.path())));
        return;
    }
    m_path = path;
    m_lock = std::move(lock);
    m_file = std::make_unique<FileWriter>(path, FileWriter::Kind::Growing);
    connect(m_file.get(), &FileWriter::finished, this, [this](const QString &error) {
        if (error.isEmpty())
            return;
        m_isBroken = true;
        m_timer.stop();
        m_again.stop();
        emit failed(tr("%1: %2").arg(QDir::toNativeSeparators(m_path), error));
    });
    m_block.clear();
    m_writer = std::make_unique<CaptureWriter>(m_block, m_system);
    for (const auto &[inbox, text] : m_names)
        m_writer->nameInbox(inbox, text);
}

void CaptureAutosave::add(std::uint64_t inbox, std::span<const MessageOutcome> outcomes)
{
    if (m_path.isEmpty() || m_isBroken)
        return;
    // Those of messages that are yet to be written come with them; once more does no harm.
    for (const auto &outcome : outcomes)
        m_outcomes.emplace_back(inbox, outcome);
}

void CaptureAutosave::writeMore()
{
    if (m_isBroken || (m_next >= m_store.end() && m_outcomes.empty())) {
        m_again.stop();
        return;
    }
    if (m_path.isEmpty())
        begin();
    if (m_isBroken || m_file->pending() > mostPending) // the disk is slower than what comes: it goes on later
        return;
    for (const auto &[inbox, name] : m_names)
        m_writer->nameInbox(inbox, name);
    QElapsedTimer timer;
    timer.start();
    if (m_next < m_store.begin()) {
        m_missed += m_store.begin() - m_next;
        m_next = m_store.begin();
    }
    while (m_next < m_store.end() && m_block.size() < blockSize && timer.elapsed() < pieceMilliseconds)
        m_writer->append(m_block, m_store.at(m_next++));
    if (m_next >= m_store.end()) {
        const auto now = m_store.isEmpty() ? 0 : m_store.at(m_store.end() - 1).time;
        for (const auto &[inbox, outcome] : std::exchange(m_outcomes, {}))
            m_writer->append(m_block, inbox, now, outcome);
    }
    m_file->write(std::exchange(m_block, {}));
    if (m_next < m_store.end())
        m_again.start();
    else
        m_again.stop();
}

void CaptureAutosave::discard()
{
    m_again.stop();
    m_file.reset();
    m_writer.reset();
    if (!m_path.isEmpty())
        QFile::remove(m_path);
    if (m_lock)
        m_lock->unlock();
    m_lock.reset();
    m_path.clear();
    m_block.clear();
    m_outcomes.clear();
    m_next = m_store.end();
    m_isBroken = false;
}

std::vector<LeftCapture> CaptureAutosave::left()
{
    std::vector<LeftCapture> found;
    const QDir dir(folder());
    for (const auto &info : dir.entryInfoList({QStringLiteral("*.pcapng")}, QDir::Files, QDir::Name | QDir::Reversed)) {
        QLockFile lock(lockOf(info.filePath()));
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue; // somebody writes it
        LeftCapture capture{.path = info.filePath()};
        QFile file(info.filePath());
        CaptureReader reader(info.filePath().toStdString());
        if (file.open(QIODevice::ReadOnly)) {
            for (bool more = true; more && !file.atEnd();) {
                const auto bytes = file.read(1 << 20);
                reader.feed(std::as_bytes(std::span(bytes.data(), static_cast<std::size_t>(bytes.size()))));
                for (;;) {
                    const auto item = reader.nextItem();
                    more = item.has_value(); // a cut end is what a crash leaves
                    if (!item || !*item)
                        break;
                    if ((*item)->message && capture.messages++ == 0)
                        capture.begun = (*item)->message->time;
                }
            }
        }
        file.close();
        if (capture.messages == 0)
            QFile::remove(info.filePath());
        else
            found.push_back(std::move(capture));
    }
    return found;
}

} // namespace ipclens
