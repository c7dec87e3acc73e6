#include "core/session/sharing_map.h"

#include "core/session/section_views.h"
#include "core/session/shared_data.h"
#include "core/text/any_case.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipclens {
namespace {

std::string processId(ProcessKey key)
{
    return fmt::format("process:{}:{}", key.pid, key.created);
}

std::string sizeText(std::uint64_t bytes)
{
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    const double kibibytes = static_cast<double>(bytes) / 1024;
    return kibibytes < 1024 ? fmt::format("{:.4g} KiB", kibibytes) : fmt::format("{:.4g} MiB", kibibytes / 1024);
}

// A map being put together; each node and edge once.
class Builder {
public:
    explicit Builder(SharingMap map = {}) : m_map(std::move(map))
    {
        for (std::size_t i = 0; i < m_map.nodes.size(); ++i)
            m_nodes.emplace(m_map.nodes[i].id, i);
        for (std::size_t i = 0; i < m_map.edges.size(); ++i)
            m_edges.emplace(keyOf(m_map.edges[i]), i);
    }

    const std::string &node(MapNode node)
    {
        const auto [at, isNew] = m_nodes.emplace(node.id, m_map.nodes.size());
        if (isNew)
            m_map.nodes.push_back(std::move(node));
        return m_map.nodes[at->second].id;
    }
    std::string process(ProcessKey key, const std::string &name)
    {
        return node({.id = processId(key),
                     .kind = MapNodeKind::Process,
                     .label = fmt::format("{} ({})", name.empty() ? "?" : name, key.pid),
                     .process = key});
    }
    // Again for the same two: its count is added, or replaced.
    void edge(MapEdge edge, bool replace = false)
    {
        const auto [at, isNew] = m_edges.emplace(keyOf(edge), m_map.edges.size());
        if (isNew) {
            m_map.edges.push_back(std::move(edge));
            return;
        }
        MapEdge &known = m_map.edges[at->second];
        known.count = replace ? edge.count : known.count + edge.count;
        known.certainty = std::min(known.certainty, edge.certainty); // the surest comes first
        if (!edge.label.empty() && known.label.find(edge.label) == std::string::npos)
            known.label += (known.label.empty() ? "" : "; ") + edge.label;
    }
    bool has(const std::string &id) const { return m_nodes.contains(id); }
    void note(std::string text) { m_map.notes.push_back(std::move(text)); }
    SharingMap take() { return std::move(m_map); }

private:
    using Key = std::tuple<std::string, std::string, MapEdgeKind>;
    static Key keyOf(const MapEdge &edge) { return {edge.from, edge.to, edge.kind}; }

    SharingMap m_map;
    std::unordered_map<std::string, std::size_t> m_nodes;
    std::map<Key, std::size_t> m_edges;
};

// "SECTION_MAP_READ" -> "read": an edge has little room.
std::string shortRights(const ObjectHandle &handle)
{
    std::vector<std::string> words;
    for (const std::string &right : handle.rights) {
        if (right == "SECTION_MAP_READ")
            words.emplace_back("read");
        else if (right == "SECTION_MAP_WRITE")
            words.emplace_back("write");
        else if (right == "SECTION_MAP_EXECUTE")
            words.emplace_back("execute");
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

MapNode nodeOf(const SharedObject &object, const std::string &id)
{
    const bool isSection = object.type == "Section";
    MapNode node{.id = id,
                 .kind = isSection ? MapNodeKind::Section : MapNodeKind::Sync,
                 .label = object.path.empty() ? fmt::format("unnamed {}", object.type)
                                              : object.path.substr(object.path.find_last_of('\\') + 1),
                 .detail = object.type,
                 .object = object.target()};
    if (isSection && object.section)
        node.detail =
            fmt::format("{}, {}", sizeText(object.section->size), fmt::join(object.section->attributeNames, " "));
    return node;
}

std::string idOf(const SharedObject &object)
{
    if (!object.path.empty())
        return "object:" + object.path;
    // By a handle that is not ours: the same from one map to the next.
    const auto theirs = std::ranges::find(object.holders, false, &ObjectHandle::isOurs);
    return theirs == object.holders.end() ? std::string()
                                          : fmt::format("handle:{}/0x{:x}", theirs->process.pid, theirs->handle);
}

void addObjects(Builder &map, const SharedObjectList &list, bool withUnnamed)
{
    for (const SharedObject &object : list.objects) {
        if (object.path.empty() && !withUnnamed)
            continue;
        std::string id;
        for (const ObjectHandle &handle : object.holders) {
            if (handle.isOurs)
                continue;
            if (id.empty())
                id = map.node(nodeOf(object, idOf(object)));
            map.edge({.from = map.process(handle.process, handle.processName),
                      .to = id,
                      .kind = MapEdgeKind::Holds,
                      .label = shortRights(handle)});
        }
    }
    for (const UnseenProcess &unseen : list.unseen)
        map.note(fmt::format("{} handles of {} ({}) could not be looked at: {}", unseen.handles, unseen.processName,
                             unseen.process.pid, toText(unseen.why)));
    if (!list.note.empty())
        map.note(list.note);
}

// Sections that only this session holds are no nodes, and get no views.
void addViews(Builder &map, const SharedObjectList &list, const LooseViews &found)
{
    for (const auto &[section, view] : found.views) {
        const std::string id = idOf(list.objects[section]);
        if (!map.has(id))
            continue;
        const bool isSure = view.certainty == Certainty::Exact;
        map.edge({.from = map.process(view.process, view.processName),
                  .to = id,
                  .kind = MapEdgeKind::Views,
                  .label = isSure ? "view" : "probable view",
                  .certainty = view.certainty});
    }
    if (!found.unseen.empty()) { // mostly those whose handles could not be looked at either
        constexpr std::size_t mostNamed = 3;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < std::min(mostNamed, found.unseen.size()); ++i)
            names.push_back(fmt::format("{} ({})", found.unseen[i].processName, found.unseen[i].process.pid));
        if (found.unseen.size() > mostNamed)
            names.push_back(fmt::format("{} more", found.unseen.size() - mostNamed));
        map.note(fmt::format("Views in {} are missing: {}", fmt::join(names, ", "), toText(found.unseen[0].why)));
    }
    if (found.possible > 0)
        map.note(fmt::format("{} are not drawn: only their sizes are known to agree with a section's.",
                             found.possible == 1 ? "A mapping" : fmt::format("{} mappings", found.possible)));
}

void addPipes(Builder &map, const PipeList &list)
{
    for (const NamedPipe &pipe : list.pipes) {
        if (std::ranges::all_of(pipe.ends, [](const PipeEnd &end) { return end.isOurs; }) && pipe.server.pid == 0)
            continue; // nobody is known to use it
        const bool isPipe = pipe.kind == PipeKind::Pipe;
        const std::string id =
            map.node({.id = fmt::format("{}:{}", isPipe ? "pipe" : "mailslot", pipe.name),
                      .kind = MapNodeKind::Pipe,
                      .label = pipe.name,
                      .detail = isPipe ? fmt::format("pipe, {} instances", pipe.instances) : "mailslot"});
        bool isServed = false;
        for (const PipeEnd &end : pipe.ends) {
            if (end.isOurs)
                continue;
            isServed = isServed || end.isServer;
            map.edge({.from = map.process(end.process, end.processName),
                      .to = id,
                      .kind = end.isServer ? MapEdgeKind::Serves : MapEdgeKind::Connects});
        }
        if (!isServed && pipe.server.pid != 0)
            map.edge({.from = map.process(pipe.server, pipe.serverName), .to = id, .kind = MapEdgeKind::Serves});
    }
    if (list.notListed)
        map.note("Pipes without a handle that could be looked at are missing: " + toText(*list.notListed));
}

void addSharedData(Builder &map, const SharedDataList &list)
{
    for (const SharedData &data : list.sections) {
        const auto id = map.node({.id = fmt::format("data:{}/{}", inAnyCase(data.path), data.section),
                                  .kind = MapNodeKind::SharedData,
                                  .label = fmt::format("{} {}", data.module, data.section),
                                  .detail = sizeText(data.size),
                                  .process = data.users.front().process,
                                  .module = data.module,
                                  .section = data.section});
        for (const SharedDataUser &user : data.users)
            map.edge({.from = map.process(user.process, user.processName),
                      .to = id,
                      .kind = MapEdgeKind::Loads,
                      .label = user.differs ? "differs" : ""});
    }
}

// Nodes with their neighbours, for cutting a map down.
std::unordered_map<std::string_view, std::set<std::string_view>> neighboursIn(const SharingMap &map)
{
    std::unordered_map<std::string_view, std::set<std::string_view>> neighbours;
    for (const MapEdge &edge : map.edges) {
        neighbours[edge.from].insert(edge.to);
        neighbours[edge.to].insert(edge.from);
    }
    return neighbours;
}

SharingMap keep(const SharingMap &map, const std::set<std::string_view> &kept)
{
    SharingMap rest{.notes = map.notes};
    for (const MapNode &node : map.nodes)
        if (kept.contains(node.id))
            rest.nodes.push_back(node);
    for (const MapEdge &edge : map.edges)
        if (kept.contains(edge.from) && kept.contains(edge.to))
            rest.edges.push_back(edge);
    return rest;
}

// Makes one node of each set of nodes with the same key; an empty key stays alone.
SharingMap merged(const SharingMap &map, const std::unordered_map<std::string_view, std::string> &keys,
                  std::size_t most)
{
    std::map<std::string, std::vector<const MapNode *>> sets; // in a fixed order
    for (const MapNode &node : map.nodes)
        if (const auto key = keys.find(node.id); key != keys.end())
            sets[key->second].push_back(&node);
    // The largest sets first: as few groups as are needed.
    std::vector<const std::vector<const MapNode *> *> bySize;
    for (const auto &[key, nodes] : sets)
        if (nodes.size() > 1)
            bySize.push_back(&nodes);
    std::ranges::stable_sort(bySize, std::greater(), [](const auto *nodes) { return nodes->size(); });

    std::unordered_map<std::string_view, const std::string *> nameOf;
    std::map<std::string, MapNode> groups; // by the id of their first node
    std::size_t left = map.nodes.size();
    for (const auto *nodes : bySize) {
        if (left <= most)
            break;
        left -= nodes->size() - 1;
        MapNode group = *nodes->front();
        std::uint32_t members = 0;
        for (const MapNode *node : *nodes)
            members += std::max(node->members, 1u);
        group.members = members;
        const bool areProcesses = group.kind == MapNodeKind::Process;
        const std::string name = group.label.substr(0, areProcesses ? group.label.rfind(" (") : group.label.npos);
        group.label =
            areProcesses ? fmt::format("{} x {}", members, name) : fmt::format("{} and {} more", name, members - 1);
        group.detail = fmt::format("{} alike", members);
        const auto at = groups.emplace(nodes->front()->id, std::move(group)).first;
        for (const MapNode *node : *nodes)
            nameOf[node->id] = &at->first;
    }
    Builder builder;
    const auto renamed = [&](const std::string &id) {
        const auto found = nameOf.find(id);
        return found == nameOf.end() ? id : *found->second;
    };
    for (const MapNode &node : map.nodes) {
        const auto group = groups.find(renamed(node.id));
        builder.node(group == groups.end() ? node : group->second);
    }
    for (MapEdge edge : map.edges) {
        edge.from = renamed(edge.from);
        edge.to = renamed(edge.to);
        builder.edge(std::move(edge));
    }
    SharingMap result = builder.take();
    result.notes = map.notes;
    return result;
}

std::string quoted(std::string_view text)
{
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(letter) < 0x20)
            quoted += ' ';
        else
            quoted += letter;
    }
    return quoted + '"';
}

const char *shapeOf(MapNodeKind kind)
{
    switch (kind) {
    case MapNodeKind::Process:
        return "box";
    case MapNodeKind::Section:
        return "cylinder";
    case MapNodeKind::SharedData:
        return "component";
    case MapNodeKind::Sync:
        return "hexagon";
    case MapNodeKind::Pipe:
        return "cds";
    case MapNodeKind::Window:
        break;
    }
    return "note";
}

} // namespace

Result<SharingMap> readSharingMap(System &system, const ReadSharingMap &command, std::stop_token stop)
{
    const auto objects = system.sharedObjects(stop);
    if (!objects)
        return Failure(objects.error());
    Builder map;
    addObjects(map, *objects, command.withUnnamed);
    if (command.withViews) {
        if (const auto views = findLooseViews(system, objects->objects, stop))
            addViews(map, *objects, *views);
        else if (views.error().kind == ErrorKind::Cancelled)
            return Failure(views.error());
        else
            map.note("Views without a handle are missing: " + toText(views.error()));
    }
    if (command.withPipes) {
        if (const auto pipes = system.pipes(stop))
            addPipes(map, *pipes);
        else if (pipes.error().kind == ErrorKind::Cancelled)
            return Failure(pipes.error());
        else
            map.note("Pipes are missing: " + toText(pipes.error()));
    }
    if (command.withSharedData) {
        if (const auto data = listSharedData(system, {.bytes = 256}, stop))
            addSharedData(map, *data);
        else if (data.error().kind == ErrorKind::Cancelled)
            return Failure(data.error());
        else
            map.note("Data shared by DLLs is missing: " + toText(data.error()));
    }
    return map.take();
}

void addTraffic(SharingMap &map, const std::vector<WindowTraffic> &traffic)
{
    Builder builder(std::move(map));
    for (const WindowTraffic &one : traffic) {
        const auto window =
            builder.node({.id = fmt::format("window:0x{:x}", one.window),
                          .kind = MapNodeKind::Window,
                          .label = one.windowTitle.empty() ? fmt::format("window 0x{:x}", one.window) : one.windowTitle,
                          .process = one.receiver,
                          .window = one.window});
        if (one.receiver.pid != 0)
            builder.edge(
                {.from = builder.process(one.receiver, one.receiverName), .to = window, .kind = MapEdgeKind::Owns},
                true);
        if (one.sender.pid != 0)
            builder.edge({.from = builder.process(one.sender, one.senderName),
                          .to = window,
                          .kind = MapEdgeKind::Sends,
                          .count = one.messages},
                         true);
    }
    map = builder.take();
}

SharingMap filtered(const SharingMap &map, const MapFilter &filter)
{
    std::set<std::string_view> kept;
    for (const MapNode &node : map.nodes)
        if (std::ranges::find(filter.hidden, node.kind) == filter.hidden.end())
            kept.insert(node.id);
    SharingMap visible = keep(map, kept);
    if (filter.onlyShared) {
        auto neighbours = neighboursIn(visible);
        kept.clear();
        for (const MapNode &node : visible.nodes)
            if (node.kind != MapNodeKind::Process && neighbours[node.id].size() >= 2) {
                kept.insert(node.id);
                kept.insert(neighbours[node.id].begin(), neighbours[node.id].end());
            }
        visible = keep(map, kept);
    }
    if (filter.text.empty())
        return visible;
    const std::string text = inAnyCase(filter.text);
    auto neighbours = neighboursIn(visible);
    std::set<std::string_view> matching;
    for (const MapNode &node : visible.nodes)
        if (inAnyCase(node.label).find(text) != std::string::npos) {
            matching.insert(node.id);
            matching.insert(neighbours[node.id].begin(), neighbours[node.id].end());
        }
    return keep(visible, matching);
}

SharingMap grouped(const SharingMap &map, std::size_t most)
{
    if (map.nodes.size() <= most)
        return map;
    const auto keysOf = [](const SharingMap &of, bool processes) {
        const auto neighbours = neighboursIn(of);
        std::unordered_map<std::string_view, std::string> keys;
        for (const MapNode &node : of.nodes) {
            if ((node.kind == MapNodeKind::Process) != processes)
                continue;
            std::string key(nameOf(node.kind));
            if (processes) // of the same program
                key += "\n" + node.label.substr(0, node.label.rfind(" ("));
            else if (const auto found = neighbours.find(node.id); found != neighbours.end())
                key += fmt::format("\n{}", fmt::join(found->second, "\n"));
            keys.emplace(node.id, std::move(key));
        }
        return keys;
    };
    const SharingMap fewerThings = merged(map, keysOf(map, false), most);
    if (fewerThings.nodes.size() <= most)
        return fewerThings;
    const SharingMap fewerProcesses = merged(fewerThings, keysOf(fewerThings, true), most);
    // Processes drawn as one may now be all that two things have in common.
    return merged(fewerProcesses, keysOf(fewerProcesses, false), most);
}

std::string toDot(const SharingMap &map)
{
    std::string dot = "graph ipclens {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
    for (const MapNode &node : map.nodes)
        dot += fmt::format("  {} [shape={}, label={}, tooltip={}];\n", quoted(node.id), shapeOf(node.kind),
                           quoted(node.label), quoted(node.detail));
    for (const MapEdge &edge : map.edges) {
        const double width = edge.count < 2 ? 1 : std::min(8.0, 1 + std::log2(static_cast<double>(edge.count)));
        std::string label = edge.label;
        if (edge.kind == MapEdgeKind::Sends)
            label = fmt::format("{} message{}", edge.count, edge.count == 1 ? "" : "s");
        dot += fmt::format("  {} -- {} [label={}, penwidth={:.2f}{}];\n", quoted(edge.from), quoted(edge.to),
                           quoted(label), width,
                           edge.kind == MapEdgeKind::Sends   ? ", dir=forward"
                           : edge.kind == MapEdgeKind::Views ? ", style=dashed"
                                                             : "");
    }
    return dot + "}\n";
}

} // namespace ipclens
