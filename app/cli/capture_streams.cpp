#include "app/cli/capture_streams.h"

#include "app/cli/console.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <ranges>

namespace ipclens {
namespace {

constexpr std::size_t pieceSize = 1 << 20;

std::filesystem::path pathOf(const std::string &utf8)
{
    return std::u8string(utf8.begin(), utf8.end());
}

std::string meaningOf(int code)
{
    return code != 0 ? std::strerror(code) : "it cannot be opened";
}

using TakeItem = std::function<Result<void>(const CaptureItem &, const CaptureReader &)>;

// As they stand in the file; an item is good during the call.
Result<void> readItems(const std::string &path, const TakeItem &take)
{
    std::ifstream file;
    if (path == "-") {
        prepareBinaryInput();
    } else {
        errno = 0;
        file.open(pathOf(path), std::ios::binary);
        if (!file || std::filesystem::is_directory(pathOf(path)))
            return Failure(Error{.kind = errno == ENOENT ? ErrorKind::Missing : ErrorKind::Failed,
                                 .operation = "read a capture",
                                 .object = path,
                                 .meaning = file ? "it is a folder" : meaningOf(errno)});
    }
    std::istream &input = path == "-" ? std::cin : file;
    CaptureReader reader(path == "-" ? "standard input" : path);
    std::vector<char> piece(pieceSize);
    do {
        input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        reader.feed(std::as_bytes(std::span(piece)).first(static_cast<std::size_t>(input.gcount())));
        if (!input)
            reader.end();
        for (;;) {
            const auto item = reader.nextItem();
            if (!item)
                return Failure(item.error());
            if (!*item)
                break;
            if (auto taken = take(**item, reader); !taken)
                return taken;
        }
    } while (input);
    if (input.bad())
        return Failure(Error{.operation = "read a capture", .object = path, .meaning = "reading failed in the middle"});
    return reader.finish();
}

// The answers of a file that stand on their own.
class LateAnswers {
public:
    // Damage is told by whoever reads the messages.
    explicit LateAnswers(const std::string &path)
    {
        (void)readItems(path, [this](const CaptureItem &item, const CaptureReader &reader) -> Result<void> {
            if (item.answer)
                m_answers[{item.answer->inbox, item.answer->outcome.sequence}].push_back({reader.offset(), item.answer->outcome});
            return {};
        });
    }

    // The next behind that place in the file: inboxes of merged captures may have the same number. Good until the next call.
    const MessageOutcome *take(const MessageView &message, std::uint64_t place)
    {
        const auto found = m_answers.find({message.inbox, message.sequence});
        if (found == m_answers.end())
            return nullptr;
        auto &answers = found->second;
        while (!answers.empty() && answers.front().place <= place)
            answers.pop_front();
        if (answers.empty())
            return nullptr;
        m_taken = std::move(answers.front().outcome);
        answers.pop_front();
        return &m_taken;
    }

private:
    struct Answer {
        std::uint64_t place = 0;
        MessageOutcome outcome;
    };
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::deque<Answer>> m_answers;
    MessageOutcome m_taken;
};

const std::string &nameOfInbox(const CaptureReader &reader, std::uint64_t inbox)
{
    static const std::string none;
    const auto name = reader.inboxNames().find(inbox);
    return name == reader.inboxNames().end() ? none : name->second;
}

Result<void> readAnsweredFile(const std::string &path, const TakeMessage &take, std::int64_t &unmatched)
{
    std::optional<LateAnswers> answers;
    return readItems(path, [&](const CaptureItem &item, const CaptureReader &reader) -> Result<void> {
        if (!item.message) {
            ++unmatched;
            return {};
        }
        MessageView message = *item.message;
        if (!message.isAnswered) {
            if (!answers)
                answers.emplace(path);
            if (const MessageOutcome *answer = answers->take(message, reader.offset())) {
                message.isAnswered = true;
                message.result = answer->result;
                message.duration = answer->duration;
                message.failure = answer->failure ? &*answer->failure : nullptr;
                --unmatched; // it is counted when it comes
            }
        }
        return take(message, nameOfInbox(reader, message.inbox));
    });
}

// The messages of a pipe, held back from the first on that waits for its answer.
class HeldMessages {
public:
    explicit HeldMessages(const TakeMessage &take) : m_take(take) {}

    Result<void> add(const MessageView &message, std::string inboxName)
    {
        m_held.push_back({message.toMessage(), message.annotation ? *message.annotation : Annotation{}, std::move(inboxName)});
        m_bytes += cost(m_held.back());
        return pass(false);
    }
    bool answer(std::uint64_t inbox, const MessageOutcome &outcome)
    {
        for (Held &held : std::views::reverse(m_held))
            if (held.message.inbox == inbox && held.message.sequence == outcome.sequence && !held.message.outcome) {
                held.message.outcome = outcome;
                return true;
            }
        return false;
    }
    Result<void> pass(bool all)
    {
        while (!m_held.empty()) {
            const Held &first = m_held.front();
            if (!all && first.message.senderWaits && !first.message.outcome && m_bytes <= mostBytes)
                break;
            m_bytes -= cost(first);
            const Held passed = std::move(m_held.front());
            m_held.pop_front();
            if (auto taken = m_take(MessageView(passed.message, &passed.said), passed.inboxName); !taken)
                return taken;
        }
        return {};
    }

private:
    static constexpr std::size_t mostBytes = 64 << 20;

    struct Held {
        Message message;
        Annotation said;
        std::string inboxName;
    };
    static std::size_t cost(const Held &held) { return sizeof(Held) + held.message.payload.size(); }

    const TakeMessage &m_take;
    std::deque<Held> m_held;
    std::size_t m_bytes = 0;
};

Result<void> readAnsweredPipe(const std::string &path, const TakeMessage &take, std::int64_t &unmatched)
{
    HeldMessages held(take);
    bool isStopped = false;
    auto read = readItems(path, [&](const CaptureItem &item, const CaptureReader &reader) -> Result<void> {
        if (item.answer && !held.answer(item.answer->inbox, item.answer->outcome))
            ++unmatched;
        auto passed = item.message ? held.add(*item.message, nameOfInbox(reader, item.message->inbox)) : held.pass(false);
        isStopped = !passed;
        return passed;
    });
    if (isStopped)
        return read;
    const auto passed = held.pass(true); // also what stood before damage
    return read && !passed ? passed : read;
}

} // namespace

Result<void> readCapture(const std::string &path, const TakeMessage &take, std::uint64_t *unmatched)
{
    MessageClock clock;
    const TakeMessage placed = [&](const MessageView &message, const std::string &inboxName) {
        MessageView view = message;
        clock.place(view);
        return take(view, inboxName);
    };
    std::int64_t count = 0;
    std::error_code ignored;
    const bool isFile = path != "-" && std::filesystem::is_regular_file(pathOf(path), ignored);
    auto read = isFile ? readAnsweredFile(path, placed, count) : readAnsweredPipe(path, placed, count);
    if (unmatched)
        *unmatched = static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
    return read;
}

Failure CaptureOutput::failure(int code) const
{
    return Failure(Error{.kind = code == EEXIST ? ErrorKind::Exists : ErrorKind::Failed,
                         .code = static_cast<std::uint32_t>(code),
                         .operation = "write a capture",
                         .object = m_path == "-" ? "standard output" : m_path,
                         .meaning = meaningOf(code),
                         .hint = code == EEXIST ? "--replace writes over it" : ""});
}

Result<CaptureOutput> CaptureOutput::open(const std::string &path, bool replace, const std::string &system)
{
    CaptureOutput output(path);
    if (path != "-") {
        errno = 0;
        output.m_file.reset(openForWriting(path, replace));
        if (!output.m_file)
            return output.failure(errno);
    }
    output.m_writer.emplace(output.m_buffer, system);
    if (auto begun = output.put(output.m_buffer); !begun)
        return Failure(std::move(begun.error()));
    return output;
}

Result<void> CaptureOutput::put(const Bytes &bytes)
{
    errno = 0;
    std::FILE *const file = m_file ? m_file.get() : stdout;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
        return failure(errno);
    return {};
}

Result<void> CaptureOutput::write(const MessageView &message)
{
    m_buffer.clear();
    m_writer->append(m_buffer, message);
    return put(m_buffer);
}

Result<void> CaptureOutput::write(std::uint64_t inbox, std::int64_t time, const MessageOutcome &outcome)
{
    m_buffer.clear();
    m_writer->append(m_buffer, {.inbox = inbox, .outcome = outcome, .time = time, .messageTime = {}});
    return put(m_buffer);
}

Result<void> CaptureOutput::flush()
{
    errno = 0;
    if (std::fflush(m_file ? m_file.get() : stdout) != 0)
        return failure(errno);
    return {};
}

Result<void> CaptureOutput::close()
{
    if (!m_file)
        return flush();
    errno = 0;
    if (std::fclose(m_file.release()) != 0)
        return failure(errno);
    return {};
}

} // namespace ipclens
