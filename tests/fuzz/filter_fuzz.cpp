// The filter language as a libFuzzer target: whatever is typed is read or refused, and what was read can be asked of
// every message.
#include "core/traffic/filter_expression.h"
#include "core/traffic/filter_scan.h"

#include <cstdlib>

using namespace ipclens;

namespace {

// One message of each sort that the language tells apart.
MessageStore makeMessages()
{
    MessageStore store;
    store.append(Message{});
    store.append(Message{
        .sequence = 7,
        .time = 1'795'000'000'123'456'789,
        .senderWindow = 0x10046,
        .sender = {.pid = 4321, .created = 5},
        .senderName = "Demo.exe",
        .id = 1001,
        .size = 40,
        .payload = toBytes(std::string_view("\x01\0\0\0The Quick Fox\xFF\xFF\xFF\xFF", 21)),
        .inbox = 2,
        .receiverWindow = 0x20048,
        .receiver = {.pid = 9},
        .receiverName = "Other.exe",
        .depth = 1,
        .outcome = MessageOutcome{.sequence = 7, .result = -3, .duration = 1'500'000, .failure = Error{.code = 1460}}});
    store.append(Message{
        .kind = MessageKind::Registered, .name = "Mapped", .id = 0xC001, .wParam = 99, .lParam = ~std::uint64_t{0}});
    store.append(Message{
        .payload = toBytes(std::string_view("\1\0T\0h\0e\0 \0\xFC\0\0\0", 14)),
        .references = {
            {.section = "Local\\Shared", .bytes = toBytes("abc")},
            {.kind = ReferenceKind::Pointer, .process = {.pid = 7}, .address = 0x1000, .bytes = toBytes("\1\2\3")}}});
    store.append(Message{.sequence = std::uint64_t{1} << 40, .size = 12, .nullData = true, .senderWaits = false});
    store.annotate(1, {.marked = true, .comment = "strange"});
    return store;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const MessageStore store = makeMessages();
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const auto filter = MessageFilter::parse(text);
    if (!filter) {
        if (filter.error().offset > text.size() || filter.error().length > text.size() - filter.error().offset ||
            filter.error().meaning.empty())
            std::abort(); // the problem must be somewhere in the text
        return 0;
    }
    FilterScan scan(*filter);
    std::vector<std::uint32_t> found;
    for (auto at = store.begin(); at < store.end();)
        at = scan.find(store, at, store.end(), found);
    std::size_t next = 0;
    for (auto at = store.begin(); at < store.end(); ++at) {
        const bool isFound = next < found.size() && found[next] == at;
        next += isFound;
        if (isFound != filter->matches(store.at(at)))
            std::abort(); // both ways of looking must agree
    }
    for (const auto &name : completeFilter(text, size / 2).names)
        if (name.name.empty())
            std::abort();
    return 0;
}
