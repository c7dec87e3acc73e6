// Sorting, marking, finding, colouring and decoding messages.
#include "ui/colour_rules.h"
#include "ui/message_find_bar.h"
#include "ui/message_list.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

namespace ipclens {
namespace {

using test::sampleMessage;

std::vector<std::uint64_t> sequences(const MessageModel &model)
{
    std::vector<std::uint64_t> all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.push_back(model.messageAt(row).sequence);
    return all;
}

class MessageSortTest : public testing::Test {
protected:
    void append(std::uint64_t sequence, std::uint64_t size, std::string_view sender)
    {
        auto message = sampleMessage(sequence, static_cast<std::int64_t>(sequence) * 1000, std::string(size, 'x'));
        message.senderName = sender;
        if (sequence % 2 == 0)
            message.outcome = MessageOutcome{.sequence = sequence, .result = static_cast<std::int64_t>(sequence) - 3};
        model.append(std::vector{message});
    }
    void sorted()
    {
        ASSERT_TRUE(waitUntil([this] { return !model.isSorting(); }));
    }
    MessageModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(MessageSortTest, SortsByAnyColumnAndBackToArrival)
{
    append(1, 5, "b.exe");
    append(2, 9, "a.exe");
    append(3, 5, "c.exe");
    append(4, 1, "a.exe");
    model.sort(MessageModel::Size);
    sorted();
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{4, 1, 3, 2}));
    model.sort(MessageModel::Size, Qt::DescendingOrder);
    sorted();
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{2, 1, 3, 4})) << "equal ones stay in order of arrival";
    model.sort(MessageModel::Sender);
    sorted();
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{2, 4, 1, 3}));
    model.sort(MessageModel::Result);
    sorted();
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{1, 3, 2, 4}));
    EXPECT_EQ(model.rowOfIndex(1), 2);
    EXPECT_EQ(model.rowNearTime(3000), 1);
    model.sort(-1);
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST_F(MessageSortTest, KeepsTheCurrentRowAndSortsInWhatComes)
{
    for (std::uint64_t i = 1; i <= 100; ++i)
        append(i, 100 - i, "a.exe");
    MessageList list(model);
    list.show();
    list.goToRow(9);
    const auto current = list.current();
    model.sort(MessageModel::Size);
    sorted();
    EXPECT_EQ(list.current(), current);
    EXPECT_EQ(list.currentIndex().row(), 90);
    append(101, 50, "a.exe");
    EXPECT_EQ(model.messageAt(100).sequence, 101u) << "at the end for now";
    ASSERT_TRUE(waitUntil([this] { return model.messageAt(100).sequence != 101; }));
    EXPECT_EQ(model.messageAt(51).sequence, 101u);
    // Filters and limits while it is sorted.
    model.setFilter(*MessageFilter::parse("size > 89"));
    ASSERT_TRUE(waitUntil([this] { return !model.isSorting() && model.messageAt(0).size == 90; }));
    EXPECT_EQ(model.rowCount(), 10);
    model.setLimits({.messages = 95});
    EXPECT_TRUE(waitUntil([this] { return model.rowCount() == 4; })) << "the first six were let go";
}

TEST_F(MessageSortTest, TimesInFiveWays)
{
    auto first = sampleMessage(1, 1'700'000'000'123'456'789), second = sampleMessage(2, 1'700'000'001'000'456'000);
    model.append(std::vector{first, second});
    const auto shown = [this](int row) { return model.index(row, MessageModel::Time).data().toString().toStdString(); };
    model.setTimeFormat(TimeFormat::Utc);
    EXPECT_EQ(shown(0), "22:13:20.123456Z");
    model.setTimeFormat(TimeFormat::SinceFirst);
    EXPECT_EQ(shown(1), "0.876999");
    model.setTimeFormat(TimeFormat::SincePrevious);
    EXPECT_EQ(shown(0), "0.000000");
    model.setTimeFormat(TimeFormat::Epoch);
    EXPECT_EQ(shown(0), "1700000000.123456");
    model.setTimeFormat(TimeFormat::Local);
    EXPECT_TRUE(shown(0).ends_with("20.123456"));
}

class WorkbenchTest : public testing::Test {
protected:
    WorkbenchTest()
    {
        for (std::uint64_t i = 1; i <= 50; ++i) {
            auto message = sampleMessage(i, static_cast<std::int64_t>(i) * 1000, i % 10 == 0 ? "ten" : "other");
            message.receiver.pid = 7;
            message.receiverWindow = 0x42;
            if (i % 25 == 0)
                message.outcome = MessageOutcome{
                    .sequence = i, .result = 5, .duration = 1'500'000, .failure = Error{.meaning = "gone"}};
            model.append(std::vector{message});
        }
        list.resize(1200, 400);
        list.show();
    }
    MessageModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
    MessageList list{model};
};

TEST_F(WorkbenchTest, MarksPinsAndComments)
{
    list.goToRow(3);
    list.toggleMarks();
    list.goToRow(20);
    list.toggleMarks();
    EXPECT_TRUE(model.messageAt(3).isMarked());
    EXPECT_TRUE(model.index(3, MessageModel::Number).data().toString().contains(QChar(0x25cf)));
    list.goToMarked(false);
    EXPECT_EQ(list.currentIndex().row(), 3) << "round to the first";
    list.goToMarked(true);
    EXPECT_EQ(list.currentIndex().row(), 20);
    list.togglePins();
    model.setFilter(*MessageFilter::parse("payload contains \"ten\""));
    EXPECT_EQ(sequences(model), (std::vector<std::uint64_t>{10, 20, 21, 30, 40, 50}))
        << "the pinned one is there whatever the filter";
    model.annotate(0, {.comment = "why is this\nhere"});
    model.setFilter(*MessageFilter::parse("comment contains \"why\""));
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(0, MessageModel::Comment).data().toString(), "why is this here");
}

TEST_F(WorkbenchTest, AnswersAndColours)
{
    EXPECT_EQ(model.index(24, MessageModel::Result).data().toString(), "5, failed");
    EXPECT_EQ(model.index(24, MessageModel::Duration).data().toString(), "1.500 ms");
    EXPECT_EQ(model.index(0, MessageModel::Result).data().toString(), "");
    const std::vector<MessageOutcome> outcomes{{.sequence = 1, .result = -1, .duration = 2'000},
                                               {.sequence = 999, .result = 1}};
    EXPECT_EQ(model.apply(0, outcomes), 1u) << "one that is not there";
    EXPECT_EQ(model.index(0, MessageModel::Result).data().toString(), "-1");
    EXPECT_FALSE(model.index(24, 0).data(Qt::BackgroundRole).isValid());
    const ColourRules rules({{"no such field ==", theme::Role::RuleRed, true},
                             {"failed", theme::Role::RuleRed, true},
                             {"data.id == 1", theme::Role::RuleBlue, false}});
    model.setColourRules(rules);
    EXPECT_EQ(model.index(24, 0).data(Qt::BackgroundRole).value<QColor>(),
              theme::color(theme::Role::RuleRed, QPalette()));
    EXPECT_FALSE(model.index(0, 0).data(Qt::BackgroundRole).isValid());
    rules.save();
    EXPECT_EQ(ColourRules::load().rules(), rules.rules());
    ColourRulesDialog dialog(rules);
    EXPECT_EQ(dialog.rules().rules(), rules.rules());
}

TEST_F(WorkbenchTest, FindsNextAndPreviousRoundAndRound)
{
    MessageFindBar bar(model, [this] { return list.currentIndex().row(); });
    QObject::connect(&bar, &MessageFindBar::found, &list, &MessageList::goToRow);
    bar.open();
    auto *line = bar.findChild<QLineEdit *>();
    auto *kind = bar.findChild<QComboBox *>();
    const auto next = [&](int expected) {
        bar.findNext();
        EXPECT_TRUE(waitUntil([&] { return list.currentIndex().row() == expected; })) << list.currentIndex().row();
    };
    line->setText("TEN");
    next(9);
    next(19);
    bar.findPrevious();
    EXPECT_TRUE(waitUntil([&] { return list.currentIndex().row() == 9; }));
    kind->setCurrentIndex(1);
    line->setText("74 65 6e");
    next(19);
    kind->setCurrentIndex(2);
    line->setText("number == 3");
    next(2);
    line->setText("number == 999");
    QSignalSpy found(&bar, &MessageFindBar::found);
    bar.findNext();
    EXPECT_TRUE(found.isEmpty());
    EXPECT_EQ(list.currentIndex().row(), 2);
}

TEST_F(WorkbenchTest, CopiesRowsForPrograms)
{
    list.selectRow(0);
    QTest::keySequence(&list, QKeySequence::Copy);
    EXPECT_TRUE(QApplication::clipboard()->text().startsWith("1\t"));
}

} // namespace
} // namespace ipclens
