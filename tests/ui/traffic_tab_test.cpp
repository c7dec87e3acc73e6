#include "ui/traffic_tab.h"

#include "ui/error_bar.h"
#include "ui/hex_view.h"
#include "ui/message_find_bar.h"
#include "ui/message_list.h"
#include "ui/payload_view.h"
#include "ui/sequence_view.h"
#include "ui/statistics_view.h"
#include "ui/traffic_graph.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <set>

namespace ipclens {
namespace {

using test::sampleMessage;

constexpr std::int64_t second = 1'000'000'000;

class TrafficTabTest : public testing::Test {
protected:
    TrafficTabTest()
    {
        tab.resize(900, 700);
        tab.show();
    }

    void listen(std::uint64_t inbox = 5)
    {
        tab.listen(InboxRequest{.className = "IpclensInbox", .title = "Receive", .messages = {"Mapped"}});
        played.end->answer<OpenInbox>(
            InboxOpened{.inbox = inbox, .window = 0x10046, .registered = {{"Mapped", 0xC0F1}}});
        ASSERT_TRUE(waitUntil([this] { return tab.isListening(); }));
    }

    void arrive(std::uint64_t first, std::uint64_t count, std::uint64_t inbox = 5, std::string_view text = "hello")
    {
        MessageBatch batch{.inbox = inbox};
        for (auto n = first; n < first + count; ++n)
            batch.messages.push_back(sampleMessage(n, wallClock(), text));
        batch.received = first + count - 1;
        send(std::move(batch));
    }
    // Waits until the tab has it: events come in order, and this one is counted.
    void send(MessageBatch batch)
    {
        QSignalSpy counted(&tab, &TrafficTab::countsChanged);
        played.end->raise(std::move(batch));
        ASSERT_TRUE(waitUntil([&] { return !counted.isEmpty(); }));
    }

    template <class T>
    T *part() const
    {
        return tab.findChild<T *>();
    }
    QToolButton *button(const QString &beginning) const
    {
        for (auto *candidate : tab.findChildren<QToolButton *>())
            if (candidate->text().startsWith(beginning))
                return candidate;
        return nullptr;
    }
    bool says(const QString &text) const
    {
        for (const auto *label : tab.findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    }
    int rows() const { return tab.messages().rowCount(); }
    static MessageModel &modelOf(TrafficTab &tab)
    {
        return *qobject_cast<MessageModel *>(tab.findChild<MessageList *>()->model());
    }

    test::PlayedClient played;
    TrafficTab tab{played.client};
};

TEST_F(TrafficTabTest, TheCommandThatSendsAMessageAgainGoesThroughTheSameSession)
{
    listen();
    MessageBatch batch{.inbox = 5, .messages = {sampleMessage(1, wallClock())}, .received = 1};
    batch.messages[0].inbox = 5;
    send(std::move(batch));
    auto *list = part<MessageList>();
    list->selectRow(0);
    bool isThere = false;
    QObject::connect(list, &MessageList::menuRequested, &tab, [&](QMenu *menu) {
        for (auto *action : menu->findChildren<QAction *>())
            if (action->text().remove('&') == "Command that sends it again") {
                isThere = true;
                action->trigger();
            }
        QTimer::singleShot(0, menu, [menu] { menu->close(); });
    });
    const QPoint at = list->visualRect(list->model()->index(0, 0)).center();
    QContextMenuEvent event(QContextMenuEvent::Mouse, at, list->viewport()->mapToGlobal(at));
    QApplication::sendEvent(list->viewport(), &event);
    ASSERT_TRUE(isThere);
    const auto command = QApplication::clipboard()->text().toStdString();
    EXPECT_TRUE(command.starts_with("ipclens-cli --connect \"wine ipclens-cli.exe serve\" send --class ")) << command;
    EXPECT_NE(command.find("IpclensInbox"), std::string::npos) << command;
}

TEST_F(TrafficTabTest, EmptyItSaysWhatToDo)
{
    EXPECT_TRUE(says("Not listening"));
    EXPECT_TRUE(says("FindWindow"));
    EXPECT_FALSE(part<MessageList>()->isVisible());
}

TEST_F(TrafficTabTest, ListensAndShowsWhichInbox)
{
    QSignalSpy titled(&tab, &TrafficTab::titleChanged);
    listen();
    EXPECT_TRUE(says("IpclensInbox"));
    EXPECT_TRUE(says("Receive"));
    EXPECT_TRUE(says("0x10046"));
    EXPECT_TRUE(says("Mapped"));
    EXPECT_EQ(tab.title(), "Traffic: Receive");
    EXPECT_FALSE(titled.isEmpty());
}

TEST_F(TrafficTabTest, ShowsMessagesOfItsInboxOnly)
{
    listen();
    played.end->raise(MessageBatch{.inbox = 6, .messages = {sampleMessage(1, 1)}, .received = 1});
    arrive(1, 3);
    EXPECT_EQ(rows(), 3);
    EXPECT_TRUE(part<MessageList>()->isVisible());
}

TEST_F(TrafficTabTest, ClosingKeepsTheLastMessages)
{
    listen();
    arrive(1, 1);
    tab.stop();
    // The last of them wait for their frame when the reply is there already.
    MessageBatch last{.inbox = 5, .received = 11};
    for (std::uint64_t n = 2; n <= 11; ++n)
        last.messages.push_back(sampleMessage(n, wallClock()));
    ReplySink reply;
    played.end->take<CloseInbox>(&reply);
    played.end->raise(std::move(last));
    reply(Result<AnyReply>(AnyReply(Done{})));
    ASSERT_TRUE(waitUntil([this] { return says("Not listening"); }));
    EXPECT_EQ(rows(), 11);
}

TEST_F(TrafficTabTest, KeepsBatchesThatOvertakeTheReply)
{
    tab.listen(InboxRequest{.className = "C", .title = "T"});
    ReplySink reply;
    played.end->take<OpenInbox>(&reply);
    QSignalSpy arrived(&played.client, &Client::messagesArrived);
    played.end->raise(MessageBatch{.inbox = 4, .messages = {sampleMessage(1, 1)}, .received = 1});
    played.end->raise(MessageBatch{.inbox = 9, .messages = {sampleMessage(1, 1)}, .received = 1});
    ASSERT_TRUE(waitUntil([&] { return arrived.size() == 2; }));
    EXPECT_EQ(rows(), 0);
    reply(Result<AnyReply>(InboxOpened{.inbox = 9}));
    ASSERT_TRUE(waitUntil([&] { return tab.isListening(); }));
    EXPECT_EQ(rows(), 1);
}

TEST_F(TrafficTabTest, ARefusalIsShownInPlaceAndCanBeTriedAgain)
{
    QSignalSpy shown(&tab, &TrafficTab::errorShown);
    tab.listen(InboxRequest{.className = "Taken"});
    played.end->answer<OpenInbox>(std::unexpected(Error{.kind = ErrorKind::Exists,
                                                        .code = 1410,
                                                        .operation = "RegisterClassEx",
                                                        .object = "class Taken",
                                                        .meaning = "Class already exists",
                                                        .hint = "Choose another class"}));
    ASSERT_TRUE(waitUntil([&] { return !shown.isEmpty(); }));
    EXPECT_FALSE(tab.isListening());
    EXPECT_TRUE(part<ErrorBar>()->isVisible());
    EXPECT_TRUE(part<ErrorBar>()->text().contains("class Taken"));
    emit part<ErrorBar>()->actionTriggered();
    const auto again = played.end->answer<OpenInbox>(InboxOpened{.inbox = 2});
    EXPECT_EQ(again.request.className, "Taken");
    ASSERT_TRUE(waitUntil([&] { return tab.isListening(); }));
    EXPECT_FALSE(part<ErrorBar>()->isVisible());
}

TEST_F(TrafficTabTest, StopTakesTheLastBatch)
{
    listen();
    tab.stop();
    EXPECT_FALSE(tab.isListening());
    arrive(1, 2);
    EXPECT_EQ(played.end->answer<CloseInbox>(Done{}).inbox, 5u);
    ASSERT_TRUE(waitUntil([&] { return says("Not listening"); }));
    EXPECT_EQ(rows(), 2);
    EXPECT_NE(button("Start listening"), nullptr);
}

TEST_F(TrafficTabTest, StopWhileOpeningClosesWhatOpens)
{
    tab.listen(InboxRequest{.className = "C"});
    tab.stop();
    played.end->answer<OpenInbox>(InboxOpened{.inbox = 8});
    EXPECT_EQ(played.end->answer<CloseInbox>(Done{}).inbox, 8u);
    ASSERT_TRUE(waitUntil([&] { return says("Not listening"); }));
}

TEST_F(TrafficTabTest, SeveralInboxesAtOnce)
{
    listen(5);
    tab.listen(InboxRequest{.className = "Other"});
    EXPECT_EQ(played.end->answer<OpenInbox>(InboxOpened{.inbox = 6}).request.className, "Other");
    tab.listen(RelayRequest{.receiver = {.className = "Real"}});
    EXPECT_EQ(played.end->answer<OpenRelay>(InboxOpened{.inbox = 7, .note = "mind this"}).request.receiver.className, "Real");
    ASSERT_TRUE(waitUntil([&] { return part<ErrorBar>()->text().contains("mind this"); }));
    EXPECT_EQ(tab.title(), "Traffic: Receive and 2 more");
    EXPECT_TRUE(says("Other"));
    EXPECT_TRUE(says("relay to Real"));
    QSignalSpy counted(&tab, &TrafficTab::countsChanged);
    arrive(1, 1, 6);
    arrive(1, 2, 5);
    arrive(1, 3, 7);
    EXPECT_EQ(rows(), 6);
    EXPECT_EQ(counted.back()[0].toULongLong(), 6u);
    tab.stop();
    std::set<InboxId> closed;
    for (int i = 0; i < 3; ++i)
        closed.insert(played.end->answer<CloseInbox>(Done{}).inbox);
    EXPECT_EQ(closed, (std::set<InboxId>{5, 6, 7}));
    ASSERT_TRUE(waitUntil([&] { return says("Not listening"); }));
}

TEST_F(TrafficTabTest, CapturingCanBeStoppedWhileWindowsGoOnToAnswer)
{
    listen();
    tab.setCapturing(false);
    const auto off = played.end->answer<SetInboxCapturing>(Done{});
    EXPECT_EQ(off.inbox, 5u);
    EXPECT_FALSE(off.on);
    EXPECT_TRUE(says("Capturing is stopped"));
    EXPECT_FALSE(part<TrafficGraph>()->isRunning());
    send(MessageBatch{.inbox = 5, .received = 7, .skipped = 7});
    EXPECT_TRUE(says("7 messages came while capturing was off"));
    tab.setCapturing(true);
    EXPECT_TRUE(played.end->answer<SetInboxCapturing>(Done{}).on);
}

TEST_F(TrafficTabTest, WindowsAboutTheCaptureOpenAndFollowEachOther)
{
    listen();
    arrive(1, 30);
    tab.showStatistics();
    tab.showSequence();
    auto *sequence = tab.findChild<SequenceView *>();
    ASSERT_TRUE(sequence && sequence->isVisible());
    part<MessageList>()->goToRow(12);
    EXPECT_EQ(sequence->current(), 12u);
    emit sequence->currentChanged(3);
    EXPECT_EQ(part<MessageList>()->current(), 3u);
    emit tab.findChild<StatisticsView *>()->filterRequested("data.id == 1");
    ASSERT_TRUE(waitUntil([&] { return tab.messages().unfiltered() == 0 && rows() < 30; }));
    tab.sendAgain();
    EXPECT_TRUE(tab.findChild<QDialog *>("send"));
    tab.replay();
    EXPECT_TRUE(tab.findChild<QDialog *>("replay"));
}

TEST_F(TrafficTabTest, PauseGoesOnStoring)
{
    listen();
    arrive(1, 3);
    tab.setPaused(true);
    arrive(4, 7);
    EXPECT_EQ(rows(), 3);
    EXPECT_TRUE(says("7 waiting"));
    EXPECT_TRUE(says("Paused"));
    EXPECT_FALSE(part<TrafficGraph>()->isRunning());
    tab.setPaused(false);
    EXPECT_EQ(rows(), 10);
    EXPECT_FALSE(says("waiting"));
    EXPECT_TRUE(part<TrafficGraph>()->isRunning());
}

TEST_F(TrafficTabTest, HiddenItOnlyStores)
{
    listen();
    arrive(1, 3);
    tab.hide();
    arrive(4, 7);
    EXPECT_EQ(rows(), 3);
    EXPECT_EQ(tab.messages().store().size(), 10u);
    tab.show();
    EXPECT_EQ(rows(), 10);
}

TEST_F(TrafficTabTest, LossesAreAlwaysVisible)
{
    listen();
    arrive(1, 1);
    EXPECT_FALSE(says("dropped"));
    QSignalSpy counted(&tab, &TrafficTab::countsChanged);
    send(MessageBatch{.inbox = 5, .received = 5000, .dropped = 1234, .droppedBytes = 4096, .truncated = 3});
    EXPECT_TRUE(says("1,234 of 5,000"));
    EXPECT_TRUE(says("4 KiB"));
    EXPECT_TRUE(says("3 payloads cut"));
    ASSERT_EQ(counted.size(), 1);
    EXPECT_EQ(counted[0][0].toULongLong(), 5000u);
    EXPECT_EQ(counted[0][1].toULongLong(), 1234u);
    EXPECT_EQ(counted[0][2].toULongLong(), 3u);
    tab.clear();
    EXPECT_TRUE(says("1,234 of 5,000")) << "clearing the list does not make messages undropped";
}

TEST_F(TrafficTabTest, ClearEmptiesListGraphAndPayload)
{
    listen();
    arrive(1, 100);
    part<MessageList>()->goToRow(50);
    ASSERT_TRUE(part<PayloadView>()->isShowing());
    tab.clear();
    EXPECT_EQ(rows(), 0);
    EXPECT_FALSE(part<PayloadView>()->isShowing());
    arrive(101, 2);
    EXPECT_EQ(rows(), 2);
}

TEST_F(TrafficTabTest, ALostConnectionEndsTheCaptureAndCanBeTakenUpAgain)
{
    listen();
    arrive(1, 3);
    played.end->lose(Error{.kind = ErrorKind::Disconnected,
                           .operation = "read",
                           .object = "wine serve",
                           .meaning = "the far end closed the stream"});
    ASSERT_TRUE(waitUntil([&] { return part<ErrorBar>()->isVisible(); }));
    EXPECT_TRUE(part<ErrorBar>()->text().contains("Capture ended at"));
    EXPECT_TRUE(part<ErrorBar>()->text().contains("the far end closed the stream"));
    EXPECT_FALSE(tab.isListening());
    EXPECT_EQ(rows(), 3);

    emit part<ErrorBar>()->actionTriggered();
    const auto again = played.end->answer<OpenInbox>(InboxOpened{.inbox = 1});
    EXPECT_EQ(again.request.title, "Receive");
    EXPECT_EQ(played.end->opened, 2);
    ASSERT_TRUE(waitUntil([&] { return tab.isListening(); }));
    arrive(1, 2, 1);
    EXPECT_EQ(rows(), 5);
}

TEST_F(TrafficTabTest, ClosingTheTabClosesTheInbox)
{
    {
        TrafficTab other(played.client);
        other.listen(InboxRequest{.className = "C"});
        played.end->answer<OpenInbox>(InboxOpened{.inbox = 3});
        ASSERT_TRUE(waitUntil([&] { return other.isListening(); }));
    }
    EXPECT_EQ(played.end->answer<CloseInbox>(Done{}).inbox, 3u);
    {
        TrafficTab other(played.client);
        other.listen(InboxRequest{.className = "C"});
    }
    played.end->answer<OpenInbox>(InboxOpened{.inbox = 4});
    EXPECT_EQ(played.end->answer<CloseInbox>(Done{}).inbox, 4u) << "it opened after its tab was gone";
}

TEST_F(TrafficTabTest, FollowsItsTailOnlyAtTheBottom)
{
    listen();
    arrive(1, 500);
    auto *list = part<MessageList>();
    EXPECT_TRUE(list->isFollowing());
    EXPECT_EQ(list->verticalScrollBar()->value(), list->verticalScrollBar()->maximum());
    list->verticalScrollBar()->setValue(10);
    EXPECT_FALSE(list->isFollowing());
    arrive(501, 40);
    EXPECT_EQ(list->verticalScrollBar()->value(), 10);
    EXPECT_TRUE(list->newBelowText().contains("40"));
    list->followTail();
    EXPECT_TRUE(list->isFollowing());
    EXPECT_TRUE(list->newBelowText().isEmpty());
    arrive(541, 40);
    EXPECT_EQ(list->verticalScrollBar()->value(), list->verticalScrollBar()->maximum());
    tab.resize(900, 500);
    EXPECT_TRUE(waitUntil([&] { return list->verticalScrollBar()->value() == list->verticalScrollBar()->maximum(); }));
    EXPECT_TRUE(list->isFollowing());
}

TEST_F(TrafficTabTest, AFilterKeepsTheCurrentMessage)
{
    listen();
    for (std::uint64_t i = 0; i < 50; ++i)
        arrive(i + 1, 1, 5, i % 5 == 0 ? "five" : "other");
    auto *list = part<MessageList>();
    list->goToRow(10);
    const auto chosen = list->current();
    auto *filter = tab.findChild<QLineEdit *>();
    filter->setText("five");
    ASSERT_TRUE(waitUntil([&] { return tab.messages().unfiltered() == 0; }));
    EXPECT_EQ(rows(), 10);
    EXPECT_EQ(list->current(), chosen);
    EXPECT_TRUE(says("10 of 50"));
    filter->clear();
    EXPECT_EQ(rows(), 50);
    EXPECT_EQ(list->current(), chosen);
    filter->setText("no such");
    EXPECT_EQ(rows(), 0);
    EXPECT_FALSE(part<PayloadView>()->isShowing());
}

TEST_F(TrafficTabTest, TheGraphFiltersAndFindsRows)
{
    listen();
    const auto base = wallClock() - 20 * second;
    MessageBatch batch{.inbox = 5, .received = 20};
    for (int i = 0; i < 20; ++i)
        batch.messages.push_back(sampleMessage(static_cast<std::uint64_t>(i) + 1, base + i * second));
    send(std::move(batch));
    auto *graph = part<TrafficGraph>();
    emit graph->brushed(base + 5 * second, base + 8 * second);
    EXPECT_EQ(rows(), 3);
    EXPECT_EQ(tab.messages().messageAt(0).sequence, 6u);
    emit graph->brushCleared();
    EXPECT_EQ(rows(), 20);
    emit graph->clicked(base + 11 * second);
    EXPECT_EQ(part<MessageList>()->currentIndex().row(), 11);
}

TEST_F(TrafficTabTest, EscClosesTheFindBarAndLeavesTheFilter)
{
    listen();
    arrive(1, 5);
    auto *filter = tab.findChild<QLineEdit *>();
    filter->setText("data.id > 1");
    tab.find();
    auto *bar = part<MessageFindBar>();
    auto *line = bar->findChild<QLineEdit *>();
    ASSERT_TRUE(bar->isVisible());
    tab.activateWindow();
    ASSERT_TRUE(waitUntil([&] { return line->hasFocus(); }));
    QTest::keyClick(line, Qt::Key_Escape);
    EXPECT_FALSE(bar->isVisible());
    EXPECT_EQ(filter->text(), "data.id > 1");
    QTest::keyClick(part<MessageList>(), Qt::Key_Escape);
    EXPECT_EQ(filter->text(), "");
    QTest::keyClick(part<MessageList>(), Qt::Key_Slash, Qt::ControlModifier);
    EXPECT_TRUE(filter->hasFocus());
}

TEST_F(TrafficTabTest, ASearchGoesOnWhileOldMessagesAreLetGo)
{
    listen();
    arrive(1, 4000);
    modelOf(tab).setLimits({.messages = 4000});
    auto *list = part<MessageList>();
    list->goToRow(0);
    tab.find();
    auto *bar = part<MessageFindBar>();
    QSignalSpy found(bar, &MessageFindBar::found);
    bar->findChild<QComboBox *>()->setCurrentIndex(2);
    bar->findChild<QLineEdit *>()->setText("number == 4300");
    bar->findNext();
    arrive(4001, 500);
    bar->findNext();
    ASSERT_TRUE(waitUntil([&] { return !found.isEmpty(); }));
    EXPECT_EQ(tab.messages().messageAt(list->currentIndex().row()).sequence, 4300u);
}

TEST_F(TrafficTabTest, AskBeforeUnsavedMessagesGo)
{
    int closed = 0;
    const auto close = [&] { ++closed; };
    tab.askBeforeClosing(close);
    EXPECT_EQ(closed, 1) << "nothing is there to be lost";
    listen();
    arrive(1, 3);
    EXPECT_TRUE(tab.isUnsaved());
    const auto ask = [&](QMessageBox::StandardButton answer) {
        tab.askBeforeClosing(close);
        auto *box = tab.findChild<QMessageBox *>("unsaved");
        ASSERT_TRUE(box && box->text().contains("3 messages"));
        box->button(answer)->click();
        ASSERT_TRUE(waitUntil([&] { return !tab.findChild<QMessageBox *>("unsaved"); }));
    };
    ask(QMessageBox::Cancel);
    EXPECT_EQ(closed, 1);
    const QTemporaryDir folder;
    ask(QMessageBox::Save);
    auto *dialog = tab.findChild<QFileDialog *>();
    ASSERT_TRUE(dialog);
    emit dialog->fileSelected(folder.filePath("no such folder/a.pcapng"));
    ASSERT_TRUE(waitUntil([&] { return part<ErrorBar>()->text().contains("Cannot save"); }));
    EXPECT_EQ(closed, 1) << "it could not be saved";
    ask(QMessageBox::Save);
    emit dialog->fileSelected(folder.filePath("a.pcapng"));
    ASSERT_TRUE(waitUntil([&] { return closed == 2; }));
    EXPECT_FALSE(tab.isUnsaved());
    part<MessageList>()->goToRow(1);
    part<MessageList>()->toggleMarks();
    EXPECT_TRUE(tab.isUnsaved()) << "a mark, since";
    ask(QMessageBox::Discard);
    EXPECT_EQ(closed, 3);
    arrive(4, 1);
    tab.clear();
    EXPECT_FALSE(tab.isUnsaved());
}

TEST_F(TrafficTabTest, LimitsAreAskedForAndWhatTheyCostIsSaid)
{
    listen();
    arrive(1, 50);
    tab.findChild<QToolButton *>("capture")->menu()->aboutToShow();
    for (auto *action : tab.findChild<QToolButton *>("capture")->menu()->actions())
        if (action->text().contains("Limits"))
            action->trigger();
    auto *dialog = tab.findChild<QDialog *>("limits");
    ASSERT_TRUE(dialog);
    dialog->findChild<QSpinBox *>("messages")->setValue(20);
    dialog->accept();
    EXPECT_EQ(rows(), 20);
    EXPECT_TRUE(says("30 oldest messages"));
    EXPECT_TRUE(says("20 messages"));
    TrafficTab next(played.client);
    EXPECT_EQ(next.messages().store().limits().messages, 20u) << "kept for the next time";
    QSettings().remove("traffic/limitMessages");
}

TEST_F(TrafficTabTest, ColoursAreTheSameForAllCaptures)
{
    QMainWindow window;
    auto *one = new TrafficTab(played.client, &window), *other = new TrafficTab(played.client, &window);
    window.show();
    one->editColours();
    auto *dialog = one->findChild<ColourRulesDialog *>();
    ASSERT_TRUE(dialog);
    auto *table = dialog->findChild<QTableWidget *>();
    table->item(0, 0)->setText("data.id == 3");
    dialog->accept();
    EXPECT_EQ(other->messages().colourRules().rules().front().filter, "data.id == 3");
    // The older tab begins with what the other one said.
    other->editColours();
    EXPECT_EQ(other->findChild<ColourRulesDialog *>()->rules().rules().front().filter, "data.id == 3");
    QSettings().remove("traffic/colours");
}

TEST_F(TrafficTabTest, ShowsThePayloadAsBytesAndText)
{
    listen();
    arrive(1, 1, 5, R"({"temperature":21.5})");
    part<MessageList>()->goToRow(0);
    const auto *hex = part<PayloadView>()->findChild<HexView *>();
    ASSERT_NE(hex, nullptr);
    EXPECT_EQ(hex->extent(), (AddressRange{0, 20}));
    EXPECT_EQ(hex->imageAt(0, 20).bytes, toBytes(R"({"temperature":21.5})"));
    EXPECT_FALSE(hex->isWritable());
    const auto *text = part<PayloadView>()->findChild<QPlainTextEdit *>();
    EXPECT_EQ(text->toPlainText(), "{\n  \"temperature\": 21.5\n}");
    EXPECT_TRUE(says("guess: ASCII text, looks like JSON"));
}

TEST_F(TrafficTabTest, AHugePayloadIsShownWithoutLayingItAllOut)
{
    listen();
    MessageBatch batch{.inbox = 5, .received = 1};
    batch.messages.push_back(sampleMessage(1, wallClock(), std::string(16 << 20, 'x')));
    send(std::move(batch));
    part<MessageList>()->goToRow(0);
    const auto *text = part<PayloadView>()->findChild<QPlainTextEdit *>();
    EXPECT_LE(text->toPlainText().size(), 64 * 1024);
    EXPECT_TRUE(says("the first 65,536 bytes"));
    EXPECT_EQ(part<PayloadView>()->findChild<HexView *>()->extent().size, std::uint64_t{16 << 20});
}

TEST_F(TrafficTabTest, TheShownMessageTellsAnAnswerThatComesLater)
{
    listen();
    auto message = sampleMessage(1, wallClock());
    message.inbox = 5;
    send(MessageBatch{.inbox = 5, .messages = {message}, .received = 1});
    part<MessageList>()->goToRow(0);
    EXPECT_FALSE(says("given 42"));
    send(MessageBatch{.inbox = 5, .received = 1, .outcomes = {{.sequence = 1, .result = 42, .duration = 1'000'000}}});
    EXPECT_TRUE(says("given 42"));
}

TEST_F(TrafficTabTest, WhatAMessageLeadsToIsComparedWithTheOneBefore)
{
    listen();
    MessageBatch batch{.inbox = 5, .received = 4};
    for (std::uint64_t i = 1; i <= 4; ++i) {
        auto message = sampleMessage(i, wallClock());
        message.id = i % 2; // 1 and 3 are alike, 2 and 4
        message.references = {{.kind = ReferenceKind::Pointer,
                               .process = {.pid = 100},
                               .address = 0x1000,
                               .bytes = toBytes("abc" + std::to_string(i))}};
        if (i == 4)
            message.sender.pid = 7;
        batch.messages.push_back(std::move(message));
    }
    send(std::move(batch));
    auto *pages = part<PayloadView>()->findChild<QTabWidget *>();
    part<MessageList>()->goToRow(2);
    for (int i = 0; i < pages->count(); ++i)
        if (pages->tabText(i) == "Leads to")
            pages->setCurrentIndex(i);
    EXPECT_TRUE(waitUntil([&] { return says("; 1 differ from what message 1 led to"); }));
    part<MessageList>()->goToRow(3);
    EXPECT_TRUE(waitUntil([&] { return says("as they were at arrival") && !says("differ"); }))
        << "another program sent it";
}

TEST_F(TrafficTabTest, ValuesOfAPayloadBuildFilters)
{
    listen();
    arrive(1, 1, 5, "hello");
    arrive(2, 1, 5, "other");
    part<MessageList>()->goToRow(0);
    emit part<PayloadView>()->filterRequested({}, "payload[0:5] == \"hello\"");
    ASSERT_TRUE(waitUntil([&] { return tab.messages().unfiltered() == 0; }));
    EXPECT_EQ(rows(), 1);
    EXPECT_EQ(tab.findChild<QLineEdit *>()->text(), "payload[0:5] == \"hello\"");
}

} // namespace
} // namespace ipclens
