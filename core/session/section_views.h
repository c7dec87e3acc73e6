// Where a section is mapped.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

// Exact for sections with a file or image behind them; others by size and contents. Cancelled when stopped.
Result<ViewList> findViews(System &system, const ListViews &command, std::stop_token stop);

// A view in a process that has no handle to the section.
struct LooseView {
    std::size_t section = 0; // index of the section
    SectionView view;
};
struct LooseViews {
    std::vector<LooseView> views;
    std::vector<UnseenProcess> unseen;
    std::size_t possible = 0; // views that only agree in size with a section are counted, not listed
};
// Looks at each process once for all of the sections among `objects`, which know their holders. Leaves out images that
// loaders map, and views of parts of a section that no file backs. Cancelled when stopped.
Result<LooseViews> findLooseViews(System &system, const std::vector<SharedObject> &objects, std::stop_token stop);

} // namespace ipclens
