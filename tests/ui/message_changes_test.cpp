// Rows that come and go because something of their messages changed: answers, marks, limits; sorted or not.
#include "ui/message_list.h"
#include "ui/message_order.h"

#include "traffic_fake_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QSignalSpy>

namespace ipclens {
namespace {

using test::sampleMessage;
using testing::ElementsAre;

constexpr std::int64_t millisecond = 1'000'000;

std::vector<Message> batch(std::uint64_t first, std::uint64_t count)
{
    std::vector<Message> messages;
    for (auto n = first; n < first + count; ++n)
        messages.push_back(sampleMessage(n, static_cast<std::int64_t>(n) * millisecond, std::string(1 + n % 90, 'x')));
    return messages;
}

std::vector<std::uint64_t> sequences(const MessageModel &model)
{
    std::vector<std::uint64_t> all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.push_back(model.messageAt(row).sequence);
    return all;
}

MessageOutcome answered(std::uint64_t sequence, std::int64_t duration)
{
    return {.sequence = sequence, .result = 1, .duration = duration};
}

TEST(MessageOrderTest, KnowsWhereEachStands)
{
    constexpr MessageOrder::Index first = (std::uint64_t{1} << 32) - 2; // the low 32 bits begin anew among them
    const auto low = [](std::uint64_t offset) { return static_cast<std::uint32_t>(first + offset); };
    MessageOrder order({low(3), low(0), low(2)}, first, first + 4);
    EXPECT_EQ(order.rowOf(first + 3), 0);
    EXPECT_EQ(order.rowOf(first), 1);
    EXPECT_EQ(order.rowOf(first + 1), -1);
    EXPECT_EQ(order.rowOf(first - 1), -1);
    EXPECT_EQ(order.rowOf(first + 100), -1);
    order.append(std::array{low(9), low(1)});
    EXPECT_EQ(order.rowOf(first + 9), 3);
    EXPECT_EQ(order.rowOf(first + 1), 4);
    order.erase(1, 2);
    EXPECT_EQ(order.rowOf(first), -1);
    EXPECT_EQ(order.rowOf(first + 9), 1);
    EXPECT_EQ(order.size(), 3u);
}

class MessageChangesTest : public testing::Test {
protected:
    void filter(const char *text)
    {
        model.setFilter(*MessageFilter::parse(text));
        ASSERT_TRUE(waitUntil([this] { return model.unfiltered() == 0; }));
    }
    void sortBy(int column, Qt::SortOrder order = Qt::AscendingOrder)
    {
        model.sort(column, order);
        sorted();
    }
    void sorted()
    {
        ASSERT_TRUE(waitUntil([this] { return !model.isSorting(); }));
    }

    MessageModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(MessageChangesTest, AnAnswerThatComesLateIsFiltered)
{
    model.append(batch(1, 10));
    filter("duration > 5");
    EXPECT_EQ(model.rowCount(), 0);
    model.apply(0, std::vector{answered(7, 9 * millisecond), answered(2, 6 * millisecond), answered(4, millisecond)});
    EXPECT_THAT(sequences(model), ElementsAre(2, 7));
    EXPECT_EQ(model.rowOfIndex(6), 1);
    filter("!answered");
    EXPECT_THAT(sequences(model), ElementsAre(1, 3, 5, 6, 8, 9, 10));
    model.apply(0, std::vector{answered(1, 1), answered(10, 1), answered(6, 1), answered(6, 1)});
    EXPECT_THAT(sequences(model), ElementsAre(3, 5, 8, 9));
}

TEST_F(MessageChangesTest, ManyAnswersAtOnceAreFilteredAsWell)
{
    model.append(batch(1, 1000));
    filter("answered");
    std::vector<MessageOutcome> outcomes;
    for (std::uint64_t n = 1000; n > 0; n -= 2)
        outcomes.push_back(answered(n, 1));
    model.apply(0, outcomes);
    ASSERT_EQ(model.rowCount(), 500);
    EXPECT_EQ(model.messageAt(0).sequence, 2u);
    EXPECT_EQ(model.messageAt(499).sequence, 1000u);
}

TEST_F(MessageChangesTest, WhatPassesOrIsLetGoWhileSortedComesAndGoesWithTheNextSort)
{
    model.append(batch(1, 100));
    filter("!answered");
    sortBy(MessageModel::Size, Qt::DescendingOrder);
    EXPECT_EQ(model.messageAt(0).sequence, 89u);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.apply(0, std::vector{answered(89, 1), answered(5, 1)});
    model.setLimits({.messages = 50});
    EXPECT_TRUE(waitUntil([this] { return model.rowCount() == 49; })) << model.rowCount();
    EXPECT_EQ(model.store().begin(), 50u);
    EXPECT_EQ(model.messageAt(0).sequence, 88u);
    EXPECT_EQ(model.rowOfIndex(88), -1);
    EXPECT_EQ(model.rowOfIndex(87), 0);
    // One that is shown anew comes at the end first.
    filter("answered");
    sorted();
    model.apply(0, std::vector{answered(60, 1)});
    EXPECT_EQ(model.messageAt(model.rowCount() - 1).sequence, 60u);
    EXPECT_TRUE(waitUntil([this] { return model.messageAt(0).sequence == 89 && model.rowCount() == 2; }));
    model.sort(-1);
    EXPECT_THAT(sequences(model), ElementsAre(60, 89));
    EXPECT_EQ(reset.size(), 2) << "of the filter, and for the order of arrival";
}

TEST_F(MessageChangesTest, ASelectionAndTheAnchorSurviveWhatComesWhileSorted)
{
    model.append(batch(1, 500));
    MessageList list(model);
    list.resize(800, 300);
    list.show();
    sortBy(MessageModel::Size);
    list.goToRow(100);
    list.selectionModel()->select(model.index(102, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const auto selected = list.selected();
    const int place = list.visualRect(list.currentIndex()).y();
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.append(batch(501, 500));
    EXPECT_TRUE(list.newBelowText().isEmpty()) << "new rows do not stay below";
    ASSERT_TRUE(waitUntil([this] { return model.messageAt(999).size == 90; }));
    EXPECT_EQ(list.selected(), selected);
    EXPECT_EQ(list.visualRect(list.currentIndex()).y(), place) << "what is looked at stays where it is";
    EXPECT_TRUE(reset.isEmpty());
}

TEST_F(MessageChangesTest, RowsThatComeAboveDoNotMoveTheView)
{
    model.append(batch(1, 1000));
    filter("number > 500 || answered");
    MessageList list(model);
    list.resize(800, 300);
    list.show();
    list.verticalScrollBar()->setValue(100);
    const auto top = model.indexOfRow(list.rowAt(0));
    model.apply(0, std::vector{answered(3, 1), answered(4, 1)});
    EXPECT_EQ(model.indexOfRow(list.rowAt(0)), top);
    EXPECT_TRUE(list.newBelowText().isEmpty());
}

TEST_F(MessageChangesTest, MarksAreFilteredWhileTheyAreMade)
{
    model.append(batch(1, 20));
    filter("marked");
    model.annotate({2, 5, 2, 999}, [](Annotation &said) { said.marked = true; });
    EXPECT_THAT(sequences(model), ElementsAre(3, 6));
    model.annotate(7, {.pinned = true});
    EXPECT_THAT(sequences(model), ElementsAre(3, 6, 8));
    model.annotate(2, {});
    model.annotate(7, {});
    EXPECT_THAT(sequences(model), ElementsAre(6));
}

TEST_F(MessageChangesTest, DeltasAreSortedAsTheyAreShown)
{
    for (const std::int64_t time : {0, 10, 11, 31, 33})
        model.append(std::vector{sampleMessage(static_cast<std::uint64_t>(time) + 1, time * millisecond)});
    sortBy(MessageModel::Delta);
    const auto shown = [this](int row) {
        return model.index(row, MessageModel::Delta).data().toString().toStdString();
    };
    EXPECT_EQ(shown(0), "");
    EXPECT_EQ(shown(1), "0.001000");
    EXPECT_EQ(shown(2), "0.002000");
    EXPECT_EQ(shown(3), "0.010000");
    EXPECT_EQ(shown(4), "0.020000");
    // Of those shown: what a filter leaves out is not counted from.
    filter("number != 12");
    sorted();
    EXPECT_EQ(shown(3), "0.021000");
}

TEST_F(MessageChangesTest, TimesSinceTheFirstStayWhenItIsLetGo)
{
    model.append(batch(1, 10));
    model.setTimeFormat(TimeFormat::SinceFirst);
    model.setLimits({.messages = 2});
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(0, MessageModel::Time).data().toString(), "0.008000");
}

TEST_F(MessageChangesTest, ColoursAreAskedForAgainWhenAMessageChanges)
{
    model.append(batch(1, 2));
    model.setColourRules(
        ColourRules({{"answered", theme::Role::RuleGreen, true}, {"marked", theme::Role::RuleBlue, true}}));
    const auto colour = [this] { return model.index(0, 0).data(Qt::BackgroundRole); };
    EXPECT_FALSE(colour().isValid());
    model.annotate(0, {.marked = true});
    EXPECT_EQ(colour().value<QColor>(), theme::color(theme::Role::RuleBlue, QPalette()));
    model.apply(0, std::vector{answered(1, 1)});
    EXPECT_EQ(colour().value<QColor>(), theme::color(theme::Role::RuleGreen, QPalette()));
}

// Without the model tester, which looks at everything again after each change.
TEST(MessageChangesMillion, FarOverItsLimitsASortedCaptureDoesNotWait)
{
    MessageModel model;
    model.append(batch(1, 1000));
    model.sort(MessageModel::Size);
    model.setLimits({.messages = 10});
    model.append(batch(2000, 120'000)); // more than may wait for a sort
    EXPECT_EQ(model.rowCount(), 10);
    ASSERT_TRUE(waitUntil([&] { return !model.isSorting(); }));
    EXPECT_EQ(model.store().size(), 10u);
    EXPECT_EQ(model.rowCount(), 10);
}

TEST(MessageChangesMillion, AreMarkedAndSortedInPieces)
{
    constexpr std::uint64_t million = 1'000'000;
    constexpr int patience = 120'000; // milliseconds: a million rows on a busy machine, under AddressSanitizer
    MessageModel model;
    for (std::uint64_t n = 0; n < million; n += 10'000)
        model.append(batch(n, 10'000));
    model.sort(MessageModel::Size, Qt::DescendingOrder);
    ASSERT_TRUE(waitUntil([&] { return !model.isSorting(); }, patience));
    EXPECT_EQ(model.messageAt(0).size, 90u);
    EXPECT_EQ(model.messageAt(999'999).size, 1u);
    EXPECT_EQ(model.rowOfIndex(model.indexOfRow(500'000)), 500'000);
    std::vector<MessageModel::Index> all(million);
    for (std::uint64_t n = 0; n < million; ++n)
        all[n] = n;
    model.annotate(std::move(all), [](Annotation &said) { said.marked = true; });
    EXPECT_LT(model.store().annotations().size(), million) << "the rest between events";
    ASSERT_TRUE(waitUntil([&] { return model.store().annotations().size() == million; }, patience));
    model.clear();
    EXPECT_EQ(model.rowCount(), 0);
}

} // namespace
} // namespace ipclens
