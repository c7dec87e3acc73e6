// Traps that need real pages: tests/unit/traps_test.cpp lists all of them with their tests.
#include "core/text/hex.h"
#include "tests/peer/peer_session.h"
#include "tests/unit/memory_source_buffer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sstream>

namespace ipclens::test {
namespace {

class Traps : public PeerSession {
protected:
    // Where the child's layout begins: read-write, guard, no access, read-only, read-write, reserved, hole, read-write.
    Address layout()
    {
        std::istringstream words(peer.ask("layout"));
        Address begin = 0;
        words >> begin;
        return begin;
    }
    // State, protection and type of a page, as its own process sees them.
    std::string pageAt(Address address) { return peer.ask(fmt::format("query {}", address)); }

    void refusesToWrite(SourceId source, Address at)
    {
        const Bytes bytes = toBytes("x");
        EXPECT_EQ(errorOf(session->wait(WriteMemory{.source = source, .address = at, .bytes = bytes})).kind,
                  ErrorKind::Refused);
        EXPECT_EQ(errorOf(session->wait(Freeze{{.source = source, .address = at, .bytes = bytes}})).kind,
                  ErrorKind::Refused);
    }
};

TEST_F(Traps, guardPagesAreNotConsumed)
{
    const Address begin = layout();
    const AddressRange whole{begin, 0x24000};
    const AddressRange guard{begin + 0x3000, 0x1000};
    const SourceInfo process = openPeer(Access::ReadWrite);
    EXPECT_FALSE(read(process.source, whole).isReadable(guard.begin));
    EXPECT_EQ(read(process.source, {guard.begin + 8, 8}).unreadable.at(0).size, 8u)
        << "also when nothing else is asked for";
    value(session->wait(StartWatch{.source = process.source, .ranges = {whole}, .rate = 60}));
    log.waitUntil([](const auto &events) {
        return std::ranges::any_of(events,
                                   [](const Event &event) { return std::holds_alternative<WatchUpdate>(event); });
    });
    const auto scan = value(session->wait(StartScan{.source = process.source,
                                                    .type = ValueType::U8,
                                                    .terms = {.comparison = ScanComparison::Unknown},
                                                    .range = whole}));
    value(session->wait(NarrowScan{.scan = scan.scan, .terms = {.comparison = ScanComparison::Unchanged}}));
    value(session->wait(
        FindBytes{.source = process.source, .pattern = {.text = "00"}, .range = whole, .limit = 100'000}));
    const auto frame = value(session->wait(TakeFrame{.source = process.source, .ranges = {whole}}));
    EXPECT_FALSE(value(session->wait(FindDifference{.left = process.source, .right = frame.source})).range);
    value(session->wait(LocateAddresses{process.source, {guard.begin}}));
    EXPECT_FALSE(session->wait(EvaluateAddress{process.source, fmt::format("[{:x}]", guard.begin)}));
    EXPECT_FALSE(session->wait(WriteMemory{.source = process.source, .address = guard.begin, .bytes = toBytes("x")}));
    EXPECT_EQ(peer.ask("armed"), "yes");
}

TEST_F(Traps, protectionIsNotChanged)
{
    const Address readOnly = layout() + 0x5000;
    const SourceInfo process = openPeer(Access::ReadWrite);
    const std::string before = pageAt(readOnly);
    EXPECT_THAT(before, testing::HasSubstr(fmt::format(" {} ", PAGE_READONLY)));
    const Bytes bytes = peer.read({readOnly, 16});
    refusesToWrite(process.source, readOnly);
    refusesToWrite(process.source, readOnly + 0xfff);
    EXPECT_EQ(pageAt(readOnly), before);
    EXPECT_TRUE(peer.read({readOnly, 16}) == bytes);
}

// Protection of a view is that of its process, but a page made private in one is lost to all others.
TEST_F(Traps, sharedViewsAreNotUnprotected)
{
    const std::string name = uniqueName("section");
    const Address writable = peer.askNumber(fmt::format("section.create {} 65536 rw commit", toWord(name)));
    const Address view = peer.askNumber(fmt::format("section.open {} r", toWord(name)));
    const SourceInfo process = openPeer(Access::ReadWrite);
    const std::string before = pageAt(view);
    EXPECT_THAT(before, testing::HasSubstr(fmt::format(" {} {}", PAGE_READONLY, MEM_MAPPED)));
    refusesToWrite(process.source, view);
    EXPECT_EQ(pageAt(view), before);
    peer.write(writable, toBytes("shared"));
    EXPECT_TRUE(peer.read({view, 6}) == toBytes("shared")) << "it still is the same memory";
    EXPECT_TRUE(read(process.source, {view, 6}).bytes == toBytes("shared"));
}

TEST_F(Traps, theLengthIsNotThatOfTheFirstCommittedRegion)
{
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 1048576 rw reserve", toWord(name)));
    for (const Address at : {Address{0}, Address{0x80000}})
        peer.ask(fmt::format("commit {} 4096", view + at));
    peer.write(view + 0x80ff8, toBytes("the end."));
    const SourceInfo section = open({.kind = SourceKind::Section, .name = name});
    EXPECT_EQ(section.extent, (AddressRange{0, 1048576}));
    EXPECT_TRUE(read(section.source, {0x80ff8, 8}).bytes == toBytes("the end."));
    const auto scan = value(session->wait(
        StartScan{.source = section.source, .type = ValueType::U8, .terms = {.comparison = ScanComparison::Unknown}}));
    EXPECT_EQ(scan.scanned, 8192u);
}

} // namespace
} // namespace ipclens::test
