// What the lines of the map mean.
#pragma once

#include <QWidget>

namespace ipclens {

// GUI thread. Takes as many rows as its width needs.
class MapLegend : public QWidget {
    Q_OBJECT
public:
    explicit MapLegend(QWidget *parent = nullptr);
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    template <class Place>
    int flow(int width, Place place) const; // height
};

} // namespace ipclens
