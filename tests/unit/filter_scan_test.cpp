#include "core/traffic/filter_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ipclens {
namespace {

MessageStore mixedStore(bool withOdd)
{
    MessageStore store;
    std::mt19937_64 random(3); // NOLINT: the same on every run
    for (std::uint64_t i = 0; i < 9'000; ++i) {
        Message message{.sequence = i, .time = static_cast<std::int64_t>(i) * 1'000'000};
        message.sender = {.pid = static_cast<std::uint32_t>(random() % 4)};
        message.senderName = message.sender.pid == 2 ? "" : "demo" + std::to_string(message.sender.pid) + ".exe";
        message.inbox = random() % 3;
        message.depth = static_cast<std::uint32_t>(random() % 2);
        message.senderWaits = random() % 9 != 0;
        if (random() % 4 == 0) {
            message.kind = MessageKind::Registered;
            message.name = random() % 2 == 0 ? "Mapped" : "Handle";
            message.id = 0xC000 + random() % 3;
            message.wParam = random() % 10;
            message.lParam = random();
        } else {
            message.senderWindow = 0x10000 + random() % 3;
            message.id = random() % 50;
            message.payload = toBytes(i % 10 == 0   ? "a needle in it"
                                      : i % 10 == 1 ? std::string_view("n\0e\0e\0d\0l\0e\0", 12)
                                                    : "hay");
            if (i % 13 == 0)
                message.payload.clear();
            message.size = message.payload.size() + (i % 17 == 0 ? 5 : 0);
            message.nullData = i % 23 == 0;
        }
        if (random() % 2 == 0)
            message.outcome = MessageOutcome{.sequence = i,
                                             .result = static_cast<std::int64_t>(random() % 5) - 2,
                                             .duration = static_cast<std::int64_t>(random() % 30) * 500'000,
                                             .failure = random() % 20 == 0 ? std::optional(Error{}) : std::nullopt};
        if (i % 31 == 0)
            message.references.push_back({.section = i % 2 == 0 ? "Local\\Shared" : "Other", .bytes = toBytes("abc")});
        if (i % 37 == 0)
            message.references.push_back({.kind = ReferenceKind::Pointer,
                                          .process = {.pid = 4},
                                          .address = 0x1000 * (i % 3),
                                          .bytes = toBytes("\1\2\3"),
                                          .failure = i % 2 == 0 ? std::optional(Error{}) : std::nullopt});
        if (withOdd && i % 1000 == 0)
            message.sequence += std::uint64_t{1} << 40;
        store.append(message);
        if (i % 100 == 0)
            store.annotate(i, {.marked = true, .comment = i % 200 == 0 ? "strange" : ""});
    }
    return store;
}

std::vector<std::uint64_t> found(const MessageStore &store, std::string_view text, std::optional<TimeRange> time = {})
{
    FilterScan scan(*MessageFilter::parse(text, time));
    std::vector<std::uint32_t> rows;
    for (auto at = store.begin(); at < store.end();)
        at = scan.find(store, at, store.end(), rows);
    return {rows.begin(), rows.end()};
}

std::vector<std::uint64_t> expected(const MessageStore &store, std::string_view text,
                                    std::optional<TimeRange> time = {})
{
    const auto filter = MessageFilter::parse(text, time);
    EXPECT_TRUE(filter) << text << ": " << filter.error().meaning;
    std::vector<std::uint64_t> rows;
    for (auto at = store.begin(); at < store.end(); ++at)
        if (filter->matches(store.at(at)))
            rows.push_back(at);
    return rows;
}

constexpr std::string_view filters[] = {
    "data.id == 7",
    "data.id != 7",
    "data.id < 10",
    "data.id >= 49",
    "data.id > -1",
    "data.id < -1",
    "data.id <= 7.5",
    "data.id in {1, 3, 10..20}",
    "data.id in {20..10}",
    "data.id == 18446744073709551615",
    "message.id == 0xC001",
    "message.id",
    "wparam > 5",
    "lparam > 0x7fffffffffffffff",
    "size == 0",
    "size > 3",
    "size",
    "number < 100",
    "number == 4000",
    "result == -1",
    "result < 0",
    "result in {-2..-1, 2}",
    "result != 0",
    "duration > 3",
    "duration == 2.5",
    "duration <= 7",
    "duration",
    "answered",
    "!answered",
    "failed",
    "posted",
    "marked",
    "comment",
    "comment contains \"range\"",
    "inbox == 2",
    "depth != 0",
    "sender.pid == 1",
    "sender.pid",
    "sender.exe contains \"demo\"",
    "lower(sender.exe) == \"demo3.exe\"",
    "sender.exe[0:4] == \"demo\"",
    "kind == \"registered\"",
    "message.name == \"Mapped\"",
    "message.name != \"Mapped\"",
    "null",
    "truncated",
    "receiver.pid",
    "payload contains \"needle\"",
    "payload contains 6e:65",
    "payload contains u\"needle\"",
    "payload[0:3] == \"hay\"",
    "u8(payload) == 0x61",
    "payload matches \"n.*le\"",
    "payload",
    "\"needle\"",
    "needle",
    "Mapped",
    "0x2",
    "strange",
    "data.id == 7 || data.id == 8 && sender.pid == 1",
    "!(data.id < 25) && !(sender.pid == 3) || kind == \"registered\" && wparam == 2",
    "data.id == 7 ^^ sender.pid == 1",
    "data.id < 30 xor sender.pid == 1 xor kind == \"registered\" xor null",
    "data.id == 1 || data.id == 2 || data.id == 3 || sender.pid == 2 || payload contains \"needle\"",
    "data.id > 1 && data.id < 30 && sender.pid != 2 && size > 0 && payload contains \"e\"",
    "wparam & 1",
    "wparam & 6 == 2",
    "(wparam + 1) * 2 % 3 == 0 || 5 == wparam",
    "loword(lparam) < 0x1000 || hiword(lparam) % 2 == 1",
    "string(data.id) matches \"^[13]\"",
    "hex(wparam) == \"0x2\"",
    "time.delta > 0.0005",
    "time.delta == 0.001",
    "time.relative < 0.5 || time.relative == 8",
    "time.delta",
    "section.name == \"Local\\\\Shared\"",
    "section.name != \"Local\\\\Shared\"",
    "section.bytes[0:2] == \"ab\" || pointer.bytes contains 01:02",
    "pointer.pid == 4 && pointer.address & 0x1000",
    "sender.exe matches \"^DEMO[13]\"",
    "payload matches \"N.*le$\"",
    "payload matches u\"need\"",
    "payload[0] == 68 || payload[-1] == 'y'",
    "lower(payload)[1:2] == \"ay\"",
    "((data.id > 5 || null) && (payload contains \"hay\" || result == 1)) || !(inbox == 1 || inbox == 2)",
    ""};

TEST(FilterScan, FindsWhatLookingOneByOneFinds)
{
    for (const bool withOdd : {false, true}) {
        const auto store = mixedStore(withOdd);
        for (const auto filter : filters) {
            EXPECT_EQ(found(store, filter), expected(store, filter)) << filter;
            const TimeRange time{1'000'000'000, 5'000'000'001};
            EXPECT_EQ(found(store, filter, time), expected(store, filter, time)) << filter;
        }
        EXPECT_TRUE(found(store, "", TimeRange{5, 5}).empty());
    }
}

// As long as a filter may be.
TEST(FilterScan, ManyTestsInOneChain)
{
    MessageStore store;
    for (std::uint64_t i = 0; i < 20; ++i)
        store.append(Message{.id = i, .nullData = i % 3 == 0});
    for (const std::string_view sign : {"||", "&&", "^^"}) {
        std::string text = "data.id == 7";
        while (text.size() < 60'000)
            text += std::string(sign) + "null";
        EXPECT_EQ(found(store, text), expected(store, text)) << sign;
    }
}

TEST(FilterScan, SendersThatComeLaterAreJudgedToo)
{
    MessageStore store;
    FilterScan scan(*MessageFilter::parse("sender.pid == 2"));
    std::vector<std::uint32_t> rows;
    for (std::uint32_t i = 0; i < 6; ++i) {
        store.append(Message{.sender = {.pid = i % 3}});
        EXPECT_EQ(scan.find(store, i, i + 1, rows), i + 1);
    }
    EXPECT_EQ(rows, (std::vector<std::uint32_t>{2, 5}));
}

TEST(FilterScan, PinnedMessagesAreAlwaysThere)
{
    auto store = mixedStore(false);
    for (const std::uint64_t index : {4u, 5'000u, 8'999u})
        store.annotate(index, {.pinned = true});
    EXPECT_EQ(found(store, "data.id == 999"), (std::vector<std::uint64_t>{4, 5'000, 8'999}));
    const auto all = found(store, "data.id < 25");
    EXPECT_TRUE(std::ranges::is_sorted(all));
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
    EXPECT_TRUE(std::ranges::binary_search(all, 5'000u));
}

TEST(FilterScan, StopsAfterAPieceOfWork)
{
    MessageStore store;
    for (int i = 0; i < 20; ++i)
        store.append(Message{.size = 200'000, .payload = Bytes(200'000, std::byte{'x'})});
    FilterScan scan(*MessageFilter::parse("payload contains \"y\""));
    std::vector<std::uint32_t> rows;
    EXPECT_LT(scan.find(store, 0, 20, rows), 4u);
    FilterScan quick(*MessageFilter::parse("size > 3"));
    EXPECT_EQ(quick.find(store, 0, 20, rows), 20u);
    const auto mixed = mixedStore(false);
    EXPECT_EQ(quick.find(mixed, 0, 4'000, rows), 4'000u);
    std::string many = "size > 3";
    for (int i = 0; i < 1'000; ++i)
        many += "||null";
    EXPECT_LT(FilterScan(*MessageFilter::parse(many)).find(mixed, 0, 4'000, rows), 200u) << "of many tests";
}

} // namespace
} // namespace ipclens
