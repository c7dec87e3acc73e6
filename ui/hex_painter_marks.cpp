// The part of HexPainter that draws what lies behind and around values: fills, underlines, outlines.
#include "ui/hex_painter.h"

#include "ui/theme.h"

#include <algorithm>

namespace ipclens {
namespace {

theme::Role markRole(HighlightRole role)
{
    switch (role) {
    case HighlightRole::Bookmark:
        return theme::Role::BookmarkMark;
    case HighlightRole::Frozen:
        return theme::Role::FrozenMark;
    case HighlightRole::SearchHit:
    case HighlightRole::CurrentHit:
        break;
    }
    return theme::Role::HitMark;
}

} // namespace

void HexPainter::paintFills(QPainter &painter, const HexScene &scene, const HexRow &row, int y)
{
    const int w = m_cell.width();
    const int h = m_cell.height();
    const auto first = static_cast<std::size_t>(row.firstColumn);
    const auto unit = static_cast<std::size_t>(scene.geometry.unitBytes());
    const int valueWidth = scene.geometry.valueWidth() * w;
    // The strongest fill of a value's bytes is the value's.
    const auto valueFill = [&](std::size_t from) {
        Fill fill = NoFill;
        for (std::size_t i = from; i < m_looks.size() && (i == from || (i + first) % unit != 0); ++i)
            fill = std::max(fill, m_looks[i].fill);
        return fill;
    };
    const auto next = [&](std::size_t from) { return from + unit - (from + first) % unit; };
    for (std::size_t i = 0; i < m_looks.size();) {
        const Fill fill = unit == 1 ? m_looks[i].fill : valueFill(i);
        const std::size_t begin = i;
        std::size_t last = i;
        for (i = next(i); i < m_looks.size() && (unit == 1 ? m_looks[i].fill : valueFill(i)) == fill; i = next(i))
            last = i;
        if (fill != NoFill) {
            const int x = m_valueX[first + begin] - w / 2;
            painter.fillRect(x, y, m_valueX[first + last] + valueWidth + w / 2 - x, h, m_fillColors[fill]);
        }
    }
    for (std::size_t i = 0; i < m_looks.size();) {
        const Fill fill = m_looks[i].fill;
        const std::size_t begin = i;
        while (i < m_looks.size() && m_looks[i].fill == fill)
            ++i;
        if (fill != NoFill)
            painter.fillRect(m_textX[first + begin], y, static_cast<int>(i - begin) * w, h, m_fillColors[fill]);
    }
}

// Nothing is said by colour alone.
void HexPainter::paintMarks(QPainter &painter, const HexScene &scene, const HexRow &row, int y)
{
    const auto first = static_cast<std::size_t>(row.firstColumn);
    const auto unit = static_cast<std::size_t>(scene.geometry.unitBytes());
    const int width = scene.geometry.valueWidth() * m_cell.width();
    Look look;
    for (std::size_t i = 0; i < m_looks.size(); ++i) {
        const Look &own = m_looks[i];
        look.isChanged |= own.isChanged;
        look.isDifferent |= own.isDifferent;
        look.heat = std::max(look.heat, own.heat);
        look.fill = std::max(look.fill, own.fill);
        if ((first + i + 1) % unit != 0 && i + 1 < m_looks.size())
            continue;
        if (look.isChanged || look.isDifferent || look.heat != 0)
            markValue(painter, scene, {m_valueX[first + i], y, width, m_cell.height()}, look);
        look = {};
    }
    scene.highlights.meeting(row.range, [&](const Highlight &each) { markHighlight(painter, scene, row, each, y); });
}

void HexPainter::markValue(QPainter &painter, const HexScene &scene, const QRect &value, const Look &look)
{
    const bool isSelected = look.fill == SelectedFill;
    const QColor changed = m_inkColors[isSelected ? SelectedInk : ChangedInk];
    if (look.isChanged) // underlined
        painter.fillRect(value.left(), value.bottom(), value.width(), 1, changed);
    if (look.heat != 0) // a bar as long as it is hot
        painter.fillRect(value.left(), value.bottom() - 1, std::max(1, value.width() * look.heat / heatSteps), 2,
                         changed);
    if (look.isDifferent) { // framed
        const QColor color = isSelected ? changed : theme::color(theme::Role::DifferentMark, scene.palette);
        const QRect frame = value.adjusted(-2, 0, 2, -1);
        painter.fillRect(frame.left(), frame.top(), frame.width(), 1, color);
        painter.fillRect(frame.left(), frame.bottom(), frame.width(), 1, color);
        painter.fillRect(frame.left(), frame.top(), 1, frame.height(), color);
        painter.fillRect(frame.right(), frame.top(), 1, frame.height(), color);
    }
}

// Bookmarks have a line above them, search hits one at each end and below, frozen values a dotted one above and below.
void HexPainter::markHighlight(QPainter &painter, const HexScene &scene, const HexRow &row, const Highlight &highlight,
                               int y)
{
    const AddressRange inside = intersect(highlight.range, row.range);
    const auto first = static_cast<std::size_t>(row.firstColumn) + (inside.begin - row.range.begin);
    const auto last = first + inside.size - 1;
    const int w = m_cell.width();
    const int h = m_cell.height();
    const QColor color = theme::color(markRole(highlight.role), scene.palette);
    const int left = m_valueX[first] - w / 2;
    const int width = m_valueX[last] + scene.geometry.valueWidth() * w + w / 2 - left;
    switch (highlight.role) {
    case HighlightRole::Bookmark:
        painter.fillRect(left, y, width, 2, color);
        if (highlight.range.begin == inside.begin)
            painter.fillRect(left, y, 3, h / 2, color);
        return;
    case HighlightRole::Frozen:
        for (int x = left; x < left + width; x += 6) {
            painter.fillRect(x, y, std::min(3, left + width - x), 1, color);
            painter.fillRect(x, y + h - 1, std::min(3, left + width - x), 1, color);
        }
        return;
    case HighlightRole::CurrentHit:
        painter.fillRect(left, y, width, 1, color);
        [[fallthrough]];
    case HighlightRole::SearchHit:
        painter.fillRect(left, y + h - 1, width, 1, color);
        if (highlight.range.begin == inside.begin)
            painter.fillRect(left, y, 1, h, color);
        if (highlight.range.end() == inside.end())
            painter.fillRect(left + width - 1, y, 1, h, color);
        return;
    }
}

} // namespace ipclens
