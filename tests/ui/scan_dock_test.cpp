#include "ui/scan_dock.h"

#include "tests/ui/traffic_fake_connection.h"
#include "ui/error_bar.h"
#include "ui/scan_model.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

namespace ipclens {
namespace {

using test::PlayedClient;

Bytes u32(std::uint32_t value)
{
    return toBytes(std::as_bytes(std::span(&value, 1)));
}

ScanRows rowsFrom(std::uint64_t first, std::uint32_t count)
{
    ScanRows rows{.first = first, .rows = {}};
    for (std::uint32_t i = 0; i < count; ++i)
        rows.rows.push_back(
            {.address = 0x1000 + (first + i) * 4, .before = u32(100), .now = u32(i % 2 == 0 ? 100 : 101)});
    return rows;
}

class ScanDockTest : public testing::Test {
protected:
    ScanDockTest()
    {
        source.source = 5;
        source.extent = {0, 0x100000};
        source.spec = {.kind = SourceKind::Section, .name = "X"};
        dock.setSource(source, {});
        dock.resize(900, 300);
        dock.show();
    }
    template <class T>
    T *part(const char *name)
    {
        return dock.findChild<T *>(QLatin1String(name));
    }
    QString said() { return part<QLabel>("scanSaid")->text(); }
    ErrorBar &error() { return *dock.findChild<ErrorBar *>(); }
    void choose(ScanComparison comparison)
    {
        auto *box = part<QComboBox>("scanComparison");
        const int index = box->findData(static_cast<int>(comparison));
        ASSERT_GE(index, 0);
        box->setCurrentIndex(index);
    }
    void scan(std::uint64_t matches)
    {
        part<QLineEdit>("scanValue")->setText("100");
        part<QPushButton>("firstScan")->click();
        started = played.end->answer<StartScan>(ScanStatus{.scan = 9,
                                                           .matches = matches,
                                                           .scanned = 0x100000,
                                                           .unreadable = 0x1000,
                                                           .memory = 2048,
                                                           .disk = 4096,
                                                           .steps = 1});
        ASSERT_TRUE(waitUntil([&] { return dock.status().scan == 9; }));
    }

    PlayedClient played;
    SourceInfo source;
    StartScan started;
    ScanDock dock{played.client};
};

TEST_F(ScanDockTest, ScansNarrowsAndTakesBack)
{
    scan(3);
    EXPECT_EQ(started.source, 5u);
    EXPECT_EQ(started.type, ValueType::U32);
    EXPECT_EQ(started.terms.value, "100");
    EXPECT_TRUE(started.regions.mapped);
    EXPECT_TRUE(said().contains("3 matches")) << said().toStdString();
    EXPECT_TRUE(said().contains("4 KiB unreadable")) << said().toStdString();
    EXPECT_TRUE(said().contains("2 KiB of memory")) << said().toStdString();
    EXPECT_TRUE(said().contains("4 KiB on disk")) << said().toStdString();
    played.end->answer<ReadScan>(rowsFrom(0, 3));
    ASSERT_TRUE(waitUntil([&] { return dock.model().row(2) != nullptr; }));
    EXPECT_EQ(dock.model().data(dock.model().index(1, ScanModel::Now)).toString(), "101");
    EXPECT_EQ(dock.model().data(dock.model().index(1, ScanModel::Place)).toString(), "0x1004");
    EXPECT_FALSE(part<QPushButton>("undoScan")->isEnabled()) << "nothing was narrowed yet";
    choose(ScanComparison::Changed);
    EXPECT_TRUE(part<QLineEdit>("scanValue")->isHidden()) << "it needs no value";
    part<QPushButton>("narrowScan")->click();
    const auto next = played.end->answer<NarrowScan>(ScanStatus{.scan = 9, .matches = 1, .steps = 2});
    EXPECT_EQ(next.terms.comparison, ScanComparison::Changed);
    EXPECT_TRUE(next.terms.value.empty());
    ASSERT_TRUE(waitUntil([&] { return dock.model().rowCount() == 1; }));
    ASSERT_TRUE(part<QPushButton>("undoScan")->isEnabled());
    part<QPushButton>("undoScan")->click();
    played.end->answer<UndoScan>(ScanStatus{.scan = 9, .matches = 3, .steps = 1});
    EXPECT_TRUE(waitUntil([&] { return dock.model().rowCount() == 3; }));
}

TEST_F(ScanDockTest, AWrongValueIsSaidAndNotSent)
{
    part<QLineEdit>("scanValue")->setText("12x");
    part<QPushButton>("firstScan")->click();
    EXPECT_TRUE(error().isVisible());
    EXPECT_TRUE(error().text().contains("12x")) << error().text().toStdString();
    EXPECT_EQ(played.end->waiting<StartScan>(), 0u);
    part<QLineEdit>("scanValue")->setText("4294967296");
    part<QPushButton>("firstScan")->click();
    EXPECT_TRUE(error().isVisible()) << "too large for a u32";
    EXPECT_EQ(played.end->waiting<StartScan>(), 0u);
}

TEST_F(ScanDockTest, BetweenHasTwoValues)
{
    choose(ScanComparison::Between);
    part<QLineEdit>("scanValue")->setText("1");
    EXPECT_TRUE(part<QLineEdit>("scanUpper")->isVisible());
    part<QLineEdit>("scanUpper")->setText("9");
    part<QPushButton>("firstScan")->click();
    const auto asked = played.end->answer<StartScan>(ScanStatus{.scan = 1, .steps = 1});
    EXPECT_EQ(asked.terms.value, "1");
    EXPECT_EQ(asked.terms.upper, "9");
}

TEST_F(ScanDockTest, ReadsOnlyWhatIsInSight)
{
    scan(5'000'000'000);
    EXPECT_EQ(dock.model().rowCount(), static_cast<int>(ScanModel::mostRows));
    EXPECT_TRUE(said().contains("5,000,000,000 matches")) << said().toStdString();
    EXPECT_TRUE(said().contains("first 1,000,000")) << said().toStdString();
    const auto top = played.end->answer<ReadScan>(rowsFrom(0, 50));
    EXPECT_EQ(top.first, 0u);
    EXPECT_LT(top.count, 100u);
    QAbstractItemModelTester tester(const_cast<ScanModel *>(&dock.model()),
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    ASSERT_TRUE(waitUntil([&] { return dock.model().row(0) != nullptr; }));
    part<QTableView>("scanMatches")->scrollTo(dock.model().index(700'000, 0), QAbstractItemView::PositionAtTop);
    ReplySink reply;
    ReadScan below;
    ASSERT_TRUE(waitUntil([&] {
        if (played.end->waiting<ReadScan>() == 0)
            return false;
        below = played.end->take<ReadScan>(&reply);
        reply(Result<AnyReply>(AnyReply(rowsFrom(below.first, below.count))));
        return below.first == 700'000;
    }));
    EXPECT_TRUE(waitUntil([&] { return dock.model().row(700'000) != nullptr; }));
}

TEST_F(ScanDockTest, AValueIsTypedOverAsCompareAndWrite)
{
    scan(1);
    played.end->answer<ReadScan>(rowsFrom(0, 1));
    ASSERT_TRUE(waitUntil([&] { return dock.model().row(0) != nullptr; }));
    QSignalSpy edits(&dock, &ScanDock::editRequested);
    auto *model = const_cast<ScanModel *>(&dock.model());
    model->setData(model->index(0, ScanModel::Now), "77");
    ASSERT_EQ(edits.count(), 1);
    EXPECT_EQ(edits[0][1].toULongLong(), 0x1000u);
    EXPECT_EQ(edits[0][2].value<Bytes>(), u32(100));
    EXPECT_EQ(edits[0][3].value<Bytes>(), u32(77));
    model->setData(model->index(0, ScanModel::Now), "seven");
    EXPECT_EQ(edits.count(), 1);
    EXPECT_TRUE(error().text().contains("seven"));
}

TEST_F(ScanDockTest, IsGoneWithItsSource)
{
    scan(3);
    dock.sourceGone(4);
    EXPECT_EQ(dock.model().rowCount(), 3);
    dock.sourceGone(5);
    EXPECT_EQ(dock.model().rowCount(), 0);
    EXPECT_TRUE(error().text().contains("section X")) << error().text().toStdString();
    EXPECT_EQ(played.end->waiting<CloseScan>(), 0u) << "there is nothing left to close";
}

TEST_F(ScanDockTest, ACancelledScanSaysSo)
{
    part<QLineEdit>("scanValue")->setText("100");
    part<QPushButton>("firstScan")->click();
    EXPECT_FALSE(part<QPushButton>("firstScan")->isEnabled()) << "one at a time";
    part<QToolButton>("cancelJob")->click();
    EXPECT_TRUE(error().text().contains("cancelled")) << error().text().toStdString();
    EXPECT_TRUE(part<QPushButton>("firstScan")->isEnabled());
    EXPECT_EQ(dock.status().scan, 0u);
}

TEST_F(ScanDockTest, ShowsProgressAndCancels)
{
    part<QLineEdit>("scanValue")->setText("100");
    part<QPushButton>("firstScan")->click();
    ReplySink reply;
    const auto asked = played.end->take<StartScan>(&reply);
    ASSERT_NE(asked.job, 0u);
    played.end->raise(Progress{.job = asked.job, .done = 1 << 20, .total = 4 << 20, .found = 1234});
    QStringList labels;
    EXPECT_TRUE(waitUntil([&] {
        labels.clear();
        for (auto *label : dock.findChildren<QLabel *>())
            labels << label->text();
        return labels.join(' ').contains("1 MiB of 4 MiB");
    })) << labels.join(' ').toStdString();
    EXPECT_TRUE(labels.join(' ').contains("1,234 found"));
}

} // namespace
} // namespace ipclens
