#include "ui/message_list.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
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
