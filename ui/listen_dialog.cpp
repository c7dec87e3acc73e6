#include "ui/listen_dialog.h"

#include "core/text/number.h"
#include "ui/number_text.h"
#include "ui/recent.h"
#include "ui/reference_choice.h"
#include "ui/reply_rules.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>

namespace ipclens {

InboxRequest ListenDialog::defaultRequest()
{
    const QSettings settings;
    InboxRequest request;
    request.className =
        settings.value(QStringLiteral("listen/class"), QStringLiteral("IpclensInbox")).toString().toStdString();
    request.title = settings.value(QStringLiteral("listen/title"), QStringLiteral("Receive")).toString().toStdString();
    for (const auto &name : settings.value(QStringLiteral("listen/messages")).toStringList())
        request.messages.push_back(name.toStdString());
    return request;
}

QCheckBox *ListenDialog::makeIntegritySwitch(QWidget *parent)
{
    auto *box = new QCheckBox(tr("&Accept messages from programs of lower integrity"), parent);
    box->setObjectName(QStringLiteral("lowerIntegrity"));
    box->setToolTip(tr("Windows keeps messages of programs with fewer rights from the windows of elevated ones (UIPI). "
                       "This lets WM_COPYDATA "
                       "and the messages named here through to this one window, from any program of this desktop, also "
                       "from those that "
                       "Windows distrusts."));
    return box;
}

QLabel *ListenDialog::makeIntegrityNote(QWidget *parent)
{
    auto *note = new QLabel(
        tr("Only needed while ipclens runs elevated. Any program of this desktop can then send to this window."),
        parent);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    return note;
}

ListenDialog::ListenDialog(const QString &className, const QString &title, QWidget *parent)
    : QDialog(parent), m_class(new QLineEdit(this)), m_title(new QComboBox(this)), m_messages(new QLineEdit(this)),
      m_cap(new QLineEdit(QStringLiteral("64M"), this)), m_queue(new QLineEdit(QStringLiteral("256M"), this)),
      m_references(new ReferenceChoice(this)), m_lowerIntegrity(makeIntegritySwitch(this)),
      m_replies(new ReplyRules(this)), m_note(new QLabel(this))
{
    setWindowTitle(tr("Listen for messages"));
    setObjectName(QStringLiteral("listen"));
    const auto last = defaultRequest();
    const bool given = !className.isEmpty() || !title.isEmpty();
    m_class->setText(given ? className : fromUtf8(last.className));
    m_title->setEditable(true);
    m_title->setInsertPolicy(QComboBox::NoInsert);
    m_title->addItems(recent::items(recent::Kind::Inboxes));
    m_title->setCurrentText(given ? title : fromUtf8(last.title));
    QStringList messages;
    for (const auto &name : last.messages)
        messages << fromUtf8(name);
    m_messages->setObjectName(QStringLiteral("messages"));
    m_messages->setText(messages.join(QStringLiteral(", ")));
    m_messages->setPlaceholderText(tr("names given to RegisterWindowMessage, with commas between them"));
    m_cap->setToolTip(tr("Bytes copied of one payload; of longer ones the rest is cut and the true size kept"));
    m_queue->setToolTip(tr("Bytes that may wait for delivery; messages beyond it are counted as dropped"));

    auto *explanation =
        new QLabel(tr("ipclens opens a hidden window with this class and title. Programs that look for it with "
                      "FindWindow send it their WM_COPYDATA and registered messages."),
                   this);
    explanation->setWordWrap(true);
    explanation->setForegroundRole(QPalette::PlaceholderText);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    auto colours = palette();
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, palette()));
    m_note->setPalette(colours);

    auto *form = new QFormLayout;
    form->addRow(explanation);
    form->addRow(tr("Window &class:"), m_class);
    form->addRow(tr("Window &title:"), m_title);
    form->addRow(tr("&Registered messages:"), m_messages);
    form->addRow(tr("Copy at &most:"), m_cap);
    form->addRow(tr("&Queue:"), m_queue);
    form->addRow(tr("What they &lead to:"), m_references);
    form->addRow(tr("Answers:"), m_replies);
    form->addRow(QString(), m_lowerIntegrity);
    form->addRow(QString(), makeIntegrityNote(this));
    form->addRow(QString(), m_note);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_listen = buttons->addButton(tr("Listen"), QDialogButtonBox::AcceptRole);
    m_listen->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &ListenDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (auto *field : {m_class, m_messages, m_cap, m_queue})
        connect(field, &QLineEdit::textChanged, this, &ListenDialog::check);
    connect(m_references, &QComboBox::currentIndexChanged, this, &ListenDialog::check);
    connect(m_replies, &ReplyRules::changed, this, &ListenDialog::check);

    auto *column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);
    column->setSizeConstraint(QLayout::SetMinimumSize); // grows with the answers
    resize(fontMetrics().averageCharWidth() * 96, sizeHint().height());
    check();
}

Result<InboxRequest> ListenDialog::request() const
{
    InboxRequest wanted;
    wanted.className = m_class->text().toStdString();
    wanted.title = m_title->currentText().toStdString();
    if (wanted.className.empty())
        return invalidInput("window class", "", "a window needs a class name");
    wanted.messages = messageNames(m_messages->text());
    const auto cap = parseSize(m_cap->text().trimmed().toStdString());
    if (!cap)
        return Failure(cap.error());
    const auto queue = parseSize(m_queue->text().trimmed().toStdString());
    if (!queue)
        return Failure(queue.error());
    if (*queue == 0)
        return invalidInput("queue", "0", "without a queue every message would be dropped");
    auto replies = m_replies->rules();
    if (!replies)
        return Failure(replies.error());
    wanted.replies = std::move(*replies);
    if (auto applied = m_references->apply(wanted); !applied)
        return Failure(std::move(applied.error()));
    wanted.acceptLowerIntegrity = m_lowerIntegrity->isChecked();
    wanted.maxPayload = *cap;
    wanted.queueBytes = *queue;
    return wanted;
}

void ListenDialog::check()
{
    const auto wanted = request();
    m_note->setText(wanted ? QString() : QString::fromStdString(toText(wanted.error())));
    m_listen->setEnabled(wanted.has_value());
}

void ListenDialog::accept()
{
    const auto wanted = request();
    if (!wanted)
        return;
    recent::remember(recent::Kind::Inboxes, fromUtf8(wanted->title));
    QSettings settings;
    settings.setValue(QStringLiteral("listen/class"), fromUtf8(wanted->className));
    settings.setValue(QStringLiteral("listen/title"), fromUtf8(wanted->title));
    QStringList messages;
    for (const auto &name : wanted->messages)
        messages << fromUtf8(name);
    settings.setValue(QStringLiteral("listen/messages"), messages);
    QDialog::accept();
}

} // namespace ipclens
