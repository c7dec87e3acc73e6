#include "ui/plain_text_delegate.h"

#include <gtest/gtest.h>

#include <QImage>
#include <QPainter>
#include <QStandardItemModel>
#include <QTableView>

namespace ipclens {
namespace {

constexpr QRect place(0, 0, 160, 24);

class PlainTextDelegateTest : public testing::Test {
protected:
    PlainTextDelegateTest() : model(1, 1)
    {
        view.setModel(&model);
        option.initFrom(&view);
        option.rect = place;
        option.widget = &view;
        option.state |= QStyle::State_Active | QStyle::State_Enabled;
        option.state &= ~QStyle::State_HasFocus;
        option.showDecorationSelected = true;
        option.displayAlignment = Qt::AlignLeft | Qt::AlignVCenter;
        option.font.setKerning(false); // as the lists that it is for
    }
    QImage paintedBy(const QStyledItemDelegate &delegate) const
    {
        QImage image(place.size(), QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        delegate.paint(&painter, option, model.index(0, 0));
        return image;
    }
    // Where the text is: what differs from the same cell without it.
    QRect inkOf(const QStyledItemDelegate &delegate)
    {
        const QVariant text = model.data(model.index(0, 0));
        const QImage with = paintedBy(delegate);
        model.setData(model.index(0, 0), QStringLiteral(" "));
        const QImage without = paintedBy(delegate);
        model.setData(model.index(0, 0), text);
        QRect ink;
        for (int y = 0; y < place.height(); ++y)
            for (int x = 0; x < place.width(); ++x)
                if (with.pixel(x, y) != without.pixel(x, y))
                    ink |= QRect(x, y, 1, 1);
        return ink;
    }
    void expectAsQt(int across = 1) // pixels
    {
        const QRect ours = inkOf(plain), theirs = inkOf(qt);
        ASSERT_FALSE(theirs.isEmpty());
        EXPECT_NEAR(ours.left(), theirs.left(), across);
        EXPECT_NEAR(ours.right(), theirs.right(), across);
        EXPECT_NEAR(ours.top(), theirs.top(), 1);
        EXPECT_NEAR(ours.bottom(), theirs.bottom(), 1);
        for (const QPoint corner : {place.topLeft(), place.bottomRight()}) // the background
            EXPECT_EQ(paintedBy(plain).pixel(corner), paintedBy(qt).pixel(corner));
    }
    QStandardItemModel model;
    QTableView view;
    QStyleOptionViewItem option;
    PlainTextDelegate plain;
    QStyledItemDelegate qt;
};

TEST_F(PlainTextDelegateTest, TheTextIsWhereQtPutsIt)
{
    const auto cell = model.index(0, 0);
    for (const char *const text : {"4711", "SendMessage WM_COPYDATA", "~ {1.25 ms}",
                                   "a text that has far more letters than the cell has room for", "caf\u00e9"}) {
        for (const Qt::Alignment alignment : {Qt::AlignLeft | Qt::AlignVCenter, Qt::AlignRight | Qt::AlignVCenter,
                                        Qt::AlignHCenter | Qt::AlignVCenter, Qt::AlignLeft | Qt::AlignTop}) {
            SCOPED_TRACE(testing::Message() << text << ", alignment " << static_cast<int>(alignment));
            model.setData(cell, QString::fromUtf8(text));
            model.setData(cell, int(alignment), Qt::TextAlignmentRole);
            // Where Qt cuts a text it leaves room for up to a letter more; one that just fits it may cut as well.
            const QFontMetrics metrics(option.font);
            const int letter = metrics.horizontalAdvance(QLatin1Char('m'));
            const bool mayBeCut = metrics.horizontalAdvance(QString::fromUtf8(text)) > place.width() - 2 * letter;
            expectAsQt(mayBeCut ? letter : 1);
        }
    }
}

TEST_F(PlainTextDelegateTest, ColoursAndFontsAreTheCells)
{
    const auto cell = model.index(0, 0);
    model.setData(cell, QStringLiteral("IIII"));
    QFont bold = option.font;
    bold.setBold(true);
    model.setData(cell, bold, Qt::FontRole);
    expectAsQt();
    model.setData(cell, QVariant(), Qt::FontRole);
    model.setData(cell, QBrush(QColor(10, 60, 30)), Qt::BackgroundRole);
    model.setData(cell, QBrush(QColor(250, 200, 0)), Qt::ForegroundRole);
    expectAsQt();
    const auto inkColour = [](const QImage &image) { // the colour furthest from the background's
        const QRgb back = image.pixel(0, 0);
        int most = 0;
        QRgb found = back;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                const QRgb here = image.pixel(x, y);
                const int distance = std::abs(qRed(here) - qRed(back)) + std::abs(qGreen(here) - qGreen(back)) +
                                     std::abs(qBlue(here) - qBlue(back));
                if (distance > most)
                    most = distance, found = here;
            }
        return QColor(found);
    };
    for (const bool isSelected : {false, true}) {
        for (const bool isActive : {false, true}) {
            option.state.setFlag(QStyle::State_Selected, isSelected);
            option.state.setFlag(QStyle::State_Active, isActive);
            const QColor ours = inkColour(paintedBy(plain)), theirs = inkColour(paintedBy(qt));
            EXPECT_NEAR(ours.red(), theirs.red(), 24) << isSelected << isActive;
            EXPECT_NEAR(ours.green(), theirs.green(), 24) << isSelected << isActive;
            EXPECT_NEAR(ours.blue(), theirs.blue(), 24) << isSelected << isActive;
        }
    }
}

} // namespace
} // namespace ipclens
