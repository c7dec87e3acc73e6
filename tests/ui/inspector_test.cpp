#include "ui/inspector.h"

#include "tests/ui/traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

namespace ipclens {
namespace {

class InspectorTest : public testing::Test {
protected:
    InspectorTest()
    {
        inspector.resize(400, 700);
        inspector.show();
    }
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

    void edit()
    {
        table().setFocus();
        for (auto *action : table().actions()) {
            if (action->shortcut() == QKeySequence(Qt::Key_F2))
                action->trigger();
        }
    }
    QLineEdit *editor() { return table().findChild<QLineEdit *>(); }
    QString detail() { return inspector.findChild<QLabel *>(QStringLiteral("inspectorDetail"))->text(); }

    Inspector inspector;
};

MemoryImage imageOf(std::initializer_list<int> values)
{
    MemoryImage image{.address = 0x1000};
    for (const int value : values)
        image.bytes.push_back(static_cast<std::byte>(value));
    return image;
}

MemoryImage image()
{
    return imageOf({0x2a, 0, 0, 0x80, 0x41, 0x42, 0, 0x43, 1, 2, 3});
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

TEST_F(InspectorTest, TypesOverAValueAsCompareAndWrite)
{
    QSignalSpy edits(&inspector, &Inspector::editRequested);
    inspector.showBytes(0x1000, image());
    table().setCurrentCell(rowOf("u16"), 2);
    edit();
    EXPECT_EQ(editor(), nullptr) << "read-only";
    EXPECT_TRUE(detail().contains("Read-only")) << detail().toStdString();
    inspector.setWritable(true);
    edit();
    ASSERT_NE(editor(), nullptr);
    EXPECT_EQ(editor()->text(), "10752");
    editor()->selectAll();
    QTest::keyClicks(editor(), "65536");
    EXPECT_TRUE(detail().contains("65535") || !detail().isEmpty()) << "says why";
    QTest::keyClick(editor(), Qt::Key_Return);
    ASSERT_NE(editor(), nullptr) << "a wrong value stays to be mended";
    EXPECT_EQ(edits.count(), 0);
    inspector.showBytes(0x1000, imageOf({0x99, 1, 0, 0x80, 0x41, 0x42, 0, 0x43, 1, 2, 3})); // the target goes on
    EXPECT_EQ(editor()->text(), "65536") << "and does not disturb what is typed";
    editor()->selectAll();
    QTest::keyClicks(editor(), "0x102");
    QTest::keyClick(editor(), Qt::Key_Return);
    ASSERT_TRUE(waitUntil([&] { return edits.count() == 1; }));
    EXPECT_EQ(edits[0][0].toULongLong(), 0x1000u);
    EXPECT_EQ(edits[0][1].value<Bytes>(), toBytes(std::string_view("\x2a\0", 2))) << "as it was when typing began";
    EXPECT_EQ(edits[0][2].value<Bytes>(), toBytes(std::string_view("\1\2", 2))) << "big-endian";
}

TEST_F(InspectorTest, TextReplacesAsManyBytesAsWereTyped)
{
    QSignalSpy edits(&inspector, &Inspector::editRequested);
    inspector.show();
    inspector.setWritable(true);
    inspector.showBytes(0x1004, image());
    table().setCurrentCell(rowOf("UTF-8"), 1);
    edit();
    ASSERT_NE(editor(), nullptr);
    editor()->selectAll();
    QTest::keyClicks(editor(), "xyz");
    QTest::keyClick(editor(), Qt::Key_Return);
    ASSERT_TRUE(waitUntil([&] { return edits.count() == 1; }));
    EXPECT_EQ(edits[0][1].value<Bytes>(), toBytes(std::string_view("AB\0", 3)));
    EXPECT_EQ(edits[0][2].value<Bytes>(), toBytes("xyz"));
}

TEST_F(InspectorTest, ShowsAChosenValueInFull)
{
    inspector.showBytes(0x1000, image());
    EXPECT_EQ(cell("u16", 2), "10752");
    inspector.resize(150, 700); // too narrow for two values side by side, and for any long one
    EXPECT_EQ(cell("u16 LE", 1), "42") << "one below the other";
    EXPECT_EQ(cell("u16 BE", 1), "10752");
    EXPECT_TRUE(table().isColumnHidden(2));
    table().setCurrentCell(rowOf("u64 LE"), 1);
    EXPECT_TRUE(detail().contains("4827931649628962858")) << detail().toStdString();
    EXPECT_TRUE(detail().contains("0x430042418000002a")) << detail().toStdString();
}

TEST_F(InspectorTest, FollowsPointersAndSaysWhereTheyLead)
{
    test::PlayedClient played;
    const SourceInfo source{.source = 5, .spec = {.kind = SourceKind::Process}, .extent = {0, ~0ull - 1}};
    inspector.show();
    inspector.setSource(&played.client, source);
    inspector.showBytes(0x1000, image());
    const auto asked = played.end->answer<LocateAddresses>(
        AddressPlaces{{{.address = 0x1000, .text = "demo.exe+0x1000", .isReadable = true},
                       {.address = 0x430042418000002a, .text = "private 0x430042410000+0x8000002a"}}});
    EXPECT_EQ(asked.source, 5u);
    EXPECT_TRUE(std::ranges::count(asked.addresses, 0x430042418000002au) == 1);
    const auto pointer = rowOf("pointer LE");
    ASSERT_TRUE(waitUntil([&] { return table().item(pointer, 1)->text().contains("private 0x430042410000"); }))
        << table().item(pointer, 1)->text().toStdString();
    QStringList labels;
    for (auto *label : inspector.findChildren<QLabel *>())
        labels << label->text();
    EXPECT_TRUE(labels.join(' ').contains("demo.exe+0x1000")) << "where the cursor is";
    QSignalSpy follows(&inspector, &Inspector::followRequested);
    table().setCurrentCell(pointer, 1);
    EXPECT_TRUE(detail().contains("Enter goes there"));
    table().setFocus();
    QTest::keyClick(&table(), Qt::Key_Return);
    ASSERT_EQ(follows.count(), 1);
    EXPECT_EQ(follows[0][0].toULongLong(), 0x430042418000002au);
    inspector.setSource(nullptr, {});
}

TEST_F(InspectorTest, KnowsWhoseWindowANumberIs)
{
    test::PlayedClient played;
    inspector.show();
    inspector.setSource(&played.client, {.source = 5, .extent = {0, 0x10000}});
    inspector.showBytes(0x1000, imageOf({0x46, 0, 1, 0, 0, 0, 0, 0}));
    played.end->answer<ListWindows>(WindowList{{{.handle = 0x10046,
                                                 .className = "IpclensInbox",
                                                 .title = "Receive",
                                                 .process = {77, 1},
                                                 .processName = "demo.exe"}}});
    const auto has = [&] {
        for (int row = 0; row < table().rowCount(); ++row) {
            if (table().item(row, 0)->text() == "HWND")
                return table().item(row, 1)->text().contains("IpclensInbox \"Receive\" of demo.exe (77)");
        }
        return false;
    };
    EXPECT_TRUE(waitUntil(has));
    inspector.showBytes(0x1000, imageOf({0x47, 0, 1, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(has());
    inspector.setSource(nullptr, {});
}

TEST_F(InspectorTest, KnowsWhatAHandleOfTheProcessIs)
{
    test::PlayedClient played;
    inspector.show();
    const auto handleRow = [&] {
        for (int row = 0; row < table().rowCount(); ++row) {
            if (table().item(row, 0)->text() == "HANDLE")
                return table().item(row, 1)->text();
        }
        return QString();
    };
    inspector.setSource(&played.client, {.source = 5,
                                         .spec = {.kind = SourceKind::Process, .process = {77, 1}},
                                         .extent = {0, 0x10000}});
    inspector.showBytes(0x1000, imageOf({0x44, 0, 0, 0, 0, 0, 0, 0}));
    const ObjectHandle section{.process = {77, 1},
                               .handle = 0x44,
                               .type = "Section",
                               .path = "\\BaseNamedObjects\\MySharedMem",
                               .access = 4,
                               .rights = {"SECTION_MAP_READ"}};
    const ObjectHandle event{.process = {77, 1}, .handle = 0x48, .type = "Event"};
    const auto asked = played.end->answer<ListHandles>(HandleList{{section, event}});
    EXPECT_EQ(asked.process.pid, 77u);
    const QString expected = "Section \\BaseNamedObjects\\MySharedMem (SECTION_MAP_READ)";
    EXPECT_TRUE(waitUntil([&] { return handleRow().contains(expected); })) << handleRow().toStdString();
    inspector.showBytes(0x1000, imageOf({0x48, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_TRUE(handleRow().contains("Event without a name")) << handleRow().toStdString();
    inspector.showBytes(0x1000, imageOf({0x4c, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(handleRow(), "");
    // A mapping is nobody's memory in particular: its numbers are handles of nobody.
    inspector.setSource(&played.client, {.source = 6, .spec = {.name = "MySharedMem"}, .extent = {0, 0x10000}});
    inspector.showBytes(0x1000, imageOf({0x44, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(handleRow(), "");
    inspector.setSource(nullptr, {});
}

TEST_F(InspectorTest, SumsWhatIsSelected)
{
    test::PlayedClient played;
    inspector.show();
    inspector.setSource(&played.client, {.source = 5, .extent = {0, 0x10000}});
    inspector.showBytes(0x1000, image());
    inspector.showSelection({{0x1000, 3}, {0x2000, 6}});
    const auto asked = played.end->answer<ReadMemory>(
        MemoryImages{{{.address = 0x1000, .bytes = toBytes("123")}, {.address = 0x2000, .bytes = toBytes("456789")}}});
    EXPECT_EQ(asked.ranges.size(), 2u);
    const auto sum = [&](const QString &name) {
        for (int row = 0; row < table().rowCount(); ++row) {
            if (table().item(row, 0)->text() == name)
                return table().item(row, 1)->text();
        }
        return QString();
    };
    ASSERT_TRUE(waitUntil([&] { return !sum("MD5").isEmpty(); }));
    EXPECT_EQ(sum("CRC-32"), "cbf43926");
    EXPECT_EQ(sum("MD5"), "25f9e794323b453885f5181f1b624d0b");
    EXPECT_TRUE(sum("SHA-256").startsWith("15e2b0d3c33891eb"));
    inspector.showSelection({{0x1000, 2}});
    played.end->answer<ReadMemory>(
        MemoryImages{{{.address = 0x1000, .bytes = toBytes("12"), .unreadable = {{0x1001, 1}}}}});
    EXPECT_TRUE(waitUntil([&] { return sum("selection").contains("cannot be read"); }))
        << "no sum of what is not there";
    EXPECT_TRUE(sum("MD5").isEmpty());
    inspector.showSelection({{0, 2 << 20}});
    EXPECT_TRUE(waitUntil([&] { return sum("selection").contains("press Enter"); }));
    EXPECT_EQ(played.end->waiting<ReadMemory>(), 0u);
    inspector.setSource(nullptr, {});
}

} // namespace
} // namespace ipclens
