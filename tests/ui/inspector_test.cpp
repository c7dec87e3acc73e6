#include "ui/inspector.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QTableWidget>
#include <QTest>

namespace ipclens {
namespace {

class InspectorTest : public testing::Test {
protected:
    QTableWidget &table() { return *inspector.findChild<QTableWidget *>(); }
    int rowOf(const QString &type)
    {
        for (int row = 0; row < table().rowCount(); ++row) {
            if (table().item(row, 0)->text() == type)
                return row;
        }
        ADD_FAILURE() << "no row " << type.toStdString();
        return 0;
    }
    QString cell(const QString &type, int column) { return table().item(rowOf(type), column)->text(); }

    Inspector inspector;
};

MemoryImage image()
{
    MemoryImage image{.address = 0x1000};
    for (const int value : {0x2a, 0, 0, 0x80, 0x41, 0x42, 0, 0x43, 1, 2, 3})
        image.bytes.push_back(static_cast<std::byte>(value));
    return image;
}

TEST_F(InspectorTest, ShowsBothByteOrders)
{
    inspector.showBytes(0x1000, image());
    EXPECT_EQ(cell("u8", 1), "42");
    EXPECT_EQ(cell("u16", 1), "42");
    EXPECT_EQ(cell("u16", 2), "10752");
    EXPECT_EQ(cell("i32", 1), "-2147483606");
    EXPECT_EQ(cell("pointer LE", 1), "0x430042418000002a");
    EXPECT_EQ(cell("pointer BE", 1), "0x2a00008041420043");
    EXPECT_EQ(table().columnSpan(rowOf("pointer LE"), 1), 2) << "long values have the room of both columns";
    EXPECT_EQ(table().columnSpan(rowOf("u16"), 1), 1);
    inspector.showBytes(0x1004, image());
    EXPECT_EQ(cell("UTF-8", 1), "\"AB\"");
}

TEST_F(InspectorTest, SaysWhatCannotBeRead)
{
    MemoryImage holed = image();
    holed.unreadable = {{0x1002, 1}};
    inspector.showBytes(0x1000, holed);
    EXPECT_EQ(cell("u16", 1), "42");
    EXPECT_EQ(cell("u32", 1), "unreadable");
    EXPECT_EQ(cell("u32", 2), "unreadable");
    inspector.showBytes(0x100a, holed);
    EXPECT_EQ(cell("u8", 1), "3");
    EXPECT_EQ(cell("u16", 1), "-");
    inspector.clear();
    EXPECT_EQ(table().rowCount(), 0);
    inspector.showBytes(0x1000, image());
    EXPECT_EQ(table().columnSpan(rowOf("u64 BE"), 1), 2);
}

TEST_F(InspectorTest, CopiesValues)
{
    inspector.showBytes(0x1000, image());
    inspector.show();
    table().setFocus();
    table().setCurrentCell(rowOf("u16"), 1);
    table().actions().first()->trigger();
    EXPECT_EQ(QApplication::clipboard()->text(), "42");
    table().item(rowOf("u16"), 2)->setSelected(true);
    table().actions().first()->trigger();
    EXPECT_EQ(QApplication::clipboard()->text(), "42\t10752");
}

} // namespace
} // namespace ipclens
