// The menu that says how a hex view shows its bytes, and that choice as it is kept.
#pragma once

#include "ui/hex_layout.h"

#include <QVariantMap>

#include <functional>

class QMenu;

namespace ipclens {

class HexView;

// Empties the menu and fills it with what can be chosen, as it is now. `chosen` is called after each change of which
// the view does not tell itself.
void fillLayoutMenu(QMenu &menu, HexView &view, const std::function<void()> &chosen);
void fillMarksMenu(QMenu &menu, HexView &view, const std::function<void()> &chosen);

// Layout, zoom and marks, for the settings. What another version wrote and is not understood is left as it is.
QVariantMap viewSettings(const HexView &view);
void applyViewSettings(HexView &view, const QVariantMap &settings);

} // namespace ipclens
