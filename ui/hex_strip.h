// The overview beside the scroll bar of a hex view: where memory is, where the view is, and where something happens.
#pragma once

#include <QPixmap>
#include <QWidget>

namespace ipclens {

class HexView;

// Has the same scale as the scroll bar: rows. Owned by its view.
class HexStrip : public QWidget {
    Q_OBJECT
public:
    explicit HexStrip(HexView &view);

    static int wantedWidth() { return 18; }
    // Rows or highlights are others now.
    void reset();

    QSize sizeHint() const override { return {wantedWidth(), 60}; }

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    int pixelOf(std::uint64_t row) const;
    std::uint64_t rowAt(int y) const;
    void goTo(int y);
    QPixmap pictureOfMemory() const;
    void paintChanges(QPainter &painter) const;
    void paintPlace(QPainter &painter) const;
    QString tipAt(int y) const;

    HexView &m_view;
    QPixmap m_memory; // regions and highlights; made when it is first painted
};

} // namespace ipclens
