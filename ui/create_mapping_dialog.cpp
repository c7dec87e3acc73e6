#include "ui/create_mapping_dialog.h"

#include "core/text/number.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/recent.h"
#include "ui/source_opening.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace ipclens {

CreateMappingDialog::CreateMappingDialog(Client &client, QWidget *parent)
    : QDialog(parent), m_client(client), m_name(new QLineEdit(this)),
      m_size(new QLineEdit(QStringLiteral("4K"), this)), m_sizeNote(new QLabel(this)),
      m_protection(new QComboBox(this)), m_reserve(new QCheckBox(tr("&Reserve only (SEC_RESERVE)"), this)),
      m_error(new ErrorBar(this))
{
    setWindowTitle(tr("Create mapping"));
    setObjectName(QStringLiteral("createMapping"));
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setPlaceholderText(tr("MySharedMem, Local\\MySharedMem or Global\\MySharedMem"));
    m_size->setObjectName(QStringLiteral("size"));
    m_size->setToolTip(tr("Bytes: decimal, 0x hex, or with K, M, G or T"));
    m_sizeNote->setTextFormat(Qt::PlainText);
    m_sizeNote->setWordWrap(true);
    m_sizeNote->setObjectName(QStringLiteral("sizeNote"));
    const std::pair<SectionProtection, QString> protections[] = {
        {SectionProtection::ReadWrite, tr("Read and write (PAGE_READWRITE)")},
        {SectionProtection::ReadOnly, tr("Read only (PAGE_READONLY)")},
        {SectionProtection::WriteCopy, tr("Copy on write (PAGE_WRITECOPY)")},
        {SectionProtection::ExecuteRead, tr("Execute and read (PAGE_EXECUTE_READ)")},
        {SectionProtection::ExecuteReadWrite, tr("Execute, read and write (PAGE_EXECUTE_READWRITE)")}};
    for (const auto &[protection, text] : protections)
        m_protection->addItem(text, static_cast<int>(protection));
    m_reserve->setToolTip(tr("Pages take no memory until somebody commits them one by one"));

    auto *form = new QFormLayout;
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("&Size:"), m_size);
    form->addRow(QString(), m_sizeNote);
    form->addRow(tr("&Protection:"), m_protection);
    form->addRow(QString(), m_reserve);
    auto *note = new QLabel(tr("The mapping lives as long as its tab is open, or any other process holds it."), this);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(QString(), note);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_create = buttons->addButton(tr("Create"), QDialogButtonBox::AcceptRole);
    m_create->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &CreateMappingDialog::create);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_name, &QLineEdit::textChanged, this, &CreateMappingDialog::check);
    connect(m_size, &QLineEdit::textChanged, this, &CreateMappingDialog::check);

    auto *column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addWidget(m_error);
    column->addStretch();
    column->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 72);
    check();
}

Result<SectionRequest> CreateMappingDialog::request() const
{
    const auto size = parseSize(m_size->text().trimmed().toStdString());
    if (!size)
        return Failure(size.error());
    if (*size == 0)
        return invalidInput("size", m_size->text().toStdString(), "a mapping has at least one byte");
    return SectionRequest{.name = m_name->text().toStdString(),
                          .size = *size,
                          .protection = static_cast<SectionProtection>(m_protection->currentData().toInt()),
                          .reserve = m_reserve->isChecked()};
}

void CreateMappingDialog::check()
{
    const auto wanted = request();
    auto colours = palette();
    if (wanted) {
        m_sizeNote->setText(tr("%1 bytes (%2)").arg(countText(wanted->size), sizeText(wanted->size)));
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::Muted, palette()));
    } else {
        m_sizeNote->setText(m_size->text().isEmpty() ? tr("How many bytes?")
                                                     : QString::fromStdString(toText(wanted.error())));
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, palette()));
    }
    m_sizeNote->setPalette(colours);
    m_create->setEnabled(wanted && !wanted->name.empty() && !m_busy);
}

void CreateMappingDialog::create()
{
    auto wanted = request();
    if (!wanted || m_busy)
        return;
    m_busy = true;
    m_error->clear();
    check();
    openFor(m_client, CreateSection{*wanted}, this, [this, name = m_name->text()](Result<SourceInfo> reply) {
        m_busy = false;
        check();
        if (!reply) {
            m_error->showError(reply.error());
            return;
        }
        recent::remember(recent::Kind::Sections, name);
        emit created(*reply);
        accept();
    });
}

} // namespace ipclens
