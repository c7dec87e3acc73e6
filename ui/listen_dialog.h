// Asks what the inbox that receives messages should look like to those who send them.
#pragma once

#include "core/os/system.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ipclens {

class ListenDialog : public QDialog {
    Q_OBJECT
public:
    // Empty class and title: those of the last time.
    ListenDialog(const QString &className, const QString &title, QWidget *parent = nullptr);

    Result<InboxRequest> request() const; // the error names the field
    void accept() override;

    // What is listened with when nobody says otherwise.
    static InboxRequest defaultRequest();

private:
    void check();

    QLineEdit *m_class;
    QComboBox *m_title;
    QLineEdit *m_messages;
    QLineEdit *m_cap;
    QLineEdit *m_queue;
    QLabel *m_note;
    QPushButton *m_listen;
};

} // namespace ipclens
