// Draws the rows of a hex view: fills first, then all characters of one colour in one glyph run.
#pragma once

#include "ui/hex_foreign_glyphs.h"
#include "ui/hex_geometry.h"
#include "ui/hex_highlight.h"
#include "ui/sparse_bytes.h"

#include <QPainter>
#include <QPalette>
#include <QRawFont>

#include <array>
#include <functional>

namespace ipclens {

// Changed bytes stand out for this long.
inline constexpr SparseBytes::Stamp fadeMilliseconds = 1000;

// How bytes that changed are marked: for a second, until the marks are cleared, or by how often they changed.
enum class ChangeMarks { Fading, Kept, Heat };

// Steps of the heat map: 1, 2 and 3, 4 to 7, 8 to 15, 16 and more changes.
inline constexpr int heatSteps = 5;
int heatStep(std::uint16_t changes); // 0 for none

// What the line of a region says.
struct HexTitle {
    QString text;
    QColor sign; // of its type of memory; invalid: none
};

// Everything a picture of a hex view depends on, apart from the font.
struct HexScene {
    const HexRows &rows;
    const HexGeometry &geometry;
    const SparseBytes &bytes;
    const SparseBytes *frame = nullptr; // to compare with
    const HexHighlights &highlights;
    const QPalette &palette;
    std::function<HexTitle(const HexRow &)> title; // of a row that shows no bytes
    std::uint64_t topRow = 0;
    int scrolledX = 0;
    HexPlace cursor;
    AddressRange selection;
    std::optional<HexBlock> block;   // selected besides
    std::optional<int> pendingDigit; // the first digit of an edit, at the cursor
    ChangeMarks marks = ChangeMarks::Fading;
    bool hasFocus = false;
    bool isStale = false; // what is shown is old: drawn pale
    SparseBytes::Stamp now = 0;
};

// Owned by one view, used on the GUI thread.
class HexPainter {
public:
    explicit HexPainter(const QFont &font);

    QSize cell() const { return m_cell; }

    // Paints the rows that meet `area` (viewport coordinates), background included.
    void paint(QPainter &painter, const QRect &area, const HexScene &scene);

private:
    enum Ink { Normal, Muted, AddressInk, UnreadableInk, ChangedInk, SelectedInk, PendingInk, inkCount };
    // In ascending order of what wins where several apply.
    static constexpr int fadeSteps = 8;
    enum Fill : std::uint8_t {
        NoFill,
        DifferentFill,
        FrozenFill,
        BookmarkFill,
        HitFill,
        CurrentHitFill,
        FirstHeat,
        FirstFade = FirstHeat + heatSteps,
        SelectedFill = FirstFade + fadeSteps,
        fillCount
    };
    struct Look {
        Fill fill = NoFill;
        bool isChanged = false;
        bool isDifferent = false;
        std::uint8_t heat = 0; // 0: no bar
    };
    struct Glyphs {
        std::vector<quint32> indexes;
        std::vector<QPointF> positions;
    };
    struct Foreign { // a character that our font's first 256 do not have
        char32_t character = 0;
        QPoint at;
        Ink ink = Normal;
    };

    void prepare(const HexScene &scene);
    void paintRow(QPainter &painter, const HexScene &scene, std::uint64_t row, int y);
    void paintTitle(QPainter &painter, const HexScene &scene, const HexRow &row, int y);
    void putAddress(const HexScene &scene, const HexRow &row, int y);
    void judge(const HexScene &scene, std::uint64_t number, const HexRow &row);
    Look lookOf(const HexScene &scene, const SparseBytes::Cell &cell, const SparseBytes::Cell *framed) const;
    void paintFills(QPainter &painter, const HexScene &scene, const HexRow &row, int y);
    void paintMarks(QPainter &painter, const HexScene &scene, const HexRow &row, int y);
    void markValue(QPainter &painter, const HexScene &scene, const QRect &value, const Look &look);
    void markHighlight(QPainter &painter, const HexScene &scene, const HexRow &row, const Highlight &highlight, int y);
    void putValues(const HexScene &scene, const HexRow &row, int y);
    void putHexBytes(const HexScene &scene, const HexRow &row, int y);
    void putText(const HexScene &scene, const HexRow &row, int y);
    Ink inkOf(const HexScene &scene, const SparseBytes::Cell &cell, const Look &look) const;
    void paintCursor(QPainter &painter, const HexScene &scene);
    void put(Ink ink, double x, int y, unsigned char c)
    {
        if (c != ' ')
            putGlyph(ink, x, y, m_glyphs[c]);
    }
    void putGlyph(Ink ink, double x, int y, quint32 glyph)
    {
        m_inks[ink].indexes.push_back(glyph);
        m_inks[ink].positions.emplace_back(x, y + m_ascent);
    }
    void flush(QPainter &painter);

    QFont m_textFont;
    QRawFont m_font;
    QSize m_cell;
    double m_ascent = 0;
    std::array<quint32, 256> m_glyphs{}; // Latin-1; 0: the font has none
    std::array<Glyphs, inkCount> m_inks;
    std::vector<Foreign> m_foreign;
    ForeignGlyphs m_foreignGlyphs;

    // Of the picture being painted.
    std::array<QColor, inkCount> m_inkColors;
    std::array<QColor, fillCount> m_fillColors;
    std::vector<int> m_valueX, m_textX; // by column

    // Of the row being painted.
    std::vector<SparseBytes::Cell> m_cells; // with characterReach ones before and behind it
    std::vector<SparseBytes::Cell> m_framed;
    std::vector<Look> m_looks;
    std::vector<char32_t> m_characters;
};

} // namespace ipclens
