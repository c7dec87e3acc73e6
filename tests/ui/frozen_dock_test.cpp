#include "ui/frozen_dock.h"

#include "tests/ui/traffic_fake_connection.h"
#include "ui/error_bar.h"
#include "ui/frozen_model.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {
namespace {

using test::PlayedClient;

FrozenItem item(FreezeId id, std::uint64_t rewrites = 0)
{
    FrozenItem item{.id = id, .source = 3, .name = "section:X", .address = 0x10 * id, .bytes = Bytes(4, std::byte{1}),
                    .type = ValueType::U32, .rewrites = rewrites};
    return item;
}

class FrozenDockTest : public testing::Test {
protected:
    FrozenDockTest() { played.end->answer<ListFrozen>(FrozenList{}); }
    QString cell(int row, int column) { return dock.model().data(dock.model().index(row, column)).toString(); }
    ErrorBar &error() { return *dock.findChild<ErrorBar *>(); }
    void freeze(FreezeId id)
    {
        dock.freeze(item(0));
        played.end->answer<Freeze>(item(id));
        ASSERT_TRUE(waitUntil([&] { return dock.model().find(id) >= 0; }));
    }

    PlayedClient played;
    FrozenDock dock{played.client, [](SourceId source) {
                        return source == 3 ? std::optional(SourceSpec{.kind = SourceKind::Section, .name = "X"})
                                           : std::nullopt;
                    }};
};

TEST_F(FrozenDockTest, HoldsAValueWithTheChosenRule)
{
    QAbstractItemModelTester tester(const_cast<FrozenModel *>(&dock.model()),
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    dock.findChild<QComboBox *>()->setCurrentIndex(1);
    dock.freeze(item(0));
    auto answered = item(4);
    answered.rule = FreezeRule::MayRise;
    const auto asked = played.end->answer<Freeze>(answered);
    EXPECT_EQ(asked.item.rule, FreezeRule::MayRise);
    EXPECT_EQ(asked.item.rate, 10);
    ASSERT_TRUE(waitUntil([&] { return dock.model().rowCount() == 1; }));
    EXPECT_EQ(cell(0, FrozenModel::Value), "16843009");
    EXPECT_EQ(cell(0, FrozenModel::Rule), "may rise");
    EXPECT_EQ(cell(0, FrozenModel::State), "held");
}

TEST_F(FrozenDockTest, ARefusalIsToldInPlace)
{
    dock.freeze(item(0));
    played.end->answer<Freeze>(
        Failure(Error{.kind = ErrorKind::Refused, .operation = "freeze", .meaning = "open it for writing"}));
    ASSERT_TRUE(waitUntil([&] { return error().text().contains("open it for writing"); }));
    EXPECT_EQ(dock.model().rowCount(), 0);
    const auto buttons = error().findChildren<QToolButton *>();
    EXPECT_TRUE(std::ranges::any_of(buttons, [](auto *each) { return each->text() == QStringLiteral("Why?"); }));
}

TEST_F(FrozenDockTest, FailuresAreAStateAndGoAway)
{
    freeze(4);
    auto failing = item(4, 12);
    failing.failure = Error{.kind = ErrorKind::Exited, .operation = "write memory", .meaning = "it has exited"};
    played.end->raise(FrozenChanged{failing});
    ASSERT_TRUE(waitUntil([&] { return cell(0, FrozenModel::State).contains("it has exited"); }));
    EXPECT_EQ(cell(0, FrozenModel::Rewrites), "12");
    played.end->raise(FrozenChanged{item(4, 13)});
    EXPECT_TRUE(waitUntil([&] { return cell(0, FrozenModel::State) == "held"; }));
    played.end->raise(FrozenChanged{item(4), true});
    EXPECT_TRUE(waitUntil([&] { return dock.model().rowCount() == 0; })) << "its source was closed";
}

TEST_F(FrozenDockTest, OneSwitchStopsAll)
{
    freeze(4);
    dock.findChild<QCheckBox *>(QStringLiteral("holdAll"))->click();
    EXPECT_FALSE(played.end->answer<SetFreezing>(Done{}).on);
    played.end->answer<ListFrozen>(FrozenList{.on = false, .items = {item(4)}});
    EXPECT_TRUE(waitUntil([&] { return cell(0, FrozenModel::State).contains("switched off"); }));
    EXPECT_EQ(dock.model().rowCount(), 1) << "the list stays";
}

TEST_F(FrozenDockTest, AnotherValueReplacesTheOldOne)
{
    freeze(4);
    auto *model = const_cast<FrozenModel *>(&dock.model());
    model->setData(model->index(0, FrozenModel::Value), "x");
    EXPECT_TRUE(error().text().contains("x"));
    EXPECT_EQ(played.end->waiting<Unfreeze>(), 0u);
    model->setData(model->index(0, FrozenModel::Value), "99");
    EXPECT_EQ(played.end->answer<Unfreeze>(Done{}).id, 4u) << "two at one address would fight";
    const auto again = played.end->answer<Freeze>(item(5));
    EXPECT_EQ(again.item.bytes[0], std::byte{99});
    EXPECT_TRUE(waitUntil([&] { return dock.model().find(5) == 0; }));
}

TEST_F(FrozenDockTest, IsRemoved)
{
    freeze(4);
    freeze(5);
    dock.findChild<QTreeView *>()->setCurrentIndex(dock.model().index(0, 0));
    dock.removeChosen();
    EXPECT_EQ(played.end->answer<Unfreeze>(Done{}).id, 4u);
    ASSERT_TRUE(waitUntil([&] { return dock.model().rowCount() == 1; }));
    EXPECT_EQ(dock.model().item(0).id, 5u);
}

} // namespace
} // namespace ipclens
