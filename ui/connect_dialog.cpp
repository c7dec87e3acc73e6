#include "ui/connect_dialog.h"

#include "ui/recent.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QRadioButton>

namespace ipclens {

SessionChoice localSession()
{
    return {QCoreApplication::translate("Session", "this machine"), {}};
}

SessionChoice sessionThrough(const QString &command)
{
    if (command == QLatin1String(elevatedSession.data()))
        return {QCoreApplication::translate("Session", "this machine, elevated"), command};
    auto words = QProcess::splitCommand(command);
    // What comes before the program itself: env -u NAME, NAME=VALUE, exec.
    while (words.size() > 1) {
        const auto &word = words.first();
        if (word == QLatin1String("-u") && words.size() > 2)
            words.removeFirst();
        else if (!word.contains(QLatin1Char('=')) && !word.startsWith(QLatin1Char('-')) &&
                 word != QLatin1String("env") && word != QLatin1String("exec"))
            break;
        words.removeFirst();
    }
    if (words.isEmpty())
        return {command, command};
    QString name = QFileInfo(words.takeFirst()).fileName();
    if (name == QLatin1String("ssh")) {
        const auto host = std::find_if(words.cbegin(), words.cend(),
                                       [](const QString &word) { return !word.startsWith(QLatin1Char('-')); });
        if (host != words.cend())
            name += QLatin1Char(' ') + *host;
    }
    return {name, command};
}

ConnectDialog::ConnectDialog(QWidget *parent, Elevation elevation)
    : QDialog(parent), m_here(new QRadioButton(tr("&This machine, in this window"), this)),
      m_ssh(new QRadioButton(tr("&Another machine, over ssh:"), this)),
      m_elevated(new QRadioButton(tr("This machine, &elevated"), this)),
      m_byCommand(new QRadioButton(tr("What a &command starts:"), this)), m_host(new QLineEdit(this)),
      m_command(new QComboBox(this)), m_name(new QLineEdit(this))
{
    setWindowTitle(tr("Connect to a session"));
    setObjectName(QStringLiteral("connect"));
    auto *form = new QFormLayout;
    form->addRow(tr("&Name:"), m_name);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto *go = buttons->addButton(tr("Connect"), QDialogButtonBox::AcceptRole);
    go->setDefault(true);
    const auto changed = [this, go] {
        m_name->setPlaceholderText(m_here->isChecked() ? localSession().name : sessionThrough(command()).name);
        go->setEnabled(isComplete());
    };
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->addWidget(makeChoices(elevation));
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);

    for (const auto *kind : {m_here, m_ssh, m_elevated, m_byCommand})
        connect(kind, &QRadioButton::toggled, this, changed);
    connect(m_host, &QLineEdit::textChanged, this, changed);
    connect(m_command, &QComboBox::editTextChanged, this, changed);
    // Typing where a choice is explained chooses it.
    connect(m_host, &QLineEdit::textEdited, m_ssh, [this] { m_ssh->setChecked(true); });
    connect(m_command->lineEdit(), &QLineEdit::textEdited, m_byCommand, [this] { m_byCommand->setChecked(true); });
    connect(m_command, &QComboBox::activated, m_byCommand, [this] { m_byCommand->setChecked(true); });
    m_byCommand->setChecked(true);
    m_command->setFocus();
    changed();
}

QWidget *ConnectDialog::makeChoices(Elevation elevation)
{
    m_command->setEditable(true);
    m_command->setInsertPolicy(QComboBox::NoInsert);
    auto commands = recent::items(recent::Kind::Commands);
    commands.removeAll(QString::fromLatin1(elevatedSession.data()));
    m_command->addItems(commands);
    m_command->setMinimumContentsLength(56);
    m_command->setAccessibleName(tr("Command"));
    m_command->lineEdit()->setPlaceholderText(QStringLiteral("wine ipclens-cli.exe serve"));
    m_host->setPlaceholderText(tr("user@host, where ipclens-cli is on the path"));
    m_host->setAccessibleName(tr("Host"));
    m_elevated->setVisible(elevation != Elevation::Unknown);
    m_elevated->setEnabled(elevation == Elevation::Possible);
    if (elevation == Elevation::Present)
        m_elevated->setText(tr("This machine, elevated (as this window is already)"));

    auto *explanation = new QLabel(tr("ipclens starts the command and speaks to it over its standard input and output. "
                                      "Nothing listens on the network.\n\n"
                                      "A Wine prefix:\n    WINEPREFIX=~/.wine wine ipclens-cli.exe serve\n"
                                      "This machine, as root:\n    pkexec ipclens-cli serve"),
                                   this);
    explanation->setTextFormat(Qt::PlainText);
    explanation->setWordWrap(true);
    explanation->setForegroundRole(QPalette::PlaceholderText);

    auto *choices = new QWidget(this);
    auto *rows = new QFormLayout(choices);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addRow(m_here);
    rows->addRow(m_elevated);
    rows->addRow(m_ssh, m_host);
    rows->addRow(m_byCommand, m_command);
    rows->addRow(QString(), explanation);
    return choices;
}

QString ConnectDialog::command() const
{
    if (m_elevated->isChecked())
        return QString::fromLatin1(elevatedSession.data());
    const auto host = m_host->text().trimmed();
    if (m_ssh->isChecked())
        return host.isEmpty() ? host : QStringLiteral("ssh %1 ipclens-cli serve").arg(host);
    return m_here->isChecked() ? QString() : m_command->currentText().trimmed();
}

bool ConnectDialog::isComplete() const
{
    return m_here->isChecked() || !command().isEmpty();
}

SessionChoice ConnectDialog::choice() const
{
    auto chosen = m_here->isChecked() ? localSession() : sessionThrough(command());
    if (!m_name->text().trimmed().isEmpty())
        chosen.name = m_name->text().trimmed();
    return chosen;
}

} // namespace ipclens
