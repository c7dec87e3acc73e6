#include "ui/filter_line.h"

#include "ui/recent.h"

#include <gtest/gtest.h>

#include <QAbstractItemView>
#include <QCompleter>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

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

TEST_F(FilterLineTest, CompletesWhatFollowsAField)
{
    QTest::keyClicks(widget.line(), "sender.exe cont");
    auto *completer = widget.findChild<QCompleter *>();
    ASSERT_EQ(completer->completionModel()->rowCount(), 1);
    emit completer->activated(completer->completionModel()->index(0, 0));
    EXPECT_EQ(widget.text(), "sender.exe contains ") << "a value follows";
    QTest::keyClicks(widget.line(), "'si");
    EXPECT_EQ(completer->completionModel()->rowCount(), 0) << "inside of a text";
    QTest::keyClicks(widget.line(), "' ");
    EXPECT_GT(completer->completionModel()->rowCount(), 1) << "&& and others";
    EXPECT_EQ(widget.line()->cursorPosition(), widget.text().size());
}

TEST_F(FilterLineTest, CompletionsAreTakenByKeyboard)
{
    widget.activateWindow();
    widget.line()->setFocus();
    QTest::keyClicks(widget.line(), "data");
    auto *popup = widget.findChild<QCompleter *>()->popup();
    ASSERT_TRUE(popup->isVisible());
    QTest::keyClick(popup, Qt::Key_Down);
    QTest::keyClick(popup, Qt::Key_Return);
    EXPECT_EQ(widget.text(), "data.id");
    EXPECT_FALSE(popup->isVisible());
}

TEST_F(FilterLineTest, FiltersAreNamedAndForgotten)
{
    widget.setText("size > 9 && data.id == 1");
    const auto trigger = [&](const QString &text) {
        auto *menu = widget.findChild<QToolButton *>()->menu();
        emit menu->aboutToShow();
        for (auto *action : menu->findChildren<QAction *>())
            if (action->text() == text && !action->menu())
                return action->trigger();
        ADD_FAILURE() << text.toStdString();
    };
    trigger(QStringLiteral("&Name this filter\u2026"));
    auto *dialog = widget.findChild<QInputDialog *>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(dialog->labelText().contains("size > 9"));
    dialog->setTextValue(" large/ones ");
    dialog->accept();
    EXPECT_EQ(QSettings().value("filters/named/large-ones").toString(), "size > 9 && data.id == 1");
    widget.clear();
    trigger("large-ones: size > 9 &&&& data.id == 1"); // in a menu a & is written twice
    EXPECT_EQ(widget.text(), "size > 9 && data.id == 1");
    trigger("large-ones");
    EXPECT_FALSE(QSettings().contains("filters/named/large-ones"));
}

TEST_F(FilterLineTest, AnEmptyNameNamesNothing)
{
    widget.setText("size > 9");
    menu();
    for (auto *action : widget.findChild<QToolButton *>()->menu()->actions())
        if (action->text().startsWith("&Name"))
            action->trigger();
    auto *dialog = widget.findChild<QInputDialog *>();
    ASSERT_NE(dialog, nullptr);
    dialog->setTextValue("  ");
    dialog->accept();
    QSettings settings;
    settings.beginGroup("filters/named");
    EXPECT_TRUE(settings.childKeys().isEmpty());
}

TEST_F(FilterLineTest, TheReferenceListsAndInserts)
{
    menu();
    for (auto *action : widget.findChild<QToolButton *>()->menu()->actions())
        if (action->text().startsWith("&What"))
            action->trigger();
    QTreeView *list = nullptr;
    for (auto *tree : widget.findChildren<QTreeView *>())
        if (tree->accessibleName() == "All that can stand in a filter")
            list = tree;
    ASSERT_NE(list, nullptr);
    const auto *model = list->model();
    ASSERT_EQ(model->rowCount(), 6);
    std::size_t names = 0;
    for (int i = 0; i < model->rowCount(); ++i)
        names += static_cast<std::size_t>(model->rowCount(model->index(i, 0)));
    EXPECT_EQ(names, filterReference().size());
    emit list->activated(model->index(1, 1, model->index(0, 0)));
    EXPECT_EQ(widget.text(), "time");
    emit list->activated(model->index(0, 0, model->index(5, 0)));
    emit list->activated(model->index(0, 0));
    EXPECT_EQ(widget.text(), "time") << "examples and headings are for reading";
}

TEST_F(FilterLineTest, TheMenuOpensByKeyboard)
{
    bool isOpen = false;
    auto *menu = widget.findChild<QToolButton *>()->menu();
    QObject::connect(menu, &QMenu::aboutToShow, menu, [&] {
        isOpen = true;
        QMetaObject::invokeMethod(menu, &QMenu::close, Qt::QueuedConnection);
    });
    QTest::keyClick(widget.line(), Qt::Key_Down);
    EXPECT_TRUE(isOpen);
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
