#include "ui/hex_view.h"

#include "ui/theme.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

namespace ipclens {
namespace {

constexpr AddressRange processSpace{0x10000, (std::uint64_t{1} << 47) - 0x20000};

MemoryImage imageOf(AddressRange range, int first = 0)
{
    MemoryImage image{.address = range.begin};
    image.bytes.resize(range.size);
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        image.bytes[i] = static_cast<std::byte>(static_cast<std::size_t>(first) + i);
    return image;
}

class HexViewTest : public testing::Test {
protected:
    HexViewTest()
    {
        view.resize(800, 400);
        view.show();
        view.activateWindow();
        view.setFocus();
        QApplication::processEvents();
    }

    void load(AddressRange extent)
    {
        view.setExtent(extent);
        view.showImage(imageOf(extent));
    }
    HexGeometry geometry() const
    {
        return HexGeometry(view.extent(), view.base(), view.bytesPerRow(), HexPainter(view.font()).cell());
    }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&view, Qt::Key(key), modifiers); }
    QRect rectOf(const HexPlace &place) const
    {
        const auto line = geometry().rowOf(place.address) - geometry().rowOf(view.visibleRange().begin);
        return geometry().cellRect(place, static_cast<int>(line) * geometry().cell().height());
    }
    QPoint pixelOf(const HexPlace &place) const { return rectOf(place).center(); }
    std::uint64_t topRow() const { return geometry().rowOf(view.visibleRange().begin); }
    void wheel(int angle)
    {
        QWheelEvent event(QPointF(50, 50), view.viewport()->mapToGlobal(QPointF(50, 50)), {}, QPoint(0, angle), {}, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(view.viewport(), &event);
    }
    QImage picture() { return view.viewport()->grab().toImage().convertToFormat(QImage::Format_RGB32); }
    QImage cellPicture(const HexPlace &place) { return picture().copy(rectOf(place)); }
    static bool contains(const QImage &image, const QColor &color)
    {
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                if (image.pixel(x, y) == color.rgb())
                    return true;
            }
        }
        return false;
    }

    HexView view;
};

TEST_F(HexViewTest, MovesWithTheKeys)
{
    load({0, 4096});
    QSignalSpy moved(&view, &HexView::cursorMoved);
    press(Qt::Key_Right);
    EXPECT_EQ(view.cursor(), 1u);
    press(Qt::Key_Down);
    EXPECT_EQ(view.cursor(), 17u);
    press(Qt::Key_Left);
    press(Qt::Key_Up);
    EXPECT_EQ(view.cursor(), 0u);
    press(Qt::Key_Up);
    press(Qt::Key_Left);
    EXPECT_EQ(view.cursor(), 0u) << "stays at the start";
    EXPECT_EQ(moved.count(), 4);
    press(Qt::Key_End);
    EXPECT_EQ(view.cursor(), 15u);
    press(Qt::Key_End, Qt::ControlModifier);
    EXPECT_EQ(view.cursor(), 4095u);
    press(Qt::Key_Right);
    press(Qt::Key_Down);
    EXPECT_EQ(view.cursor(), 4095u) << "stays at the end";
    EXPECT_TRUE(view.visibleRange().contains(4095));
    press(Qt::Key_Home);
    EXPECT_EQ(view.cursor(), 4080u);
    press(Qt::Key_Home, Qt::ControlModifier);
    EXPECT_EQ(view.cursor(), 0u);
    EXPECT_EQ(view.visibleRange().begin, 0u);
}

TEST_F(HexViewTest, PagesKeepTheColumn)
{
    load({0, 8192});
    view.goTo(5);
    press(Qt::Key_PageDown);
    const Address after = view.cursor();
    EXPECT_GT(after, 16u);
    EXPECT_EQ(after % 16, 5u);
    press(Qt::Key_PageUp);
    EXPECT_EQ(view.cursor(), 5u);
    press(Qt::Key_PageUp);
    EXPECT_EQ(view.cursor(), 5u);
    for (int i = 0; i < 100; ++i)
        press(Qt::Key_PageDown);
    EXPECT_EQ(view.cursor() % 16, 5u);
    EXPECT_EQ(view.cursor(), 8192u - 16 + 5);
}

TEST_F(HexViewTest, MovesByExactlyOneRowInTheSpaceOfAProcess)
{
    view.setExtent(processSpace);
    const Address middle = processSpace.begin + processSpace.size / 2 + 0x123;
    view.goTo(middle);
    ASSERT_TRUE(view.visibleRange().contains(middle));
    std::uint64_t row = topRow();
    press(Qt::Key_Down, Qt::ControlModifier);
    EXPECT_EQ(topRow(), row + 1);
    press(Qt::Key_Up, Qt::ControlModifier);
    EXPECT_EQ(topRow(), row);
    const auto lines = static_cast<std::uint64_t>(QApplication::wheelScrollLines());
    wheel(-120);
    EXPECT_EQ(topRow(), row + lines);
    wheel(120);
    EXPECT_EQ(topRow(), row);
    wheel(-60);
    wheel(-60);
    EXPECT_EQ(topRow(), row + lines) << "half notches add up";
    row = topRow();
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    EXPECT_EQ(topRow(), row + 1);
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
    EXPECT_EQ(topRow(), row);
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
    EXPECT_GT(topRow(), row + 1);
    EXPECT_LT(topRow(), row + 100);
    press(Qt::Key_Down);
    EXPECT_EQ(view.cursor(), middle + 16);
}

TEST_F(HexViewTest, ScrollBarReachesBothEndsOfTheSpaceOfAProcess)
{
    view.setExtent(processSpace);
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMaximum);
    EXPECT_EQ(view.visibleRange().end(), processSpace.end());
    const std::uint64_t row = topRow();
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
    EXPECT_EQ(topRow(), row - 1);
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() / 2);
    EXPECT_NEAR(static_cast<double>(view.visibleRange().begin), static_cast<double>(processSpace.end()) / 2, 1e12);
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMinimum);
    EXPECT_EQ(view.visibleRange().begin, processSpace.begin);
}

TEST_F(HexViewTest, TellsWhatIsVisible)
{
    QSignalSpy visible(&view, &HexView::visibleRangeChanged);
    load({0, 4096});
    ASSERT_FALSE(visible.isEmpty());
    EXPECT_EQ(visible.last().at(0).value<AddressRange>(), view.visibleRange());
    const auto lines = static_cast<std::uint64_t>(view.viewport()->height() / geometry().cell().height());
    EXPECT_GE(view.visibleRange().size, lines * 16);
    EXPECT_LE(view.visibleRange().size, (lines + 1) * 16);
    view.goTo(2048);
    EXPECT_EQ(visible.last().at(0).value<AddressRange>(), view.visibleRange());
    EXPECT_TRUE(view.visibleRange().contains(2048));
    view.resize(800, 300);
    EXPECT_EQ(visible.last().at(0).value<AddressRange>(), view.visibleRange());
    const auto count = visible.count();
    press(Qt::Key_Right);
    EXPECT_EQ(visible.count(), count) << "nothing scrolled";
}

TEST_F(HexViewTest, SelectsWithShiftAndForgetsWithEscape)
{
    load({0, 4096});
    view.goTo(0x20);
    QSignalSpy selected(&view, &HexView::selectionChanged);
    press(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0x20, 2}));
    press(Qt::Key_Down, Qt::ShiftModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0x20, 18}));
    press(Qt::Key_Home, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0, 0x21}));
    EXPECT_EQ(selected.last().at(0).value<AddressRange>(), view.selection());
    press(Qt::Key_Escape);
    EXPECT_EQ(view.selection().size, 0u);
    EXPECT_EQ(selected.last().at(0).value<AddressRange>().size, 0u);
    press(Qt::Key_A, Qt::ControlModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0, 4096}));
    press(Qt::Key_Left);
    EXPECT_EQ(view.selection().size, 0u);
}

TEST_F(HexViewTest, SelectsWithTheMouse)
{
    load({0, 4096});
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, pixelOf({0x25, HexPane::Hex, 1}));
    EXPECT_EQ(view.place(), (HexPlace{0x25, HexPane::Hex, 1}));
    EXPECT_EQ(view.selection().size, 0u);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::ShiftModifier, pixelOf({0x31, HexPane::Hex, 0}));
    EXPECT_EQ(view.selection(), (AddressRange{0x25, 0xd}));
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, pixelOf({0x12, HexPane::Text, 0}));
    EXPECT_EQ(view.place(), (HexPlace{0x12, HexPane::Text, 0}));

    QTest::mousePress(view.viewport(), Qt::LeftButton, {}, pixelOf({0x40, HexPane::Hex, 0}));
    QTest::mouseMove(view.viewport(), pixelOf({0x44, HexPane::Text, 0}));
    QMouseEvent move(QEvent::MouseMove, pixelOf({0x53, HexPane::Hex, 0}),
                     view.viewport()->mapToGlobal(pixelOf({0x53, HexPane::Hex, 0})), Qt::NoButton, Qt::LeftButton, {});
    QApplication::sendEvent(view.viewport(), &move);
    QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, pixelOf({0x53, HexPane::Hex, 0}));
    EXPECT_EQ(view.selection(), (AddressRange{0x40, 0x14}));
    EXPECT_EQ(view.place().pane, HexPane::Hex);
}

TEST_F(HexViewTest, TypesHexDigitsIntoOneEditPerByte)
{
    load({0, 4096});
    view.setWritable(true);
    view.goTo(0x10);
    QSignalSpy edits(&view, &HexView::editRequested);
    QTest::keyClick(&view, '2');
    EXPECT_EQ(edits.count(), 0) << "the first digit is held";
    EXPECT_EQ(view.place(), (HexPlace{0x10, HexPane::Hex, 1}));
    QTest::keyClick(&view, 'b');
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits.last().at(0).value<Address>(), 0x10u);
    EXPECT_EQ(edits.last().at(1).value<Bytes>(), Bytes{std::byte{0x10}}) << "expects what was shown";
    EXPECT_EQ(edits.last().at(2).value<Bytes>(), Bytes{std::byte{0x2b}});
    EXPECT_EQ(view.place(), (HexPlace{0x11, HexPane::Hex, 0}));
    QTest::keyClicks(&view, "FF");
    ASSERT_EQ(edits.count(), 2);
    EXPECT_EQ(edits.last().at(0).value<Address>(), 0x11u);
    EXPECT_EQ(edits.last().at(2).value<Bytes>(), Bytes{std::byte{0xff}});
}

TEST_F(HexViewTest, TypesOverTheLowDigitAlone)
{
    load({0, 4096});
    view.setWritable(true);
    QSignalSpy edits(&view, &HexView::editRequested);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, pixelOf({0x25, HexPane::Hex, 1}));
    QTest::keyClick(&view, 'c');
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits.last().at(2).value<Bytes>(), Bytes{std::byte{0x2c}});
}

TEST_F(HexViewTest, DropsAPendingDigit)
{
    load({0, 4096});
    view.setWritable(true);
    QSignalSpy edits(&view, &HexView::editRequested);
    for (const int key : {Qt::Key_Escape, Qt::Key_Backspace, Qt::Key_Left}) {
        view.goTo(0x10);
        QTest::keyClick(&view, '2');
        press(key);
        EXPECT_EQ(view.place(), (HexPlace{0x10, HexPane::Hex, 0})) << key;
        QTest::keyClick(&view, 'b');
        EXPECT_EQ(edits.count(), 0) << key;
        press(Qt::Key_Escape);
    }
}

TEST_F(HexViewTest, TypesTextInTheTextColumn)
{
    load({0, 4096});
    view.setWritable(true);
    view.goTo(0x10);
    press(Qt::Key_Tab);
    ASSERT_EQ(view.place().pane, HexPane::Text);
    QSignalSpy edits(&view, &HexView::editRequested);
    QTest::keyClicks(&view, "g ");
    ASSERT_EQ(edits.count(), 2);
    EXPECT_EQ(edits.at(0).at(2).value<Bytes>(), Bytes{std::byte{'g'}});
    EXPECT_EQ(edits.at(1).at(0).value<Address>(), 0x11u);
    EXPECT_EQ(edits.at(1).at(2).value<Bytes>(), Bytes{std::byte{' '}});
    press(Qt::Key_Backtab, Qt::ShiftModifier);
    EXPECT_EQ(view.place().pane, HexPane::Hex);
}

TEST_F(HexViewTest, RefusesToTypeWhereItCannotWrite)
{
    load({0, 4096});
    QSignalSpy edits(&view, &HexView::editRequested);
    QSignalSpy refused(&view, &HexView::inputRefused);
    QTest::keyClick(&view, '2');
    ASSERT_EQ(refused.count(), 1);
    EXPECT_EQ(refused.last().at(0).toString(), QStringLiteral("read-only: open the padlock to write"));

    view.setWritable(true);
    QTest::keyClick(&view, 'x');
    EXPECT_EQ(refused.count(), 2) << "not a hex digit";
    MemoryImage hole = imageOf({0, 16});
    hole.unreadable = {{4, 2}};
    view.showImage(hole);
    view.goTo(4);
    QTest::keyClicks(&view, "11");
    EXPECT_EQ(refused.count(), 4) << "unreadable";
    view.clearImage();
    view.goTo(0);
    QTest::keyClick(&view, '1');
    EXPECT_EQ(refused.count(), 5) << "not loaded";
    EXPECT_EQ(edits.count(), 0);
}

TEST_F(HexViewTest, KeepsTypedKeysFromShortcutsOnlyWhileWritable)
{
    load({0, 4096});
    const auto overrides = [&](int key, const QString &text) {
        QKeyEvent event(QEvent::ShortcutOverride, key, Qt::NoModifier, text);
        event.ignore();
        QApplication::sendEvent(&view, &event);
        return event.isAccepted();
    };
    EXPECT_FALSE(overrides(Qt::Key_Space, QStringLiteral(" ")));
    view.setWritable(true);
    EXPECT_TRUE(overrides(Qt::Key_Space, QStringLiteral(" ")));
}

TEST_F(HexViewTest, CopiesHex)
{
    MemoryImage image = imageOf({0, 16}, 0xf8);
    image.unreadable = {{2, 1}};
    view.setExtent({0, 4096});
    view.showImage(image);
    view.select({1, 3});
    press(Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("f9 ?? fb"));
    press(Qt::Key_Escape);
    press(Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("fb"));

    QSignalSpy wanted(&view, &HexView::copyRequested);
    view.select({8, 100});
    press(Qt::Key_C, Qt::ControlModifier);
    ASSERT_EQ(wanted.count(), 1) << "part of it is not loaded";
    EXPECT_EQ(wanted.last().at(0).value<AddressRange>(), (AddressRange{8, 100}));
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("fb"));
}

TEST_F(HexViewTest, TellsUnknownUnreadableAndReadApart)
{
    view.setExtent({0, 4096});
    const QImage unknown = cellPicture({0x45, HexPane::Hex, 0});
    MemoryImage image = imageOf({0, 4096});
    image.unreadable = {{0x45, 1}};
    view.showImage(image);
    const QImage unreadable = cellPicture({0x45, HexPane::Hex, 0});
    view.showImage(imageOf({0, 4096}));
    const QImage read = cellPicture({0x45, HexPane::Hex, 0});
    EXPECT_NE(unknown, unreadable);
    EXPECT_NE(unreadable, read);
    view.clearImage();
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), unknown) << "nothing of the old bytes stays";
}

TEST_F(HexViewTest, NeverShowsBytesOfTheRowThatStoodThere)
{
    view.setExtent({0, 1 << 20});
    view.showImage(imageOf({0, 4096}, 1));
    const QImage before = cellPicture({0x40, HexPane::Hex, 0});
    view.goTo(0x80000);
    const Address sameSpot = view.visibleRange().begin + 0x40;
    view.goTo(sameSpot + 0x30);
    EXPECT_NE(cellPicture({sameSpot, HexPane::Hex, 0}), before);
    view.forgetOutside(view.visibleRange());
    EXPECT_EQ(view.knownPrefix({0, 4096}), 0u);
}

TEST_F(HexViewTest, HighlightsChangedBytesAndFades)
{
    load({0, 4096});
    const QColor fill = theme::color(theme::Role::Changed, view.palette());
    EXPECT_FALSE(view.isFading());
    view.updateImage(imageOf({0, 4096}));
    EXPECT_FALSE(view.isFading()) << "nothing changed";
    MemoryImage changed = imageOf({0, 4096});
    changed.bytes[0x45] = std::byte{0xee};
    const QImage calm = cellPicture({0x46, HexPane::Hex, 0});
    view.updateImage(changed);
    EXPECT_TRUE(view.isFading());
    EXPECT_TRUE(contains(cellPicture({0x45, HexPane::Hex, 0}), fill)) << "underlined in the colour of changes";
    EXPECT_EQ(cellPicture({0x46, HexPane::Hex, 0}), calm) << "its neighbour did not change";
    EXPECT_TRUE(QTest::qWaitFor([&] { return !view.isFading(); }, 10'000)) << "the timer ends";
    EXPECT_FALSE(contains(cellPicture({0x45, HexPane::Hex, 0}), fill));
}

TEST_F(HexViewTest, BytesShownForTheFirstTimeAreNotChanges)
{
    view.setExtent({0, 4096});
    view.updateImage(imageOf({0, 2048}));
    EXPECT_FALSE(view.isFading());
    MemoryImage hole = imageOf({0, 16});
    hole.unreadable = {{3, 1}};
    view.updateImage(hole);
    EXPECT_TRUE(view.isFading()) << "what can no longer be read has changed";
}

TEST_F(HexViewTest, FrameSaysWhenTypingWrites)
{
    const QColor frame = theme::color(theme::Role::WriteFrame, view.palette());
    EXPECT_NE(view.grab().toImage().pixelColor(0, 100), frame);
    view.setWritable(true);
    EXPECT_EQ(view.grab().toImage().pixelColor(0, 100), frame);
    view.setWritable(false);
    EXPECT_NE(view.grab().toImage().pixelColor(0, 100), frame);
}

TEST_F(HexViewTest, SurvivesEmptyAndTinyExtents)
{
    load({0, 0});
    for (const int key : {Qt::Key_Right, Qt::Key_Down, Qt::Key_End, Qt::Key_PageDown, Qt::Key_Home, Qt::Key_1})
        press(key);
    press(Qt::Key_End, Qt::ControlModifier);
    press(Qt::Key_A, Qt::ControlModifier);
    press(Qt::Key_C, Qt::ControlModifier);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, QPoint(50, 50));
    view.goTo(100);
    picture();
    EXPECT_EQ(view.cursor(), 0u);
    EXPECT_EQ(view.visibleRange().size, 0u);

    load({7, 1});
    press(Qt::Key_End, Qt::ControlModifier);
    EXPECT_EQ(view.cursor(), 7u);
    view.goTo(100);
    EXPECT_EQ(view.cursor(), 7u);
    picture();
}

TEST_F(HexViewTest, ImagesBeyondTheExtentDoNoHarm)
{
    view.setExtent({0x100, 0x20});
    view.showImage(imageOf({0, 4096}));
    EXPECT_EQ(view.imageAt(0x110, 100).bytes.size(), 16u);
    EXPECT_EQ(view.imageAt(0x90, 100).bytes.size(), 0u);
    EXPECT_EQ(view.imageAt(~std::uint64_t{0}, 100).bytes.size(), 0u);
    picture();
}

TEST_F(HexViewTest, FitsBytesToTheWidth)
{
    load({0, 4096});
    view.setBytesPerRow(0);
    view.resize(500, 400);
    const auto narrow = view.visibleRange().size;
    view.resize(1600, 400);
    EXPECT_GT(view.visibleRange().size, narrow);
    EXPECT_EQ(view.horizontalScrollBar()->maximum(), 0);
    view.setBytesPerRow(32);
    view.resize(300, 400);
    EXPECT_GT(view.horizontalScrollBar()->maximum(), 0) << "what does not fit can be scrolled to";
}

} // namespace
} // namespace ipclens
