// The dock on the left: what there is to look at.
#pragma once

#include "ui/explorer_lists.h"

#include <QTabWidget>

namespace ipclens {

// GUI thread. Only asks; what is asked for is opened by the main window.
class Explorer : public QTabWidget {
    Q_OBJECT
public:
    explicit Explorer(Client &client, QWidget *parent = nullptr);

    ProcessPage *processes() const { return m_processes; }
    ObjectPage *objects() const { return m_objects; }
    WindowPage *windows() const { return m_windows; }
    ExplorerPage *currentPage() const;

    void save(QSettings &settings) const;
    void restore(QSettings &settings);

private:
    ProcessPage *m_processes;
    ObjectPage *m_objects;
    WindowPage *m_windows;
};

} // namespace ipclens
