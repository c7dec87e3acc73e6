#include "app/cli/byte_input.h"

#include "app/cli/console.h"
#include "core/session/file_path.h"

#include <fmt/format.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ipclens {
namespace {

constexpr std::size_t mostAhead = 8;

} // namespace

Result<ByteInput> ByteInput::open(const std::string &path, std::string operation)
{
    ByteInput input(path, operation);
    if (path == "-") {
        prepareBinaryInput();
        return input;
    }
    const auto place = pathOf(path, operation);
    if (!place)
        return Failure(place.error());
    std::error_code ignored;
    if (std::filesystem::is_directory(*place, ignored))
        return Failure(Error{.operation = operation, .object = "file " + path, .meaning = "it is a folder"});
    input.m_file.reset(openForReading(path));
    if (!input.m_file)
        return fileFailure(operation, path, errno);
    return input;
}

Result<std::size_t> ByteInput::read(std::span<std::byte> into)
{
    const auto count = readSome(m_file ? m_file.get() : stdin, into);
    if (count < 0)
        return fileFailure(m_operation, m_path == "-" ? "standard input" : m_path, errno);
    return static_cast<std::size_t>(count);
}

struct LiveInput::Queue {
    std::mutex mutex; // guards what follows
    std::condition_variable changed;
    std::deque<Bytes> pieces;
    std::optional<Error> failure;
    bool isEnded = false;
    bool isLeft = false; // nobody takes any more
};

LiveInput::LiveInput(ByteInput input) : m_queue(std::make_shared<Queue>())
{
    std::thread([queue = m_queue, input = std::move(input)]() mutable {
        Bytes piece(ByteInput::pieceSize);
        for (;;) {
            const auto count = input.read(piece);
            std::unique_lock lock(queue->mutex);
            if (!count)
                queue->failure = count.error();
            else if (*count > 0)
                queue->pieces.push_back(toBytes(std::span(piece).first(*count)));
            queue->isEnded = !count || *count == 0;
            queue->changed.notify_all();
            queue->changed.wait(lock, [&] { return queue->isLeft || queue->pieces.size() < mostAhead; });
            if (queue->isLeft || queue->isEnded)
                return;
        }
    }).detach();
}

LiveInput::~LiveInput()
{
    if (!m_queue)
        return;
    const std::scoped_lock lock(m_queue->mutex);
    m_queue->isLeft = true;
    m_queue->changed.notify_all();
}

Result<LiveInput> LiveInput::open(const std::string &path)
{
    auto input = ByteInput::open(path);
    if (!input)
        return Failure(std::move(input.error()));
    return LiveInput(std::move(*input));
}

Result<std::optional<Bytes>> LiveInput::next(std::optional<std::chrono::steady_clock::time_point> deadline)
{
    std::unique_lock lock(m_queue->mutex);
    const auto isThere = [this] { return !m_queue->pieces.empty() || m_queue->isEnded; };
    if (!deadline)
        m_queue->changed.wait(lock, isThere);
    else if (!m_queue->changed.wait_until(lock, *deadline, isThere))
        return std::nullopt;
    if (m_queue->pieces.empty()) {
        if (m_queue->failure)
            return Failure(*m_queue->failure);
        return Bytes();
    }
    auto piece = std::move(m_queue->pieces.front());
    m_queue->pieces.pop_front();
    m_queue->changed.notify_all();
    return piece;
}

Result<Bytes> ByteInput::readAll(const std::string &path, const char *operation, std::size_t most)
{
    auto input = open(path, operation);
    if (!input)
        return Failure(std::move(input.error()));
    Bytes content, piece(pieceSize);
    for (;;) {
        const auto count = input->read(piece);
        if (!count)
            return Failure(count.error());
        if (*count == 0)
            return content;
        content.insert(content.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count));
        if (content.size() > most)
            return Failure(Error{.kind = ErrorKind::OutOfRange,
                                 .operation = operation,
                                 .object = path,
                                 .meaning = fmt::format("at most {} bytes are read of it", most)});
    }
}

} // namespace ipclens
