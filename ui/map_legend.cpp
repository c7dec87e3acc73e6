#include "ui/map_legend.h"

#include "ui/map_picture.h"

#include <QPainter>

namespace ipclens {

namespace {

constexpr int sample = 30, gap = 6, between = 16, side = 8;
constexpr int kinds = static_cast<int>(MapEdgeKind::Sends) + 1;

} // namespace

MapLegend::MapLegend(QWidget *parent) : QWidget(parent)
{
    auto policy = QSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    QStringList words;
    for (int i = 0; i < kinds; ++i)
        words << wordOf(static_cast<MapEdgeKind>(i));
    setAccessibleName(tr("Legend of the lines: %1").arg(words.join(QStringLiteral(", "))));
}

template <class Place>
int MapLegend::flow(int width, Place place) const
{
    int x = side, y = 2;
    for (int i = 0; i < kinds; ++i) {
        const auto kind = static_cast<MapEdgeKind>(i);
        const int wide = sample + gap + fontMetrics().horizontalAdvance(wordOf(kind));
        if (x > side && x + wide > width - side) {
            x = side;
            y += fontMetrics().height();
        }
        place(kind, QRect(x, y, wide, fontMetrics().height()));
        x += wide + between;
    }
    return y + fontMetrics().height() + 2;
}

int MapLegend::heightForWidth(int width) const
{
    return flow(width, [](MapEdgeKind, const QRect &) {});
}

QSize MapLegend::sizeHint() const
{
    return {200, heightForWidth(600)};
}

void MapLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    flow(width(), [&](MapEdgeKind kind, const QRect &place) {
        painter.setPen(penOf(kind, kind == MapEdgeKind::Sends ? 8 : 1, palette()));
        painter.drawLine(place.left(), place.center().y(), place.left() + sample, place.center().y());
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(place.adjusted(sample + gap, 0, 0, 0), Qt::AlignVCenter, wordOf(kind));
    });
}

} // namespace ipclens
