#include "ui/capture_loader.h"

#include "core/traffic/capture_segments.h"
#include "core/traffic/unanswered_messages.h"

#include <QElapsedTimer>
#include <QPointer>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t readAtOnce = 1 << 20;
constexpr std::uint64_t messagesInPiece = 4096;
constexpr std::uint64_t bytesInPiece = 8 << 20;
constexpr std::size_t mostPieces = 4; // waiting for the window

} // namespace

CaptureLoader::CaptureLoader(QString path)
    : m_path(std::move(path)), m_taking([this] { return take(); }, this), m_thread([this] { run(); })
{
}

CaptureLoader::~CaptureLoader()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stopped = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

bool CaptureLoader::give(Piece piece)
{
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_stopped || m_pieces.size() < mostPieces; });
        if (m_stopped)
            return false;
        m_pieces.push_back(std::move(piece));
    }
    QMetaObject::invokeMethod(&m_taking, &IdleWork::start, Qt::QueuedConnection);
    return true;
}

// True: there is more to take.
bool CaptureLoader::take()
{
    QElapsedTimer timer;
    timer.start();
    const QPointer<CaptureLoader> self(this);
    while (self && timer.elapsed() < IdleWork::pieceMilliseconds) {
        std::optional<Piece> piece;
        bool isLast = false;
        {
            const std::scoped_lock lock(m_mutex);
            if (!m_pieces.empty()) {
                piece = std::move(m_pieces.front());
                m_pieces.pop_front();
            } else {
                isLast = std::exchange(m_done, false);
            }
        }
        m_changed.notify_one();
        if (piece)
            emit loaded(*piece);
        else if (isLast)
            emit finished(m_error, m_names);
        if (!piece)
            return false; // the thread says when there is more
    }
    return self;
}

// What is wrong with the first of its files that is damaged; `take` ends it.
std::optional<Error> CaptureLoader::read(CaptureReader &reader,
                                         const std::function<bool(const CaptureItem &)> &take) const
{
    std::optional<Error> problem;
    bool goesOn = true;
    for (const auto &path : captureFiles(m_path.toStdU16String())) {
        if (!goesOn)
            break;
        QFile file(QString::fromStdU16String(path.u16string()));
        reader.beginFile(file.fileName().toStdString());
        auto one = readFile(file, reader, [&](const CaptureItem &item) { return goesOn = take(item); });
        if (!problem)
            problem = std::move(one);
    }
    return problem ? problem : reader.incomplete();
}

std::optional<Error> CaptureLoader::readFile(QFile &file, CaptureReader &reader,
                                             const std::function<bool(const CaptureItem &)> &take)
{
    const auto failed = [&] {
        return Error{.operation = "read a capture",
                     .object = file.fileName().toStdString(),
                     .meaning = file.errorString().toStdString()};
    };
    if (!file.open(QIODevice::ReadOnly))
        return failed();
    std::vector<char> bytes(readAtOnce);
    for (;;) {
        const auto count = file.read(bytes.data(), static_cast<qint64>(bytes.size()));
        if (count < 0)
            return failed();
        if (count == 0)
            reader.end();
        reader.feed(std::as_bytes(std::span(bytes)).first(static_cast<std::size_t>(count)));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item)
                return item.error();
            if (!*item)
                break;
            if (!take(**item))
                return {};
        }
        if (count > 0)
            continue;
        auto end = reader.finish();
        return end ? std::nullopt : std::optional(std::move(end.error()));
    }
}

void CaptureLoader::run()
{
    CaptureReader reader(m_path.toStdString());
    std::uint64_t size = 0;
    for (const auto &path : captureFiles(m_path.toStdU16String())) {
        std::error_code ignored;
        const auto bytes = std::filesystem::file_size(path, ignored);
        size += ignored ? 0 : bytes;
    }
    Piece piece;
    std::uint64_t number = 0, pieceBegin = 0;
    std::optional<LateAnswers> late; // looked for when the first of them comes: most captures have none
    bool isWanted = true;
    const auto hand = [&] {
        piece.offset = reader.bytesRead();
        piece.size = size;
        pieceBegin = number;
        return isWanted = give(std::exchange(piece, {}));
    };
    const auto findLate = [&] {
        late = findLateAnswers([this](const auto &take) {
            CaptureReader again(m_path.toStdString());
            (void)read(again, [&](const CaptureItem &item) {
                take(item);
                const std::scoped_lock lock(m_mutex);
                return !m_stopped;
            });
        });
        piece.unmatched = late->unmatched;
        for (const auto &[place, outcome] : late->answers) {
            if (place < pieceBegin)
                piece.outcomes.emplace_back(place, outcome);
            else if (place < number)
                piece.messages.applyAt(place - pieceBegin, outcome);
        }
    };
    auto error = read(reader, [&](const CaptureItem &item) {
        if (!item.message) {
            if (!late)
                findLate();
            return true;
        }
        piece.messages.append(*item.message);
        if (late) {
            if (const auto answer = late->answers.find(number); answer != late->answers.end())
                piece.messages.applyAt(number - pieceBegin, answer->second);
        }
        ++number;
        return (piece.messages.size() < messagesInPiece && piece.messages.bytes() < bytesInPiece) || hand();
    });
    if (!isWanted || !hand())
        return;
    {
        const std::scoped_lock lock(m_mutex);
        m_error = std::move(error);
        m_names = reader.inboxNames();
        m_done = true;
    }
    QMetaObject::invokeMethod(&m_taking, &IdleWork::start, Qt::QueuedConnection);
}

} // namespace ipclens
