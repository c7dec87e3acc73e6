// What a MemoryFeed brings into a hex view, from a session over fake memory.
#include "ui/memory_feed.h"

#include "core/session/session.h"
#include "core/text/hex.h"
#include "tests/unit/fake_system.h"
#include "ui/hex_view.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>

namespace ipclens {
namespace {

constexpr int deadline = 20'000; // milliseconds; far beyond what anything here takes
constexpr AddressRange low{0x10000, 0x4000}, far{0x7ff6'0000'0000, 0x3000};

class HexFeedTest : public testing::Test {
protected:
    HexFeedTest()
        : client(QStringLiteral("test"), [this](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
              return startSession(std::make_unique<FakeSystem>(world), {}, std::move(sinks));
          })
    {
        client.connectNow();
        EXPECT_TRUE(waitFor([this] { return client.state() == Client::State::Connected; }));
        process = world->addProcess(1234, "demo.exe");
        process->addPages(far);
        process->set(low.begin, "low");
        process->set(far.begin, "far");
        view.resize(800, 400);
        view.show();
    }
    static bool waitFor(const std::function<bool()> &condition) { return QTest::qWaitFor(condition, deadline); }

    SourceInfo open(const SourceSpec &spec)
    {
        std::optional<Result<SourceInfo>> opened;
        client.call(OpenSource{spec, Access::Read}, &client,
                    [&](Result<SourceInfo> reply) { opened = std::move(reply); });
        EXPECT_TRUE(waitFor([&] { return opened.has_value(); }));
        return opened && *opened ? **opened : SourceInfo{};
    }
    void openProcess()
    {
        const SourceInfo source = open({.kind = SourceKind::Process, .process = {1234, 0}});
        view.setExtent(source.extent);
        view.setRegions({{.range = low, .state = RegionState::Committed, .protection = {.read = true}},
                         {.range = far, .state = RegionState::Committed, .protection = {.read = true}}});
        feed.setRate(60);
        feed.setShown(true);
        feed.setSource(source);
    }
    std::string shown(Address at, std::uint64_t size) { return toHex(view.imageAt(at, size).bytes); }

    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::shared_ptr<FakeMemory> process;
    Client client;
    HexView view;
    MemoryFeed feed{client, view};
};

TEST_F(HexFeedTest, KeepsAllThatIsInSightLoadedAndLive)
{
    openProcess();
    view.setTopAddress(low.end() - 64); // the end of one region and the begin of the other
    ASSERT_TRUE(waitFor([&] { return shown(far.begin, 3) == "666172"; }));
    EXPECT_EQ(view.knownPrefix({low.end() - 64, 64}), 64u);
    ASSERT_EQ(feed.window().size(), 2u);
    for (const AddressRange &range : feed.window())
        EXPECT_TRUE(low.contains(range) || far.contains(range)) << "nothing beyond the regions is asked for";
    ASSERT_TRUE(waitFor([&] { return feed.isLive(); }));
    process->set(low.end() - 1, "!");
    process->set(far.begin, "F");
    EXPECT_TRUE(waitFor([&] { return shown(far.begin, 1) == "46" && shown(low.end() - 1, 1) == "21"; }))
        << "both are watched";
    EXPECT_EQ(view.changeCount(far.begin), 1u);
    view.setTopAddress(low.begin);
    EXPECT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77"; }));
    EXPECT_EQ(view.knownPrefix({far.begin, 1}), 0u) << "what is out of sight is not kept";
    EXPECT_EQ(view.changeCount(far.begin), 1u) << "but that it changed";
}

TEST_F(HexFeedTest, FollowsRegionsThatComeAndGo)
{
    openProcess();
    ASSERT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77"; }));
    const AddressRange tiny{0x8000, 0x1000};
    process->addPages(tiny);
    process->set(tiny.begin, "new");
    view.setTopAddress(0);
    view.setRegions({{.range = tiny, .state = RegionState::Committed, .protection = {.read = true}},
                     {.range = low, .state = RegionState::Committed, .protection = {.read = true}}});
    EXPECT_TRUE(waitFor([&] { return shown(tiny.begin, 3) == "6e6577"; }));
}

// The read-back of a write is shown at once. What the target wrote since is found by a read that is asked for after it.
TEST_F(HexFeedTest, AWriteIsShownAtOnceAndThenTheTruth)
{
    openProcess();
    ASSERT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77" && feed.isLive(); }));
    feed.showWritten({.address = low.begin, .bytes = Bytes{std::byte{0x22}}});
    EXPECT_EQ(shown(low.begin, 3), "226f77");
    MemoryImage early{.address = low.begin, .bytes = toBytes("low"), .time = wallClock()};
    EXPECT_FALSE(view.updateImage(early)) << "a sample that was on its way";
    EXPECT_EQ(shown(low.begin, 3), "226f77");
    EXPECT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77"; }));
    process->set(low.begin, "X");
    EXPECT_TRUE(waitFor([&] { return shown(low.begin, 1) == "58"; })) << "and goes on";
}

TEST_F(HexFeedTest, LoadsTheFrameWhereItIsLookedAt)
{
    world->addSection("then", 0x20000)->set(low.begin, "law");
    const SourceInfo frame = open({.kind = SourceKind::Section, .name = "then"});
    openProcess();
    view.setTopAddress(low.begin);
    feed.setFrame(frame);
    EXPECT_TRUE(waitFor([&] { return view.frameKnownPrefix({low.begin, 3}) == 3; }));
    EXPECT_TRUE(view.hasFrame());
    view.setTopAddress(low.end() - 64);
    EXPECT_TRUE(waitFor([&] { return view.frameKnownPrefix({low.end() - 64, 64}) == 64; })) << "scrolling brings more";

    QSignalSpy failed(&feed, &MemoryFeed::frameFailed);
    feed.setFrame({.source = frame.source + 1000});
    EXPECT_TRUE(waitFor([&] { return failed.count() == 1; }));
    EXPECT_FALSE(view.hasFrame());
}

TEST_F(HexFeedTest, WhatAFrameWasNotTakenOfIsNotCompared)
{
    world->addSection("then", 0x20000);
    SourceInfo frame = open({.kind = SourceKind::Section, .name = "then"});
    frame.parts = {{low.begin, 16}, {low.begin + 32, 1}};
    openProcess();
    view.setTopAddress(low.begin);
    feed.setFrame(frame);
    EXPECT_TRUE(waitFor([&] { return view.frameKnownPrefix(frame.parts[1]) == 1; }));
    EXPECT_EQ(view.frameKnownPrefix({low.begin, 64}), 16u);
    EXPECT_EQ(view.frameKnownPrefix({low.begin + 33, 64}), 0u);
}

TEST_F(HexFeedTest, BytesOfASourceThatDoesNotAnswerArePale)
{
    openProcess();
    ASSERT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77" && feed.isLive(); }));
    EXPECT_FALSE(view.isStale());
    process->fail(
        Error{.kind = ErrorKind::Exited, .operation = "read", .object = "demo.exe", .meaning = "it has exited"});
    EXPECT_TRUE(waitFor([&] { return view.isStale(); }));
    process->fail(std::nullopt);
    EXPECT_TRUE(waitFor([&] { return !view.isStale(); }));
}

TEST_F(HexFeedTest, WhatCanNoLongerBeReadIsMarked)
{
    openProcess();
    ASSERT_TRUE(waitFor([&] { return shown(low.begin, 3) == "6c6f77" && feed.isLive(); }));
    process->removePages({low.begin, 0x1000});
    EXPECT_TRUE(waitFor([&] { return !view.imageAt(low.begin, 1).isReadable(low.begin); }));
    EXPECT_EQ(shown(low.begin, 3), "000000") << "nothing of the old bytes stays";
}

} // namespace
} // namespace ipclens
