#include "ui/crosshair.h"

#include "ui/icons.h"

#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScreen>

namespace ipclens {
namespace {

QPoint onScreen(QPointF point)
{
    const QScreen *screen = QGuiApplication::screenAt(point.toPoint());
    if (!screen)
        screen = QGuiApplication::primaryScreen();
    return physicalPoint(point, screen->geometry().topLeft(), screen->devicePixelRatio());
}

} // namespace

QPoint physicalPoint(QPointF point, QPoint origin, qreal ratio)
{
    return origin + ((point - origin) * ratio).toPoint();
}

Crosshair::Crosshair(QWidget *parent) : QToolButton(parent)
{
    setIcon(ipclens::icon(Sign::Crosshair));
    setFocusPolicy(Qt::NoFocus); // it takes a mouse; with the keyboard windows are chosen in a list
}

Crosshair::~Crosshair()
{
    if (m_dragged)
        endDrag();
}

bool Crosshair::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride && m_dragged)
        event->accept(); // Escape is ours, whatever it is to the window
    return QToolButton::event(event);
}

void Crosshair::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || m_dragged)
        return;
    m_dragged = true;
    setDown(true);
    grabKeyboard();
    QGuiApplication::setOverrideCursor(Qt::CrossCursor);
    emit movedOver(onScreen(event->globalPosition()), event->modifiers());
}

void Crosshair::mouseMoveEvent(QMouseEvent *event)
{
    if (m_dragged)
        emit movedOver(onScreen(event->globalPosition()), event->modifiers());
}

void Crosshair::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_dragged)
        return;
    endDrag();
    emit droppedOn(onScreen(event->globalPosition()), event->modifiers());
}

void Crosshair::keyPressEvent(QKeyEvent *event)
{
    if (m_dragged && event->key() == Qt::Key_Escape)
        cancel();
    event->accept();
}

void Crosshair::hideEvent(QHideEvent *event)
{
    if (m_dragged)
        cancel();
    QToolButton::hideEvent(event);
}

void Crosshair::cancel()
{
    endDrag();
    emit cancelled();
}

void Crosshair::endDrag()
{
    m_dragged = false;
    setDown(false);
    releaseKeyboard();
    QGuiApplication::restoreOverrideCursor();
}

} // namespace ipclens
