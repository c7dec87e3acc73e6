#include "ui/write_dialog.h"

#include "tests/ui/traffic_fake_connection.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTemporaryFile>

namespace ipclens {
namespace {

using test::PlayedClient;

Region regionOf(AddressRange range, Protection protection)
{
    return {.range = range, .state = RegionState::Committed, .protection = protection, .type = RegionType::Private};
}

class WriteDialogTest : public testing::Test {
protected:
    WriteDialogTest()
    {
        link.loadRegions();
        played.end->answer<ListRegions>(RegionList{{regionOf({0, 0x1000}, {.read = true, .write = true}),
                                                    regionOf({0x1000, 0x1000}, {.read = true, .copyOnWrite = true}),
                                                    regionOf({0x2000, 0x1000}, {.read = true})}});
        EXPECT_TRUE(waitUntil([this] { return link.areRegionsKnown(); }));
    }
    void make(WriteDialog::Kind kind, std::vector<AddressRange> ranges)
    {
        dialog = std::make_unique<WriteDialog>(kind, link, std::move(ranges));
    }
    template <class T>
    T *part(const char *name)
    {
        return dialog->findChild<T *>(QLatin1String(name));
    }
    QString said() { return part<QLabel>("writeSaid")->text(); }
    bool isOk() { return dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok)->isEnabled(); }
    // The newest question about what is there.
    std::vector<AddressRange> answerRead(char fill = '.')
    {
        std::vector<AddressRange> asked;
        while (played.end->waiting<ReadMemory>() > 0) {
            ReplySink reply;
            asked = played.end->take<ReadMemory>(&reply).ranges;
            MemoryImages images;
            for (const auto &range : asked)
                images.images.push_back(
                    {.address = range.begin, .bytes = Bytes(range.size, static_cast<std::byte>(fill))});
            reply(Result<AnyReply>(AnyReply(std::move(images))));
        }
        EXPECT_TRUE(waitUntil([this] { return isOk(); }));
        return asked;
    }

    PlayedClient played;
    SourceLink link{played.client,
                    {.source = 5,
                     .spec = {.kind = SourceKind::Section, .name = "X"},
                     .access = Access::ReadWrite,
                     .extent = {0, 0x3000}}};
    std::unique_ptr<WriteDialog> dialog;
};

TEST_F(WriteDialogTest, AFillEndsWhereTheSelectionDoes)
{
    make(WriteDialog::Kind::Fill, {{0x10, 7}});
    part<QLineEdit>("fillValue")->setText("01 02 03");
    EXPECT_FALSE(isOk()) << "until it is known what is there";
    EXPECT_EQ(answerRead(), (std::vector<AddressRange>{{0x10, 7}}));
    EXPECT_TRUE(said().contains("7 bytes, from 0x10 to 0x16")) << said().toStdString();
    EXPECT_TRUE(said().contains("cut off")) << said().toStdString();
    const auto edits = dialog->edits();
    ASSERT_EQ(edits.size(), 1u);
    EXPECT_EQ(edits[0].bytes, toBytes(std::string_view("\1\2\3\1\2\3\1", 7)));
    EXPECT_EQ(edits[0].expected, Bytes(7, std::byte{'.'})) << "what was shown is what is replaced";
}

TEST_F(WriteDialogTest, ABlockIsFilledRowByRow)
{
    make(WriteDialog::Kind::Fill, {{0x10, 2}, {0x20, 2}});
    part<QLineEdit>("fillValue")->setText("aa bb cc");
    answerRead();
    const auto edits = dialog->edits();
    ASSERT_EQ(edits.size(), 2u);
    EXPECT_EQ(edits[1].at, 0x20u);
    EXPECT_EQ(edits[1].bytes, toBytes(std::string_view("\xaa\xbb", 2))) << "nothing between the columns is touched";
}

TEST_F(WriteDialogTest, WrongInputIsSaidAndCannotBeWritten)
{
    make(WriteDialog::Kind::Fill, {{0x10, 4}});
    part<QLineEdit>("fillValue")->setText("0g");
    EXPECT_FALSE(isOk());
    EXPECT_TRUE(said().contains("character 2")) << said().toStdString();
    part<QLineEdit>("fillValue")->setText("00");
    part<QLineEdit>("writeSize")->setText("0x4000");
    EXPECT_FALSE(isOk());
    EXPECT_TRUE(said().contains("0x2fff")) << said().toStdString();
    part<QLineEdit>("writeSize")->setText("none");
    EXPECT_FALSE(isOk());
    EXPECT_TRUE(dialog->edits().empty());
}

TEST_F(WriteDialogTest, SaysFirstWhatAPageDoes)
{
    make(WriteDialog::Kind::Fill, {{0x1000, 4}});
    answerRead();
    EXPECT_TRUE(said().contains("copy-on-write")) << said().toStdString();
    make(WriteDialog::Kind::Fill, {{0x2000, 4}});
    EXPECT_TRUE(said().contains("not writable")) << said().toStdString();
    EXPECT_FALSE(isOk());
}

TEST_F(WriteDialogTest, PastesWhatTheClipboardMostLikelyIs)
{
    make(WriteDialog::Kind::Paste, {{0x10, 1}});
    dialog->setPastedText("{0x01, 0x02, 255}");
    EXPECT_EQ(part<QComboBox>("pasteForm")->currentText(), "C array");
    answerRead();
    ASSERT_EQ(dialog->edits().size(), 1u);
    EXPECT_EQ(dialog->edits()[0].bytes, toBytes(std::string_view("\x01\x02\xff", 3)));
    dialog->setPastedText("4d 5a 9");
    part<QComboBox>("pasteForm")->setCurrentIndex(0);
    EXPECT_FALSE(isOk()) << said().toStdString();
    EXPECT_FALSE(part<QPlainTextEdit>("pasteText")->extraSelections().isEmpty()) << "marked where it is wrong";
}

TEST_F(WriteDialogTest, APasteKeepsToTheSelection)
{
    make(WriteDialog::Kind::Paste, {{0x10, 2}});
    dialog->show();
    dialog->setPastedText("01 02 03 04");
    answerRead();
    ASSERT_EQ(dialog->edits().size(), 1u);
    EXPECT_EQ(dialog->edits()[0].bytes.size(), 2u);
    EXPECT_TRUE(said().contains("2 bytes are left out")) << said().toStdString();
}

TEST_F(WriteDialogTest, LoadsAFile)
{
    QTemporaryFile file;
    ASSERT_TRUE(file.open());
    file.write("hello");
    file.flush();
    make(WriteDialog::Kind::File, {{0x10, 1}});
    EXPECT_FALSE(isOk());
    dialog->setFile(file.fileName());
    answerRead();
    EXPECT_EQ(dialog->edits()[0].bytes, toBytes("hello"));
    dialog->setFile(QStringLiteral("/no/such/file"));
    EXPECT_FALSE(isOk());
    EXPECT_TRUE(dialog->edits().empty());
}

TEST_F(WriteDialogTest, WhatCannotBeReadIsNotOverwritten)
{
    make(WriteDialog::Kind::Fill, {{0x10, 4}});
    MemoryImages images{{MemoryImage{.address = 0x10, .bytes = Bytes(4, std::byte{}), .unreadable = {{0x12, 2}}}}};
    played.end->answer<ReadMemory>(images);
    EXPECT_TRUE(waitUntil([this] { return said().contains("0x12 cannot be read"); })) << said().toStdString();
    EXPECT_FALSE(isOk());
}

} // namespace
} // namespace ipclens
