// All that a capture holds, for tests.
#pragma once

#include "core/traffic/capture_file.h"

#include <algorithm>

namespace ipclens::test {

struct ReadCapture {
    std::vector<Message> messages;
    std::vector<Annotation> annotations; // of each message
    std::vector<LateAnswer> answers;
    std::map<std::uint64_t, std::string> inboxNames;
    std::map<std::uint64_t, InboxCounts> inboxCounts;
    std::string system;
    std::optional<Error> error;
    std::optional<Error> incomplete;
};

// `piece`: bytes given at once.
inline ReadCapture readCapture(std::span<const std::byte> file, std::size_t piece = 1 << 20)
{
    CaptureReader reader("test.pcapng");
    ReadCapture read;
    for (bool isEnded = false; !isEnded && !read.error;) {
        isEnded = file.empty();
        if (isEnded)
            reader.end();
        reader.feed(file.first(std::min(piece, file.size())));
        file = file.subspan(std::min(piece, file.size()));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item)
                read.error = item.error();
            if (!item || !*item)
                break;
            if (const auto &message = (*item)->message) {
                read.messages.push_back(message->toMessage());
                read.annotations.push_back(message->annotation ? *message->annotation : Annotation());
            } else {
                read.answers.push_back(*(*item)->answer);
            }
        }
    }
    if (const auto end = reader.finish(); !end && !read.error)
        read.error = end.error();
    read.inboxNames = reader.inboxNames();
    read.inboxCounts = reader.inboxCounts();
    read.system = reader.system();
    read.incomplete = reader.incomplete();
    return read;
}

} // namespace ipclens::test
