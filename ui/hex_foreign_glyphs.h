// Glyphs of characters that a hex view's own font does not have.
#pragma once

#include <QFont>
#include <QGlyphRun>
#include <QHash>

namespace ipclens {

// Owned by one painter, used on the GUI thread.
class ForeignGlyphs {
public:
    explicit ForeignGlyphs(const QFont &font) : m_font(font) {}

    // From whatever font of the system has the character, else a dot; the origin lies on the baseline.
    const QList<QGlyphRun> &of(char32_t character);

private:
    QFont m_font;
    QHash<char32_t, QList<QGlyphRun>> m_known;
};

} // namespace ipclens
