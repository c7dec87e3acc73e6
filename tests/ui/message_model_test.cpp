#include "ui/message_model.h"

#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>

namespace ipclens {
namespace {

using test::sampleMessage;

constexpr std::int64_t start = 1'700'000'000'000'000'000;
constexpr std::int64_t millisecond = 1'000'000;

// `count` messages from `first` on, a millisecond apart; every tenth says "needle".
std::vector<Message> batch(std::uint64_t first, std::uint64_t count)
{
    std::vector<Message> messages;
    messages.reserve(count);
    for (auto n = first; n < first + count; ++n)
        messages.push_back(sampleMessage(n, start + static_cast<std::int64_t>(n) * millisecond,
                                         n % 10 == 0 ? "a Needle in it" : "hay"));
    return messages;
}

QString shown(const MessageModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

class MessageModelTest : public testing::Test {
protected:
    MessageModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(MessageModelTest, StartsEmpty)
{
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_EQ(model.columnCount(), MessageModel::ColumnCount);
    EXPECT_EQ(model.rowNearTime(0), -1);
    EXPECT_EQ(model.rowOfIndex(0), -1);
}

TEST_F(MessageModelTest, OneInsertForEachBatch)
{
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    model.append(batch(1, 100));
    model.append(batch(101, 50));
    model.append(std::span<const Message>());
    ASSERT_EQ(inserted.size(), 2);
    EXPECT_EQ(inserted[1][1].toInt(), 100);
    EXPECT_EQ(inserted[1][2].toInt(), 149);
    EXPECT_EQ(model.rowCount(), 150);
}

TEST_F(MessageModelTest, ShowsWhatIsKnownOfAMessage)
{
    auto message = sampleMessage(12'345, start, "payload");
    message.id = 1001;
    model.append(std::vector<Message>{sampleMessage(12'344, start - 1'500'000), message});
    EXPECT_EQ(shown(model, 1, MessageModel::Number), "12,345");
    EXPECT_EQ(shown(model, 0, MessageModel::Delta), "");
    EXPECT_EQ(shown(model, 1, MessageModel::Delta), "0.001500");
    EXPECT_EQ(shown(model, 1, MessageModel::Sender), "demo.exe 100");
    EXPECT_EQ(shown(model, 1, MessageModel::Kind), "WM_COPYDATA");
    EXPECT_EQ(shown(model, 1, MessageModel::Id), "1001 (0x3E9)");
    EXPECT_EQ(shown(model, 1, MessageModel::Size), "7");
    EXPECT_EQ(shown(model, 1, MessageModel::Summary), "payload");
    EXPECT_TRUE(model.headerData(MessageModel::Sender, Qt::Horizontal, Qt::DisplayRole).toString().contains("claimed"));
}

TEST_F(MessageModelTest, ShowsTrueSizesAndMissingSenders)
{
    auto cut = sampleMessage(1, start, "only the beginning");
    cut.size = 1'000'000;
    auto null = sampleMessage(2, start, "");
    null.nullData = true;
    null.size = 64;
    auto bogus = sampleMessage(3, start);
    bogus.sender = {};
    bogus.senderWindow = 0xDEAD;
    auto none = bogus;
    none.senderWindow = 0;
    Message registered;
    registered.kind = MessageKind::Registered;
    registered.name = "Mapped";
    registered.id = 0xC0F1;
    model.append(std::vector<Message>{cut, null, bogus, none, registered});
    EXPECT_EQ(shown(model, 0, MessageModel::Size), "1,000,000 cut");
    EXPECT_EQ(shown(model, 1, MessageModel::Size), "64 NULL");
    EXPECT_EQ(shown(model, 2, MessageModel::Sender), "0xDEAD, no such window");
    EXPECT_EQ(shown(model, 3, MessageModel::Sender), "none given");
    EXPECT_EQ(shown(model, 4, MessageModel::Sender), "unknown");
    EXPECT_EQ(shown(model, 4, MessageModel::Id), "Mapped (0xC0F1)");
    EXPECT_EQ(shown(model, 4, MessageModel::Kind), "registered");
}

TEST_F(MessageModelTest, WhileNotShowingItOnlyStores)
{
    model.append(batch(1, 10));
    model.setShowing(false);
    model.append(batch(11, 20));
    model.append(batch(31, 5));
    EXPECT_EQ(model.rowCount(), 10);
    EXPECT_EQ(model.waiting(), 25u);
    EXPECT_EQ(model.store().size(), 35u);
    // A filter does not let out what waits.
    model.setFilter(*MessageFilter::parse("needle"));
    EXPECT_EQ(model.rowCount(), 1);
    model.setFilter({});
    EXPECT_EQ(model.rowCount(), 10);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    model.setShowing(true);
    EXPECT_EQ(inserted.size(), 1);
    EXPECT_EQ(model.rowCount(), 35);
    EXPECT_EQ(model.waiting(), 0u);
}

TEST_F(MessageModelTest, FiltersWhatIsThereAndWhatComes)
{
    model.append(batch(1, 100));
    model.setFilter(*MessageFilter::parse("NEEDLE"));
    ASSERT_EQ(model.rowCount(), 10);
    EXPECT_EQ(model.messageAt(0).sequence, 10u);
    model.append(batch(101, 100));
    ASSERT_TRUE(waitUntil([&] { return model.unfiltered() == 0; }));
    ASSERT_EQ(model.rowCount(), 20);
    EXPECT_EQ(model.messageAt(19).sequence, 200u);
    EXPECT_EQ(model.rowOfIndex(199), 19);
    EXPECT_EQ(model.rowOfIndex(198), -1);
    // The time since the row above, not since the message before.
    EXPECT_EQ(shown(model, 1, MessageModel::Delta), "0.010000");
    model.setFilter(*MessageFilter::parse("", TimeRange{start + 5 * millisecond, start + 8 * millisecond}));
    ASSERT_EQ(model.rowCount(), 3);
    EXPECT_EQ(model.messageAt(0).sequence, 5u);
}

TEST_F(MessageModelTest, FindsRowsByTime)
{
    model.append(batch(0, 100));
    EXPECT_EQ(model.rowNearTime(start - 1), 0);
    EXPECT_EQ(model.rowNearTime(start + 40 * millisecond), 40);
    EXPECT_EQ(model.rowNearTime(start + 40 * millisecond + 1), 41);
    EXPECT_EQ(model.rowNearTime(start + 1000 * millisecond), 99);
}

TEST_F(MessageModelTest, LetsTheOldestGoAtTheLimit)
{
    model.append(batch(1, 1000));
    const auto each = model.store().bytes() / 1000;
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    model.setLimits({.bytes = each * 600});
    EXPECT_LE(model.store().bytes(), each * 600);
    ASSERT_EQ(removed.size(), 1);
    EXPECT_EQ(static_cast<std::uint64_t>(model.rowCount()), model.store().size());
    EXPECT_EQ(model.messageAt(model.rowCount() - 1).sequence, 1000u);
    EXPECT_EQ(model.store().letGoCount() + model.store().size(), 1000u);
    EXPECT_EQ(shown(model, 0, MessageModel::Delta), "");

    model.setFilter(*MessageFilter::parse("needle"));
    model.append(batch(1001, 500));
    ASSERT_TRUE(waitUntil([&] { return model.unfiltered() == 0; }));
    for (int row = 0; row < model.rowCount(); ++row) {
        ASSERT_EQ(model.messageAt(row).sequence % 10, 0u);
        ASSERT_GE(model.indexOfRow(row), model.store().begin());
    }
    EXPECT_EQ(model.messageAt(model.rowCount() - 1).sequence, 1500u);
}

TEST_F(MessageModelTest, LetsMessagesGoThatWereNeverShown)
{
    model.setShowing(false);
    model.append(batch(1, 1000));
    model.setLimits({.bytes = model.store().bytes() / 2});
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_LT(model.waiting(), 1000u);
    model.setShowing(true);
    EXPECT_EQ(static_cast<std::uint64_t>(model.rowCount()), model.store().size());
    EXPECT_EQ(model.messageAt(model.rowCount() - 1).sequence, 1000u);
}

TEST_F(MessageModelTest, ClearKeepsTheFilter)
{
    model.append(batch(1, 100));
    model.setFilter(*MessageFilter::parse("needle"));
    model.clear();
    EXPECT_EQ(model.rowCount(), 0);
    model.append(batch(1, 10));
    ASSERT_TRUE(waitUntil([&] { return model.unfiltered() == 0; }));
    EXPECT_EQ(model.rowCount(), 1);
}

// Without the model tester, which looks at everything again after each change.
TEST(MessageModelMillion, AppendsFiltersAndClears)
{
    constexpr std::uint64_t million = 1'000'000, piece = 5'000;
    MessageModel model;
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    for (std::uint64_t first = 0; first < million; first += piece)
        model.append(batch(first, piece));
    EXPECT_EQ(inserted.size(), static_cast<qsizetype>(million / piece));
    ASSERT_EQ(model.rowCount(), static_cast<int>(million));
    for (const int row : {0, 1, 499'999, 999'999}) {
        EXPECT_EQ(model.messageAt(row).sequence, static_cast<std::uint64_t>(row));
        EXPECT_EQ(model.rowOfIndex(static_cast<std::uint64_t>(row)), row);
    }

    model.setFilter(*MessageFilter::parse("needle"));
    ASSERT_TRUE(waitUntil([&] { return model.unfiltered() == 0; }));
    ASSERT_EQ(model.rowCount(), static_cast<int>(million / 10));
    EXPECT_EQ(model.messageAt(99'999).sequence, 999'990u);
    EXPECT_EQ(model.rowOfIndex(999'990), 99'999);

    // Another filter in the middle of one leaves nothing of it behind.
    model.setFilter(*MessageFilter::parse("hay"));
    model.setFilter(*MessageFilter::parse("nowhere to be found"));
    ASSERT_TRUE(waitUntil([&] { return model.unfiltered() == 0; }));
    EXPECT_EQ(model.rowCount(), 0);

    model.setFilter({});
    EXPECT_EQ(model.rowCount(), static_cast<int>(million));
    model.clear();
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_EQ(model.store().bytes(), 0u);
    model.append(batch(7, 1));
    EXPECT_EQ(model.messageAt(0).sequence, 7u);
}

} // namespace
} // namespace ipclens
