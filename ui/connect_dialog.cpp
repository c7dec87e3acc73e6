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

namespace ipclens {

SessionChoice localSession()
{
    return {QCoreApplication::translate("Session", "this machine"), {}};
}

SessionChoice sessionThrough(const QString &command)
{
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

ConnectDialog::ConnectDialog(QWidget *parent)
    : QDialog(parent), m_command(new QComboBox(this)), m_name(new QLineEdit(this))
{
    setWindowTitle(tr("Connect to a session"));
    setObjectName(QStringLiteral("connect"));
    m_command->setEditable(true);
    m_command->setInsertPolicy(QComboBox::NoInsert);
    m_command->addItems(recent::items(recent::Kind::Commands));
    m_command->setMinimumContentsLength(56);
    m_command->lineEdit()->setPlaceholderText(QStringLiteral("wine ipclens-cli.exe serve"));

    auto *explanation = new QLabel(
        tr("ipclens starts this command and speaks to it over its standard input and output. Nothing listens on the network.\n\n"
           "A Wine prefix:\n    WINEPREFIX=~/.wine wine ipclens-cli.exe serve\n"
           "Another machine:\n    ssh host ipclens-cli serve\n"
           "This machine, elevated:\n    pkexec ipclens-cli serve"),
        this);
    explanation->setTextFormat(Qt::PlainText);
    explanation->setWordWrap(true);
    explanation->setForegroundRole(QPalette::PlaceholderText);

    auto *form = new QFormLayout;
    form->addRow(tr("&Command:"), m_command);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(QString(), explanation);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    auto *go = buttons->addButton(tr("Connect"), QDialogButtonBox::AcceptRole);
    go->setDefault(true);
    const auto changed = [this, go](const QString &command) {
        m_name->setPlaceholderText(sessionThrough(command).name);
        go->setEnabled(!command.trimmed().isEmpty());
    };
    connect(m_command, &QComboBox::editTextChanged, this, changed);
    changed(m_command->currentText());
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);
}

SessionChoice ConnectDialog::choice() const
{
    auto chosen = sessionThrough(m_command->currentText().trimmed());
    if (!m_name->text().trimmed().isEmpty())
        chosen.name = m_name->text().trimmed();
    return chosen;
}

} // namespace ipclens
