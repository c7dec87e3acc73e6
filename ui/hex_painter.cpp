#include "ui/hex_painter.h"

#include "ui/theme.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace ipclens {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool isFading(const SparseBytes::Cell &cell, SparseBytes::Stamp now)
{
    return cell.changed != 0 && now - cell.changed < fadeMilliseconds;
}

} // namespace

HexPainter::HexPainter(const QFont &font) : m_font(QRawFont::fromFont(font))
{
    const QFontMetricsF metrics(font);
    const double advance =
        std::max(metrics.horizontalAdvance(QLatin1Char('0')), metrics.horizontalAdvance(QLatin1Char('W')));
    const double height = metrics.ascent() + metrics.descent();
    // Whole pixels, so that every column is equally sharp.
    m_cell =
        QSize(static_cast<int>(std::ceil(advance - 0.01)), static_cast<int>(std::ceil(height)) + 2).expandedTo({4, 6});
    m_ascent = std::round(metrics.ascent()) + 1;
    for (char16_t c = 0x20; c < 0x7F; ++c) {
        const auto indexes = m_font.glyphIndexesForString(QString(QChar(c)));
        m_glyphs[c] = indexes.isEmpty() ? 0 : indexes.first();
    }
}

void HexPainter::put(Ink ink, int x, int y, char c)
{
    if (c == ' ')
        return;
    m_inks[ink].indexes.push_back(m_glyphs[static_cast<unsigned char>(c)]);
    m_inks[ink].positions.push_back(QPointF(x, y + m_ascent));
}

void HexPainter::paint(QPainter &painter, const QRect &area, const HexScene &scene)
{
    const HexGeometry &geometry = scene.geometry;
    painter.fillRect(area, scene.palette.color(QPalette::Base));
    painter.translate(-scene.scrolledX, 0);
    painter.setPen(scene.palette.color(QPalette::Mid));
    painter.drawLine(geometry.addressEdge(), area.top(), geometry.addressEdge(), area.bottom());
    painter.drawLine(geometry.textEdge(), area.top(), geometry.textEdge(), area.bottom());

    const int height = m_cell.height();
    const std::uint64_t rows = geometry.rowCount();
    const int first = std::max(0, area.top() / height);
    for (int line = first; line * height <= area.bottom(); ++line) {
        const std::uint64_t row = scene.topRow + static_cast<unsigned>(line);
        if (row >= rows)
            break;
        paintRow(painter, scene, row, line * height);
    }
    flush(painter, scene);
    paintCursor(painter, scene);
    painter.translate(scene.scrolledX, 0);
}

void HexPainter::paintRow(QPainter &painter, const HexScene &scene, std::uint64_t row, int y)
{
    const AddressRange range = scene.geometry.rowRange(row);
    m_cells.resize(range.size);
    scene.bytes.read(range.begin, m_cells);
    paintFills(painter, scene, range, y);
    paintAddress(scene, row, y);
    for (std::size_t i = 0; i < m_cells.size(); ++i)
        paintByte(scene, range.begin + i, m_cells[i], y);
}

void HexPainter::paintAddress(const HexScene &scene, std::uint64_t row, int y)
{
    const HexGeometry &geometry = scene.geometry;
    const AddressRange range = geometry.rowRange(row);
    const Address shown = range.begin + scene.base - static_cast<unsigned>(geometry.columnOf(range.begin));
    for (int i = 0; i < geometry.addressDigits(); ++i) {
        const int shift = 4 * (geometry.addressDigits() - 1 - i);
        put(AddressInk, geometry.addressX() + i * m_cell.width(), y, digits[shown >> shift & 15]);
    }
}

void HexPainter::paintFills(QPainter &painter, const HexScene &scene, AddressRange range, int y)
{
    const HexGeometry &geometry = scene.geometry;
    const int w = m_cell.width();
    const int h = m_cell.height();
    const QColor line = theme::color(theme::Role::Changed, scene.palette);
    QColor fill = theme::color(theme::Role::ChangedFill, scene.palette);
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        if (!isFading(m_cells[i], scene.now))
            continue;
        const int column = geometry.columnOf(range.begin + i);
        fill.setAlphaF(1.0f - static_cast<float>(scene.now - m_cells[i].changed) / fadeMilliseconds);
        painter.fillRect(geometry.hexX(column) - w / 2, y, 3 * w, h, fill);
        painter.fillRect(geometry.textX(column), y, w, h, fill);
        // Underlined too: a change is not said by colour alone.
        painter.fillRect(geometry.hexX(column), y + h - 1, 2 * w, 1, line);
    }

    const AddressRange selected = intersect(range, scene.selection);
    if (selected.size == 0)
        return;
    const int first = geometry.columnOf(selected.begin);
    const int last = geometry.columnOf(selected.end() - 1);
    fill = scene.palette.color(QPalette::Highlight);
    painter.fillRect(geometry.hexX(first) - w / 2, y, geometry.hexX(last) + 2 * w - geometry.hexX(first) + w, h, fill);
    painter.fillRect(geometry.textX(first), y, (last - first + 1) * w, h, fill);
}

void HexPainter::paintByte(const HexScene &scene, Address address, const SparseBytes::Cell &cell, int y)
{
    const HexGeometry &geometry = scene.geometry;
    const int column = geometry.columnOf(address);
    const auto value = std::to_integer<unsigned>(cell.value);
    char text[3] = {digits[value >> 4], digits[value & 15], '.'};
    Ink ink = value == 0 ? Zero : Normal;
    if (value >= 0x20 && value < 0x7F)
        text[2] = static_cast<char>(value);
    if (isFading(cell, scene.now))
        ink = ChangedInk;
    if (cell.state == ByteState::Unreadable) {
        std::ranges::fill(text, '?');
        ink = UnreadableInk;
    } else if (cell.state == ByteState::Unknown) {
        text[0] = text[1] = '.';
        text[2] = ' ';
        ink = UnknownInk;
    }
    if (scene.selection.contains(address))
        ink = SelectedInk;

    const int x = geometry.hexX(column);
    if (scene.pendingDigit && address == scene.cursor.address) {
        put(PendingInk, x, y, digits[static_cast<unsigned>(*scene.pendingDigit) & 15]);
        put(PendingInk, x + m_cell.width(), y, '_');
    } else {
        put(ink, x, y, text[0]);
        put(ink, x + m_cell.width(), y, text[1]);
    }
    put(ink, geometry.textX(column), y, text[2]);
}

void HexPainter::flush(QPainter &painter, const HexScene &scene)
{
    const auto color = [&](Ink ink) {
        switch (ink) {
        case Zero:
        case UnknownInk:
            return theme::color(theme::Role::Muted, scene.palette);
        case AddressInk:
            return theme::color(theme::Role::Address, scene.palette);
        case UnreadableInk:
            return theme::color(theme::Role::Unreadable, scene.palette);
        case ChangedInk:
            return theme::color(theme::Role::Changed, scene.palette);
        case SelectedInk:
            return scene.palette.color(QPalette::HighlightedText);
        case PendingInk:
            return theme::color(theme::Role::WriteFrame, scene.palette);
        default:
            return scene.palette.color(QPalette::Text);
        }
    };
    for (int i = 0; i < inkCount; ++i) {
        Glyphs &glyphs = m_inks[i];
        if (glyphs.indexes.isEmpty())
            continue;
        QGlyphRun run;
        run.setRawFont(m_font);
        run.setRawData(glyphs.indexes.constData(), glyphs.positions.constData(),
                       static_cast<int>(glyphs.indexes.size()));
        painter.setPen(color(static_cast<Ink>(i)));
        painter.drawGlyphRun(QPointF(0, 0), run);
        glyphs.indexes.resize(0);
        glyphs.positions.resize(0);
    }
}

void HexPainter::paintCursor(QPainter &painter, const HexScene &scene)
{
    const HexGeometry &geometry = scene.geometry;
    if (geometry.rowCount() == 0)
        return;
    const std::uint64_t row = geometry.rowOf(scene.cursor.address);
    const int lines = geometry.rowsTouched(painter.device()->height()) + 1;
    if (row < scene.topRow || row - scene.topRow > static_cast<unsigned>(lines))
        return;
    const int y = static_cast<int>(row - scene.topRow) * m_cell.height();
    HexPlace place = scene.cursor;
    place.nibble = 0;
    for (const HexPane pane : {HexPane::Hex, HexPane::Text}) {
        place.pane = pane;
        QRect frame = geometry.cellRect(place, y);
        if (pane == HexPane::Hex)
            frame.setWidth(2 * m_cell.width());
        const bool isActive = scene.hasFocus && pane == scene.cursor.pane;
        const QPalette::ColorRole role =
            scene.selection.contains(place.address) ? QPalette::HighlightedText : QPalette::Text;
        painter.setPen(QPen(scene.palette.color(role), 1, isActive ? Qt::SolidLine : Qt::DotLine));
        painter.drawRect(frame.adjusted(-1, 0, 0, -1));
        if (isActive)
            painter.fillRect(geometry.cellRect(scene.cursor, y).adjusted(0, m_cell.height() - 3, 0, 0),
                             scene.palette.color(role));
    }
}

} // namespace ipclens
