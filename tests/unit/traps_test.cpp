// The traps that tools of this kind fall into, each as a test that is named after it.
//
//   writing back a whole snapshot           TrapsTest.AWholeSnapshotIsNotWrittenBack
//   a saved file whose offsets shift        TrapsTest.SavedOffsetsDoNotShiftBehindUnreadablePages
//                                           MemoryTabTest.SavesARangeWithWhatCannotBeReadAsZeros
//   the previous row's bytes after a
//   failed read                             HexViewTest.AFailedReadNeverShowsThePreviousRowsBytes
//   a fill past its selection               TrapsTest.AFillNeverLeavesItsSelection,
//   WriteDialogTest.AFillEndsWhereTheSelectionDoes a length from the first region only
//   TrapsTest.TheLengthIsNotThatOfTheFirstCommittedRegion, and in tests/peer protection changed and not restored
//   TrapsTest.ProtectionIsNeverChanged, and in tests/peer unprotecting shared views Traps.sharedViewsAreNotUnprotected
//   (tests/peer) guard pages consumed                    Find.NeverTouchesGuardedOrClosedPages,
//   Scan.GuardedPagesHolesAndMappedMemory,
//                                           Traps.guardPagesAreNotConsumed (tests/peer)
//   sizes over 2 and 4 GiB truncated        TrapsTest.SizesOver2And4GiBAreNotTruncated, Scan.BeyondFourGibibytes,
//                                           Sections.committedOnesOverFourGibibytesWork (tests/peer)
//   a region's end passed as its size       TrapsTest.ARegionsEndIsNotItsSize
//   mapped memory skipped silently          TrapsTest.MappedMemoryIsNotSkipped, Search.includesMappedMemory...
//   (tests/peer) undo that clobbers a newer value        TrapsTest.UndoDoesNotClobberANewerValue a torn 8-byte value
//   TrapsTest.AnEightByteValueIsOneWrite, Editing.anEightByteValueIsNeverTorn (tests/peer)
#include "tests/unit/session_fixture.h"

#include <cstring>
#include <fstream>

namespace ipclens {
namespace {

constexpr std::uint64_t gibi = std::uint64_t{1} << 30;

class TrapsTest : public SessionTest {
protected:
    SourceInfo openProcess(Access access = Access::Read)
    {
        return open({.kind = SourceKind::Process, .process = {.pid = 100}}, access);
    }
    Bytes read(SourceId source, AddressRange range)
    {
        return ask(ReadMemory{source, {range}}).value().images.at(0).bytes;
    }
    std::string pathOf(const std::string &name)
    {
        const auto text = (m_folder.path() / name).u8string();
        return {text.begin(), text.end()};
    }
    std::vector<Address> find(SourceId source, const std::string &text, AddressRange range = {},
                              RegionChoice regions = {})
    {
        std::vector<Address> places;
        const BytePattern pattern{.kind = PatternKind::Text, .text = text};
        const auto found =
            ask(FindBytes{.source = source, .pattern = pattern, .range = range, .limit = 100, .regions = regions})
                .value();
        for (const AddressRange &match : found.matches)
            places.push_back(match.begin);
        return places;
    }
};

INSTANTIATE_TEST_SUITE_P(Session, TrapsTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

// Writing back what was read before would undo everything that the target did meanwhile.
TEST_P(TrapsTest, AWholeSnapshotIsNotWrittenBack)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->set(0, "abcdefgh");
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const Bytes shown = read(source, {0, 8});
    memory->set(0, "ABCDEFGH"); // the target goes on
    memory->set(3, "d");
    ASSERT_EQ(ask(WriteMemory{source, 3, Bytes{shown[3]}, toBytes("!")}).value().outcome, WriteOutcome::Verified);
    EXPECT_EQ(memory->get(0, 8), toBytes("ABC!EFGH"));
    EXPECT_EQ(ask(WriteMemory{source, 4, Bytes{shown[4]}, toBytes("!")}).value().outcome, WriteOutcome::Changed);
    EXPECT_EQ(memory->get(0, 8), toBytes("ABC!EFGH"));
}

TEST_P(TrapsTest, SavedOffsetsDoNotShiftBehindUnreadablePages)
{
    auto memory = m_world->addSection("X", 0x5000);
    memory->removePages({0x1000, 0x2000});
    for (const Address page : {0x0, 0x3000, 0x4000})
        memory->set(page + 0x123, std::as_bytes(std::span(&page, 1)));
    start();
    const auto live = openSection("X").source;
    ASSERT_TRUE(ask(SaveSnapshot{.source = live, .path = pathOf("a")}));
    const auto saved = open({.kind = SourceKind::Snapshot, .name = pathOf("a")}).source;
    for (const auto source : {live, saved}) {
        const auto image = ask(ReadMemory{source, {{0, 0x5000}}}).value().images.at(0);
        ASSERT_EQ(image.bytes.size(), 0x5000u);
        EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{0x1000, 0x2000}}));
        for (const Address page : {0x0, 0x3000, 0x4000})
            EXPECT_EQ(std::memcmp(image.bytes.data() + page + 0x123, &page, 8), 0) << page;
    }
}

TEST_P(TrapsTest, AFillNeverLeavesItsSelection)
{
    auto memory = m_world->addSection("X", 0x2000);
    memory->set(0, std::string(0x2000, '.'));
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    for (const AddressRange range :
         {AddressRange{0, 1}, AddressRange{0xfff, 2}, AddressRange{0x1ffd, 3}, AddressRange{5, 0x1000}}) {
        const auto reply =
            ask(WriteMemory{.source = source, .address = range.begin, .bytes = Bytes(range.size, std::byte{'x'})});
        ASSERT_TRUE(reply) << toText(reply.error());
        std::string expected(0x2000, '.');
        std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(range.begin), range.size, 'x');
        EXPECT_EQ(memory->get(0, 0x2000), toBytes(expected)) << range.begin;
        memory->set(0, std::string(0x2000, '.'));
    }
    // Not even in part, when it would not fit.
    for (const Address at : {Address{0x1ffe}, ~Address{0}})
        EXPECT_EQ(ask(WriteMemory{.source = source, .address = at, .bytes = toBytes("xxx")}).error().kind,
                  ErrorKind::OutOfRange);
    EXPECT_EQ(memory->get(0, 0x2000), toBytes(std::string(0x2000, '.')));
}

// A section of which the middle is not committed ends where it ends, not where its first region does.
TEST_P(TrapsTest, TheLengthIsNotThatOfTheFirstCommittedRegion)
{
    auto memory = m_world->addSection("X", 0x9000);
    memory->removePages({0x1000, 0x7000});
    memory->addPages({0x8000, 0x1000}, {.read = true}); // and the last is of another kind
    memory->set(0x8ff8, "the end.");
    start();
    const auto info = openSection("X");
    EXPECT_EQ(info.extent, (AddressRange{0, 0x9000}));
    EXPECT_EQ(read(info.source, {0x8ff8, 8}), toBytes("the end."));
    EXPECT_EQ(find(info.source, "the end."), std::vector<Address>{0x8ff8});
    const auto scan =
        ask(StartScan{.source = info.source, .type = ValueType::U8, .terms = {.comparison = ScanComparison::Unknown}});
    EXPECT_EQ(scan.value().scanned, 0x2000u);
    ASSERT_TRUE(ask(SaveSnapshot{.source = info.source, .path = pathOf("a")}));
    const auto saved = open({.kind = SourceKind::Snapshot, .name = pathOf("a")});
    EXPECT_EQ(saved.extent, info.extent);
    EXPECT_EQ(read(saved.source, {0x8ff8, 8}), toBytes("the end."));
}

TEST_P(TrapsTest, ProtectionIsNeverChanged)
{
    auto memory = m_world->addProcess(100, "one.exe");
    memory->addPages({0x12000, 0x1000}, {.read = true, .native = 2});
    start();
    const auto source = openProcess(Access::ReadWrite).source;
    const auto before = ask(ListRegions{source}).value().regions;
    const auto refused = ask(WriteMemory{.source = source, .address = 0x11fff, .bytes = toBytes("xx")});
    EXPECT_EQ(refused.error().kind, ErrorKind::Refused);
    EXPECT_EQ(ask(Freeze{{.source = source, .address = 0x12000, .bytes = toBytes("x")}}).error().kind,
              ErrorKind::Refused);
    EXPECT_TRUE(ask(WriteMemory{.source = source, .address = 0x11000, .bytes = toBytes("x")}));
    EXPECT_EQ(memory->get(0x11fff, 2), Bytes(2, std::byte{})) << "nothing of a write that reaches into such a page";
    EXPECT_EQ(ask(ListRegions{source}).value().regions, before);
}

TEST_P(TrapsTest, SizesOver2And4GiBAreNotTruncated)
{
    constexpr std::uint64_t size = 5 * gibi + 3;
    const auto path = m_folder.path() / "large.bin";
    std::ofstream(path, std::ios::binary) << "start";
    std::filesystem::resize_file(path, size); // takes no room on the disk
    start();
    const auto info = open({.kind = SourceKind::File, .name = pathOf("large.bin")}, Access::ReadWrite);
    EXPECT_EQ(info.extent, (AddressRange{0, size}));
    std::vector<AddressRange> around;
    for (const std::uint64_t border : {2 * gibi, 4 * gibi}) {
        const std::string text = "across " + std::to_string(border);
        const AddressRange place{border - 5, text.size()};
        around.push_back({border - 0x1000, 0x2000});
        ASSERT_TRUE(ask(WriteMemory{.source = info.source, .address = place.begin, .bytes = toBytes(text)}));
        EXPECT_EQ(read(info.source, place), toBytes(text));
        EXPECT_EQ(find(info.source, text, around.back()), std::vector<Address>{place.begin});
        const auto scan =
            ask(StartScan{.source = info.source, .terms = {.value = "61 63 72 6f 73 73"}, .range = around.back()})
                .value();
        EXPECT_EQ(ask(ReadScan{.scan = scan.scan}).value().rows.at(0).address, place.begin);
    }
    EXPECT_EQ(read(info.source, {0, 8}), toBytes(std::string("start\0\0\0", 8)))
        << "nothing went where the lower 32 bits point";
    ASSERT_TRUE(ask(SaveSnapshot{.source = info.source, .path = pathOf("a"), .ranges = around}));
    const auto saved = open({.kind = SourceKind::Snapshot, .name = pathOf("a")});
    EXPECT_EQ(saved.extent.size, size);
    for (const AddressRange &range : around)
        EXPECT_EQ(read(saved.source, range), read(info.source, range)) << range.begin;
    ASSERT_TRUE(ask(WriteMemory{.source = info.source, .address = 4 * gibi, .bytes = toBytes("!")}));
    const auto difference = ask(FindDifference{.left = info.source, .right = saved.source}).value();
    EXPECT_EQ(difference.range, std::optional(AddressRange{4 * gibi, 1}));
}

// High up, where an end taken for a size would reach over everything behind it.
TEST_P(TrapsTest, ARegionsEndIsNotItsSize)
{
    constexpr Address high = 0x7ff6'0000'0000;
    auto memory = m_world->addProcess(100, "one.exe", 0x1000);
    memory->addPages({high, 0x2000});
    memory->addPages({high + 0x2000, 0x1000}, {.read = true}); // touches it
    memory->addPages({high + 0x8000, 0x1000});
    memory->set(high + 0x1ffe, "edge");
    start();
    const auto source = openProcess().source;
    std::vector<AddressRange> ranges;
    const auto list = ask(ListRegions{source}).value();
    for (const Region &region : list.regions)
        ranges.push_back(region.range);
    EXPECT_EQ(ranges, (std::vector<AddressRange>{
                          {0x10000, 0x1000}, {high, 0x2000}, {high + 0x2000, 0x1000}, {high + 0x8000, 0x1000}}));
    const auto scan =
        ask(StartScan{.source = source, .type = ValueType::U8, .terms = {.comparison = ScanComparison::Unknown}})
            .value();
    EXPECT_EQ(scan.scanned, 0x5000u);
    EXPECT_EQ(scan.matches, 0x5000u);
    EXPECT_EQ(scan.unreadable, 0u);
    const auto found = ask(FindBytes{.source = source, .pattern = {.kind = PatternKind::Text, .text = "edge"}}).value();
    EXPECT_EQ(found.matches, (std::vector<AddressRange>{{high + 0x1ffe, 4}})) << "regions that touch are one";
    const auto none = ask(FindBytes{.source = source, .pattern = {.kind = PatternKind::Text, .text = "none"}}).value();
    EXPECT_EQ(none.searched, 0x5000u);
    EXPECT_EQ(none.unreadable, 0u);
    const auto saved = ask(SaveSnapshot{.source = source, .path = pathOf("a")}).value();
    EXPECT_EQ(saved.bytes, 0x5000u);
    EXPECT_TRUE(saved.unreadable.empty());
}

TEST_P(TrapsTest, MappedMemoryIsNotSkipped)
{
    auto memory = m_world->addProcess(100, "one.exe", 0x1000);
    memory->addPages({0x20000, 0x1000}, {.read = true, .write = true}, RegionType::Mapped);
    memory->addPages({0x30000, 0x1000}, {.read = true}, RegionType::Image);
    for (const Address at : {0x10010, 0x20020, 0x30030})
        memory->set(at, "needle");
    start();
    const auto source = openProcess().source;
    EXPECT_EQ(find(source, "needle"), (std::vector<Address>{0x10010, 0x20020, 0x30030}));
    EXPECT_EQ(find(source, "needle", {}, {.mapped = false}), (std::vector<Address>{0x10010, 0x30030}))
        << "when told to";
    const auto scan = ask(StartScan{.source = source, .terms = {.value = "6e 65 65 64 6c 65"}}).value();
    EXPECT_EQ(scan.matches, 3u);
    EXPECT_EQ(scan.scanned, 0x3000u);
}

TEST_P(TrapsTest, UndoDoesNotClobberANewerValue)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->set(0, "old");
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto written =
        ask(WriteMemory{.source = source, .expected = toBytes("old"), .bytes = toBytes("new")}).value();
    memory->set(0, "own"); // the target's newer value
    const WriteMemory undo{
        .source = source, .expected = toBytes("new"), .bytes = written.before, .undoes = written.entry};
    const auto reply = ask(undo).value();
    EXPECT_EQ(reply.outcome, WriteOutcome::Changed);
    EXPECT_EQ(reply.before, toBytes("own"));
    EXPECT_EQ(memory->get(0, 3), toBytes("own"));
    EXPECT_EQ(ask(ReadJournal{}).value().entries.size(), 1u) << "what was not written is not noted";
    memory->set(0, "new");
    EXPECT_EQ(ask(undo).value().outcome, WriteOutcome::Verified);
    EXPECT_EQ(memory->get(0, 3), toBytes("old"));
}

// In several pieces another thread could see a part of each value.
TEST_P(TrapsTest, AnEightByteValueIsOneWrite)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    int writes = 0;
    memory->beforeWrite([&] {
        ++writes;
        const Bytes now = memory->get(0x10, 8);
        EXPECT_TRUE(now == toBytes("12345678") || now == Bytes(8, std::byte{}));
    });
    ASSERT_TRUE(ask(WriteMemory{.source = source, .address = 0x10, .bytes = toBytes("12345678")}));
    EXPECT_EQ(writes, 1);
    ASSERT_TRUE(ask(
        WriteMemory{.source = source, .address = 0x10, .expected = toBytes("12345678"), .bytes = toBytes("1234567x")}));
    EXPECT_EQ(writes, 2) << "also when a part of it stays";
}

} // namespace
} // namespace ipclens
