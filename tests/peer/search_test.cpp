// Finding and scanning in a real second process and in a section.
#include "core/text/hex.h"
#include "tests/peer/peer_session.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ipclens::test {
namespace {

class Search : public PeerSession {
protected:
    std::vector<Address> find(SourceId source, BytePattern pattern, RegionChoice regions = {})
    {
        std::vector<Address> places;
        for (const AddressRange &match :
             value(session->wait(
                       FindBytes{.source = source, .pattern = std::move(pattern), .limit = 1000, .regions = regions}))
                 .matches)
            places.push_back(match.begin);
        return places;
    }
    std::vector<Address> places(ScanId scan)
    {
        std::vector<Address> all;
        for (const ScanRow &row : value(session->wait(ReadScan{.scan = scan, .count = 1000})).rows)
            all.push_back(row.address);
        return all;
    }
    template <class T>
    static Bytes bytesOf(T number)
    {
        return toBytes(std::as_bytes(std::span(&number, 1)));
    }
};

// What no other memory of a process holds by chance: made from the time and put together only where it is used.
std::string rareText()
{
    return fmt::format("rare-{:x}-{}", wallClock(), GetCurrentProcessId());
}

TEST_F(Search, findsInAnotherProcess)
{
    const Address block = peer.askNumber("alloc 4194304");
    const std::string rare = rareText();
    const Bytes planted = toBytes(std::string_view(rare));
    for (const Address at : {block + 3, block + (1 << 20) - 5, block + (4 << 20) - planted.size()})
        peer.write(at, planted);
    const SourceInfo process = openPeer();
    // The peer keeps the words it was told elsewhere, too: those in the block count.
    const auto inBlock = [&](std::vector<Address> places) {
        std::erase_if(places, [&](Address at) { return at < block || at >= block + (4 << 20); });
        return places;
    };
    const std::vector<Address> expected{block + 3, block + (1 << 20) - 5, block + (4 << 20) - planted.size()};
    EXPECT_EQ(inBlock(find(process.source, {.kind = PatternKind::Text, .text = rare})), expected);
    EXPECT_EQ(inBlock(find(process.source, {.text = toHex(planted)})), expected);
    std::string upper = rare;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    EXPECT_EQ(inBlock(find(process.source, {.kind = PatternKind::Text, .text = upper, .foldCase = true})), expected);
    EXPECT_EQ(inBlock(find(process.source, {.kind = PatternKind::Regex, .text = rare})), expected);
    const auto back = value(session->wait(FindBytes{.source = process.source,
                                                    .pattern = {.kind = PatternKind::Text, .text = rare},
                                                    .from = block + (4 << 20),
                                                    .backwards = true}));
    ASSERT_EQ(back.matches.size(), 1u);
    EXPECT_EQ(back.matches[0].begin, expected[2]);
}

TEST_F(Search, scansAnotherProcessAndNarrowsAfterItChanged)
{
    const Address block = peer.askNumber("alloc 2097152");
    const auto rare = static_cast<std::uint32_t>(wallClock()) | 0x4000'0001;
    const std::vector<Address> planted{block, block + 0x1000, block + (1 << 20) - 4, block + (2 << 20) - 4};
    for (const Address at : planted)
        peer.write(at, bytesOf(rare));
    const SourceInfo process = openPeer();
    const auto first = value(session->wait(StartScan{.source = process.source,
                                                     .type = ValueType::U32,
                                                     .terms = {.value = std::to_string(rare)},
                                                     .job = 9}));
    EXPECT_THAT(places(first.scan), testing::IsSupersetOf(planted));
    EXPECT_GT(first.scanned, std::uint64_t{2} << 20);
    log.waitUntil([](const std::vector<Event> &events) {
        return std::ranges::any_of(events, [](const Event &event) {
            const auto *const progress = std::get_if<Progress>(&event);
            return progress && progress->job == 9;
        });
    });
    peer.write(planted[1], bytesOf(rare + 5));
    peer.write(planted[3], bytesOf(rare - 1));
    const auto narrowed = value(session->wait(
        NarrowScan{.scan = first.scan, .terms = {.comparison = ScanComparison::IncreasedBy, .value = "5"}}));
    EXPECT_EQ(narrowed.matches, 1u);
    EXPECT_EQ(places(first.scan), std::vector<Address>{planted[1]});
    const auto rows = value(session->wait(ReadScan{.scan = first.scan})).rows;
    EXPECT_TRUE(rows[0].before == bytesOf(rare + 5));
    peer.write(planted[1], bytesOf(std::uint32_t{7}));
    EXPECT_TRUE(value(session->wait(ReadScan{.scan = first.scan})).rows[0].now == bytesOf(std::uint32_t{7}));
    EXPECT_EQ(value(session->wait(UndoScan{first.scan})).matches, first.matches);
    EXPECT_THAT(places(first.scan), testing::IsSupersetOf(planted));
}

TEST_F(Search, includesMappedMemoryAndFollowsASection)
{
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 1048576 rw commit", toWord(name)));
    const double rare = static_cast<double>(wallClock()) + 0.5;
    peer.write(view + 0x8008, bytesOf(rare));
    const SourceInfo process = openPeer();
    const BytePattern pattern{.kind = PatternKind::Hex, .text = toHex(bytesOf(rare))};
    EXPECT_THAT(find(process.source, pattern), testing::Contains(view + 0x8008));
    EXPECT_THAT(find(process.source, pattern, {.mapped = false}), testing::Not(testing::Contains(view + 0x8008)));

    const SourceInfo section = open({.kind = SourceKind::Section, .name = name}); // read without copies
    EXPECT_EQ(find(section.source, pattern), std::vector<Address>{0x8008});
    const auto scan = value(session->wait(StartScan{.source = section.source,
                                                    .type = ValueType::F64,
                                                    .terms = {.comparison = ScanComparison::Greater, .value = "1e9"}}));
    EXPECT_EQ(places(scan.scan), std::vector<Address>{0x8008});
    const auto all = value(session->wait(
        StartScan{.source = section.source, .type = ValueType::U8, .terms = {.comparison = ScanComparison::Unknown}}));
    EXPECT_EQ(all.matches, 1048576u);
    peer.write(view + 77, toBytes("changed"));
    EXPECT_EQ(
        value(session->wait(NarrowScan{.scan = all.scan, .terms = {.comparison = ScanComparison::Changed}})).matches,
        7u);
    EXPECT_EQ(
        value(session->wait(NarrowScan{.scan = scan.scan, .terms = {.comparison = ScanComparison::Unchanged}})).matches,
        1u);
    value(session->wait(CloseSource{section.source}));
    EXPECT_EQ(errorOf(session->wait(ReadScan{.scan = scan.scan})).kind, ErrorKind::Missing);
}

// A reserved section whose pages come one by one: only those that are there are touched.
TEST_F(Search, scansAReservedSectionAsFarAsItIsCommitted)
{
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 1048576 rw reserve", toWord(name)));
    peer.ask(fmt::format("commit {} 4096", view + 0x10000));
    peer.write(view + 0x10010, toBytes("needle"));
    const SourceInfo section = open({.kind = SourceKind::Section, .name = name});
    EXPECT_EQ(find(section.source, {.kind = PatternKind::Text, .text = "needle"}), std::vector<Address>{0x10010});
    const auto scan = value(session->wait(
        StartScan{.source = section.source, .type = ValueType::U8, .terms = {.comparison = ScanComparison::Unknown}}));
    EXPECT_EQ(scan.matches, 4096u);
}

TEST_F(Search, leavesGuardPagesArmed)
{
    std::istringstream layout(peer.ask("layout"));
    Address begin = 0;
    layout >> begin;
    const SourceInfo process = openPeer();
    // Read-write, guard, no access, read-only, read-write, reserved, hole, read-write: see the child's verb.
    const AddressRange range{begin, 0x24000};
    const auto scan = value(session->wait(StartScan{.source = process.source,
                                                    .type = ValueType::U8,
                                                    .terms = {.comparison = ScanComparison::Unknown},
                                                    .range = range}));
    EXPECT_EQ(scan.matches, 0x3000u + 0x3000 + 0x4000);
    value(session->wait(NarrowScan{.scan = scan.scan, .terms = {.comparison = ScanComparison::Unchanged}}));
    const auto found = value(session->wait(
        FindBytes{.source = process.source, .pattern = {.text = "00"}, .range = range, .limit = 100'000}));
    EXPECT_EQ(found.searched, 0x3000u + 0x3000 + 0x4000);
    EXPECT_EQ(found.unreadable, 0x2000u);
    EXPECT_EQ(peer.ask("armed"), "yes");
}

TEST_F(Search, aScanOfADeadProcessSaysSo)
{
    const SourceInfo process = openPeer();
    const auto scan = value(session->wait(
        StartScan{.source = process.source, .type = ValueType::U32, .terms = {.value = "0"}}));
    killProcess(peer.pid());
    EXPECT_EQ(
        errorOf(session->wait(NarrowScan{.scan = scan.scan, .terms = {.comparison = ScanComparison::Changed}})).kind,
        ErrorKind::Exited);
    EXPECT_EQ(errorOf(session->wait(FindBytes{.source = process.source, .pattern = {.text = "01"}})).kind,
              ErrorKind::Exited);
}

// What does not fit into the budget goes to a file and comes back.
TEST_F(Search, keepsOnDiskWhatDoesNotFit)
{
    const Address block = peer.askNumber("alloc 4194304");
    auto small = startSession(makeSystem(), {.journalFolder = folder.path(), .scanMemory = 1 << 20}, log.sinks());
    const SourceInfo process =
        value(small->wait(OpenSource{.spec = {.kind = SourceKind::Process, .process = {peer.pid(), 0}}}));
    const auto scan = value(small->wait(StartScan{.source = process.source,
                                                  .type = ValueType::U32,
                                                  .terms = {.comparison = ScanComparison::Unknown},
                                                  .range = {block, 4 << 20}}));
    EXPECT_GE(scan.disk, std::uint64_t{3} << 20);
    peer.write(block + 0x300000, toBytes("x"));
    const auto changed =
        value(small->wait(NarrowScan{.scan = scan.scan, .terms = {.comparison = ScanComparison::Changed}}));
    EXPECT_EQ(changed.matches, 1u);
    EXPECT_EQ(value(small->wait(ReadScan{.scan = scan.scan})).rows.at(0).address, block + 0x300000);
}

TEST_F(Search, workOnTheCommandLine)
{
    using nlohmann::json;
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 65536 rw commit", toWord(name)));
    peer.write(view + 0x100, toBytes("needle"));
    peer.write(view + 0x200, bytesOf(std::uint32_t{4711}));
    const std::vector<std::string> common{"--journal", folder.path().string()};
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), common.begin(), common.end());
        return runCli(arguments);
    };
    const ProgramRun found = run({"find", "section:" + name, "NEEDLE", "--text", "--ignore-case"});
    EXPECT_EQ(found.exitCode, 0u) << found.err;
    EXPECT_THAT(found.out, testing::HasSubstr("00000100  6e 65 65 64 6c 65"));
    const ProgramRun asJson = run({"--json", "find", "section:" + name, "6e ?? 65", "--all"});
    EXPECT_EQ(json::parse(asJson.out)["matches"][0]["begin"], 0x100);
    const ProgramRun scan =
        run({"scan", "section:" + name, "--type", "u32", "--value", "4711", "unchanged", "= 4711", "list"});
    EXPECT_EQ(scan.exitCode, 0u) << scan.err;
    EXPECT_THAT(scan.out, testing::HasSubstr("00000200    4711  4711"));
    const ProgramRun bytes = run({"scan", "section:" + name, "--bytes", "6e 65 ?? 64", "list"});
    EXPECT_THAT(bytes.out, testing::HasSubstr("00000100  6e 65 65 64  6e 65 65 64")) << bytes.err;
    EXPECT_EQ(run({"scan", "section:" + name, "--type", "u32", "--value", "4711", "nonsense"}).exitCode, 2u);
    EXPECT_EQ(run({"scan", "section:" + name, "--value", "4711"}).exitCode, 2u);
    const ProgramRun bracket =
        run({"scan", "section:" + name, "--type", "u32", "--value", "4711", "--range", "[200]", "16"});
    EXPECT_EQ(bracket.exitCode, 2u);
    EXPECT_THAT(bracket.err, testing::HasSubstr("\"[200]\"")) << "as it was typed, not taken apart";
    EXPECT_EQ(run({"find", "section:" + name, "6g"}).exitCode, 1u);
    EXPECT_THAT(run({"find", "section:" + name, "6g"}).err, testing::HasSubstr("character 2"));
}

} // namespace
} // namespace ipclens::test
