#include "ui/series_run.h"

#include "tests/ui/traffic_fake_connection.h"

#include <QSignalSpy>

namespace ipclens {
namespace {

class SeriesRunTest : public testing::Test {
protected:
    // Items in pieces of two, as long as there are `pieces`.
    SeriesRun::Next pieces(int count)
    {
        return [this, count]() mutable -> Result<std::vector<SeriesItem>> {
            ++asked;
            return count-- > 0 ? std::vector<SeriesItem>(2) : std::vector<SeriesItem>();
        };
    }

    test::PlayedClient played;
    SeriesRun run{played.client};
    QSignalSpy failed{&run, &SeriesRun::failed};
    int asked = 0;
};

TEST_F(SeriesRunTest, BringsTheNextPieceWhenTheOneBeforeWasTaken)
{
    run.start({}, pieces(3));
    EXPECT_TRUE(played.end->answer<StartSeries>(SeriesStarted{.series = 4, .window = 5}).more);
    ASSERT_TRUE(waitUntil([&] { return played.end->waiting<AddToSeries>() == 1; }));
    EXPECT_EQ(asked, 2);
    EXPECT_TRUE(played.end->answer<AddToSeries>(Done{}).more);
    EXPECT_TRUE(played.end->answer<AddToSeries>(Done{}).more);
    EXPECT_FALSE(played.end->answer<AddToSeries>(Done{}).more);
    EXPECT_TRUE(run.isRunning());
}

TEST_F(SeriesRunTest, StopsWhatWasRefusedAPiece)
{
    run.start({}, pieces(3));
    played.end->answer<StartSeries>(SeriesStarted{.series = 4, .window = 5});
    const Error why{.kind = ErrorKind::OutOfRange, .operation = "send series"};
    played.end->answer<AddToSeries>(Failure(why));
    EXPECT_EQ(played.end->answer<StopSeries>(Done{}).series, 4u) << "else it would go on sending";
    ASSERT_EQ(failed.size(), 1);
    EXPECT_EQ(failed[0][0].value<Error>(), why);
    EXPECT_FALSE(run.isRunning());
}

TEST_F(SeriesRunTest, StopsWhenThereIsNoNextPiece)
{
    run.start({}, [this]() -> Result<std::vector<SeriesItem>> {
        if (++asked == 1)
            return std::vector<SeriesItem>(2);
        return Failure(Error{.kind = ErrorKind::Missing});
    });
    played.end->answer<StartSeries>(SeriesStarted{.series = 4, .window = 5});
    EXPECT_EQ(played.end->answer<StopSeries>(Done{}).series, 4u);
    EXPECT_EQ(failed.size(), 1);
}

} // namespace
} // namespace ipclens
