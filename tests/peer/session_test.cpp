// A session of this process over real second processes: writes, watches, journal, shared sections.
#include "tests/peer/peer_session.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sstream>

namespace ipclens::test {
namespace {

class Sessions : public PeerSession {};

TEST_F(Sessions, openProcessesSectionsAndFiles)
{
    const SourceInfo process = openPeer();
    EXPECT_NE(process.source, 0u);
    ASSERT_TRUE(process.process);
    EXPECT_EQ(process.process->key.pid, peer.pid());
    EXPECT_EQ(process.process->name, "ipclens_peer_tests.exe");
    EXPECT_EQ(process.name, fmt::format("process:{}", peer.pid()));
    EXPECT_THAT(process.granted, testing::Contains("PROCESS_VM_READ"));

    const std::string name = uniqueName("section");
    peer.ask(fmt::format("section.create {} 8192 rw commit", toWord(name)));
    const SourceInfo section = open({.kind = SourceKind::Section, .name = name});
    EXPECT_EQ(section.name, "section:" + name);
    EXPECT_EQ(section.extent, (AddressRange{0, 8192}));
    ASSERT_TRUE(section.section);
    EXPECT_EQ(section.section->size, 8192u);

    const SourceInfo file = open({.kind = SourceKind::File, .name = (selfFolder() / "ipclens-cli.exe").string()});
    EXPECT_TRUE(read(file.source, {0, 2}).bytes == toBytes("MZ"));
}

TEST_F(Sessions, markHolesAndNeverTouchGuardPages)
{
    std::istringstream layout(peer.ask("layout"));
    const SourceInfo process = openPeer();
    Address begin = 0;
    layout >> begin;
    // Read-write, guard, no access, read-only, read-write, reserved, hole, read-write: see the child's verb.
    const MemoryImage image = read(process.source, {begin, 0x24000});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{begin + 0x3000, 0x2000}, {begin + 0x8000, 0x18000}}));
    EXPECT_EQ(image.bytes[0x2FFF], patternAt(0x2FFF));
    EXPECT_EQ(image.bytes[0x5000], patternAt(0x5000));
    EXPECT_EQ(image.bytes[0x20000], patternAt(0x20000));
    value(session->wait(ListRegions{process.source}));
    EXPECT_EQ(peer.ask("armed"), "yes");
}

TEST_F(Sessions, writeComparesJournalsAndReadsBack)
{
    const Address at = peer.askNumber("alloc 4096");
    peer.write(at, toBytes("before"));
    const SourceInfo process = openPeer(Access::ReadWrite);
    const auto written = value(session->wait(
        WriteMemory{.source = process.source, .address = at, .expected = toBytes("before"), .bytes = toBytes("after!")}));
    EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    EXPECT_TRUE(written.before == toBytes("before"));
    EXPECT_TRUE(written.after == toBytes("after!"));
    EXPECT_NE(written.entry, 0u);
    EXPECT_TRUE(peer.read({at, 6}) == toBytes("after!"));

    const auto refused = value(session->wait(
        WriteMemory{.source = process.source, .address = at, .expected = toBytes("before"), .bytes = toBytes("wrong!")}));
    EXPECT_EQ(refused.outcome, WriteOutcome::Changed);
    EXPECT_EQ(refused.entry, 0u);
    EXPECT_TRUE(refused.before == toBytes("after!"));
    EXPECT_TRUE(peer.read({at, 6}) == toBytes("after!"));

    const auto entries = value(session->wait(ReadJournal{})).entries;
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].address, at);
    EXPECT_EQ(entries[0].state, JournalState::Verified);
    EXPECT_TRUE(entries[0].before == toBytes("before"));
    EXPECT_TRUE(entries[0].bytes == toBytes("after!"));
}

TEST_F(Sessions, writeNeedsWriteAccess)
{
    const Address at = peer.askNumber("alloc 4096");
    const SourceInfo process = openPeer();
    EXPECT_FALSE(session->wait(WriteMemory{.source = process.source, .address = at, .bytes = toBytes("x")}));
    EXPECT_TRUE(peer.read({at, 1}) == zeros(1));
    EXPECT_TRUE(value(session->wait(ReadJournal{})).entries.empty());
    EXPECT_EQ(value(session->wait(SetSourceAccess{process.source, Access::ReadWrite})).access, Access::ReadWrite);
    EXPECT_TRUE(session->wait(WriteMemory{.source = process.source, .address = at, .bytes = toBytes("x")}));
    EXPECT_TRUE(peer.read({at, 1}) == toBytes("x"));
}

// The target counts up as fast as it can: an expectation is out of date before it is compared, and nothing may be written then.
TEST_F(Sessions, writeAgainstAWriterChangesNothingUnseen)
{
    const Address at = peer.askNumber("alloc 4096");
    const SourceInfo process = openPeer(Access::ReadWrite);
    const auto number = [](const Bytes &bytes) {
        std::uint64_t counter = 0;
        std::memcpy(&counter, bytes.data(), sizeof counter);
        return counter;
    };
    peer.ask(fmt::format("churn {}", at));
    for (int i = 0; i < 50; ++i) {
        const Bytes seen = read(process.source, {at, 8}).bytes;
        ASSERT_TRUE(eventually([&] { return number(peer.read({at, 8})) > number(seen); }));
        const auto reply = value(session->wait(
            WriteMemory{.source = process.source, .address = at, .expected = seen, .bytes = zeros(8)}));
        EXPECT_EQ(reply.outcome, WriteOutcome::Changed);
        EXPECT_GT(number(reply.before), number(seen));
        EXPECT_GT(number(peer.read({at, 8})), number(seen));
    }
    EXPECT_TRUE(value(session->wait(ReadJournal{})).entries.empty());
    // Without an expectation it is written, and the reply says whether it stayed.
    const Bytes high{std::byte{}, std::byte{}, std::byte{}, std::byte{}, std::byte{}, std::byte{1}, std::byte{}, std::byte{}};
    const auto reply = value(session->wait(WriteMemory{.source = process.source, .address = at, .bytes = high}));
    EXPECT_EQ(reply.outcome, reply.after == high ? WriteOutcome::Verified : WriteOutcome::Overwritten);
    EXPECT_NE(reply.entry, 0u);
    EXPECT_GE(number(peer.read({at, 8})), number(high));
}

TEST_F(Sessions, watchesDeliverWhatChanges)
{
    const Address at = peer.askNumber("alloc 65536");
    const SourceInfo process = openPeer();
    const auto watch = value(session->wait(StartWatch{process.source, {{at, 65536}}, 200})).watch;
    const auto changesOf = [](const std::vector<Event> &events, Address address) {
        std::optional<std::byte> latest;
        for (const Event &event : events) {
            const auto *update = std::get_if<WatchUpdate>(&event);
            for (const MemoryImage &image : update ? update->changed : std::vector<MemoryImage>()) {
                if (image.range().contains(address))
                    latest = image.bytes[address - image.address];
            }
        }
        return latest;
    };
    log.waitUntil([&](const auto &events) { return changesOf(events, at + 65535) == std::byte{0}; });
    peer.write(at + 30'000, toBytes("!"));
    log.waitUntil([&](const auto &events) { return changesOf(events, at + 30'000) == std::byte{'!'}; });
    value(session->wait(StopWatch{watch}));

    std::uint64_t bytes = 0;
    for (const Event &event : log.events()) {
        if (const auto *update = std::get_if<WatchUpdate>(&event)) {
            EXPECT_EQ(update->watch, watch);
            EXPECT_FALSE(update->failure);
            for (const MemoryImage &image : update->changed)
                bytes += image.bytes.size();
        }
    }
    EXPECT_EQ(bytes, 65536u + 4096u); // everything once, then the one page
}

TEST_F(Sessions, watchesTellOnceThatTheirTargetDied)
{
    const Address at = peer.askNumber("alloc 65536");
    Peer other;
    const Address counter = other.askNumber("alloc 4096");
    other.ask(fmt::format("churn {}", counter));
    const SourceInfo process = openPeer();
    const SourceInfo alive = open({.kind = SourceKind::Process, .process = {other.pid(), 0}});
    const auto watch = value(session->wait(StartWatch{process.source, {{at, 65536}}, 200})).watch;
    const auto otherWatch = value(session->wait(StartWatch{alive.source, {{counter, 8}}, 200})).watch;
    const auto updatesOf = [](const std::vector<Event> &events, WatchId id) {
        std::vector<WatchUpdate> updates;
        for (const Event &event : events) {
            if (const auto *update = std::get_if<WatchUpdate>(&event); update && update->watch == id)
                updates.push_back(*update);
        }
        return updates;
    };
    const auto failuresOf = [&](const std::vector<Event> &events) {
        return std::ranges::count_if(updatesOf(events, watch), [](const auto &update) { return update.failure.has_value(); });
    };
    log.waitUntil([&](const auto &events) { return !updatesOf(events, watch).empty(); });
    killProcess(peer.pid());
    log.waitUntil([&](const auto &events) { return failuresOf(events) > 0; });
    // The other watch goes on; the dead one has told its story.
    const auto seen = updatesOf(log.events(), otherWatch).size();
    log.waitUntil([&](const auto &events) { return updatesOf(events, otherWatch).size() > seen + 10; });
    EXPECT_EQ(failuresOf(log.events()), 1);
    for (const WatchUpdate &update : updatesOf(log.events(), watch)) {
        if (update.failure) {
            EXPECT_EQ(update.failure->kind, ErrorKind::Exited) << toText(*update.failure);
        }
        EXPECT_FALSE(update.recovered);
    }
    const MemoryImage image = read(process.source, {at, 65536});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{at, 65536}}));
    ASSERT_TRUE(image.why);
    EXPECT_EQ(image.why->kind, ErrorKind::Exited);
}

TEST_F(Sessions, reachSharedSectionsOfADll)
{
    Peer other;
    const auto load = [](Peer &process) {
        std::istringstream loaded(process.ask("dll.load"));
        Address base = 0;
        Address shared = 0;
        Address own = 0;
        loaded >> base >> shared >> own;
        return std::pair(shared, own);
    };
    const auto [here, ownHere] = load(peer);
    const auto [there, ownThere] = load(other);
    peer.write(here, toBytes("both see this"));
    ASSERT_TRUE(other.read({there, 13}) == toBytes("both see this"));

    const SourceInfo source = open({.kind = SourceKind::SharedSection,
                                    .process = {peer.pid(), 0},
                                    .module = "IPCLENS-peer-shared.dll",
                                    .section = ".PEERS"},
                                   Access::ReadWrite);
    EXPECT_GT(source.extent.size, 8192u);
    const Address offset = here - source.base;
    EXPECT_TRUE(read(source.source, {offset, 13}).bytes == toBytes("both see this"));
    const auto written = value(session->wait(WriteMemory{
        .source = source.source, .address = offset + 5, .expected = toBytes("see"), .bytes = toBytes("SAW")}));
    EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    EXPECT_TRUE(other.read({there, 13}) == toBytes("both SAW this"));

    // What is not shared is written in one process alone.
    const SourceInfo process = openPeer(Access::ReadWrite);
    value(session->wait(WriteMemory{.source = process.source, .address = ownHere, .bytes = toBytes("mine")}));
    EXPECT_TRUE(peer.read({ownHere, 4}) == toBytes("mine"));
    EXPECT_TRUE(other.read({ownThere, 4}) == toBytes("priv"));
}

TEST_F(Sessions, copiesOfSectionsStayPrivate)
{
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    const SourceInfo copy = open({.kind = SourceKind::Section, .name = name}, Access::Copy);
    const auto written =
        value(session->wait(WriteMemory{.source = copy.source, .address = 8, .bytes = toBytes("private")}));
    EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    EXPECT_FALSE(written.note.empty());
    EXPECT_TRUE(peer.read({view, 32}) == zeros(32));
}

TEST_F(Sessions, anUndoneWriteIsBackToWhatItWas)
{
    const Address at = peer.askNumber("alloc 4096");
    peer.write(at, toBytes("original"));
    const SourceInfo process = openPeer(Access::ReadWrite);
    const auto first =
        value(session->wait(WriteMemory{.source = process.source, .address = at, .bytes = toBytes("modified")}));
    const auto undo = value(session->wait(WriteMemory{.source = process.source,
                                                      .address = at,
                                                      .expected = toBytes("modified"),
                                                      .bytes = first.before,
                                                      .undoes = first.entry}));
    EXPECT_EQ(undo.outcome, WriteOutcome::Verified);
    EXPECT_TRUE(peer.read({at, 8}) == toBytes("original"));
    const auto entries = value(session->wait(ReadJournal{})).entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[1].undoes, entries[0].entry);
}

} // namespace
} // namespace ipclens::test
