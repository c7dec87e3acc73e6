#include "ui/capture_loader.h"

#include "core/traffic/capture_file.h"

#include <QFile>

#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t readAtOnce = 1 << 20;
constexpr std::uint64_t messagesInPiece = 8192;
constexpr std::uint64_t bytesInPiece = 8 << 20;
constexpr std::size_t mostPieces = 4; // waiting for the window

} // namespace

CaptureLoader::CaptureLoader(QString path) : m_path(std::move(path)), m_thread([this] { run(); })
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
    QMetaObject::invokeMethod(this, &CaptureLoader::take, Qt::QueuedConnection);
    return true;
}

void CaptureLoader::take()
{
    std::optional<Piece> piece;
    bool isLast = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_pieces.empty()) {
            piece = std::move(m_pieces.front());
            m_pieces.pop_front();
        } else {
            isLast = m_done;
        }
    }
    m_changed.notify_one();
    if (piece)
        emit loaded(*piece);
    else if (isLast)
        emit finished(m_error, m_names);
}

void CaptureLoader::run()
{
    CaptureReader reader(m_path.toStdString());
    QFile file(m_path);
    std::optional<Error> error;
    const auto failed = [&] {
        error = Error{
            .operation = "read a capture", .object = m_path.toStdString(), .meaning = file.errorString().toStdString()};
    };
    Piece piece;
    const auto hand = [&] {
        piece.offset = reader.offset();
        piece.size = static_cast<std::uint64_t>(file.size());
        return give(std::exchange(piece, {}));
    };
    if (!file.open(QIODevice::ReadOnly))
        failed();
    std::vector<char> bytes(readAtOnce);
    while (!error) {
        const auto count = file.read(bytes.data(), static_cast<qint64>(bytes.size()));
        if (count < 0) {
            failed();
            break;
        }
        if (count == 0)
            reader.end();
        reader.feed(std::as_bytes(std::span(bytes)).first(static_cast<std::size_t>(count)));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item) {
                error = item.error();
                break;
            }
            if (!*item)
                break;
            if ((*item)->message)
                piece.messages.append(*(*item)->message);
            else if (const auto &answer = *(*item)->answer; !piece.messages.apply(answer.inbox, answer.outcome))
                piece.outcomes.emplace_back(answer.inbox, answer.outcome);
            if ((piece.messages.size() >= messagesInPiece || piece.messages.bytes() >= bytesInPiece) && !hand())
                return;
        }
        if (count == 0) {
            if (auto end = reader.finish(); !end && !error)
                error = std::move(end.error());
            break;
        }
    }
    if (!error)
        error = reader.incomplete();
    if (!hand())
        return;
    {
        const std::scoped_lock lock(m_mutex);
        m_error = std::move(error);
        m_names = reader.inboxNames();
        m_done = true;
    }
    QMetaObject::invokeMethod(this, &CaptureLoader::take, Qt::QueuedConnection);
}

} // namespace ipclens
