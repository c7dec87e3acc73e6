#include "ui/relay_dialog.h"

#include "core/text/number.h"
#include "ui/listen_dialog.h"
#include "ui/number_text.h"
#include "ui/reference_choice.h"
#include "ui/theme.h"
#include "ui/window_picker.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ipclens {

RelayDialog::RelayDialog(Client &client, QWidget *parent)
    : QDialog(parent), m_picker(new WindowPicker(client, this)), m_messages(new QLineEdit(this)),
      m_cap(new QLineEdit(QStringLiteral("64M"), this)), m_references(new ReferenceChoice(this)),
      m_lowerIntegrity(ListenDialog::makeIntegritySwitch(this)), m_note(new QLabel(this))
{
    setWindowTitle(tr("Relay messages"));
    setObjectName(QStringLiteral("relay"));
    auto *explanation = new QLabel(tr("ipclens opens a hidden window with the class and title of the window chosen "
                                      "here. Programs that look for that window "
                                      "find this one first; each message is passed on, the real result goes back to "
                                      "the sender, and both are shown with "
                                      "the time that the receiver took."),
                                   this);
    explanation->setWordWrap(true);
    m_picker->setByName(true);
    m_messages->setPlaceholderText(tr("all; or names with commas between them"));
    m_messages->setToolTip(tr("Registered messages to show. All are passed on, whether shown or not."));
    m_cap->setToolTip(tr("Bytes copied of one payload for showing; the receiver always gets all of it"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    auto colours = palette();
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::Muted, palette()));
    m_note->setPalette(colours);

    auto *form = new QFormLayout;
    form->addRow(tr("Registered &messages:"), m_messages);
    form->addRow(tr("Copy at m&ost:"), m_cap);
    form->addRow(tr("What they &lead to:"), m_references);
    form->addRow(QString(), m_lowerIntegrity);
    form->addRow(QString(), ListenDialog::makeIntegrityNote(this));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_relay = buttons->addButton(tr("Relay"), QDialogButtonBox::AcceptRole);
    m_relay->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_picker, &WindowPicker::changed, this, &RelayDialog::check);
    for (auto *line : {m_cap, m_messages})
        connect(line, &QLineEdit::textChanged, this, &RelayDialog::check);
    connect(m_references, &QComboBox::currentIndexChanged, this, &RelayDialog::check);
    auto *column = new QVBoxLayout(this);
    column->addWidget(explanation);
    column->addWidget(m_picker, 1);
    column->addLayout(form);
    column->addWidget(m_note);
    column->addWidget(buttons);
    resize(640, 520);
    check();
}

Result<RelayRequest> RelayDialog::request() const
{
    RelayRequest wanted;
    auto target = m_picker->target();
    if (!target)
        return Failure(target.error());
    const auto cap = parseSize(m_cap->text().trimmed().toStdString());
    if (!cap)
        return Failure(cap.error());
    wanted.receiver = std::move(*target);
    wanted.messages = messageNames(m_messages->text());
    wanted.maxPayload = *cap;
    if (auto applied = m_references->apply(wanted); !applied)
        return Failure(std::move(applied.error()));
    wanted.acceptLowerIntegrity = m_lowerIntegrity->isChecked();
    return wanted;
}

void RelayDialog::check()
{
    const auto wanted = request();
    m_note->setText(wanted ? QString() : fromUtf8(toText(wanted.error())));
    m_note->setVisible(!wanted);
    m_relay->setEnabled(wanted.has_value());
}

} // namespace ipclens
