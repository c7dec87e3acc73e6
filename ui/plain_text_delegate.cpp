#include "ui/plain_text_delegate.h"

#include <QApplication>
#include <QGlyphRun>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <span>

namespace ipclens {

namespace {

constexpr qsizetype mostFonts = 8; // that are remembered; a list has one or two

} // namespace

const PlainTextDelegate::Glyphs *PlainTextDelegate::glyphsOf(const QFont &font) const
{
    auto known = m_glyphs.constFind(font);
    if (known == m_glyphs.constEnd()) {
        if (m_glyphs.size() >= mostFonts)
            m_glyphs.clear();
        known = m_glyphs.insert(font, glyphsIn(font));
    }
    return known->areUsable ? &*known : nullptr;
}

PlainTextDelegate::Glyphs PlainTextDelegate::glyphsIn(const QFont &font)
{
    Glyphs glyphs{.raw = QRawFont::fromFont(font)};
    QString ascii;
    for (char16_t letter = firstGlyph; letter <= lastGlyph; ++letter)
        ascii += QChar(letter);
    glyphs.indexes = glyphs.raw.glyphIndexesForString(ascii);
    const QString ellipsis(QChar(0x2026));
    glyphs.ellipsis = glyphs.raw.glyphIndexesForString(ellipsis).value(0);
    // Of each letter as it is laid out: a raw font does not round as its platform does.
    const QFontMetricsF metrics(font);
    for (const QChar letter : ascii)
        glyphs.advances += metrics.horizontalAdvance(QString(letter));
    glyphs.ellipsisAdvance = metrics.horizontalAdvance(ellipsis);
    const QFontMetrics rounded(font); // as Qt places lines
    glyphs.height = rounded.height();
    glyphs.ascent = rounded.ascent();
    const QString pairs = ascii + QStringLiteral("AVATAR To. WM_COPYDATA"); // that are often moved together
    qreal sum = 0;
    for (const QChar letter : pairs)
        sum += glyphs.advances[letter.unicode() - firstGlyph];
    const bool areAlone = std::abs(sum - metrics.horizontalAdvance(pairs)) < 1;
    glyphs.areUsable = areAlone && glyphs.ellipsis != 0 && !glyphs.indexes.contains(0) &&
                       glyphs.indexes.size() == lastGlyph - firstGlyph + 1;
    return glyphs;
}

// False when the text needs more than this.
bool PlainTextDelegate::paintText(QPainter &painter, const QStyleOptionViewItem &cell, const QString &text) const
{
    const bool isAscii =
        std::ranges::all_of(text, [](QChar letter) { return letter >= firstGlyph && letter <= lastGlyph; });
    const Glyphs *const glyphs = isAscii ? glyphsOf(cell.font) : nullptr;
    if (!glyphs)
        return false;
    const QStyle &style = cell.widget ? *cell.widget->style() : *QApplication::style();
    const int margin = style.pixelMetric(QStyle::PM_FocusFrameHMargin, &cell, cell.widget) + 1;
    const QRect place = cell.rect.adjusted(margin, 0, -margin, 0);
    QList<quint32> indexes;
    QList<qreal> ends{0}; // of so many glyphs
    for (const QChar letter : text) {
        const qsizetype number = letter.unicode() - firstGlyph;
        indexes += glyphs->indexes[number];
        ends += ends.back() + glyphs->advances[number];
        if (ends.back() > place.width())
            break;
    }
    if (ends.back() > place.width()) { // cut as Qt does it
        const qreal room = place.width() - glyphs->ellipsisAdvance;
        while (!indexes.isEmpty() && ends.back() > room) {
            indexes.removeLast();
            ends.removeLast();
        }
        indexes += glyphs->ellipsis;
        ends += ends.back() + glyphs->ellipsisAdvance;
    }
    if (indexes.isEmpty())
        return true;
    QList<QPointF> positions;
    for (const qreal end : std::span(ends).first(static_cast<std::size_t>(indexes.size())))
        positions += QPointF(end, 0);
    QGlyphRun run;
    run.setRawFont(glyphs->raw);
    run.setGlyphIndexes(indexes);
    run.setPositions(positions);
    const QRect line = QStyle::alignedRect(cell.direction, cell.displayAlignment,
                                           QSize(static_cast<int>(std::ceil(ends.back())), glyphs->height), place);
    const auto group = !(cell.state & QStyle::State_Enabled)  ? QPalette::Disabled
                       : !(cell.state & QStyle::State_Active) ? QPalette::Inactive
                                                              : QPalette::Normal;
    painter.setPen(cell.palette.color(group, cell.state & QStyle::State_Selected ? QPalette::HighlightedText
                                                                                 : QPalette::Text));
    painter.drawGlyphRun(QPointF(line.left(), line.top() + glyphs->ascent), run);
    return true;
}

void PlainTextDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const bool isPlain = !(cell.features & ~QStyleOptionViewItem::ViewItemFeatures(QStyleOptionViewItem::HasDisplay |
                                                                                   QStyleOptionViewItem::Alternate)) &&
                         !(cell.state & QStyle::State_HasFocus);
    if (isPlain) {
        const QStyle &style = cell.widget ? *cell.widget->style() : *QApplication::style();
        painter->save();
        painter->setClipRect(cell.rect);
        style.drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
        const bool isPainted = paintText(*painter, cell, cell.text);
        painter->restore();
        if (isPainted)
            return;
    }
    QStyledItemDelegate::paint(painter, option, index);
}

} // namespace ipclens
