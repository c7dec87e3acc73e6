#include "ui/statistics_view.h"

#include "core/traffic/filter_expression.h"
#include "ui/statistics_model.h"

#include "tests/ui/traffic_sample.h"
#include "tests/ui/wait_until.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>

namespace ipclens {
namespace {

using Table = StatisticsModel::Table;

constexpr Table tables[] = {Table::Endpoints, Table::Conversations, Table::Ids, Table::Sizes, Table::Inboxes};

TEST(StatisticsModel, EveryTableIsAProperModelWhileItGrows)
{
    for (const auto table : tables) {
        TrafficStatistics counted;
        StatisticsModel model(table, counted);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.sort(1, Qt::DescendingOrder);
        for (std::uint64_t i = 1; i <= 60; ++i) {
            counted.add(test::answeredMessage(i));
            if (i % 10 == 0)
                model.refresh();
        }
        EXPECT_GT(model.rowCount(), 0);
        for (int column = 0; column < model.columnCount(); ++column) {
            model.sort(column, Qt::AscendingOrder);
            model.sort(column, Qt::DescendingOrder);
        }
        counted.clear();
        model.refresh();
        EXPECT_EQ(model.rowCount(), 0);
    }
}

TEST(StatisticsModel, ARowStaysItselfWhileTheOrderChanges)
{
    TrafficStatistics counted;
    StatisticsModel model(Table::Ids, counted);
    for (std::uint64_t i = 0; i < 8; ++i)
        counted.add(test::answeredMessage(i));
    model.refresh();
    model.sort(2, Qt::DescendingOrder);
    const QPersistentModelIndex third(model.index(2, 1));
    const auto name = third.data().toString();
    for (int i = 0; i < 5; ++i)
        counted.add(test::answeredMessage(name.left(1).toULongLong()));
    model.refresh();
    EXPECT_EQ(third.row(), 0);
    EXPECT_EQ(third.data().toString(), name);
}

TEST(StatisticsModel, FiltersOfRowsCanBeReadAndFit)
{
    TrafficStatistics counted;
    std::vector<Message> messages;
    for (std::uint64_t i = 1; i <= 30; ++i)
        messages.push_back(test::answeredMessage(i));
    auto registered = test::answeredMessage(31);
    registered.kind = MessageKind::Registered;
    registered.name = "Say \"hello\"";
    registered.sender = {};
    registered.senderName.clear();
    registered.senderWindow = 0;
    messages.push_back(registered);
    for (const auto &message : messages)
        counted.add(message);
    for (const auto table : tables) {
        StatisticsModel model(table, counted);
        for (int row = 0; row < model.rowCount(); ++row) {
            const auto text = model.filterOf(row).toStdString();
            const auto filter = FilterExpression::parse(text);
            ASSERT_TRUE(filter) << text << ": " << filter.error().meaning;
            const auto passed =
                std::ranges::count_if(messages, [&](const Message &message) { return filter->matches(message); });
            const int column = table == Table::Ids || table == Table::Conversations ? 2 : 1;
            if (table == Table::Endpoints)
                EXPECT_EQ(passed, model.index(row, 3).data().toInt() + model.index(row, 5).data().toInt()) << text;
            else if (table != Table::Inboxes)
                EXPECT_EQ(passed, model.index(row, column).data().toInt()) << text;
            else
                EXPECT_EQ(passed, 31) << text;
        }
    }
}

class StatisticsViewTest : public testing::Test {
protected:
    bool isCounted(std::uint64_t messages) const { return view.counted().total().messages == messages; }

    MessageModel model;
    StatisticsView view{model};
};

TEST_F(StatisticsViewTest, CountsWhileItIsSeen)
{
    test::fill(model, 1, 500);
    EXPECT_TRUE(isCounted(0)) << "hidden it does no work";
    view.show();
    ASSERT_TRUE(waitUntil([this] { return isCounted(500); }));
    test::fill(model, 501, 20);
    ASSERT_TRUE(waitUntil([this] { return isCounted(520); }));
    ASSERT_TRUE(waitUntil([this] { return view.findChild<QLabel *>()->text().contains("520 messages"); }));
    model.clear();
    EXPECT_TRUE(isCounted(0));
}

TEST_F(StatisticsViewTest, ADoubleClickAsksForTheFilterOfTheRow)
{
    test::fill(model, 1, 100);
    view.show();
    auto *tabs = view.findChild<QTabWidget *>();
    tabs->setCurrentIndex(2);
    ASSERT_TRUE(waitUntil([this] { return isCounted(100) && view.currentTable()->rowCount() == 4; }));
    QSignalSpy asked(&view, &StatisticsView::filterRequested);
    auto *table = qobject_cast<QTableView *>(tabs->currentWidget());
    emit table->activated(view.currentTable()->index(0, 0));
    ASSERT_EQ(asked.size(), 1);
    EXPECT_TRUE(asked[0][0].toString().startsWith("data.id == "));
}

TEST_F(StatisticsViewTest, CopiesAsCsv)
{
    test::fill(model, 1, 100);
    view.show();
    auto *tabs = view.findChild<QTabWidget *>();
    tabs->setCurrentIndex(2);
    ASSERT_TRUE(waitUntil([this] { return view.currentTable()->rowCount() == 4; }));
    view.copyAsCsv();
    const auto lines = QApplication::clipboard()->text().trimmed().split('\n');
    ASSERT_EQ(lines.size(), 5);
    EXPECT_TRUE(lines[0].startsWith("\"Kind\",\"Id or name\",\"Messages\""));
    EXPECT_TRUE(lines[1].startsWith("\"WM_COPYDATA\",\""));
    EXPECT_EQ(lines[1].split(',')[2], "25");
}

TEST_F(StatisticsViewTest, AnswersThatComeLaterCount)
{
    auto message = test::answeredMessage(1);
    const auto outcome = *std::exchange(message.outcome, std::nullopt);
    model.append(std::span(&message, 1));
    view.show();
    ASSERT_TRUE(waitUntil([this] { return isCounted(1); }));
    model.apply(1, std::span(&outcome, 1));
    EXPECT_EQ(view.counted().durations().count, 1u);
}

} // namespace
} // namespace ipclens
