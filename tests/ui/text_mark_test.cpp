#include "ui/text_mark.h"

#include <gtest/gtest.h>

#include <QInputMethodEvent>
#include <QTextCharFormat>

namespace ipclens {
namespace {

// A line edit that remembers what is underlined in it, as [first, last) in UTF-16 units.
class MarkedLine : public QLineEdit {
public:
    std::vector<std::pair<int, int>> marks;

protected:
    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::InputMethod) {
            marks.clear();
            for (const auto &attribute : static_cast<QInputMethodEvent *>(event)->attributes()) {
                const auto format = qvariant_cast<QTextFormat>(attribute.value).toCharFormat();
                EXPECT_EQ(format.underlineStyle(), QTextCharFormat::WaveUnderline);
                const int begin = attribute.start + cursorPosition();
                marks.emplace_back(begin, begin + attribute.length);
            }
        }
        return QLineEdit::event(event);
    }
};

using Marks = std::vector<std::pair<int, int>>;

TEST(TextMark, UnderlinesTheCharactersThatAreWrong)
{
    MarkedLine line;
    line.setText("data.id = 4");
    for (const int cursor : {0, 5, 11}) {
        line.setCursorPosition(cursor);
        markProblem(line, TextProblem{8, 1, "equality is written =="});
        EXPECT_EQ(line.marks, (Marks{{8, 9}})) << "wherever the cursor is";
        EXPECT_EQ(line.cursorPosition(), cursor);
        EXPECT_EQ(line.text(), "data.id = 4");
    }
    markProblem(line, std::nullopt);
    EXPECT_TRUE(line.marks.empty());
}

TEST(TextMark, CountsCharactersAndNotBytes)
{
    MarkedLine line;
    line.setText(QStringLiteral("\u00FC\u20AC x \U0001F600 y")); // 2, 3 and 4 bytes; the last one two units
    markProblem(line, TextProblem{6, 1, "x"});
    EXPECT_EQ(line.marks, (Marks{{3, 4}}));
    markProblem(line, TextProblem{8, 4, "a face"});
    EXPECT_EQ(line.marks, (Marks{{5, 7}}));
    markProblem(line, TextProblem{13, 1, "y"});
    EXPECT_EQ(line.marks, (Marks{{8, 9}}));
    markProblem(line, TextProblem{0, 14, "all"});
    EXPECT_EQ(line.marks, (Marks{{0, 9}}));
}

TEST(TextMark, WhatIsMissingAtTheEndIsMarkedAtTheLastCharacter)
{
    MarkedLine line;
    line.setText("size >");
    markProblem(line, TextProblem{6, 0, "a value was expected"});
    EXPECT_EQ(line.marks, (Marks{{5, 6}}));
    EXPECT_EQ(problemText({6, 0, "a value was expected"}, line.text()), "at the end: a value was expected");
    EXPECT_EQ(problemText({5, 1, "wrong"}, line.text()), "character 6: wrong");
    EXPECT_EQ(problemText({2, 1, "wrong"}, QStringLiteral("\u00FC!")), "character 2: wrong");
    line.clear();
    markProblem(line, TextProblem{0, 0, "a value was expected"});
    EXPECT_TRUE(line.marks.empty()) << "there is nothing to underline";
}

TEST(TextMark, TheTipSaysTheProblemAndComesBack)
{
    MarkedLine line;
    line.setText("x");
    line.setToolTip("what this is for");
    markProblem(line, TextProblem{0, 1, "<b>wrong</b>"});
    EXPECT_TRUE(line.toolTip().contains("&lt;b&gt;wrong")) << line.toolTip().toStdString();
    markProblem(line, TextProblem{0, 1, "still"});
    EXPECT_TRUE(line.toolTip().contains("still"));
    markProblem(line, std::nullopt);
    EXPECT_EQ(line.toolTip(), "what this is for");
}

TEST(TextMark, PlacesAreReadFromErrors)
{
    const auto problem = problemIn(Error{.meaning = "character 2: 'g' is not a hex digit"}, QStringLiteral("\u00FCg"));
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->offset, 2u);
    EXPECT_EQ(problem->length, 1u);
    EXPECT_FALSE(problemIn(Error{.meaning = "nothing is said of a place"}, "abc"));
}

} // namespace
} // namespace ipclens
