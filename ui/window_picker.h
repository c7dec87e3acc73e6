// Choosing a window of another program: from a list, by its handle, or by class and title.
#pragma once

#include "ui/client.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QTableView;

namespace ipclens {

class RowFilter;
class WindowModel;

// Class and title find the window anew when its program has been started again; a handle is that one window. GUI
// thread.
class WindowPicker : public QWidget {
    Q_OBJECT
public:
    // `client` must outlive it.
    explicit WindowPicker(Client &client, QWidget *parent = nullptr);

    void setWindow(std::uint64_t handle);
    void setByName(bool on); // class and title instead of the handle
    bool isByName() const;
    Result<WindowTarget> target() const; // the error names what is missing or wrong
    QLineEdit *field() const;            // where target() reads from
    void refresh();

signals:
    void changed();

private:
    void choose(int row);

    Client &m_client;
    QComboBox *m_way;
    QStackedWidget *m_pages;
    QLineEdit *m_handle;
    QLineEdit *m_class;
    QLineEdit *m_title;
    QLineEdit *m_filter;
    QTableView *m_list;
    QLabel *m_note;
    WindowModel *m_windows;
    RowFilter *m_shown;
};

} // namespace ipclens
