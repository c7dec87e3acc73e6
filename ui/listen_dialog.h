// Asks what the inbox that receives messages should look like to those who send them.
#pragma once

#include "core/os/system.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ipclens {

class ReferenceChoice;
class ReplyRules;

class ListenDialog : public QDialog {
    Q_OBJECT
public:
    // Empty class and title: those of the last time.
    ListenDialog(const QString &className, const QString &title, QWidget *parent = nullptr);

    Result<InboxRequest> request() const; // the error names the field
    void accept() override;

    // What is listened with when nobody says otherwise.
    static InboxRequest defaultRequest();

    // The switch that lets messages of programs with fewer rights through, with what it means; off.
    static QCheckBox *makeIntegritySwitch(QWidget *parent);
    static QLabel *makeIntegrityNote(QWidget *parent);

private:
    void check();

    QLineEdit *m_class;
    QComboBox *m_title;
    QLineEdit *m_messages;
    QLineEdit *m_cap;
    QLineEdit *m_queue;
    ReferenceChoice *m_references;
    QCheckBox *m_lowerIntegrity;
    ReplyRules *m_replies;
    QLabel *m_note;
    QPushButton *m_listen;
};

} // namespace ipclens
