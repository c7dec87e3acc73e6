#include "ui/capture_autosave.h"

#include "core/model/memory.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ipclens {
namespace {

constexpr int interval = 500;
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

std::filesystem::path pathOf(const QString &path)
{
    return path.toStdU16String();
}

// A line of the file of annotations: one JSON object.
void putLine(Bytes &block, const QJsonObject &object)
{
    const auto text = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    const auto bytes = std::as_bytes(std::span(text));
    block.insert(block.end(), bytes.begin(), bytes.end());
}

// Up to where it is cut: that is what a crash leaves.
void countMessages(const std::filesystem::path &path, CaptureReader &reader, LeftCapture &capture)
{
    QFile file(QString::fromStdU16String(path.u16string()));
    reader.beginFile(file.fileName().toStdString());
    for (bool more = file.open(QIODevice::ReadOnly); more && !file.atEnd();) {
        const auto bytes = file.read(1 << 20);
        reader.feed(std::as_bytes(std::span(bytes.data(), static_cast<std::size_t>(bytes.size()))));
        for (;;) {
            const auto item = reader.nextItem();
            more = item.has_value();
            if (!item || !*item)
                break;
            if ((*item)->message && capture.messages++ == 0)
                capture.begun = (*item)->message->time;
        }
    }
}

} // namespace

QString CaptureAutosave::folder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/captures");
}

CaptureAutosave::CaptureAutosave(const MessageStore &store, QObject *parent)
    : QObject(parent), m_store(store), m_writing([this] { return writePiece(); }, this),
      m_writingAnnotations([this] { return writeAnnotationsPiece(); }, this)
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, &m_writing, &IdleWork::start);
    m_said.setInterval(interval);
    m_said.setSingleShot(true);
    connect(&m_said, &QTimer::timeout, this, &CaptureAutosave::beginAnnotations);
}

CaptureAutosave::~CaptureAutosave()
{
    // What came since the last time; the disk is waited for, as the program is about to end.
    while (m_file && !m_isBroken && (m_next < m_store.end() || !m_outcomes.empty()) && m_file->pending() <= mostPending)
        writePiece();
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
        m_writing.start();
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
        emit failed(tr("Cannot write in %1").arg(QDir::toNativeSeparators(dir.path())));
        return;
    }
    m_path = path;
    m_lock = std::move(lock);
    m_shares = CaptureSegments(m_store.limits());
    m_file = std::make_unique<FileWriter>(fileOf(1), FileWriter::Kind::Growing);
    connect(m_file.get(), &FileWriter::written, this, [this] {
        if (m_timer.isActive() && m_next < m_store.end() && m_file->pending() <= mostPending)
            m_writing.start();
    });
    connect(m_file.get(), &FileWriter::finished, this, [this](const QString &error) {
        if (error.isEmpty())
            return;
        m_isBroken = true;
        m_timer.stop();
        emit failed(tr("%1: %2").arg(QDir::toNativeSeparators(m_path), error));
    });
    m_block.clear();
    beginSegment();
}

QString CaptureAutosave::fileOf(std::uint64_t segment) const
{
    return QString::fromStdString(segmentPath(m_path.toStdString(), segment));
}

void CaptureAutosave::beginSegment()
{
    const auto number = m_shares.begin(0);
    if (number > 1) {
        m_file->write(std::exchange(m_block, {}));
        m_file->goOnIn(fileOf(number));
    }
    m_segments.push_back({.number = number, .firstPlace = m_written, .end = m_next});
    while (m_segments.size() > 1 && m_segments.front().end <= m_store.begin()) {
        m_file->remove(fileOf(m_segments.front().number));
        m_segments.pop_front();
    }
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

// True: there is more to write.
bool CaptureAutosave::writePiece()
{
    if (m_isBroken || (m_next >= m_store.end() && m_outcomes.empty()))
        return false;
    if (m_path.isEmpty())
        begin();
    if (m_isBroken || m_file->pending() > mostPending)
        return false; // the disk is slower than what comes: it goes on when some is written
    m_shares.setLimits(m_store.limits());
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
    while (m_next < m_store.end() && m_block.size() < blockSize && timer.elapsed() < IdleWork::pieceMilliseconds)
        append(m_next++);
    if (m_next >= m_store.end())
        appendAnswers();
    m_file->write(std::exchange(m_block, {}));
    return m_next < m_store.end();
}

void CaptureAutosave::append(MessageStore::Index index)
{
    const auto message = m_store.at(index);
    if (m_shares.isFull(message.time))
        beginSegment();
    const auto before = m_block.size();
    m_writer->append(m_block, message);
    m_shares.wrote(1, m_block.size() - before, message.time);
    m_segments.back().end = index + 1;
    ++m_written;
}

void CaptureAutosave::appendAnswers()
{
    for (auto &[inbox, outcome] : std::exchange(m_outcomes, {})) {
        LateAnswer answer{.inbox = inbox, .outcome = std::move(outcome), .time = wallClock(), .messageTime = {}};
        if (const auto index = m_store.find(inbox, answer.outcome.sequence)) {
            answer.messageTime = m_store.at(*index).time;
            answer.time = *answer.messageTime + answer.outcome.duration;
        }
        m_writer->append(m_block, answer);
    }
}

void CaptureAutosave::annotationsChanged()
{
    if (!m_path.isEmpty() && !m_isBroken && !m_said.isActive())
        m_said.start();
}

void CaptureAutosave::beginAnnotations()
{
    if (m_path.isEmpty() || m_isBroken)
        return;
    if (m_annotations) {
        m_said.start();
        return;
    }
    m_annotations = std::make_unique<Annotations>();
    m_annotations->file = std::make_unique<FileWriter>(annotationsFileOf(m_path), FileWriter::Kind::Whole);
    m_annotations->end = m_next;
    connect(m_annotations->file.get(), &FileWriter::written, &m_writingAnnotations, &IdleWork::start);
    connect(m_annotations->file.get(), &FileWriter::finished, this, [this](const QString &error) {
        m_writingAnnotations.stop();
        m_annotations->file.release()->deleteLater();
        m_annotations.reset();
        if (!error.isEmpty())
            emit failed(tr("%1: %2").arg(QDir::toNativeSeparators(annotationsFileOf(m_path)), error));
    });
    QJsonObject files; // by number: the place of the first message in it
    for (const auto &segment : m_segments)
        files.insert(QString::number(segment.number), static_cast<qint64>(segment.firstPlace));
    Bytes block;
    putLine(block, {{QStringLiteral("messages"), static_cast<qint64>(m_written)}, {QStringLiteral("files"), files}});
    m_annotations->file->write(std::move(block));
    m_writingAnnotations.start();
}

// True: there is more to write.
bool CaptureAutosave::writeAnnotationsPiece()
{
    if (!m_annotations || m_annotations->next >= m_annotations->end || m_annotations->file->pending() > mostPending)
        return false; // when some was written it goes on
    QElapsedTimer timer;
    timer.start();
    Bytes block;
    const auto &all = m_store.annotations();
    auto it = all.lower_bound(m_annotations->next);
    for (int i = 1; it != all.end() && it->first < m_annotations->end; ++it, ++i) {
        if (i % 32 == 0 && timer.elapsed() >= IdleWork::pieceMilliseconds)
            break;
        const auto &[index, said] = *it;
        const auto run = m_runs.upper_bound(index);
        if (run == m_runs.begin())
            continue; // it never was written
        const auto &[first, place] = *std::prev(run);
        putLine(block, {{QStringLiteral("message"), static_cast<qint64>(place + (index - first))},
                        {QStringLiteral("marked"), said.marked},
                        {QStringLiteral("pinned"), said.pinned},
                        {QStringLiteral("comment"), QString::fromStdString(said.comment)}});
    }
    const bool isMore = it != all.end() && it->first < m_annotations->end;
    m_annotations->next = isMore ? it->first : m_annotations->end;
    m_annotations->file->write(std::move(block));
    if (!isMore)
        m_annotations->file->finish();
    return isMore;
}

CaptureAutosave::LaterAnnotations CaptureAutosave::annotationsOf(const QString &path)
{
    LaterAnnotations later;
    QFile file(annotationsFileOf(path));
    if (!file.open(QIODevice::ReadOnly))
        return later;
    const auto nextLine = [&file] { return QJsonDocument::fromJson(file.readLine()).object(); };
    const auto about = nextLine();
    // Places count from the first message there ever was; the files of the first ones may be gone.
    const auto whole = static_cast<std::uint64_t>(about[QStringLiteral("messages")].toInteger());
    const auto files = about[QStringLiteral("files")].toObject();
    std::uint64_t gone = files.isEmpty() ? 0 : whole;
    for (auto it = files.begin(); it != files.end(); ++it)
        if (QFile::exists(QString::fromStdString(segmentPath(path.toStdString(), it.key().toULongLong()))))
            gone = std::min(gone, static_cast<std::uint64_t>(it.value().toInteger()));
    later.messages = whole - gone;
    while (!file.atEnd()) {
        const auto one = nextLine();
        const auto place = static_cast<std::uint64_t>(one[QStringLiteral("message")].toInteger());
        if (place < gone)
            continue;
        later.annotations[place - gone] = {.marked = one[QStringLiteral("marked")].toBool(),
                                           .pinned = one[QStringLiteral("pinned")].toBool(),
                                           .comment = one[QStringLiteral("comment")].toString().toStdString()};
    }
    return later;
}

void CaptureAutosave::remove(const QString &path)
{
    for (const auto &file : captureFiles(pathOf(path)))
        QFile::remove(QString::fromStdU16String(file.u16string()));
    QFile::remove(annotationsFileOf(path));
}

void CaptureAutosave::discard()
{
    m_writing.stop();
    m_said.stop();
    m_writingAnnotations.stop();
    m_file.reset();
    m_annotations.reset();
    m_writer.reset();
    m_runs.clear();
    m_segments.clear();
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
    QStringList captures; // numbered files of one of them follow one another
    for (const auto &info : dir.entryInfoList({QStringLiteral("*.pcapng")}, QDir::Files, QDir::Name | QDir::Reversed)) {
        static const QRegularExpression number(QStringLiteral("-[0-9]{6,}(?=\\.pcapng$)"));
        auto whole = info.filePath();
        whole.remove(number);
        const bool isNumbered = segmentNumber(whole.toStdString(), info.filePath().toStdString()).has_value();
        if (const auto capture = isNumbered ? whole : info.filePath(); !captures.contains(capture))
            captures.append(capture);
    }
    for (const auto &path : captures) {
        QLockFile lock(lockOf(path));
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue; // somebody writes it
        LeftCapture capture{.path = path};
        CaptureReader reader(path.toStdString());
        for (const auto &file : captureFiles(pathOf(path)))
            countMessages(file, reader, capture);
        if (capture.messages == 0)
            remove(path);
        else
            found.push_back(std::move(capture));
    }
    return found;
}

} // namespace ipclens
