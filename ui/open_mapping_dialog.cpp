#include "ui/open_mapping_dialog.h"

#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/recent.h"
#include "ui/source_opening.h"
#include "ui/why.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QStringListModel>

namespace ipclens {

OpenMappingDialog::OpenMappingDialog(Client &client, const QString &name, QWidget *parent)
    : QDialog(parent), m_client(client), m_name(new QComboBox(this)), m_names(new QStringListModel(this)),
      m_path(new QLabel(this)), m_readWrite(new QRadioButton(tr("Read and &write: typing changes what all processes see"), this)),
      m_copy(new QRadioButton(tr("Private &copy: your changes stay invisible to everyone else"), this)),
      m_error(new ErrorBar(this))
{
    setWindowTitle(tr("Open mapping"));
    setObjectName(QStringLiteral("openMapping"));

    m_name->setEditable(true);
    m_name->setInsertPolicy(QComboBox::NoInsert);
    m_name->addItems(recent::items(recent::Kind::Sections));
    m_name->setCurrentText(name);
    m_name->lineEdit()->setPlaceholderText(tr("MySharedMem, Local\\MySharedMem, Global\\MySharedMem or \\Sessions\\1\\\u2026"));
    m_name->setMinimumContentsLength(44);
    auto *completer = new QCompleter(m_names, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_name->setCompleter(completer);

    m_path->setTextFormat(Qt::PlainText);
    m_path->setWordWrap(true);
    m_path->setForegroundRole(QPalette::PlaceholderText);
    m_path->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    m_path->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto *read = new QRadioButton(tr("&Read only: nothing can be changed by accident"), this);
    read->setChecked(true);
    auto *ways = new QVBoxLayout;
    ways->addWidget(read);
    ways->addWidget(m_readWrite);
    ways->addWidget(m_copy);

    auto *form = new QFormLayout;
    form->addRow(tr("&Name:"), m_name);
    form->addRow(QString(), m_path);
    form->addRow(tr("Open it:"), ways);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_open = buttons->addButton(tr("Open"), QDialogButtonBox::AcceptRole);
    m_open->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &OpenMappingDialog::openNamed);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_name, &QComboBox::editTextChanged, this, &OpenMappingDialog::explainName);

    auto *column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addWidget(m_error);
    column->addStretch();
    column->addWidget(buttons);
    explainName();
    m_name->lineEdit()->selectAll();
    m_name->setFocus();

    m_client.call(ListObjects{.type = "Section"}, this, [this](Result<ObjectList> reply) {
        if (!reply)
            return; // without names there is no completion; opening will tell what is wrong
        QStringList names;
        for (const auto &object : reply->objects)
            names << fromUtf8(object.name) << fromUtf8(object.path);
        names.removeDuplicates();
        m_names->setStringList(names);
    });
}

QString OpenMappingDialog::fullPath(const QString &name, std::uint32_t session)
{
    const QString root = QStringLiteral("\\BaseNamedObjects\\");
    const QString own = session == 0 ? root : QStringLiteral("\\Sessions\\%1%2").arg(session).arg(root);
    if (name.startsWith(QLatin1Char('\\')))
        return name;
    if (name.startsWith(QLatin1String("Global\\")))
        return root + name.mid(7);
    return own + (name.startsWith(QLatin1String("Local\\")) ? name.mid(6) : name);
}

void OpenMappingDialog::explainName()
{
    const auto name = m_name->currentText();
    m_open->setEnabled(!name.isEmpty() && !m_busy);
    if (name.isEmpty())
        m_path->setText(tr("A plain name or Local\\ is of this logon session, Global\\ is of the whole machine, and what starts "
                           "with \\ is a full path."));
    else
        m_path->setText(tr("Is %1").arg(fullPath(name, m_client.host().session)));
}

Access OpenMappingDialog::access() const
{
    if (m_copy->isChecked())
        return Access::Copy;
    return m_readWrite->isChecked() ? Access::ReadWrite : Access::Read;
}

void OpenMappingDialog::openNamed()
{
    const auto name = m_name->currentText();
    if (name.isEmpty() || m_busy)
        return;
    m_busy = true;
    m_error->clear();
    explainName();
    const SourceSpec spec{.kind = SourceKind::Section, .name = name.toStdString()};
    openFor(m_client, OpenSource{spec, access()}, this, [this, name, spec](Result<SourceInfo> reply) {
        m_busy = false;
        explainName();
        if (!reply) {
            showRefusal(*m_error, reply.error(), explainTarget(spec));
            m_name->setFocus();
            return;
        }
        recent::remember(recent::Kind::Sections, name);
        emit opened(*reply);
        accept();
    });
}

} // namespace ipclens
