// Asks for the command that starts the far end of a session.
#pragma once

#include <QDialog>

class QComboBox;
class QLineEdit;

namespace ipclens {

// A session the window can work with. Without a command it is in this process.
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
    explicit ConnectDialog(QWidget *parent = nullptr);
    SessionChoice choice() const;

private:
    QComboBox *m_command;
    QLineEdit *m_name;
};

} // namespace ipclens
