#include "ui/hex_view.h"

#include "ui/theme.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

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
        return HexGeometry(view.hexLayout(), view.shownBytesPerRow(), view.rows().addressWidth(),
                           HexPainter(view.font()).cell());
    }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&view, Qt::Key(key), modifiers); }
    QRect rectOf(const HexPlace &place) const
    {
        const int y = static_cast<int>(view.rows().rowOf(place.address) - view.topRow()) * geometry().cell().height();
        const int column = view.rows().columnOf(place.address);
        if (place.pane == HexPane::Text)
            return geometry().textRect(column, y);
        return view.hexLayout().isHexBytes() ? geometry().digitRect(column, place.nibble, y)
                                             : geometry().valueRect(column, y);
    }
    QPoint pixelOf(const HexPlace &place) const { return rectOf(place).center(); }
    std::uint64_t topRow() const { return view.topRow(); }
    void drag(const HexPlace &from, const HexPlace &to, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mousePress(view.viewport(), Qt::LeftButton, modifiers, pixelOf(from));
        QMouseEvent move(QEvent::MouseMove, pixelOf(to), view.viewport()->mapToGlobal(pixelOf(to)), Qt::NoButton,
                         Qt::LeftButton, modifiers);
        QApplication::sendEvent(view.viewport(), &move);
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, modifiers, pixelOf(to));
    }
    void wheel(int angle, Qt::KeyboardModifiers modifiers = {})
    {
        QWheelEvent event(QPointF(50, 50), view.viewport()->mapToGlobal(QPointF(50, 50)), {}, QPoint(0, angle), {},
                          modifiers, Qt::NoScrollPhase, false);
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

    drag({0x40, HexPane::Hex, 0}, {0x53, HexPane::Hex, 0});
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

// The traps, each with its tests, are listed in tests/unit/traps_test.cpp.
TEST_F(HexViewTest, AFailedReadNeverShowsThePreviousRowsBytes)
{
    view.setExtent({0, 1 << 20});
    view.showImage(imageOf({0, 4096}, 1));
    const QImage before = cellPicture({0x40, HexPane::Hex, 0});
    view.goTo(0x80000);
    const Address sameSpot = view.visibleRange().begin + 0x40;
    view.goTo(sameSpot + 0x30);
    EXPECT_NE(cellPicture({sameSpot, HexPane::Hex, 0}), before);
    const QImage unknown = cellPicture({sameSpot, HexPane::Hex, 0});
    // The read of all rows fails: each is drawn as what cannot be read, none as its neighbour or what stood there.
    MemoryImage failed{.address = view.visibleRange().begin,
                       .bytes = Bytes(view.visibleRange().size, std::byte{}),
                       .unreadable = {},
                       .why = {}};
    failed.unreadable = {failed.range()};
    view.updateImage(failed);
    const QImage unreadable = cellPicture({sameSpot, HexPane::Hex, 0});
    EXPECT_NE(unreadable, before);
    EXPECT_NE(unreadable, unknown);
    for (const Address row : {sameSpot - 0x20, sameSpot - 0x10, sameSpot + 0x10})
        EXPECT_EQ(cellPicture({row, HexPane::Hex, 0}), unreadable) << row;
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

// Changes. ------------------------------------------------------------------------------------------------------------

TEST_F(HexViewTest, KeepsTheHighlightOfAnAddressWhileScrolling)
{
    load({0, 1 << 16});
    MemoryImage changed = imageOf({0, 4096});
    changed.bytes[0x45] = std::byte{0xee};
    view.updateImage(changed);
    view.setChangeMarks(ChangeMarks::Kept);
    const QImage marked = cellPicture({0x45, HexPane::Hex, 0});
    view.goTo(0x8000);
    view.forgetOutside(view.visibleRange());
    view.goTo(0);
    view.updateImage(changed);
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), marked);
    EXPECT_EQ(view.changeCount(0x45), 1u) << "seeing it again is no change";
}

TEST_F(HexViewTest, KeepsMarksUntilTheyAreCleared)
{
    load({0, 4096});
    view.setChangeMarks(ChangeMarks::Kept);
    const QImage calm = cellPicture({0x45, HexPane::Hex, 0});
    MemoryImage changed = imageOf({0, 4096});
    changed.bytes[0x45] = std::byte{0xee};
    view.updateImage(changed);
    view.updateImage(imageOf({0, 4096}));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !view.isFading(); }, 10'000));
    EXPECT_NE(cellPicture({0x45, HexPane::Hex, 0}), calm) << "long after it changed";
    view.clearMarks();
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), calm);
}

TEST_F(HexViewTest, HeatGrowsWithTheNumberOfChanges)
{
    load({0, 4096});
    view.setChangeMarks(ChangeMarks::Heat);
    std::vector<QImage> pictures{cellPicture({0x45, HexPane::Hex, 0})};
    MemoryImage image = imageOf({0x45, 1}, 0x45);
    int changes = 0;
    for (const int until : {1, 2, 4, 8, 16}) {
        for (; changes < until; ++changes) {
            image.bytes[0] = static_cast<std::byte>(changes % 2 == 0 ? 0x46 : 0x45);
            view.updateImage(image);
        }
        image.bytes[0] ^= std::byte{0x03};
        pictures.push_back(picture().copy(rectOf({0x45, HexPane::Text, 0})));
        image.bytes[0] ^= std::byte{0x03};
    }
    EXPECT_EQ(view.changeCount(0x45), 16u);
    for (std::size_t i = 1; i < pictures.size(); ++i)
        EXPECT_NE(pictures[i], pictures[i - 1]) << i;
    EXPECT_EQ(view.changeCount(0x46), 0u);
}

TEST_F(HexViewTest, MarksWhatDiffersFromTheFrame)
{
    load({0, 4096});
    MemoryImage frame = imageOf({0, 4096});
    frame.bytes[0x45] = std::byte{0xee};
    frame.unreadable = {{0x60, 1}};
    const QImage same = cellPicture({0x46, HexPane::Hex, 0});
    const QImage calm = cellPicture({0x45, HexPane::Hex, 0});
    view.showFrame(frame);
    const QColor mark = theme::color(theme::Role::DifferentMark, view.palette());
    EXPECT_TRUE(contains(cellPicture({0x45, HexPane::Hex, 0}), mark)) << "framed";
    EXPECT_TRUE(contains(cellPicture({0x60, HexPane::Hex, 0}), mark)) << "readable in one only";
    EXPECT_EQ(cellPicture({0x46, HexPane::Hex, 0}), same);
    EXPECT_FALSE(view.isFading()) << "a frame is no change";
    frame.bytes[0x45] = std::byte{0x45};
    view.showFrame(frame);
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), calm);
    view.clearFrame();
    EXPECT_FALSE(contains(cellPicture({0x60, HexPane::Hex, 0}), mark));
}

TEST_F(HexViewTest, OlderSamplesDoNotCoverWhatWasWritten)
{
    load({0, 4096});
    const auto byteAt = [&](Address at) { return std::to_integer<int>(view.imageAt(at, 1).bytes[0]); };
    MemoryImage written{.address = 0x10, .bytes = Bytes{std::byte{0x2b}}, .time = 1000};
    EXPECT_TRUE(view.updateImage(written));
    view.noteWritten({0x10, 1}, 7);
    MemoryImage early = imageOf({0, 4096}, 1);
    early.time = 5'000'000;
    EXPECT_FALSE(view.updateImage(early)) << "until the bytes were read back, no time is later than the write's";
    view.noteReadBack(7, 1000);
    MemoryImage before = imageOf({0, 4096}, 1);
    before.time = 999;
    EXPECT_FALSE(view.updateImage(before)) << "a part was left out";
    EXPECT_EQ(byteAt(0x10), 0x2b);
    EXPECT_EQ(byteAt(0x0f), 0x10) << "its neighbours are taken";
    EXPECT_EQ(byteAt(0x11), 0x12);
    before.time = 1000;
    EXPECT_TRUE(view.updateImage(before));
    EXPECT_EQ(byteAt(0x10), 0x11) << "read after the write: the target's own value";

    // Typed twice: what was read back after the first write is older than the second.
    view.noteWritten({0x10, 1}, 8);
    written.time = std::numeric_limits<std::int64_t>::max();
    view.updateImage(written);
    view.noteWritten({0x10, 1}, 9);
    view.noteReadBack(8, 2000);
    before.time = 2000;
    EXPECT_FALSE(view.updateImage(before));
    EXPECT_EQ(byteAt(0x10), 0x2b);
    view.noteReadBack(9, 0); // it could not be read back
    EXPECT_TRUE(view.updateImage(before));
}

TEST_F(HexViewTest, WhatCanNoLongerBeReadIsNotShownAsIfItWereValid)
{
    load({0, 4096});
    MemoryImage hole = imageOf({0, 4096});
    hole.unreadable = {{0, 4096}};
    view.setExtent({0, 4096});
    view.showImage(hole);
    const QImage never = cellPicture({0x45, HexPane::Hex, 0});
    const QImage neverText = cellPicture({0x45, HexPane::Text, 0});
    load({0, 4096});
    view.showImage(hole);
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), never);
    EXPECT_EQ(cellPicture({0x45, HexPane::Text, 0}), neverText);
    for (const ValueType unit : {ValueType::U16, ValueType::F64}) {
        view.setLayout({.unit = unit});
        view.showImage(imageOf({0, 4096}, 7));
        const QImage valid = cellPicture({0x48, HexPane::Hex, 0});
        MemoryImage part = imageOf({0, 4096}, 7);
        part.unreadable = {{0x49, 1}};
        view.showImage(part);
        EXPECT_NE(cellPicture({0x48, HexPane::Hex, 0}), valid) << "one byte of the value cannot be read";
        MemoryImage others = imageOf({0, 4096}, 9);
        others.unreadable = part.unreadable;
        const QImage marked = cellPicture({0x48, HexPane::Hex, 0});
        view.showImage(others);
        EXPECT_EQ(cellPicture({0x48, HexPane::Hex, 0}), marked) << "nothing of the value is made up of the others";
    }
}

TEST_F(HexViewTest, OldBytesArePale)
{
    load({0, 4096});
    const QImage fresh = cellPicture({0x45, HexPane::Hex, 0});
    view.setStale(true);
    EXPECT_NE(cellPicture({0x45, HexPane::Hex, 0}), fresh);
    view.setStale(false);
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), fresh);
}

TEST_F(HexViewTest, HighlightsStandOutAndAreNotColourAlone)
{
    load({0, 4096});
    const QImage calm = cellPicture({0x45, HexPane::Hex, 0});
    std::vector<QImage> marked;
    for (const HighlightRole role :
         {HighlightRole::Bookmark, HighlightRole::SearchHit, HighlightRole::CurrentHit, HighlightRole::Frozen}) {
        view.setHighlights({{{0x100, 4}, role, {}}, {{0x45, 1}, role, QStringLiteral("why")}});
        // Without colours the outlines must differ still.
        QRect whole = rectOf({0x45, HexPane::Hex, 0}) | rectOf({0x45, HexPane::Hex, 1});
        marked.push_back(
            picture().copy(whole.adjusted(-5, 0, 5, 0)).convertToFormat(QImage::Format_Mono, Qt::ThresholdDither));
        EXPECT_NE(cellPicture({0x45, HexPane::Hex, 0}), calm);
    }
    for (std::size_t i = 0; i < marked.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(marked[i], marked[j]) << i << " and " << j;
    }
    view.setHighlights({});
    EXPECT_EQ(cellPicture({0x45, HexPane::Hex, 0}), calm);
}

TEST(HexHighlights, FindsAllThatMeetARow)
{
    const HexHighlights all({{{0x100, 4}}, {{0, 0x1000}}, {{0x10, 1}}, {{0x1f, 2}}, {{0x20, 1}}});
    std::vector<Address> found;
    all.meeting({0x10, 0x10}, [&](const Highlight &each) { found.push_back(each.range.begin); });
    EXPECT_EQ(found, (std::vector<Address>{0, 0x10, 0x1f})) << "a long one that began far above, too";
}

double luminance(const QColor &colour)
{
    const auto part = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}

TEST(HexColours, TextStandsOutFromEveryFillAndMarksFromTheirGround)
{
    using theme::Role;
    const auto contrast = [](const QColor &one, const QColor &other) {
        const double a = luminance(one), b = luminance(other);
        return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
    };
    for (const char *variant : {"light", "dark"}) {
        theme::apply(QLatin1String(variant));
        const QPalette palette = QApplication::palette();
        for (const Role fill : {Role::ChangedFill, Role::HeatFill, Role::DifferentFill, Role::HitFill,
                                Role::CurrentHitFill, Role::BookmarkFill, Role::FrozenFill, Role::HeaderFill}) {
            EXPECT_GE(contrast(palette.color(QPalette::Text), theme::color(fill, palette)), 4.5) << variant;
            EXPECT_GE(contrast(theme::color(Role::Changed, palette), theme::color(fill, palette)), 4.5) << variant;
        }
        for (const auto &[mark, fill] : {std::pair{Role::DifferentMark, Role::DifferentFill},
                                         {Role::HitMark, Role::HitFill},
                                         {Role::HitMark, Role::CurrentHitFill},
                                         {Role::BookmarkMark, Role::BookmarkFill},
                                         {Role::FrozenMark, Role::FrozenFill}})
            EXPECT_GE(contrast(theme::color(mark, palette), theme::color(fill, palette)), 3) << variant;
        for (const Role sign : {Role::PrivateMemory, Role::MappedMemory, Role::ImageMemory, Role::DifferentMark,
                                Role::HitMark, Role::BookmarkMark, Role::FrozenMark})
            EXPECT_GE(contrast(theme::color(sign, palette), palette.color(QPalette::Base)), 3) << variant;
    }
    theme::apply(QStringLiteral("system"));
}

// Regions. ------------------------------------------------------------------------------------------------------------

std::vector<Region> regionsAt(std::initializer_list<AddressRange> ranges)
{
    std::vector<Region> regions;
    for (const AddressRange &range : ranges)
        regions.push_back({.range = range,
                           .state = RegionState::Committed,
                           .protection = {.read = true},
                           .type = RegionType::Image,
                           .mapped = "C:\\demo.dll"});
    return regions;
}

TEST_F(HexViewTest, ScrollsThroughWhatExists)
{
    view.setExtent(processSpace);
    view.setRegions(regionsAt({{0x20000, 0x1000}, {0x7ff6'0000'0000, 0x2000}}));
    EXPECT_EQ(view.rows().count(), 3u + 2 + 256 + 512) << "two headers, three holes, and rows";
    EXPECT_EQ(view.verticalScrollBar()->maximum() + view.verticalScrollBar()->pageStep(), 773);
    EXPECT_EQ(view.visibleRange().begin, 0x20000u);
    view.goTo(0x20ff0);
    press(Qt::Key_Down);
    EXPECT_EQ(view.cursor(), 0x7ff6'0000'0000u) << "over the hole";
    press(Qt::Key_Left);
    EXPECT_EQ(view.cursor(), 0x20fffu);
    const auto ranges = view.visibleRanges();
    ASSERT_EQ(ranges.size(), 2u) << "what is in sight of both";
    EXPECT_EQ(ranges[0].end(), 0x21000u);
    EXPECT_EQ(ranges[1].begin, 0x7ff6'0000'0000u);
    press(Qt::Key_Home, Qt::ControlModifier);
    EXPECT_EQ(view.cursor(), 0x20000u);
    press(Qt::Key_End, Qt::ControlModifier);
    EXPECT_EQ(view.cursor(), 0x7ff6'0000'1fffu);
    view.goTo(0x5000'0000'0000);
    EXPECT_EQ(view.cursor(), 0x5000'0000'0000u) << "may lie in a hole";
    press(Qt::Key_Right);
    EXPECT_EQ(view.cursor(), 0x7ff6'0000'0000u);
    picture();
}

TEST_F(HexViewTest, StaysWhereItIsWhenRegionsComeAndGo)
{
    view.setExtent(processSpace);
    const AddressRange low{0x20000, 0x10000}, far{0x7ff6'0000'0000, 0x10000};
    view.setRegions(regionsAt({low, far}));
    view.goTo(far.begin + 0x8008);
    view.setTopAddress(far.begin + 0x7f00);
    const auto check = [&](const char *what) {
        EXPECT_EQ(view.topAddress(), far.begin + 0x7f00) << what;
        EXPECT_EQ(view.cursor(), far.begin + 0x8008) << what;
    };
    const std::uint64_t before = view.topRow();
    view.setRegions(regionsAt({low, {0x100000, 0x100000}, far}));
    check("one came");
    EXPECT_NE(view.topRow(), before) << "the rows are others";
    view.setRegions(regionsAt({far}));
    check("two went");
    view.setRegions({});
    check("linear");
    view.setRegions(regionsAt({low, far}));
    view.setTopRow(view.rows().rowOf(far.begin) - 1);
    ASSERT_EQ(view.rows().row(view.topRow()).kind, HexRowKind::Header);
    view.setRegions(regionsAt({far}));
    EXPECT_EQ(view.rows().row(view.topRow()).kind, HexRowKind::Header) << "the header stays at the top";
    view.setRegions(regionsAt({low}));
    EXPECT_EQ(view.rows().row(view.topRow()).kind, HexRowKind::Bytes) << "as near as there is";
    picture();
}

TEST_F(HexViewTest, SaysWhenOnlyRegionsChangeWhatIsVisible)
{
    view.setExtent({0, 0x100000});
    view.setRegions(regionsAt({{0, 0x40}, {0x1000, 0x40}, {0x2000, 0x40}}));
    QSignalSpy visible(&view, &HexView::visibleRangeChanged);
    view.setRegions(regionsAt({{0, 0x40}, {0x2000, 0x40}}));
    EXPECT_EQ(visible.count(), 1) << "the first and last byte are the same";
    view.setRegions(regionsAt({{0, 0x40}, {0x2000, 0x40}}));
    EXPECT_EQ(visible.count(), 1) << "the same list";
}

TEST_F(HexViewTest, TitlesSayWhatARegionIs)
{
    view.setExtent(processSpace);
    auto regions = regionsAt({{0x20000, 0x1000}});
    regions.push_back({.range = {0x40000, 0x100000}, .state = RegionState::Reserved, .type = RegionType::Private});
    view.setRegions(regions);
    EXPECT_EQ(view.titleOf(view.rows().row(1)).text,
              QStringLiteral("0x20000 to 0x20fff   4 KiB   r-- image   demo.dll"));
    EXPECT_EQ(view.titleOf(view.rows().row(0)).text, QStringLiteral("unmapped, 64 KiB"));
    const HexRow last = view.rows().row(view.rows().rowOf(0x40000));
    EXPECT_EQ(last.kind, HexRowKind::Collapsed);
    EXPECT_TRUE(view.titleOf(last).text.contains(QStringLiteral("reserved"))) << view.titleOf(last).text.toStdString();
    view.setRegionName([](const Region &) { return QStringLiteral("section .data of demo.dll"); });
    EXPECT_TRUE(view.titleOf(view.rows().row(1)).text.endsWith(QStringLiteral("section .data of demo.dll")));
    EXPECT_TRUE(view.describe(view.rows().row(1)).contains(QStringLiteral("C:\\demo.dll"))) << "the whole path";
}

TEST_F(HexViewTest, TheStripGoesWhereItIsClicked)
{
    view.setStripShown(true);
    view.setExtent(processSpace);
    view.setRegions(regionsAt({{0x20000, 0x100000}, {0x7ff6'0000'0000, 0x100000}}));
    view.setHighlights({{{0x20100, 4}, HighlightRole::Bookmark, QStringLiteral("mine")}});
    QApplication::processEvents();
    auto *strip = view.findChild<QWidget *>(QString(), Qt::FindDirectChildrenOnly);
    for (QWidget *child : view.findChildren<QWidget *>()) {
        if (child->accessibleName() == QStringLiteral("Overview"))
            strip = child;
    }
    ASSERT_EQ(strip->accessibleName(), QStringLiteral("Overview"));
    EXPECT_EQ(strip->height(), view.viewport()->height());
    QTest::mouseClick(strip, Qt::LeftButton, {}, QPoint(5, strip->height() - 1));
    EXPECT_EQ(view.visibleRange().end(), 0x7ff6'0010'0000u);
    QTest::mouseClick(strip, Qt::LeftButton, {}, QPoint(5, 0));
    EXPECT_EQ(view.topRow(), 0u);
    view.grab();
}

// Layout. -------------------------------------------------------------------------------------------------------------

TEST_F(HexViewTest, AnotherLayoutKeepsWhatStandsAtTheTop)
{
    view.setExtent(processSpace);
    const Address top = 0x7ff6'0000'0000;
    view.setTopAddress(top);
    for (const HexLayout &layout :
         {HexLayout{.unit = ValueType::U32}, HexLayout{.unit = ValueType::F64, .bytesPerRow = 32},
          HexLayout{.radix = HexRadix::Binary, .bytesPerRow = 8},
          HexLayout{.text = HexText::Utf16, .addresses = HexAddresses::FromBase, .addressBase = top + 64}}) {
        view.setLayout(layout);
        EXPECT_EQ(view.topAddress(), top);
        picture();
    }
}

TEST_F(HexViewTest, ZoomsWithWheelAndKeys)
{
    load({0, 1 << 16});
    view.goTo(0x4000);
    view.setTopAddress(0x4000);
    const QSize before = geometry().cell();
    QSignalSpy changed(&view, &HexView::layoutChanged);
    wheel(120, Qt::ControlModifier);
    EXPECT_EQ(view.zoom(), 110);
    EXPECT_EQ(view.topAddress(), 0x4000u) << "zooming does not scroll";
    for (int i = 0; i < 5; ++i)
        press(Qt::Key_Plus, Qt::ControlModifier);
    EXPECT_EQ(view.zoom(), 160);
    EXPECT_GT(geometry().cell().height(), before.height());
    for (int i = 0; i < 20; ++i)
        press(Qt::Key_Minus, Qt::ControlModifier);
    EXPECT_EQ(view.zoom(), 50);
    press(Qt::Key_0, Qt::ControlModifier);
    EXPECT_EQ(view.zoom(), 100);
    EXPECT_EQ(geometry().cell(), before);
    EXPECT_GT(changed.count(), 3);
}

TEST_F(HexViewTest, MovesAndSelectsByWholeValues)
{
    load({0, 4096});
    view.setLayout({.unit = ValueType::U32});
    view.goTo(0x22);
    press(Qt::Key_Right);
    EXPECT_EQ(view.cursor(), 0x24u);
    press(Qt::Key_Left);
    EXPECT_EQ(view.cursor(), 0x20u);
    press(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0x20, 8}));
    press(Qt::Key_Escape);
    press(Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("24 25 26 27"));
}

TEST_F(HexViewTest, AsksForAnEditorWhereDigitsCannotBeTypedOver)
{
    load({0, 4096});
    view.setLayout({.unit = ValueType::I32, .radix = HexRadix::Decimal});
    QSignalSpy edits(&view, &HexView::valueEditRequested);
    QSignalSpy refused(&view, &HexView::inputRefused);
    view.goTo(0x22);
    QTest::keyClick(&view, '7');
    EXPECT_EQ(refused.count(), 1) << "read-only";
    view.setWritable(true);
    QTest::keyClick(&view, '-');
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits.last().at(0).value<Address>(), 0x20u);
    EXPECT_EQ(edits.last().at(1).toInt(), 4);
    EXPECT_EQ(edits.last().at(2).toString(), QStringLiteral("-"));
    press(Qt::Key_F2);
    ASSERT_EQ(edits.count(), 2);
    EXPECT_EQ(edits.last().at(2).toString(), QString());
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, pixelOf({0x44, HexPane::Hex, 0}));
    EXPECT_EQ(edits.count(), 3);
    EXPECT_TRUE(view.viewport()->rect().contains(view.valueRect(0x20)));
    view.setExtent({0, 0x22});
    view.showImage(imageOf({0, 0x22}));
    view.goTo(0x20);
    press(Qt::Key_F2);
    EXPECT_EQ(edits.count(), 3) << "half a value";
}

TEST_F(HexViewTest, TypesTextInTheEncodingShown)
{
    load({0, 4096});
    view.setWritable(true);
    QSignalSpy edits(&view, &HexView::editRequested);
    const auto type = [&](const QString &text) {
        QKeyEvent event(QEvent::KeyPress, Qt::Key_unknown, Qt::NoModifier, text);
        QApplication::sendEvent(&view, &event);
    };
    view.setLayout({.text = HexText::Utf8});
    view.goTo(0x10);
    press(Qt::Key_Tab);
    type(QString::fromUtf8("\u20ac"));
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits.last().at(1).value<Bytes>().size(), 3u);
    EXPECT_EQ(edits.last().at(2).value<Bytes>(), toBytes("\xe2\x82\xac"));
    EXPECT_EQ(view.cursor(), 0x13u);
    view.setLayout({.text = HexText::Utf16});
    type(QStringLiteral("a"));
    ASSERT_EQ(edits.count(), 2);
    EXPECT_EQ(edits.last().at(0).value<Address>(), 0x12u) << "at an even address";
    EXPECT_EQ(edits.last().at(2).value<Bytes>(), (Bytes{std::byte{'a'}, std::byte{0}}));
    view.setLayout({});
    QSignalSpy refused(&view, &HexView::inputRefused);
    type(QString::fromUtf8("\u20ac"));
    EXPECT_EQ(refused.count(), 1);
    EXPECT_EQ(edits.count(), 2);
}

// Selection. ----------------------------------------------------------------------------------------------------------

TEST_F(HexViewTest, SelectsABlockOfColumns)
{
    load({0, 4096});
    drag({0x22, HexPane::Hex, 0}, {0x45, HexPane::Hex, 0}, Qt::AltModifier);
    EXPECT_EQ(view.selectedRanges(), (std::vector<AddressRange>{{0x22, 4}, {0x32, 4}, {0x42, 4}}));
    EXPECT_EQ(view.selectedBytes(), 12u);
    EXPECT_EQ(view.selection().size, 0u) << "not one run: nobody takes what lies between for selected";
    EXPECT_TRUE(view.isSelected(0x33));
    EXPECT_FALSE(view.isSelected(0x26));
    press(Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("22 23 24 25\n32 33 34 35\n42 43 44 45"));

    press(Qt::Key_Escape);
    EXPECT_TRUE(view.selectedRanges().empty());
    view.goTo(0x14);
    press(Qt::Key_Right, Qt::AltModifier | Qt::ShiftModifier);
    press(Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
    EXPECT_EQ(view.selectedRanges(), (std::vector<AddressRange>{{0x14, 2}, {0x24, 2}}));
    press(Qt::Key_Right, Qt::ShiftModifier);
    EXPECT_EQ(view.selectedRanges(), (std::vector<AddressRange>{{0x14, 0x13}})) << "Shift alone goes on as a run";
}

TEST_F(HexViewTest, ABlockLeavesOutWhatIsNotDrawn)
{
    view.setExtent({0, 0x10000});
    view.setRegions(regionsAt({{0x1000, 0x20}, {0x5000, 0x20}}));
    view.goTo(0x1011);
    for (int i = 0; i < 2; ++i)
        press(Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
    EXPECT_EQ(view.selectedRanges(), (std::vector<AddressRange>{{0x1011, 1}, {0x5001, 1}, {0x5011, 1}}));
    picture();
}

TEST_F(HexViewTest, SelectsAllOfAnySize)
{
    view.setExtent({0, ~std::uint64_t{0}});
    press(Qt::Key_A, Qt::ControlModifier);
    EXPECT_EQ(view.selection(), (AddressRange{0, ~std::uint64_t{0}}));
    EXPECT_EQ(view.selectedBytes(), ~std::uint64_t{0});
    picture();
    view.goTo(0);
    press(Qt::Key_End, Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier);
    drag({0, HexPane::Hex, 0}, {0x20, HexPane::Hex, 0}, Qt::AltModifier);
    QSignalSpy refused(&view, &HexView::inputRefused);
    view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMaximum);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::AltModifier | Qt::ShiftModifier, QPoint(200, 20));
    EXPECT_EQ(refused.count(), 1) << "a block of 2^60 rows";
    EXPECT_LE(view.selectedRanges().size(), 3u);
}

} // namespace
} // namespace ipclens
