// The reader of captures as a libFuzzer target: any bytes give messages, answers and counts or an error, in one piece
// and in many; what was read, written again, is read as the same.
#include "core/traffic/message_store.h"
#include "tests/unit/read_capture.h"

#include <cstdlib>

using namespace ipclens;
using ipclens::test::ReadCapture;
using ipclens::test::readCapture;

namespace {

void expect(bool holds)
{
    if (!holds)
        std::abort();
}

void expectSame(const ReadCapture &one, const ReadCapture &other)
{
    expect(one.messages == other.messages && one.annotations == other.annotations && one.answers == other.answers);
    expect(one.inboxCounts == other.inboxCounts && one.inboxNames == other.inboxNames);
}

// Texts have at most 64 KiB less one in a file, and comments 64 KiB less 16: what is longer comes back shorter once.
ReadCapture writtenAgain(const ReadCapture &read)
{
    MessageStore store;
    Bytes file;
    CaptureWriter writer(file, read.system);
    for (const auto &[inbox, name] : read.inboxNames)
        writer.nameInbox(inbox, name);
    for (std::size_t i = 0; i < read.messages.size(); ++i) {
        store.append(MessageView(read.messages[i], &read.annotations[i]));
        writer.append(file, store.at(store.end() - 1));
    }
    for (const auto &answer : read.answers)
        writer.append(file, answer);
    for (const auto &[inbox, counts] : read.inboxCounts)
        writer.append(file, inbox, 0, counts);
    return readCapture(file, 1 << 16);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto file = std::as_bytes(std::span(data, size));
    const auto once = readCapture(file, std::max<std::size_t>(size, 1));
    const auto bitwise = readCapture(file, 1 + size % 61);
    expectSame(once, bitwise);
    expect(once.error == bitwise.error && once.incomplete == bitwise.incomplete && once.system == bitwise.system);

    const auto again = writtenAgain(once);
    expect(!again.error && !again.incomplete);
    // What was cut once, and inboxes that had no name, are the same from then on.
    const auto third = writtenAgain(again);
    expectSame(again, third);
    expect(again.messages == once.messages && again.answers == once.answers && again.inboxCounts == once.inboxCounts);
    return 0;
}
