#include "ui/address_line.h"

#include "ui/text_mark.h"
#include "ui/visited_places.h"

#include <gtest/gtest.h>

#include <QAbstractItemView>
#include <QCompleter>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

namespace ipclens {
namespace {

class AddressLineTest : public testing::Test {
protected:
    AddressLineTest()
    {
        QSettings().clear();
        line.setHistoryKey(QStringLiteral("addresses/test"));
        line.setNames({"demo.exe", "kernel32.dll", "My Mem"});
        line.show();
    }
    QAbstractItemView *popup() { return line.findChild<QCompleter *>()->popup(); }

    AddressLine line;
};

TEST_F(AddressLineTest, SaysWhereItIsWrong)
{
    QSignalSpy submitted(&line, &AddressLine::submitted);
    line.setText("1000+)");
    EXPECT_TRUE(line.toolTip().contains("character 6")) << line.toolTip().toStdString();
    EXPECT_FALSE(line.expression());
    line.setText("1000+");
    EXPECT_TRUE(line.toolTip().contains("at the end")) << line.toolTip().toStdString();
    line.setText("[[1000]+8]*2");
    EXPECT_TRUE(line.toolTip().contains("Ctrl+G")) << "its own tip again";
    QTest::keyClick(&line, Qt::Key_Return);
    ASSERT_EQ(submitted.count(), 1);
    EXPECT_EQ(submitted[0][0].toString(), "[[1000]+8]*2");
}

TEST_F(AddressLineTest, MarksSurviveTyping)
{
    QTest::keyClicks(&line, "10 +) 5");
    EXPECT_EQ(line.text(), "10 +) 5") << "marking must not disturb what is typed";
    QTest::keyClick(&line, Qt::Key_Backspace);
    EXPECT_EQ(line.text(), "10 +) ");
    EXPECT_EQ(line.cursorPosition(), 6);
}

TEST_F(AddressLineTest, CompletesNames)
{
    QTest::keyClicks(&line, "10+dem");
    ASSERT_TRUE(popup()->isVisible());
    EXPECT_EQ(popup()->model()->index(0, 0).data().toString(), "demo.exe");
    QTest::keyClick(popup(), Qt::Key_Down);
    QTest::keyClick(popup(), Qt::Key_Return);
    EXPECT_EQ(line.text(), "10+demo.exe");
    line.clear();
    QTest::keyClicks(&line, "my");
    ASSERT_TRUE(popup()->isVisible());
    QTest::keyClick(popup(), Qt::Key_Down);
    QTest::keyClick(popup(), Qt::Key_Return);
    EXPECT_EQ(line.text(), "\"My Mem\"") << "with the quotes that it needs";
}

TEST_F(AddressLineTest, RemembersAcrossRuns)
{
    line.remember("demo.exe+10");
    line.remember("1000");
    line.remember("demo.exe+10");
    AddressLine next;
    next.setHistoryKey(QStringLiteral("addresses/test"));
    EXPECT_EQ(next.history(), (QStringList{"demo.exe+10", "1000"}));
    next.setText("5");
    QTest::keyClick(&next, Qt::Key_Up);
    EXPECT_EQ(next.text(), "demo.exe+10");
    QTest::keyClick(&next, Qt::Key_Up);
    QTest::keyClick(&next, Qt::Key_Up);
    EXPECT_EQ(next.text(), "1000") << "the oldest";
    QTest::keyClick(&next, Qt::Key_Down);
    QTest::keyClick(&next, Qt::Key_Down);
    EXPECT_EQ(next.text(), "5") << "what was being typed";
}

TEST(TextMark, FindsThePlaceInAnError)
{
    const auto problem = problemIn({.meaning = "no digit", .hint = "character 3 is 'g'"}, QStringLiteral("äbg"));
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->offset, 3u) << "in bytes";
    EXPECT_EQ(problem->length, 1u);
    EXPECT_FALSE(problemIn({.meaning = "gone"}, QStringLiteral("x")));
}

TEST(VisitedPlaces, GoBackAndForth)
{
    VisitedPlaces places;
    EXPECT_FALSE(places.canGoBack());
    places.leave(1);
    places.leave(2); // now at 3
    EXPECT_EQ(places.back(3), 2u);
    EXPECT_EQ(places.back(2), 1u);
    EXPECT_FALSE(places.canGoBack());
    EXPECT_EQ(places.forward(1), 2u);
    places.leave(2); // another way
    EXPECT_FALSE(places.canGoForward());
    EXPECT_EQ(places.back(9), 2u);
}

} // namespace
} // namespace ipclens
