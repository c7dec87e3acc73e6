#include "ui/graph_panel.h"

#include "ui/curve_filters.h"
#include "ui/traffic_graph.h"

#include "tests/ui/traffic_sample.h"
#include "tests/ui/wait_until.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>

namespace ipclens {
namespace {

using test::fill;

class GraphPanelTest : public testing::Test {
protected:
    GraphPanelTest()
    {
        QSettings().remove(QStringLiteral("traffic/graph"));
        panel = std::make_unique<GraphPanel>(model);
        panel->resize(700, 240);
        panel->show();
    }

    bool isDone() const { return panel->feed().behind() == 0; }
    QComboBox *value() const { return panel->findChildren<QComboBox *>()[0]; }
    QComboBox *split() const { return panel->findChildren<QComboBox *>()[1]; }
    QLineEdit *field() const { return panel->findChild<QLineEdit *>("plottedField"); }
    bool says(const QString &text) const
    {
        for (const auto *label : panel->findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    }

    MessageModel model;
    std::unique_ptr<GraphPanel> panel;
};

TEST_F(GraphPanelTest, CountsWhatComesAndStartsAgainWhenCleared)
{
    fill(model, 1, 5000);
    ASSERT_TRUE(waitUntil([this] { return isDone(); }));
    EXPECT_EQ(panel->curves().messages(), 5000u);
    fill(model, 5001, 10);
    ASSERT_TRUE(waitUntil([this] { return panel->curves().messages() == 5010; }));
    model.clear();
    EXPECT_TRUE(panel->curves().isEmpty());
    fill(model, 1, 3);
    EXPECT_TRUE(waitUntil([this] { return panel->curves().messages() == 3; }));
}

TEST_F(GraphPanelTest, AnotherChoiceSortsAllMessagesAnew)
{
    fill(model, 1, 3000);
    ASSERT_TRUE(waitUntil([this] { return isDone(); }));
    value()->setCurrentIndex(static_cast<int>(PlottedValue::HandlerTime));
    split()->setCurrentIndex(static_cast<int>(CurveSplit::Sender));
    ASSERT_TRUE(waitUntil([this] { return isDone() && panel->curves().messages() == 3000; }));
    const auto shown = panel->curves().shown();
    ASSERT_EQ(shown.size(), 3u);
    EXPECT_EQ(shown[0].count, 1000u);
    EXPECT_TRUE(panel->graph()->toCsv().contains("client.exe 100"));
}

TEST_F(GraphPanelTest, ANumberIsPlottedForTheCurvesThereAre)
{
    fill(model, 1, 30);
    split()->setCurrentIndex(static_cast<int>(CurveSplit::Sender));
    EXPECT_TRUE(panel->plotNumber("u8(payload, 0)"));
    EXPECT_EQ(value()->currentIndex(), static_cast<int>(PlottedValue::Field));
    EXPECT_EQ(panel->curves().plotted().field, "u8(payload, 0)");
    EXPECT_EQ(panel->curves().plotted().split, CurveSplit::Sender);
    EXPECT_FALSE(panel->plotNumber("payload"));
    EXPECT_EQ(panel->curves().plotted().field, "u8(payload, 0)");
}

TEST_F(GraphPanelTest, AnswersThatComeLaterCount)
{
    ASSERT_TRUE(panel->plot({.value = PlottedValue::HandlerTime}));
    auto message = test::answeredMessage(1);
    const auto outcome = *std::exchange(message.outcome, std::nullopt);
    model.append(std::span(&message, 1));
    ASSERT_TRUE(waitUntil([this] { return panel->curves().messages() == 1; }));
    EXPECT_EQ(panel->curves().shown()[0].count, 0u);
    model.apply(1, std::span(&outcome, 1));
    EXPECT_EQ(panel->curves().shown()[0].count, 1u);
}

TEST_F(GraphPanelTest, AMistakeInTheFieldIsMarkedAndTheCurvesStay)
{
    fill(model, 1, 100);
    value()->setCurrentIndex(static_cast<int>(PlottedValue::Field));
    EXPECT_TRUE(field()->isVisible());
    EXPECT_TRUE(says("expected"));
    EXPECT_EQ(panel->curves().plotted().value, PlottedValue::Messages);
    field()->setText("u32(payloud)");
    EXPECT_TRUE(says("payloud"));
    field()->setText("u8(payload, 6)");
    EXPECT_FALSE(says("expected"));
    EXPECT_EQ(panel->curves().plotted().field, "u8(payload, 6)");
    ASSERT_TRUE(waitUntil([this] { return isDone(); }));
    EXPECT_EQ(panel->curves().shown()[0].count, 100u);

    // It is what the next panel begins with.
    GraphPanel next(model);
    EXPECT_EQ(next.curves().plotted(), panel->curves().plotted());
}

TEST_F(GraphPanelTest, FiltersAreAddedEditedAndRemoved)
{
    fill(model, 1, 400);
    split()->setCurrentIndex(static_cast<int>(CurveSplit::Filter));
    EXPECT_TRUE(says("there is no filter yet"));
    for (auto *button : panel->findChildren<QToolButton *>())
        if (button->text().startsWith("Filters"))
            button->click();
    auto *editor = panel->findChild<CurveFilters *>();
    ASSERT_TRUE(editor);
    auto *text = editor->findChild<QLineEdit *>();
    text->setText("data.id == 1");
    EXPECT_EQ(panel->curves().plotted().filters.size(), 1u);
    text->setText("data.id ==");
    EXPECT_EQ(panel->curves().plotted().filters[0].text, "data.id == 1") << "a mistake changes nothing";
    text->setText("data.id == 2");
    editor->findChild<QPushButton *>()->click();
    const auto lines = editor->findChildren<QLineEdit *>();
    ASSERT_EQ(lines.size(), 2);
    lines[1]->setText("size > 8");
    ASSERT_TRUE(waitUntil([this] { return isDone() && panel->curves().messages() == 400; }));
    auto shown = panel->curves().shown();
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].count, 100u);
    EXPECT_EQ(shown[1].count, 400u - 99u);
    editor->findChildren<QToolButton *>()[0]->click();
    EXPECT_EQ(panel->curves().plotted().filters.size(), 1u);
    EXPECT_EQ(panel->curves().plotted().filters[0].text, "size > 8");
}

TEST_F(GraphPanelTest, HoldAndLogarithmAreButtons)
{
    fill(model, 1, 100);
    QToolButton *hold = nullptr, *log = nullptr;
    for (auto *button : panel->findChildren<QToolButton *>()) {
        hold = button->text() == "Hold" ? button : hold;
        log = button->text() == "Log" ? button : log;
    }
    ASSERT_TRUE(hold && log);
    hold->click();
    EXPECT_FALSE(panel->graph()->isFollowing());
    panel->graph()->followLiveEdge();
    EXPECT_FALSE(hold->isChecked());
    log->click();
    EXPECT_TRUE(panel->graph()->isLogarithmic());
}

} // namespace
} // namespace ipclens
