#include "ui/explanation_dialog.h"

#include "core/os/elevation.h"
#include "ui/error_bar.h"
#include "ui/job_line.h"
#include "ui/number_text.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ipclens {

ExplanationDialog::ExplanationDialog(Client &client, const ExplainTarget &target, QWidget *parent)
    : QDialog(parent), m_client(client), m_target(target), m_line(new JobLine(client, this)),
      m_error(new ErrorBar(this)), m_text(new QPlainTextEdit(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("explanation"));
    setWindowTitle(tr("What may be done with %1").arg(fromUtf8(toText(target))));
    m_text->setReadOnly(true);
    m_text->setPlaceholderText(tr("Trying each right alone\u2026"));
    m_text->setAccessibleName(tr("Explanation"));
    m_text->setTabChangesFocus(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    auto *again = buttons->addButton(tr("Try again"), QDialogButtonBox::ActionRole);
    m_elevate = buttons->addButton(tr("Connect elevated"), QDialogButtonBox::ActionRole);
    m_elevate->setObjectName(QStringLiteral("elevate"));
    m_elevate->setToolTip(tr("Have Windows start a session with an administrator's rights, and work with that"));
    m_elevate->setVisible(elevation() == Elevation::Possible);
    for (auto *button : {m_copy, again, m_elevate, buttons->button(QDialogButtonBox::Close)})
        button->setAutoDefault(false);
    m_copy->setEnabled(false);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
    connect(again, &QPushButton::clicked, this, &ExplanationDialog::ask);
    connect(m_elevate, &QPushButton::clicked, this, &ExplanationDialog::elevatedRequested);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_line, &JobLine::cancelled, this, [this] {
        m_client.cancel(m_call);
        m_line->end(m_job);
        m_text->setPlaceholderText(tr("Cancelled."));
    });
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_error);
    column->addWidget(m_line);
    column->addWidget(m_text, 1);
    column->addWidget(buttons);
    resize(fontMetrics().averageCharWidth() * 90, fontMetrics().lineSpacing() * 26);
    ask();
}

void ExplanationDialog::ask()
{
    m_client.cancel(m_call);
    m_error->clear();
    m_job = m_line->begin(tr("Trying each right alone"));
    m_call = m_client.call(Explain{m_target}, this, [this](Result<Explanation> reply) {
        m_line->end(m_job);
        if (reply)
            take(*reply);
        else {
            m_text->setPlaceholderText({});
            m_error->showError(reply.error());
        }
    });
}

void ExplanationDialog::take(const Explanation &explanation)
{
    m_text->setPlainText(fromUtf8(toText(explanation)));
    m_copy->setEnabled(true);
}

QString ExplanationDialog::text() const
{
    return m_text->toPlainText();
}

} // namespace ipclens
