// What the menus and the header of the list of messages do.
#include "ui/message_list.h"

#include "traffic_sample.h"
#include "wait_until.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QInputDialog>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTimer>

namespace ipclens {
namespace {

QAction *actionIn(const QMenu *menu, const QString &text)
{
    for (auto *action : menu->actions())
        if (QString(action->text()).replace("&&", "\1").remove('&').replace('\1', '&') == text)
            return action;
    return nullptr;
}

class MessageMenuTest : public testing::Test {
protected:
    MessageMenuTest()
    {
        QSettings().remove("traffic");
        list = std::make_unique<MessageList>(model);
        list->resize(1200, 400);
        list->show();
        test::fill(model, 1, 20);
    }

    // Opens the menu at a cell, triggers what `path` leads to, and closes it again.
    void choose(int row, int column, const QStringList &path)
    {
        bool isThere = false;
        const auto opened = QObject::connect(list.get(), &MessageList::menuRequested, list.get(), [&](QMenu *menu) {
            QTimer::singleShot(0, menu, [menu] { menu->close(); });
            for (const auto &text : path) {
                auto *action = actionIn(menu, text);
                ASSERT_TRUE(action) << text.toStdString();
                if (action->menu()) {
                    menu = action->menu();
                } else {
                    isThere = action->isEnabled();
                    action->trigger();
                }
            }
        });
        const auto at = list->visualRect(model.index(row, column)).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, list->viewport()->mapToGlobal(at));
        QApplication::sendEvent(list->viewport(), &event);
        QObject::disconnect(opened);
        EXPECT_TRUE(isThere) << path.join(" > ").toStdString();
    }
    // The filter that the menu asks for.
    std::pair<QString, QString> filterOf(int row, int column, const QStringList &path)
    {
        QSignalSpy asked(list.get(), &MessageList::filterRequested);
        choose(row, column, path);
        return asked.size() == 1 ? std::pair(asked[0][0].toString(), asked[0][1].toString())
                                 : std::pair<QString, QString>();
    }
    int found(const QString &filter)
    {
        const auto parsed = MessageFilter::parse(filter.toStdString());
        EXPECT_TRUE(parsed) << filter.toStdString();
        model.setFilter(parsed ? *parsed : MessageFilter());
        EXPECT_TRUE(waitUntil([this] { return model.unfiltered() == 0; }));
        return model.rowCount();
    }

    MessageModel model;
    std::unique_ptr<MessageList> list;
};

TEST_F(MessageMenuTest, BuildsFiltersFromACell)
{
    using Filter = std::pair<QString, QString>;
    EXPECT_EQ(filterOf(0, MessageModel::Sender, {"Show only", "sender.exe == \"client.exe\""}),
              Filter("", "sender.exe == \"client.exe\""));
    EXPECT_EQ(filterOf(0, MessageModel::Sender, {"Hide", "sender.pid == 104"}), Filter("&&", "!(sender.pid == 104)"));
    EXPECT_EQ(filterOf(1, MessageModel::Id, {"Or show", "data.id == 2"}), Filter("||", "data.id == 2"));
    EXPECT_EQ(filterOf(1, MessageModel::Size, {"Show also only", "size == 7"}), Filter("&&", "size == 7"));
    EXPECT_EQ(filterOf(1, MessageModel::Result, {"Show only", "result == 1"}), Filter("", "result == 1"));
}

TEST_F(MessageMenuTest, TheTestsOfTheClickedColumnComeFirst)
{
    for (const auto &[column, beginning] :
         {std::pair(MessageModel::Sender, "sender."), std::pair(MessageModel::Receiver, "receiver."),
          std::pair(MessageModel::Id, "data.id"), std::pair(MessageModel::Kind, "kind"),
          std::pair(MessageModel::Size, "size"), std::pair(MessageModel::Result, "result"),
          std::pair(MessageModel::Time, "time >="), std::pair(MessageModel::Duration, "duration >="),
          std::pair(MessageModel::Number, "number >="), std::pair(MessageModel::Summary, "payload contains")}) {
        list->setColumnHidden(column, false);
        QString first;
        const auto opened = QObject::connect(list.get(), &MessageList::menuRequested, list.get(), [&](QMenu *menu) {
            QTimer::singleShot(0, menu, [menu] { menu->close(); });
            first = actionIn(menu, "Show only")->menu()->actions().front()->text().replace("&&", "&");
        });
        list->scrollTo(model.index(2, column));
        const auto at = list->visualRect(model.index(2, column)).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, list->viewport()->mapToGlobal(at));
        QApplication::sendEvent(list->viewport(), &event);
        QObject::disconnect(opened);
        EXPECT_TRUE(first.startsWith(beginning)) << first.toStdString() << " for " << beginning;
        EXPECT_GE(found(first), 1) << first.toStdString();
        found({});
    }
}

TEST_F(MessageMenuTest, FollowsAConversationBothWays)
{
    auto back = test::answeredMessage(21);
    std::swap(back.sender, back.receiver);
    std::swap(back.senderWindow, back.receiverWindow);
    const auto forth = test::answeredMessage(21);
    back.id = forth.id;
    model.append(std::vector{forth, back});
    const auto [sign, filter] = filterOf(20, MessageModel::Id, {"Follow this conversation"});
    EXPECT_EQ(sign, "");
    found(filter);
    ASSERT_GE(model.rowCount(), 2);
    for (int row = 0; row < model.rowCount(); ++row) {
        const auto message = model.messageAt(row);
        EXPECT_EQ(message.id, forth.id);
        EXPECT_TRUE(message.sender.pid == forth.sender.pid || message.receiver.pid == forth.sender.pid);
    }
    EXPECT_EQ(model.messageAt(model.rowCount() - 1).sender.pid, 500u);
}

TEST_F(MessageMenuTest, CopiesRowsInEachForm)
{
    auto *clipboard = QApplication::clipboard();
    list->selectRow(4);
    choose(4, 0, {"Copy as", "JSON lines"});
    const auto json = clipboard->text();
    EXPECT_TRUE(json.startsWith('{') && json.endsWith("}\n")) << json.toStdString();
    EXPECT_EQ(json.count('\n'), 1);
    choose(4, 0, {"Copy as", "C declarations"});
    EXPECT_TRUE(clipboard->text().contains("COPYDATASTRUCT")) << clipboard->text().toStdString();
    choose(4, 0, {"Copy as", "Command that sends it again"});
    EXPECT_TRUE(clipboard->text().startsWith("ipclens-cli send")) << clipboard->text().toStdString();
    choose(4, 0, {"Copy rows"});
    EXPECT_TRUE(clipboard->text().startsWith("5\t")) << clipboard->text().toStdString();
    // Nothing selected: what was copied before stays.
    list->clearSelection();
    QKeyEvent copy(QEvent::KeyPress, Qt::Key_C, Qt::ControlModifier);
    QApplication::sendEvent(list.get(), &copy);
    EXPECT_TRUE(clipboard->text().startsWith("5\t"));
}

TEST_F(MessageMenuTest, SaysWhenNotAllRowsAreCopied)
{
    model.clear();
    test::fill(model, 1, 100'010);
    list->selectAll();
    QSignalSpy noticed(list.get(), &MessageList::noticed);
    QKeyEvent copy(QEvent::KeyPress, Qt::Key_C, Qt::ControlModifier);
    QApplication::sendEvent(list.get(), &copy);
    ASSERT_TRUE(waitUntil([&] { return !noticed.isEmpty(); }));
    EXPECT_TRUE(noticed[0][0].toString().contains("100,000 of 100,010")) << noticed[0][0].toString().toStdString();
    EXPECT_EQ(QApplication::clipboard()->text().count('\n'), 100'000) << "rows and nothing else";
}

TEST_F(MessageMenuTest, ColumnsOrderAndTimesAreChosenWithoutTheMouseOnTheHeader)
{
    ASSERT_TRUE(list->isColumnHidden(MessageModel::Receiver));
    const QString columns = "Columns, order and times";
    choose(0, 0, {columns, "Receiver"});
    EXPECT_FALSE(list->isColumnHidden(MessageModel::Receiver));
    choose(0, 0, {columns, "Kind"});
    EXPECT_TRUE(list->isColumnHidden(MessageModel::Kind));
    choose(0, 0, {columns, "Times", "UTC"});
    EXPECT_EQ(model.timeFormat(), TimeFormat::Utc);
    choose(0, 0, {columns, "Sort by", QStringLiteral("Size \u2193")});
    ASSERT_TRUE(waitUntil([this] { return !model.isSorting(); }));
    EXPECT_EQ(model.messageAt(0).size, 8u);
    EXPECT_TRUE(list->horizontalHeader()->isSortIndicatorShown());
    choose(0, 0, {columns, "Sort by", "Order of arrival"});
    EXPECT_EQ(model.messageAt(0).sequence, 1u);
    EXPECT_FALSE(list->horizontalHeader()->isSortIndicatorShown());
}

TEST_F(MessageMenuTest, AClickOnTheHeaderSortsUpDownAndNotAtAll)
{
    auto *header = list->horizontalHeader();
    const auto click = [&] {
        emit header->sectionClicked(MessageModel::Duration);
        EXPECT_TRUE(waitUntil([this] { return !model.isSorting(); }));
    };
    click();
    EXPECT_EQ(model.messageAt(0).sequence, 1u);
    EXPECT_EQ(header->sortIndicatorOrder(), Qt::AscendingOrder);
    click();
    EXPECT_EQ(model.messageAt(0).sequence, 20u);
    click();
    EXPECT_EQ(model.messageAt(0).sequence, 1u);
    EXPECT_FALSE(header->isSortIndicatorShown());
}

TEST_F(MessageMenuTest, ColumnsAndTimesComeBackInAnotherList)
{
    list->setColumnHidden(MessageModel::Receiver, false);
    list->setColumnHidden(MessageModel::Delta, true);
    list->setColumnWidth(MessageModel::Id, 321);
    list->horizontalHeader()->moveSection(list->horizontalHeader()->visualIndex(MessageModel::Summary), 1);
    model.setTimeFormat(TimeFormat::Epoch);
    list->saveLayout();
    MessageModel other;
    MessageList next(other);
    EXPECT_FALSE(next.isColumnHidden(MessageModel::Receiver));
    EXPECT_TRUE(next.isColumnHidden(MessageModel::Delta));
    EXPECT_EQ(next.columnWidth(MessageModel::Id), 321);
    EXPECT_EQ(next.horizontalHeader()->visualIndex(MessageModel::Summary), 1);
    EXPECT_EQ(other.timeFormat(), TimeFormat::Epoch);
}

TEST_F(MessageMenuTest, CommentsAreWrittenInADialogAndCutWithAWord)
{
    list->goToRow(3);
    list->editComment();
    auto *dialog = list->findChild<QInputDialog *>();
    ASSERT_TRUE(dialog);
    QSignalSpy noticed(list.get(), &MessageList::noticed);
    emit dialog->textValueSelected("  what is this  ");
    EXPECT_EQ(model.messageAt(3).comment(), "what is this");
    EXPECT_FALSE(list->isColumnHidden(MessageModel::Comment));
    EXPECT_TRUE(noticed.isEmpty());
    emit dialog->textValueSelected(QString(10'001, 'x'));
    EXPECT_EQ(model.messageAt(3).comment().size(), 10'000u);
    EXPECT_EQ(noticed.size(), 1);
}

} // namespace
} // namespace ipclens
