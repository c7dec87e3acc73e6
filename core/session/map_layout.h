// Where to draw the nodes of a map.
#pragma once

#include "core/model/sharing_map.h"

namespace ipclens {

// In units of one row and one column; whoever draws stretches them.
struct MapPosition {
    double column = 0; // 0: sections and shared data, 1: processes, 2: synchronisation, pipes and windows
    double row = 0;    // of the node's middle, 0 to MapLayout::rows
};
struct MapLayout {
    std::vector<MapPosition> positions; // of the map's nodes, in their order
    double rows = 0;                    // of the longest column
    std::uint64_t crossings = 0;        // of edges
    std::uint64_t crossingsBefore = 0;  // had the nodes been drawn in the order of the map
};

// Processes stand in the middle, what they share on both sides; each column is ordered by where its neighbours are (the
// barycentre heuristic of Sugiyama, Tagawa and Toda, 1981). The same map always gives the same layout.
MapLayout layOut(const SharingMap &map);

} // namespace ipclens
