#include "core/session/map_layout.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

namespace ipclens {
namespace {

constexpr std::size_t middle = 1;
constexpr int mostSweeps = 24;
constexpr int swapRounds = 4;
constexpr std::size_t mostSwapped = 600; // nodes; beyond that exchanging neighbours one by one takes too long

std::size_t columnOf(MapNodeKind kind)
{
    switch (kind) {
    case MapNodeKind::Process:
        return middle;
    case MapNodeKind::Section:
    case MapNodeKind::SharedData:
        return 0;
    case MapNodeKind::Sync:
    case MapNodeKind::Pipe:
    case MapNodeKind::Window:
        break;
    }
    return 2;
}

using Order = std::array<std::vector<std::size_t>, 3>; // nodes of each column from the top

// The order of a map's nodes, being improved. For one layout.
class Ordering {
public:
    explicit Ordering(const SharingMap &map);

    std::uint64_t crossings() const { return crossingsOf(m_order); }
    void improve();
    const Order &order() const { return m_order; }

private:
    std::uint64_t crossingsOf(const Order &order) const;
    std::uint64_t crossingsBetween(const std::vector<std::size_t> &side,
                                   const std::vector<std::size_t> &rowInMiddle) const;
    void orderByWalking();
    void sweep(Order &best, std::uint64_t &fewest);
    void sortByNeighbours(std::size_t column, const std::vector<double> &places);
    std::vector<double> places() const;
    void swapNeighbours(std::size_t column);

    std::vector<std::vector<std::size_t>> m_neighbours; // of each node, in any column; ascending
    std::vector<std::size_t> m_column;                  // of each node
    Order m_order;
};

Ordering::Ordering(const SharingMap &map) : m_neighbours(map.nodes.size())
{
    std::unordered_map<std::string_view, std::size_t> nodeOf;
    for (std::size_t node = 0; node < map.nodes.size(); ++node) {
        nodeOf.emplace(map.nodes[node].id, node);
        m_column.push_back(columnOf(map.nodes[node].kind));
        m_order[m_column.back()].push_back(node);
    }
    for (const MapEdge &edge : map.edges) {
        const auto from = nodeOf.find(edge.from);
        const auto to = nodeOf.find(edge.to);
        if (from == nodeOf.end() || to == nodeOf.end() || m_column[from->second] == m_column[to->second])
            continue;
        m_neighbours[from->second].push_back(to->second);
        m_neighbours[to->second].push_back(from->second);
    }
    for (auto &neighbours : m_neighbours) {
        std::ranges::sort(neighbours);
        const auto rest = std::ranges::unique(neighbours);
        neighbours.erase(rest.begin(), rest.end());
    }
}

// Edges run between the middle and one side: two cross when their ends are in opposite orders. Counted with a tree of
// sums over the rows of the middle. [Barth, Mutzel and Jünger, Simple and Efficient Bilayer Cross Counting, 2004]
std::uint64_t Ordering::crossingsBetween(const std::vector<std::size_t> &side,
                                         const std::vector<std::size_t> &rowInMiddle) const
{
    std::vector<std::uint64_t> sums(m_order[middle].size() + 1, 0);
    std::uint64_t seen = 0;
    std::uint64_t crossings = 0;
    std::vector<std::size_t> rows;
    for (const std::size_t node : side) {
        rows.clear();
        for (const std::size_t neighbour : m_neighbours[node])
            rows.push_back(rowInMiddle[neighbour]);
        for (const std::size_t row : rows) {
            std::uint64_t notBelow = 0; // earlier edges that end at this row or above
            for (std::size_t at = row + 1; at > 0; at -= at & (~at + 1))
                notBelow += sums[at];
            crossings += seen - notBelow;
        }
        for (const std::size_t row : rows) // after all of this node's: edges of one node do not cross
            for (std::size_t at = row + 1; at < sums.size(); at += at & (~at + 1))
                ++sums[at];
        seen += rows.size();
    }
    return crossings;
}

std::uint64_t Ordering::crossingsOf(const Order &order) const
{
    std::vector<std::size_t> rowInMiddle(m_column.size(), 0);
    for (std::size_t row = 0; row < order[middle].size(); ++row)
        rowInMiddle[order[middle][row]] = row;
    return crossingsBetween(order[0], rowInMiddle) + crossingsBetween(order[2], rowInMiddle);
}

// Of each node, 0 to 1 from the top of its column.
std::vector<double> Ordering::places() const
{
    std::vector<double> places(m_column.size(), 0);
    for (const auto &column : m_order)
        for (std::size_t row = 0; row < column.size(); ++row)
            places[column[row]] = (static_cast<double>(row) + 0.5) / static_cast<double>(column.size());
    return places;
}

void Ordering::sortByNeighbours(std::size_t column, const std::vector<double> &places)
{
    std::vector<double> wanted(m_column.size());
    for (const std::size_t node : m_order[column]) {
        const auto &neighbours = m_neighbours[node];
        const double sum =
            std::accumulate(neighbours.begin(), neighbours.end(), 0.0,
                            [&](double before, std::size_t neighbour) { return before + places[neighbour]; });
        wanted[node] = neighbours.empty() ? places[node] : sum / static_cast<double>(neighbours.size());
    }
    std::ranges::stable_sort(m_order[column], {}, [&](std::size_t node) { return wanted[node]; });
}

// Exchanges nodes that stand next to each other as long as that removes crossings between their own edges.
void Ordering::swapNeighbours(std::size_t column)
{
    std::vector<std::size_t> row(m_column.size());
    for (const auto &one : m_order)
        for (std::size_t at = 0; at < one.size(); ++at)
            row[one[at]] = at;
    const auto crossings = [&](std::size_t upper, std::size_t lower) {
        std::uint64_t count = 0;
        for (const std::size_t a : m_neighbours[upper])
            for (const std::size_t b : m_neighbours[lower])
                count += m_column[a] == m_column[b] && row[a] > row[b];
        return count;
    };
    auto &nodes = m_order[column];
    for (std::size_t at = 0; at + 1 < nodes.size(); ++at) {
        if (crossings(nodes[at], nodes[at + 1]) > crossings(nodes[at + 1], nodes[at])) {
            std::swap(nodes[at], nodes[at + 1]);
            std::swap(row[nodes[at]], row[nodes[at + 1]]);
        }
    }
}

// Places nodes in the order in which a walk, breadth first from each component's least connected node, comes to them: chains and
// trees, which exchanges alone leave folded over themselves, come out nearly straight. [Cuthill and McKee, 1969]
void Ordering::orderByWalking()
{
    const std::size_t count = m_column.size();
    std::vector<std::size_t> starts(count);
    std::iota(starts.begin(), starts.end(), std::size_t{0});
    std::ranges::stable_sort(starts, {}, [&](std::size_t node) { return m_neighbours[node].size(); });
    std::vector<std::size_t> walked;
    std::vector<bool> seen(count, false);
    for (const std::size_t start : starts) {
        if (seen[start])
            continue;
        seen[start] = true;
        walked.push_back(start);
        for (std::size_t next = walked.size() - 1; next < walked.size(); ++next) {
            for (const std::size_t neighbour : m_neighbours[walked[next]]) {
                if (!seen[neighbour]) {
                    seen[neighbour] = true;
                    walked.push_back(neighbour);
                }
            }
        }
    }
    for (auto &column : m_order)
        column.clear();
    for (const std::size_t node : walked)
        m_order[m_column[node]].push_back(node);
}

// Sorts the sides by the middle and the middle by the sides, keeping in `best` what has the fewest crossings.
void Ordering::sweep(Order &best, std::uint64_t &fewest)
{
    const auto keepIfBetter = [&] {
        if (const std::uint64_t now = crossings(); now < fewest) {
            fewest = now;
            best = m_order;
        }
    };
    keepIfBetter();
    for (int sweep = 0; sweep < mostSweeps && fewest > 0; ++sweep) {
        sortByNeighbours(0, places());
        sortByNeighbours(2, places());
        keepIfBetter();
        sortByNeighbours(middle, places());
        keepIfBetter();
    }
    m_order = best;
    if (m_column.size() > mostSwapped)
        return;
    for (int round = 0; round < swapRounds && fewest > 0; ++round) {
        for (const std::size_t column : {std::size_t{0}, std::size_t{2}, middle})
            swapNeighbours(column);
        keepIfBetter();
    }
    m_order = best;
}

void Ordering::improve()
{
    Order best = m_order;
    std::uint64_t fewest = crossings();
    sweep(best, fewest);
    orderByWalking();
    sweep(best, fewest);
    m_order = std::move(best);
}

} // namespace

MapLayout layOut(const SharingMap &map)
{
    Ordering ordering(map);
    MapLayout layout{.positions = std::vector<MapPosition>(map.nodes.size())};
    layout.crossingsBefore = ordering.crossings();
    ordering.improve();
    layout.crossings = ordering.crossings();
    const Order &order = ordering.order();
    const std::size_t rows = std::max({order[0].size(), order[1].size(), order[2].size()});
    layout.rows = static_cast<double>(rows);
    for (std::size_t column = 0; column < order.size(); ++column)
        for (std::size_t row = 0; row < order[column].size(); ++row)
            layout.positions[order[column][row]] = {.column = static_cast<double>(column),
                                                    .row = (static_cast<double>(row) + 0.5) * layout.rows /
                                                           static_cast<double>(order[column].size())};
    return layout;
}

} // namespace ipclens
