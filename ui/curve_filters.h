// The filters that a graph has a curve for.
#pragma once

#include "core/traffic/traffic_curves.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace ipclens {

// Stays open beside the graph; what is typed takes effect as soon as all of it can be read. GUI thread.
class CurveFilters : public QDialog {
    Q_OBJECT
public:
    explicit CurveFilters(const std::vector<CurveFilter> &filters, QWidget *parent = nullptr);

    std::vector<CurveFilter> filters() const; // those with a text

signals:
    void changed(); // filters() has no mistake and is not what it was

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Row {
        QWidget *widget;
        QComboBox *colour;
        QLineEdit *text;
    };

    void add(const CurveFilter &filter);
    void check();
    void paintColours();

    std::vector<Row> m_rows;
    std::vector<CurveFilter> m_told;
    QVBoxLayout *m_list;
    QPushButton *m_add;
    QLabel *m_mistake;
};

} // namespace ipclens
