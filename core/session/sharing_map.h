// The map of who talks to whom: made from what a system tells, added to, cut down, written as Graphviz.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

// Handles and views of this session are left out. Parts that could not be had are noted in it.
Result<SharingMap> readSharingMap(System &system, const ReadSharingMap &command, std::stop_token stop);

// Messages from one process to one window.
struct WindowTraffic {
    ProcessKey sender;
    std::string senderName;
    std::uint64_t window = 0;
    std::string windowTitle;
    ProcessKey receiver;
    std::string receiverName;
    std::uint64_t messages = 0;
};
// Adds nodes where there are none yet. Called again with later counts, it replaces them.
void addTraffic(SharingMap &map, const std::vector<WindowTraffic> &traffic);

struct MapFilter {
    std::string text; // in a node's label, in any case; its neighbours stay, too. Empty: all
    std::vector<MapNodeKind> hidden;
    bool onlyShared = true; // things that at least two processes use, and processes that use one of those
};
SharingMap filtered(const SharingMap &map, const MapFilter &filter);

// Draws things that the same processes use as one, then processes of the same program, until at most `most` nodes are
// left or nothing more is alike.
SharingMap grouped(const SharingMap &map, std::size_t most);

// A document that `dot` and its siblings take, whatever is in the labels.
std::string toDot(const SharingMap &map);

} // namespace ipclens
