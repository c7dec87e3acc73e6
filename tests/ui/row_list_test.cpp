#include "ui/row_list.h"

#include "tests/ui/wait_until.h"
#include "ui/row_table.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeView>

#include <random>

namespace ipclens {
namespace {

struct Item {
    int id = 0;
    int value = 0;
    std::string name;
    bool operator==(const Item &) const = default;
};

class ItemTexts : public RowTexts<Item> {
public:
    std::vector<ColumnInfo> columns() const override
    {
        return {{QStringLiteral("Name")}, {QStringLiteral("Value"), {}, true}};
    }
    std::string key(const Item &row) const override { return std::to_string(row.id); }
    QString text(const Item &row, int column) const override
    {
        return column == 0 ? QString::fromStdString(row.name) : QString::number(row.value);
    }
    QVariant sortKey(const Item &row, int column) const override
    {
        return column == 0 ? QVariant(text(row, 0)) : QVariant(row.value);
    }
};

struct RowListTest : testing::Test {
    RowList<Item> list{std::make_shared<const ItemTexts>()};
    QAbstractItemModelTester tester{&list, QAbstractItemModelTester::FailureReportingMode::Fatal};

    void settle()
    {
        ASSERT_TRUE(waitUntil([this] { return !list.isArranging(); }));
    }
    void show(std::vector<Item> items)
    {
        list.merge(std::move(items));
        settle();
    }
    QStringList names()
    {
        QStringList all;
        for (int row = 0; row < list.rowCount(); ++row)
            all << list.index(row, 0).data().toString();
        return all;
    }
};

TEST_F(RowListTest, NothingIsShownBeforeTheOtherThreadIsDone)
{
    list.merge({{1, 1, "a"}});
    EXPECT_EQ(list.rowCount(), 0);
    settle();
    EXPECT_EQ(names(), QStringList{"a"});
}

TEST_F(RowListTest, ARefreshInsertsRemovesAndChangesWithoutAReset)
{
    show({{1, 1, "a"}, {2, 2, "b"}, {3, 3, "c"}});
    QSignalSpy resets(&list, &QAbstractItemModel::modelReset);
    QSignalSpy removals(&list, &QAbstractItemModel::rowsRemoved);
    QSignalSpy insertions(&list, &QAbstractItemModel::rowsInserted);
    QSignalSpy changes(&list, &QAbstractItemModel::dataChanged);
    show({{4, 4, "d"}, {3, 30, "c"}, {1, 1, "a"}});
    EXPECT_EQ(names(), (QStringList{"d", "c", "a"}));
    EXPECT_EQ(resets.count(), 0);
    EXPECT_EQ(removals.count(), 1);
    EXPECT_EQ(insertions.count(), 1);
    EXPECT_EQ(changes.count(), 1);
    EXPECT_EQ(list.index(1, 1).data().toString(), "30");
}

TEST_F(RowListTest, AnUnchangedRefreshSaysNothingToViews)
{
    list.sort(0, Qt::AscendingOrder);
    show({{1, 1, "a"}, {2, 2, "b"}});
    QSignalSpy changes(&list, &QAbstractItemModel::dataChanged);
    QSignalSpy moves(&list, &QAbstractItemModel::layoutChanged);
    QSignalSpy insertions(&list, &QAbstractItemModel::rowsInserted);
    show({{2, 2, "b"}, {1, 1, "a"}});
    EXPECT_EQ(changes.count() + moves.count() + insertions.count(), 0);
}

TEST_F(RowListTest, NumbersSortAsNumbersAndTextsInAnyCase)
{
    show({{1, 100, "b"}, {2, 20, "A"}, {3, 3, "c"}});
    list.sort(1, Qt::AscendingOrder);
    settle();
    EXPECT_EQ(names(), (QStringList{"c", "A", "b"}));
    list.sort(0, Qt::DescendingOrder);
    settle();
    EXPECT_EQ(names(), (QStringList{"c", "b", "A"}));
    list.sort(-1, Qt::AscendingOrder);
    settle();
    EXPECT_EQ(names(), (QStringList{"b", "A", "c"})) << "as given";
}

TEST_F(RowListTest, TheFilterWantsEveryWordSomewhere)
{
    show({{1, 100, "demo one"}, {2, 200, "demo two"}, {3, 300, "other"}});
    list.setWords(QStringLiteral("DEMO 200"));
    settle();
    EXPECT_EQ(names(), QStringList{"demo two"});
    EXPECT_EQ(list.total(), 3);
    list.setWords({});
    settle();
    EXPECT_EQ(list.rowCount(), 3);
}

TEST_F(RowListTest, OneThingMayBeListedTwice)
{
    show({{1, 1, "a"}, {1, 1, "a"}});
    EXPECT_EQ(list.rowCount(), 2);
    show({{1, 1, "a"}});
    EXPECT_EQ(list.rowCount(), 1);
}

TEST_F(RowListTest, TheLastOfSeveralQuickRefreshesWins)
{
    for (int i = 0; i < 20; ++i)
        list.merge({{i, i, std::to_string(i)}});
    settle();
    EXPECT_EQ(names(), QStringList{"19"});
}

TEST_F(RowListTest, AModelMayGoWhileTheOtherThreadWorks)
{
    for (int i = 0; i < 50; ++i) {
        RowList<Item> brief(std::make_shared<const ItemTexts>());
        brief.merge({{1, 1, "a"}, {2, 2, "b"}});
    }
    show({{1, 1, "a"}});
    EXPECT_EQ(list.rowCount(), 1);
}

// Whatever comes, goes, is sorted and filtered: what is shown is what a plain list would be, and what was held by an
// index still is.
TEST_F(RowListTest, AgreesWithAPlainListThroughAnythingThatHappens)
{
    std::mt19937 random(20240917);
    std::vector<Item> items;
    int next = 0;
    int column = -1;
    auto order = Qt::AscendingOrder;
    QString words;
    for (int round = 0; round < 300; ++round) {
        const auto held = list.rowCount() == 0
                              ? QPersistentModelIndex()
                              : QPersistentModelIndex(
                                    list.index(static_cast<int>(random() % static_cast<unsigned>(list.rowCount())), 0));
        const int heldId = held.isValid() ? list.row(held.row()).id : -1;
        switch (random() % 4) {
        case 0:
            column = static_cast<int>(random() % 3) - 1;
            order = random() % 2 == 0 ? Qt::AscendingOrder : Qt::DescendingOrder;
            list.sort(column, order);
            break;
        case 1:
            words = random() % 2 == 0 ? QString() : QString::number(random() % 10);
            list.setWords(words);
            break;
        default:
            std::erase_if(items, [&](const Item &) { return random() % 4 == 0; });
            for (auto &item : items) {
                if (random() % 4 == 0)
                    item.value = static_cast<int>(random() % 100);
            }
            for (unsigned i = random() % 6; i > 0; --i, ++next)
                items.push_back({next, static_cast<int>(random() % 100), "n" + std::to_string(random() % 50)});
            std::ranges::shuffle(items, random);
            list.merge(items);
        }
        settle();
        auto expected = items;
        std::erase_if(expected, [&](const Item &item) {
            return !words.isEmpty() && !QString::fromStdString(item.name).contains(words) &&
                   !QString::number(item.value).contains(words);
        });
        const auto less = [&](const Item &one, const Item &other) {
            return column == 1 ? one.value < other.value
                               : QString::fromStdString(one.name).compare(QString::fromStdString(other.name),
                                                                          Qt::CaseInsensitive) < 0;
        };
        if (column >= 0 && order == Qt::AscendingOrder)
            std::ranges::stable_sort(expected, less);
        else if (column >= 0)
            std::ranges::stable_sort(expected, [&](const Item &one, const Item &other) { return less(other, one); });
        ASSERT_EQ(list.rowCount(), static_cast<int>(expected.size())) << "round " << round;
        for (std::size_t i = 0; i < expected.size(); ++i)
            ASSERT_EQ(list.row(static_cast<int>(i)), expected[i]) << "round " << round << " row " << i;
        if (held.isValid()) {
            EXPECT_EQ(list.row(held.row()).id, heldId) << "round " << round;
        } else if (heldId >= 0) {
            EXPECT_TRUE(std::ranges::none_of(expected, [&](const Item &item) { return item.id == heldId; }))
                << "round " << round;
        }
    }
}

struct RowTableTest : testing::Test {
    RowList<Item> *list = new RowList<Item>(std::make_shared<const ItemTexts>());
    RowTable table{list, QStringLiteral("Things"), QStringLiteral("things")};

    RowTableTest() { table.resize(400, 200); }
    void show(std::vector<Item> items)
    {
        list->merge(std::move(items));
        ASSERT_TRUE(waitUntil([this] { return !list->isArranging(); }));
    }
    QString title() { return table.findChild<QLabel *>()->text(); }
    QString whyEmpty()
    {
        for (auto *label : table.view()->viewport()->findChildren<QLabel *>()) {
            if (!label->isHidden())
                return label->text();
        }
        return {};
    }
};

TEST_F(RowTableTest, SaysHowManyThereAreAndWhyThereAreNone)
{
    table.setWhyEmpty(QStringLiteral("Nobody has any."));
    table.show();
    EXPECT_EQ(whyEmpty(), "Nobody has any.");
    EXPECT_EQ(title(), "Things");
    show({{1, 1, "a"}, {2, 2, "b"}});
    EXPECT_EQ(title(), "Things (2)");
    EXPECT_EQ(whyEmpty(), "");
    table.findChild<QLineEdit *>()->setText(QStringLiteral("zzz"));
    ASSERT_TRUE(waitUntil([this] { return list->rowCount() == 0; }));
    ASSERT_TRUE(waitUntil([this] { return !list->isArranging(); }));
    EXPECT_EQ(title(), "Things (0 of 2)");
    EXPECT_TRUE(whyEmpty().contains(QStringLiteral("filter")));
}

TEST_F(RowTableTest, SelectionAndScrollPositionSurviveARefresh)
{
    std::vector<Item> items;
    for (int i = 0; i < 200; ++i)
        items.push_back({i, i, "name" + std::to_string(1000 + i)});
    table.show();
    show(items);
    table.select(120);
    table.view()->scrollTo(table.view()->model()->index(120, 0), QAbstractItemView::PositionAtTop);
    waitUntil([this] { return table.view()->indexAt(QPoint(1, 1)).row() == 120; });
    const auto top = table.view()->indexAt(QPoint(1, 1)).data().toString();
    std::vector<Item> more{{500, 1, "aaa"}, {501, 1, "aab"}};
    more.insert(more.end(), items.begin() + 5, items.end());
    show(more);
    EXPECT_EQ(list->row(table.currentRow()).id, 120);
    EXPECT_TRUE(waitUntil([&] { return table.view()->indexAt(QPoint(1, 1)).data().toString() == top; }))
        << table.view()->indexAt(QPoint(1, 1)).data().toString().toStdString();
}

} // namespace
} // namespace ipclens
