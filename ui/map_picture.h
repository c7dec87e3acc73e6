// The map of who talks to whom as a drawing: where everything is, and how it is painted. No widget, and the same on the
// screen, in an image and on paper.
#pragma once

#include "core/session/map_layout.h"
#include "ui/icons.h"

#include <QFont>
#include <QPalette>
#include <QRectF>
#include <QString>

class QPainter;

namespace ipclens {

class MapPicture {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    // `layout` is of `map`.
    void set(SharingMap map, const MapLayout &layout);
    void setFont(const QFont &font);
    void setWidth(double width); // to spread the columns over, as far as it is enough
    const SharingMap &map() const { return m_map; }

    QSizeF size() const { return m_size; }
    QRectF rectOf(std::size_t node) const { return m_rects[node]; }
    std::size_t nodeAt(QPointF place) const; // none: no node is there
    std::size_t indexOf(const std::string &id) const;
    bool areNeighbours(std::size_t one, std::size_t other) const;
    std::vector<std::size_t> neighbours(std::size_t node) const;
    std::size_t besideInColumn(std::size_t node,
                               int by) const; // the next below (1) or above (-1); none: it is the last
    std::size_t
    inColumnBeside(std::size_t node,
                   int by) const; // the nearest neighbour to the right (1) or left (-1), or whatever is there
    std::size_t first() const;    // of the middle column

    // `chosen` and what it is tied to stand out. `scale` is what the painter is scaled by: below some size texts are
    // left out.
    void paint(QPainter &painter, const QRectF &visible, const QPalette &palette, double scale,
               std::size_t chosen) const;

private:
    void arrange();
    void paintEdge(QPainter &painter, const MapEdge &edge, std::size_t from, std::size_t to, const QPalette &palette,
                   bool isFaint, bool isLabelled) const;
    void paintNode(QPainter &painter, std::size_t node, const QPalette &palette, double scale, bool isChosen,
                   bool isNear, bool isFaint) const;

    struct Ends {
        std::size_t from;
        std::size_t to;
    };
    SharingMap m_map;
    MapLayout m_layout;
    QFont m_font;
    double m_width = 0;
    QSizeF m_size;
    std::vector<QRectF> m_rects;                     // beside the nodes
    std::vector<Ends> m_ends;                        // beside the edges
    std::vector<std::vector<std::size_t>> m_columns; // nodes of each column from above
    std::vector<std::vector<std::size_t>> m_near;    // neighbours of each node, ascending
};

QString wordOf(MapNodeKind kind);
QString wordOf(MapEdgeKind kind);
Sign signOf(MapNodeKind kind);
QColor colorOf(MapNodeKind kind, const QPalette &palette);
QPen penOf(MapEdgeKind kind, std::uint64_t count, const QPalette &palette);

} // namespace ipclens
