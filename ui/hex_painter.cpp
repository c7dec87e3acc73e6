#include "ui/hex_painter.h"

#include "ui/hex_characters.h"
#include "ui/theme.h"

#include <QFontMetricsF>

#include <algorithm>
#include <bit>
#include <cmath>

namespace ipclens {
namespace {

constexpr char digits[] = "0123456789abcdef";
constexpr std::size_t reach = characterReach;

bool isFading(const SparseBytes::Cell &cell, SparseBytes::Stamp now)
{
    return cell.changed != 0 && now - cell.changed < fadeMilliseconds;
}

QColor mixed(const QColor &one, const QColor &other, double part)
{
    const auto mix = [part](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * part)); };
    return {mix(one.red(), other.red()), mix(one.green(), other.green()), mix(one.blue(), other.blue())};
}

} // namespace

int heatStep(std::uint16_t changes)
{
    return std::min(heatSteps, static_cast<int>(std::bit_width(changes)));
}

HexPainter::HexPainter(const QFont &font) : m_textFont(font), m_font(QRawFont::fromFont(font)), m_foreignGlyphs(font)
{
    const QFontMetricsF metrics(font);
    const double advance =
        std::max(metrics.horizontalAdvance(QLatin1Char('0')), metrics.horizontalAdvance(QLatin1Char('W')));
    const double height = metrics.ascent() + metrics.descent();
    // Whole pixels, so that every column is equally sharp.
    m_cell =
        QSize(static_cast<int>(std::ceil(advance - 0.01)), static_cast<int>(std::ceil(height)) + 2).expandedTo({4, 6});
    m_ascent = std::round(metrics.ascent()) + 1;
    for (char16_t c = 0x20; c < m_glyphs.size(); ++c) {
        const auto indexes = m_font.glyphIndexesForString(QString(QChar(c)));
        m_glyphs[c] = indexes.isEmpty() ? 0 : indexes.first();
    }
}

void HexPainter::prepare(const HexScene &scene)
{
    const QPalette &palette = scene.palette;
    const auto ours = [&](theme::Role role) { return theme::color(role, palette); };
    m_inkColors[Normal] = palette.color(QPalette::Text);
    m_inkColors[Muted] = ours(theme::Role::Muted);
    m_inkColors[AddressInk] = ours(theme::Role::Address);
    m_inkColors[UnreadableInk] = ours(theme::Role::Unreadable);
    m_inkColors[ChangedInk] = ours(theme::Role::Changed);
    m_inkColors[SelectedInk] = palette.color(QPalette::HighlightedText);
    m_inkColors[PendingInk] = ours(theme::Role::WriteFrame);

    const QColor base = palette.color(QPalette::Base);
    m_fillColors[NoFill] = base;
    m_fillColors[DifferentFill] = ours(theme::Role::DifferentFill);
    m_fillColors[FrozenFill] = ours(theme::Role::FrozenFill);
    m_fillColors[BookmarkFill] = ours(theme::Role::BookmarkFill);
    m_fillColors[HitFill] = ours(theme::Role::HitFill);
    m_fillColors[CurrentHitFill] = ours(theme::Role::CurrentHitFill);
    for (int step = 0; step < heatSteps; ++step)
        m_fillColors[FirstHeat + step] = mixed(base, ours(theme::Role::HeatFill), double(step + 1) / heatSteps);
    for (int step = 0; step < fadeSteps; ++step)
        m_fillColors[FirstFade + step] = mixed(base, ours(theme::Role::ChangedFill), double(step + 1) / fadeSteps);
    m_fillColors[SelectedFill] = palette.color(QPalette::Highlight);

    const auto columns = static_cast<std::size_t>(scene.geometry.bytesPerRow());
    m_valueX.resize(columns);
    m_textX.resize(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        m_valueX[column] = scene.geometry.valueX(static_cast<int>(column));
        m_textX[column] = scene.geometry.textX(static_cast<int>(column));
    }
}

void HexPainter::paint(QPainter &painter, const QRect &area, const HexScene &scene)
{
    const HexGeometry &geometry = scene.geometry;
    prepare(scene);
    painter.fillRect(area, m_fillColors[NoFill]);
    painter.translate(-scene.scrolledX, 0);
    painter.setPen(scene.palette.color(QPalette::Mid));
    painter.drawLine(geometry.addressEdge(), area.top(), geometry.addressEdge(), area.bottom());
    painter.drawLine(geometry.textEdge(), area.top(), geometry.textEdge(), area.bottom());

    const int height = m_cell.height();
    const std::uint64_t rows = scene.rows.count();
    const int first = std::max(0, area.top() / height);
    for (int line = first; line * height <= area.bottom(); ++line) {
        const std::uint64_t row = scene.topRow + static_cast<unsigned>(line);
        if (row >= rows)
            break;
        paintRow(painter, scene, row, line * height);
    }
    flush(painter);
    paintCursor(painter, scene);
    painter.translate(scene.scrolledX, 0);
}

void HexPainter::paintRow(QPainter &painter, const HexScene &scene, std::uint64_t number, int y)
{
    const HexRow row = scene.rows.row(number);
    if (row.kind != HexRowKind::Bytes) {
        paintTitle(painter, scene, row, y);
        return;
    }
    judge(scene, number, row);
    paintFills(painter, scene, row, y);
    paintMarks(painter, scene, row, y);
    putAddress(scene, row, y);
    if (scene.geometry.layout().isHexBytes())
        putHexBytes(scene, row, y);
    else
        putValues(scene, row, y);
    putText(scene, row, y);
}

// A band with the title; of what is collapsed it is dashed.
void HexPainter::paintTitle(QPainter &painter, const HexScene &scene, const HexRow &row, int y)
{
    const int h = m_cell.height();
    const int width = std::max(scene.geometry.lineWidth(), painter.device()->width() + scene.scrolledX);
    const HexTitle title = scene.title(row);
    const bool isOpen = row.kind == HexRowKind::Header;
    painter.fillRect(0, y, width, h,
                     isOpen ? theme::color(theme::Role::HeaderFill, scene.palette) : m_fillColors[NoFill]);
    const QColor line = mixed(m_fillColors[NoFill], m_inkColors[Muted], 0.5);
    painter.setPen(QPen(line, 1, isOpen ? Qt::SolidLine : Qt::DashLine));
    painter.drawLine(0, y, width, y);
    if (!isOpen)
        painter.drawLine(0, y + h - 1, width, y + h - 1);
    const int w = m_cell.width();
    if (title.sign.isValid())
        painter.fillRect(scene.scrolledX, y + 1, std::max(2, w / 2), h - 1, title.sign);
    painter.setFont(m_textFont);
    painter.setPen(m_inkColors[isOpen ? Normal : Muted]);
    // The text stays in sight when the columns are scrolled sideways.
    painter.drawText(QPointF(scene.scrolledX + w, y + m_ascent), title.text);
}

void HexPainter::putAddress(const HexScene &scene, const HexRow &row, int y)
{
    const HexRows &rows = scene.rows;
    const HexRows::Shown first = rows.shown(row.range.begin);
    // The row's own address, also where its first column lies before its region.
    const auto lead = static_cast<unsigned>(row.firstColumn);
    const bool isNegative = first.isNegative || first.number < lead;
    const std::uint64_t shown = first.isNegative      ? first.number + lead
                                : first.number < lead ? lead - first.number
                                                      : first.number - lead;
    double x = scene.geometry.addressX();
    if (rows.areRelative()) {
        put(AddressInk, x, y, isNegative ? '-' : '+');
        x += m_cell.width();
    }
    for (int i = rows.addressDigits() - 1; i >= 0; --i, x += m_cell.width())
        put(AddressInk, x, y, static_cast<unsigned char>(digits[shown >> (4 * i) & 15]));
}

HexPainter::Look HexPainter::lookOf(const HexScene &scene, const SparseBytes::Cell &cell,
                                    const SparseBytes::Cell *framed) const
{
    Look look;
    if (cell.state == ByteState::Unknown)
        return look;
    if (framed != nullptr && framed->state != ByteState::Unknown && !cell.isSame(*framed)) {
        look.isDifferent = true;
        look.fill = DifferentFill;
    }
    if (cell.changes == 0)
        return look;
    const auto age = scene.now - cell.changed;
    const bool isFresh = isFading(cell, scene.now);
    look.isChanged = isFresh || scene.marks == ChangeMarks::Kept;
    if (scene.marks == ChangeMarks::Kept)
        look.fill = static_cast<Fill>(FirstFade + fadeSteps - 1);
    else if (scene.marks == ChangeMarks::Heat)
        look.fill = static_cast<Fill>(FirstHeat + heatStep(cell.changes) - 1);
    else if (isFresh)
        look.fill = static_cast<Fill>(FirstFade + fadeSteps - 1 - static_cast<int>(age * fadeSteps / fadeMilliseconds));
    if (scene.marks == ChangeMarks::Heat)
        look.heat = static_cast<std::uint8_t>(heatStep(cell.changes));
    return look;
}

// Reads the row's cells and decides how each looks.
void HexPainter::judge(const HexScene &scene, std::uint64_t number, const HexRow &row)
{
    const auto size = static_cast<std::size_t>(row.range.size);
    const auto before =
        static_cast<std::size_t>(std::min<std::uint64_t>(reach, row.range.begin - scene.rows.extent().begin));
    m_cells.assign(size + 2 * reach, {});
    scene.bytes.read(row.range.begin - before, std::span(m_cells).subspan(reach - before, before + size));
    if (scene.geometry.layout().text > HexText::Latin1) // its last character may go on in the next row
        scene.bytes.read(row.range.end(), std::span(m_cells).last(reach));
    if (scene.frame != nullptr) {
        m_framed.resize(size);
        scene.frame->read(row.range.begin, m_framed);
    }
    m_looks.resize(size);
    for (std::size_t i = 0; i < size; ++i)
        m_looks[i] = lookOf(scene, m_cells[reach + i], scene.frame != nullptr ? &m_framed[i] : nullptr);

    const auto fill = [&](AddressRange range, Fill with) {
        const AddressRange inside = intersect(range, row.range);
        for (std::size_t i = inside.begin - row.range.begin, left = inside.size; left > 0; ++i, --left)
            m_looks[i].fill = std::max(m_looks[i].fill, with);
    };
    scene.highlights.meeting(row.range, [&](const Highlight &each) {
        fill(each.range, each.role == HighlightRole::Bookmark    ? BookmarkFill
                         : each.role == HighlightRole::Frozen    ? FrozenFill
                         : each.role == HighlightRole::SearchHit ? HitFill
                                                                 : CurrentHitFill);
    });
    fill(scene.selection, SelectedFill);
    if (scene.block)
        fill(scene.rows.cut(*scene.block, number), SelectedFill);
}

HexPainter::Ink HexPainter::inkOf(const HexScene &scene, const SparseBytes::Cell &cell, const Look &look) const
{
    if (look.fill == SelectedFill)
        return SelectedInk;
    if (cell.state == ByteState::Unknown)
        return Muted;
    // Pale inks do not stand out enough from a fill.
    if (cell.state == ByteState::Unreadable)
        return look.fill == NoFill ? UnreadableInk : Normal;
    if (look.isChanged)
        return ChangedInk;
    return look.fill == NoFill && (cell.value == std::byte{0} || scene.isStale) ? Muted : Normal;
}

void HexPainter::putHexBytes(const HexScene &scene, const HexRow &row, int y)
{
    const int w = m_cell.width();
    for (std::size_t i = 0; i < m_looks.size(); ++i) {
        const SparseBytes::Cell &cell = m_cells[reach + i];
        const auto value = std::to_integer<unsigned>(cell.value);
        unsigned char high = static_cast<unsigned char>(digits[value >> 4]);
        unsigned char low = static_cast<unsigned char>(digits[value & 15]);
        if (cell.state != ByteState::Known)
            high = low = cell.state == ByteState::Unreadable ? '?' : '.';
        Ink ink = inkOf(scene, cell, m_looks[i]);
        if (scene.pendingDigit && row.range.begin + i == scene.cursor.address) {
            high = static_cast<unsigned char>(digits[*scene.pendingDigit & 15]);
            low = '_';
            ink = PendingInk;
        }
        const int x = m_valueX[static_cast<std::size_t>(row.firstColumn) + i];
        put(ink, x, y, high);
        put(ink, x + w, y, low);
    }
}

void HexPainter::putValues(const HexScene &scene, const HexRow &row, int y)
{
    const HexLayout &layout = scene.geometry.layout();
    const auto unit = static_cast<std::size_t>(scene.geometry.unitBytes());
    const auto first = static_cast<std::size_t>(row.firstColumn);
    const auto width = static_cast<std::size_t>(scene.geometry.valueWidth());
    std::array<char, largestValueWidth> buffer;
    const std::span<char> text = std::span(buffer).first(width);
    for (std::size_t i = 0; i < m_looks.size();) {
        const std::size_t size = std::min(unit - (first + i) % unit, m_looks.size() - i);
        SparseBytes::Cell whole{.state = ByteState::Known};
        Look look;
        std::array<std::byte, 8> bytes{};
        for (std::size_t at = 0; at < size; ++at) {
            const SparseBytes::Cell &cell = m_cells[reach + i + at];
            bytes[at] = cell.value;
            whole.value |= cell.value;
            // What cannot be read counts more than what is not known yet.
            if (cell.state == ByteState::Unreadable || whole.state == ByteState::Known)
                whole.state = cell.state;
            look.isChanged |= m_looks[i + at].isChanged;
            look.fill = std::max(look.fill, m_looks[i + at].fill);
        }
        if (size < unit) // the source begins or ends within it
            std::ranges::fill(text, '-');
        else if (whole.state != ByteState::Known)
            std::ranges::fill(text, whole.state == ByteState::Unreadable ? '?' : '.');
        else
            writeValue(std::span(bytes).first(unit), layout, text);
        const Ink ink = inkOf(scene, whole, look);
        double x = m_valueX[first + i];
        for (const char c : text) {
            put(ink, x, y, static_cast<unsigned char>(c));
            x += m_cell.width();
        }
        i += size;
    }
}

void HexPainter::putText(const HexScene &scene, const HexRow &row, int y)
{
    m_characters.resize(m_looks.size());
    readCharacters(m_cells, reach, row.firstColumn, scene.geometry.layout(), m_characters);
    for (std::size_t i = 0; i < m_looks.size(); ++i) {
        const char32_t character = m_characters[i];
        if (character == noCharacter || character == U' ')
            continue;
        const Ink ink = inkOf(scene, m_cells[reach + i], m_looks[i]);
        const int x = m_textX[static_cast<std::size_t>(row.firstColumn) + i];
        if (character < m_glyphs.size() && m_glyphs[character] != 0)
            putGlyph(ink, x, y, m_glyphs[character]);
        else
            m_foreign.push_back({character, {x, y}, ink});
    }
}

void HexPainter::flush(QPainter &painter)
{
    for (int i = 0; i < inkCount; ++i) {
        Glyphs &glyphs = m_inks[static_cast<std::size_t>(i)];
        if (glyphs.indexes.empty())
            continue;
        QGlyphRun run;
        run.setRawFont(m_font);
        run.setRawData(glyphs.indexes.data(), glyphs.positions.data(), static_cast<int>(glyphs.indexes.size()));
        painter.setPen(m_inkColors[static_cast<std::size_t>(i)]);
        painter.drawGlyphRun(QPointF(0, 0), run);
        glyphs.indexes.clear();
        glyphs.positions.clear();
    }
    for (const Foreign &each : m_foreign) {
        painter.setPen(m_inkColors[each.ink]);
        for (const QGlyphRun &run : m_foreignGlyphs.of(each.character))
            painter.drawGlyphRun(QPointF(each.at.x(), each.at.y() + m_ascent), run);
    }
    m_foreign.clear();
}

void HexPainter::paintCursor(QPainter &painter, const HexScene &scene)
{
    const HexGeometry &geometry = scene.geometry;
    if (scene.rows.count() == 0)
        return;
    const std::uint64_t number = scene.rows.rowOf(scene.cursor.address);
    const int lines = geometry.rowsTouched(painter.device()->height()) + 1;
    if (number < scene.topRow || number - scene.topRow > static_cast<unsigned>(lines))
        return;
    const int y = static_cast<int>(number - scene.topRow) * m_cell.height();
    const HexRow row = scene.rows.row(number);
    if (row.kind != HexRowKind::Bytes) {
        painter.setPen(QPen(m_inkColors[Normal], 1, scene.hasFocus ? Qt::SolidLine : Qt::DotLine));
        painter.drawRect(QRect(scene.scrolledX, y, painter.device()->width() - 1, m_cell.height() - 1));
        return;
    }
    const int column = row.firstColumn + static_cast<int>(scene.cursor.address - row.range.begin);
    const bool isSelected = scene.selection.contains(scene.cursor.address) ||
                            (scene.block && scene.rows.cut(*scene.block, number).contains(scene.cursor.address));
    const QColor color = m_inkColors[isSelected ? SelectedInk : Normal];
    for (const HexPane pane : {HexPane::Hex, HexPane::Text}) {
        const QRect frame = pane == HexPane::Hex ? geometry.valueRect(column, y) : geometry.textRect(column, y);
        const bool isActive = scene.hasFocus && pane == scene.cursor.pane;
        painter.setPen(QPen(color, 1, isActive ? Qt::SolidLine : Qt::DotLine));
        painter.drawRect(frame.adjusted(-1, 0, 0, -1));
        if (!isActive)
            continue;
        const bool isDigit = pane == HexPane::Hex && geometry.layout().isHexBytes();
        const QRect bar = isDigit ? geometry.digitRect(column, scene.cursor.nibble, y) : frame;
        painter.fillRect(bar.adjusted(0, m_cell.height() - 3, 0, 0), color);
    }
}

} // namespace ipclens
