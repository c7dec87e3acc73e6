#include "ui/capture_autosave.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include <algorithm>
#include <iterator>
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

QString annotationsFileOf(const QString &path)
{
    return path + QStringLiteral(".marks");
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
    m_said.setInterval(interval);
    m_said.setSingleShot(true);
    connect(&m_said, &QTimer::timeout, this, &CaptureAutosave::writeAnnotations);
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
        m_runs[m_next] = m_written;
    }
    if (m_runs.empty())
        m_runs[m_next] = m_written;
    while (m_next < m_store.end() && m_block.size() < blockSize && timer.elapsed() < pieceMilliseconds) {
        m_writer->append(m_block, m_store.at(m_next++));
        ++m_written;
    }
    if (m_next >= m_store.end()) {
        const auto now = m_store.isEmpty() ? 0 : m_store.at(m_store.end() - 1).time;
        for (const auto &[inbox, outcome] : std::exchange(m_outcomes, {}))
            m_writer->append(m_block, {.inbox = inbox, .outcome = outcome, .time = now, .messageTime = {}});
    }
    m_file->write(std::exchange(m_block, {}));
    if (m_next < m_store.end())
        m_again.start();
    else
        m_again.stop();
}

void CaptureAutosave::annotationsChanged()
{
    if (!m_path.isEmpty() && !m_isBroken && !m_said.isActive())
        m_said.start();
}

void CaptureAutosave::writeAnnotations()
{
    if (m_path.isEmpty() || m_isBroken)
        return;
    if (m_annotations) {
        m_said.start();
        return;
    }
    QJsonArray list;
    for (const auto &[index, said] : m_store.annotations()) {
        const auto run = m_runs.upper_bound(index);
        if (index >= m_next || run == m_runs.begin())
            continue; // it is yet to be written, or never was
        const auto &[first, place] = *std::prev(run);
        list.append(QJsonObject{{QStringLiteral("message"), static_cast<qint64>(place + (index - first))},
                                {QStringLiteral("marked"), said.marked},
                                {QStringLiteral("pinned"), said.pinned},
                                {QStringLiteral("comment"), QString::fromStdString(said.comment)}});
    }
    const QJsonObject all{{QStringLiteral("messages"), static_cast<qint64>(m_written)}, {QStringLiteral("annotations"), list}};
    m_annotations = std::make_unique<FileWriter>(annotationsFileOf(m_path), FileWriter::Kind::Whole);
    connect(m_annotations.get(), &FileWriter::finished, this, [this](const QString &error) {
        m_annotations.release()->deleteLater();
        if (!error.isEmpty())
            emit failed(tr("%1: %2").arg(QDir::toNativeSeparators(annotationsFileOf(m_path)), error));
    });
    const auto text = QJsonDocument(all).toJson(QJsonDocument::Compact);
    m_annotations->write(toBytes(std::string_view(text.constData(), static_cast<std::size_t>(text.size()))));
    m_annotations->finish();
}

CaptureAutosave::LaterAnnotations CaptureAutosave::annotationsOf(const QString &path)
{
    LaterAnnotations later;
    QFile file(annotationsFileOf(path));
    if (!file.open(QIODevice::ReadOnly))
        return later;
    const auto all = QJsonDocument::fromJson(file.readAll()).object();
    later.messages = static_cast<std::uint64_t>(all[QStringLiteral("messages")].toInteger());
    for (const auto &value : all[QStringLiteral("annotations")].toArray()) {
        const auto one = value.toObject();
        later.annotations[static_cast<std::uint64_t>(one[QStringLiteral("message")].toInteger())] = {
            .marked = one[QStringLiteral("marked")].toBool(),
            .pinned = one[QStringLiteral("pinned")].toBool(),
            .comment = one[QStringLiteral("comment")].toString().toStdString()};
    }
    return later;
}

void CaptureAutosave::remove(const QString &path)
{
    QFile::remove(path);
    QFile::remove(annotationsFileOf(path));
}

void CaptureAutosave::discard()
{
    m_again.stop();
    m_said.stop();
    m_file.reset();
    m_annotations.reset();
    m_writer.reset();
    m_runs.clear();
    m_written = 0;
    if (!m_path.isEmpty())
        remove(m_path);
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
            remove(info.filePath());
        else
            found.push_back(std::move(capture));
    }
    return found;
}

} // namespace ipclens
