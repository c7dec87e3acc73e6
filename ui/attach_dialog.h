// Picks a process by list or by number and opens its memory read-only.
#pragma once

#include "core/session/commands.h"
#include "ui/client.h"

#include <QDialog>

class QLineEdit;
class QPushButton;

namespace ipclens {

class ErrorBar;
class ProcessPage;

class AttachDialog : public QDialog {
    Q_OBJECT
public:
    explicit AttachDialog(Client &client, QWidget *parent = nullptr);

signals:
    void opened(const ipclens::SourceInfo &source);

private:
    void choose();
    void attach(const ProcessKey &process);

    Client &m_client;
    ProcessPage *m_processes;
    QLineEdit *m_pid;
    ErrorBar *m_error;
    QPushButton *m_attach;
    bool m_busy = false;
};

} // namespace ipclens
