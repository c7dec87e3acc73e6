#include "ui/layout_dialog.h"
#include "ui/message_model.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTextEdit>

namespace ipclens {
namespace {

class LayoutDialogTest : public testing::Test {
protected:
    void SetUp() override { QSettings().remove(QStringLiteral("layouts")); }

    void type(const QString &text) { this->text()->setPlainText(text); }
    QPlainTextEdit *text() { return dialog.findChild<QPlainTextEdit *>(); }
    bool isGood() { return dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok)->isEnabled(); }
    QString note()
    {
        for (const auto *label : dialog.findChildren<QLabel *>())
            if (label->text().contains(": ") && !label->text().startsWith("The C struct"))
                return label->text();
        return {};
    }

    LayoutDialog dialog{UserLayout{"struct A { void *p; };", PointerSize::Bits64}, "demo.exe with id 7", nullptr};
};

TEST_F(LayoutDialogTest, SizesAreThoseOfTheSender)
{
    EXPECT_EQ(note(), "A: 8 bytes");
    auto *bits = dialog.findChild<QComboBox *>();
    bits->setCurrentIndex(1);
    EXPECT_EQ(note(), "A: 4 bytes");
    EXPECT_EQ(dialog.layout().pointers, PointerSize::Bits32);
    const LayoutDialog again(dialog.layout(), "x", nullptr);
    EXPECT_EQ(again.layout().pointers, PointerSize::Bits32);
}

TEST_F(LayoutDialogTest, MistakesAreMarkedWhereTheyAre)
{
    type(QStringLiteral("struct A {\n  /* \u00FC */ NONE x;\n};"));
    EXPECT_FALSE(isGood());
    EXPECT_TRUE(note().startsWith("line 2, column 11: ")) << note().toStdString();
    const auto marks = text()->extraSelections();
    ASSERT_EQ(marks.size(), 1);
    EXPECT_EQ(marks.first().cursor.selectedText(), "NONE");
    type("struct A { DWORD x; };");
    EXPECT_TRUE(isGood());
    EXPECT_TRUE(text()->extraSelections().isEmpty());
    type("  ");
    EXPECT_TRUE(isGood()) << "takes the struct away";
}

TEST_F(LayoutDialogTest, LayoutsAreKeptForSenderAndId)
{
    Message message{.senderName = "Demo.exe", .id = 7};
    const auto key = UserLayout::keyOf(message, LayoutOf::Payload);
    UserLayout{"struct A { int x; };", PointerSize::Bits32}.save(key);
    message.senderName = "DEMO.EXE";
    EXPECT_EQ(UserLayout::load(UserLayout::keyOf(message, LayoutOf::Payload)).pointers, PointerSize::Bits32);
    EXPECT_TRUE(UserLayout::load(UserLayout::keyOf(message, LayoutOf::Section)).text.isEmpty());
    message.id = 8;
    EXPECT_TRUE(UserLayout::load(UserLayout::keyOf(message, LayoutOf::Payload)).text.isEmpty());
    message.kind = MessageKind::Registered;
    message.name = "a/b|c";
    EXPECT_FALSE(UserLayout::keyOf(message, LayoutOf::Pointer).contains('/'));
    UserLayout{" ", PointerSize::Bits32}.save(key);
    EXPECT_TRUE(UserLayout::load(key).text.isEmpty());
}

TEST_F(LayoutDialogTest, ListsAskForParsedLayouts)
{
    const Message message{.senderName = "demo.exe", .id = 7};
    const auto key = UserLayout::keyOf(message, LayoutOf::Payload);
    UserLayouts layouts;
    EXPECT_EQ(layouts.of(message), nullptr);
    UserLayout{"struct A { int x; };", PointerSize::Bits64}.save(key);
    EXPECT_EQ(layouts.of(message), nullptr) << "until it is told";
    layouts.forget();
    ASSERT_NE(layouts.of(message), nullptr);
    EXPECT_EQ(layouts.of(message)->size, 4u);
    EXPECT_EQ(layouts.of(message), layouts.of(message));
    UserLayout{"struct A { NONE x; };", PointerSize::Bits64}.save(key);
    layouts.forget();
    EXPECT_EQ(layouts.of(message), nullptr);
}

TEST_F(LayoutDialogTest, RowsAreReadByThem)
{
    const Message message{
        .sequence = 1, .senderName = "demo.exe", .id = 7, .size = 4, .payload = Bytes(4, std::byte{1})};
    MessageModel model;
    model.append(std::vector{message});
    const auto summary = [&] { return model.index(0, MessageModel::Summary).data().toString(); };
    const auto before = summary();
    UserLayout{"struct A { short x, y; };", PointerSize::Bits64}.save(UserLayout::keyOf(message, LayoutOf::Payload));
    QSignalSpy changed(&model, &MessageModel::dataChanged);
    model.layoutsChanged();
    EXPECT_EQ(changed.count(), 1);
    EXPECT_NE(summary(), before);
    EXPECT_TRUE(summary().contains(QStringLiteral("x 257"))) << summary().toStdString();
}

} // namespace
} // namespace ipclens
