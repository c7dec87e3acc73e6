#include "ui/hex_foreign_glyphs.h"

#include <QFontDatabase>
#include <QRawFont>
#include <QTextLayout>

namespace ipclens {
namespace {

constexpr qsizetype mostKnown = 4096; // characters whose glyphs are kept

// Laying out a script that no font of the system has costs tens of milliseconds and finds nothing.
bool hasFont(char32_t character)
{
    using System = QFontDatabase::WritingSystem;
    const auto isThere = [](System system) { return !QFontDatabase::families(system).isEmpty(); };
    switch (QChar::script(character)) {
    case QChar::Script_Common:
    case QChar::Script_Latin:
    case QChar::Script_Greek:
    case QChar::Script_Cyrillic:
    case QChar::Script_Armenian:
    case QChar::Script_Hebrew:
    case QChar::Script_Georgian:
    case QChar::Script_Hangul:
    case QChar::Script_Hiragana:
    case QChar::Script_Katakana:
    case QChar::Script_Bopomofo:
    case QChar::Script_Han:
        return true;
    case QChar::Script_Arabic:
        return isThere(System::Arabic);
    case QChar::Script_Devanagari:
        return isThere(System::Devanagari);
    case QChar::Script_Bengali:
        return isThere(System::Bengali);
    case QChar::Script_Tamil:
        return isThere(System::Tamil);
    case QChar::Script_Telugu:
        return isThere(System::Telugu);
    case QChar::Script_Thai:
        return isThere(System::Thai);
    default:
        return false;
    }
}

QList<QGlyphRun> runsOf(char32_t character, const QFont &font)
{
    QTextLayout layout(QString::fromUcs4(&character, 1), font);
    layout.beginLayout();
    const QTextLine line = layout.createLine();
    layout.endLayout();
    QList<QGlyphRun> runs = layout.glyphRuns();
    for (QGlyphRun &run : runs) {
        QList<QPointF> positions = run.positions();
        for (QPointF &position : positions)
            position.ry() -= line.ascent();
        run.setPositions(positions);
    }
    return runs;
}

} // namespace

const QList<QGlyphRun> &ForeignGlyphs::of(char32_t character)
{
    const auto known = m_known.constFind(character);
    if (known != m_known.constEnd())
        return *known;
    if (m_known.size() >= mostKnown)
        m_known.clear();
    QList<QGlyphRun> runs = hasFont(character) ? runsOf(character, m_font) : QList<QGlyphRun>();
    if (runs.isEmpty() || !runs.first().rawFont().supportsCharacter(character))
        runs = runsOf(U'.', m_font);
    return *m_known.insert(character, runs);
}

} // namespace ipclens
