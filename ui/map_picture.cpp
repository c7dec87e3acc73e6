#include "ui/map_picture.h"

#include "ui/number_text.h"
#include "ui/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ipclens {

namespace {

constexpr double margin = 16;
constexpr double smallestGap = 110; // between columns
constexpr double largestGap = 340;
constexpr double characters = 26;  // in a node
constexpr double faint = 0.22;     // opacity of what has nothing to do with the chosen node
constexpr double smallestText = 5; // pixels on the screen below which texts are left out

QString tr(const char *text)
{
    return QCoreApplication::translate("Map", text);
}

} // namespace

QString wordOf(MapNodeKind kind)
{
    switch (kind) {
    case MapNodeKind::Process:
        return tr("Processes");
    case MapNodeKind::Section:
        return tr("Sections");
    case MapNodeKind::SharedData:
        return tr("DLL data");
    case MapNodeKind::Sync:
        return tr("Synchronisation");
    case MapNodeKind::Pipe:
        return tr("Pipes");
    case MapNodeKind::Window:
        return tr("Windows");
    }
    return {};
}

QString wordOf(MapEdgeKind kind)
{
    switch (kind) {
    case MapEdgeKind::Holds:
        return tr("holds");
    case MapEdgeKind::Views:
        return tr("has mapped");
    case MapEdgeKind::Loads:
        return tr("loads");
    case MapEdgeKind::Serves:
        return tr("serves");
    case MapEdgeKind::Connects:
        return tr("connects");
    case MapEdgeKind::Owns:
        return tr("owns");
    case MapEdgeKind::Sends:
        return tr("sends messages");
    }
    return {};
}

Sign signOf(MapNodeKind kind)
{
    switch (kind) {
    case MapNodeKind::Process:
        return Sign::Process;
    case MapNodeKind::Section:
        return Sign::Section;
    case MapNodeKind::SharedData:
        return Sign::Library;
    case MapNodeKind::Sync:
        return Sign::Lock;
    case MapNodeKind::Pipe:
        return Sign::Pipe;
    case MapNodeKind::Window:
        return Sign::Window;
    }
    return Sign::Process;
}

QColor colorOf(MapNodeKind kind, const QPalette &palette)
{
    using theme::Role;
    switch (kind) {
    case MapNodeKind::Process:
        return theme::color(Role::FirstCurve, palette);
    case MapNodeKind::Section:
        return theme::color(Role::MappedMemory, palette);
    case MapNodeKind::SharedData:
        return theme::color(Role::ImageMemory, palette);
    case MapNodeKind::Sync:
        return theme::color(Role::HitMark, palette);
    case MapNodeKind::Pipe:
        return theme::color(Role::FrozenMark, palette);
    case MapNodeKind::Window:
        return theme::color(Role::SecondCurve, palette);
    }
    return {};
}

QPen penOf(MapEdgeKind kind, std::uint64_t count, const QPalette &palette)
{
    const double often = std::log2(static_cast<double>(std::max<std::uint64_t>(count, 1)));
    QPen pen(theme::color(theme::Role::Muted, palette), 1.2 + std::min(often * 0.5, 2.0));
    pen.setCapStyle(Qt::FlatCap);
    switch (kind) {
    case MapEdgeKind::Holds:
        break;
    case MapEdgeKind::Views:
        pen.setDashPattern({7, 2});
        break;
    case MapEdgeKind::Loads:
        pen.setStyle(Qt::DotLine);
        break;
    case MapEdgeKind::Serves:
        pen.setStyle(Qt::DashLine);
        break;
    case MapEdgeKind::Connects:
        pen.setStyle(Qt::DashDotLine);
        break;
    case MapEdgeKind::Owns:
        pen.setStyle(Qt::DashDotDotLine);
        break;
    case MapEdgeKind::Sends:
        pen.setColor(theme::color(theme::Role::SecondCurve, palette));
        pen.setWidthF(1.6 + std::min(often * 0.6, 9.0));
        break;
    }
    return pen;
}

void MapPicture::set(SharingMap map, const MapLayout &layout)
{
    m_map = std::move(map);
    m_layout = layout;
    arrange();
}

void MapPicture::setFont(const QFont &font)
{
    m_font = font;
    arrange();
}

void MapPicture::setWidth(double width)
{
    if (width == m_width)
        return;
    m_width = width;
    arrange();
}

void MapPicture::arrange()
{
    const QFontMetricsF metrics(m_font);
    const double height = std::ceil(metrics.height() * 1.7);
    const double width = std::ceil(metrics.averageCharWidth() * characters + height);
    const double pitch = height + std::ceil(metrics.height() * 0.6);

    // A column that nothing stands in takes no room.
    std::array<bool, 3> isUsed{};
    std::vector<std::size_t> columns(m_map.nodes.size());
    for (std::size_t i = 0; i < m_map.nodes.size(); ++i) {
        columns[i] = static_cast<std::size_t>(std::clamp(std::lround(m_layout.positions[i].column), 0L, 2L));
        isUsed[columns[i]] = true;
    }
    std::array<std::size_t, 3> place{};
    std::size_t used = 0;
    for (std::size_t i = 0; i < isUsed.size(); ++i) {
        place[i] = used;
        used += isUsed[i] ? 1 : 0;
    }
    const double room = m_width - 2 * margin - static_cast<double>(used) * width;
    const double gap = used < 2 ? 0 : std::clamp(room / static_cast<double>(used - 1), smallestGap, largestGap);

    m_columns.assign(used, {});
    m_rects.clear();
    double bottom = 0;
    for (std::size_t i = 0; i < m_map.nodes.size(); ++i) {
        const auto column = place[columns[i]];
        const double middle = margin + height / 2 + m_layout.positions[i].row * pitch;
        m_rects.emplace_back(margin + static_cast<double>(column) * (width + gap), middle - height / 2, width, height);
        m_columns[column].push_back(i);
        bottom = std::max(bottom, middle + height / 2);
    }
    for (auto &column : m_columns)
        std::ranges::sort(column, {}, [this](std::size_t node) { return m_rects[node].top(); });
    m_size = used == 0 ? QSizeF()
                       : QSizeF(2 * margin + static_cast<double>(used) * width + static_cast<double>(used - 1) * gap,
                                bottom + margin);

    std::unordered_map<std::string_view, std::size_t> nodes;
    for (std::size_t i = 0; i < m_map.nodes.size(); ++i)
        nodes.emplace(m_map.nodes[i].id, i);
    m_ends.clear();
    m_near.assign(m_map.nodes.size(), {});
    for (const auto &edge : m_map.edges) {
        const auto from = nodes.find(edge.from), to = nodes.find(edge.to);
        m_ends.push_back(from == nodes.end() || to == nodes.end() ? Ends{none, none} : Ends{from->second, to->second});
        if (m_ends.back().from == none)
            continue;
        m_near[from->second].push_back(to->second);
        m_near[to->second].push_back(from->second);
    }
    for (auto &near : m_near) {
        std::ranges::sort(near);
        near.erase(std::ranges::unique(near).begin(), near.end());
    }
}

std::size_t MapPicture::nodeAt(QPointF place) const
{
    for (const auto &column : m_columns) {
        const auto found = std::ranges::lower_bound(column, place.y(), {},
                                                    [this](std::size_t node) { return m_rects[node].bottom(); });
        if (found != column.end() && m_rects[*found].contains(place))
            return *found;
    }
    return none;
}

std::size_t MapPicture::indexOf(const std::string &id) const
{
    const auto found = std::ranges::find(m_map.nodes, id, &MapNode::id);
    return found == m_map.nodes.end() ? none : static_cast<std::size_t>(found - m_map.nodes.begin());
}

bool MapPicture::areNeighbours(std::size_t one, std::size_t other) const
{
    return std::ranges::binary_search(m_near[one], other);
}

std::vector<std::size_t> MapPicture::neighbours(std::size_t node) const
{
    return m_near[node];
}

std::size_t MapPicture::besideInColumn(std::size_t node, int by) const
{
    for (const auto &column : m_columns) {
        const auto found = std::ranges::find(column, node);
        if (found == column.end())
            continue;
        const auto place = (found - column.begin()) + by;
        return place < 0 || place >= std::ssize(column) ? none : column[static_cast<std::size_t>(place)];
    }
    return none;
}

std::size_t MapPicture::inColumnBeside(std::size_t node, int by) const
{
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        if (std::ranges::find(m_columns[i], node) == m_columns[i].end())
            continue;
        const auto other = static_cast<std::ptrdiff_t>(i) + by;
        if (other < 0 || other >= std::ssize(m_columns))
            return none;
        const auto &column = m_columns[static_cast<std::size_t>(other)];
        const auto nearness = [&](std::size_t each) {
            const double away = std::abs(m_rects[each].top() - m_rects[node].top());
            return areNeighbours(node, each) ? away : away + m_size.height(); // neighbours first
        };
        return *std::ranges::min_element(column, {}, nearness);
    }
    return none;
}

std::size_t MapPicture::first() const
{
    return m_columns.empty() ? none : m_columns[m_columns.size() / 2].front();
}

void MapPicture::paint(QPainter &painter, const QRectF &visible, const QPalette &palette, double scale,
                       std::size_t chosen) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_font);
    const bool hasChosen = chosen != none;
    const auto paintEdges = [&](bool ofChosen) {
        for (std::size_t i = 0; i < m_ends.size(); ++i) {
            const auto [from, to] = m_ends[i];
            if (from == none || ofChosen != (from == chosen || to == chosen))
                continue;
            const auto across = m_rects[from].united(m_rects[to]);
            if (!across.intersects(visible))
                continue;
            const bool isLabelled = scale * QFontMetricsF(m_font).height() > 2 * smallestText &&
                                    (ofChosen || (m_map.edges[i].kind == MapEdgeKind::Sends && !hasChosen));
            paintEdge(painter, m_map.edges[i], from, to, palette, hasChosen && !ofChosen, isLabelled);
        }
    };
    paintEdges(false);
    if (hasChosen)
        paintEdges(true); // on top
    for (const auto &column : m_columns) {
        auto node = std::ranges::lower_bound(column, visible.top(), {},
                                             [this](std::size_t each) { return m_rects[each].bottom(); });
        for (; node != column.end() && m_rects[*node].top() <= visible.bottom(); ++node) {
            const bool isNear = hasChosen && areNeighbours(chosen, *node);
            paintNode(painter, *node, palette, scale, *node == chosen, isNear, hasChosen && !isNear && *node != chosen);
        }
    }
}

void MapPicture::paintEdge(QPainter &painter, const MapEdge &edge, std::size_t from, std::size_t to,
                           const QPalette &palette, bool isFaint, bool isLabelled) const
{
    const auto &one = m_rects[from], &other = m_rects[to];
    const bool toRight = other.left() > one.left();
    const bool isSameColumn = other.left() == one.left();
    const QPointF begin(toRight || isSameColumn ? one.right() : one.left(), one.center().y());
    const QPointF end(toRight ? other.left() : other.right(), other.center().y());
    const double bend = isSameColumn ? 60 : (end.x() - begin.x()) * 0.45;
    QPainterPath path(begin);
    path.cubicTo(begin + QPointF(bend, 0), end - QPointF(isSameColumn ? -bend : bend, 0), end);

    painter.setOpacity(isFaint ? faint : 1);
    auto pen = penOf(edge.kind, edge.count, palette);
    if (edge.certainty != Certainty::Exact)
        pen.setDashPattern({4, 4});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (edge.kind == MapEdgeKind::Sends) {
        const double size = 5 + pen.widthF();
        const double back = toRight ? -size : size;
        painter.setPen(Qt::NoPen);
        painter.setBrush(pen.color());
        painter.drawPolygon(QPolygonF{{end, end + QPointF(back, -size * 0.6), end + QPointF(back, size * 0.6)}});
    }
    QString label = fromUtf8(edge.label);
    if (edge.kind == MapEdgeKind::Sends)
        label = countText(edge.count);
    if (isLabelled && !label.isEmpty()) {
        const QFontMetricsF metrics(m_font);
        label = metrics.elidedText(label, Qt::ElideRight, std::max(40.0, std::abs(end.x() - begin.x()) - 16));
        auto box = metrics.boundingRect(label).adjusted(-3, -1, 3, 1);
        box.moveCenter(path.pointAtPercent(0.5));
        painter.setPen(Qt::NoPen);
        painter.setBrush(palette.color(QPalette::Base));
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(palette.color(QPalette::Text));
        painter.drawText(box, Qt::AlignCenter, label);
    }
    painter.setOpacity(1);
}

void MapPicture::paintNode(QPainter &painter, std::size_t node, const QPalette &palette, double scale, bool isChosen,
                           bool isNear, bool isFaint) const
{
    const auto &what = m_map.nodes[node];
    const auto &box = m_rects[node];
    const auto color = colorOf(what.kind, palette);
    const double round = what.kind == MapNodeKind::Process ? 3 : box.height() / 2;
    painter.setOpacity(isFaint ? faint * 2 : 1);
    const auto fill = isChosen ? palette.color(QPalette::Highlight) : palette.color(QPalette::Base);
    const QPen frame(color, isChosen || isNear ? 3 : 1.4);
    painter.setPen(frame);
    painter.setBrush(fill);
    if (what.members > 0) // several behind each other
        painter.drawRoundedRect(box.translated(4, 4), round, round);
    painter.drawRoundedRect(box, round, round);
    const QFontMetricsF metrics(m_font);
    if (metrics.height() * scale < smallestText) {
        painter.setOpacity(1);
        return;
    }
    const double side = box.height() * 0.55;
    const QRectF sign(box.left() + box.height() * 0.25, box.center().y() - side / 2, side, side);
    paintSign(painter, signOf(what.kind), sign, isChosen ? palette.color(QPalette::HighlightedText) : color);
    auto font = m_font;
    font.setBold(isChosen || isNear);
    painter.setFont(font);
    painter.setPen(isChosen ? palette.color(QPalette::HighlightedText) : palette.color(QPalette::Text));
    const auto room = box.adjusted(box.height() * 0.95, 0, -8, 0);
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(font).elidedText(fromUtf8(what.label), Qt::ElideMiddle, room.width()));
    painter.setFont(m_font);
    painter.setOpacity(1);
}

} // namespace ipclens
