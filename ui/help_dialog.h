// What the window shows, how it is used, and its keys.
#pragma once

#include <QAction>
#include <QDialog>

namespace ipclens {

// GUI thread.
class HelpDialog : public QDialog {
    Q_OBJECT
public:
    // The keys of `actions` are listed, and those that belong to a part of the window.
    HelpDialog(const QList<QAction *> &actions, QWidget *parent);
};

} // namespace ipclens
