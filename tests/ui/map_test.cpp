#include "ui/map_tab.h"

#include "tests/ui/sharing_world.h"
#include "ui/map_view.h"
#include "ui/message_counts.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QImage>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWheelEvent>

namespace ipclens {
namespace {

using test::key;

MapPicture pictureOf(const SharingMap &map)
{
    MapPicture picture;
    picture.setFont(QApplication::font());
    picture.setWidth(900);
    picture.set(map, layOut(map));
    return picture;
}

TEST(MapPicture, NoNodeLiesOnAnother)
{
    const auto map = test::mapOf(40, 120);
    const auto picture = pictureOf(map);
    for (std::size_t one = 0; one < map.nodes.size(); ++one) {
        EXPECT_TRUE(QRectF({0, 0}, picture.size()).contains(picture.rectOf(one)));
        for (std::size_t other = one + 1; other < map.nodes.size(); ++other)
            ASSERT_FALSE(picture.rectOf(one).intersects(picture.rectOf(other))) << one << " and " << other;
    }
}

TEST(MapPicture, FindsTheNodeUnderAPointAndNoneBesideIt)
{
    const auto map = test::mapOf(10, 20);
    const auto picture = pictureOf(map);
    for (std::size_t node = 0; node < map.nodes.size(); ++node) {
        EXPECT_EQ(picture.nodeAt(picture.rectOf(node).center()), node);
        EXPECT_NE(picture.nodeAt(picture.rectOf(node).bottomRight() + QPointF(1, 2)), node);
    }
    EXPECT_EQ(picture.nodeAt({-5, -5}), MapPicture::none);
}

TEST(MapPicture, WalksThroughEveryNodeOfAColumn)
{
    const auto map = test::mapOf(12, 30);
    const auto picture = pictureOf(map);
    auto node = picture.first();
    while (picture.besideInColumn(node, -1) != MapPicture::none)
        node = picture.besideInColumn(node, -1);
    std::size_t met = 1;
    for (; picture.besideInColumn(node, 1) != MapPicture::none; ++met) {
        const auto next = picture.besideInColumn(node, 1);
        EXPECT_GT(picture.rectOf(next).top(), picture.rectOf(node).top());
        node = next;
    }
    EXPECT_EQ(met, 12u) << "the processes stand in the middle";
    const auto beside = picture.inColumnBeside(node, 1);
    ASSERT_NE(beside, MapPicture::none);
    EXPECT_GT(picture.rectOf(beside).left(), picture.rectOf(node).left());
}

TEST(MapPicture, AnEdgeToNowhereIsLeftOut)
{
    auto map = test::mapOf(2, 1);
    map.edges.push_back({.from = map.nodes[0].id, .to = "gone"});
    const auto picture = pictureOf(map);
    QImage image(400, 300, QImage::Format_RGB32);
    QPainter painter(&image);
    picture.paint(painter, QRectF({0, 0}, picture.size()), QPalette(), 1, 0);
    EXPECT_EQ(picture.neighbours(0).size() + picture.neighbours(1).size(), 2u);
}

TEST(MapPicture, MoreMessagesMakeAThickerLine)
{
    const QPalette palette;
    EXPECT_GT(penOf(MapEdgeKind::Sends, 1000, palette).widthF(), penOf(MapEdgeKind::Sends, 10, palette).widthF());
    EXPECT_LT(penOf(MapEdgeKind::Sends, ~0ull, palette).widthF(), 16);
    EXPECT_NE(penOf(MapEdgeKind::Loads, 1, palette).style(), penOf(MapEdgeKind::Holds, 1, palette).style());
}

struct MapTabTest : testing::Test, test::SharingClient {
    MessageCounts counts{client};
    std::unique_ptr<MapTab> tab;

    MapTabTest()
    {
        world->map = test::mapOf(6, 10);
        tab = std::make_unique<MapTab>(client, counts);
        tab->resize(900, 600);
    }
    void show()
    {
        tab->show();
        ASSERT_TRUE(waitUntil([this] { return nodes() > 0; }));
    }
    std::size_t nodes() { return tab->view()->picture().map().nodes.size(); }
    void press(int pressed, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QKeyEvent event(QEvent::KeyPress, pressed, modifiers);
        QApplication::sendEvent(tab->view(), &event);
    }
    void raise(std::uint32_t sender, std::uint64_t window, int messages)
    {
        MessageBatch batch;
        for (int i = 0; i < messages; ++i) {
            Message message;
            message.sender = key(sender);
            message.senderName = "trader.exe";
            message.receiverWindow = window;
            message.receiver = key(1004);
            message.receiverName = "feed.exe";
            batch.messages.push_back(message);
        }
        world->sinks.event(std::move(batch));
    }
    std::uint64_t sent(std::uint64_t window)
    {
        const auto &map = tab->view()->picture().map();
        for (const auto &edge : map.edges) {
            const auto to = tab->view()->picture().indexOf(edge.to);
            if (edge.kind == MapEdgeKind::Sends && to != MapPicture::none && map.nodes[to].window == window)
                return edge.count;
        }
        return 0;
    }
};

TEST_F(MapTabTest, ShowsTheSessionsMap)
{
    show();
    EXPECT_EQ(tab->view()->chosen(), nullptr);
    press(Qt::Key_Down);
    ASSERT_NE(tab->view()->chosen(), nullptr) << "reachable with the keyboard";
    EXPECT_EQ(tab->view()->chosen()->kind, MapNodeKind::Process);
    EXPECT_TRUE(tab->view()->accessibleDescription().startsWith(QString::fromStdString(tab->view()->chosen()->label)));
    const auto first = tab->view()->chosen()->id;
    press(Qt::Key_Right);
    EXPECT_NE(tab->view()->chosen()->id, first);
    EXPECT_NE(tab->view()->chosen()->kind, MapNodeKind::Process);
    press(Qt::Key_Escape);
    EXPECT_EQ(tab->view()->chosen(), nullptr);
}

TEST_F(MapTabTest, EnterOpensWhatIsChosen)
{
    show();
    QSignalSpy processes(tab.get(), &SharingTab::processRequested);
    QSignalSpy objects(tab.get(), &SharingTab::objectRequested);
    press(Qt::Key_Down);
    const auto process = tab->view()->chosen()->process;
    press(Qt::Key_Return);
    ASSERT_EQ(processes.count(), 1);
    EXPECT_EQ(processes[0][0].value<ProcessKey>(), process);
    const auto &map = tab->view()->picture().map();
    const auto section = std::ranges::find(map.nodes, MapNodeKind::Section, &MapNode::kind);
    ASSERT_NE(section, map.nodes.end());
    tab->view()->choose(static_cast<std::size_t>(section - map.nodes.begin()));
    press(Qt::Key_Return);
    ASSERT_EQ(objects.count(), 1);
    EXPECT_EQ(objects[0][0].value<ObjectTarget>(), section->object);
}

TEST_F(MapTabTest, TheFilterLeavesWhatHasTheNameAndItsNeighbours)
{
    show();
    const auto all = nodes();
    tab->setFilter(QStringLiteral("OrderBook"));
    ASSERT_TRUE(waitUntil([&] { return nodes() < all; }));
    for (const auto &node : tab->view()->picture().map().nodes)
        EXPECT_TRUE(node.kind == MapNodeKind::Process || node.label.starts_with("OrderBook")) << node.label;
    tab->setFilter(QStringLiteral("nothing has this name"));
    ASSERT_TRUE(waitUntil([&] { return nodes() == 0; }));
    tab->setFilter({});
    ASSERT_TRUE(waitUntil([&] { return nodes() == all; }));
}

TEST_F(MapTabTest, MessagesThickenEdgesAsTheyArrive)
{
    world->change(
        [&] { std::erase_if(world->map.edges, [](const MapEdge &edge) { return edge.kind == MapEdgeKind::Sends; }); });
    tab->findChild<QAction *>(QStringLiteral("onlyShared"))->setChecked(false); // only what is shared: one sender is enough here
    show();
    raise(1000, 0xabc, 3);
    ASSERT_TRUE(waitUntil([&] { return sent(0xabc) == 3; }));
    raise(1000, 0xabc, 4);
    ASSERT_TRUE(waitUntil([&] { return sent(0xabc) == 7; }));
}

TEST_F(MapTabTest, MessagesCountBeforeTheMapIsOpened)
{
    tab->findChild<QAction *>(QStringLiteral("onlyShared"))->setChecked(false);
    raise(1000, 0xabc, 5);
    ASSERT_TRUE(waitUntil([&] { return !counts.traffic().empty(); }));
    show();
    EXPECT_EQ(sent(0xabc), 5u);
}

TEST_F(MapTabTest, UnknownSendersAreCountedAndSaid)
{
    raise(0, 0xabc, 2);
    ASSERT_TRUE(waitUntil([&] { return counts.unknownSenders() == 2; }));
    show();
    bool isSaid = false;
    for (const auto *label : tab->findChildren<QLabel *>())
        isSaid = isSaid || label->text().contains(QStringLiteral("2 messages are not drawn"));
    EXPECT_TRUE(isSaid);
}

TEST_F(MapTabTest, TheChosenNodeStaysChosenWhenTheMapChanges)
{
    show();
    press(Qt::Key_Down);
    const auto id = tab->view()->chosen()->id;
    const auto before = nodes();
    world->change([&] { world->map = test::mapOf(7, 14); });
    tab->refresh();
    ASSERT_TRUE(waitUntil([&] { return nodes() != before; }));
    ASSERT_NE(tab->view()->chosen(), nullptr);
    EXPECT_EQ(tab->view()->chosen()->id, id);
}

TEST_F(MapTabTest, ManyAlikeAreDrawnAsOneUntilAskedFor)
{
    world->map = test::mapOf(60, 440);
    show();
    EXPECT_LT(nodes(), 500u);
    const auto grouped = nodes();
    tab->findChild<QAction *>(QStringLiteral("group"))->setChecked(false);
    ASSERT_TRUE(waitUntil([&] { return nodes() > grouped; }));
}

TEST_F(MapTabTest, ZoomsAroundThePointer)
{
    world->map = test::mapOf(40, 100);
    show();
    auto *view = tab->view();
    const double before = view->zoom();
    const QPointF at(200, 150);
    QWheelEvent wheel(at, view->viewport()->mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(view->viewport(), &wheel);
    EXPECT_GT(view->zoom(), before);
    press(Qt::Key_0);
    EXPECT_LE(view->zoom(), 1);
    for (int i = 0; i < 60; ++i)
        press(Qt::Key_Minus);
    EXPECT_GT(view->zoom(), 0);
}

TEST_F(MapTabTest, IsExportedAsPictureAsPageAndForGraphviz)
{
    show();
    const QTemporaryDir folder;
    for (const auto *ending : {"png", "pdf", "dot"})
        EXPECT_EQ(tab->exportTo(folder.filePath(QStringLiteral("map.") + QLatin1String(ending))), "") << ending;
    const QImage image(folder.filePath(QStringLiteral("map.png")));
    EXPECT_EQ(image.size(), (tab->view()->picture().size() * 2).toSize());
    QFile pdf(folder.filePath(QStringLiteral("map.pdf")));
    ASSERT_TRUE(pdf.open(QIODevice::ReadOnly));
    EXPECT_TRUE(pdf.read(5).startsWith("%PDF-"));
    QFile dot(folder.filePath(QStringLiteral("map.dot")));
    ASSERT_TRUE(dot.open(QIODevice::ReadOnly));
    EXPECT_TRUE(dot.readAll().contains("trader.exe"));
    EXPECT_NE(tab->exportTo(folder.filePath(QStringLiteral("map.txt"))), "");
    EXPECT_FALSE(QFile::exists(folder.filePath(QStringLiteral("map.txt"))));
    EXPECT_NE(tab->exportTo(folder.filePath(QStringLiteral("missing/map.png"))), "");
}

} // namespace
} // namespace ipclens
