// What a screen reader learns of a hex view: the byte under the cursor.
#pragma once

namespace ipclens {

class HexView;

// Makes hex views known to the accessibility framework; once is enough, more do no harm.
void installHexAccessible();
// Tells screen readers that the cursor moved.
void announceCursor(HexView &view);

} // namespace ipclens
