// The reader of captures as a libFuzzer target: any bytes give messages or an error, in one piece and in many; what was
// read, written again, is read as the same.
#include "core/traffic/capture_file.h"
#include "core/traffic/message_store.h"

#include <algorithm>
#include <cstdlib>

using namespace ipclens;

namespace {

struct Outcome {
    std::vector<Message> messages;
    bool isWhole = false;
};

Outcome readAll(std::span<const std::byte> file, std::size_t piece)
{
    CaptureReader reader("fuzzed");
    Outcome outcome;
    for (std::size_t at = 0; at < file.size(); at += piece) {
        reader.feed(file.subspan(at, std::min(piece, file.size() - at)));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item)
                return outcome;
            if (!*item)
                break;
            if ((*item)->message)
                outcome.messages.push_back((*item)->message->toMessage());
        }
    }
    outcome.isWhole = reader.finish().has_value();
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto file = std::as_bytes(std::span(data, size));
    const auto once = readAll(file, std::max<std::size_t>(size, 1));
    const auto bitwise = readAll(file, 1 + size % 61);
    if (once.messages != bitwise.messages || once.isWhole != bitwise.isWhole)
        std::abort();
    MessageStore store;
    Bytes again = captureBegin("fuzzed");
    for (const auto &message : once.messages) {
        store.append(message);
        appendToCapture(again, store.at(store.end() - 1));
    }
    if (readAll(again, again.size()).messages != once.messages)
        std::abort();
    return 0;
}
