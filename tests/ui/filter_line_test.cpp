#include "ui/filter_line.h"

#include "ui/recent.h"

#include <gtest/gtest.h>

#include <QCompleter>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

namespace ipclens {
namespace {

Message withId(std::uint64_t id)
{
    Message message;
    message.id = id;
    return message;
}

class FilterLineTest : public testing::Test {
protected:
    void SetUp() override
    {
        QSettings().remove(QStringLiteral("filters"));
        recent::forgetAll();
        widget.show();
    }
    bool shows(std::uint64_t id) { return widget.filter({}).matches(withId(id)); }
    QLabel *mistake() { return widget.findChild<QLabel *>(); }
    QStringList menu()
    {
        auto *menu = widget.findChild<QToolButton *>()->menu();
        emit menu->aboutToShow();
        QStringList texts;
        for (const auto *action : menu->actions())
            texts += action->text();
        return texts;
    }

    FilterLine widget;
};

TEST_F(FilterLineTest, AMistakeIsToldAndTheFilterBeforeItGoesOn)
{
    QSignalSpy changes(&widget, &FilterLine::changed);
    widget.setText("data.id == 4");
    EXPECT_EQ(changes.count(), 1);
    EXPECT_TRUE(shows(4));
    EXPECT_FALSE(shows(5));
    EXPECT_FALSE(mistake()->isVisibleTo(&widget));

    widget.setText("data.id == 4 && ");
    EXPECT_EQ(changes.count(), 1);
    EXPECT_TRUE(widget.hasMistake());
    EXPECT_TRUE(mistake()->isVisibleTo(&widget));
    EXPECT_TRUE(mistake()->text().contains("expected")) << mistake()->text().toStdString();
    EXPECT_TRUE(shows(4));
    EXPECT_FALSE(shows(5));

    widget.clear();
    EXPECT_EQ(changes.count(), 2);
    EXPECT_FALSE(mistake()->isVisibleTo(&widget));
    EXPECT_TRUE(shows(5));
}

TEST_F(FilterLineTest, CompletesWhatIsTyped)
{
    QTest::keyClicks(widget.line(), "size > 1 && dat");
    auto *completer = widget.findChild<QCompleter *>();
    ASSERT_EQ(completer->completionModel()->rowCount(), 1);
    emit completer->activated(completer->completionModel()->index(0, 0));
    EXPECT_EQ(widget.text(), "size > 1 && data.id");
}

TEST_F(FilterLineTest, TestsJoinWhatIsThere)
{
    widget.join({}, "data.id == 4");
    EXPECT_EQ(widget.text(), "data.id == 4");
    widget.join("||", "data.id == 5");
    EXPECT_EQ(widget.text(), "(data.id == 4) || data.id == 5");
    widget.join("&&", "!(data.id == 4)");
    EXPECT_TRUE(shows(5));
    EXPECT_FALSE(shows(4));
    widget.setText("plain \"text");
    EXPECT_TRUE(widget.hasMistake()) << "a quote makes it an expression";
    widget.setText("plain text");
    widget.join("&&", "data.id == 4");
    EXPECT_EQ(widget.text(), "\"plain text\" && data.id == 4");
}

TEST_F(FilterLineTest, EarlierAndNamedFiltersAreInTheMenu)
{
    QTest::keyClicks(widget.line(), "data.id == 7");
    QTest::keyClick(widget.line(), Qt::Key_Return);
    QTest::keyClicks(widget.line(), " &&");
    QTest::keyClick(widget.line(), Qt::Key_Return);
    QSettings().setValue("filters/named/mine", "size > 9");
    const auto texts = menu();
    EXPECT_TRUE(texts.contains("data.id == 7"));
    EXPECT_FALSE(texts.contains("data.id == 7 &&&&")) << "a mistake is not remembered";
    ASSERT_TRUE(texts.contains("mine: size > 9"));
    for (auto *action : widget.findChild<QToolButton *>()->menu()->actions()) {
        if (action->text().startsWith("mine"))
            action->trigger();
    }
    EXPECT_EQ(widget.text(), "size > 9");
}

} // namespace
} // namespace ipclens
