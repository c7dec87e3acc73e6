#include "ui/client.h"

#include "core/wire/byte_stream.h"
#include "tests/ui/wait_until.h"

#include <gtest/gtest.h>

#include <QSignalSpy>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ipclens {
namespace {

// What a test sees of the connections a client makes.
struct Line {
    std::mutex mutex;
    std::condition_variable changed;
    ConnectionSinks sinks;
    std::vector<std::pair<AnyCommand, ReplySink>> kept; // neither host nor ping
    std::vector<CallId> cancelled;
    int alive = 0;
    int opened = 0;
    bool answersPing = true;
    bool greets = true;
    bool closingHangs = false; // until release()
    std::thread::id closedOn;

    void release()
    {
        {
            const std::scoped_lock lock(mutex);
            closingHangs = false;
        }
        changed.notify_all();
    }
    std::size_t keptCount()
    {
        const std::scoped_lock lock(mutex);
        return kept.size();
    }
    std::pair<AnyCommand, ReplySink> takeKept()
    {
        const std::scoped_lock lock(mutex);
        auto first = std::move(kept.front());
        kept.erase(kept.begin());
        return first;
    }
};

class LineConnection : public Connection {
public:
    explicit LineConnection(std::shared_ptr<Line> line) : m_line(std::move(line))
    {
        const std::scoped_lock lock(m_line->mutex);
        ++m_line->alive;
    }
    ~LineConnection() override
    {
        std::unique_lock lock(m_line->mutex);
        m_line->changed.wait(lock, [this] { return !m_line->closingHangs; });
        --m_line->alive;
        m_line->closedOn = std::this_thread::get_id();
    }
    CallId submit(AnyCommand command, ReplySink reply) override
    {
        std::unique_lock lock(m_line->mutex);
        const bool isHost = std::holds_alternative<GetHost>(command);
        const bool isPing = std::holds_alternative<Ping>(command);
        if ((isHost && m_line->greets) || (isPing && m_line->answersPing)) {
            lock.unlock();
            if (isHost)
                reply(AnyReply(Host{.system = "Test 1.0", .machine = "here"}));
            else
                reply(AnyReply(Done{}));
            return 1;
        }
        if (!isHost && !isPing)
            m_line->kept.emplace_back(std::move(command), std::move(reply));
        return 1000 + m_line->kept.size();
    }
    void cancel(CallId call) override
    {
        const std::scoped_lock lock(m_line->mutex);
        m_line->cancelled.push_back(call);
    }

private:
    const std::shared_ptr<Line> m_line;
};

Client::Opener openerOf(const std::shared_ptr<Line> &line)
{
    return [line](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
        {
            const std::scoped_lock lock(line->mutex);
            line->sinks = std::move(sinks);
            ++line->opened;
        }
        return std::make_unique<LineConnection>(line);
    };
}

struct ClientTest : testing::Test {
    std::shared_ptr<Line> line = std::make_shared<Line>();
    std::unique_ptr<Client> client = std::make_unique<Client>(QStringLiteral("test"), openerOf(line));

    void connectIt()
    {
        client->connectNow();
        ASSERT_TRUE(waitUntil([this] { return client->state() == Client::State::Connected; }));
    }
    void TearDown() override
    {
        line->release();
        client.reset();
        Client::finishClosing();
        EXPECT_EQ(line->alive, 0);
    }
};

const Error broken{.kind = ErrorKind::Disconnected, .operation = "read", .object = "session", .meaning = "it is gone"};

TEST_F(ClientTest, ConnectsInTheBackgroundAndKnowsTheHost)
{
    QSignalSpy states(client.get(), &Client::stateChanged);
    client->connectNow();
    EXPECT_EQ(client->state(), Client::State::Connecting);
    ASSERT_TRUE(waitUntil([this] { return client->state() == Client::State::Connected; }));
    EXPECT_EQ(client->host().system, "Test 1.0");
    EXPECT_EQ(states.count(), 2);
    EXPECT_TRUE(waitUntil([this] { return client->latency() >= 0; }));
}

TEST_F(ClientTest, ConnectingTwiceMakesOneConnection)
{
    client->connectNow();
    client->connectNow();
    ASSERT_TRUE(waitUntil([this] { return client->state() == Client::State::Connected; }));
    client->connectNow();
    EXPECT_EQ(line->opened, 1);
}

TEST_F(ClientTest, AFailureToConnectIsTold)
{
    Client failing(QStringLiteral("nobody"), [](ConnectionSinks) -> Result<std::unique_ptr<Connection>> {
        return Failure(Error{.kind = ErrorKind::Missing, .operation = "start", .object = "nobody"});
    });
    failing.connectNow();
    ASSERT_TRUE(waitUntil([&] { return failing.state() == Client::State::Lost; }));
    EXPECT_EQ(failing.lastError().kind, ErrorKind::Missing);
    EXPECT_EQ(failing.lastError().object, "nobody");
}

TEST_F(ClientTest, RepliesComeThroughTheEventLoop)
{
    connectIt();
    std::optional<Result<WindowList>> got;
    client->call(ListWindows{}, client.get(), [&](Result<WindowList> reply) { got = std::move(reply); });
    ASSERT_EQ(line->keptCount(), 1u);
    auto [command, reply] = line->takeKept();
    EXPECT_TRUE(std::holds_alternative<ListWindows>(command));
    reply(AnyReply(WindowList{{Window{.handle = 7}}}));
    EXPECT_FALSE(got) << "not from within the sink";
    ASSERT_TRUE(waitUntil([&] { return got.has_value(); }));
    ASSERT_TRUE(*got);
    EXPECT_EQ((*got)->windows.at(0).handle, 7u);
}

TEST_F(ClientTest, CallsWithoutAConnectionFailLater)
{
    std::optional<Error> error;
    client->call(ListWindows{}, client.get(), [&](Result<WindowList> reply) { error = reply.error(); });
    EXPECT_FALSE(error) << "never from within call()";
    ASSERT_TRUE(waitUntil([&] { return error.has_value(); }));
    EXPECT_EQ(error->kind, ErrorKind::Disconnected);
}

TEST_F(ClientTest, NothingIsToldToAContextThatIsGone)
{
    connectIt();
    bool told = false, other = false;
    auto context = std::make_unique<QObject>();
    client->call(ListWindows{}, context.get(), [&](Result<WindowList>) { told = true; });
    client->call(ListWindows{}, client.get(), [&](Result<WindowList>) { other = true; });
    context.reset();
    for (int i = 0; i < 2; ++i)
        line->takeKept().second(AnyReply(WindowList{}));
    ASSERT_TRUE(waitUntil([&] { return other; }));
    EXPECT_FALSE(told);
}

TEST_F(ClientTest, ACancelledCallIsPassedOnAndNeverAnswered)
{
    connectIt();
    bool told = false, other = false;
    const auto call = client->call(ListWindows{}, client.get(), [&](Result<WindowList>) { told = true; });
    client->call(ListWindows{}, client.get(), [&](Result<WindowList>) { other = true; });
    client->cancel(call);
    EXPECT_EQ(line->cancelled, std::vector<CallId>{1001});
    for (int i = 0; i < 2; ++i)
        line->takeKept().second(AnyReply(WindowList{}));
    ASSERT_TRUE(waitUntil([&] { return other; }));
    EXPECT_FALSE(told);
}

TEST_F(ClientTest, ALostConnectionFailsWhatIsPendingAndCanBeMadeAgain)
{
    connectIt();
    std::optional<Error> error;
    client->call(ListWindows{}, client.get(), [&](Result<WindowList> reply) { error = reply.error(); });
    std::jthread([sinks = line->sinks] { sinks.closed(broken); }).join();
    ASSERT_TRUE(waitUntil([&] { return client->state() == Client::State::Lost; }));
    EXPECT_EQ(client->lastError(), broken);
    ASSERT_TRUE(error);
    EXPECT_EQ(*error, broken);
    EXPECT_LT(client->latency(), 0);
    connectIt();
    EXPECT_EQ(line->opened, 2);
}

TEST_F(ClientTest, WhatCameBeforeTheConnectionWasLostIsStillDelivered)
{
    connectIt();
    QSignalSpy updates(client.get(), &Client::watchUpdated);
    // The first is delivered at once; the others wait for the next frame, and the end of the connection does not.
    line->sinks.event(WatchUpdate{.watch = 1});
    ASSERT_TRUE(waitUntil([&] { return updates.count() == 1; }));
    for (int i = 0; i < 100; ++i)
        line->sinks.event(WatchUpdate{.watch = 1});
    line->sinks.closed(broken);
    ASSERT_TRUE(waitUntil([&] { return client->state() == Client::State::Lost; }));
    EXPECT_EQ(updates.count(), 101);
}

TEST_F(ClientTest, CallsBackBehindTheEventsThatAreThere)
{
    connectIt();
    std::vector<int> order;
    QObject::connect(client.get(), &Client::watchUpdated, client.get(),
                     [&](const WatchUpdate &update) { order.push_back(static_cast<int>(update.tick)); });
    line->sinks.event(WatchUpdate{.tick = 1});
    client->afterEvents(client.get(), [&] { order.push_back(-1); });
    line->sinks.event(WatchUpdate{.tick = 2});
    auto context = std::make_unique<QObject>();
    client->afterEvents(context.get(), [&] { order.push_back(-2); });
    context.reset();
    client->afterEvents(client.get(), [&] { order.push_back(-3); });
    ASSERT_TRUE(waitUntil([&] { return !order.empty() && order.back() == -3; }));
    EXPECT_EQ(order, (std::vector<int>{1, -1, 2, -3}));
}

TEST_F(ClientTest, ManyEventsLeaveTurnsOfTheEventLoopToOthers)
{
    connectIt();
    int delivered = 0, turns = 0;
    QObject::connect(client.get(), &Client::watchUpdated, client.get(), [&] {
        ++delivered;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 2) {
        }
    });
    QTimer other;
    QObject::connect(&other, &QTimer::timeout, [&] { turns += delivered > 0 && delivered < 100; });
    other.start(0);
    for (int i = 0; i < 100; ++i)
        line->sinks.event(WatchUpdate{});
    ASSERT_TRUE(waitUntil([&] { return delivered == 100; }));
    EXPECT_GE(turns, 10);
}

TEST_F(ClientTest, EventsOfAnEarlierConnectionAreDropped)
{
    connectIt();
    const auto earlier = line->sinks;
    earlier.closed(broken);
    ASSERT_TRUE(waitUntil([&] { return client->state() == Client::State::Lost; }));
    connectIt();
    QSignalSpy updates(client.get(), &Client::watchUpdated);
    earlier.event(WatchUpdate{.watch = 1});
    earlier.closed(broken);
    line->sinks.event(WatchUpdate{.watch = 2});
    ASSERT_TRUE(waitUntil([&] { return updates.count() > 0; }));
    EXPECT_EQ(updates.count(), 1);
    EXPECT_EQ(client->state(), Client::State::Connected);
}

TEST_F(ClientTest, EventsKeepTheirOrder)
{
    connectIt();
    std::vector<std::uint64_t> ticks;
    QObject::connect(client.get(), &Client::watchUpdated, client.get(),
                     [&](const WatchUpdate &update) { ticks.push_back(update.tick); });
    std::jthread sender([sinks = line->sinks] {
        for (std::uint64_t tick = 1; tick <= 1000; ++tick)
            sinks.event(WatchUpdate{.watch = 1, .tick = tick});
    });
    ASSERT_TRUE(waitUntil([&] { return ticks.size() == 1000; }));
    EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
}

MessageBatch batchOf(std::size_t bytes)
{
    MessageBatch batch;
    batch.messages.resize(1);
    batch.messages[0].payload = Bytes(bytes, std::byte{1});
    return batch;
}

TEST_F(ClientTest, AFullQueueHoldsTheFarEndBack)
{
    connectIt();
    QSignalSpy batches(client.get(), &Client::messagesArrived);
    std::atomic<int> sent = 0;
    std::jthread sender([&, sinks = line->sinks] {
        for (int i = 0; i < 12; ++i) {
            sinks.event(batchOf(std::size_t{16} << 20));
            ++sent;
        }
    });
    // Nobody drains here: only what fits may be taken.
    QElapsedTimer timer;
    timer.start();
    while (sent < 3 && timer.elapsed() < 20'000)
        std::this_thread::yield();
    EXPECT_GE(sent, 3);
    EXPECT_LE(sent, 4);
    ASSERT_TRUE(waitUntil([&] { return batches.count() == 12; }));
    EXPECT_EQ(sent, 12);
}

TEST_F(ClientTest, AnEventLargerThanTheQueueStillComesThrough)
{
    connectIt();
    QSignalSpy batches(client.get(), &Client::messagesArrived);
    std::jthread sender([sinks = line->sinks] { sinks.event(batchOf(std::size_t{80} << 20)); });
    EXPECT_TRUE(waitUntil([&] { return batches.count() == 1; }));
}

TEST_F(ClientTest, ClosingReleasesABlockedFarEnd)
{
    connectIt();
    std::jthread sender([sinks = line->sinks] {
        for (int i = 0; i < 8; ++i)
            sinks.event(batchOf(std::size_t{32} << 20));
    });
    client.reset();
    sender.join(); // hangs for ever when nobody lets it go
}

TEST_F(ClientTest, ClosingDoesNotWaitForASlowConnection)
{
    connectIt();
    {
        const std::scoped_lock lock(line->mutex);
        line->closingHangs = true;
    }
    client.reset(); // hangs for ever when it closes the connection itself
    EXPECT_EQ(line->alive, 1);
    line->release();
    Client::finishClosing();
    EXPECT_EQ(line->alive, 0);
    EXPECT_NE(line->closedOn, std::this_thread::get_id());
}

TEST_F(ClientTest, ClosingWhileConnectingDoesNotWait)
{
    std::mutex gate;
    gate.lock();
    auto slow = std::make_unique<Client>(QStringLiteral("slow"), [&, open = openerOf(line)](ConnectionSinks sinks) {
        const std::scoped_lock lock(gate);
        return open(std::move(sinks), {});
    });
    slow->connectNow();
    slow.reset(); // hangs for ever when it waits
    gate.unlock();
    Client::finishClosing();
    EXPECT_EQ(line->alive, 0) << "a connection nobody wants any more is closed";
}

TEST_F(ClientTest, AnOpenerIsAskedToGiveUp)
{
    std::atomic<bool> gaveUp = false;
    auto patient = std::make_unique<Client>(
        QStringLiteral("patient"), [&](ConnectionSinks, std::stop_token stop) -> Result<std::unique_ptr<Connection>> {
            while (!stop.stop_requested())
                std::this_thread::yield();
            gaveUp = true;
            return Failure(Error{.kind = ErrorKind::Cancelled});
        });
    patient->connectNow();
    patient.reset();
    Client::finishClosing();
    EXPECT_TRUE(gaveUp);
}

TEST_F(ClientTest, AFarEndThatDoesNotGreetKeepsTheClientConnecting)
{
    line->greets = false;
    client->connectNow();
    ASSERT_TRUE(waitUntil([this] { return line->opened == 1; }));
    std::optional<Error> error;
    client->call(ListWindows{}, client.get(), [&](Result<WindowList> reply) { error = reply.error(); });
    ASSERT_TRUE(waitUntil([&] { return error.has_value(); }));
    EXPECT_EQ(client->state(), Client::State::Connecting);
    EXPECT_EQ(error->kind, ErrorKind::Disconnected);
}

TEST_F(ClientTest, ACommandThatIsNotThereIsAClearError)
{
    Client missing(QStringLiteral("missing"), openThroughCommand(QStringLiteral("/nowhere/at/all/ipclens-cli serve")));
    missing.connectNow();
    ASSERT_TRUE(waitUntil([&] { return missing.state() == Client::State::Lost; }));
    EXPECT_NE(toText(missing.lastError()).find("/nowhere/at/all"), std::string::npos) << toText(missing.lastError());
}

TEST_F(ClientTest, ACommandThatNeverSpeaksDoesNotHoldTheProgramUp)
{
    auto silent = std::make_unique<Client>(QStringLiteral("silent"), openThroughCommand(QStringLiteral("cat >/dev/null; exec sleep 600")));
    silent->connectNow();
    silent.reset();
    Client::finishClosing(); // takes ten minutes when the command is not ended
}

} // namespace
} // namespace ipclens
