#include "ui/name_doctor_dialog.h"

#include "core/os/elevation.h"
#include "ui/error_bar.h"
#include "ui/job_line.h"
#include "ui/number_text.h"
#include "ui/row_table.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

namespace ipclens {

NameDoctorDialog::NameDoctorDialog(Client &client, const QString &name, QWidget *parent)
    : QDialog(parent), m_client(client), m_findings(new RowList<NameFinding>(std::make_shared<const FindingTexts>())),
      m_probes(new RowList<NameProbe>(std::make_shared<const ProbeTexts>())), m_name(new QLineEdit(name, this)),
      m_type(new QComboBox(this)), m_look(new QPushButton(tr("Look"), this)), m_error(new ErrorBar(this)),
      m_line(new JobLine(client, this)), m_verdict(new QLabel(this)),
      m_findingTable(new RowTable(m_findings, tr("Findings"), QStringLiteral("findings"), this)),
      m_probeTable(new RowTable(m_probes, tr("Where it was looked for"), QStringLiteral("probes"), this)),
      m_note(new QLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("nameDoctor"));
    setWindowTitle(tr("Name doctor"));
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setPlaceholderText(
        tr("As the program gives it: MyMapping, Local\\MyMapping, Global\\MyMapping, or a full path"));
    m_name->setClearButtonEnabled(true);
    m_name->setAccessibleName(tr("Name"));
    for (const auto *type : {"Section", "Mutant", "Event", "Semaphore", "Timer", "Job"})
        m_type->addItem(QLatin1String(type), QLatin1String(type));
    m_type->addItem(tr("Anything"), QString());
    m_type->setToolTip(tr("What the program means to open; a mutex is called Mutant in the system"));
    m_type->setAccessibleName(tr("Kind of object"));
    m_look->setDefault(true);
    auto bold = m_verdict->font();
    bold.setBold(true);
    m_verdict->setFont(bold);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    for (auto *label : {m_verdict, m_note}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->hide();
    }
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_findingTable->sortBy(-1); // the most telling one first, as the session has them
    m_probeTable->sortBy(-1);
    m_findingTable->setWhyEmpty(tr("Type a name that a program cannot open, or finds something else behind."));

    auto *line = new QHBoxLayout;
    line->addWidget(m_name, 1);
    line->addWidget(m_type);
    line->addWidget(m_look);
    auto *split = new QSplitter(Qt::Vertical, this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_findingTable);
    split->addWidget(m_probeTable);
    auto *column = new QVBoxLayout(this);
    column->addLayout(line);
    for (auto *part : std::initializer_list<QWidget *>{m_error, m_line, m_verdict})
        column->addWidget(part);
    column->addWidget(split, 1);
    column->addWidget(m_note);
    makeButtons();
    connect(m_look, &QPushButton::clicked, this, &NameDoctorDialog::look);
    connect(m_findingTable, &RowTable::currentChanged, this, &NameDoctorDialog::updateButtons);
    connect(m_findings, &RowListModel::arranged, this, [this] {
        if (m_findingTable->currentRow() < 0 && m_findings->rowCount() > 0)
            m_findingTable->select(0);
    });
    connect(m_findingTable, &RowTable::activated, this, [this] {
        if (m_openReadOnly->isEnabled())
            m_openReadOnly->click();
    });
    connect(m_line, &JobLine::cancelled, this, [this] {
        m_client.cancel(m_call);
        m_line->end(m_job);
        m_findingTable->setWhyEmpty(tr("Cancelled."));
    });
    resize(fontMetrics().averageCharWidth() * 110, fontMetrics().lineSpacing() * 32);
    m_name->setFocus();
    if (!name.isEmpty())
        look();
}

void NameDoctorDialog::makeButtons()
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    const auto add = [&](const QString &text, const QString &name, const QString &toolTip) {
        auto *button = buttons->addButton(text, QDialogButtonBox::ActionRole);
        button->setObjectName(name);
        button->setToolTip(toolTip);
        button->setAutoDefault(false);
        return button;
    };
    m_openReadOnly = add(tr("Open read-only"), QStringLiteral("openReadOnly"), tr("Show the bytes of what was found"));
    m_open = add(tr("Open to write"), QStringLiteral("open"),
                 tr("The same, with the right to change them; the padlock stays closed"));
    m_sharers = add(tr("Who shares it"), QStringLiteral("sharers"), tr("Show its holders and views"));
    m_explain = add(tr("Why not more?"), QStringLiteral("explain"), tr("Try each right alone, and say who may what"));
    m_elevate = add(tr("Connect elevated"), QStringLiteral("elevate"),
                    tr("Have Windows start a session with an administrator's rights, and work with that"));
    m_elevate->setVisible(elevation() == Elevation::Possible);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    layout()->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_openReadOnly, &QPushButton::clicked, this,
            [this] { emit openRequested(fromUtf8(chosen()->openAs), Access::Read); });
    connect(m_open, &QPushButton::clicked, this,
            [this] { emit openRequested(fromUtf8(chosen()->openAs), Access::ReadWrite); });
    connect(m_sharers, &QPushButton::clicked, this,
            [this] { emit objectRequested({.name = chosen()->path, .type = chosen()->type}); });
    connect(m_explain, &QPushButton::clicked, this, [this] {
        emit explainRequested(
            {.kind = ExplainKind::Object, .object = {.name = chosen()->path, .type = chosen()->type}});
    });
    connect(m_elevate, &QPushButton::clicked, this, &NameDoctorDialog::elevatedRequested);
    updateButtons();
}

void NameDoctorDialog::look()
{
    const auto name = m_name->text();
    if (name.trimmed().isEmpty()) {
        m_error->showText(tr("Type a name first."), ErrorBar::Level::Warning);
        return;
    }
    m_client.cancel(m_call);
    m_error->clear();
    m_asked = name.toStdString();
    m_findingTable->setWhyEmpty(tr("Looking\u2026"));
    m_job = m_line->begin(tr("Looking through all directories"));
    m_call = m_client.call(DiagnoseName{m_asked, m_type->currentData().toString().toStdString()}, this,
                           [this](Result<NameReport> reply) {
                               m_line->end(m_job);
                               if (reply) {
                                   take(std::move(*reply));
                                   return;
                               }
                               m_findingTable->setWhyEmpty({});
                               m_error->showError(reply.error());
                           });
}

void NameDoctorDialog::take(NameReport report)
{
    m_verdict->setText(fromUtf8(report.verdict));
    m_verdict->setVisible(!report.verdict.empty());
    m_note->setText(fromUtf8(report.note));
    m_note->setVisible(!report.note.empty());
    m_findingTable->setWhyEmpty(
        tr("Nothing of that name, or nearly, was found anywhere. The program that makes it may not run, or it "
           "made the name in a private namespace."));
    m_findings->merge(std::move(report.findings));
    m_probes->merge(std::move(report.probes));
}

const NameFinding *NameDoctorDialog::chosen() const
{
    const int row = m_findingTable->currentRow();
    return row < 0 ? nullptr : &m_findings->row(row);
}

void NameDoctorDialog::updateButtons()
{
    const auto *finding = chosen();
    const bool isSection = finding && finding->type == "Section" && !finding->openAs.empty();
    const auto isGranted = [&](std::string_view right) {
        return finding->rights.empty() || std::ranges::any_of(finding->rights, [&](const RightAnswer &answer) {
                   return answer.granted && answer.right.find(right) != std::string::npos;
               });
    };
    m_openReadOnly->setEnabled(isSection && isGranted("READ"));
    m_open->setEnabled(isSection && isGranted("WRITE"));
    m_sharers->setEnabled(finding && !finding->path.empty() && !finding->type.empty());
    m_explain->setEnabled(m_sharers->isEnabled());
}

QString NameDoctorDialog::verdict() const
{
    return m_verdict->text();
}

} // namespace ipclens
