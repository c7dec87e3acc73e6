#include "ui/replay_dialog.h"

#include "ui/error_bar.h"
#include "ui/replay_model.h"

#include "tests/ui/traffic_fake_connection.h"
#include "tests/ui/traffic_sample.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

namespace ipclens {
namespace {

class ReplayDialogTest : public testing::Test {
protected:
    ReplayDialogTest() { test::fill(model, 1, 5000); }

    std::unique_ptr<ReplayDialog> open(std::vector<MessageModel::Index> selected = {})
    {
        auto dialog = std::make_unique<ReplayDialog>(played.client, model, std::move(selected));
        dialog->show();
        dialog->findChild<QLineEdit *>("window")->setText("0x10046");
        return dialog;
    }
    static void start(QDialog &dialog) { dialog.findChild<QPushButton *>("startButton")->click(); }
    static QString result(const QDialog &dialog) { return dialog.findChild<QLabel *>("result")->text(); }

    test::PlayedClient played;
    MessageModel model;
};

TEST_F(ReplayDialogTest, SendsTheSelectionWithItsPauses)
{
    auto dialog = open({7, 3});
    start(*dialog);
    const auto series = played.end->answer<StartSeries>(SeriesStarted{.series = 1, .window = 0x10046});
    EXPECT_EQ(series.timing, SeriesTiming::Recorded);
    EXPECT_EQ(series.speed, 1);
    ASSERT_EQ(series.items.size(), 2u);
    EXPECT_EQ(series.items[0].data, toBytes("order 4")) << "in the order in which they came";
    EXPECT_EQ(series.items[1].data, toBytes("order 8"));
    EXPECT_EQ(series.items[1].time - series.items[0].time, 40'000'000);
    EXPECT_EQ(series.items[0].expected, 1);
    EXPECT_EQ(series.items[0].sender, 0u) << "it would get an answer that it does not expect";
}

TEST_F(ReplayDialogTest, LeavesOutWhatWasCut)
{
    auto cut = test::sampleMessage(5001, 9'000'000'000, "cut");
    cut.size = 99;
    auto last = test::sampleMessage(5002, 9'000'000'001, "last");
    last.outcome = MessageOutcome{.sequence = 5002, .result = 4};
    model.append(std::vector{cut, last});
    auto dialog = open({5000, 5001});
    start(*dialog);
    const auto series = played.end->answer<StartSeries>(SeriesStarted{.series = 1, .window = 0x10046});
    ASSERT_EQ(series.items.size(), 1u);
    EXPECT_EQ(series.items[0].data, toBytes("last"));
    played.end->raise(SeriesUpdate{.series = 1,
                                   .outcomes = {{.number = 1, .result = 5, .verdict = SeriesVerdict::Different}},
                                   .sent = 1,
                                   .different = 1,
                                   .finished = true});
    ASSERT_TRUE(waitUntil([&] { return result(*dialog).contains("1 left out"); })) << result(*dialog).toStdString();
    EXPECT_TRUE(result(*dialog).contains("1 of 1 sent"));
    const auto *differences = dialog->findChild<ReplayModel *>();
    ASSERT_EQ(differences->rowCount(), 1);
    EXPECT_EQ(differences->index(0, 0).data().toString(), "5,002") << "not the one that was left out";
}

TEST_F(ReplayDialogTest, ClaimsTheRecordedSendersWhenAsked)
{
    auto dialog = open({3});
    for (auto *box : dialog->findChildren<QCheckBox *>())
        if (box->text().contains("recorded senders"))
            box->setChecked(true);
    start(*dialog);
    const auto series = played.end->answer<StartSeries>(SeriesStarted{.series = 1, .window = 0x10046});
    ASSERT_EQ(series.items.size(), 1u);
    EXPECT_EQ(series.items[0].sender, 0x10001u);
}

TEST_F(ReplayDialogTest, ALongCaptureGoesInPiecesAndDifferencesAreListed)
{
    auto dialog = open();
    const QAbstractItemModelTester tester(dialog->findChild<ReplayModel *>(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    dialog->findChild<QComboBox *>("timing")->setCurrentIndex(1);
    dialog->findChild<QDoubleSpinBox *>("speed")->setValue(4);
    start(*dialog);
    auto series = played.end->answer<StartSeries>(SeriesStarted{.series = 1, .window = 0x10046});
    EXPECT_EQ(series.speed, 4);
    EXPECT_TRUE(series.more);
    auto items = series.items.size();
    for (;;) {
        const auto piece = played.end->answer<AddToSeries>(Done{});
        items += piece.items.size();
        if (!piece.more)
            break;
    }
    EXPECT_EQ(items, 5000u);

    played.end->raise(SeriesUpdate{
        .series = 1,
        .outcomes = {{.number = 1, .item = 0, .result = 1, .verdict = SeriesVerdict::Equal},
                     {.number = 2, .item = 1, .result = 9, .duration = 3'000'000, .verdict = SeriesVerdict::Different},
                     {.number = 3,
                      .item = 2,
                      .verdict = SeriesVerdict::Failed,
                      .failure = Error{.operation = "send", .meaning = "no such window"}}},
        .total = 5000,
        .sent = 2,
        .failed = 1,
        .equal = 1,
        .different = 1});
    const auto *rows = dialog->findChild<ReplayModel *>();
    ASSERT_TRUE(waitUntil([&] { return rows->rowCount() == 2; }));
    EXPECT_EQ(rows->rows()[0].sequence, 2u);
    EXPECT_EQ(rows->rows()[0].recorded, 1);
    EXPECT_EQ(rows->index(0, ReplayModel::Now).data().toString(), "9");
    EXPECT_EQ(rows->index(1, ReplayModel::What).data().toString(), "no such window");
    EXPECT_TRUE(result(*dialog).contains("3 of 5,000 sent"));
    EXPECT_TRUE(result(*dialog).contains("1 with the recorded result, 1 with another"));
    dialog->findChild<QPushButton *>("stopButton")->click();
    played.end->answer<StopSeries>(Done{});
    played.end->raise(
        SeriesUpdate{.series = 1, .total = 5000, .sent = 2, .failed = 1, .equal = 1, .different = 1, .finished = true});
    ASSERT_TRUE(waitUntil([&] { return !dialog->isRunning(); }));
    EXPECT_TRUE(result(*dialog).contains("stopped"));
}

// In a running capture a recorded answer can come at any time.
TEST_F(ReplayDialogTest, ResultsThatWereRecordedLateAreComparedToo)
{
    std::vector<Message> messages;
    for (std::uint64_t sequence = 5001; sequence <= 5004; ++sequence) {
        messages.push_back(test::answeredMessage(sequence));
        messages.back().outcome.reset();
    }
    model.append(messages);
    const auto answer = [this](std::uint64_t sequence, std::int64_t result) {
        const MessageOutcome outcome{.sequence = sequence, .result = result, .duration = 1'000'000};
        model.apply(1, std::span(&outcome, 1));
    };
    answer(5001, 7); // before it is sent again
    auto dialog = open({5000, 5001, 5002, 5003});
    start(*dialog);
    const auto series = played.end->answer<StartSeries>(SeriesStarted{.series = 1, .window = 0x10046});
    ASSERT_EQ(series.items.size(), 4u);
    EXPECT_EQ(series.items[0].expected, 7);
    EXPECT_FALSE(series.items[1].expected);

    answer(5002, 1);
    played.end->raise(SeriesUpdate{.series = 1,
                                   .outcomes = {{.number = 1, .item = 0, .result = 7, .verdict = SeriesVerdict::Equal},
                                                {.number = 2, .item = 1, .result = 1},
                                                {.number = 3, .item = 2, .result = 1}},
                                   .total = 4,
                                   .sent = 3,
                                   .equal = 1});
    ASSERT_TRUE(waitUntil([&] { return result(*dialog).contains("2 with the recorded result, 0 with another"); }))
        << result(*dialog).toStdString();
    EXPECT_TRUE(result(*dialog).contains("1 without a recorded result"));

    answer(5003, 9); // its turn was before
    played.end->raise(SeriesUpdate{.series = 1,
                                   .outcomes = {{.number = 4, .item = 3, .result = 1}},
                                   .total = 4,
                                   .sent = 4,
                                   .equal = 1,
                                   .finished = true});
    ASSERT_TRUE(waitUntil([&] { return !dialog->isRunning(); }));
    EXPECT_TRUE(result(*dialog).contains("2 with the recorded result, 1 with another")) << result(*dialog).toStdString();
    EXPECT_TRUE(result(*dialog).contains("1 without a recorded result"));
    const auto *rows = dialog->findChild<ReplayModel *>();
    ASSERT_EQ(rows->rowCount(), 1);
    EXPECT_EQ(rows->rows()[0].sequence, 5003u);
    EXPECT_EQ(rows->rows()[0].recorded, 9);
    EXPECT_EQ(rows->index(0, ReplayModel::Now).data().toString(), "1");
}

TEST_F(ReplayDialogTest, ARefusalAndALostConnectionAreShown)
{
    auto dialog = open({1});
    start(*dialog);
    played.end->answer<StartSeries>(std::unexpected(
        Error{.kind = ErrorKind::Missing, .operation = "find window", .meaning = "there is no such window"}));
    auto *bar = dialog->findChild<ErrorBar *>();
    ASSERT_TRUE(waitUntil([&] { return bar->text().contains("no such window"); }));
    EXPECT_FALSE(dialog->isRunning());
    start(*dialog);
    played.end->answer<StartSeries>(SeriesStarted{.series = 2, .window = 1});
    played.end->lose(
        Error{.kind = ErrorKind::Disconnected, .operation = "read", .meaning = "the far end closed the stream"});
    ASSERT_TRUE(waitUntil([&] { return bar->text().contains("closed the stream"); }));
    EXPECT_FALSE(dialog->isRunning());
}

TEST_F(ReplayDialogTest, MessagesThatAreNotKeptAnyMoreEndIt)
{
    auto dialog = open();
    model.setLimits({.messages = 10});
    model.append(std::span<const Message>());
    start(*dialog);
    EXPECT_EQ(played.end->answer<StartSeries>(SeriesStarted{.series = 1}).items.size(), 10u) << "the whole of what is left";
    auto old = open({2});
    start(*old);
    EXPECT_FALSE(old->isRunning());
    EXPECT_TRUE(old->findChild<ErrorBar *>()->text().contains("not kept any more"));
}

TEST_F(ReplayDialogTest, ClosedWhileItRunsItStopsTheSeries)
{
    auto dialog = open({1});
    start(*dialog);
    played.end->answer<StartSeries>(SeriesStarted{.series = 3, .window = 1});
    played.end->answer<AddToSeries>(Done{});
    dialog.reset();
    EXPECT_EQ(played.end->answer<StopSeries>(Done{}).series, 3u);
}

} // namespace
} // namespace ipclens
