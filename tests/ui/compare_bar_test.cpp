#include "ui/compare_bar.h"

#include "tests/ui/traffic_fake_connection.h"

#include <QLabel>
#include <QSignalSpy>

namespace ipclens {
namespace {

using test::PlayedClient;

class CompareBarTest : public testing::Test {
protected:
    CompareBarTest()
    {
        bar.setSource({.source = 5, .extent = {0, 0x10000}});
        bar.open();
    }
    QString said() { return bar.findChild<QLabel *>(QStringLiteral("compareSaid"))->text(); }
    void takeFrame()
    {
        played.end->answer<TakeFrame>(SourceInfo{.source = 8});
        ASSERT_TRUE(waitUntil([&] { return bar.frame() == 8; }));
    }

    PlayedClient played;
    CompareBar::Place place{0x100, {0, 0x1000}, {}};
    CompareBar bar{played.client, [this] { return place; }};
};

TEST_F(CompareBarTest, TakesAFrameAndWalksTheDifferences)
{
    QSignalSpy frames(&bar, &CompareBar::frameChanged);
    QSignalSpy found(&bar, &CompareBar::found);
    takeFrame();
    ASSERT_EQ(frames.count(), 1);
    EXPECT_EQ(frames[0][0].value<SourceInfo>().source, 8u);
    bar.goToDifference(false);
    const auto asked = played.end->answer<FindDifference>(Difference{.range = AddressRange{0x200, 2}});
    EXPECT_EQ(asked.left, 5u);
    EXPECT_EQ(asked.right, 8u);
    EXPECT_EQ(asked.from, 0x100u);
    ASSERT_TRUE(waitUntil([&] { return found.count() == 1; }));
    EXPECT_TRUE(said().contains("2 bytes differ at 0x200")) << said().toStdString();
    place.cursor = 0x200;
    bar.goToDifference(false);
    EXPECT_EQ(played.end->answer<FindDifference>(Difference{}).from, 0x202u);
    EXPECT_EQ(played.end->answer<FindDifference>(Difference{.range = AddressRange{0x10, 1}}).from, 0u)
        << "from the beginning";
    ASSERT_TRUE(waitUntil([&] { return said().contains("from the beginning"); }));
    place.cursor = 0x10;
    bar.goToDifference(true);
    const auto back = played.end->answer<FindDifference>(Difference{});
    EXPECT_TRUE(back.backwards);
    EXPECT_EQ(back.from, 0x10u);
    EXPECT_EQ(played.end->answer<FindDifference>(Difference{.compared = 0x10000}).from, 0x10000u);
    EXPECT_TRUE(waitUntil([&] { return said().contains("no difference in 64 KiB"); })) << said().toStdString();
}

TEST_F(CompareBarTest, ClosesItsFrame)
{
    takeFrame();
    bar.close();
    EXPECT_EQ(played.end->answer<CloseSource>(Done{}).source, 8u);
    EXPECT_FALSE(bar.isVisible());
}

TEST_F(CompareBarTest, AFrameOfAnEarlierSourceIsClosed)
{
    bar.setSource({.source = 6, .extent = {0, 0x10000}});
    played.end->answer<TakeFrame>(SourceInfo{.source = 8});
    EXPECT_EQ(played.end->answer<CloseSource>(Done{}).source, 8u);
    EXPECT_EQ(bar.frame(), 0u);
}

TEST_F(CompareBarTest, ClosingItEndsWhatRuns)
{
    bar.close();
    played.end->answer<TakeFrame>(SourceInfo{.source = 8});
    bar.show();
    bar.takeFrame();
    EXPECT_EQ(bar.frame(), 0u) << "what was cancelled is not taken for the new one";
    played.end->answer<TakeFrame>(SourceInfo{.source = 9});
    EXPECT_TRUE(waitUntil([&] { return bar.frame() == 9; }));
}

TEST_F(CompareBarTest, TheFrameGoesWithTheSource)
{
    takeFrame();
    bar.setSource({.source = 6, .extent = {0, 0x10000}});
    EXPECT_EQ(bar.frame(), 0u);
    EXPECT_TRUE(said().contains("opened again")) << said().toStdString();
}

TEST_F(CompareBarTest, SaysWhyThereIsNoFrame)
{
    played.end->answer<TakeFrame>(
        Failure(Error{.kind = ErrorKind::Failed, .operation = "take a frame", .meaning = "the disk is full"}));
    EXPECT_TRUE(waitUntil([&] { return said().contains("the disk is full"); }));
}

} // namespace
} // namespace ipclens
