// Files of snapshots: what is in them, and what becomes of them when they are cut or damaged.
#include "core/session/snapshot_taking.h"

#include "core/session/file_path.h"
#include "core/text/checksum.h"
#include "tests/unit/memory_source_buffer.h"
#include "tests/unit/session_fixture.h"

#include <fstream>
#include <random>

namespace ipclens {
namespace {

using test::BufferSource;
using test::patternAt;
using test::Piece;
using test::PieceKind;

constexpr Address begin = 0x1'0000'0000 - 0x2000; // straddles 4 GiB

// A buffer that says of everything committed that it is readable, as a system does whose pages change meanwhile.
class OptimisticSource : public BufferSource {
public:
    using BufferSource::BufferSource;
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override
    {
        auto found = BufferSource::regions(range, std::move(stop));
        for (Region &region : *found)
            region.protection = {.read = true, .write = true};
        return found;
    }
};

OpenSourceState stateOf(std::shared_ptr<MemorySource> memory)
{
    OpenSourceState state{.pointerSize = 4};
    state.info.spec.kind = SourceKind::Process;
    state.info.name = "process:7";
    state.info.extent = memory->extent();
    state.info.base = 0x77;
    state.memory = std::move(memory);
    return state;
}

const std::vector<Piece> layout{
    {{begin, 0x3000}, PieceKind::ReadWrite},         {{begin + 0x3000, 0x1000}, PieceKind::NoAccess},
    {{begin + 0x4000, 0x1000}, PieceKind::ReadOnly}, {{begin + 0x5000, 0x3000}, PieceKind::Hole},
    {{begin + 0x8000, 0x1000}, PieceKind::Reserved}, {{begin + 0x9000, 0x1000}, PieceKind::Guard},
    {{begin + 0xa000, 0x2345}, PieceKind::ReadWrite}};

class SnapshotTest : public testing::Test {
protected:
    std::string path(const std::string &name = "a") { return toUtf8(m_folder.path() / name); }

    SnapshotSaved save(std::shared_ptr<MemorySource> memory)
    {
        const auto saved = saveSnapshot(stateOf(std::move(memory)), {.path = path()}, {}, {});
        EXPECT_TRUE(saved) << toText(saved.error());
        return saved.value_or(SnapshotSaved{});
    }
    Bytes contents()
    {
        std::ifstream file(pathOf(path(), "test").value(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        return toBytes(text);
    }
    void write(const std::string &name, std::span<const std::byte> bytes)
    {
        std::ofstream(pathOf(path(name), "test").value(), std::ios::binary)
            .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    Result<std::shared_ptr<SnapshotSource>> open(const std::string &name = "a")
    {
        auto storage = openSnapshotStorage(pathOf(path(name), "test").value());
        if (!storage)
            return Failure(storage.error());
        return SnapshotSource::open(std::move(*storage), "snapshot:" + name);
    }

    TemporaryFolder m_folder;
};

TEST_F(SnapshotTest, HasWhatItsSourceHad)
{
    auto source = std::make_shared<BufferSource>(layout);
    const auto saved = save(source);
    EXPECT_EQ(saved.bytes, 0x3000u + 0x1000 + 0x2345);
    EXPECT_EQ(saved.regions, 6u) << "holes are no regions";
    const auto snapshot = open().value();
    EXPECT_EQ(snapshot->extent(), source->extent());
    EXPECT_EQ(snapshot->regions(snapshot->extent(), {}).value(), source->regions(source->extent(), {}).value());
    EXPECT_EQ(snapshot->table().name, "process:7");
    EXPECT_EQ(snapshot->table().kind, SourceKind::Process);
    EXPECT_EQ(snapshot->table().pointerSize, 4u);
    EXPECT_EQ(snapshot->table().base, 0x77u);
    EXPECT_GT(snapshot->table().time, 0);
    const AddressRange wide{begin - 0x1000, 0xf000};
    for (const AddressRange range : {wide, AddressRange{begin + 0x2fff, 2}, AddressRange{begin + 0x3fff, 0x1002},
                                     AddressRange{begin + 0xc344, 2}}) {
        const auto image = readImage(*snapshot, range);
        const auto live = readImage(*source, range);
        EXPECT_EQ(image.bytes, live.bytes);
        EXPECT_EQ(image.unreadable, live.unreadable);
        EXPECT_EQ(image.why.has_value(), live.why.has_value());
    }
    EXPECT_EQ(readImage(*snapshot, {~Address{0} - 8, 8}).unreadable.size(), 1u);
    EXPECT_EQ(snapshot->write(begin, Bytes(1, std::byte{})).error().kind, ErrorKind::Refused);
    // Once more, now that the pieces are known to be good.
    EXPECT_EQ(readImage(*snapshot, wide).bytes, readImage(*source, wide).bytes);
}

TEST_F(SnapshotTest, MarksWhatShouldHaveBeenReadable)
{
    auto source = std::make_shared<OptimisticSource>(layout);
    const auto saved = save(source);
    EXPECT_EQ(saved.unreadable, (std::vector<AddressRange>{{begin + 0x3000, 0x1000}, {begin + 0x9000, 0x1000}}));
    const auto snapshot = open().value();
    const auto image = readImage(*snapshot, {begin + 0x3000, 0x2000});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{begin + 0x3000, 0x1000}}));
    EXPECT_NE(image.why.value().meaning.find("could not be read"), std::string::npos);
    EXPECT_EQ(image.bytes[0x1000], patternAt(0x4000)) << "what is behind it stays where it was";
}

TEST_F(SnapshotTest, IsTakenInPieces)
{
    constexpr std::uint64_t size = 2 * largestSnapshotPiece + 5;
    auto source = std::make_shared<BufferSource>(std::vector<Piece>{{{begin, size}, PieceKind::ReadWrite}});
    save(source);
    const auto snapshot = open().value();
    EXPECT_EQ(snapshot->table().pieces.size(), 3u);
    EXPECT_EQ(readImage(*snapshot, {begin, size}).bytes, readImage(*source, {begin, size}).bytes);
    const AddressRange border{begin + largestSnapshotPiece - 1, 2};
    EXPECT_EQ(readImage(*snapshot, border).bytes, readImage(*source, border).bytes);
}

TEST_F(SnapshotTest, NoticesDamageInItsBytes)
{
    auto source = std::make_shared<BufferSource>(layout);
    save(source);
    Bytes bytes = contents();
    bytes[64 + 0x100] ^= std::byte{1}; // in the first piece
    write("damaged", bytes);
    const auto snapshot = open("damaged").value();
    for (int i = 0; i < 2; ++i) { // also when it is known already
        const auto image = readImage(*snapshot, {begin, 0x5000});
        ASSERT_FALSE(image.unreadable.empty());
        EXPECT_EQ(image.unreadable[0], (AddressRange{begin, 0x4000}))
            << "the piece, and the page that never could be read";
        EXPECT_NE(toText(image.why.value()).find("checksum"), std::string::npos);
        EXPECT_EQ(image.bytes[0x4000], patternAt(0x4000)) << "the others are good";
    }
}

TEST_F(SnapshotTest, NamesWhatIsWrongWithACutFile)
{
    save(std::make_shared<BufferSource>(layout));
    const Bytes whole = contents();
    std::mt19937 random(1);
    std::vector<std::size_t> sizes{0, 1, 15, 16, 63, 64, 65, whole.size() - 1};
    for (int i = 0; i < 200; ++i)
        sizes.push_back(random() % whole.size());
    for (const std::size_t size : sizes) {
        write("cut", std::span(whole).first(size));
        const auto opened = open("cut");
        ASSERT_FALSE(opened) << size;
        EXPECT_TRUE(opened.error().kind == ErrorKind::Invalid || opened.error().kind == ErrorKind::WrongType) << size;
        EXPECT_NE(toText(opened.error()).find("cut"), std::string::npos) << toText(opened.error());
        EXPECT_FALSE(opened.error().meaning.empty());
    }
    write("more", whole);
    std::ofstream(pathOf(path("more"), "test").value(), std::ios::binary | std::ios::app) << "and something behind it";
    EXPECT_TRUE(open("more")) << "what is behind the table harms nobody";
}

TEST_F(SnapshotTest, NamesWhatIsNotASnapshot)
{
    write("text", toBytes("this is no snapshot at all, but long enough to have a header of sixty-four bytes and more"));
    EXPECT_EQ(open("text").error().kind, ErrorKind::WrongType);
    save(std::make_shared<BufferSource>(layout));
    Bytes bytes = contents();
    bytes[16] = std::byte{9};
    write("newer", bytes);
    EXPECT_EQ(open("newer").error().kind, ErrorKind::Unsupported);
    EXPECT_NE(toText(open("newer").error()).find("version 9"), std::string::npos);
}

// Whatever a file holds, it is opened or refused; what it claims is never believed. With checksums that fit, so that
// they do not hide the rest.
TEST_F(SnapshotTest, SurvivesAnything)
{
    save(std::make_shared<BufferSource>(layout));
    const Bytes whole = contents();
    const auto number = [](const Bytes &bytes, std::size_t at) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + at, 8);
        return value;
    };
    const std::uint64_t table = number(whole, 40);
    const std::uint64_t tableSize = number(whole, 48);
    const auto fitChecksums = [&](Bytes &bytes) {
        const auto set = [&](std::size_t at, std::uint32_t value) { std::memcpy(bytes.data() + at, &value, 4); };
        if (number(bytes, 40) <= bytes.size() && number(bytes, 48) <= bytes.size() - number(bytes, 40))
            set(56, crc32(std::span<const std::byte>(bytes).subspan(number(bytes, 40), number(bytes, 48))));
        set(60, crc32(std::span<const std::byte>(bytes).first(60)));
    };
    std::mt19937 random(2);
    int opened = 0;
    for (int i = 0; i < 3000; ++i) {
        Bytes bytes = whole;
        for (auto changes = 1 + random() % 3; changes > 0; --changes) {
            const bool inHeader = random() % 4 == 0;
            const std::size_t at = inHeader ? 16 + random() % 44 : table + random() % tableSize;
            const unsigned values[] = {0, 1, 0x7f, 0x80, 0xff, static_cast<unsigned>(random())};
            bytes[at] = static_cast<std::byte>(values[random() % std::size(values)]);
        }
        fitChecksums(bytes);
        auto file = makeTemporaryFile();
        ASSERT_TRUE(file) << toText(file.error());
        auto storage = temporarySnapshotStorage(std::move(*file));
        ASSERT_TRUE(storage->write(0, bytes));
        const auto snapshot = SnapshotSource::open(std::move(storage), "any");
        if (!snapshot) {
            ASSERT_FALSE(snapshot.error().meaning.empty());
            continue;
        }
        ++opened;
        const auto extent = (*snapshot)->extent();
        static_cast<void>(readImage(**snapshot, {begin, 0x3000}));
        static_cast<void>(readImage(**snapshot, {extent.begin, std::min<std::uint64_t>(extent.size, 0x10000)}));
        const auto regions = (*snapshot)->regions(extent, {}).value();
        for (const Region &region : regions)
            ASSERT_TRUE(extent.contains(region.range));
    }
    EXPECT_GT(opened, 0) << "some changes are harmless";
    EXPECT_LT(opened, 3000);
}

} // namespace
} // namespace ipclens
