#include "ui/payload_view.h"

#include "core/traffic/filter_expression.h"
#include "core/traffic/json_fields.h"
#include "ui/decoded_tree.h"
#include "ui/hex_view.h"
#include "ui/layout_dialog.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>

namespace ipclens {
namespace {

using test::sampleMessage;
using namespace std::string_view_literals;

class PayloadViewTest : public testing::Test {
protected:
    void SetUp() override
    {
        QSettings().remove(QStringLiteral("layouts"));
        view.resize(900, 300);
        view.show();
    }
    void show(std::string_view payload) { view.showMessage(sampleMessage(1, 1000, payload)); }

    QTabWidget *pages() { return view.findChild<QTabWidget *>(); }
    int page(const QString &title)
    {
        for (int i = 0; i < pages()->count(); ++i)
            if (pages()->tabText(i) == title)
                return i;
        return -1;
    }
    bool has(const QString &title) { return pages()->isTabVisible(page(title)); }
    void choose(const QString &title)
    {
        pages()->setCurrentIndex(page(title));
        QCoreApplication::processEvents(); // widgets that a page has made come to be seen
    }
    QComboBox *box(const QString &name)
    {
        for (auto *box : view.findChildren<QComboBox *>())
            if (box->accessibleName() == name)
                return box;
        return nullptr;
    }
    QString chosen() { return pages()->tabText(pages()->currentIndex()); }
    DecodedTree *tree(const QString &name)
    {
        for (auto *tree : view.findChildren<DecodedTree *>())
            if (tree->accessibleName() == name)
                return tree;
        return nullptr;
    }
    int rows(DecodedTree *tree) { return tree->model()->rowCount(); }
    static QString value(DecodedTree *tree, int row)
    {
        return tree->model()->index(row, DecodedModel::Value).data().toString();
    }
    bool says(const QString &text)
    {
        for (const auto *label : view.findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    }
    // What the first entry of the submenu for filters gives.
    QString filterOf(QMenu &menu)
    {
        QSignalSpy asked(&view, &PayloadView::filterRequested);
        for (auto *part : menu.findChildren<QMenu *>()) {
            if (part->title().startsWith("&Filter by"))
                part->actions().first()->trigger();
        }
        return asked.isEmpty() ? QString() : asked.first()[1].toString();
    }
    QString plotOf(DecodedTree *tree, const QModelIndex &index)
    {
        tree->setCurrentIndex(index);
        QMenu menu;
        emit tree->menuRequested(&menu, *tree->current());
        QSignalSpy asked(&view, &PayloadView::plotRequested);
        for (auto *action : menu.actions())
            if (action->text().startsWith("Plot"))
                action->trigger();
        return asked.isEmpty() ? QString() : asked.first()[0].toString();
    }
    QString filterOf(DecodedTree *tree, const QModelIndex &index)
    {
        tree->setCurrentIndex(index);
        QMenu menu;
        emit tree->menuRequested(&menu, *tree->current());
        return filterOf(menu);
    }

    PayloadView view;
};

TEST_F(PayloadViewTest, TheChosenPageComesBack)
{
    show(R"({"a":1})");
    choose("JSON");
    show("plain text");
    EXPECT_FALSE(has("JSON"));
    EXPECT_EQ(chosen(), "Text");
    show(R"({"a":2})");
    EXPECT_EQ(chosen(), "JSON");
    EXPECT_EQ(value(tree("Payload as JSON"), 0), "2");
    view.clear();
    show(R"({"a":3})");
    EXPECT_EQ(chosen(), "JSON");
}

TEST_F(PayloadViewTest, PagesReadAMessageWhenTheyAreSeen)
{
    show(R"({"a":1,"b":[1,2]})");
    EXPECT_EQ(chosen(), "Text");
    EXPECT_EQ(rows(tree("Payload as JSON")), 0) << "nobody looks at it";
    EXPECT_EQ(rows(tree("Numbers at the cursor")), 0);
    choose("JSON");
    EXPECT_EQ(rows(tree("Payload as JSON")), 2);
    choose("Numbers");
    EXPECT_GT(rows(tree("Numbers at the cursor")), 10);
}

TEST_F(PayloadViewTest, TheSameMessageAgainIsLeftAsItIs)
{
    auto message = sampleMessage(1, 1000, R"({"a":1})");
    message.references = {{.section = "Local\\Shared", .bytes = toBytes("bytes")}};
    view.showMessage(message);
    choose("JSON");
    QSignalSpy resets(tree("Payload as JSON")->model(), &QAbstractItemModel::modelReset);
    view.showMessage(message);
    EXPECT_TRUE(resets.isEmpty());
    auto other = message;
    other.payload = toBytes(R"({"a":2})");
    view.showMessage(other);
    EXPECT_EQ(resets.size(), 1);
}

TEST_F(PayloadViewTest, TheHeadlineTellsAnAnswerThatComesLater)
{
    auto message = sampleMessage(1, 1000);
    view.showMessage(message);
    EXPECT_FALSE(says("given"));
    message.outcome = MessageOutcome{.sequence = 1, .result = 42, .duration = 2'000'000};
    view.showMessage(message);
    EXPECT_TRUE(says("given 42"));
    message.outcome->failure = Error{.operation = "relay", .meaning = "no answer"};
    view.showMessage(message);
    EXPECT_TRUE(says("no answer"));
    const Annotation said{.comment = "strange"};
    view.showMessage(MessageView(message, &said));
    EXPECT_TRUE(says("strange"));
}

TEST_F(PayloadViewTest, LargeJsonIsReadInPart)
{
    std::string json = "[\"" + std::string(1'500'000, 'x') + "\"";
    for (int i = 0; i < 100; ++i)
        json += "," + std::to_string(i);
    show(json + "]");
    ASSERT_TRUE(has("JSON"));
    choose("JSON");
    EXPECT_TRUE(says("The first 1,048,576 of 1,500,")) << "and says so";
    auto *tree = this->tree("Payload as JSON");
    EXPECT_EQ(rows(tree), 0);
    QPushButton *all = nullptr;
    for (auto *button : view.findChildren<QPushButton *>())
        if (button->text() == "Read &all")
            all = button;
    ASSERT_NE(all, nullptr);
    ASSERT_TRUE(all->isVisible());
    all->click();
    EXPECT_EQ(rows(tree), 101);
    EXPECT_FALSE(all->isVisible());
    EXPECT_LE(value(tree, 0).size(), 501);
}

TEST_F(PayloadViewTest, DamagedJsonIsShownUpToTheDamage)
{
    std::string json = "{\"a\": 1, \"text\": \"" + std::string(5000, 'x') + "\",\n \"b\" 2}";
    show(json);
    ASSERT_TRUE(has("JSON")) << "its beginning is";
    choose("JSON");
    EXPECT_EQ(rows(tree("Payload as JSON")), 2);
    EXPECT_TRUE(says("line 2, column 6"));
}

TEST_F(PayloadViewTest, ReadsTextAsIsChosen)
{
    show("Gr\xFC\xDF"
         "e");
    auto *form = box("How to read the payload as text");
    ASSERT_NE(form, nullptr);
    EXPECT_EQ(form->count(), 4);
    EXPECT_TRUE(form->itemText(1).startsWith("ANSI")) << "the best comes first";
    auto *text = view.findChild<QPlainTextEdit *>();
    form->setCurrentIndex(1);
    emit form->activated(1);
    EXPECT_EQ(text->toPlainText(), QStringLiteral("Gr\u00FC\u00DFe"));
    EXPECT_TRUE(says("code page 1252"));
    show("\x80 5");
    EXPECT_TRUE(form->currentText().startsWith("ANSI")) << "the choice stays";
    EXPECT_EQ(text->toPlainText(), QStringLiteral("\u20AC 5"));
    for (int i = 0; i < form->count(); ++i) {
        if (form->itemText(i).startsWith("UTF-16")) {
            form->setCurrentIndex(i);
            emit form->activated(i);
        }
    }
    show("w\0i\0d\0e\0"sv);
    EXPECT_EQ(text->toPlainText(), "wide");
    show("");
    EXPECT_FALSE(form->isEnabled());
    EXPECT_TRUE(says("no data"));
}

TEST_F(PayloadViewTest, NumbersAreThoseAtTheCursor)
{
    show("\1\2\3\4"sv);
    choose("Numbers");
    auto *numbers = tree("Numbers at the cursor");
    const auto first = [&] { return numbers->model()->index(0, DecodedModel::Type).data().toString(); };
    EXPECT_EQ(first(), "1");
    auto *hex = view.findChild<HexView *>();
    hex->goTo(2);
    EXPECT_EQ(first(), "3");
    show("");
    EXPECT_FALSE(has("Numbers"));
}

TEST_F(PayloadViewTest, LayoutsBelongToSenderAndId)
{
    auto message = sampleMessage(1, 1000, "\7\0\0\0\0\0\x80?"sv);
    view.showMessage(message);
    choose("Layout");
    view.setUserLayout({"struct P { DWORD id; float x; };", PointerSize::Bits64});
    auto *layout = tree("Payload as a struct");
    ASSERT_EQ(rows(layout), 2);
    EXPECT_EQ(value(layout, 0), "7 (0x7)");
    EXPECT_EQ(value(layout, 1), "1");
    layout->setCurrentIndex(layout->model()->index(1, 0));
    EXPECT_EQ(view.findChild<HexView *>()->selection(), (AddressRange{4, 4}));
    auto other = message;
    other.senderName = "else.exe";
    view.showMessage(other);
    EXPECT_EQ(rows(layout), 0);
    EXPECT_TRUE(says("No struct is known"));
    view.showMessage(message);
    view.setUserLayout({"struct P { DWORD id; void *p; };", PointerSize::Bits64});
    EXPECT_TRUE(says("P, 16 bytes, and there are 8"));
    view.setUserLayout({"struct P { DWORD id; void *p; };", PointerSize::Bits32});
    EXPECT_TRUE(says("P, 8 bytes"));
    EXPECT_EQ(value(layout, 1), "0x3f800000");
    view.setUserLayout({"struct P { NONE id; };", PointerSize::Bits32});
    EXPECT_TRUE(says("no type \"NONE\""));
    EXPECT_EQ(rows(layout), 0);
}

TEST_F(PayloadViewTest, NumbersOfLayoutsArePlotted)
{
    view.showMessage(sampleMessage(1, 1000, "\7\0\0\0\0\0\x80?\xff\xff\1abc"sv));
    choose("Layout");
    view.setUserLayout({"struct P { DWORD id; float x; short s; BYTE b : 1; char t[3]; };", PointerSize::Bits64});
    auto *layout = tree("Payload as a struct");
    const auto plot = [&](int row) { return plotOf(layout, layout->model()->index(row, 0)); };
    EXPECT_EQ(plot(0), "u32(payload, 0)");
    EXPECT_EQ(plot(1), "f32(payload, 4)");
    EXPECT_EQ(plot(2), "i16(payload, 8)");
    EXPECT_EQ(plot(3), "") << "a bit of a byte";
    EXPECT_EQ(plot(4), "") << "a text";
}

TEST_F(PayloadViewTest, LayoutsOfWhatAMessagePointsTo)
{
    Message message{
        .sequence = 1, .kind = MessageKind::Registered, .senderName = "demo.exe", .name = "Handle", .wParam = 4};
    view.showMessage(message);
    EXPECT_FALSE(has("Layout"));
    message.references = {
        {.kind = ReferenceKind::Pointer, .process = {.pid = 4}, .address = 0x1000, .bytes = toBytes("\7\0\0\0abcd"sv)}};
    view.showMessage(message);
    ASSERT_TRUE(has("Layout"));
    choose("Layout");
    QSignalSpy changed(&view, &PayloadView::layoutChanged);
    view.setUserLayout({"struct B { DWORD id; char text[4]; };", PointerSize::Bits64});
    EXPECT_EQ(changed.size(), 1);
    auto *layout = tree("Payload as a struct");
    EXPECT_EQ(value(layout, 1), "\"abcd\"");
    EXPECT_EQ(filterOf(layout, layout->model()->index(0, 0)), "u32(pointer.bytes, 0) == 7");

    auto copied = sampleMessage(2, 2000, "Local\\Shared");
    copied.references = {{.section = "Local\\Shared", .bytes = toBytes("\5\0\0\0"sv)}};
    view.showMessage(copied);
    auto *source = box("What the struct is of");
    ASSERT_TRUE(source && source->isVisible());
    ASSERT_EQ(source->count(), 2);
    source->setCurrentIndex(1);
    emit source->activated(1);
    view.setUserLayout({"struct M { DWORD n; };", PointerSize::Bits64});
    EXPECT_EQ(value(layout, 0), "5 (0x5)");
    source->setCurrentIndex(0);
    emit source->activated(0);
    EXPECT_TRUE(says("No struct is known")) << "of the payload";
}

TEST_F(PayloadViewTest, WhatALayoutDialogGivesIsKept)
{
    show("\7\0\0\0"sv);
    choose("Layout");
    view.findChild<QPushButton *>("editStruct")->click();
    auto *dialog = view.findChild<LayoutDialog *>();
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QPlainTextEdit *>()->setPlainText("struct A { DWORD n; };");
    dialog->accept();
    EXPECT_EQ(value(tree("Payload as a struct"), 0), "7 (0x7)");
    EXPECT_EQ(UserLayout::load(UserLayout::keyOf(sampleMessage(1, 1000), LayoutOf::Payload)).text,
              "struct A { DWORD n; };");
}

TEST_F(PayloadViewTest, ReferencesAreComparedAndOpened)
{
    auto message = sampleMessage(1, 1000);
    message.references = {{.section = "Local\\Shared", .bytes = toBytes("bytes")},
                          {.kind = ReferenceKind::Pointer,
                           .process = {.pid = 4, .created = 5},
                           .address = 0x1000,
                           .bytes = toBytes("abcd")},
                          {.section = "Gone", .failure = Error{.operation = "open", .meaning = "it is not there"}}};
    auto before = message;
    before.sequence = 77;
    before.references[1].bytes = toBytes("abXY");
    view.showMessage(message, before);
    ASSERT_TRUE(has("Leads to"));
    choose("Leads to");
    EXPECT_TRUE(says("The first 5 bytes as they were at arrival; 0 differ from what message 77 led to"));
    EXPECT_TRUE(says("; 2 differ from what message 77 led to"));
    EXPECT_TRUE(says("it is not there"));
    QSignalSpy opened(&view, &PayloadView::openRequested);
    for (auto *button : view.findChildren<QPushButton *>())
        if (button->text().startsWith("Open"))
            button->click();
    ASSERT_EQ(opened.size(), 3);
    EXPECT_EQ(opened[0][0].value<SourceSpec>().name, "Local\\Shared");
    EXPECT_EQ(opened[1][0].value<SourceSpec>().process.pid, 4u);
    EXPECT_EQ(opened[1][1].value<std::optional<Address>>(), std::optional<Address>(0x1000));
    view.showMessage(message);
    EXPECT_FALSE(says("differ"));
    show("plain");
    EXPECT_FALSE(has("Leads to"));
}

TEST_F(PayloadViewTest, FiltersAreBuiltFromWhatIsClicked)
{
    show(R"({"id": 7, "list": [1]})");
    const auto message = sampleMessage(1, 1000, R"({"id": 7, "list": [1]})");
    const auto passes = [&](const QString &filter) {
        const auto parsed = FilterExpression::parse(filter.toStdString());
        return parsed && parsed->matches(message);
    };
    auto *hex = view.findChild<HexView *>();
    hex->select({1, 4});
    QMenu menu;
    emit hex->menuRequested(&menu, 1);
    const auto test = filterOf(menu);
    EXPECT_EQ(test, "payload[1:4] == \"\\\"id\\\"\"");
    EXPECT_TRUE(passes(test));

    choose("JSON");
    auto *json = tree("Payload as JSON");
    const auto named = filterOf(json, json->model()->index(0, 0));
    EXPECT_TRUE(named.startsWith("payload matches")) << named.toStdString();
    EXPECT_TRUE(passes(named));
    EXPECT_EQ(filterOf(json, json->model()->index(1, 0)), "") << "an array has no value";

    choose("Layout");
    view.setUserLayout({"struct A { BYTE open; char text[6]; };", PointerSize::Bits64});
    auto *layout = tree("Payload as a struct");
    EXPECT_EQ(filterOf(layout, layout->model()->index(0, 0)), "u8(payload, 0) == 123");
    EXPECT_TRUE(passes(filterOf(layout, layout->model()->index(1, 0))));
}

TEST_F(PayloadViewTest, WaysToJoinAFilter)
{
    show("abc");
    auto *hex = view.findChild<HexView *>();
    hex->goTo(0);
    QMenu menu;
    emit hex->menuRequested(&menu, 0);
    QSignalSpy asked(&view, &PayloadView::filterRequested);
    for (auto *action : menu.findChild<QMenu *>()->actions())
        action->trigger();
    QStringList all;
    for (const auto &one : asked)
        all += one[0].toString() + '|' + one[1].toString();
    EXPECT_EQ(all, (QStringList{"|payload[0:1] == 61", "&&|payload[0:1] == 61", "|||payload[0:1] == 61",
                                "&&|!(payload[0:1] == 61)"}));
}

TEST_F(PayloadViewTest, ValuesAreCopied)
{
    show(R"({"a":"a long text"})");
    choose("JSON");
    auto *json = tree("Payload as JSON");
    json->setCurrentIndex(json->model()->index(0, 0));
    QTest::keySequence(json, QKeySequence::Copy);
    EXPECT_EQ(QApplication::clipboard()->text(), "a long text");
}

TEST(DecodedModel, IsASoundModel)
{
    DecodedModel model({"a", "b", "c", "d"}, nullptr);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setFields(readJson(R"({"a":[1,{"x":null}],"b":"text","c":true,"d":[]})", 100).fields);
    EXPECT_EQ(model.rowCount(), 4);
    const auto a = model.index(0, 0);
    EXPECT_EQ(model.rowCount(a), 2);
    EXPECT_EQ(model.index(0, DecodedModel::Value, a).data().toString(), "1");
    EXPECT_EQ(model.parent(model.index(1, 0, a)), a);
    const auto layout = parseStructLayout("struct A { struct { BYTE b[3]; } in; char t[8]; };", PointerSize::Bits64);
    ASSERT_TRUE(layout);
    model.setFields(layoutFields(**layout, toBytes("abchello"), 100));
    EXPECT_EQ(model.rowCount(model.index(0, 0)), 1);
    EXPECT_EQ(model.index(1, DecodedModel::Value).data().toString(), "only 5 of 8 bytes are there");
    model.setFields({});
    EXPECT_EQ(model.rowCount(), 0);
}

} // namespace
} // namespace ipclens
