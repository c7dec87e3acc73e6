// Asks where the session is to be: here, on another machine, elevated, or wherever a command leads.
#pragma once

#include "core/os/elevation.h"

#include <QDialog>

class QComboBox;
class QLineEdit;
class QRadioButton;

namespace ipclens {

// A session the window can work with. Without a command it is in this process; the command `elevatedSession` stands for
// one that Windows is asked to start.
struct SessionChoice {
    QString name;
    QString command;
    bool operator==(const SessionChoice &) const = default;
};

// The session in this process.
SessionChoice localSession();
// A short name from a command: "wine", "ssh host".
SessionChoice sessionThrough(const QString &command);

class ConnectDialog : public QDialog {
    Q_OBJECT
public:
    explicit ConnectDialog(QWidget *parent = nullptr, Elevation elevation = ipclens::elevation());
    SessionChoice choice() const;

private:
    QWidget *makeChoices(Elevation elevation);
    QString command() const; // of the chosen kind of session; empty also when something is still to be typed
    bool isComplete() const;

    QRadioButton *m_here;
    QRadioButton *m_ssh;
    QRadioButton *m_elevated;
    QRadioButton *m_byCommand;
    QLineEdit *m_host;
    QComboBox *m_command;
    QLineEdit *m_name;
};

} // namespace ipclens
