#include "ui/journal_model.h"
#include "ui/number_text.h"
#include "ui/object_model.h"
#include "ui/process_model.h"
#include "ui/region_picker.h"
#include "ui/row_model.h"
#include "ui/theme.h"
#include "ui/window_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QGuiApplication>
#include <QItemSelectionModel>
#include <QSignalSpy>

#include <cmath>

namespace ipclens {
namespace {

ProcessInfo process(std::uint32_t pid, const std::string &name, std::uint64_t memory = 0, std::int64_t created = 1)
{
    return {.key = {pid, created}, .name = name, .path = "C:\\" + name, .memory = memory};
}

QStringList names(const QAbstractItemModel &model, int column = 0)
{
    QStringList list;
    for (int row = 0; row < model.rowCount(); ++row)
        list << model.index(row, column).data().toString();
    return list;
}

struct ProcessModelTest : testing::Test {
    ProcessModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(ProcessModelTest, ARefreshInsertsRemovesAndChanges)
{
    model.merge({process(4, "a"), process(8, "b"), process(12, "c"), process(16, "d")});
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy insertions(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.merge({process(20, "e"), process(4, "a"), process(16, "d", 4096), process(24, "f")});
    EXPECT_EQ(names(model), (QStringList{"a", "d", "e", "f"}));
    EXPECT_EQ(resets.count(), 0);
    EXPECT_EQ(removals.count(), 1) << "neighbours go together";
    EXPECT_EQ(insertions.count(), 1) << "all that is new comes together";
    EXPECT_EQ(changes.count(), 1);
    EXPECT_EQ(model.index(1, ProcessModel::Memory).data().toString(), "4 KiB");
}

TEST_F(ProcessModelTest, AnUnchangedRefreshSaysNothing)
{
    model.merge({process(4, "a"), process(8, "b")});
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy insertions(&model, &QAbstractItemModel::rowsInserted);
    model.merge({process(8, "b"), process(4, "a")});
    EXPECT_EQ(changes.count() + insertions.count(), 0);
}

TEST_F(ProcessModelTest, SelectionSurvivesARefresh)
{
    model.merge({process(4, "a"), process(8, "b"), process(12, "c")});
    RowFilter filter(&model);
    const QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::Fatal);
    filter.sort(0, Qt::DescendingOrder);
    QItemSelectionModel selection(&filter);
    selection.setCurrentIndex(filter.index(0, 0), QItemSelectionModel::SelectCurrent | QItemSelectionModel::Rows);
    model.merge({process(2, "z"), process(12, "c"), process(100, "b2")});
    EXPECT_EQ(selection.currentIndex().data().toString(), "c");
    EXPECT_EQ(names(filter), (QStringList{"z", "c", "b2"}));
}

TEST_F(ProcessModelTest, AReusedNumberIsAnotherProcess)
{
    model.merge({process(4, "old")});
    const QPersistentModelIndex old(model.index(0, 0));
    model.merge({process(4, "new", 0, 2)});
    EXPECT_FALSE(old.isValid());
    EXPECT_EQ(names(model), QStringList{"new"});
}

TEST_F(ProcessModelTest, ThousandsOfRowsComeAndGo)
{
    std::vector<ProcessInfo> many;
    for (std::uint32_t pid = 0; pid < 2000; ++pid)
        many.push_back(process(pid, "p" + std::to_string(pid)));
    model.merge(many);
    std::erase_if(many, [](const ProcessInfo &info) { return info.key.pid % 3 == 0; });
    model.merge(many);
    EXPECT_EQ(model.rowCount(), static_cast<int>(many.size()));
    model.merge({});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(ProcessModelTest, NumbersSortAsNumbers)
{
    model.merge({process(100, "a", 5), process(20, "b", 1 << 20), process(3, "c", 4096)});
    RowFilter filter(&model);
    filter.sort(ProcessModel::Pid);
    EXPECT_EQ(names(filter), (QStringList{"c", "b", "a"}));
    filter.sort(ProcessModel::Memory);
    EXPECT_EQ(names(filter), (QStringList{"a", "c", "b"}));
}

TEST_F(ProcessModelTest, TheFilterWantsEveryWordSomewhere)
{
    model.merge({process(100, "demo.exe"), process(200, "demo.exe"), process(300, "other.exe")});
    RowFilter filter(&model);
    const QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::Fatal);
    filter.setWords(QStringLiteral("DEMO 200"));
    EXPECT_EQ(filter.rowCount(), 1);
    filter.setWords(QStringLiteral("   "));
    EXPECT_EQ(filter.rowCount(), 3);
    filter.setWords(QStringLiteral("nothing"));
    EXPECT_EQ(filter.rowCount(), 0);
}

TEST(RegionModel, IsASoundModelAndFilters)
{
    RegionModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const Region code{.range = {0x1000, 0x2000}, .state = RegionState::Committed, .mapped = "demo.exe"};
    const Region heap{.range = {0x8000, 0x1000}, .state = RegionState::Committed};
    const Region free{.range = {0x9000, 0x7000}};
    model.setRegions({code, heap, free}, 0);
    EXPECT_EQ(model.rowCount(), 3);
    EXPECT_EQ(model.rowAt(0x8FFF), 1);
    model.setFilter(QStringLiteral("DEMO"));
    ASSERT_EQ(model.rowCount(), 1);
    EXPECT_EQ(model.region(0), code);
    EXPECT_EQ(model.rowAt(0x8FFF), -1) << "it is not shown";
    model.setRegions({heap}, 0x8000);
    EXPECT_EQ(model.rowCount(), 0);
    model.setFilter({});
    EXPECT_EQ(model.rowCount(), 1);
    model.setRegions({}, 0);
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(ObjectModel, OneNameMayBeListedTwice)
{
    ObjectModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const NamedObject object{.type = "Section", .name = "X", .path = "\\BaseNamedObjects\\X",
                             .section = SectionInfo{.size = 5ull << 30}};
    model.merge({object, object});
    EXPECT_EQ(model.rowCount(), 2);
    model.merge({object});
    EXPECT_EQ(model.rowCount(), 1);
    EXPECT_EQ(model.index(0, ObjectModel::Size).data().toString(), "5 GiB");
    EXPECT_EQ(model.index(0, ObjectModel::Size).data(Qt::ToolTipRole).toString(), "5,368,709,120 bytes");
}

TEST(ObjectModel, TellsWhyASizeIsUnknown)
{
    ObjectModel model;
    model.merge({{.type = "Section", .name = "X", .path = "\\X", .note = "SECTION_QUERY was refused"}});
    EXPECT_EQ(model.index(0, ObjectModel::Size).data().toString(), "");
    EXPECT_EQ(model.index(0, ObjectModel::Note).data().toString(), "SECTION_QUERY was refused");
}

TEST(WindowModel, ShowsWhatItIs)
{
    WindowModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.merge({{.handle = 0x10046, .className = "C", .messageOnly = true},
                 {.handle = 2, .title = "Receive", .visible = true}});
    EXPECT_EQ(model.index(0, WindowModel::Title).data().toString(), "(untitled)");
    EXPECT_EQ(model.index(0, WindowModel::Handle).data().toString(), "0x10046");
    EXPECT_EQ(model.index(0, WindowModel::State).data().toString(), "message-only");
    EXPECT_EQ(model.index(1, WindowModel::State).data().toString(), "visible");
}

JournalEntry entry(std::uint64_t number, JournalState state, std::uint64_t undoes = 0, const std::string &run = "now")
{
    JournalEntry made;
    made.entry = number;
    made.run = run;
    made.source = "section:X";
    made.address = 0x8;
    made.before = toBytes("*");
    made.bytes = toBytes("+");
    made.state = state;
    made.undoes = undoes;
    return made;
}

struct JournalModelTest : testing::Test {
    JournalModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
    void SetUp() override
    {
        JournalReply reply;
        reply.run = "now";
        reply.entries = {entry(1, JournalState::Verified, 0, "before")};
        model.load(std::move(reply));
    }
};

TEST_F(JournalModelTest, AnEntryIsBroughtUpToDate)
{
    model.put(entry(1, JournalState::Intended));
    EXPECT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(1, JournalModel::State).data().toString(), "intended");
    model.put(entry(1, JournalState::Verified));
    EXPECT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.index(1, JournalModel::State).data().toString(), "verified");
    EXPECT_EQ(model.index(1, JournalModel::Change).data().toString(), QString::fromUtf8("2a → 2b"));
}

TEST_F(JournalModelTest, UndoGoesBackFromTheLastVerifiedWriteOfThisRun)
{
    EXPECT_EQ(model.lastToUndo(), nullptr) << "earlier runs are not for Ctrl+Z";
    model.put(entry(1, JournalState::Verified));
    model.put(entry(2, JournalState::Verified));
    model.put(entry(3, JournalState::Failed));
    ASSERT_NE(model.lastToUndo(), nullptr);
    EXPECT_EQ(model.lastToUndo()->entry, 2u);
    model.put(entry(4, JournalState::Verified, 2));
    ASSERT_NE(model.lastToUndo(), nullptr);
    EXPECT_EQ(model.lastToUndo()->entry, 1u) << "an undo is not undone by undo";
    EXPECT_EQ(model.index(2, JournalModel::State).data().toString(), "undone");
    EXPECT_EQ(model.index(2, JournalModel::Undo).data().toString(), "");
    model.put(entry(5, JournalState::Verified, 1));
    EXPECT_EQ(model.lastToUndo(), nullptr);
    EXPECT_TRUE(model.canUndo(model.entry(0))) << "an entry of an earlier run can be undone by hand";
}

TEST_F(JournalModelTest, AnUndoThatFailedLeavesItsWriteUndoable)
{
    model.put(entry(1, JournalState::Verified));
    model.put(entry(2, JournalState::Failed, 1));
    ASSERT_NE(model.lastToUndo(), nullptr);
    EXPECT_EQ(model.lastToUndo()->entry, 1u);
}

TEST_F(JournalModelTest, RedoTakesTheLastUndoBackUntilSomethingNewIsWritten)
{
    for (const auto number : {1, 2, 3})
        model.put(entry(number, JournalState::Verified));
    EXPECT_EQ(model.lastToRedo(), nullptr);
    model.put(entry(4, JournalState::Verified, 3));
    model.put(entry(5, JournalState::Verified, 2));
    ASSERT_NE(model.lastToRedo(), nullptr);
    EXPECT_EQ(model.lastToRedo()->entry, 5u);
    model.put(entry(6, JournalState::Verified, 5)); // the redo
    EXPECT_FALSE(model.isUndone(model.entry(2))) << "write 2 is there again";
    EXPECT_EQ(model.lastToUndo()->entry, 2u);
    EXPECT_EQ(model.lastToRedo()->entry, 4u);
    model.put(entry(7, JournalState::Verified, 2)); // undone again
    EXPECT_EQ(model.lastToUndo()->entry, 1u);
    EXPECT_EQ(model.lastToRedo()->entry, 7u);
    model.put(entry(8, JournalState::Verified)); // something new
    EXPECT_EQ(model.lastToRedo(), nullptr);
    EXPECT_EQ(model.lastToUndo()->entry, 8u);
}

TEST_F(JournalModelTest, EachSourceHasItsOwnUndoAndRedo)
{
    auto other = entry(1, JournalState::Verified);
    other.source = "section:Other";
    model.put(other);
    model.put(entry(2, JournalState::Verified));
    model.put(entry(3, JournalState::Verified, 2));
    const JournalModel::Filter ofOther = [](const JournalEntry &each) { return each.source == "section:Other"; };
    ASSERT_NE(model.lastToUndo(ofOther), nullptr);
    EXPECT_EQ(model.lastToUndo(ofOther)->entry, 1u);
    EXPECT_EQ(model.lastToRedo(ofOther), nullptr);
    EXPECT_EQ(model.lastToRedo()->entry, 3u);
}

TEST(JournalModel, KeepsTheNewestEntries)
{
    JournalModel model(nullptr, 3);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (std::uint64_t i = 1; i <= 5; ++i)
        model.put(entry(i, JournalState::Verified));
    EXPECT_EQ(model.rowCount(), 3);
    EXPECT_EQ(model.entry(0).entry, 3u);
}

TEST_F(JournalModelTest, WhatCameWhileLoadingIsKept)
{
    model.put(entry(7, JournalState::Verified));
    JournalReply late;
    late.run = "now";
    late.entries = {entry(6, JournalState::Verified)};
    model.load(std::move(late));
    EXPECT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.entry(1).entry, 7u);
}

TEST(NumberText, Sizes)
{
    EXPECT_EQ(sizeText(0), "0 B");
    EXPECT_EQ(sizeText(1023), "1023 B");
    EXPECT_EQ(sizeText(4096), "4 KiB");
    EXPECT_EQ(sizeText(1536), "1.5 KiB");
    EXPECT_EQ(sizeText(5ull << 30), "5 GiB");
    EXPECT_EQ(sizeText(~0ull), "16 EiB");
    EXPECT_EQ(countText(12345), "12,345");
    EXPECT_EQ(addressText(0x7ff612345678), "0x7ff612345678");
    EXPECT_EQ(bytesText(toBytes("abcd"), 2), QString::fromUtf8("61 62 … (4 bytes)"));
}

double luminance(const QColor &colour)
{
    const auto part = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const auto a = luminance(one), b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

TEST(Theme, EveryTextStandsOutFromWhatIsBehindIt)
{
    using theme::Role;
    for (const auto *variant : {"light", "dark"}) {
        theme::apply(QLatin1String(variant));
        const auto palette = QGuiApplication::palette();
        EXPECT_EQ(theme::isDark(palette), std::string_view(variant) == "dark");
        for (const auto role : {Role::Unreadable, Role::Address, Role::Muted, Role::WriteFrame, Role::ErrorText,
                                Role::WarningText, Role::GoodText, Role::FirstCurve, Role::SecondCurve})
            EXPECT_GE(contrast(theme::color(role, palette), palette.color(QPalette::Base)), 4.5)
                << variant << " role " << static_cast<int>(role);
        const std::pair<Role, Role> filled[] = {{Role::Changed, Role::ChangedFill},
                                                {Role::ErrorText, Role::ErrorFill},
                                                {Role::WarningText, Role::WarningFill}};
        for (const auto &[text, fill] : filled)
            EXPECT_GE(contrast(theme::color(text, palette), theme::color(fill, palette)), 4.5)
                << variant << " role " << static_cast<int>(text);
        EXPECT_GE(contrast(palette.color(QPalette::Link), palette.color(QPalette::Base)), 4.5);
        EXPECT_GE(contrast(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base)), 4.5);
        EXPECT_GE(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)), 4.5);
        EXPECT_GE(contrast(palette.color(QPalette::WindowText), palette.color(QPalette::Window)), 4.5);
    }
    theme::apply(QStringLiteral("system"));
}

} // namespace
} // namespace ipclens
