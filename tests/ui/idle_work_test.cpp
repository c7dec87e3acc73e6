#include "ui/idle_work.h"

#include "wait_until.h"

#include <gtest/gtest.h>

#include <QTimer>

#include <memory>
#include <string>

namespace ipclens {
namespace {

TEST(IdleWorkTest, OnePieceATurnWhoeverItBelongsTo)
{
    std::string done;
    int left = 3;
    IdleWork one([&] { return done += 'a', --left > 0; }, nullptr);
    IdleWork other([&] { return done += 'b', left > 0; }, nullptr);
    one.start();
    one.start(); // is under way
    other.start();
    EXPECT_TRUE(done.empty()) << "not before the next turn";
    EXPECT_TRUE(one.isActive());
    QCoreApplication::processEvents();
    ASSERT_TRUE(waitUntil([&] { return !one.isActive() && !other.isActive(); }));
    EXPECT_EQ(done, "ababab");
}

TEST(IdleWorkTest, ATimerComesBetweenPieces)
{
    int pieces = 0, beats = 0;
    IdleWork work([&] { return ++pieces < 50; }, nullptr);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] { ++beats; });
    timer.start(0);
    work.start();
    ASSERT_TRUE(waitUntil([&] { return !work.isActive(); }));
    EXPECT_GE(beats, 25);
}

TEST(IdleWorkTest, MayBeStoppedStartedAnewAndDestroyedFromWithin)
{
    int pieces = 0;
    IdleWork stopped([&] { return ++pieces > 0; }, nullptr);
    stopped.start();
    stopped.stop();
    std::unique_ptr<IdleWork> destroyed;
    destroyed = std::make_unique<IdleWork>(
        [&] {
            destroyed.reset();
            return true;
        },
        nullptr);
    destroyed->start();
    int again = 0;
    IdleWork restarted(
        [&] {
            if (++again < 3)
                restarted.start();
            return false;
        },
        nullptr);
    restarted.start();
    ASSERT_TRUE(waitUntil([&] { return again == 3 && !destroyed; }));
    EXPECT_EQ(pieces, 0);
    EXPECT_FALSE(restarted.isActive());
}

} // namespace
} // namespace ipclens
