// Choosing a window of another program: from a list, on the screen, by its handle, or by class and title.
#pragma once

#include "ui/client.h"

#include <QPoint>
#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QStackedWidget;
class QTableView;

namespace ipclens {

class Crosshair;
class RowFilter;
class WindowModel;

// Class and title find the window anew when its program has been started again; a handle is that one window. GUI
// thread. The screen can be pointed at only where this process is the session: another's screen may be elsewhere.
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
    // How a point of the screen is asked about: in passing, or to choose what is there.
    struct Pointing {
        QPoint point;
        bool innermost = false;
        bool chooses = false;
    };

    void addCrosshair();
    void showCrosshair();
    void point(Pointing at);
    void pointed(const Pointing &at, const Result<Window> &window);
    void choose(const Window &window);
    void note(const QString &text);

    Client &m_client;
    Crosshair *m_crosshair;
    std::optional<Pointing> m_asked; // under way
    std::optional<Pointing> m_next;  // asked when that is answered
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
