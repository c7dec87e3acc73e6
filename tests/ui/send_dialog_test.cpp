#include "ui/send_dialog.h"

#include "core/text/typed_value.h"
#include "ui/error_bar.h"
#include "ui/typed_fields.h"
#include "ui/window_model.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryFile>
#include <QToolButton>

namespace ipclens {
namespace {

using namespace std::string_literals;

class SendDialogTest : public testing::Test {
protected:
    SendDialogTest() { dialog.show(); }

    template <class T = QLineEdit>
    T *part(const char *name) const
    {
        auto *found = dialog.findChild<T *>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }
    // As listed: ASCII, UTF-8, UTF-16, hex, file, NULL.
    void chooseData(int kind, const QString &text = {})
    {
        part<QComboBox>("dataKind")->setCurrentIndex(kind);
        part<QPlainTextEdit>("data")->setPlainText(text);
    }
    void clickSend() { part<QPushButton>("sendButton")->click(); }
    QString error() const { return dialog.findChild<ErrorBar *>()->text(); }
    QString result() const { return part<QLabel>("result")->text(); }
    // Sends and answers, and gives what was sent.
    SendCopyData sendData()
    {
        clickSend();
        EXPECT_EQ(error(), "");
        auto sent = played.end->answer<SendCopyData>(SendOutcome{.result = 1, .duration = 350'000});
        EXPECT_TRUE(waitUntil([this] { return !dialog.isSending(); }));
        return sent;
    }

    test::PlayedClient played;
    SendDialog dialog{played.client, 0x10046};
};

TEST_F(SendDialogTest, SendsTextInEachEncoding)
{
    part("id")->setText("0x3E9");
    part("sender")->setText("20002");
    part<QSpinBox>("timeout")->setValue(1234);
    chooseData(0, "hello");
    auto sent = sendData();
    EXPECT_EQ(sent.window, 0x10046u);
    EXPECT_EQ(sent.id, 0x3E9u);
    EXPECT_EQ(sent.sender, 0x20002u);
    EXPECT_EQ(sent.timeout, 1234u);
    EXPECT_EQ(sent.data, toBytes("hello"));
    EXPECT_TRUE(result().contains("0.350 ms"));
    EXPECT_TRUE(result().contains("Result 1"));
    EXPECT_TRUE(dialog.isVisible());

    part<QCheckBox>("terminate")->setChecked(true);
    chooseData(1, QString::fromUtf8("gr\xC3\xBC"));
    EXPECT_EQ(sendData().data, toBytes("gr\xC3\xBC\0"s));
    chooseData(2, QString::fromUtf8("\xC3\xBC"));
    EXPECT_EQ(sendData().data, toBytes("\xFC\0\0\0"s));
    chooseData(3, "4d 5A,00");
    EXPECT_EQ(sendData().data, toBytes("MZ\0"s));
    chooseData(5);
    EXPECT_EQ(sendData().data, std::nullopt);
    part<QCheckBox>("terminate")->setChecked(false);
    chooseData(0);
    EXPECT_EQ(sendData().data, Bytes{});
}

TEST_F(SendDialogTest, SendsAFile)
{
    QTemporaryFile file;
    ASSERT_TRUE(file.open());
    file.write(QByteArray(70'000, 'f'));
    file.close();
    chooseData(4);
    part("file")->setText(file.fileName());
    EXPECT_EQ(sendData().data, Bytes(70'000, std::byte{'f'}));

    part("file")->setText("/nowhere/at/all");
    clickSend();
    ASSERT_TRUE(waitUntil([this] { return !error().isEmpty(); }));
    EXPECT_TRUE(error().contains("/nowhere/at/all"));
    EXPECT_TRUE(part<QPushButton>("sendButton")->isEnabled());
    EXPECT_EQ(played.end->waiting<SendCopyData>(), 0u);
}

TEST_F(SendDialogTest, SendsRegisteredMessages)
{
    part<QComboBox>("kind")->setCurrentIndex(1);
    part("name")->setText("Mapped");
    part("wParam")->setText("0xFFFFFFFFFFFFFFFF");
    part("lParam")->setText("77");
    clickSend();
    const auto sent = played.end->answer<SendRegistered>(SendOutcome{.result = 0, .duration = 12'000'000});
    EXPECT_EQ(sent.message, "Mapped");
    EXPECT_EQ(sent.wParam, ~std::uint64_t{0});
    EXPECT_EQ(sent.lParam, 77u);
    ASSERT_TRUE(waitUntil([this] { return result().contains("Result 0"); }));
    EXPECT_TRUE(result().contains("12 ms"));
}

TEST_F(SendDialogTest, WrongInputIsRefusedInPlaceWithItsPosition)
{
    const auto refused = [this](const char *what) {
        clickSend();
        EXPECT_EQ(played.end->waiting<SendCopyData>(), 0u);
        EXPECT_FALSE(dialog.isSending());
        EXPECT_TRUE(error().contains(what)) << error().toStdString();
    };
    part("id")->setText("12x4");
    refused("id");
    EXPECT_TRUE(error().contains("character 3")) << error().toStdString();
    part("id")->setText("1");
    part("sender")->setText("zz");
    refused("sender window");
    part("sender")->clear();
    chooseData(3, "4d 5g");
    refused("hex bytes");
    EXPECT_TRUE(error().contains("character 5")) << error().toStdString();
    chooseData(0, QString::fromUtf8("caf\xC3\xA9"));
    refused("character 4");
    part("window")->setText("");
    refused("window handle");
    part("window")->setText("10046+");
    refused("window handle");
    part("window")->setText("10046");
    part<QComboBox>("kind")->setCurrentIndex(1);
    clickSend();
    EXPECT_TRUE(error().contains("message name"));
}

TEST_F(SendDialogTest, SaysThatItWaitsAndThenWhy)
{
    chooseData(0, "x");
    clickSend();
    EXPECT_TRUE(dialog.isSending());
    EXPECT_FALSE(part<QPushButton>("sendButton")->isEnabled());
    EXPECT_TRUE(result().contains("waiting"));
    played.end->answer<SendCopyData>(std::unexpected(Error{.kind = ErrorKind::TimedOut,
                                                           .code = 1460,
                                                           .operation = "SendMessageTimeout",
                                                           .object = "window 0x10046",
                                                           .meaning = "the receiver did not answer within 5000 ms"}));
    ASSERT_TRUE(waitUntil([this] { return !dialog.isSending(); }));
    EXPECT_TRUE(error().contains("did not answer"));
    const auto buttons = dialog.findChildren<QToolButton *>();
    EXPECT_TRUE(std::ranges::any_of(
        buttons, [](const QToolButton *button) { return button->text() == "Why?" && !button->isHidden(); }));
    EXPECT_EQ(result(), "");
    EXPECT_TRUE(part<QPushButton>("sendButton")->isEnabled());
}

TEST_F(SendDialogTest, ClosedWhileWaitingNothingHappens)
{
    auto other = std::make_unique<SendDialog>(played.client, 1);
    other->findChild<QPushButton *>("sendButton")->click();
    other.reset();
    ReplySink reply;
    played.end->take<SendCopyData>(&reply);
    reply(Result<AnyReply>(SendOutcome{}));
    QCoreApplication::processEvents();
}

TEST_F(SendDialogTest, ChoosesAmongFilteredWindows)
{
    played.end->answer<ListWindows>(WindowList{{{.handle = 0x111, .className = "Notepad", .title = "notes"},
                                                {.handle = 0x222, .className = "Receiver", .title = "Receive"},
                                                {.handle = 0x333, .className = "Other", .title = ""}}});
    auto *list = part<QTableView>("windows");
    ASSERT_TRUE(waitUntil([&] { return list->model()->rowCount() == 3; }));
    part("windowFilter")->setText("receiv");
    ASSERT_EQ(list->model()->rowCount(), 1);
    list->selectRow(0);
    EXPECT_EQ(part("window")->text(), "0x222");
    chooseData(0, "x");
    EXPECT_EQ(sendData().window, 0x222u);
}

TEST_F(SendDialogTest, WithoutAWindowListAHandleCanStillBeTyped)
{
    played.end->answer<ListWindows>(std::unexpected(
        Error{.kind = ErrorKind::Unsupported, .operation = "list windows", .meaning = "Linux has no Win32 windows"}));
    ASSERT_TRUE(waitUntil([this] { return part<QLabel>("windowNote")->text().contains("no Win32 windows"); }));
    chooseData(0, "x");
    EXPECT_EQ(sendData().window, 0x10046u);
}

TEST_F(SendDialogTest, SendsTypedFields)
{
    chooseData(6);
    auto *fields = dialog.findChild<TypedFields *>();
    ASSERT_TRUE(fields);
    fields->add(static_cast<int>(TypedKind::U16), "0x1234");
    fields->add(static_cast<int>(TypedKind::Utf8), "ab\\x00");
    EXPECT_EQ(sendData().data, toBytes("\1\0\0\0\x34\x12" "ab\0"s));
    fields->add(static_cast<int>(TypedKind::U8), "256");
    clickSend();
    EXPECT_TRUE(error().contains("field 4")) << error().toStdString();
    EXPECT_EQ(played.end->waiting<SendCopyData>(), 0u);
}

TEST_F(SendDialogTest, ASeriesRepeatsCountsAndCanBeStopped)
{
    chooseData(1, "n={n}");
    part<QSpinBox>("times")->setValue(100);
    part<QDoubleSpinBox>("rate")->setValue(50);
    part<QCheckBox>("variables")->setChecked(true);
    clickSend();
    const auto started = played.end->answer<StartSeries>(SeriesStarted{.series = 9, .window = 0x10046});
    EXPECT_EQ(started.target.window, 0x10046u);
    EXPECT_EQ(started.repeat, 100u);
    EXPECT_EQ(started.timing, SeriesTiming::Rate);
    EXPECT_EQ(started.rate, 50);
    ASSERT_EQ(started.items.size(), 1u);
    EXPECT_EQ(started.items[0].data, toBytes("n={n}"));
    EXPECT_EQ(started.items[0].variables, SeriesVariables::Utf8);
    const auto rest = played.end->answer<AddToSeries>(Done{});
    EXPECT_TRUE(rest.items.empty());
    EXPECT_FALSE(rest.more);
    EXPECT_TRUE(dialog.isSending());
    played.end->raise(SeriesUpdate{.series = 9, .outcomes = {{.number = 1, .result = 5, .duration = 2'000'000}}, .total = 100, .sent = 1});
    ASSERT_TRUE(waitUntil([this] { return result().contains("1 of 100 sent"); }));
    EXPECT_TRUE(result().contains("last result 5"));
    EXPECT_TRUE(result().contains("2.000 ms"));
    part<QPushButton>("stopButton")->click();
    EXPECT_EQ(played.end->answer<StopSeries>(Done{}).series, 9u);
    played.end->raise(SeriesUpdate{.series = 9, .total = 100, .sent = 1, .finished = true});
    ASSERT_TRUE(waitUntil([this] { return !dialog.isSending(); }));
    EXPECT_TRUE(result().contains("stopped"));
    EXPECT_TRUE(part<QPushButton>("sendButton")->isEnabled());
}

TEST_F(SendDialogTest, ClassAndTitleAreFoundByTheSession)
{
    part<QComboBox>("targetKind")->setCurrentIndex(1);
    clickSend();
    EXPECT_TRUE(error().contains("class and title"));
    part("targetClass")->setText("Peer");
    part("targetTitle")->setText("Receive");
    chooseData(0, "x");
    clickSend();
    const auto started = played.end->answer<StartSeries>(std::unexpected(
        Error{.kind = ErrorKind::Missing, .operation = "find window", .object = "Peer / Receive", .meaning = "there is none"}));
    EXPECT_EQ(started.target, (WindowTarget{.className = "Peer", .title = "Receive"}));
    EXPECT_EQ(started.repeat, 1u);
    ASSERT_TRUE(waitUntil([this] { return error().contains("Peer / Receive"); }));
    EXPECT_FALSE(dialog.isSending());
}

TEST_F(SendDialogTest, FilledWithAMessageItSendsExactlyThat)
{
    auto message = test::sampleMessage(3, 1, "plain");
    message.receiverWindow = 0x777;
    const auto resent = [&](Bytes payload) {
        message.payload = std::move(payload);
        message.size = message.payload.size();
        dialog.showMessage(message);
        return sendData();
    };
    auto sent = resent(toBytes("plain"));
    EXPECT_EQ(sent.window, 0x777u);
    EXPECT_EQ(sent.id, 3u);
    EXPECT_EQ(sent.sender, 0x10046u);
    EXPECT_EQ(sent.data, toBytes("plain"));
    EXPECT_EQ(resent(toBytes("zero\0"s)).data, toBytes("zero\0"s));
    EXPECT_EQ(resent(toBytes("w\0i\0d\0e\0\0\0"s)).data, toBytes("w\0i\0d\0e\0\0\0"s));
    EXPECT_EQ(resent(toBytes("\xff\x00\x80"s)).data, toBytes("\xff\x00\x80"s));
    EXPECT_EQ(resent(toBytes("line\r\nline\n")).data, toBytes("line\r\nline\n"));
    EXPECT_EQ(resent(Bytes(100'000, std::byte{7})).data, Bytes(100'000, std::byte{7}));
    EXPECT_EQ(resent({}).data, Bytes{});
    message.nullData = true;
    EXPECT_EQ(resent({}).data, std::nullopt);
}

} // namespace
} // namespace ipclens
