// Series of messages, and what sessions do around inboxes, relays and taps.
#include "tests/unit/latch.h"
#include "tests/unit/session_fixture.h"

#include "core/session/series.h"

namespace ipclens {
namespace {

class SeriesTest : public SessionTest {
protected:
    SeriesTest()
    {
        m_world->windows = {{.handle = 5, .className = "Box", .title = "Receive"}, {.handle = 6, .className = "Other", .title = "Twin"},
                            {.handle = 7, .className = "Third", .title = "Twin"}};
    }

    // Its last update; `outcomes` has those of all.
    SeriesUpdate finished(SeriesId series, std::vector<SeriesOutcome> &outcomes)
    {
        const auto last = m_events.waitFor<SeriesUpdate>([&](const SeriesUpdate &update) {
            if (update.series == series)
                outcomes.insert(outcomes.end(), update.outcomes.begin(), update.outcomes.end());
            return update.series == series && update.finished;
        });
        EXPECT_TRUE(last);
        return last.value_or(SeriesUpdate{});
    }
    std::vector<FakeWorld::Sent> sent()
    {
        const std::scoped_lock lock(m_world->mutex);
        return m_world->sent;
    }
};

TEST_P(SeriesTest, RepeatsWithVariables)
{
    start();
    const auto started = ask(StartSeries{.target = {.className = "Box"},
                                         .items = {{.id = 3, .sender = 9, .data = toBytes("no {n} at {time} {x}"), .variables = SeriesVariables::Utf8},
                                                   {.kind = MessageKind::Registered, .message = "Mapped", .wParam = 1, .lParam = 2}},
                                         .repeat = 3});
    ASSERT_TRUE(started) << toText(started.error());
    EXPECT_EQ(started->window, 5u);
    std::vector<SeriesOutcome> outcomes;
    const SeriesUpdate last = finished(started->series, outcomes);
    EXPECT_EQ(last.sent, 6u);
    EXPECT_EQ(last.failed + last.equal + last.different, 0u);
    EXPECT_EQ(last.total, 6u);
    EXPECT_FALSE(last.failure);
    ASSERT_EQ(outcomes.size(), 6u);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(outcomes[i].number, i + 1);
        EXPECT_EQ(outcomes[i].item, i % 2);
        EXPECT_EQ(outcomes[i].verdict, SeriesVerdict::Sent);
        EXPECT_EQ(outcomes[i].result, 1);
    }
    const auto messages = sent();
    ASSERT_EQ(messages.size(), 6u);
    EXPECT_EQ(messages[0].window, 5u);
    EXPECT_EQ(messages[0].sender, 9u);
    EXPECT_EQ(messages[1].name, "Mapped");
    EXPECT_EQ(messages[1].lParam, 2u);
    const Bytes &data = messages[4].data.value();
    const std::string text(reinterpret_cast<const char *>(data.data()), data.size());
    EXPECT_THAT(text, testing::MatchesRegex("no 5 at .+-.+-.+T.+:.+:.+Z .x."));
}

TEST(SeriesVariablesTest, AreReplacedInTheirEncodingOnly)
{
    const auto replaced = [](std::string_view text, SeriesVariables variables) {
        const Bytes bytes = withVariables(toBytes(text), variables, 12, 1'700'000'000'123'456'789);
        return std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    };
    EXPECT_EQ(replaced("{n}{time}{{n}}{N}{", SeriesVariables::Utf8), "122023-11-14T22:13:20.123Z{12}{N}{");
    EXPECT_EQ(replaced("{n}", SeriesVariables::None), "{n}");
    EXPECT_EQ(replaced("{n}", SeriesVariables::Utf16), "{n}");
    using namespace std::string_view_literals;
    EXPECT_EQ(replaced("a\0{\0n\0}\0b\0"sv, SeriesVariables::Utf16), "a\0001\0002\0b\0"sv);
    EXPECT_EQ(replaced("\0{\0n\0}\0"sv, SeriesVariables::Utf16), "\0{\0n\0}\0"sv); // between two units
    EXPECT_EQ(replaced("\0{\0n\0}\0{"sv, SeriesVariables::Utf16).size(), 8u);      // an odd length
    EXPECT_EQ(replaced("", SeriesVariables::Utf8), "");
}

TEST_P(SeriesTest, ComparesWithWhatWasRecorded)
{
    m_world->answer = [](const FakeWorld::Sent &message) -> Result<SendOutcome> {
        if (message.id == 3)
            return Failure(Error{.kind = ErrorKind::TimedOut, .code = 1460, .operation = "SendMessageTimeout"});
        return SendOutcome{.result = static_cast<std::int64_t>(message.id) * 10, .duration = 5};
    };
    start();
    const auto series = ask(StartSeries{.target = {.window = 5},
                                        .items = {{.id = 1, .expected = 10}, {.id = 2, .expected = 21}, {.id = 3, .expected = 30}, {.id = 4}}})
                            .value().series;
    std::vector<SeriesOutcome> outcomes;
    const SeriesUpdate last = finished(series, outcomes);
    ASSERT_EQ(outcomes.size(), 4u);
    EXPECT_EQ(outcomes[0].verdict, SeriesVerdict::Equal);
    EXPECT_EQ(outcomes[1].verdict, SeriesVerdict::Different);
    EXPECT_EQ(outcomes[1].result, 20);
    EXPECT_EQ(outcomes[2].verdict, SeriesVerdict::Failed);
    ASSERT_TRUE(outcomes[2].failure);
    EXPECT_EQ(outcomes[2].failure->kind, ErrorKind::TimedOut);
    EXPECT_EQ(outcomes[3].verdict, SeriesVerdict::Sent);
    EXPECT_EQ(last.sent, 3u);
    EXPECT_EQ(last.failed, 1u);
    EXPECT_EQ(last.equal, 1u);
    EXPECT_EQ(last.different, 1u);

    const auto careful = ask(StartSeries{.target = {.window = 5}, .items = {{.id = 3}, {.id = 1}}, .stopAtFailure = true}).value().series;
    outcomes.clear();
    const SeriesUpdate stopped = finished(careful, outcomes);
    EXPECT_EQ(outcomes.size(), 1u);
    ASSERT_TRUE(stopped.failure);
    EXPECT_EQ(stopped.failure->kind, ErrorKind::TimedOut);
}

TEST_P(SeriesTest, TakesItemsInPieces)
{
    start();
    const auto series = ask(StartSeries{.target = {.window = 5}, .items = {{.id = 1}}, .more = true}).value().series;
    EXPECT_TRUE(ask(AddToSeries{.series = series, .items = {{.id = 2}, {.id = 3}}}));
    EXPECT_TRUE(ask(AddToSeries{.series = series, .items = {{.id = 4}}, .more = false}));
    std::vector<SeriesOutcome> outcomes;
    EXPECT_EQ(finished(series, outcomes).sent, 4u);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(sent().at(i).id, i + 1);
    const auto late = ask(AddToSeries{.series = series, .items = {{.id = 5}}});
    EXPECT_FALSE(late);
}

TEST_P(SeriesTest, AsksForMoreWhenFewAreLeftToBeSent)
{
    test::Latch gate(1);
    m_world->answer = [&](const FakeWorld::Sent &) -> Result<SendOutcome> {
        gate.wait();
        return SendOutcome{.result = 1};
    };
    start();
    const std::vector<SeriesItem> many(4000, SeriesItem{.data = toBytes("x")});
    const auto series = ask(StartSeries{.target = {.window = 5}, .items = many, .more = true}).value().series;
    // What is over the bound is answered only when it is sent: nothing was by now, whatever came in between.
    std::promise<Result<Done>> added;
    auto reply = added.get_future();
    m_connection->call(AddToSeries{.series = series, .items = many},
                       [&](Result<Done> done) { added.set_value(std::move(done)); });
    ASSERT_TRUE(ask(Ping{}));
    EXPECT_EQ(reply.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    gate.count_down();
    EXPECT_TRUE(reply.get());
    // More than it could keep were it kept.
    std::uint64_t count = 8000;
    const std::vector<SeriesItem> large(8, SeriesItem{.data = Bytes(std::size_t{1} << 20, std::byte{})});
    for (int i = 0; i < 20; ++i, count += large.size())
        ASSERT_TRUE(ask(AddToSeries{.series = series, .items = large}));
    ASSERT_TRUE(ask(AddToSeries{.series = series, .more = false}));
    std::vector<SeriesOutcome> outcomes;
    const SeriesUpdate last = finished(series, outcomes);
    EXPECT_EQ(last.sent, count);
    EXPECT_EQ(last.total, count);
    ASSERT_EQ(outcomes.size(), count);
    EXPECT_EQ(outcomes.back().item, count - 1);
}

TEST_P(SeriesTest, EndsWhenItIsRefusedMore)
{
    m_world->answer = [](const FakeWorld::Sent &) -> Result<SendOutcome> { return SendOutcome{.result = 1}; };
    start();
    // Sent twice, so that everything is kept: over a gigabyte is too much. Nobody touches that memory in one process; a
    // wire would take its time with it, so that there items behind the last ones are what is refused.
    const bool overWire = GetParam() == Where::OverWire;
    const auto series =
        ask(StartSeries{.target = {.window = 5}, .more = true, .repeat = 2, .timing = SeriesTiming::Rate, .rate = 1})
            .value()
            .series;
    Result<Done> added = Done{};
    for (int i = 0; i < 20 && added; ++i) {
        AddToSeries more{.series = series, .items = std::vector<SeriesItem>(1), .more = !overWire};
        if (!overWire)
            more.items.front().data = Bytes(64 << 20);
        added = ask(std::move(more));
    }
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().kind, overWire ? ErrorKind::Invalid : ErrorKind::OutOfRange);
    if (overWire) {
        EXPECT_TRUE(ask(StopSeries{series}));
    }
    std::vector<SeriesOutcome> outcomes;
    EXPECT_TRUE(finished(series, outcomes).finished);
}

TEST_P(SeriesTest, WhoWaitsToBringMoreHearsOfTheEnd)
{
    m_world->answer = [](const FakeWorld::Sent &) -> Result<SendOutcome> {
        return Failure(Error{.kind = ErrorKind::Refused});
    };
    start();
    const std::vector<SeriesItem> many(5000);
    const auto series = ask(StartSeries{.target = {.window = 5},
                                        .items = many,
                                        .more = true,
                                        .timing = SeriesTiming::Recorded,
                                        .stopAtFailure = true})
                            .value()
                            .series;
    std::vector<SeriesOutcome> outcomes;
    Result<Done> added = Done{};
    while (added)
        added = ask(AddToSeries{.series = series, .items = many});
    EXPECT_EQ(added.error().kind, ErrorKind::Missing);
    const SeriesUpdate last = finished(series, outcomes);
    EXPECT_EQ(last.failed, 1u);
    ASSERT_TRUE(last.failure);
    EXPECT_EQ(last.failure->kind, ErrorKind::Refused);
}

TEST_P(SeriesTest, StopsWhereverItIs)
{
    start();
    // Waiting for its time, for more items, and in the middle of sending without end.
    const auto waiting = ask(StartSeries{.target = {.window = 5}, .items = {{.time = 0}, {.time = 3'600'000'000'000}}, .timing = SeriesTiming::Recorded}).value().series;
    const auto hungry = ask(StartSeries{.target = {.window = 5}, .more = true}).value().series;
    const auto endless = ask(StartSeries{.target = {.window = 5}, .items = {{.id = 1}}, .repeat = 0, .timing = SeriesTiming::Rate, .rate = 1000}).value().series;
    ASSERT_TRUE(m_events.waitFor<SeriesUpdate>([&](const SeriesUpdate &update) { return update.series == endless && update.sent > 3; }));
    for (const SeriesId series : {waiting, hungry, endless})
        EXPECT_TRUE(ask(StopSeries{series}));
    std::size_t ended = 0;
    while (ended < 3 && m_events.waitFor<SeriesUpdate>([](const SeriesUpdate &update) { return update.finished; }))
        ++ended;
    EXPECT_EQ(ended, 3u);
    EXPECT_EQ(ask(StopSeries{4711}).error().kind, ErrorKind::Missing);
}

TEST_P(SeriesTest, EndsWithItsSession)
{
    start();
    ASSERT_TRUE(ask(StartSeries{.target = {.window = 5}, .items = {{.id = 1}}, .repeat = 0}));
    ASSERT_TRUE(m_events.waitFor<SeriesUpdate>());
    m_connection.reset();
}

TEST_P(SeriesTest, FindsItsWindowAnew)
{
    m_world->answer = [world = m_world.get()](const FakeWorld::Sent &message) -> Result<SendOutcome> {
        if (message.id == 2 && message.window == 5) {
            world->windows = {{.handle = 50, .className = "Box", .title = "Receive"}};
            return Failure(Error{.kind = ErrorKind::Missing, .code = 1400, .operation = "SendMessageTimeout"});
        }
        return SendOutcome{.result = 1, .duration = 5};
    };
    start();
    const auto series = ask(StartSeries{.target = {.title = "Receive"}, .items = {{.id = 1}, {.id = 2}, {.id = 3}}}).value().series;
    std::vector<SeriesOutcome> outcomes;
    EXPECT_EQ(finished(series, outcomes).sent, 3u);
    EXPECT_EQ(sent().back().window, 50u);
}

TEST_P(SeriesTest, RefusesWhatMakesNoSense)
{
    start();
    const auto kindOf = [&](StartSeries command) { return ask(std::move(command)).error().kind; };
    const std::vector<SeriesItem> one{{.id = 1}};
    EXPECT_EQ(kindOf({.target = {.window = 5}}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.target = {.title = "Twin"}, .items = one}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.target = {.title = "nobody"}, .items = one}), ErrorKind::Missing);
    EXPECT_EQ(kindOf({.items = one}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.target = {.window = 5}, .items = one, .timing = SeriesTiming::Recorded, .speed = 0}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({.target = {.window = 5}, .items = one, .timing = SeriesTiming::Rate, .rate = 1e9}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({.target = {.window = 5}, .items = one, .timeout = 0}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({.target = {.window = 5}, .items = one, .timeout = 60'001}), ErrorKind::OutOfRange);
}

TEST_P(SeriesTest, RelaysAndTapsAreInboxes)
{
    start();
    const auto relay = ask(OpenRelay{{.receiver = {.className = "Box"}, .messages = {"Mapped"}}}).value();
    EXPECT_EQ(relay.receiver.handle, 5u);
    EXPECT_EQ(relay.registered.size(), 1u);
    const auto queue = m_world->inbox("Box");
    queue->receive({.id = 1});
    auto batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->inbox, relay.inbox);
    EXPECT_EQ(batch->messages.at(0).inbox, relay.inbox);
    // The outcome alone makes a batch, and so does the end.
    queue->answer({.sequence = 1, .result = 7, .duration = 8});
    batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch);
    EXPECT_TRUE(batch->messages.empty());
    ASSERT_EQ(batch->outcomes.size(), 1u);
    EXPECT_EQ(batch->outcomes[0].result, 7);
    queue->end({.kind = ErrorKind::Missing, .operation = "relay", .meaning = "gone"});
    batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch && batch->ended);
    EXPECT_EQ(batch->ended->meaning, "gone");
    EXPECT_TRUE(ask(CloseInbox{relay.inbox}));

    EXPECT_EQ(ask(OpenTap{{.window = {.className = "Box"}}}).error().kind, ErrorKind::Refused);
    EXPECT_EQ(ask(OpenTap{{.window = {.className = "Box"}, .loadCode = true, .ringBytes = 5}}).error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(ask(OpenTap{{.window = {.className = "Box"}, .loadCode = true, .referenceBytes = 65'537}}).error().kind,
              ErrorKind::OutOfRange);
    const auto tap = ask(OpenTap{{.window = {.className = "Other"}, .loadCode = true}});
    ASSERT_TRUE(tap);
    EXPECT_EQ(tap->receiver.handle, 6u);
}

TEST_P(SeriesTest, InboxesStopCapturingWithoutClosing)
{
    start();
    const auto inbox = ask(OpenInbox{{.className = "Mine"}}).value().inbox;
    ASSERT_TRUE(ask(SetInboxCapturing{.inbox = inbox, .on = false}));
    m_world->inbox("Mine")->receive({.id = 1});
    auto batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch);
    EXPECT_TRUE(batch->messages.empty());
    EXPECT_EQ(batch->received, 1u);
    EXPECT_EQ(batch->skipped, 1u);
    ASSERT_TRUE(ask(SetInboxCapturing{.inbox = inbox, .on = true}));
    m_world->inbox("Mine")->receive({.id = 2});
    batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->messages.size(), 1u);
    EXPECT_EQ(ask(SetInboxCapturing{.inbox = 99}).error().kind, ErrorKind::Missing);
}

TEST_P(SeriesTest, InboxesRefuseRulesThatCannotApply)
{
    start();
    const auto kindOf = [&](InboxRequest request) {
        request.className = "Rules";
        return ask(OpenInbox{std::move(request)}).error().kind;
    };
    EXPECT_EQ(kindOf({.replies = {{.delay = 60'001}}}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({.replies = {{.kind = MessageKind::Registered, .message = "Mapped"}}}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.replies = {{.kind = MessageKind::Registered, .id = 1}}}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.replies = {{.kind = MessageKind::CopyData, .message = "Mapped"}}}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({.referenceBytes = 65'537}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({.pointers = {{"Mapped", PointerPlace::PidInLParam}}}), ErrorKind::Invalid);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, SeriesTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

} // namespace
} // namespace ipclens
