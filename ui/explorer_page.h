// One list of the explorer: a filter line over a sortable table that is asked for again every two seconds while it is
// on the screen.
#pragma once

#include "ui/client.h"
#include "ui/row_model.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QSettings;
class QTreeView;

namespace ipclens {

class ErrorBar;

// GUI thread. A subclass asks the session, fills the context menu and says why its list is empty.
class ExplorerPage : public QWidget {
    Q_OBJECT
public:
    void refresh(); // at once, unless an answer is already under way
    void setFilter(const QString &words);
    void focusFilter();
    void save(QSettings &settings) const;
    void restore(QSettings &settings);

    QTreeView *view() const { return m_view; }
    RowFilter *filter() const { return m_filter; }
    int currentRow() const; // of the model under the filter; -1: none

signals:
    void refreshed(); // an answer came, good or bad

protected:
    // `name` is what settings are kept under and what tests find it by.
    ExplorerPage(Client &client, const QString &name, QAbstractItemModel *rows, QWidget *parent);

    virtual void ask() = 0;             // sends the command and ends in answered()
    virtual void activate(int row) = 0; // Enter or double click on a row of the model
    virtual void fillMenu(QMenu &menu, int row) = 0; // row -1: beside all rows
    virtual QString whyEmpty() const = 0;            // shown when the session found nothing

    void answered(const Error *failure);
    void addControl(QWidget *control); // beside the filter line
    void askAgain();                   // something about the question changed
    // The top row stays the top row while rows come and go above it.
    void keepScroll(const std::function<void()> &change);

    Client &client() const { return m_client; }

    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void showMenu(const QPoint &position);
    void showColumnMenu(const QPoint &position);
    void explainEmptiness();
    void connectionChanged();

    Client &m_client;
    QAbstractItemModel *m_rows;
    RowFilter *m_filter;
    QHBoxLayout *m_controls;
    QLineEdit *m_filterLine;
    ErrorBar *m_error;
    QTreeView *m_view;
    QLabel *m_empty;
    QTimer m_next;
    bool m_asking = false;
    bool m_askOnceMore = false;
    bool m_answered = false; // once since connecting
    bool m_columnsFitted = false;
};

} // namespace ipclens
