// Draws the rows of a hex view: fills first, then all characters of one colour in one glyph run.
#pragma once

#include "ui/hex_geometry.h"
#include "ui/sparse_bytes.h"

#include <QGlyphRun>
#include <QPainter>
#include <QPalette>
#include <QRawFont>

#include <array>

namespace ipclens {

// Everything a picture of a hex view depends on, apart from the font.
struct HexScene {
    const HexGeometry &geometry;
    const SparseBytes &bytes;
    const QPalette &palette;
    Address base = 0;
    std::uint64_t topRow = 0;
    int scrolledX = 0;
    HexPlace cursor;
    AddressRange selection;
    std::optional<int> pendingDigit; // the first digit of an edit, at the cursor
    bool hasFocus = false;
    SparseBytes::Stamp now = 0;
};

// Changed bytes stand out for this long.
inline constexpr SparseBytes::Stamp fadeMilliseconds = 1000;

// Owned by one view, used on the GUI thread.
class HexPainter {
public:
    explicit HexPainter(const QFont &font);

    QSize cell() const { return m_cell; }

    // Paints the rows that meet `area` (viewport coordinates), background included.
    void paint(QPainter &painter, const QRect &area, const HexScene &scene);

private:
    enum Ink { Normal, Zero, AddressInk, UnreadableInk, UnknownInk, ChangedInk, SelectedInk, PendingInk, inkCount };
    struct Glyphs {
        QVector<quint32> indexes;
        QVector<QPointF> positions;
    };

    void paintRow(QPainter &painter, const HexScene &scene, std::uint64_t row, int y);
    void paintAddress(const HexScene &scene, std::uint64_t row, int y);
    void paintFills(QPainter &painter, const HexScene &scene, AddressRange range, int y);
    void paintByte(const HexScene &scene, Address address, const SparseBytes::Cell &cell, int y);
    void paintCursor(QPainter &painter, const HexScene &scene);
    void put(Ink ink, int x, int y, char c);
    void flush(QPainter &painter, const HexScene &scene);

    QRawFont m_font;
    QSize m_cell;
    double m_ascent = 0;
    std::array<quint32, 128> m_glyphs{};
    std::array<Glyphs, inkCount> m_inks;
    std::vector<SparseBytes::Cell> m_cells; // of the row being painted
};

} // namespace ipclens
