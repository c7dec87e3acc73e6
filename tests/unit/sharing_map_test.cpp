// The map of who talks to whom: made, cut down, written, laid out.
#include "core/session/map_layout.h"
#include "core/session/sharing_map.h"
#include "tests/unit/fake_system.h"

#include <algorithm>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipclens {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ObjectHandle handle(std::uint32_t pid, std::vector<std::string> rights = {}, bool isOurs = false)
{
    return {.process = {pid, 7}, .processName = "p.exe", .handle = 4, .rights = std::move(rights), .isOurs = isOurs};
}

const MapNode *nodeOf(const SharingMap &map, const std::string &label)
{
    const auto found = std::ranges::find(map.nodes, label, &MapNode::label);
    return found == map.nodes.end() ? nullptr : &*found;
}

// `nodes` processes and things with random edges between them, always the same.
SharingMap randomMap(std::size_t nodes, std::size_t edges)
{
    std::mt19937 random(7);
    SharingMap map;
    for (std::size_t i = 0; i < nodes; ++i) {
        const auto kind = i % 3 == 0 ? MapNodeKind::Process : i % 3 == 1 ? MapNodeKind::Section : MapNodeKind::Pipe;
        map.nodes.push_back({.id = fmt::format("n{}", i), .kind = kind, .label = fmt::format("node {}", i)});
    }
    for (std::size_t i = 0; i < edges; ++i) {
        const std::size_t process = random() % nodes / 3 * 3;
        // Mostly near: what real programs share has structure that a layout can find.
        std::size_t thing = (process + 1 + random() % 30) % nodes;
        thing += thing % 3 == 0;
        if (thing < nodes)
            map.edges.push_back({.from = fmt::format("n{}", process), .to = fmt::format("n{}", thing)});
    }
    std::ranges::shuffle(map.nodes, random);
    return map;
}

// The plain definition: two edges to the same side cross when their ends are in opposite orders.
std::uint64_t countedCrossings(const SharingMap &map, const MapLayout &layout)
{
    std::map<std::string, MapPosition> at;
    for (std::size_t i = 0; i < map.nodes.size(); ++i)
        at[map.nodes[i].id] = layout.positions[i];
    std::set<std::pair<std::string, std::string>> edges;
    for (const MapEdge &edge : map.edges)
        edges.emplace(edge.from, edge.to);
    std::uint64_t count = 0;
    for (auto one = edges.begin(); one != edges.end(); ++one)
        for (auto other = std::next(one); other != edges.end(); ++other)
            if (at[one->second].column == at[other->second].column)
                count +=
                    (at[one->first].row - at[other->first].row) * (at[one->second].row - at[other->second].row) < 0;
    return count;
}

class MapOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(MapOfSize, isLaidOutWithFewerCrossings)
{
    const SharingMap map = randomMap(GetParam(), GetParam() * 2);
    const MapLayout layout = layOut(map);
    EXPECT_EQ(layout.crossings, countedCrossings(map, layout));
    EXPECT_LE(layout.crossings, layout.crossingsBefore);
    if (GetParam() > 5) {
        EXPECT_LT(layout.crossings, layout.crossingsBefore / 2);
    }
    std::set<std::pair<double, double>> places;
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        const MapPosition &position = layout.positions[i];
        EXPECT_TRUE(places.emplace(position.column, position.row).second) << "two nodes in one place";
        EXPECT_GT(position.row, 0);
        EXPECT_LT(position.row, layout.rows);
        EXPECT_EQ(position.column, map.nodes[i].kind == MapNodeKind::Process   ? 1
                                   : map.nodes[i].kind == MapNodeKind::Section ? 0
                                                                               : 2);
    }
    const MapLayout again = layOut(map);
    for (std::size_t i = 0; i < map.nodes.size(); ++i)
        EXPECT_EQ(layout.positions[i].row, again.positions[i].row);
    RecordProperty("before", static_cast<int>(layout.crossingsBefore));
    RecordProperty("after", static_cast<int>(layout.crossings));
    std::printf("%zu nodes: %llu crossings before, %llu after\n", GetParam(),
                static_cast<unsigned long long>(layout.crossingsBefore),
                static_cast<unsigned long long>(layout.crossings));
}

INSTANTIATE_TEST_SUITE_P(Layout, MapOfSize, testing::Values(5, 50, 500));

TEST(MapLayoutOf, untanglesWhatHasNoCrossings)
{
    // A ladder: each process shares one section with the next; drawn in the worst order.
    SharingMap map;
    constexpr int count = 20;
    for (int i = 0; i < count; ++i)
        map.nodes.push_back({.id = fmt::format("p{}", i * 7 % count), .kind = MapNodeKind::Process});
    for (int i = 0; i + 1 < count; ++i) {
        map.nodes.push_back({.id = fmt::format("s{}", i * 3 % (count - 1)), .kind = MapNodeKind::Section});
        map.edges.push_back({.from = fmt::format("p{}", i), .to = fmt::format("s{}", i)});
        map.edges.push_back({.from = fmt::format("p{}", i + 1), .to = fmt::format("s{}", i)});
    }
    const MapLayout layout = layOut(map);
    EXPECT_GT(layout.crossingsBefore, 100u);
    EXPECT_LT(layout.crossings, layout.crossingsBefore / 10);
    EXPECT_TRUE(layOut({}).positions.empty());
}

TEST(SharingMapOf, hasProcessesAndWhatTheyShare)
{
    const auto world = std::make_shared<FakeWorld>();
    world->sharedObjects = {{.type = "Section",
                             .path = "\\B\\S",
                             .section = SectionInfo{.size = 8192, .attributeNames = {"SEC_COMMIT"}},
                             .holders = {handle(100, {"SECTION_MAP_READ"}),
                                         handle(200, {"SECTION_MAP_READ", "SECTION_MAP_WRITE"}), handle(1, {}, true)}},
                            {.type = "Event", .holders = {handle(100), handle(200)}}};
    world->unseen = {
        {.process = {300}, .processName = "closed.exe", .handles = 4, .why = {.kind = ErrorKind::Refused}}};
    world->pipes.pipes = {{.name = "talk",
                           .server = {200, 7},
                           .serverName = "p.exe",
                           .ends = {{.process = {100, 7}, .processName = "p.exe", .handle = 8}}}};
    FakeSystem system(world);
    const auto map = readSharingMap(system, {}, {});
    ASSERT_TRUE(map) << toText(map.error());
    ASSERT_TRUE(nodeOf(*map, "S"));
    EXPECT_EQ(nodeOf(*map, "S")->detail, "8 KiB, SEC_COMMIT");
    EXPECT_TRUE(nodeOf(*map, "unnamed Event"));
    EXPECT_TRUE(nodeOf(*map, "p.exe (100)"));
    EXPECT_FALSE(nodeOf(*map, "p.exe (1)")) << "our own handle is no use of a section";
    EXPECT_THAT(map->edges, Contains(AllOf(Field(&MapEdge::from, "process:200:7"), Field(&MapEdge::to, "object:\\B\\S"),
                                           Field(&MapEdge::label, "read, write"))));
    EXPECT_THAT(map->edges,
                Contains(AllOf(Field(&MapEdge::kind, MapEdgeKind::Serves), Field(&MapEdge::from, "process:200:7"))));
    EXPECT_THAT(map->edges,
                Contains(AllOf(Field(&MapEdge::kind, MapEdgeKind::Connects), Field(&MapEdge::from, "process:100:7"))));
    EXPECT_THAT(map->notes, Contains(HasSubstr("closed.exe")));
    const auto named = readSharingMap(system, {.withUnnamed = false, .withPipes = false, .withSharedData = false}, {});
    EXPECT_THAT(named->nodes, SizeIs(3));
}

TEST(SharingMapOf, drawsViewsOfProcessesWithoutAHandle)
{
    constexpr std::uint64_t size = 4 * 4096;
    const auto world = std::make_shared<FakeWorld>();
    const auto section = world->addSection("\\B\\S", size);
    section->set(0x1010, "shared contents");
    world->addSection("\\B\\Blank", 2 * 4096);
    world->objectDetails.insert_or_assign(
        "\\B\\F", ObjectDetails{.type = "Section", .path = "\\B\\F", .file = "C:\\Data\\File.bin"});
    world->sharedObjects = {
        {.type = "Section", .path = "\\B\\S", .section = SectionInfo{.size = size}, .holders = {handle(100)}},
        {.type = "Section", .path = "\\B\\Blank", .section = SectionInfo{.size = 2 * 4096}, .holders = {handle(100)}},
        {.type = "Section",
         .path = "\\B\\F",
         .section = SectionInfo{.size = 5000, .attributes = 0x80'0000},
         .holders = {handle(100)}},
        {.type = "Section",
         .path = "\\B\\Ours",
         .section = SectionInfo{.size = size},
         .holders = {handle(1, {}, true)}}};
    const auto holder = world->addProcess(100, "holder.exe");
    const auto viewer = world->addProcess(200, "viewer.exe");
    const auto other = world->addProcess(300, "other.exe");
    for (const auto &process : {holder, viewer, other})
        process->addView({0x50000, size});
    holder->set(0x51010, "shared contents");
    viewer->set(0x51010, "shared contents");
    other->set(0x51010, "something else.");
    other->addView({0x90000, 2 * 4096}, "C:\\data\\file.bin");
    other->addView({0xa0000, 2 * 4096}); // as large as the blank one, and blank
    world->addProcess(400, "closed.exe");
    world->openErrors[400] = Error{.kind = ErrorKind::Refused, .code = 5, .operation = "OpenProcess"};
    FakeSystem system(world);

    const auto map = readSharingMap(system, {.withPipes = false, .withSharedData = false}, {});
    ASSERT_TRUE(map) << toText(map.error());
    std::vector<MapEdge> views;
    std::ranges::copy_if(map->edges, std::back_inserter(views),
                         [](const MapEdge &edge) { return edge.kind == MapEdgeKind::Views; });
    EXPECT_THAT(views, testing::UnorderedElementsAre(
                           MapEdge{.from = "process:200:1000200",
                                   .to = "object:\\B\\S",
                                   .kind = MapEdgeKind::Views,
                                   .label = "probable view",
                                   .certainty = Certainty::Probable},
                           MapEdge{.from = "process:300:1000300",
                                   .to = "object:\\B\\F",
                                   .kind = MapEdgeKind::Views,
                                   .label = "view"}));
    EXPECT_THAT(map->notes, Contains(HasSubstr("A mapping")));
    EXPECT_THAT(map->notes, Contains(HasSubstr("closed.exe")));
    EXPECT_THAT(toDot(*map), HasSubstr("\"process:200:1000200\" -- \"object:\\\\B\\\\S\" "
                                       "[label=\"probable view\", penwidth=1.00, style=dashed]"));
    const auto quick =
        readSharingMap(system, {.withPipes = false, .withSharedData = false, .withViews = false}, {});
    EXPECT_THAT(quick->edges, testing::Each(Field(&MapEdge::kind, testing::Ne(MapEdgeKind::Views))));
}

TEST(SharingMapOf, takesTrafficAgainAndAgain)
{
    SharingMap map;
    const WindowTraffic traffic{.sender = {100, 7},
                                .senderName = "a.exe",
                                .window = 0x10,
                                .windowTitle = "Receiver",
                                .receiver = {200, 7},
                                .receiverName = "b.exe",
                                .messages = 3};
    addTraffic(map, {traffic});
    EXPECT_THAT(map.nodes, SizeIs(3));
    EXPECT_THAT(map.edges, Contains(AllOf(Field(&MapEdge::kind, MapEdgeKind::Sends), Field(&MapEdge::count, 3u))));
    WindowTraffic later = traffic;
    later.messages = 10;
    addTraffic(map, {later});
    EXPECT_THAT(map.nodes, SizeIs(3));
    EXPECT_THAT(map.edges, SizeIs(2));
    EXPECT_THAT(map.edges, Contains(AllOf(Field(&MapEdge::kind, MapEdgeKind::Sends), Field(&MapEdge::count, 10u))));
    EXPECT_THAT(toDot(map), HasSubstr("10 messages"));
}

// Two processes share one section; a third has one of its own.
SharingMap smallMap()
{
    SharingMap map;
    for (const char *id : {"p1", "p2", "p3"})
        map.nodes.push_back({.id = id, .kind = MapNodeKind::Process, .label = std::string(id) + ".exe (1)"});
    map.nodes.push_back({.id = "s", .kind = MapNodeKind::Section, .label = "Shared"});
    map.nodes.push_back({.id = "own", .kind = MapNodeKind::Section, .label = "Own"});
    map.edges = {{.from = "p1", .to = "s"}, {.from = "p2", .to = "s"}, {.from = "p3", .to = "own"}};
    map.notes = {"a note"};
    return map;
}

std::vector<std::string> idsOf(const SharingMap &map)
{
    std::vector<std::string> ids;
    for (const MapNode &node : map.nodes)
        ids.push_back(node.id);
    return ids;
}

TEST(SharingMapOf, isFiltered)
{
    const SharingMap map = smallMap();
    EXPECT_THAT(idsOf(filtered(map, {})), ElementsAre("p1", "p2", "s"));
    EXPECT_THAT(filtered(map, {}).edges, SizeIs(2));
    EXPECT_EQ(filtered(map, {.onlyShared = false}), map);
    EXPECT_THAT(idsOf(filtered(map, {.text = "OWN", .onlyShared = false})), ElementsAre("p3", "own"));
    EXPECT_THAT(idsOf(filtered(map, {.hidden = {MapNodeKind::Section}, .onlyShared = false})),
                ElementsAre("p1", "p2", "p3"));
    EXPECT_THAT(idsOf(filtered(map, {.text = "nothing"})), IsEmpty());
}

TEST(SharingMapOf, isGroupedUntilItFits)
{
    SharingMap map;
    for (int p = 0; p < 10; ++p)
        map.nodes.push_back(
            {.id = fmt::format("p{}", p), .kind = MapNodeKind::Process, .label = fmt::format("demo.exe ({})", p)});
    for (int s = 0; s < 90; ++s) {
        map.nodes.push_back(
            {.id = fmt::format("s{}", s), .kind = MapNodeKind::Section, .label = fmt::format("S{}", s)});
        map.edges.push_back({.from = fmt::format("p{}", s / 9), .to = fmt::format("s{}", s)});
        map.edges.push_back({.from = fmt::format("p{}", (s / 9 + 1) % 10), .to = fmt::format("s{}", s)});
    }
    EXPECT_EQ(grouped(map, 100), map);
    const SharingMap fewer = grouped(map, 30);
    EXPECT_LE(fewer.nodes.size(), 30u);
    std::uint64_t edges = 0;
    for (const MapEdge &edge : fewer.edges)
        edges += edge.count;
    EXPECT_EQ(edges, 180u) << "a group's edges stand for all of its members'";
    const SharingMap least = grouped(map, 2);
    EXPECT_THAT(least.nodes, SizeIs(2));
    EXPECT_EQ(least.nodes[0].label, "10 x demo.exe");
    EXPECT_EQ(least.nodes[1].members, 90u);
    EXPECT_EQ(least.edges.at(0).count, 180u);
}

TEST(SharingMapOf, isEscapedInDot)
{
    SharingMap map;
    map.nodes = {{.id = "a\"b\\", .kind = MapNodeKind::Process, .label = "line\nbreak \"quoted\""},
                 {.id = "x", .kind = MapNodeKind::Pipe}};
    map.edges = {{.from = "a\"b\\", .to = "x", .label = "\\"}};
    const std::string dot = toDot(map);
    EXPECT_THAT(dot, HasSubstr("\"a\\\"b\\\\\" [shape=box, label=\"line break \\\"quoted\\\"\""));
    EXPECT_THAT(dot, HasSubstr("\"a\\\"b\\\\\" -- \"x\" [label=\"\\\\\""));
    EXPECT_EQ(std::ranges::count(dot, '\n'), 7) << dot;
}

} // namespace
} // namespace ipclens
