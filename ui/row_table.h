// A table of rows with its title, its count, a filter line and the reason why it is empty.
#pragma once

#include "ui/row_list.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QTreeView;

namespace ipclens {

// GUI thread. Sorted by a click on a column, filtered by words; the menu of a row has what its owner puts there.
class RowTable : public QWidget {
    Q_OBJECT
public:
    // Takes over `rows`. `name` is what tests find it by.
    RowTable(RowListModel *rows, const QString &title, const QString &name, QWidget *parent = nullptr);

    QTreeView *view() const { return m_view; }
    int currentRow() const; // -1: none
    void select(int row);
    void addControl(QWidget *control); // beside the filter line
    // Shown while there are no rows at all.
    void setWhyEmpty(const QString &why);
    void setTitle(const QString &title);
    void setCountShown(const QString &count); // instead of the number of rows; empty: that number
    void sortBy(int column, Qt::SortOrder order = Qt::AscendingOrder);
    void focusFilter();

signals:
    void activated(int row);
    void currentChanged();
    void menuRequested(QMenu *menu, int row);

private:
    void rowsArranged();
    void showEmptiness();
    void showMenu(const QPoint &position);

    RowListModel *m_rows;
    QHBoxLayout *m_head;
    QLabel *m_title;
    QLineEdit *m_filter;
    QTreeView *m_view;
    QLabel *m_empty;
    QString m_titleText;
    QString m_count;
    QString m_why;
    bool m_areColumnsFitted = false;
    bool m_wasAtTop = true;
    bool m_isArranging = false;  // m_top and m_wasAtTop are of before it
    QPersistentModelIndex m_top; // the row that stays at the top while others come and go
};

} // namespace ipclens
