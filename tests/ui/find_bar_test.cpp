#include "ui/find_bar.h"

#include "tests/ui/traffic_fake_connection.h"
#include "ui/error_bar.h"
#include "ui/match_list.h"
#include "ui/match_model.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

namespace ipclens {
namespace {

using test::PlayedClient;

class FindBarTest : public testing::Test {
protected:
    FindBarTest()
    {
        QSettings().clear();
        source.source = 7;
        source.extent = {0, 0x10000};
        bar.setSource(source);
        bar.resize(800, 60);
        bar.open();
    }
    QLineEdit &line() { return *bar.findChild<QLineEdit *>(QStringLiteral("findText")); }
    QString said() { return bar.findChild<QLabel *>(QStringLiteral("findSaid"))->text(); }
    void type(const QString &text) { line().setText(text); }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&line(), Qt::Key(key), modifiers); }
    FindBytes answer(std::vector<AddressRange> matches, std::uint64_t unreadable = 0)
    {
        return played.end->answer<FindBytes>(
            FindReply{.matches = std::move(matches), .searched = 0x10000, .unreadable = unreadable});
    }

    PlayedClient played;
    SourceInfo source;
    FindBar::Place place{0x100, {}, {0x100, 0x200}};
    FindBar bar{played.client, [this] { return place; }};
};

TEST_F(FindBarTest, SendsWhatIsTypedAndGoesToTheMatch)
{
    QSignalSpy found(&bar, &FindBar::found);
    type("4d ?? 79");
    press(Qt::Key_Return);
    const auto asked = answer({{0x123, 3}});
    EXPECT_EQ(asked.source, 7u);
    EXPECT_EQ(asked.pattern.kind, PatternKind::Hex);
    EXPECT_EQ(asked.pattern.text, "4d ?? 79");
    EXPECT_EQ(asked.from, 0x100u);
    EXPECT_TRUE(asked.regions.mapped) << "mapped memory is included by default";
    ASSERT_TRUE(waitUntil([&] { return found.count() == 1; }));
    EXPECT_EQ(found[0][0].value<AddressRange>(), (AddressRange{0x123, 3}));
    // What is in sight is marked.
    const auto near = answer({{0x123, 3}, {0x180, 3}});
    EXPECT_LE(near.range.begin, 0x100u);
    EXPECT_EQ(near.range.end(), 0x300u);
    ASSERT_TRUE(waitUntil([&] { return bar.highlights().size() == 2; }));
    // Standing on it, the next search begins behind where it begins; backwards before it.
    place.selection = {0x123, 3};
    bar.findNext();
    EXPECT_EQ(answer({{0x180, 3}}).from, 0x124u);
    ASSERT_TRUE(waitUntil([&] { return found.count() == 2; }));
    answer({});
    place.selection = {0x180, 3};
    bar.findPrevious();
    const auto back = answer({{0x123, 3}});
    EXPECT_TRUE(back.backwards);
    EXPECT_EQ(back.from, 0x180u);
}

TEST_F(FindBarTest, SaysThatItWentOnFromTheBeginning)
{
    type("4d");
    press(Qt::Key_Return);
    EXPECT_EQ(answer({}).from, 0x100u);
    EXPECT_EQ(answer({{0x10, 1}}).from, 0u);
    EXPECT_TRUE(waitUntil([this] { return said().contains("from the beginning"); })) << said().toStdString();
    EXPECT_EQ(answer({}).range.size, 0x300u) << "what is in sight, and a little before it";
    press(Qt::Key_Return, Qt::ShiftModifier);
    EXPECT_EQ(answer({}).from, 0x100u);
    EXPECT_EQ(answer({{0xff00, 1}}).from, 0x10000u);
    EXPECT_TRUE(waitUntil([this] { return said().contains("from the end"); })) << said().toStdString();
}

TEST_F(FindBarTest, SaysWhatCouldNotBeReadWhenNothingIsFound)
{
    type("4d");
    press(Qt::Key_Return);
    answer({}, 0x2000);
    answer({}, 0x2000);
    EXPECT_TRUE(waitUntil([this] { return said().contains("Not found in 64 KiB") && said().contains("8 KiB"); }))
        << said().toStdString();
}

TEST_F(FindBarTest, AWrongPatternIsSaidWithItsPlaceAndNotSent)
{
    type("4d zz");
    press(Qt::Key_Return);
    EXPECT_TRUE(said().contains("character 4")) << said().toStdString();
    EXPECT_TRUE(line().toolTip().contains("character 4")) << line().toolTip().toStdString();
    EXPECT_EQ(played.end->waiting<FindBytes>(), 0u);
    type("4d 5a");
    EXPECT_TRUE(said().isEmpty()) << "gone with the next letter";
    bar.findChild<QComboBox *>(QStringLiteral("findKind"))->setCurrentIndex(3);
    type("a(b");
    press(Qt::Key_Return);
    EXPECT_FALSE(said().isEmpty()) << "an unclosed group";
    EXPECT_EQ(played.end->waiting<FindBytes>(), 0u);
    bar.findChild<QComboBox *>(QStringLiteral("findKind"))->setCurrentIndex(2);
    type("12x");
    press(Qt::Key_Return);
    EXPECT_FALSE(said().isEmpty());
    EXPECT_EQ(played.end->waiting<FindBytes>(), 0u);
}

TEST_F(FindBarTest, TellsWhatTheSessionRefuses)
{
    type("4d");
    press(Qt::Key_Return);
    played.end->answer<FindBytes>(
        Failure(Error{.kind = ErrorKind::Exited, .operation = "find", .meaning = "it has exited"}));
    auto *refused = bar.findChild<ErrorBar *>();
    ASSERT_TRUE(waitUntil([&] { return refused->text().contains(QStringLiteral("it has exited")); }));
    EXPECT_FALSE(refused->isHidden());
    type("4d 5a");
    EXPECT_TRUE(refused->isHidden()) << "gone with the next letter";
}

TEST_F(FindBarTest, TextHasAnEncoding)
{
    bar.findChild<QComboBox *>(QStringLiteral("findKind"))->setCurrentIndex(1);
    type("Grüße");
    press(Qt::Key_Return);
    const auto asked = answer({{0x200, 7}});
    EXPECT_EQ(asked.pattern.kind, PatternKind::Text);
    EXPECT_EQ(asked.pattern.text, "Grüße");
    EXPECT_EQ(asked.pattern.encoding, TextEncoding::Utf8);
}

TEST_F(FindBarTest, ListsAll)
{
    auto *list = bar.list();
    list->resize(400, 200);
    QSignalSpy chosen(&bar, &FindBar::found);
    type("4d");
    press(Qt::Key_Return, Qt::AltModifier);
    ReplySink reply;
    const auto asked = played.end->take<FindBytes>(&reply);
    EXPECT_EQ(asked.from, 0u);
    EXPECT_EQ(asked.limit, 100'000u);
    reply(Result<AnyReply>(
        AnyReply(FindReply{.matches = {{0x10, 1}, {0x20, 1}, {0xfff8, 1}}, .more = true, .searched = 0x10000})));
    ASSERT_TRUE(waitUntil([&] { return list->model().rowCount() == 3; }));
    QAbstractItemModelTester tester(const_cast<MatchModel *>(&list->model()),
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    QStringList labels;
    for (auto *label : list->findChildren<QLabel *>())
        labels << label->text();
    EXPECT_TRUE(labels.join(' ').contains("there are more")) << labels.join(' ').toStdString();
    const auto read = played.end->answer<ReadMemory>(MemoryImages{
        {MemoryImage{.address = 0x10, .bytes = toBytes("MZ")}, MemoryImage{.address = 0x20, .bytes = toBytes("M\x01")},
         MemoryImage{.address = 0xfff8, .bytes = toBytes("12345678")}}});
    EXPECT_EQ(read.ranges.back(), (AddressRange{0xfff8, 8})) << "not beyond the end";
    EXPECT_TRUE(waitUntil([&] { return list->model().data(list->model().index(0, 2)).toString().contains("4d 5a"); }));
    emit list->chosen(list->model().matches()[1]);
    EXPECT_EQ(chosen.last()[0].value<AddressRange>(), (AddressRange{0x20, 1}));
}

TEST_F(FindBarTest, KeepsWhatWasLookedFor)
{
    type("4d 5a");
    press(Qt::Key_Return);
    answer({{0x10, 2}});
    FindBar other(played.client, [this] { return place; });
    other.setSource(source);
    other.open();
    auto *text = other.findChild<QLineEdit *>(QStringLiteral("findText"));
    QTest::keyClick(text, Qt::Key_Up);
    EXPECT_EQ(text->text(), "4d 5a");
}

TEST_F(FindBarTest, NothingIsSentWithoutAPattern)
{
    press(Qt::Key_Return);
    EXPECT_FALSE(said().isEmpty());
    EXPECT_EQ(played.end->waiting<FindBytes>(), 0u);
}

} // namespace
} // namespace ipclens
