// The signs on buttons and actions, drawn in the palette's own ink: sharp at every scale, right in light and dark.
#pragma once

#include <QIcon>

namespace ipclens {

enum class Sign {
    Section,
    Process,
    Window,
    Traffic,
    Connect,
    Create,
    Pause, // checked: a play triangle
    Lock,  // checked: open
    Find,
    Refresh,
    Undo,
    Send,
    Home,
};

QIcon icon(Sign sign);

} // namespace ipclens
