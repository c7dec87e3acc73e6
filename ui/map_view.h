// Shows the map of who talks to whom, to be scrolled, zoomed and walked through with mouse and keyboard.
#pragma once

#include "ui/map_picture.h"

#include <QAbstractScrollArea>

namespace ipclens {

// GUI thread. Paints what is visible and nothing else.
class MapView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit MapView(QWidget *parent = nullptr);

    // The chosen node stays chosen when it is in the new map, too.
    void setMap(SharingMap map, const MapLayout &layout);
    const MapPicture &picture() const { return m_picture; }
    const MapNode *chosen() const; // nullptr: none
    void choose(std::size_t node); // MapPicture::none: none
    void setWhyEmpty(const QString &why);

    double zoom() const { return m_zoom; }
    void setZoom(double zoom, QPointF around);
    void zoomIn();
    void zoomOut();
    void fit(); // as much as can still be read

signals:
    void chosenChanged();
    void activated();                           // the chosen node
    void menuRequested(const QPoint &position); // of the chosen node, on the screen

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    QPointF origin() const; // of the picture, in the viewport
    QPointF toPicture(QPointF place) const { return (place - origin()) / m_zoom; }
    void updateBars();
    void reveal(std::size_t node);
    void walk(std::size_t node);
    QString describe(std::size_t node) const;

    MapPicture m_picture;
    std::size_t m_chosen = MapPicture::none;
    double m_zoom = 1;
    bool m_isFitted = true;
    QString m_whyEmpty;
    QPoint m_grabbed; // where the mouse took hold of the map
    bool m_isDragging = false;
};

} // namespace ipclens
