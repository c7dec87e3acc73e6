// Cells of long lists that hold one line of text.
#pragma once

#include <QHash>
#include <QRawFont>
#include <QStyledItemDelegate>

namespace ipclens {

// Paints what Qt's delegate paints, several times faster where the text is ASCII and the cell nothing but text: its
// glyphs are looked up, not laid out. Every other cell is left to Qt. Glyphs that are looked up are not kerned: the view's
// font should say so, or its cells differ. Lives on the GUI thread.
class PlainTextDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    static constexpr char16_t firstGlyph = u' ', lastGlyph = u'~';
    struct Glyphs {
        QRawFont raw;
        QList<quint32> indexes; // of ASCII from the space on
        QList<qreal> advances;  // of each, in pixels
        quint32 ellipsis = 0;
        qreal ellipsisAdvance = 0;
        int height = 0, ascent = 0; // of a line, in pixels
        bool areUsable = false;     // the font has all of them, and no letter moves the next one
    };
    static Glyphs glyphsIn(const QFont &font);
    const Glyphs *glyphsOf(const QFont &font) const; // none: they are not usable
    bool paintText(QPainter &painter, const QStyleOptionViewItem &cell, const QString &text) const;

    mutable QHash<QFont, Glyphs> m_glyphs;
};

} // namespace ipclens
