#include "core/traffic/traffic_curves.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;

Message message(std::int64_t time, std::uint64_t id = 1, std::uint32_t pid = 100, std::size_t size = 8)
{
    Message made;
    made.time = time;
    made.id = id;
    made.sender = {pid, 1};
    made.senderName = "demo.exe";
    made.payload = Bytes(size, std::byte{2});
    made.size = size;
    return made;
}

TrafficBuckets::Bucket sum(const TrafficCurves::Shown &curve)
{
    TrafficBuckets::Bucket total;
    for (const auto &bucket : TrafficBuckets::columns(curve.parts, {0, 100 * second}, 50).buckets)
        total.add(bucket);
    return total;
}

TEST(MessageValue, ReadsNumbersOfMessages)
{
    auto made = message(5, 7);
    const std::uint32_t number = 4711;
    std::memcpy(made.payload.data() + 4, &number, sizeof number);
    EXPECT_EQ(MessageValue::parse("u32(payload, 4)")->of(made), 4711);
    EXPECT_EQ(MessageValue::parse("data.id")->of(made), 7);
    EXPECT_EQ(MessageValue::parse("u32(payload, 6)")->of(made), std::nullopt);
    made.references = {{.section = "S", .bytes = Bytes(4, std::byte{1})},
                       {.kind = ReferenceKind::Pointer, .process = {.pid = 12}, .bytes = Bytes(2, std::byte{1})},
                       {.kind = ReferenceKind::Pointer, .process = {.pid = 13}, .bytes = Bytes(4, std::byte{2})}};
    EXPECT_EQ(MessageValue::parse("u32(section.bytes)")->of(made), 0x01010101);
    EXPECT_EQ(MessageValue::parse("u32(pointer.bytes)")->of(made), 0x02020202) << "of the first that has it";
    EXPECT_EQ(MessageValue::parse("pointer.pid")->of(made), 12);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(made.payload.data(), &nan, sizeof nan);
    EXPECT_EQ(MessageValue::parse("f32(payload)")->of(made), std::nullopt);
}

TEST(MessageValue, SaysWhatIsNoNumberAndWhere)
{
    const auto problem = [](std::string_view text) {
        const auto value = MessageValue::parse(text);
        EXPECT_FALSE(value) << text;
        return value ? TextProblem{} : value.error();
    };
    EXPECT_NE(problem("sender.exe").meaning.find("a number is needed"), std::string::npos);
    EXPECT_EQ(problem("sender.exe").length, 10u);
    EXPECT_NE(problem("size > 3").meaning.find("a test"), std::string::npos);
    EXPECT_NE(problem("42").meaning.find("the same in every message"), std::string::npos);
    EXPECT_NE(problem("  ").meaning.find("expected"), std::string::npos);
    EXPECT_EQ(problem("u32(payloud)").offset, 4u);
    problem(std::string(5000, 'x'));
}

TEST(TrafficCurves, OneCurveOfAllMessages)
{
    TrafficCurves curves;
    curves.plot({});
    ASSERT_EQ(curves.shown().size(), 1u);
    curves.add(message(second, 1, 1, 10));
    curves.add(message(2 * second, 1, 1, 30));
    EXPECT_EQ(sum(curves.shown()[0]), (TrafficBuckets::Bucket{2, 40, 10, 30}));
    EXPECT_EQ(curves.extent(), (TimeRange{second, 2 * second + 1}));
    curves.clear();
    EXPECT_TRUE(curves.isEmpty());
    EXPECT_EQ(sum(curves.shown()[0]).count, 0u);
}

TEST(TrafficCurves, ACurveForEachSenderTheLargestFirst)
{
    TrafficCurves curves;
    curves.plot({.value = PlottedValue::Size, .split = CurveSplit::Sender});
    for (int i = 0; i < 5; ++i)
        curves.add(message(second, 1, i == 0 ? 7 : 9));
    auto registered = message(second);
    registered.kind = MessageKind::Registered; // has no size
    curves.add(registered);
    const auto shown = curves.shown();
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].name, "demo.exe 9");
    EXPECT_EQ(shown[0].count, 4u);
    EXPECT_EQ(shown[1].name, "demo.exe 7");
    EXPECT_EQ(curves.messages(), 6u);
}

TEST(TrafficCurves, BeyondTenTheRestIsOneCurve)
{
    TrafficCurves curves;
    curves.plot({.split = CurveSplit::Id});
    for (std::uint64_t id = 1; id <= 100; ++id) {
        for (std::uint64_t i = 0; i < id; ++i)
            curves.add(message(second, id));
    }
    const auto shown = curves.shown();
    ASSERT_EQ(shown.size(), TrafficCurves::mostShown + 1);
    EXPECT_EQ(shown[0].name, "id 32"); // the largest of those that came first
    EXPECT_EQ(shown.back().others, 90u);
    std::uint64_t all = 0;
    for (const auto &curve : shown) {
        EXPECT_EQ(sum(curve).count, curve.count);
        all += curve.count;
    }
    EXPECT_EQ(all, 5050u);
}

TEST(TrafficCurves, FiltersAreCurvesAndMayOverlap)
{
    TrafficCurves curves;
    const Plotted plotted{.split = CurveSplit::Filter, .filters = {{"data.id == 1", 3}, {"size > 4", 0}}};
    ASSERT_FALSE(TrafficCurves::problemOf(plotted));
    curves.plot(plotted);
    curves.add(message(second, 1, 1, 2));
    curves.add(message(second, 1, 1, 8));
    curves.add(message(second, 2, 1, 2));
    const auto shown = curves.shown();
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].name, "data.id == 1");
    EXPECT_EQ(shown[0].colour, 3);
    EXPECT_EQ(sum(shown[0]).count, 2u);
    EXPECT_EQ(sum(shown[1]).count, 1u);
}

TEST(TrafficCurves, SaysWhichPartIsWrong)
{
    const auto field = TrafficCurves::problemOf({.value = PlottedValue::Field, .field = "sise"});
    ASSERT_TRUE(field);
    EXPECT_EQ(field->filter, std::nullopt);
    const auto filter =
        TrafficCurves::problemOf({.split = CurveSplit::Filter, .filters = {{"size > 1", 0}, {"size >", 1}}});
    ASSERT_TRUE(filter);
    EXPECT_EQ(filter->filter, 1u);
    EXPECT_TRUE(TrafficCurves::problemOf({.split = CurveSplit::Filter}));
    EXPECT_FALSE(TrafficCurves::problemOf({.value = PlottedValue::HandlerTime, .field = "sise"}));
}

TEST(TrafficCurves, HandlerTimesCountOnceWheneverTheAnswerComes)
{
    TrafficCurves curves;
    curves.plot({.value = PlottedValue::HandlerTime});
    auto one = message(second);
    curves.add(one);
    EXPECT_EQ(sum(curves.shown()[0]).count, 0u);
    one.outcome = MessageOutcome{.duration = 2'500'000};
    curves.answered(one);
    EXPECT_EQ(sum(curves.shown()[0]), (TrafficBuckets::Bucket{1, 2.5, 2.5, 2.5}));
    curves.add(one); // another that came with its answer
    EXPECT_EQ(sum(curves.shown()[0]).count, 2u);

    curves.plot({.value = PlottedValue::Messages});
    one.outcome.reset();
    curves.add(one);
    one.outcome = MessageOutcome{.duration = 2'500'000};
    curves.answered(one);
    EXPECT_EQ(sum(curves.shown()[0]).count, 1u);
}

} // namespace
} // namespace ipclens
