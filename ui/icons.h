// The signs on buttons and actions, drawn in the palette's own ink: sharp at every scale, right in light and dark.
#pragma once

#include <QIcon>

class QColor;
class QPainter;
class QRectF;

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
    Library, // a DLL's shared data
    Pipe,
    Map,     // who talks to whom
    Crosshair,
};

QIcon icon(Sign sign);
void paintSign(QPainter &painter, Sign sign, const QRectF &rect, const QColor &ink);

} // namespace ipclens
