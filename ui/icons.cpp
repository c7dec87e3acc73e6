#include "ui/icons.h"

#include "ui/theme.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace ipclens {

namespace {

// All signs live on a grid of 16 by 16; lines are 1.4 wide.
void addArrowHead(QPainterPath &path, QPointF tip, QPointF one, QPointF other)
{
    path.moveTo(one);
    path.lineTo(tip);
    path.lineTo(other);
}

QPainterPath linesOf(Sign sign, bool checked)
{
    QPainterPath path;
    switch (sign) {
    case Sign::Section: // pages on top of each other
        path.addRect(QRectF(2.5, 5.5, 8, 8));
        path.moveTo(5.5, 5.5);
        path.lineTo(5.5, 2.5);
        path.lineTo(13.5, 2.5);
        path.lineTo(13.5, 10.5);
        path.lineTo(10.5, 10.5);
        break;
    case Sign::Process: // a chip
        path.addRect(QRectF(4.5, 4.5, 7, 7));
        for (const double at : {6.5, 9.5}) {
            path.moveTo(at, 1.5);
            path.lineTo(at, 4.5);
            path.moveTo(at, 11.5);
            path.lineTo(at, 14.5);
            path.moveTo(1.5, at);
            path.lineTo(4.5, at);
            path.moveTo(11.5, at);
            path.lineTo(14.5, at);
        }
        break;
    case Sign::Window:
        path.addRect(QRectF(1.5, 2.5, 13, 11));
        path.moveTo(1.5, 5.5);
        path.lineTo(14.5, 5.5);
        break;
    case Sign::Traffic: // a pulse
        path.moveTo(1.5, 9);
        path.lineTo(4.5, 9);
        path.lineTo(6.5, 3);
        path.lineTo(9.5, 13);
        path.lineTo(11.5, 7.5);
        path.lineTo(14.5, 7.5);
        break;
    case Sign::Connect: // two ends of a line
        path.addEllipse(QPointF(3.5, 12.5), 2, 2);
        path.addEllipse(QPointF(12.5, 3.5), 2, 2);
        path.moveTo(5, 11);
        path.lineTo(11, 5);
        break;
    case Sign::Create:
        path.moveTo(8, 2.5);
        path.lineTo(8, 13.5);
        path.moveTo(2.5, 8);
        path.lineTo(13.5, 8);
        break;
    case Sign::Pause:
        if (checked) {
            path.moveTo(4.5, 2.5);
            path.lineTo(13, 8);
            path.lineTo(4.5, 13.5);
            path.closeSubpath();
        } else {
            path.addRect(QRectF(3.5, 2.5, 3, 11));
            path.addRect(QRectF(9.5, 2.5, 3, 11));
        }
        break;
    case Sign::Lock:
        path.addRect(QRectF(3, 7.5, 10, 6.5));
        path.moveTo(5.5, 7.5);
        path.lineTo(5.5, 5);
        path.cubicTo(5.5, 1, 10.5, 1, 10.5, checked ? 4 : 5);
        if (!checked)
            path.lineTo(10.5, 7.5);
        break;
    case Sign::Find:
        path.addEllipse(QPointF(6.5, 6.5), 4, 4);
        path.moveTo(9.5, 9.5);
        path.lineTo(14, 14);
        break;
    case Sign::Refresh:
        path.arcMoveTo(QRectF(2.5, 2.5, 11, 11), 60);
        path.arcTo(QRectF(2.5, 2.5, 11, 11), 60, 290);
        addArrowHead(path, QPointF(10.7, 3.2), QPointF(7.5, 2), QPointF(9.3, 6.2));
        break;
    case Sign::Undo:
        path.moveTo(3, 6);
        path.lineTo(9.5, 6);
        path.cubicTo(15, 6, 15, 13, 9.5, 13);
        path.lineTo(6, 13);
        addArrowHead(path, QPointF(2.5, 6), QPointF(5.5, 3), QPointF(5.5, 9));
        break;
    case Sign::Send:
        path.moveTo(2, 8);
        path.lineTo(13.5, 8);
        addArrowHead(path, QPointF(14, 8), QPointF(9.5, 3.5), QPointF(9.5, 12.5));
        break;
    case Sign::Home:
        path.moveTo(1.5, 8);
        path.lineTo(8, 2.5);
        path.lineTo(14.5, 8);
        path.moveTo(3.5, 6.5);
        path.lineTo(3.5, 13.5);
        path.lineTo(12.5, 13.5);
        path.lineTo(12.5, 6.5);
        break;
    case Sign::Library: // a page with lines that two arrows share
        path.addRect(QRectF(4.5, 2.5, 7, 11));
        path.moveTo(6.5, 5.5);
        path.lineTo(9.5, 5.5);
        path.moveTo(6.5, 8);
        path.lineTo(9.5, 8);
        path.moveTo(1.5, 10.5);
        path.lineTo(14.5, 10.5);
        break;
    case Sign::Pipe:
        path.addEllipse(QRectF(2, 4.5, 3, 7));
        path.moveTo(3.5, 4.5);
        path.lineTo(12.5, 4.5);
        path.cubicTo(15, 4.5, 15, 11.5, 12.5, 11.5);
        path.lineTo(3.5, 11.5);
        break;
    case Sign::Map: // one thing between three
        path.addEllipse(QPointF(8, 8), 2.2, 2.2);
        for (const QPointF at : {QPointF(2.8, 3.5), QPointF(13.2, 3.5), QPointF(8, 14)}) {
            path.addEllipse(at, 1.3, 1.3);
            const QLineF line(QPointF(8, 8), at);
            path.moveTo(line.pointAt(2.2 / line.length()));
            path.lineTo(line.pointAt(1 - 1.3 / line.length()));
        }
        break;
    case Sign::Crosshair:
        path.addEllipse(QPointF(8, 8), 4.5, 4.5);
        for (const QLineF line : {QLineF(8, 1.5, 8, 6), QLineF(8, 10, 8, 14.5), QLineF(1.5, 8, 6, 8), QLineF(10, 8, 14.5, 8)}) {
            path.moveTo(line.p1());
            path.lineTo(line.p2());
        }
        break;
    }
    return path;
}

void paintLines(QPainter &painter, const QPainterPath &lines, const QRectF &rect, const QColor &ink)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(rect.topLeft());
    painter.scale(rect.width() / 16.0, rect.height() / 16.0);
    painter.setPen(QPen(ink, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(lines);
    painter.restore();
}

// Paints a sign afresh whenever it is asked, so that a changed palette shows at once.
class SignEngine : public QIconEngine {
public:
    explicit SignEngine(Sign sign) : m_sign(sign) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const auto palette = QGuiApplication::palette();
        const bool checked = state == QIcon::On;
        auto ink = palette.color(mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active, QPalette::ButtonText);
        if (mode == QIcon::Selected)
            ink = palette.color(QPalette::HighlightedText);
        else if (checked && m_sign == Sign::Lock)
            ink = theme::color(theme::Role::WriteFrame, palette);
        paintLines(*painter, linesOf(m_sign, checked), rect, ink);
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new SignEngine(m_sign); }

private:
    const Sign m_sign;
};

} // namespace

void paintSign(QPainter &painter, Sign sign, const QRectF &rect, const QColor &ink)
{
    paintLines(painter, linesOf(sign, false), rect, ink);
}

QIcon icon(Sign sign)
{
    return QIcon(new SignEngine(sign));
}

} // namespace ipclens
