#include "ui/tap_dialog.h"

#include "core/text/number.h"
#include "ui/number_text.h"
#include "ui/reference_choice.h"
#include "ui/theme.h"
#include "ui/window_picker.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ipclens {

TapDialog::TapDialog(Client &client, QWidget *parent)
    : QDialog(parent), m_picker(new WindowPicker(client, this)), m_warning(new QLabel(this)),
      m_agree(new QCheckBox(tr("&Load the DLL into that program"), this)), m_messages(new QLineEdit(this)),
      m_cap(new QLineEdit(QStringLiteral("64K"), this)), m_ring(new QLineEdit(QStringLiteral("4M"), this)),
      m_references(new ReferenceChoice(this)), m_note(new QLabel(this))
{
    setWindowTitle(tr("Tap a window"));
    setObjectName(QStringLiteral("tap"));
    m_warning->setText(tr(
        "\u26a0 A tap loads code into another program. A small DLL of ipclens (ipclens-tap.dll) is put into the "
        "program of the "
        "chosen window and stands before that window's procedure, where it copies what arrives. A mistake there, or a "
        "program that guards itself, can make that program fail: save your work in it first. The DLL never waits, "
        "is taken out when the tap is closed, and only passes on when ipclens ends without that. Programs of the other "
        "bitness cannot be tapped."));
    m_warning->setWordWrap(true);
    m_warning->setTextFormat(Qt::PlainText);
    m_warning->setAutoFillBackground(true);
    m_warning->setContentsMargins(8, 6, 8, 6);
    m_agree->setObjectName(QStringLiteral("agree"));
    m_messages->setPlaceholderText(tr("all; or names with commas between them"));
    m_messages->setToolTip(tr("Registered messages to copy beside WM_COPYDATA"));
    m_cap->setToolTip(tr("Bytes copied of one payload; at most a quarter of the ring"));
    m_ring->setToolTip(tr(
        "Shared memory between the program and ipclens, 64 KiB to 256 MiB; what does not fit is counted as dropped"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);

    auto *form = new QFormLayout;
    form->addRow(tr("Registered &messages:"), m_messages);
    form->addRow(tr("Copy at m&ost:"), m_cap);
    form->addRow(tr("&Ring:"), m_ring);
    form->addRow(tr("What they l&ead to:"), m_references);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_tap = buttons->addButton(tr("Tap"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_picker, &WindowPicker::changed, this, [this] {
        m_agree->setChecked(false); // agreed to for the window that was chosen then
        check();
    });
    connect(m_agree, &QCheckBox::toggled, this, &TapDialog::check);
    for (auto *line : {m_messages, m_cap, m_ring})
        connect(line, &QLineEdit::textChanged, this, &TapDialog::check);
    connect(m_references, &QComboBox::currentIndexChanged, this, &TapDialog::check);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_picker, 1);
    column->addLayout(form);
    column->addWidget(m_warning);
    column->addWidget(m_agree);
    column->addWidget(m_note);
    column->addWidget(buttons);
    resize(660, 560);
    paintWarning();
    check();
}

Result<TapRequest> TapDialog::request() const
{
    constexpr std::uint64_t leastRing = 64 << 10, mostRing = 256 << 20;
    TapRequest wanted;
    auto target = m_picker->target();
    if (!target)
        return Failure(target.error());
    const auto cap = parseSize(m_cap->text().trimmed().toStdString());
    if (!cap)
        return Failure(cap.error());
    const auto ring = parseSize(m_ring->text().trimmed().toStdString());
    if (!ring)
        return Failure(ring.error());
    if (*ring < leastRing || *ring > mostRing)
        return invalidInput("ring", m_ring->text().toStdString(), "it has 64 KiB to 256 MiB");
    if (*cap > *ring / 4)
        return invalidInput("copy at most", m_cap->text().toStdString(), "that is over a quarter of the ring");
    wanted.window = std::move(*target);
    wanted.messages = messageNames(m_messages->text());
    if (auto applied = m_references->apply(wanted); !applied)
        return Failure(std::move(applied.error()));
    wanted.maxPayload = *cap;
    wanted.ringBytes = static_cast<std::uint32_t>(*ring);
    wanted.loadCode = m_agree->isChecked();
    if (!wanted.loadCode)
        return Failure(Error{.kind = ErrorKind::Invalid,
                             .operation = "tap",
                             .meaning = "you have not agreed yet that code is loaded into that program"});
    return wanted;
}

void TapDialog::check()
{
    const auto wanted = request();
    m_note->setText(wanted ? QString() : fromUtf8(toText(wanted.error())));
    m_tap->setEnabled(wanted.has_value());
}

void TapDialog::paintWarning()
{
    auto colours = palette();
    colours.setColor(QPalette::Window, theme::color(theme::Role::WarningFill, colours));
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::WarningText, colours));
    m_warning->setPalette(colours);
    colours = palette();
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::Muted, colours));
    m_note->setPalette(colours);
}

void TapDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintWarning();
}

} // namespace ipclens
