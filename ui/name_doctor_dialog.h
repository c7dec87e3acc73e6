// Looks for a name wherever objects have names, and says what became of it and how to reach it.
#pragma once

#include "ui/client.h"
#include "ui/sharing_rows.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ipclens {

class ErrorBar;
class JobLine;
class RowTable;

// GUI thread. Not modal: opens what is found and stays.
class NameDoctorDialog : public QDialog {
    Q_OBJECT
public:
    NameDoctorDialog(Client &client, const QString &name, QWidget *parent = nullptr);

    const RowList<NameFinding> &findings() const { return *m_findings; }
    QString verdict() const;

signals:
    void openRequested(const QString &name, ipclens::Access access);
    void objectRequested(const ipclens::ObjectTarget &object);
    void explainRequested(const ipclens::ExplainTarget &target);
    void elevatedRequested();

private:
    void makeButtons();
    void look();
    void take(NameReport report);
    void updateButtons();
    const NameFinding *chosen() const;

    Client &m_client;
    RowList<NameFinding> *m_findings;
    RowList<NameProbe> *m_probes;
    QLineEdit *m_name;
    QComboBox *m_type;
    QPushButton *m_look;
    ErrorBar *m_error;
    JobLine *m_line;
    QLabel *m_verdict;
    RowTable *m_findingTable;
    RowTable *m_probeTable;
    QLabel *m_note;
    QPushButton *m_open;
    QPushButton *m_openReadOnly;
    QPushButton *m_sharers;
    QPushButton *m_explain;
    QPushButton *m_elevate;
    CallId m_call = 0;
    std::uint64_t m_job = 0;
    std::string m_asked;
};

} // namespace ipclens
