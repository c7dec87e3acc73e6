#include "app/cli/capture_input.h"

#include "app/cli/byte_input.h"
#include "app/cli/run.h"
#include "core/session/file_path.h"
#include "core/traffic/capture_segments.h"

#include <map>

#include <fmt/format.h>

namespace ipclens {
namespace {

using TakeItem = std::function<Result<void>(const CaptureItem &, const CaptureReader &)>;

// All items that the reader has by now.
Result<void> takeItems(CaptureReader &reader, const TakeItem &take)
{
    for (;;) {
        const auto item = reader.nextItem();
        if (!item)
            return Failure(item.error());
        if (!*item)
            return {};
        if (auto taken = take(**item, reader); !taken)
            return taken;
    }
}

void tellAbout(const CaptureReader &reader, CaptureRead &read)
{
    read.isCapture = read.isCapture || reader.hasSection();
    read.system = reader.system();
    read.inboxNames = reader.inboxNames();
    read.inboxCounts = reader.inboxCounts();
}

// Up to damage in it, or up to an error of `take`.
Result<void> readOne(const std::filesystem::path &file, CaptureReader &reader, const TakeItem &take)
{
    auto input = ByteInput::open(toUtf8(file));
    if (!input)
        return Failure(std::move(input.error()));
    Bytes piece(ByteInput::pieceSize);
    for (;;) {
        const auto count = input->read(piece);
        if (!count)
            return Failure(count.error());
        if (*count == 0)
            reader.end();
        reader.feed(std::span(piece).first(*count));
        if (auto taken = takeItems(reader, take); !taken)
            return taken;
        if (*count == 0)
            return reader.finish();
    }
}

// Also tells what is told beside the items. One damaged file of several does not keep the others from being read.
Result<void> readFiles(const std::string &path, CaptureRead &read, const TakeItem &take)
{
    const auto place = pathOf(path, "read a capture");
    if (!place)
        return Failure(place.error());
    CaptureReader reader(path);
    Result<void> outcome;
    bool isRefused = false;
    for (const auto &file : captureFiles(*place)) {
        reader.beginFile(toUtf8(file));
        auto one = readOne(file, reader, [&](const CaptureItem &item, const CaptureReader &) {
            auto taken = take(item, reader);
            isRefused = !taken;
            return taken;
        });
        tellAbout(reader, read);
        if (outcome)
            outcome = std::move(one);
        if (isRefused)
            break;
    }
    if (auto incomplete = reader.incomplete(); incomplete && outcome)
        outcome = Failure(std::move(*incomplete));
    return outcome;
}

CaptureRead readAnswered(const std::string &path, const MessageFilter &filter, const CaptureTakers &takers)
{
    CaptureRead read;
    MessageClock clock;
    std::optional<LateAnswers> late;
    const auto lateAnswers = [&]() -> const LateAnswers & {
        if (!late)
            late = findLateAnswers([&](const auto &take) {
                CaptureRead ignored; // damage is told by whoever reads the messages
                (void)readFiles(path, ignored, [&](const CaptureItem &item, const CaptureReader &) -> Result<void> {
                    take(item);
                    return {};
                });
            });
        return *late;
    };
    read.outcome = readFiles(path, read, [&](const CaptureItem &item, const CaptureReader &reader) -> Result<void> {
        if (!item.message) {
            lateAnswers();
            return {};
        }
        MessageView message = *item.message;
        clock.place(message);
        const auto number = read.messages++;
        if (!message.isAnswered) {
            if (const auto answer = lateAnswers().answers.find(number); answer != lateAnswers().answers.end()) {
                message.isAnswered = true;
                message.result = answer->second.result;
                message.duration = answer->second.duration;
                message.failure = answer->second.failure ? &*answer->second.failure : nullptr;
            }
        }
        return filter.matches(message) ? takers.message(message, reader) : Result<void>();
    });
    read.unmatched = late ? late->unmatched : 0;
    return read;
}

Result<void> ended(const CaptureReader &reader)
{
    if (auto finished = reader.finish(); !finished)
        return finished;
    if (auto incomplete = reader.incomplete())
        return Failure(std::move(*incomplete));
    return {};
}

CaptureRead readRunning(const std::string &path, const MessageFilter &filter, const CaptureTakers &takers)
{
    CaptureRead read;
    auto input = LiveInput::open(path);
    if (!input) {
        read.outcome = Failure(std::move(input.error()));
        return read;
    }
    CaptureReader reader(path == "-" ? "standard input" : path);
    bool isRefused = false; // by a taker, which is asked no more then
    const auto noted = [&isRefused](Result<void> taken) {
        isRefused = isRefused || !taken;
        return taken;
    };
    HeldMessages held(filter,
                      {.show = [&](const MessageView &message) { return noted(takers.message(message, reader)); },
                       .showAnswer = [&](const LateAnswer &answer) { return noted(takers.answer(answer)); }},
                      takers.patience);
    const auto take = [&](const CaptureItem &item, const CaptureReader &) -> Result<void> {
        if (item.answer)
            return held.add(*item.answer, item.interface);
        ++read.messages;
        const auto &message = *item.message;
        held.add(message.toMessage(), message.annotation ? *message.annotation : Annotation{},
                 HeldMessages::Clock::now(), item.interface);
        return {};
    };
    for (bool isEnded = false; !isEnded && read.outcome;) {
        auto deadline = held.due();
        if (takers.isStopped) {
            const auto soon = HeldMessages::Clock::now() + std::chrono::milliseconds(200);
            deadline = std::min(deadline.value_or(soon), soon);
            if (takers.isStopped())
                break;
        }
        auto piece = input->next(deadline);
        if (!piece) {
            read.outcome = Failure(std::move(piece.error()));
            isEnded = true;
        } else {
            isEnded = *piece && (*piece)->empty();
            if (isEnded)
                reader.end();
            if (*piece)
                reader.feed(**piece);
            read.outcome = takeItems(reader, take);
            tellAbout(reader, read);
            if (isEnded && read.outcome)
                read.outcome = ended(reader);
        }
        if (isRefused)
            break;
        // What stood before damage is given, too.
        if (auto passed = isEnded || !read.outcome ? held.passAll() : held.pass(HeldMessages::Clock::now());
            !passed && read.outcome)
            read.outcome = std::move(passed);
        if (auto paused = takers.pause(); !paused && read.outcome)
            read.outcome = std::move(paused);
    }
    read.unmatched = held.unmatched();
    read.letGo = held.letGo();
    return read;
}

} // namespace

bool isPipe(const std::string &path)
{
    const auto place = pathOf(path, "read a capture");
    if (path == "-" || !place)
        return path == "-";
    std::error_code ignored;
    const auto status = std::filesystem::status(*place, ignored);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
           !std::filesystem::is_directory(status);
}

CaptureRead readCapture(const std::string &path, const MessageFilter &filter, const CaptureTakers &takers)
{
    return isPipe(path) ? readRunning(path, filter, takers) : readAnswered(path, filter, takers);
}

void noteLosses(const CaptureRead &read)
{
    if (read.unmatched > 0)
        Run::note(fmt::format("answers left out, because their messages are not in the capture: {}", read.unmatched));
    if (read.letGo > 0)
        Run::note(fmt::format(
            "unanswered messages left out, because too many waited for an answer that the filter asks about: {}",
            read.letGo));
}

} // namespace ipclens
