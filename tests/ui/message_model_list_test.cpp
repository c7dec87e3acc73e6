#include "ui/message_list.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

namespace ipclens {
namespace {

std::vector<Message> batch(std::uint64_t first, std::uint64_t count)
{
    std::vector<Message> messages;
    for (auto n = first; n < first + count; ++n)
        messages.push_back(test::sampleMessage(n, static_cast<std::int64_t>(n) * 1000));
    return messages;
}

class MessageListTest : public testing::Test {
protected:
    MessageListTest()
    {
        list.resize(800, 300);
        list.show();
        append(batch(1, 1000));
    }
    // Rows that came are laid out with the next events.
    void append(const std::vector<Message> &messages)
    {
        model.append(messages);
        QCoreApplication::processEvents();
    }
    std::uint64_t topSequence() const { return model.messageAt(list.rowAt(0)).sequence; }
    QScrollBar *bar() const { return list.verticalScrollBar(); }

    MessageModel model;
    MessageList list{model};
};

TEST_F(MessageListTest, WhatTheUserLooksAtStaysWhileOldMessagesGo)
{
    bar()->setValue(800);
    const auto top = topSequence();
    model.setLimits({.bytes = model.store().bytes() / 2});
    ASSERT_LT(model.rowCount(), 1000);
    EXPECT_EQ(topSequence(), top);
    EXPECT_FALSE(list.isFollowing());
}

TEST_F(MessageListTest, AtTheBottomItStaysThereWhileOldMessagesGo)
{
    const auto before = topSequence();
    model.setLimits({.bytes = model.store().bytes() / 2});
    QCoreApplication::processEvents();
    EXPECT_TRUE(list.isFollowing());
    EXPECT_EQ(bar()->value(), bar()->maximum());
    EXPECT_EQ(topSequence(), before);
    append(batch(1001, 700));
    EXPECT_EQ(bar()->value(), bar()->maximum());
    EXPECT_EQ(topSequence(), before + 700);
}

// The header is told of rows that come and go in a way of our own, and of many rows has more than there are.
TEST_F(MessageListTest, RowsStandWhereTheyShallWhicheverGo)
{
    const int height = list.verticalHeader()->sectionSize(0);
    const auto check = [&](int rows) {
        SCOPED_TRACE(rows);
        QCoreApplication::processEvents();
        ASSERT_EQ(model.rowCount(), rows);
        const int visible = list.viewport()->height() / height;
        EXPECT_GE(list.verticalHeader()->count(), rows);
        EXPECT_LE(list.verticalHeader()->count(), rows > 65'536 ? rows + 262'144 : rows);
        ASSERT_EQ(bar()->maximum(), std::max(0, rows - visible));
        if (rows <= visible)
            return;
        list.followTail();
        EXPECT_EQ(list.rowAt(list.viewport()->height() - 1), rows - 1);
        EXPECT_EQ(list.visualRect(model.index(rows - 1, 0)).bottom(), list.viewport()->height() - 1);
        bar()->setValue(rows / 2);
        EXPECT_EQ(list.rowAt(0), rows / 2);
        EXPECT_EQ(list.visualRect(model.index(rows / 2, 0)).top(), 0);
        list.goToRow(rows - 2);
        QTest::keyClick(&list, Qt::Key_PageDown);
        EXPECT_EQ(list.currentIndex().row(), rows - 1);
        EXPECT_EQ(bar()->value(), bar()->maximum());
        list.followTail();
    };
    check(1000);
    append(batch(1001, 69'000));
    check(70'000);
    append(batch(70'001, 100));
    check(70'100);
    for (const int kept : {70'099, 66'000, 65'000, 999, 500, 1}) {
        model.setLimits({.messages = static_cast<std::uint64_t>(kept)});
        check(kept);
    }
    model.setLimits({});
    append(batch(100'001, 80'000));
    check(80'001);
    model.setFilter(MessageFilter::parse("number > 170000").value());
    check(10'000);
    model.setFilter({});
    check(80'001);
    // As many come as go, at the end and while the user looks elsewhere.
    model.setLimits({.messages = 80'000});
    append(batch(180'001, 500));
    check(80'000);
    bar()->setValue(40'000);
    const auto top = topSequence();
    append(batch(180'501, 500));
    EXPECT_EQ(topSequence(), top);
    EXPECT_EQ(bar()->value(), 39'500);
    model.clear();
    check(0);
    append(batch(1, 40));
    check(40);
}

TEST_F(MessageListTest, TheSelectedMessageMayGo)
{
    list.goToRow(0);
    QSignalSpy changed(&list, &MessageList::currentMessageChanged);
    model.setLimits({.bytes = model.store().bytes() / 2});
    EXPECT_FALSE(changed.isEmpty());
    model.clear();
    EXPECT_FALSE(list.current());
}

TEST_F(MessageListTest, TheButtonAndEndGoBackToTheTail)
{
    bar()->setValue(0);
    append(batch(1001, 5));
    EXPECT_TRUE(list.newBelowText().contains("5 new below"));
    list.findChild<QPushButton *>()->click();
    EXPECT_TRUE(list.isFollowing());
    EXPECT_EQ(bar()->value(), bar()->maximum());
    bar()->setValue(0);
    EXPECT_FALSE(list.isFollowing());
    QTest::keyClick(&list, Qt::Key_End);
    EXPECT_TRUE(list.isFollowing());
    EXPECT_TRUE(list.newBelowText().isEmpty());
}

TEST_F(MessageListTest, AFilterTakenAwayInTheMiddleStaysInTheMiddle)
{
    bar()->setValue(500);
    const auto top = topSequence();
    model.setFilter(*MessageFilter::parse("hello"));
    ASSERT_EQ(model.rowCount(), 1000);
    EXPECT_EQ(topSequence(), top);
    EXPECT_FALSE(list.isFollowing());
    model.setFilter({});
    EXPECT_EQ(topSequence(), top);
}

TEST_F(MessageListTest, CopiesRowsAsText)
{
    list.selectRow(1);
    QTest::keySequence(&list, QKeySequence::Copy);
    const auto text = QApplication::clipboard()->text();
    EXPECT_TRUE(text.startsWith("2\t")) << text.toStdString();
    EXPECT_TRUE(text.endsWith("hello\n")) << text.toStdString();
}

} // namespace
} // namespace ipclens
