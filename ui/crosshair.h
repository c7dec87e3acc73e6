// A sign that is dragged over the screen to point at something in any program.
#pragma once

#include <QToolButton>

namespace ipclens {

// While it is dragged the mouse and the keyboard are its own; Escape, or losing them, ends it without a choice. GUI thread.
class Crosshair : public QToolButton {
    Q_OBJECT
public:
    explicit Crosshair(QWidget *parent = nullptr);
    ~Crosshair() override;

    bool isDragged() const { return m_dragged; }

signals:
    // Points of the screen, in physical pixels.
    void movedOver(QPoint point, Qt::KeyboardModifiers keys);
    void droppedOn(QPoint point, Qt::KeyboardModifiers keys);
    void cancelled();

protected:
    bool event(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void cancel();
    void endDrag();

    bool m_dragged = false;
};

// A point of a screen that begins at `origin`, which is the same in both, and has `ratio` physical pixels to each of Qt's.
QPoint physicalPoint(QPointF point, QPoint origin, qreal ratio);

} // namespace ipclens
