#include "tests/unit/session_fixture.h"

#include <cmath>

namespace ipclens {
namespace {

class SamplerTest : public SessionTest {};
INSTANTIATE_TEST_SUITE_P(Session, SamplerTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

TEST_P(SamplerTest, TellsFirstAllThenOnlyWhatChanged)
{
    auto memory = m_world->addSection("X", 0x8000);
    start();
    const auto source = openSection("X").source;
    const auto watch = ask(StartWatch{source, {{0x800, 0x3000}, {0x6000, 0x10}}, 1000}).value().watch;
    const auto first = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->watch, watch);
    EXPECT_EQ(first->tick, 1 + first->missed);
    ASSERT_EQ(first->changed.size(), 2u);
    EXPECT_EQ(first->changed[0].range(), (AddressRange{0x800, 0x3000}));
    EXPECT_EQ(first->changed[1].range(), (AddressRange{0x6000, 0x10}));
    EXPECT_FALSE(first->failure);

    memory->set(0x1fff, "AB"); // the end of one page and the start of the next
    std::vector<MemoryImage> changed;
    std::uint64_t tick = 1;
    while (changed.empty() || changed.back().range().end() != 0x3000) {
        const auto update = m_events.waitFor<WatchUpdate>();
        ASSERT_TRUE(update);
        EXPECT_GT(update->tick, tick);
        tick = update->tick;
        changed.insert(changed.end(), update->changed.begin(), update->changed.end());
    }
    EXPECT_EQ(changed.front().address, 0x1000u);
    EXPECT_LE(changed.size(), 2u) << "neighbours come as one image, unless a sample fell between the two bytes";

    memory->set(0x900, "C"); // in the first, clipped page
    const auto clipped = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(clipped);
    ASSERT_EQ(clipped->changed.size(), 1u);
    EXPECT_EQ(clipped->changed[0].range(), (AddressRange{0x800, 0x800}));
    EXPECT_EQ(clipped->changed[0].bytes[0x100], std::byte{'C'});

    memory->set(0x7000, "D"); // not watched
    memory->set(0x6000, "E");
    const auto last = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(last);
    ASSERT_EQ(last->changed.size(), 1u);
    EXPECT_EQ(last->changed[0].range(), (AddressRange{0x6000, 0x10}));
    EXPECT_EQ(ask(StopWatch{watch}).has_value(), true);
    EXPECT_EQ(ask(StopWatch{watch}).error().kind, ErrorKind::Missing);
}

TEST_P(SamplerTest, SaysNothingWhileNothingChanges)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    ASSERT_TRUE(ask(StartWatch{source, {{0, 0x1000}}, 1000}));
    ASSERT_TRUE(m_events.waitFor<WatchUpdate>());
    const auto before = memory->reads();
    const auto deadline = std::chrono::steady_clock::now() + testDeadline;
    while (memory->reads() < before + 20 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    ASSERT_GE(memory->reads(), before + 20);
    EXPECT_EQ(m_events.all().size(), 1u);
}

TEST_P(SamplerTest, AChangeOfReadabilityIsAChange)
{
    auto memory = m_world->addSection("X", 0x3000);
    start();
    const auto source = openSection("X").source;
    ASSERT_TRUE(ask(StartWatch{source, {{0, 0x3000}}, 1000}));
    ASSERT_TRUE(m_events.waitFor<WatchUpdate>());
    memory->removePages({0x1000, 0x1000}); // its bytes were zero and count as zero
    const auto gone = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(gone);
    ASSERT_EQ(gone->changed.size(), 1u);
    EXPECT_EQ(gone->changed[0].range(), (AddressRange{0x1000, 0x1000}));
    EXPECT_EQ(gone->changed[0].unreadable, (std::vector<AddressRange>{{0x1000, 0x1000}}));
    EXPECT_FALSE(gone->failure);
    memory->addPages({0x1000, 0x1000});
    const auto back = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(back);
    EXPECT_TRUE(back->changed.at(0).unreadable.empty());
}

TEST_P(SamplerTest, TellsOnceThatTheSourceFailsAndOnceThatItRecovers)
{
    auto memory = m_world->addProcess(100, "one.exe");
    start();
    const auto source = open({.kind = SourceKind::Process, .process = {.pid = 100}}).source;
    ASSERT_TRUE(ask(StartWatch{source, {{0x10000, 0x1000}}, 1000}));
    ASSERT_TRUE(m_events.waitFor<WatchUpdate>());
    const Error exited{.kind = ErrorKind::Exited, .operation = "read", .object = "process 100"};
    memory->fail(exited);
    const auto failed = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->failure, exited);
    EXPECT_TRUE(failed->changed.empty());
    const auto before = memory->reads();
    while (memory->reads() < before + 5)
        std::this_thread::yield();
    memory->set(0x10000, "x");
    memory->fail(std::nullopt);
    const auto recovered = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(recovered);
    EXPECT_TRUE(recovered->recovered);
    EXPECT_FALSE(recovered->failure);
    EXPECT_EQ(recovered->changed.at(0).bytes[0], std::byte{'x'});
    EXPECT_EQ(m_events.all().size(), 3u) << "said once each";
}

TEST_P(SamplerTest, GoesOnWithOtherAccessAndEndsWithItsSource)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    const auto watch = ask(StartWatch{source, {{0, 0x1000}}, 1000}).value().watch;
    ASSERT_TRUE(m_events.waitFor<WatchUpdate>());
    ASSERT_TRUE(ask(SetSourceAccess{source, Access::ReadWrite}));
    ASSERT_TRUE(ask(WriteMemory{source, 0, {}, toBytes("new")}));
    const auto update = m_events.waitFor<WatchUpdate>();
    ASSERT_TRUE(update);
    EXPECT_EQ(update->watch, watch);
    ASSERT_TRUE(ask(CloseSource{source}));
    EXPECT_EQ(ask(StopWatch{watch}).error().kind, ErrorKind::Missing);
}

TEST_P(SamplerTest, CountsMissedTicks)
{
    auto memory = m_world->addSection("X", 0x1000);
    Signal first, release, enough;
    std::mutex mutex;
    std::vector<WatchUpdate> updates;
    start([&](Event event) {
        {
            const std::scoped_lock lock(mutex);
            updates.push_back(std::get<WatchUpdate>(event));
        }
        first.set();
        release.wait(); // meanwhile nobody samples
        memory->set(0, std::as_bytes(std::span(&updates.back().tick, 1)));
        if (updates.size() >= 4)
            enough.set();
    });
    const auto source = openSection("X").source;
    // Over the wire the first update waits in the pipe: so much that the next one blocks the sampler.
    const auto watch = ask(StartWatch{source, {{0, 0x1000}}, 1000});
    ASSERT_TRUE(watch);
    ASSERT_TRUE(first.wait());
    if (GetParam() == Where::InProcess) {
        const auto started = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() < started + std::chrono::milliseconds(20))
            std::this_thread::yield();
    }
    release.set();
    ASSERT_TRUE(enough.wait());
    ASSERT_TRUE(ask(StopWatch{watch->watch}));
    const std::scoped_lock lock(mutex);
    if (GetParam() == Where::InProcess) {
        EXPECT_GE(updates.at(1).missed, 15u);
    }
    for (std::size_t i = 1; i < updates.size(); ++i) {
        EXPECT_GE(updates[i].missed, updates[i - 1].missed);
        EXPECT_GT(updates[i].tick, updates[i].missed) << "a tick is either sampled or missed";
    }
}

TEST_P(SamplerTest, KeepsRequestsWithinTheLimits)
{
    m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    const auto fails = [&](std::vector<AddressRange> ranges, double rate) {
        const auto reply = ask(StartWatch{source, std::move(ranges), rate});
        return !reply && reply.error().kind == ErrorKind::OutOfRange;
    };
    EXPECT_TRUE(fails({{0, 1}}, 0.05));
    EXPECT_TRUE(fails({{0, 1}}, 1001));
    EXPECT_TRUE(fails({{0, 1}}, std::nan("")));
    EXPECT_TRUE(fails({}, 1));
    EXPECT_TRUE(fails({{0, 0}}, 1));
    EXPECT_TRUE(fails({{~Address{0}, 2}}, 1));
    EXPECT_TRUE(fails({{0, (64 << 20) + 1}}, 1));
    EXPECT_TRUE(fails(std::vector<AddressRange>(4097, {0, 1}), 1));
    EXPECT_FALSE(fails(std::vector<AddressRange>(4096, {0, 1}), 0.1));
    EXPECT_EQ(ask(StartWatch{99, {{0, 1}}, 1}).error().kind, ErrorKind::Missing);
}

} // namespace
} // namespace ipclens
