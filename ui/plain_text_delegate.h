// Cells of long lists that hold one line of text.
#pragma once

#include <QRawFont>
#include <QStyledItemDelegate>

#include <optional>

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
        QFont font;
        QRawFont raw;
        QList<quint32> indexes; // of ASCII from the space on
        QList<qreal> advances; // of each
        quint32 ellipsis = 0;
        qreal ellipsisAdvance = 0;
        bool areAlone = false; // no letter moves the next one
    };
    const Glyphs *glyphsOf(const QFont &font) const; // none: the font has not all of ASCII, or more to it
    bool paintText(QPainter &painter, const QStyleOptionViewItem &cell, const QString &text) const;

    mutable std::optional<Glyphs> m_glyphs;
};

} // namespace ipclens
