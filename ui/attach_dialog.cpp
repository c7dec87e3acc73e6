#include "ui/attach_dialog.h"

#include "core/text/number.h"
#include "ui/error_bar.h"
#include "ui/explorer_lists.h"
#include "ui/process_model.h"
#include "ui/source_opening.h"
#include "ui/why.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeView>

namespace ipclens {

AttachDialog::AttachDialog(Client &client, QWidget *parent)
    : QDialog(parent), m_client(client), m_processes(new ProcessPage(client, this)), m_pid(new QLineEdit(this)),
      m_error(new ErrorBar(this))
{
    setWindowTitle(tr("Attach to process"));
    setObjectName(QStringLiteral("attach"));
    m_pid->setObjectName(QStringLiteral("pid"));
    m_pid->setPlaceholderText(tr("decimal or 0x hex"));
    auto *label = new QLabel(tr("Process &id:"), this);
    label->setBuddy(m_pid);
    auto *line = new QHBoxLayout;
    line->addWidget(label);
    line->addWidget(m_pid, 1);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_attach = buttons->addButton(tr("Attach"), QDialogButtonBox::AcceptRole);
    m_attach->setToolTip(tr("Opens the memory read-only; the process goes on undisturbed"));
    m_attach->setDefault(true);
    m_attach->setEnabled(false);
    connect(buttons, &QDialogButtonBox::accepted, this, &AttachDialog::choose);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_pid, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_attach->setEnabled(!m_busy && !text.trimmed().isEmpty());
    });
    connect(m_processes->view()->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        if (const int row = m_processes->currentRow(); row >= 0)
            m_pid->setText(QString::number(m_processes->model().row(row).key.pid));
    });
    connect(m_processes, &ProcessPage::attachRequested, this,
            [this](const ProcessInfo &process) { attach(process.key); });

    auto *column = new QVBoxLayout(this);
    column->addWidget(m_processes, 1);
    column->addLayout(line);
    column->addWidget(m_error);
    column->addWidget(buttons);
    for (const int shown : {ProcessModel::Architecture, ProcessModel::Windows})
        m_processes->view()->setColumnHidden(shown, false);
    resize(fontMetrics().averageCharWidth() * 90, fontMetrics().lineSpacing() * 28);
    m_processes->focusFilter();
}

void AttachDialog::choose()
{
    const auto text = m_pid->text().trimmed().toStdString();
    const auto pid = parseSize(text);
    if (!pid) {
        m_error->showError(pid.error());
        return;
    }
    if (*pid > std::numeric_limits<std::uint32_t>::max()) {
        m_error->showError(invalidInput("process id", text, "a process id has at most 32 bits").error());
        return;
    }
    // The listed process is meant, not one that gets its number after it has ended.
    const int row = m_processes->currentRow();
    ProcessKey process{.pid = static_cast<std::uint32_t>(*pid)};
    if (row >= 0 && m_processes->model().row(row).key.pid == process.pid)
        process = m_processes->model().row(row).key;
    attach(process);
}

void AttachDialog::attach(const ProcessKey &process)
{
    if (m_busy)
        return;
    m_busy = true;
    m_attach->setEnabled(false);
    m_error->clear();
    openFor(m_client, OpenSource{{.kind = SourceKind::Process, .process = process}}, this,
            [this, process](Result<SourceInfo> reply) {
                m_busy = false;
                m_attach->setEnabled(true);
                if (!reply) {
                    showRefusal(*m_error, reply.error(), explainTarget(process));
                    return;
                }
                emit opened(*reply);
                accept();
            });
}

} // namespace ipclens
