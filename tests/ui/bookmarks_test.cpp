#include "ui/bookmarks.h"

#include "tests/ui/traffic_fake_connection.h"
#include "ui/bookmark_model.h"
#include "ui/bookmarks_dock.h"
#include "ui/error_bar.h"

#include <QAbstractItemModelTester>
#include <QSettings>
#include <QSignalSpy>
#include <QTreeView>

namespace ipclens {
namespace {

using test::PlayedClient;

SourceInfo process(std::uint32_t pid, SourceId id)
{
    SourceInfo source{
        .source = id, .spec = {.kind = SourceKind::Process, .process = {pid, 1}}, .extent = {0, 1ull << 47}};
    source.process = ProcessInfo{.key = {pid, 1}, .name = "demo.exe"};
    return source;
}

class BookmarksTest : public testing::Test {
protected:
    BookmarksTest() { QSettings().clear(); }

    PlayedClient played;
};

TEST_F(BookmarksTest, AreKeptByTheNameOfTheSource)
{
    Bookmarks first(played.client);
    first.setSource({.source = 1, .spec = {.kind = SourceKind::Section, .name = "a/b X"}});
    first.add(
        {.name = "Health", .address = 0x10, .type = ValueType::F32, .order = ByteOrder::Big, .bytes = 4, .colour = 2});
    first.add({.name = "Name", .address = 0x20, .type = {}, .bytes = 16});
    Bookmarks again(played.client);
    again.setSource({.source = 9, .spec = {.kind = SourceKind::Section, .name = "a/b X"}});
    EXPECT_EQ(again.all(), first.all());
    ASSERT_EQ(again.highlights().size(), 2u);
    EXPECT_EQ(again.highlights()[1].range, (AddressRange{0x20, 16}));
    EXPECT_EQ(again.highlights()[1].tip, "Name");
    again.setSource({.source = 9, .spec = {.kind = SourceKind::Section, .name = "other"}});
    EXPECT_TRUE(again.all().empty());
    first.remove(0);
    first.remove(0);
    again.setSource({.source = 1, .spec = {.kind = SourceKind::Section, .name = "a/b X"}});
    EXPECT_TRUE(again.all().empty());
}

TEST_F(BookmarksTest, InAModuleMoveWithIt)
{
    Bookmarks first(played.client);
    first.setSource(process(100, 1));
    first.add({.name = "Counter", .address = 0x140000010, .place = "demo.exe+0x10"});
    Bookmarks next(played.client);
    next.setSource(process(200, 2)); // another run of the same program
    ASSERT_EQ(next.all().size(), 1u);
    const auto asked = played.end->answer<EvaluateAddress>(EvaluatedAddress{.address = 0x150000010});
    EXPECT_EQ(asked.source, 2u);
    EXPECT_EQ(asked.text, "demo.exe+0x10");
    EXPECT_TRUE(waitUntil([&] { return next.all()[0].address == 0x150000010; }));
}

TEST_F(BookmarksTest, TheDockShowsWhatTheyHoldNow)
{
    Bookmarks bookmarks(played.client);
    const SourceInfo source{.source = 1, .spec = {.kind = SourceKind::Section, .name = "X"}, .extent = {0, 0x1000}};
    bookmarks.setSource(source);
    bookmarks.add({.name = "Health", .address = 0x10, .type = ValueType::U32});
    bookmarks.add({.name = "Gone", .address = 0x20, .type = ValueType::U8});
    BookmarksDock dock(played.client);
    dock.resize(700, 200);
    dock.show();
    dock.setBookmarks(&bookmarks, source);
    const auto asked = played.end->answer<ReadMemory>(
        MemoryImages{{MemoryImage{.address = 0x10, .bytes = Bytes(4, std::byte{0})},
                      MemoryImage{.address = 0x20, .bytes = Bytes(1, std::byte{0}), .unreadable = {{0x20, 1}}}}});
    EXPECT_EQ(asked.ranges, (std::vector<AddressRange>{{0x10, 4}, {0x20, 1}}));
    auto *model = dock.findChild<BookmarkModel *>();
    QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto cell = [&](int row, int column) { return model->data(model->index(row, column)).toString(); };
    ASSERT_TRUE(waitUntil([&] { return cell(0, BookmarkModel::Value) == "0"; }));
    EXPECT_EQ(cell(1, BookmarkModel::Value), "unreadable") << "never zero";

    QSignalSpy edits(&dock, &BookmarksDock::editRequested);
    model->setData(model->index(0, BookmarkModel::Value), "258");
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits[0][2].value<Bytes>(), Bytes(4, std::byte{0})) << "compare-and-write";
    EXPECT_EQ(edits[0][3].value<Bytes>()[1], std::byte{1});
    model->setData(model->index(0, BookmarkModel::Value), "many");
    EXPECT_EQ(edits.count(), 1);
    EXPECT_TRUE(dock.findChild<ErrorBar *>()->text().contains("many"));
    model->setData(model->index(1, BookmarkModel::Value), "1");
    EXPECT_EQ(edits.count(), 1) << "what cannot be read cannot be replaced";

    model->setData(model->index(0, BookmarkModel::Name), "Hit points");
    EXPECT_TRUE(waitUntil([&] { return bookmarks.all()[0].name == "Hit points"; }));
}

} // namespace
} // namespace ipclens
