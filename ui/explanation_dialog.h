// Says what may be done with something, why not more, and the ways out: the same text as on the console.
#pragma once

#include "core/session/sharing_commands.h"
#include "ui/client.h"

#include <QDialog>

class QPlainTextEdit;
class QPushButton;

namespace ipclens {

class ErrorBar;
class JobLine;

// GUI thread. Not modal; closes itself with its parent.
class ExplanationDialog : public QDialog {
    Q_OBJECT
public:
    ExplanationDialog(Client &client, const ExplainTarget &target, QWidget *parent = nullptr);
    QString text() const;

signals:
    void elevatedRequested();

private:
    void ask();
    void take(const Explanation &explanation);

    Client &m_client;
    const ExplainTarget m_target;
    JobLine *m_line;
    ErrorBar *m_error;
    QPlainTextEdit *m_text;
    QPushButton *m_copy;
    QPushButton *m_elevate;
    CallId m_call = 0;
    std::uint64_t m_job = 0;
};

} // namespace ipclens
